//! Facts of a case about its failure: the TLS error, and what the CAPI2 log of the server holds.

use super::Case;
use crate::certificate::Thumbprint;
use crate::diagnosis::evidence::chain_log::LoggedFault;
use crate::diagnosis::report::Verdict;
use crate::evidence::chain_event::ChainFault;
use crate::reply::tls_error;

impl<'a> Case<'a> {
    /// Whether TLS failed with one of these errors.
    pub fn failed_with(&self, names: &[&str]) -> bool {
        let Some(error) = self.tls_error() else { return false };
        let name = tls_error(error).name;
        names.iter().any(|known| known.eq_ignore_ascii_case(&name))
    }

    /// Whether the export of the installed certificates says that the key is not there.
    pub fn lacks_private_key(&self) -> bool {
        self.installed.is_some_and(|one| one.object.has_private_key == Some(false))
    }

    /// The fault that the CAPI2 log holds of the certificate.
    pub fn logged_fault(&self, fault: ChainFault) -> Option<&'a LoggedFault> {
        let log = self.evidence.chain_log.as_ref()?;
        log.fault(self.parsed_thumbprint()?, fault, self.servers().into_iter().chain(self.server()))
    }

    /// The thumbprint as a number.
    pub fn parsed_thumbprint(&self) -> Option<Thumbprint> {
        self.plain_thumbprint()?.parse().ok()
    }

    /// What becomes of a predicted refusal where mail was delivered all the same: mail to other
    /// tenants arrives without attribution.
    pub fn uncertain_if_delivered(&self) -> Option<Verdict> {
        self.is_delivered().then_some(Verdict::Uncertain)
    }
}
