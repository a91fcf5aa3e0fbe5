//! What a diagnosis rests on. Everything is optional; what is missing is said.

pub(crate) mod basis;
mod case_exports;
pub(crate) mod case_folder;
mod certificate_files;
pub(crate) mod certificate_uses;
pub(crate) mod chain_log;
mod collector;
mod folder_label;
mod inbound_state;
pub(crate) mod incident;
pub(crate) mod incidents;
pub(crate) mod inputs;
mod located;
mod log_row;
mod machine;
mod note_inputs;
mod objects;
mod origins;
pub(crate) mod part;
pub(crate) mod parts;
pub(crate) mod queue_errors;
pub(crate) mod received;
mod reported;
pub(crate) mod server_name;
mod tenant;
pub(crate) mod tenants;

pub use located::Located;

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::certificate::{Certificate, Thumbprint};
use crate::connector::{
    AcceptedDomains, DomainName, ExchangeCertificate, InboundConnector, MailFrom, ReceiveConnector,
    SendConnector,
};
use crate::diagnosis::evidence::certificate_uses::CertificateUses;
use crate::diagnosis::evidence::chain_log::ChainLog;
use crate::diagnosis::evidence::collector::Collector;
use crate::diagnosis::evidence::inputs::Inputs;
use crate::diagnosis::evidence::origins::{Origins, Servers};
use crate::diagnosis::evidence::queue_errors::QueueErrors;
use crate::diagnosis::evidence::tenant::Tenants;
use crate::diagnosis::literal::counted;
use crate::evidence::chain_event::{ChainEvent, ChainEventQuery, ChainEventReader};
use crate::evidence::delivery_error::{DeliveryError, DeliveryErrors};
use crate::evidence::{EvidenceKind, EvidenceReader, ExchangeObjects, HybridHistory};
use crate::finding::{OptionNames, Severity};
use crate::log::{Notice, NoticeCode, discover_files};
use crate::session::{Message, Recipient, Session};
use crate::timestamp::Timestamp;
use crate::windows::{MachineStores, WindowsVerdict};

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
    pub(crate) sessions: Collector,
    pub(crate) uses: CertificateUses,
    origins: Origins,
    tenants: Tenants,
    /// The server of installed certificates and of sessions that do not name theirs.
    pub server: Option<Arc<str>>,
    pub(crate) queue_errors: QueueErrors,
    /// Whether logs were given at all, be it that nothing was found in them.
    pub logs_given: bool,
    /// Certificates: those of the log are judged in full, others as if they were sent.
    pub certificates: Vec<GivenCertificate>,
    /// The files of those that lay in the folder of a case.
    found_certificates: Vec<String>,
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
    /// The receive connectors, over which Exchange Online hands over to the organisation.
    pub receive_connectors: Option<Vec<Located<ReceiveConnector>>>,
    /// The certificates installed on the server.
    pub installed: Option<Vec<Located<ExchangeCertificate>>>,
    /// The certificate stores of this computer, where they were asked for.
    pub machine: Option<MachineStores>,
    /// What Windows says of the chains of certificates.
    pub windows_verdicts: Vec<(Thumbprint, WindowsVerdict)>,
    /// What the logs of the Hybrid Configuration Wizard hold. Without an export of the inbound
    /// connectors their last state in these logs stands in for it.
    pub hybrid: Option<HybridHistory>,
    /// What the CAPI2 log of the server holds; `None` if it was not given.
    pub chain_log: Option<ChainLog>,
    /// The address that EOP sees, where it is known from elsewhere than the log.
    pub source_address: Option<IpAddr>,
    /// The envelope sender to judge where the log shows none.
    pub mail_from: Option<MailFrom>,
    /// The recipient domain to judge: mail for others is left out, and how much is said.
    pub(crate) recipient_domain: Option<String>,
    /// Sessions that have no recipient of that domain.
    pub(crate) left_out: u64,
    /// The first rows of logs that could not be read: path, line and reason.
    pub damaged_log: Option<(String, u64, String)>,
    /// The time of the judgement; what the log shows is judged at the time of its sessions.
    pub at: Timestamp,
    /// How many days before its expiry a certificate is warned about; `None`: a third of its
    /// validity, at most 30 days.
    pub warning_days: Option<u32>,
    /// Whose options the steps name that ask for more evidence.
    pub option_names: OptionNames,
    /// Whether inbound connectors were given, and could not be read.
    pub unread_connectors: bool,
    /// The same of accepted domains.
    pub unread_domains: bool,
    /// What was read.
    pub(crate) inputs: Inputs,
    /// Inputs that cannot be read: path and reason.
    pub unreadable: Vec<(String, String)>,
    /// Inputs that were read in part: path, line and reason.
    pub damaged: Vec<(String, u64, String)>,
    /// Ends what is done with the evidence when it becomes `true`. A report, an overview or a plan that
    /// is made meanwhile or afterwards is not whole, and nobody is to see it.
    pub cancellation: Arc<AtomicBool>,
}

/// A text that should name a sender or a recipient, and does not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no domain and no address, such as contoso.com or anna@contoso.com")]
pub struct NotADomain {
    /// What was given.
    pub text: String,
}

/// Validations that are in memory at once.
const RECORDS_PER_BATCH: usize = 256;

impl Evidence {
    /// No evidence, judged at that time.
    #[must_use]
    pub fn new(at: Timestamp) -> Self {
        Self {
            sessions: Collector::default(),
            uses: CertificateUses::default(),
            origins: Origins::default(),
            tenants: Tenants::default(),
            server: None,
            queue_errors: QueueErrors::default(),
            logs_given: false,
            certificates: Vec::new(),
            found_certificates: Vec::new(),
            intermediates: None,
            roots: Vec::new(),
            inbound_connectors: None,
            accepted_domains: None,
            send_connectors: None,
            receive_connectors: None,
            installed: None,
            machine: None,
            windows_verdicts: Vec::new(),
            hybrid: None,
            chain_log: None,
            source_address: None,
            mail_from: None,
            recipient_domain: None,
            left_out: 0,
            damaged_log: None,
            at,
            warning_days: None,
            option_names: OptionNames::default(),
            unread_connectors: false,
            unread_domains: false,
            inputs: Inputs::default(),
            unreadable: Vec::new(),
            damaged: Vec::new(),
            cancellation: Arc::default(),
        }
    }

    /// Whether nobody has cancelled what is done with it.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        #[cfg(test)]
        looks::count(&self.cancellation);
        !self.cancellation.load(Ordering::Relaxed)
    }

    /// Adds a session. Accepted domains, send connectors and the server may come before or after.
    pub fn add_session(&mut self, session: &Session) {
        self.logs_given = true;
        self.inputs.count_session(&session.log_path);
        let server = self.origins.key_of(session);
        self.uses.add(session, &server);
        self.queue_errors.search.offer(session);
        if self.is_wanted(session) {
            // Which domains are own depends on the tenant, where there are several.
            let accepted = self.accepted_domains.as_ref().filter(|_| self.tenant_count() == 1);
            let accepted = accepted.map(|located| &located.object);
            self.sessions.add(session, &server, accepted);
        } else {
            self.left_out += 1;
        }
    }

    /// No evidence, of which mail for the domain of `text` only will be judged: a domain or an address,
    /// with a dot at its end or without.
    ///
    /// # Errors
    /// [`NotADomain`].
    pub fn of_recipient(at: Timestamp, text: &str) -> Result<Self, NotADomain> {
        let name = text.trim().trim_matches(['<', '>']);
        let name = name.rsplit_once('@').map_or(name, |(_, domain)| domain);
        let domain = DomainName::parse(name.trim_end_matches('.'));
        let domain = domain.map_err(|_| NotADomain { text: text.to_owned() })?;
        Ok(Self { recipient_domain: Some(domain.as_str().to_owned()), ..Self::new(at) })
    }

    /// Judges a sender where no session shows one: a domain, an address, or `<>` for the null sender.
    ///
    /// # Errors
    /// [`NotADomain`].
    pub fn set_mail_from(&mut self, text: &str) -> Result<(), NotADomain> {
        let sender: MailFrom = text.trim().trim_end_matches('.').parse().unwrap_or_default();
        if sender == MailFrom::Unknown {
            return Err(NotADomain { text: text.to_owned() });
        }
        self.mail_from = Some(sender);
        Ok(())
    }

    /// Notes rows of a log that could not be read; the first is kept.
    pub fn note_damaged_log(&mut self, notice: &Notice) {
        if notice.code == NoticeCode::DamagedRecords || notice.line.is_some() {
            let path = notice.path.as_ref().map(|path| path.display().to_string());
            let line = notice.line.unwrap_or_default();
            let path = path.unwrap_or_default();
            self.damaged_log.get_or_insert_with(|| (path, line, notice.message.clone()));
        }
    }

    /// Which server each session is of, in the light of all evidence.
    pub(crate) fn servers(&self) -> Servers {
        let connectors = self.send_connectors.iter().flatten();
        let sources = connectors.filter_map(|one| one.object.source_transport_servers.as_ref());
        let installed = self.installed.iter().flatten();
        let known = sources
            .flat_map(|list| list.values.iter().map(String::as_str))
            .chain(installed.filter_map(|one| one.object.server.as_deref()));
        self.origins.resolve(known, self.server.as_ref())
    }

    fn is_wanted(&self, session: &Session) -> bool {
        let Some(domain) = &self.recipient_domain else { return true };
        let recipients = session.messages().flat_map(Message::recipients);
        is_for(domain, recipients.map(Recipient::address))
    }

    /// Adds an error of a queue, a tracking log or an NDR, to be looked for among the sessions that
    /// follow: these are not kept. One that comes after sessions is reported as not looked for among
    /// them.
    pub fn add_delivery_error(&mut self, error: DeliveryError) {
        if self.queue_errors.search.has_looked() {
            let message = "came after the sessions, and was not looked for among them".to_owned();
            self.damaged.push((error.path.clone(), error.line, message));
        }
        let is_wanted = self
            .recipient_domain
            .as_ref()
            .is_none_or(|domain| is_for(domain, error.recipients.iter().map(String::as_str)));
        if is_wanted {
            self.queue_errors.search.add(error);
        }
    }

    /// Adds an error that is given as text; a last attempt of which nothing settles the day is named
    /// with both. `line` is the number of the text among those that were given.
    pub fn add_error_text(&mut self, path: &str, line: u64, text: &str) {
        for error in DeliveryErrors::from_text(path, text) {
            let error = DeliveryError { line, ..error };
            if let Some(doubt) = error.open_time() {
                self.damaged.push((path.to_owned(), line, doubt.to_owned()));
            }
            self.add_delivery_error(error);
        }
    }

    /// Adds the errors of a file, or of an export.
    pub fn add_delivery_errors(&mut self, read: DeliveryErrors) {
        let (path, count) = (Path::new(&read.source_name), read.errors.len() as u64);
        self.note_file(path, EvidenceKind::DeliveryErrors, Some(count));
        if self.recipient_domain.is_none() && !self.queue_errors.search.has_looked() {
            self.queue_errors.search.add_all(read.errors);
        } else {
            for error in read.errors {
                self.add_delivery_error(error);
            }
        }
        self.damaged.extend(
            read.problems
                .into_iter()
                .map(|problem| (problem.source_name, problem.line, problem.kind.to_string())),
        );
    }

    /// Adds what the logs of the Hybrid Configuration Wizard hold; once.
    pub fn add_hybrid(&mut self, history: HybridHistory) {
        for notice in &history.notices {
            let (path, message) = (notice.path.clone(), notice.message.clone());
            let is_left_out = !history.files.contains(&path);
            match notice.severity {
                Severity::Error => self.unreadable.push((path, message)),
                // What is good to know of a log that was read stands with what it proves; what else
                // lies in its folder is no evidence.
                Severity::Information
                    if !is_left_out || notice.code == NoticeCode::OtherFilesLeftOut => {}
                Severity::Warning | Severity::Information => {
                    self.damaged.push((path, notice.line.unwrap_or_default(), message));
                }
            }
        }
        for path in &history.files {
            self.note_file(Path::new(path), EvidenceKind::WizardLog, None);
        }
        self.hybrid = Some(history);
    }

    /// Adds a validation of the CAPI2 log.
    pub fn add_chain_event(&mut self, event: &ChainEvent) {
        self.chain_log.get_or_insert_default().add(event);
    }

    /// Reads the CAPI2 log; what cannot be read of it goes into the evidence.
    pub fn read_chain_events(&mut self, query: ChainEventQuery) {
        self.chain_log.get_or_insert_default();
        let kind = EvidenceKind::ChainEvents;
        for file in discover_files(&query.inputs, query.recurse, &["xml", "evtx"]).files {
            self.note_file(&file.path, kind, None);
        }
        for (name, content) in query.contents.iter().filter(|(_, content)| !content.is_empty()) {
            self.note_content(name, kind, content);
        }
        let mut reader = ChainEventReader::new(query);
        while let Some(batch) = reader.next_batch(RECORDS_PER_BATCH, u64::MAX) {
            for event in &batch.records {
                self.add_chain_event(event);
            }
            for notice in batch.notices {
                self.add_chain_notice(notice);
            }
        }
        if let Some(log) = &mut self.chain_log {
            // Events that are not read show from when on the log was on, too.
            log.first_time = log.first_time.into_iter().chain(reader.summary().first_time).min();
        }
    }

    fn add_chain_notice(&mut self, notice: Notice) {
        let path = notice.path.map(|path| path.display().to_string()).unwrap_or_default();
        match notice.code {
            NoticeCode::EvidenceIncomplete => {
                self.chain_log.get_or_insert_default().incomplete.push((path, notice.message));
            }
            NoticeCode::DamagedRecords => {
                self.damaged.push((path, notice.line.unwrap_or_default(), notice.message));
            }
            _ => self.unreadable.push((path, notice.message)),
        }
    }

    /// Whether an export has any of the `wanted` objects, or is an empty list. One of other objects or
    /// of texts alone, and one whose objects are lost to damage, is reported as unreadable: taken for an empty
    /// list it would mean that there is no connector.
    pub fn has_wanted(&mut self, wanted: usize, objects: &ExchangeObjects) -> bool {
        self.note_export(objects);
        let path = objects.source_name.clone();
        if wanted == 0 && (objects.is_incomplete || !objects.texts.is_empty()) {
            let damage = objects.problems.first().map(|problem| problem.kind.to_string());
            let damage = damage.unwrap_or_else(|| "it is damaged".to_owned());
            let message = format!("no object could be read: {damage}. Export it again");
            self.unreadable.push((path, message));
            return false;
        }
        let others = objects.count().saturating_sub(wanted);
        if others > 0 {
            let verb = if others == 1 { "is" } else { "are" };
            let is_pipeline = path.starts_with('-');
            let place = |(line, what): &(u64, String)| {
                if is_pipeline { format!("[{line}] {what}") } else { format!("line {line} {what}") }
            };
            let mut places: Vec<String> = objects.unused_places.iter().map(place).collect();
            if wanted == 0 {
                places.splice(0..0, known_kinds(objects));
            }
            let places =
                if places.is_empty() { String::new() } else { format!(": {}", places.join("; ")) };
            let others = counted(others as u64, "object");
            let message = format!("{others} of another kind {verb} left out{places}");
            if wanted == 0 {
                self.unreadable.push((path, message));
                return false;
            }
            self.damaged.push((path, 0, message));
        }
        true
    }
}

/// Objects that are of use elsewhere, in words: `2 send connectors, to be given as such`.
fn known_kinds(objects: &ExchangeObjects) -> Vec<String> {
    let kinds = [
        (objects.inbound_connectors.len(), "inbound connector"),
        (objects.accepted_domains.len(), "accepted domain"),
        (objects.send_connectors.len(), "send connector"),
        (objects.receive_connectors.len(), "receive connector"),
        (objects.certificates.len(), "installed certificate"),
    ];
    let found = kinds.into_iter().filter(|(count, _)| *count > 0);
    found
        .map(|(count, kind)| format!("{}, to be given as such", counted(count as u64, kind)))
        .collect()
}

/// Whether any of the recipients is of that domain; without recipients it may be.
fn is_for<'a>(domain: &str, recipients: impl Iterator<Item = &'a str>) -> bool {
    let mut recipients = recipients.peekable();
    let fits = |address: &str| {
        address.rsplit_once('@').is_some_and(|(_, found)| found.eq_ignore_ascii_case(domain))
    };
    recipients.peek().is_none() || recipients.any(fits)
}

#[cfg(test)]
mod tests;

/// How often it was asked whether a work goes on: what a cancelled one still does is counted by it.
#[cfg(test)]
pub(crate) mod looks {
    use std::cell::Cell;
    use std::sync::atomic::{AtomicBool, Ordering};

    thread_local! {
        static COUNT: Cell<u64> = const { Cell::new(0) };
        /// The look at which the work is cancelled.
        static LAST: Cell<u64> = const { Cell::new(u64::MAX) };
    }

    pub fn count(cancellation: &AtomicBool) {
        COUNT.set(COUNT.get() + 1);
        if COUNT.get() == LAST.get() {
            cancellation.store(true, Ordering::Relaxed);
        }
    }

    /// The looks of this thread during `work`, which is cancelled at that look.
    pub fn of_cancelled_at(look: u64, work: impl FnOnce()) -> u64 {
        COUNT.set(0);
        LAST.set(look);
        work();
        LAST.set(u64::MAX);
        COUNT.get()
    }
}
