//! TLS of a probe, as bytes in and bytes out.
//!
//! Like Exchange without TlsAuthLevel it goes on whatever certificate the other side shows; what it
//! showed is kept, and judged by the report.

use std::io::{ErrorKind, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::{
    CryptoProvider, SupportedKxGroup, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{
    AlertDescription, CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct,
    Error, NamedGroup, ProtocolVersion, SignatureScheme, version,
};

use super::credential::Credential;
use super::fault::Fault;
use super::provider::{algorithms, provider};

/// What was seen of the handshake.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// The certificates of the other side in DER, its own first.
    pub remote_chain: Vec<Vec<u8>>,
    /// Whether the other side asked for a certificate; whether the key can sign as it asks.
    pub certificate_request: Option<bool>,
}

/// The one place of [`Seen`], shared with the callbacks of the TLS library.
#[derive(Debug)]
struct Witness {
    seen: Mutex<Seen>,
    key: Option<Arc<CertifiedKey>>,
    provider: Arc<CryptoProvider>,
}

impl Witness {
    fn note(&self, note: impl FnOnce(&mut Seen)) {
        note(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl ResolvesClientCert for Witness {
    fn resolve(&self, _: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let can_sign = |key: &Arc<CertifiedKey>| key.key.choose_scheme(schemes).is_some();
        let is_usable = self.key.as_ref().is_some_and(can_sign);
        self.note(|seen| seen.certificate_request = Some(is_usable));
        self.key.clone()
    }

    fn has_certs(&self) -> bool {
        self.key.is_some()
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain = std::iter::once(end_entity).chain(intermediates);
        let chain = chain.map(|one| one.to_vec()).collect();
        self.note(|seen| seen.remote_chain = chain);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// One TLS connection, from the ClientHello on.
#[derive(Debug)]
pub(super) struct Tls {
    connection: ClientConnection,
    witness: Arc<Witness>,
}

impl Tls {
    /// Begins a handshake with a host, by its name or address.
    pub(super) fn new(host: &str, credential: Option<&Credential>) -> Result<Self, Fault> {
        let provider = Arc::new(provider());
        let witness = Arc::new(Witness {
            seen: Mutex::default(),
            key: credential.map(|one| Arc::clone(one.certified_key())),
            provider: Arc::clone(&provider),
        });
        let versions = if credential.is_some_and(|one| one.is_limited_to_tls12) {
            &[&version::TLS12][..]
        } else {
            rustls::ALL_VERSIONS
        };
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| Fault::Tls { name: "TargetUnknown", message: error.to_string() })?;
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .map_err(|error| fault(&error))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&witness) as Arc<dyn ServerCertVerifier>)
            .with_client_cert_resolver(Arc::clone(&witness) as Arc<dyn ResolvesClientCert>);
        config.resumption = Resumption::disabled();
        let connection =
            ClientConnection::new(Arc::new(config), name).map_err(|error| fault(&error))?;
        Ok(Self { connection, witness })
    }

    /// Takes bytes of the other side, and returns what they say within TLS.
    pub(super) fn receive(&mut self, mut bytes: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut clear = Vec::new();
        while !bytes.is_empty() {
            self.connection
                .read_tls(&mut bytes)
                .map_err(|error| Fault::Tls { name: "InvalidToken", message: error.to_string() })?;
            self.connection.process_new_packets().map_err(|error| fault(&error))?;
            match self.connection.reader().read_to_end(&mut clear) {
                // The other side ended TLS in form, or has no more to say yet.
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => {
                    return Err(Fault::Tls { name: "InvalidToken", message: error.to_string() });
                }
            }
        }
        Ok(clear)
    }

    /// Says something within TLS.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        // It is written to memory, of which the library takes as much as it is given.
        let _ = self.connection.writer().write_all(bytes);
    }

    /// Moves what is to be sent to the end of `outgoing`.
    pub(super) fn flush(&mut self, outgoing: &mut Vec<u8>) {
        while self.connection.wants_write() {
            if self.connection.write_tls(outgoing).is_err() {
                return;
            }
        }
    }

    /// Ends TLS in form.
    pub(super) fn close(&mut self) {
        self.connection.send_close_notify();
    }

    pub(super) fn is_handshaking(&self) -> bool {
        self.connection.is_handshaking()
    }

    pub(super) fn seen(&self) -> Seen {
        self.witness.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What Exchange logs of a handshake that succeeded.
    pub(super) fn negotiated(&self) -> String {
        let protocol = match self.connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "SP_PROT_TLS1_3_CLIENT",
            _ => "SP_PROT_TLS1_2_CLIENT",
        };
        let suite = self.connection.negotiated_cipher_suite();
        let (bits, hash) = suite.and_then(|suite| algorithms(suite.suite())).unwrap_or_default();
        let group = self.connection.negotiated_key_exchange_group();
        let exchange = match group.map(SupportedKxGroup::name) {
            Some(NamedGroup::secp384r1) => 384,
            Some(NamedGroup::secp256r1) => 256,
            Some(NamedGroup::X25519) => 255,
            _ => 0,
        };
        format!(
            "TLS protocol {protocol} negotiation succeeded using bulk encryption algorithm \
             CALG_AES_{bits} with strength {bits} bits, MAC hash algorithm CALG_SHA_{hash} with \
             strength {hash} bits and key exchange algorithm CALG_ECDHE with strength {exchange} bits"
        )
    }
}

/// An error of the TLS library under the name by which Schannel, and so Exchange, knows it ("Schannel
/// error codes for TLS and SSL alerts", Microsoft Learn).
fn fault(error: &Error) -> Fault {
    let name = match error {
        Error::AlertReceived(alert) => match alert {
            AlertDescription::UnknownCA => "UntrustedRoot",
            AlertDescription::CertificateExpired => "CertExpired",
            AlertDescription::CertificateRevoked => "CertificateRevoked",
            AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateUnknown => "CertUnknown",
            AlertDescription::CertificateRequired => "IncompleteCredentials",
            AlertDescription::AccessDenied => "LogonDenied",
            AlertDescription::ProtocolVersion => "Unsupported",
            AlertDescription::InsufficientSecurity => "AlgorithmMismatch",
            AlertDescription::InternalError => "InternalError",
            AlertDescription::BadRecordMac => "MessageAltered",
            AlertDescription::DecryptError | AlertDescription::DecryptionFailed => "DecryptFailure",
            _ => "IllegalMessage",
        },
        Error::PeerIncompatible(_) => "AlgorithmMismatch",
        Error::InvalidCertificate(CertificateError::BadSignature) | Error::DecryptError => {
            "MessageAltered"
        }
        Error::InvalidCertificate(_) => "CertUnknown",
        Error::PeerMisbehaved(_) | Error::InappropriateHandshakeMessage { .. } => "IllegalMessage",
        // The key refused to sign.
        Error::General(_) | Error::Other(_) => "UnknownCredentials",
        _ => "InvalidToken",
    };
    Fault::Tls { name, message: error.to_string() }
}
