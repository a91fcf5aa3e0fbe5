//! What a diagnosis rests on. Everything is optional; what is missing is said.

use std::net::IpAddr;

use super::story::Stories;
use super::told_errors::ToldErrors;
use crate::certificate::Certificate;
use crate::connector::{
    AcceptedDomains, ExchangeCertificate, InboundConnector, MailFrom, SendConnector,
};
use crate::evidence::ExchangeObjects;
use crate::evidence::delivery_error::{DeliveryError, DeliveryErrors};
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
    pub(super) told_errors: ToldErrors,
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
            told_errors: ToldErrors::default(),
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

    /// Takes a session. Accepted domains and send connectors come first, since sessions are told
    /// apart by them.
    pub fn add_session(&mut self, session: &Session) {
        self.logs_given = true;
        self.told_errors.search.offer(session);
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
        let recipients = session.messages.iter().flat_map(|message| &message.recipients);
        is_for(domain, recipients.map(|recipient| &*recipient.address))
    }

    /// Takes an error of a queue, a tracking log or an NDR. The recipients' domain comes before
    /// them, and they before the sessions, among which each is looked for.
    pub fn add_delivery_error(&mut self, error: DeliveryError) {
        let is_wanted = self
            .recipient_domain
            .as_ref()
            .is_none_or(|domain| is_for(domain, error.recipients.iter().map(String::as_str)));
        if is_wanted {
            self.told_errors.search.add(error);
        }
    }

    /// Takes the errors of a file, or of an export.
    pub fn add_delivery_errors(&mut self, read: DeliveryErrors) {
        for error in read.errors {
            self.add_delivery_error(error);
        }
        self.damaged.extend(
            read.problems
                .into_iter()
                .map(|problem| (problem.source_name, problem.line, problem.kind.to_string())),
        );
    }

    /// Takes the inbound connectors of an export.
    pub fn add_inbound_connectors(&mut self, objects: &ExchangeObjects) {
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
        let list = self.installed.get_or_insert_default();
        list.extend(objects.certificates.iter().map(|found| Located {
            object: found.object.clone(),
            path: objects.source_name.clone(),
            line: found.line,
        }));
        self.add_problems(objects);
    }

    fn add_problems(&mut self, objects: &ExchangeObjects) {
        self.damaged.extend(
            objects.problems.iter().map(|problem| {
                (problem.source_name.clone(), problem.line, problem.kind.to_string())
            }),
        );
    }
}

/// Whether any of the recipients is of that domain; without recipients it may be.
fn is_for<'a>(domain: &str, recipients: impl Iterator<Item = &'a str>) -> bool {
    let mut recipients = recipients.peekable();
    let fits = |address: &str| {
        address.rsplit_once('@').is_some_and(|(_, found)| found.eq_ignore_ascii_case(domain))
    };
    recipients.peek().is_none() || recipients.any(fits)
}
