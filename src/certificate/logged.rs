//! Certificates as the certificate rows of protocol logs describe them.

use std::sync::Arc;

use serde::Serialize;

use crate::timestamp::Timestamp;

/// A certificate as a log describes it. `None` means that the log does not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LoggedCertificate {
    /// The subject, a Windows X.500 string (`CN=mail.contoso.com, O=Contoso Ltd, C=NO`).
    pub subject: Option<Arc<str>>,
    /// The issuer, a Windows X.500 string.
    pub issuer: Option<Arc<str>>,
    /// The serial number in hexadecimal digits, as logged.
    pub serial_number: Option<Arc<str>>,
    /// The SHA-1 thumbprint: 40 hexadecimal digits in upper case; masked text as logged.
    pub thumbprint: Option<Arc<str>>,
    /// The beginning of its validity; the long form of the rows does not tell.
    pub not_before: Option<Timestamp>,
    /// The end of its validity; the long form of the rows does not tell.
    pub not_after: Option<Timestamp>,
    /// The subject alternate names as logged, in that order, each once.
    pub dns_names: Vec<Arc<str>>,
    /// Whether more than one split of the logged text into subject and issuer fits.
    #[serde(skip)]
    pub subject_issuer_ambiguous: bool,
}
