//! Certificates: as logs describe them, and as DER, PEM, P7B and PFX hold them.
//!
//! [`Certificate`] decodes one; [`read_certificates`] reads a file of any of the usual kinds.
//! [`X500Name`] is the Windows form of names, [`TlsCertificateName`] that of send connectors, and
//! [`compare_logged`] says whether a logged certificate is the one in a file or store.

#![forbid(unsafe_code)]

mod attribute_types;
mod ber;
mod certificate_error;
pub(crate) mod der;
mod distinguished_name;
mod distribution_point;
mod extension;
mod extensions;
mod facts;
mod file;
mod general_name;
mod hexadecimal;
mod host_name;
mod logged;
mod logged_match;
mod pfx;
mod pfx_cipher;
mod pkcs7;
mod public_key;
mod read_error;
mod serialized_store;
mod signature_algorithm;
mod thumbprint;
mod tls_certificate_name;
mod x500;
mod x509;

pub use certificate_error::CertificateError;
pub use distinguished_name::DistinguishedName;
pub use distribution_point::{DistributionPoint, DistributionPointName};
pub use extension::Extension;
pub(crate) use extensions::{ANY_EXTENDED_KEY_USAGE, ANY_POLICY, EMAIL_ADDRESS};
pub use extensions::{
    AuthorityKeyIdentifier, BasicConstraints, Extensions, KeyUsage, NameConstraints,
    PolicyConstraints,
};
pub use facts::CertificateFacts;
pub(crate) use file::read_certificates_while;
pub use file::{
    FileContent, Skipped, read_certificates, read_certificates_with, read_revocation_lists,
};
pub use general_name::{GeneralName, NameForm};
pub(crate) use hexadecimal::{from_hexadecimal, hexadecimal};
pub use host_name::{HostNameMatch, host_name_matches, is_host_name, is_within_domain};
pub use logged::{CertificateRows, LoggedCertificate};
pub use logged_match::{LoggedMatch, compare_logged};
pub use pfx::Password;
pub(crate) use pfx::is_pfx;
#[cfg(feature = "probe")]
pub(crate) use pfx::read_pfx_keys;
pub use public_key::{Curve, KeyType, PublicKey};
pub use read_error::ReadError;
pub use signature_algorithm::SignatureAlgorithm;
pub use thumbprint::{Thumbprint, ThumbprintError, serial_numbers_match};
pub use tls_certificate_name::{TlsCertificateName, TlsCertificateNameError};
pub use x500::{NameRelation, X500Name, X500ParseError};
pub use x509::Certificate;
pub(crate) use x509::{RecordedSignature, ends_soon};
