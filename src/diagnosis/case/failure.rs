//! Facts of a case about its failure: the TLS error, and what the CAPI2 log of the server holds.

use super::Case;
use crate::certificate::{DistinguishedName, Thumbprint, X500Name};
use crate::chain;
use crate::diagnosis::evidence::chain_log::LoggedFault;
use crate::diagnosis::report::Verdict;
use crate::evidence::chain_event::ChainFault;
use crate::reply::tls_error;
use crate::windows::{KeyAccess, KeyPresence, PrivateKey};

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

    /// Whether TLS failed because the certificate, or its key, cannot be used; but for a key that is
    /// not there at all.
    pub fn is_unusable(&self) -> bool {
        self.failed_with(&["UnknownCredentials"]) && !self.lacks_private_key()
    }

    /// Whether chain, export or CAPI2 log show that the certificate is revoked, and it matters.
    pub fn is_revoked(&self) -> bool {
        let is_error = |finding: &chain::FindingReport| {
            finding.id == chain::Rule::Revoked && finding.severity == chain::Severity::Error
        };
        let by_chain = self.chain.as_ref().is_some_and(|chain| chain.findings.iter().any(is_error));
        let status = self.installed.and_then(|one| one.object.status.as_deref());
        let by_export = status.is_some_and(|status| status.eq_ignore_ascii_case("Revoked"));
        let by_event = || self.logged_fault(ChainFault::Revoked).is_some();
        !self.passes_by_address() && (by_chain || by_export || by_event())
    }

    /// The private key of a certificate that would be sent, as this machine has it.
    pub fn stored_key(&self) -> Option<&PrivateKey> {
        let certificate = self.certificate.filter(|_| self.incident.is_none())?;
        let stored = self.evidence.machine.as_ref()?.by_thumbprint(certificate.thumbprint())?;
        Some(&stored.private_key)
    }

    /// The key of this machine that NETWORK SERVICE may not read.
    pub fn unreadable_key(&self) -> Option<&PrivateKey> {
        self.stored_key().filter(|key| {
            key.presence == KeyPresence::Present && key.network_service == KeyAccess::Denied
        })
    }

    /// Whether sessions of a log show it, and not the error of a queue.
    pub fn is_of_session(&self) -> bool {
        self.incident.is_some_and(|incident| incident.reported_by.is_none())
    }

    /// Whether no newer sessions of the same place show what is sent now.
    pub fn is_newest_of_place(&self) -> bool {
        self.incident.is_none_or(|own| self.evidence.incidents.is_newest_of_place(own))
    }

    /// Whether a public authority issued the certificate, as far as export, chain or log say.
    pub fn is_of_public_authority(&self) -> Option<bool> {
        let kind = self.installed.and_then(|one| one.object.root_ca_type.as_deref());
        if let Some(kind) = kind {
            return Some(kind.eq_ignore_ascii_case("ThirdParty"));
        }
        let is_private = self.logged.is_some_and(super::is_self_issued)
            || self.has_issuer_of_directory() && !self.is_attr36();
        if self.certificate.is_none() && is_private {
            return Some(false);
        }
        match self.chain.as_ref()?.trust {
            chain::Trust::Trusted | chain::Trust::MicrosoftProgramme => Some(true),
            chain::Trust::Untrusted | chain::Trust::PrivateAuthority => Some(false),
            _ => None,
        }
    }

    /// Whether log or export name an issuer with the parts of a domain of Windows, as AD CS alone does;
    /// the certificate itself says more, and an export that calls it public.
    pub fn has_issuer_of_directory(&self) -> bool {
        let kind = self.installed.and_then(|one| one.object.root_ca_type.as_deref());
        let is_public = kind.is_some_and(|kind| kind.eq_ignore_ascii_case("ThirdParty"));
        let issuer = self.issuer().filter(|_| self.certificate.is_none() && !is_public);
        let issuer: Option<X500Name> = issuer.and_then(|issuer| issuer.parse().ok());
        let name = issuer.and_then(|issuer| DistinguishedName::from_x500(&issuer));
        name.is_some_and(|name| name.has_domain_components())
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
