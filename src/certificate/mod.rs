//! Certificates: as logs describe them, and as DER, PEM and P7B hold them.

#![forbid(unsafe_code)]

mod logged;

pub use logged::{CertificateRows, LoggedCertificate};
