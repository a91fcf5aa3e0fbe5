//! The cryptography of a probe's TLS.

use rustls::CipherSuite;
use rustls::crypto::CryptoProvider;

/// What both sides can: the cipher suites of Schannel that Exchange logs by name.
pub(super) fn provider() -> CryptoProvider {
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.retain(|suite| algorithms(suite.suite()).is_some());
    provider
}

/// The bits of AES and of SHA-2 of the cipher suites that are used.
pub(super) fn algorithms(suite: CipherSuite) -> Option<(u16, u16)> {
    Some(match suite {
        CipherSuite::TLS13_AES_256_GCM_SHA384
        | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
        | CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 => (256, 384),
        CipherSuite::TLS13_AES_128_GCM_SHA256
        | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
        | CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 => (128, 256),
        _ => return None,
    })
}
