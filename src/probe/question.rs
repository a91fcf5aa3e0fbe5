//! From what is asked to a plan: the send connector, its host and name, and the certificate. It is the
//! same for the command and the ABI.

use std::sync::Arc;
use std::time::Duration;

use super::choice::{Choice, choose_certificate};
use super::credential::{Credential, CredentialError, issuers_to_send};
use super::mailbox::{Mailbox, MailboxError};
use super::plan::{Envelope, Plan, PlanError, TlsUse, smart_host};
use crate::certificate::{
    Password, ReadError, Thumbprint, is_pfx, read_certificates_with, read_pfx_keys,
};
use crate::chain::judged_of;
use crate::connector::SendConnector;
use crate::diagnosis::Evidence;

/// Where the certificate that is shown comes from.
#[derive(Clone, Debug, Default)]
pub enum Shown {
    /// The one of this computer that Exchange would choose for the send connector.
    #[default]
    AsExchange,
    /// That one of this computer.
    Thumbprint(Thumbprint),
    /// A file with it, and with its key or beside the file that has that.
    File {
        /// The certificate, and what follows it.
        certificate: NamedFile,
        /// The file with the key; `None`: the same file.
        key: Option<NamedFile>,
        /// The password of a PFX file.
        password: Option<Arc<Password>>,
    },
    /// None.
    Nothing,
}

/// A file that was read.
#[derive(Clone)]
pub struct NamedFile {
    /// What errors call it.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for NamedFile {
    /// Without its bytes, which may be a key.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.name)
    }
}

/// What is asked. What is absent comes from the send connector, or from this computer.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// MAIL FROM and RCPT TO; `None`: a receive connector is looked at.
    pub addresses: Option<(String, String)>,
    /// The name of the send connector, where several are known.
    pub connector: Option<String>,
    /// The host to connect to.
    pub smart_host: Option<String>,
    /// The port; 0 = 25.
    pub port: u16,
    /// The name in EHLO.
    pub fqdn: Option<String>,
    /// The name of this computer.
    pub computer: Option<String>,
    /// The name that the certificate of the other side must have.
    pub tls_domain: Option<String>,
    /// The certificate that is shown.
    pub shown: Shown,
    /// Seconds that one answer may take; 0 = 30.
    pub timeout: u64,
}

/// A question that cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// The sender is no address.
    #[error("the sender: {0}")]
    Sender(MailboxError),
    /// The recipient is no address.
    #[error("the recipient: {0}")]
    Recipient(MailboxError),
    /// No host is known.
    #[error("no host is known: give a send connector, or a smart host")]
    NoHost,
    /// The send connector has no host.
    #[error(
        "the send connector {0} has no smart host (it goes by MX): give one, such as \
         contoso-com.mail.protection.outlook.com"
    )]
    NoSmartHost(String),
    /// No send connector has that name.
    #[error("no send connector is named {name}: there is {}", listed(known))]
    NoConnector {
        /// The name.
        name: String,
        /// Those that are known.
        known: Vec<String>,
    },
    /// Several send connectors could be meant.
    #[error("say which send connector it is, by its name: {}", listed(.0))]
    SeveralConnectors(Vec<String>),
    /// No name for EHLO is known.
    #[error("the name for EHLO is not known: give that which the send connector says (its Fqdn)")]
    NoName,
    /// No certificate is known.
    #[error(
        "{0}: give a file with the certificate and its key, a thumbprint of this computer, or say \
         that none is to be shown"
    )]
    NoCertificate(String),
    /// The file with the certificate cannot be used.
    #[error("{name}: {error}")]
    File {
        /// The file.
        name: String,
        /// What is wrong with it.
        error: ReadError,
    },
    /// The file does not say which certificate is meant.
    #[error("{0}")]
    NotOne(String),
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] CredentialError),
    /// Another value cannot be used.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// What is to be carried out.
#[derive(Clone, Debug)]
pub struct Answerable {
    /// The plan.
    pub plan: Plan,
    /// The name that the certificate of the other side must have; `None`: that of the host.
    pub tls_domain: Option<String>,
    /// Why that certificate is shown, where Exchange would choose it.
    pub reason: Option<String>,
}

impl Question {
    /// Makes the plan, with what is known of send connectors and of this computer's certificates.
    ///
    /// # Errors
    /// [`QuestionError`]: what is missing or cannot be used.
    pub fn answerable(&self, evidence: &Evidence) -> Result<Answerable, QuestionError> {
        let connector = self.connector(evidence)?;
        let envelope = match &self.addresses {
            Some((from, to)) => Some(Envelope {
                from: Mailbox::sender(from).map_err(QuestionError::Sender)?,
                to: Mailbox::recipient(to).map_err(QuestionError::Recipient)?,
            }),
            None => None,
        };
        let host = match (&self.smart_host, connector) {
            (Some(host), _) => host.as_str(),
            (None, Some(connector)) => {
                let hosts = connector.smart_hosts.as_ref();
                let first = hosts.and_then(|hosts| hosts.values.first());
                first.ok_or_else(|| QuestionError::NoSmartHost(connector.name.clone()))?
            }
            (None, None) => return Err(QuestionError::NoHost),
        };
        let fqdn = connector.and_then(|connector| connector.fqdn.as_ref());
        let name = self.fqdn.as_ref().or(fqdn).or(self.computer.as_ref());
        let ehlo_name = name.ok_or(QuestionError::NoName)?.clone();
        let (credential, reason) = match envelope {
            Some(_) => self.credential(connector, evidence)?,
            None => (None, None),
        };
        let plan = Plan {
            host: smart_host(host).to_owned(),
            port: if self.port == 0 { 25 } else { self.port },
            ehlo_name,
            connector: connector.map_or_else(String::new, |one| one.name.clone()),
            envelope,
            tls: connector.map_or(TlsUse::Offered, TlsUse::of),
            credential,
            timeout: Duration::from_secs(if self.timeout == 0 { 30 } else { self.timeout }),
        };
        plan.check()?;
        let of_connector = connector.and_then(|connector| connector.tls_domain.clone());
        let tls_domain = self.tls_domain.clone().or(of_connector);
        Ok(Answerable { plan, tls_domain, reason })
    }

    /// The send connector that is meant: by its name, else the only one, else the only one that goes
    /// to Exchange Online.
    fn connector<'a>(
        &self,
        evidence: &'a Evidence,
    ) -> Result<Option<&'a SendConnector>, QuestionError> {
        let all: Vec<&SendConnector> =
            evidence.send_connectors.iter().flatten().map(|located| &located.object).collect();
        let names = || all.iter().map(|one| one.name.clone()).collect();
        if let Some(name) = &self.connector {
            let found = all.iter().find(|one| one.is_named(name));
            let missing = || QuestionError::NoConnector { name: name.clone(), known: names() };
            return found.copied().map(Some).ok_or_else(missing);
        }
        let mut eop = all.iter().filter(|one| one.eop_sign().is_some());
        match (all.as_slice(), eop.next(), eop.next()) {
            ([], ..) => Ok(None),
            ([one], ..) | (_, Some(one), None) => Ok(Some(one)),
            // Without addresses a host was named, and the connector is of no account.
            _ if self.addresses.is_none() => Ok(None),
            _ => Err(QuestionError::SeveralConnectors(names())),
        }
    }

    /// The certificate that is shown, and why it is that one where Exchange would choose it.
    fn credential(
        &self,
        connector: Option<&SendConnector>,
        evidence: &Evidence,
    ) -> Result<(Option<Credential>, Option<String>), QuestionError> {
        let choice = match (&self.shown, connector) {
            (Shown::Nothing, _) => return Ok((None, None)),
            (Shown::File { certificate, key, password }, _) => {
                let shown = of_file(certificate, key.as_ref(), password.as_deref(), evidence)?;
                return Ok((Some(shown), None));
            }
            (Shown::Thumbprint(thumbprint), _) => Choice::of_thumbprint(evidence, *thumbprint),
            (Shown::AsExchange, Some(connector)) => choose_certificate(evidence, &connector.name),
            (Shown::AsExchange, None) => {
                Err("nothing says which certificate Exchange would choose".to_owned())
            }
        };
        let choice = choice.map_err(QuestionError::NoCertificate)?;
        Ok((Some(choice.credential(evidence)?), Some(choice.reason)))
    }
}

/// The certificate of a file, with the issuers that the store has; where the store is not known, with
/// those of the file.
fn of_file(
    file: &NamedFile,
    key: Option<&NamedFile>,
    password: Option<&Password>,
    evidence: &Evidence,
) -> Result<Credential, QuestionError> {
    let failed = |error| QuestionError::File { name: file.name.clone(), error };
    let found = read_certificates_with(&file.bytes, password).map_err(failed)?;
    let (own, others) = judged_of(found.certificates, &found.skipped)
        .map_err(|error| QuestionError::NotOne(error.to_string()))?;
    let store = evidence.intermediates.as_deref().unwrap_or(&others);
    let issuers = issuers_to_send(&own, store, evidence.at);
    let key = key.unwrap_or(file);
    if !is_pfx(&key.bytes) {
        return Ok(Credential::from_pem(own, issuers, &key.bytes, &key.name)?);
    }
    let failed = |error| QuestionError::File { name: key.name.clone(), error };
    let keys = read_pfx_keys(&key.bytes, password).map_err(failed)?;
    let mut last = CredentialError::NoKeyInPfx(key.name.clone());
    for one in keys {
        match Credential::from_pkcs8(own.clone(), issuers.clone(), &one, &key.name) {
            Ok(credential) => return Ok(credential),
            Err(error) => last = error,
        }
    }
    Err(last.into())
}
