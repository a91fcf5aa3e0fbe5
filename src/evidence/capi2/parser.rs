//! The XML of one event.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::codes::{ResultCode, TrustStatus};
use super::record::{ChainEventKind, ChainEventRecord, EventCertificate};
use super::tag::Tag;
use crate::certificate::Thumbprint;
use crate::timestamp::Timestamp;

const PROVIDER: &str = "Microsoft-Windows-CAPI2";
/// Deeper than any event.
const MAXIMUM_DEPTH: usize = 64;
/// More certificates than any chain; an event of 64 KiB holds fewer.
const MAXIMUM_CERTIFICATES: usize = 1024;

/// What an event came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    Record(Box<ChainEventRecord>),
    /// An event of the log that is not read: its time.
    OtherEvent(Option<Timestamp>),
    /// An event of another log.
    OtherLog,
}

/// Why an event cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum EventDamage {
    #[error("damaged XML ({0})")]
    Xml(String),
    #[error("elements nested more than {MAXIMUM_DEPTH} levels deep")]
    TooDeep,
    #[error("an event without an EventID")]
    NoEventId,
    #[error("event {0} without its UserData")]
    NoBody(u32),
}

/// Reads the XML of one event, or of its body alone.
pub(super) fn parse(xml: &str) -> Result<Parsed, EventDamage> {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    // An end tag says what it ends; a start tag that has lost its blank does not fit it.
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    let mut event = Draft::default();
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => event.start(&Tag::parse(&start))?,
            Ok(Event::End(_)) => {
                event.end();
                if event.is_not_wanted() {
                    break;
                }
            }
            Ok(Event::Text(text)) => event.text.push_str(&text),
            Ok(Event::CData(text)) => event.text.push_str(&text),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => return Err(EventDamage::Xml(error.to_string())),
        }
    }
    event.finish()
}

#[derive(Default)]
struct Draft {
    path: Vec<String>,
    /// The text since the last tag.
    text: String,
    provider: Option<String>,
    event_id: Option<u32>,
    event_record_id: Option<u64>,
    time: Option<Timestamp>,
    computer: Option<String>,
    process_id: Option<u32>,
    is_system_read: bool,
    /// The depth of the body, and what it holds.
    body: Option<(usize, ChainEventRecord)>,
}

impl Draft {
    fn start(&mut self, tag: &Tag<'_>) -> Result<(), EventDamage> {
        if self.path.len() >= MAXIMUM_DEPTH {
            return Err(EventDamage::TooDeep);
        }
        let parent = self.path.last().map(String::as_str);
        if parent == Some("System") {
            self.system(tag);
        } else if let Some((depth, record)) =
            self.body.as_mut().filter(|(depth, _)| self.path.len() >= *depth)
        {
            let below: Vec<&str> = self.path.iter().skip(*depth).map(String::as_str).collect();
            in_body(record, &below, tag);
        } else if parent == Some("UserData") || parent.is_none() {
            let named = ChainEventKind::ALL.iter().find(|kind| kind.name() == tag.element);
            let kind = named.copied().or_else(|| {
                self.event_id.filter(|_| parent.is_some()).and_then(ChainEventKind::from_id)
            });
            self.body = kind.map(|kind| (self.path.len() + 1, ChainEventRecord::new(kind)));
        }
        self.text.clear();
        self.path.push(tag.element.to_owned());
        Ok(())
    }

    fn system(&mut self, tag: &Tag<'_>) {
        match tag.element {
            "Provider" => self.provider = tag.attribute("Name").map(str::to_owned),
            "TimeCreated" => self.time = tag.attribute("SystemTime").and_then(Timestamp::parse),
            "Execution" => {
                self.process_id = tag.attribute("ProcessID").and_then(|text| text.parse().ok());
            }
            _ => {}
        }
    }

    fn end(&mut self) {
        let Some(element) = self.path.pop() else { return };
        let text = self.text.trim();
        if self.path.last().is_some_and(|parent| parent == "System") {
            match element.as_str() {
                "EventID" => self.event_id = text.parse().ok(),
                "EventRecordID" => self.event_record_id = text.parse().ok(),
                "Computer" => self.computer = Some(text.to_owned()).filter(|name| !name.is_empty()),
                _ => {}
            }
        }
        self.is_system_read |= element == "System";
        self.text.clear();
    }

    fn is_of_another_log(&self) -> bool {
        self.provider.as_deref().is_some_and(|name| !name.eq_ignore_ascii_case(PROVIDER))
    }

    /// Whether the header shows that the rest is not needed.
    fn is_not_wanted(&self) -> bool {
        let is_other = self.event_id.is_some_and(|id| ChainEventKind::from_id(id).is_none());
        self.is_system_read && (is_other || self.is_of_another_log())
    }

    fn finish(self) -> Result<Parsed, EventDamage> {
        if self.is_of_another_log() {
            return Ok(Parsed::OtherLog);
        }
        let Some((_, record)) = self.body else {
            return match self.event_id {
                Some(id) if ChainEventKind::from_id(id).is_some() => Err(EventDamage::NoBody(id)),
                Some(_) => Ok(Parsed::OtherEvent(self.time)),
                None => Err(EventDamage::NoEventId),
            };
        };
        if self.event_id.is_some_and(|id| ChainEventKind::from_id(id).is_none()) {
            return Ok(Parsed::OtherEvent(self.time));
        }
        Ok(Parsed::Record(Box::new(ChainEventRecord {
            event_record_id: self.event_record_id,
            time: self.time,
            computer: self.computer,
            process_id: self.process_id,
            ..record
        })))
    }
}

/// Takes an element of the body; `below` are the elements between the body and it.
fn in_body(record: &mut ChainEventRecord, below: &[&str], tag: &Tag<'_>) {
    let text = |name: &str| tag.attribute(name).map(str::to_owned);
    match (below, tag.element) {
        ([], "Policy") => record.policy = text("type").or_else(|| text("constant")),
        ([], "Certificate" | "SubjectCertificate")
            if record.event_name != ChainEventKind::X509Objects =>
        {
            record.certificate = Some(certificate(tag));
        }
        ([], "IssuerCertificate") => record.issuer = Some(certificate(tag)),
        ([] | ["CertificateChain", "ChainElement"], "Certificate")
            if record.certificates.len() < MAXIMUM_CERTIFICATES =>
        {
            record.certificates.push(certificate(tag));
        }
        ([], "CertificateChain") => record.chain_ref = text("chainRef"),
        ([], "SSLAdditionalPolicyInfo") => {
            record.authentication_type = text("authType");
            record.server_name = text("serverName");
        }
        ([], "Status") => {
            record.element_index = tag.attribute("elementIndex").and_then(|at| at.parse().ok());
        }
        ([], "EventAuxInfo") => record.process_name = text("ProcessName"),
        ([], "CorrelationAuxInfo") => {
            record.task_id = text("TaskId");
            record.sequence_number = tag.attribute("SeqNumber").and_then(|at| at.parse().ok());
        }
        ([], "Result") => record.result = result(tag, "value"),
        ([], "RevocationStatus") if record.result.is_none() => {
            record.result = result(tag, "error");
        }
        (["CertificateChain", "TrustStatus"], "ErrorStatus") => {
            record.error_status = status(tag);
        }
        (["CertificateChain", "ChainElement", "TrustStatus"], "ErrorStatus") => {
            if let Some(last) = record.certificates.last_mut() {
                last.error_status = status(tag);
            }
        }
        (["CertificateChain", "ChainElement", "RevocationInfo"], "RevocationResult") => {
            if let Some(last) = record.certificates.last_mut() {
                last.revocation_result = result(tag, "value");
            }
        }
        _ => {}
    }
}

fn certificate(tag: &Tag<'_>) -> EventCertificate {
    let file = tag.attribute("fileRef").unwrap_or_default();
    let name = match file.len().checked_sub(4).and_then(|end| file.split_at_checked(end)) {
        Some((name, extension)) if extension.eq_ignore_ascii_case(".cer") => name,
        _ => file,
    };
    EventCertificate {
        thumbprint: name.parse::<Thumbprint>().ok(),
        subject: tag.attribute("subjectName").map(str::to_owned),
        error_status: None,
        revocation_result: None,
    }
}

fn result(tag: &Tag<'_>, attribute: &str) -> Option<ResultCode> {
    tag.attribute(attribute).and_then(ResultCode::from_hexadecimal)
}

fn status(tag: &Tag<'_>) -> Option<TrustStatus> {
    tag.attribute("value").and_then(TrustStatus::from_hexadecimal)
}
