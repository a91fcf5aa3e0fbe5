//! What a diagnosis rests on. Everything is optional; what is missing is said.

use std::net::IpAddr;
use std::sync::Arc;

use super::certificates::CertificateUses;
use super::literal::counted;
use super::story::Stories;
use crate::certificate::Certificate;
use crate::connector::{
    AcceptedDomains, ExchangeCertificate, InboundConnector, MailFrom, SendConnector,
};
use crate::evidence::ExchangeObjects;
use crate::session::Session;
use crate::timestamp::Timestamp;

/// An object, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Located<T> {
    /// The object.
    pub object: T,
    /// The file, or what else it came from.
    pub path: String,
    /// The line where it begins, from 1; 0 where the whole file is meant.
    pub line: u64,
}

/// A certificate file: its first certificate, and what follows in it.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenCertificate {
    /// The certificate that is judged.
    pub certificate: Certificate,
    /// What follows in the file: issuers, perhaps, of which the server is not known to have any.
    pub others: Vec<Certificate>,
    /// The file.
    pub path: String,
}

/// What a diagnosis rests on.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub(super) stories: Stories,
    pub(super) uses: CertificateUses,
    /// The server of installed certificates and of sessions that do not tell theirs themselves.
    pub server: Option<Arc<str>>,
    /// Whether logs were given at all, be it that nothing was found in them.
    pub logs_given: bool,
    /// Certificates: those of the log are judged in full, others as if they were sent.
    pub certificates: Vec<GivenCertificate>,
    /// The server's LocalMachine\CA; `None` if nothing is known about its stores.
    pub intermediates: Option<Vec<Certificate>>,
    /// Trusted roots beside the embedded ones.
    pub roots: Vec<Certificate>,
    /// The inbound connectors of the tenant.
    pub inbound_connectors: Option<Vec<Located<InboundConnector>>>,
    /// The accepted domains of the tenant.
    pub accepted_domains: Option<Located<AcceptedDomains>>,
    /// The send connectors.
    pub send_connectors: Option<Vec<Located<SendConnector>>>,
    /// The certificates installed on the server.
    pub installed: Option<Vec<Located<ExchangeCertificate>>>,
    /// The address that EOP sees, where it is known from elsewhere than the log.
    pub source_address: Option<IpAddr>,
    /// The envelope sender to judge, in place of those of the log.
    pub mail_from: Option<MailFrom>,
    /// The recipient domain to judge: mail for others is left out.
    pub recipient_domain: Option<String>,
    /// The time of the judgement; what the log shows is judged at the time of its sessions.
    pub at: Timestamp,
    /// How many days before its expiry a certificate is warned about.
    pub warning_days: u32,
    /// Inputs that cannot be read: path and reason.
    pub unreadable: Vec<(String, String)>,
    /// Inputs that were read in part: path, line and reason.
    pub damaged: Vec<(String, u64, String)>,
}

/// Days before expiry of the first warning.
pub const DEFAULT_WARNING_DAYS: u32 = 30;

impl Evidence {
    /// No evidence, judged at that time.
    #[must_use]
    pub fn new(at: Timestamp) -> Self {
        Self {
            stories: Stories::default(),
            uses: CertificateUses::default(),
            server: None,
            logs_given: false,
            certificates: Vec::new(),
            intermediates: None,
            roots: Vec::new(),
            inbound_connectors: None,
            accepted_domains: None,
            send_connectors: None,
            installed: None,
            source_address: None,
            mail_from: None,
            recipient_domain: None,
            at,
            warning_days: DEFAULT_WARNING_DAYS,
            unreadable: Vec::new(),
            damaged: Vec::new(),
        }
    }

    /// Takes a session. Accepted domains, send connectors and the server come first, since sessions
    /// are told apart by them.
    pub fn add_session(&mut self, session: &Session) {
        if let (Some(server), None) = (&self.server, &session.server) {
            let told = Session { server: Some(Arc::clone(server)), ..session.clone() };
            return self.add_session(&told);
        }
        self.logs_given = true;
        self.uses.add(session);
        let is_eop_connector = self.send_connectors.as_ref().and_then(|connectors| {
            let same_name = |connector: &&Located<SendConnector>| {
                connector.object.name.eq_ignore_ascii_case(&session.connector)
            };
            connectors.iter().find(same_name).map(|found| found.object.eop_sign().is_some())
        });
        if !self.is_wanted(session) {
            return;
        }
        let accepted = self.accepted_domains.as_ref().map(|located| &located.object);
        self.stories.add(session, accepted, is_eop_connector);
    }

    fn is_wanted(&self, session: &Session) -> bool {
        let Some(domain) = &self.recipient_domain else { return true };
        let mut recipients =
            session.messages.iter().flat_map(|message| &message.recipients).peekable();
        let fits = |address: &str| {
            address.rsplit_once('@').is_some_and(|(_, found)| found.eq_ignore_ascii_case(domain))
        };
        recipients.peek().is_none() || recipients.any(|recipient| fits(&recipient.address))
    }

    /// Takes the inbound connectors of an export.
    pub fn add_inbound_connectors(&mut self, objects: &ExchangeObjects) {
        if !self.has_wanted(objects.inbound_connectors.len(), objects) {
            return;
        }
        let list = self.inbound_connectors.get_or_insert_default();
        list.extend(objects.inbound_connectors.iter().map(|found| Located {
            object: found.object.clone(),
            path: objects.source_name.clone(),
            line: found.line,
        }));
        self.add_problems(objects);
    }

    /// Takes the accepted domains of an export.
    pub fn add_accepted_domains(&mut self, objects: &ExchangeObjects) {
        if !self.has_wanted(objects.accepted_domains.len(), objects) {
            return;
        }
        let read = objects.to_accepted_domains();
        let line = objects.accepted_domains.first().map_or(0, |found| found.line);
        let path = objects.source_name.clone();
        let known = self.accepted_domains.get_or_insert_with(|| Located {
            object: AcceptedDomains::default(),
            path,
            line,
        });
        known.object.domains.extend(read.domains);
        known.object.is_incomplete |= read.is_incomplete;
        self.add_problems(objects);
    }

    /// Takes the send connectors of an export.
    pub fn add_send_connectors(&mut self, objects: &ExchangeObjects) {
        if !self.has_wanted(objects.send_connectors.len(), objects) {
            return;
        }
        let list = self.send_connectors.get_or_insert_default();
        list.extend(objects.send_connectors.iter().map(|found| Located {
            object: found.object.clone(),
            path: objects.source_name.clone(),
            line: found.line,
        }));
        self.add_problems(objects);
    }

    /// Takes the installed certificates of an export.
    pub fn add_installed(&mut self, objects: &ExchangeObjects) {
        if !self.has_wanted(objects.certificates.len(), objects) {
            return;
        }
        let list = self.installed.get_or_insert_default();
        let given = self.server.as_deref();
        let server = |one: &ExchangeCertificate| {
            let given = given.filter(|_| !one.tells_server).map(str::to_owned);
            given.or_else(|| one.server.clone())
        };
        list.extend(objects.certificates.iter().map(|found| Located {
            object: ExchangeCertificate { server: server(&found.object), ..found.object.clone() },
            path: objects.source_name.clone(),
            line: found.line,
        }));
        self.add_problems(objects);
    }

    /// Whether an export has any of the `wanted` objects, or is an empty list. One of other objects
    /// alone is told as unreadable: taken for an empty list it would mean that there is no connector.
    pub fn has_wanted(&mut self, wanted: usize, objects: &ExchangeObjects) -> bool {
        let others = objects.count().saturating_sub(wanted);
        if others > 0 {
            let verb = if others == 1 { "is" } else { "are" };
            let others = counted(others as u64, "object");
            let message = format!("{others} of another kind {verb} left out");
            let path = objects.source_name.clone();
            if wanted == 0 {
                self.unreadable.push((path, message));
                return false;
            }
            self.damaged.push((path, 0, message));
        }
        true
    }

    fn add_problems(&mut self, objects: &ExchangeObjects) {
        self.damaged.extend(
            objects.problems.iter().map(|problem| {
                (problem.source_name.clone(), problem.line, problem.kind.to_string())
            }),
        );
    }
}
