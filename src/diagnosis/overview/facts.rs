//! What is known of a connector on a server, before it is put into words.

use super::places::ConnectorOnServer;
use crate::certificate::LoggedCertificate;
use crate::connector::{CertificateSelection, ExchangeCertificate};
use crate::diagnosis::overview::known::Known;

/// What a row is put into words from.
pub(crate) struct Facts<'a> {
    pub evidence: &'a Known<'a>,
    pub place: &'a ConnectorOnServer<'a>,
    /// The certificates of the server, if they are known.
    pub installed: Option<Vec<ExchangeCertificate>>,
    pub selection: Option<CertificateSelection>,
    pub selected: Option<usize>,
    /// The certificate that was sent last.
    pub sent: Option<&'a LoggedCertificate>,
    pub is_eop: Option<bool>,
}

impl Facts<'_> {
    pub fn installed(&self, index: usize) -> Option<&ExchangeCertificate> {
        self.installed.as_ref()?.get(index)
    }
}
