//! SSPI and certificate statuses: numbers from winerror.h, names as .NET gives them, the alerts
//! behind them from "Schannel error codes for TLS and SSL alerts" (Microsoft Learn).

use super::catalogue::steps::{
    CHECK_PRIVATE_KEY, CHECK_TLS_VERSION, ENABLE_FOR_SMTP, IMPORT_INTERMEDIATE, INSTALL_ROOTS,
    READ_SEND_LOG, RENEW_CERTIFICATE, RESTART_TRANSPORT, SELECT_CERTIFICATE, STOP_SMTP_INSPECTION,
    TEST_PORT,
};
use super::tls_error_row::TlsErrorRow;
use crate::finding::StepTemplate;

const READ_LOG: &[StepTemplate] = &[READ_SEND_LOG];
const PRIVATE_KEY: &[StepTemplate] =
    &[READ_SEND_LOG, ENABLE_FOR_SMTP, CHECK_PRIVATE_KEY, SELECT_CERTIFICATE, RESTART_TRANSPORT];
const NO_PRIVATE_KEY: &[StepTemplate] =
    &[READ_SEND_LOG, CHECK_PRIVATE_KEY, SELECT_CERTIFICATE, RESTART_TRANSPORT];
pub(super) const PEER_HUNG_UP: &[StepTemplate] =
    &[READ_SEND_LOG, CHECK_TLS_VERSION, STOP_SMTP_INSPECTION];
const SMTP_REWRITTEN: &[StepTemplate] = &[READ_SEND_LOG, STOP_SMTP_INSPECTION];
const LOCAL_TRUST: &[StepTemplate] =
    &[READ_SEND_LOG, INSTALL_ROOTS, IMPORT_INTERMEDIATE, STOP_SMTP_INSPECTION];
const PRESENTED_CERTIFICATE: &[StepTemplate] =
    &[READ_SEND_LOG, IMPORT_INTERMEDIATE, SELECT_CERTIFICATE];
const EXPIRED_CERTIFICATE: &[StepTemplate] = &[READ_SEND_LOG, RENEW_CERTIFICATE];
const VERSIONS: &[StepTemplate] = &[READ_SEND_LOG, CHECK_TLS_VERSION, STOP_SMTP_INSPECTION];
pub(super) const NETWORK: &[StepTemplate] = &[READ_SEND_LOG, TEST_PORT];

/// Every status that is known.
pub(crate) static TLS_ERRORS: &[TlsErrorRow] = &[
    hresult(
        "OutOfMemory",
        "SEC_E_INSUFFICIENT_MEMORY",
        0x8009_0300,
        "this server had not enough memory for the security operation",
        READ_LOG,
    ),
    hresult(
        "InvalidHandle",
        "SEC_E_INVALID_HANDLE",
        0x8009_0301,
        "a handle of the security package was not valid",
        READ_LOG,
    ),
    hresult(
        "Unsupported",
        "SEC_E_UNSUPPORTED_FUNCTION",
        0x8009_0302,
        "the two sides have no TLS version in common (this is also how Schannel reports the alert \
         protocol_version)",
        VERSIONS,
    ),
    hresult(
        "TargetUnknown",
        "SEC_E_TARGET_UNKNOWN",
        0x8009_0303,
        "the target of the security context is not known or cannot be reached",
        READ_LOG,
    ),
    hresult(
        "InternalError",
        "SEC_E_INTERNAL_ERROR",
        0x8009_0304,
        "the security package of this server failed, or the other side sent the alert \
         internal_error; often the private key cannot be used",
        PRIVATE_KEY,
    ),
    hresult(
        "PackageNotFound",
        "SEC_E_SECPKG_NOT_FOUND",
        0x8009_0305,
        "the security package does not exist on this server",
        READ_LOG,
    ),
    hresult(
        "NotOwner",
        "SEC_E_NOT_OWNER",
        0x8009_0306,
        "the caller does not own the credentials",
        PRIVATE_KEY,
    ),
    hresult(
        "CannotInstall",
        "SEC_E_CANNOT_INSTALL",
        0x8009_0307,
        "the security package could not be initialised",
        READ_LOG,
    ),
    hresult(
        "InvalidToken",
        "SEC_E_INVALID_TOKEN",
        0x8009_0308,
        "what came back was no TLS: mostly a firewall rewrites SMTP",
        SMTP_REWRITTEN,
    ),
    hresult(
        "CannotPack",
        "SEC_E_CANNOT_PACK",
        0x8009_0309,
        "the security package cannot pack the authentication buffer",
        READ_LOG,
    ),
    hresult(
        "QopNotSupported",
        "SEC_E_QOP_NOT_SUPPORTED",
        0x8009_030A,
        "the quality of protection is not supported",
        READ_LOG,
    ),
    hresult(
        "NoImpersonation",
        "SEC_E_NO_IMPERSONATION",
        0x8009_030B,
        "the context does not allow impersonation",
        READ_LOG,
    ),
    hresult(
        "LogonDenied",
        "SEC_E_LOGON_DENIED",
        0x8009_030C,
        "the other side sent the alert access_denied: it refused the certificate that it got",
        PRESENTED_CERTIFICATE,
    ),
    hresult(
        "UnknownCredentials",
        "SEC_E_UNKNOWN_CREDENTIALS",
        0x8009_030D,
        "the private key of this server's own certificate cannot be used, or the certificate is \
         not enabled for SMTP (KB 4051498)",
        PRIVATE_KEY,
    ),
    hresult(
        "NoCredentials",
        "SEC_E_NO_CREDENTIALS",
        0x8009_030E,
        "the certificate that TlsCertificateName names has no private key on this server (KB \
         4495258)",
        NO_PRIVATE_KEY,
    ),
    hresult(
        "MessageAltered",
        "SEC_E_MESSAGE_ALTERED",
        0x8009_030F,
        "a TLS record was altered on the way (alert bad_record_mac)",
        SMTP_REWRITTEN,
    ),
    hresult(
        "OutOfSequence",
        "SEC_E_OUT_OF_SEQUENCE",
        0x8009_0310,
        "a message came out of sequence",
        PEER_HUNG_UP,
    ),
    hresult(
        "NoAuthenticatingAuthority",
        "SEC_E_NO_AUTHENTICATING_AUTHORITY",
        0x8009_0311,
        "no authority could be contacted for authentication",
        READ_LOG,
    ),
    hresult(
        "ContextExpired",
        "SEC_E_CONTEXT_EXPIRED",
        0x8009_0317,
        "the security context is over: the TLS session was closed",
        PEER_HUNG_UP,
    ),
    hresult(
        "IncompleteMessage",
        "SEC_E_INCOMPLETE_MESSAGE",
        0x8009_0318,
        "a TLS message was incomplete: the connection ended in the middle of it",
        PEER_HUNG_UP,
    ),
    hresult(
        "IncompleteCredentials",
        "SEC_E_INCOMPLETE_CREDENTIALS",
        0x8009_0320,
        "the credentials were not complete: the other side asks for a certificate that was not \
         given",
        PRESENTED_CERTIFICATE,
    ),
    hresult(
        "BufferNotEnough",
        "SEC_E_BUFFER_TOO_SMALL",
        0x8009_0321,
        "a buffer was too small",
        READ_LOG,
    ),
    hresult(
        "WrongPrincipal",
        "SEC_E_WRONG_PRINCIPAL",
        0x8009_0322,
        "the name in the other side's certificate is not the name that was asked for",
        LOCAL_TRUST,
    ),
    hresult(
        "TimeSkew",
        "SEC_E_TIME_SKEW",
        0x8009_0324,
        "the clocks of the two sides differ too much",
        READ_LOG,
    ),
    hresult(
        "UntrustedRoot",
        "SEC_E_UNTRUSTED_ROOT",
        0x8009_0325,
        "a chain ended in a root that is not trusted: this server does not trust the other \
         side's, or the other side reported (alert unknown_ca) that it does not trust the one \
         presented to it",
        LOCAL_TRUST,
    ),
    hresult(
        "IllegalMessage",
        "SEC_E_ILLEGAL_MESSAGE",
        0x8009_0326,
        "an unexpected TLS message or a fatal alert such as handshake_failure: mostly no cipher \
         or version in common, or something between the two breaks TLS",
        VERSIONS,
    ),
    hresult(
        "CertUnknown",
        "SEC_E_CERT_UNKNOWN",
        0x8009_0327,
        "the certificate could not be processed; the other side reported bad_certificate, \
         unsupported_certificate or certificate_unknown",
        PRESENTED_CERTIFICATE,
    ),
    hresult(
        "CertExpired",
        "SEC_E_CERT_EXPIRED",
        0x8009_0328,
        "a certificate of the handshake has expired (also the alert certificate_expired: then it \
         is the presented one)",
        EXPIRED_CERTIFICATE,
    ),
    hresult(
        "EncryptFailure",
        "SEC_E_ENCRYPT_FAILURE",
        0x8009_0329,
        "data could not be encrypted",
        READ_LOG,
    ),
    hresult(
        "DecryptFailure",
        "SEC_E_DECRYPT_FAILURE",
        0x8009_0330,
        "data could not be decrypted (alerts decryption_failed, decrypt_error)",
        SMTP_REWRITTEN,
    ),
    hresult(
        "AlgorithmMismatch",
        "SEC_E_ALGORITHM_MISMATCH",
        0x8009_0331,
        "the two sides have no cipher suite in common (also the alert insufficient_security)",
        VERSIONS,
    ),
    hresult(
        "SecurityQosFailed",
        "SEC_E_SECURITY_QOS_FAILED",
        0x8009_0332,
        "the security context did not reach the demanded quality of service",
        READ_LOG,
    ),
    hresult(
        "UnfinishedContextDeleted",
        "SEC_E_UNFINISHED_CONTEXT_DELETED",
        0x8009_0333,
        "the handshake was given up before it ended (alert user_canceled)",
        PEER_HUNG_UP,
    ),
    hresult(
        "WrongCredentialHandle",
        "SEC_E_WRONG_CREDENTIAL_HANDLE",
        0x8009_0336,
        "the credentials do not belong to this security context",
        PRIVATE_KEY,
    ),
    hresult(
        "StrongCryptoNotSupported",
        "SEC_E_STRONG_CRYPTO_NOT_SUPPORTED",
        0x8009_033A,
        "the other side demands stronger cryptography than this server supports",
        VERSIONS,
    ),
    hresult(
        "BadBinding",
        "SEC_E_BAD_BINDINGS",
        0x8009_0346,
        "the channel bindings do not match: something between the two opens TLS",
        SMTP_REWRITTEN,
    ),
    hresult(
        "CertWrongUsage",
        "SEC_E_CERT_WRONG_USAGE",
        0x8009_0349,
        "a certificate is not valid for this use (extended key usage)",
        PRESENTED_CERTIFICATE,
    ),
    hresult(
        "DowngradeDetected",
        "SEC_E_DOWNGRADE_DETECTED",
        0x8009_0350,
        "an attempt to lower the security of the connection was detected",
        SMTP_REWRITTEN,
    ),
    hresult(
        "IssuingCaUntrusted",
        "SEC_E_ISSUING_CA_UNTRUSTED",
        0x8009_0352,
        "an issuing CA of the chain is not trusted",
        LOCAL_TRUST,
    ),
    hresult(
        "ApplicationProtocolMismatch",
        "SEC_E_APPLICATION_PROTOCOL_MISMATCH",
        0x8009_0367,
        "the two sides have no application protocol (ALPN) in common",
        VERSIONS,
    ),
    hresult(
        "KeysetDoesNotExist",
        "NTE_BAD_KEYSET",
        0x8009_0016,
        "the key container of the certificate does not exist or may not be read",
        PRIVATE_KEY,
    ),
    hresult(
        "CertificateRevoked",
        "CRYPT_E_REVOKED",
        0x8009_2010,
        "a certificate of the chain is revoked (also the alert certificate_revoked)",
        PRESENTED_CERTIFICATE,
    ),
    hresult(
        "RevocationCheckImpossible",
        "CRYPT_E_NO_REVOCATION_CHECK",
        0x8009_2012,
        "revocation could not be checked",
        NETWORK,
    ),
    hresult(
        "RevocationOffline",
        "CRYPT_E_REVOCATION_OFFLINE",
        0x8009_2013,
        "the revocation server could not be reached",
        NETWORK,
    ),
    hresult(
        "ChainExpired",
        "CERT_E_EXPIRED",
        0x800B_0101,
        "a certificate of the chain is outside its validity period",
        PRESENTED_CERTIFICATE,
    ),
    hresult(
        "ChainUntrustedRoot",
        "CERT_E_UNTRUSTEDROOT",
        0x800B_0109,
        "the chain ends in a root that is not trusted, or its intermediate certificate is missing \
         on this server",
        LOCAL_TRUST,
    ),
    hresult(
        "ChainIncomplete",
        "CERT_E_CHAINING",
        0x800B_010A,
        "no chain to a trusted root could be built: an intermediate certificate is missing",
        LOCAL_TRUST,
    ),
    hresult(
        "ChainNameMismatch",
        "CERT_E_CN_NO_MATCH",
        0x800B_010F,
        "the name in the certificate is not the name that was asked for",
        LOCAL_TRUST,
    ),
    named("CertificateExpired", "the certificate has expired", EXPIRED_CERTIFICATE),
    named(
        "SubjectMismatch",
        "the names in the certificate are not the name that is expected",
        PRESENTED_CERTIFICATE,
    ),
    named("EmptyCertificate", "the other side presented no certificate", READ_LOG),
    named("NoRemoteCertificate", "the other side presented no certificate", READ_LOG),
    named(
        "SocketError",
        "the connection broke during the handshake; the other side hung up (TLS version or \
         cipher), or something between did",
        PEER_HUNG_UP,
    ),
];

const fn hresult(
    name: &'static str,
    symbol: &'static str,
    code: u32,
    meaning: &'static str,
    remedy: &'static [StepTemplate],
) -> TlsErrorRow {
    TlsErrorRow { name, symbol: Some(symbol), code: Some(code.cast_signed()), meaning, remedy }
}

/// A name without a number: what Exchange says of a certificate, or .NET of an unspecified error.
const fn named(
    name: &'static str,
    meaning: &'static str,
    remedy: &'static [StepTemplate],
) -> TlsErrorRow {
    TlsErrorRow { name, symbol: None, code: None, meaning, remedy }
}
