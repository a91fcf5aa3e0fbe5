//! Which certificate a probe shows: the one that Exchange would choose.

use super::credential::{Credential, CredentialError, issuers_to_send};
use super::plan::TlsUse;
use super::store_key;
use crate::certificate::Thumbprint;
use crate::connector::SendConnector;
use crate::diagnosis::{Evidence, certificate_overview};

/// A certificate of the store of this computer, and why it is that one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The certificate.
    pub thumbprint: Thumbprint,
    /// Why, in a sentence.
    pub reason: String,
}

impl TlsUse {
    /// What a send connector says of TLS.
    #[must_use]
    pub fn of(connector: &SendConnector) -> Self {
        if connector.ignore_starttls == Some(true) {
            Self::Never
        } else if connector.require_tls == Some(true) {
            Self::Required
        } else {
            Self::Offered
        }
    }
}

/// The certificate that Exchange would send over a send connector, by the rule of the overview of
/// certificates.
///
/// # Errors
/// A sentence that says why none is known.
pub fn choose_certificate(evidence: &Evidence, connector: &str) -> Result<Choice, String> {
    let overview = certificate_overview(evidence);
    let named = |name: &Option<String>| {
        name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(connector))
    };
    let rows = overview.certificates.iter().filter(|row| named(&row.connector));
    let server = evidence.server.as_deref();
    let of_server = |own: &Option<String>| match (own.as_deref(), server) {
        (Some(own), Some(server)) => short(own).eq_ignore_ascii_case(short(server)),
        _ => true,
    };
    let row = rows.into_iter().find(|row| of_server(&row.server)).ok_or_else(|| {
        format!("the send connector {connector} is not known, or not on this server")
    })?;
    let chosen = row.selected_thumbprint.as_deref().and_then(|text| text.parse().ok());
    chosen.map(|thumbprint| Choice { thumbprint, reason: row.reason.clone() }).ok_or_else(|| {
        format!("which certificate Exchange would choose is not known ({})", row.reason)
    })
}

fn short(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

impl Choice {
    /// That certificate, whatever Exchange would choose.
    ///
    /// # Errors
    /// A sentence, if the store of this computer does not have it.
    pub fn of_thumbprint(evidence: &Evidence, thumbprint: Thumbprint) -> Result<Self, String> {
        let is_there = evidence
            .machine
            .as_ref()
            .is_some_and(|stores| stores.by_thumbprint(thumbprint).is_some());
        if !is_there {
            return Err(format!(r"LocalMachine\My of this computer does not have {thumbprint}"));
        }
        Ok(Self { thumbprint, reason: format!("the certificate {thumbprint} was asked for") })
    }

    /// The certificate with its issuers of LocalMachine\CA, and its key where it lies.
    ///
    /// # Errors
    /// [`CredentialError`]: the key cannot be used.
    pub fn credential(&self, evidence: &Evidence) -> Result<Credential, CredentialError> {
        let place = || format!(r"LocalMachine\My {}", self.thumbprint);
        let found = evidence.machine.as_ref().and_then(|one| one.by_thumbprint(self.thumbprint));
        let Some(found) = found else { return Err(CredentialError::NoKey(place())) };
        let store = evidence.intermediates.as_deref().unwrap_or_default();
        let issuers = issuers_to_send(&found.certificate, store, evidence.at);
        store_key::credential(found, issuers, &place())
    }
}
