//! Message tracking logs (MSGTRK*.LOG), read as a stream: the failures in them, alike ones as one.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};
use encoding_rs_io::DecodeReaderBytesBuilder;
use hashbrown::HashMap;
use memchr::memmem::Finder;

use super::error::{DeliveryError, DeliveryErrorSource};
use super::tracking_event::{Servers, is_failure, statuses};
use crate::evidence::export::{Dates, Problem, ProblemKind, TextFile, TimeReading};
use crate::input;
use crate::reply::{EnhancedStatus, RejectionClass};

/// What a log names itself by, in its first lines.
const LOG_TYPE: &str = "#Log-type: Message Tracking Log";
/// Fields that it alone has, where the lines before were cut off.
const OWN_FIELDS: [&str; 2] = ["recipient-status", "event-id"];
/// Kinds of failures that are kept apart; further ones are counted.
const MAXIMUM_KINDS: usize = 1000;
/// Recipients that are kept of one kind.
const MAXIMUM_RECIPIENTS: usize = 100;
/// The longest line; a longer one is damaged.
const MAXIMUM_LINE: usize = 4 << 20;

/// Failures that differ in message and time only.
type Kind = (String, String, Option<RejectionClass>, Option<u16>, Option<EnhancedStatus>);

/// The failures of a log.
#[derive(Debug, Default)]
pub(super) struct TrackedFailures {
    pub(super) source_name: String,
    pub(super) errors: Vec<DeliveryError>,
    /// Events without an error.
    pub(super) without_error: u64,
    /// Failures of kinds beyond those that are kept.
    pub(super) left_out: u64,
    pub(super) problems: Vec<Problem>,
}

/// How much of a file shows that it is one, in bytes.
const BEGINNING: usize = 4096;

/// Opens a file if it is a message tracking log.
pub(super) fn open(path: &Path) -> Option<impl Read + use<>> {
    if !is_tracking_log(&input::beginning(path, BEGINNING as u64).ok()?) {
        return None;
    }
    input::open(path).ok()
}

pub(super) fn is_tracking_log(bytes: &[u8]) -> bool {
    let beginning = TextFile::decode(&bytes[..bytes.len().min(BEGINNING)]);
    beginning.text.contains(LOG_TYPE)
        || beginning.text.split(['\n', '\r']).any(|line| {
            line.trim_start_matches('\u{FEFF}').starts_with("#Fields:")
                && OWN_FIELDS.iter().all(|name| line.contains(name))
        })
}

pub(super) fn read(source_name: &str, log: impl Read) -> TrackedFailures {
    let mut read = TrackedFailures { source_name: source_name.to_owned(), ..Default::default() };
    let mut kinds: HashMap<Kind, usize> = HashMap::new();
    let mut fields = Fields::default();
    // UTF-16 by its mark; all else as it stands.
    let decoder = DecodeReaderBytesBuilder::new().bom_override(true).strip_bom(true).build(log);
    let mut log = BufReader::with_capacity(1 << 18, decoder);
    let (mut number, mut offset) = (0_u64, 0_u64);
    let mut beginning = Vec::new();
    if let Err(error) = log.by_ref().take(BEGINNING as u64).read_to_end(&mut beginning) {
        report(&mut read, number, offset, &error.to_string());
    }
    let line_end = line_end_of(&beginning);
    let mut log = beginning.as_slice().chain(log);
    let ends = ENDS_OF_FAILURES.map(Finder::new);
    let mut line = Vec::new();
    loop {
        line.clear();
        let limit = MAXIMUM_LINE as u64;
        let length = match log.by_ref().take(limit).read_until(line_end, &mut line) {
            Ok(0) => break,
            Ok(length) => length as u64,
            Err(error) => {
                report(&mut read, number, offset, &error.to_string());
                break;
            }
        };
        number += 1;
        offset += length;
        if let Some(names) = line.strip_prefix(b"#Fields:") {
            fields = Fields::of(names);
        } else if line.first() == Some(&b'#') || line.trim_ascii().is_empty() {
        } else if !ends.iter().any(|end| end.find(&line).is_some()) {
            read.without_error += 1;
        } else if let Some(record) = fields.record(&line) {
            add(&mut read, &mut kinds, &fields, &record, number);
        } else {
            report(&mut read, number, offset, "not as many fields as named");
        }
    }
    read
}

/// With what lines end: CR where the beginning has no LF.
fn line_end_of(beginning: &[u8]) -> u8 {
    let is_cr = !beginning.contains(&b'\n') && beginning.contains(&b'\r');
    if is_cr { b'\r' } else { b'\n' }
}

fn report(read: &mut TrackedFailures, line: u64, offset: u64, message: &str) {
    const MAXIMUM_PROBLEMS: usize = 200;
    if read.problems.len() < MAXIMUM_PROBLEMS {
        let source_name = read.source_name.clone();
        let kind = ProblemKind::LogRow { message: message.to_owned() };
        read.problems.push(Problem { source_name, line, offset, kind });
    }
}

/// With what the names of events that fail end in a row: most rows are of mail that is delivered.
const ENDS_OF_FAILURES: [&str; 5] = ["FAIL,", "DEFER,", "DSN,", "BADMAIL,", "POISONMESSAGE,"];

/// Where the fields stand that are read.
#[derive(Default)]
struct Fields {
    names: Vec<String>,
}

impl Fields {
    fn of(line: &[u8]) -> Self {
        let text = String::from_utf8_lossy(line);
        Self { names: text.split(',').map(|name| name.trim().to_ascii_lowercase()).collect() }
    }

    fn record(&self, line: &[u8]) -> Option<ByteRecord> {
        let mut reader = ReaderBuilder::new().has_headers(false).from_reader(line);
        let mut record = ByteRecord::new();
        let is_read = reader.read_byte_record(&mut record).unwrap_or_default();
        (is_read && record.len() == self.names.len()).then_some(record)
    }

    fn text(&self, record: &ByteRecord, name: &str) -> Option<String> {
        let place = self.names.iter().position(|known| known == name)?;
        let text = String::from_utf8_lossy(record.get(place)?).trim().to_owned();
        (!text.is_empty()).then_some(text)
    }
}

fn add(
    read: &mut TrackedFailures,
    kinds: &mut HashMap<Kind, usize>,
    fields: &Fields,
    record: &ByteRecord,
    line: u64,
) {
    let text = |name: &str| fields.text(record, name);
    let status = text("recipient-status").or_else(|| text("source-context"));
    let status = status.filter(|_| text("event-id").is_some_and(|event| is_failure(&event)));
    let recipients = text("recipient-address").unwrap_or_default();
    let recipients: Vec<String> = recipients
        .split(';')
        .map(|address| address.trim().to_owned())
        .filter(|address| !address.is_empty())
        .collect();
    let mut is_refused = false;
    for (status, recipients) in statuses(status.as_deref().unwrap_or_default(), recipients) {
        let error = DeliveryError::of_text(&read.source_name, &status);
        if error.explanation.code.is_some_and(|code| code >= 400) {
            is_refused = true;
            add_error(read, kinds, error, recipients, line, text);
        }
    }
    read.without_error += u64::from(!is_refused);
}

/// Adds the error of a row, or counts it with one that is alike.
fn add_error(
    read: &mut TrackedFailures,
    kinds: &mut HashMap<Kind, usize>,
    mut error: DeliveryError,
    recipients: Vec<String>,
    line: u64,
    text: impl Fn(&str) -> Option<String>,
) {
    let reading = text("date-time").and_then(|text| Dates::default().read(&text));
    let time = reading.and_then(TimeReading::stated);
    let connector = text("connector-id");
    let source = text("source");
    let servers = Servers::of(source.as_deref(), text("client-hostname"), text("server-hostname"));
    let explanation = &error.explanation;
    let kind = (
        connector.clone().unwrap_or_default(),
        servers.next_hop.clone().or_else(|| servers.reporting.clone()).unwrap_or_default(),
        explanation.rejection,
        explanation.code,
        explanation.enhanced_status,
    );
    if let Some(known) = kinds.get(&kind).and_then(|place| read.errors.get_mut(*place)) {
        known.message_count = known.message_count.map(|count| count + 1);
        for recipient in recipients {
            if known.recipients.len() < MAXIMUM_RECIPIENTS && !known.recipients.contains(&recipient)
            {
                known.recipients.push(recipient);
            }
        }
        if time > known.time {
            (known.time, known.line) = (time, line);
        }
        return;
    }
    if read.errors.len() == MAXIMUM_KINDS {
        read.left_out += 1;
        return;
    }
    error.source = DeliveryErrorSource::TrackingLog;
    error.line = line;
    error.time = time.or(error.time);
    error.identity = text("internal-message-id");
    if servers.next_hop.is_some() {
        let explanation = &mut error.explanation;
        explanation.ip_address = explanation.ip_address.take().or_else(|| text("server-ip"));
    }
    error.reporting_server = servers.reporting;
    error.next_hop = servers.next_hop;
    error.sender = text("sender-address");
    error.recipients = recipients;
    error.message_count = Some(1);
    error.explanation.send_connector = error.explanation.send_connector.take().or(connector);
    if let Some(id) = text("message-id") {
        error.explanation.internet_message_id = Some(id);
    }
    kinds.insert(kind, read.errors.len());
    read.errors.push(error);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stated_time::StatedTime;
    use crate::timestamp::Timestamp;

    const LOG: &str = "#Software: Microsoft Exchange Server\r\n#Version: 15.02.1544.004\r\n\
        #Log-type: Message Tracking Log\r\n#Date: 2026-11-17T00:00:01.123Z\r\n\
        #Fields: date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,\
        connector-id,source,event-id,internal-message-id,message-id,recipient-address,\
        recipient-status,sender-address\r\n\
        2026-11-17T05:00:00.000Z,,EX01,,mx.example,,Outbound,SMTP,SEND,1,<a@contoso.com>,x@tailspintoys.com,250 2.1.5 OK,kim@contoso.com\r\n\
        2026-11-17T05:10:00.000Z,,EX01,,mx.example,,Outbound,SMTP,FAIL,2,<b@contoso.com>,x@tailspintoys.com,\"550 5.7.64 TenantAttribution; Relay Access Denied\",kim@contoso.com\r\n\
        2026-11-17T05:20:00.000Z,,EX01,,mx.example,,Outbound,SMTP,FAIL,3,<c@contoso.com>,y@tailspintoys.com,\"550 5.7.64 TenantAttribution; Relay Access Denied [A]\",kim@contoso.com\r\n\
        2026-11-17T05:30:00.000Z,,EX01,,mx.example,,Outbound,SMTP,DEFER,4,<d@contoso.com>,z@tailspintoys.com,451 4.7.0 Temporary server error,kim@contoso.com\r\n\
        2026-11-17T05:40:00.000Z,,EX01,,mx.example,,Outbound,SMTP,FAIL,cut";

    #[test]
    fn failures_are_grouped_by_kind_with_connector_hop_and_the_newest_time() {
        let read = read("MSGTRK.LOG", LOG.as_bytes());
        let classes: Vec<_> = read.errors.iter().map(|error| error.explanation.rejection).collect();
        let expected = [RejectionClass::RelayDenied, RejectionClass::TemporaryServerError];
        assert_eq!(classes, expected.map(Some));
        let error = &read.errors[0];
        assert_eq!(error.message_count, Some(2));
        assert_eq!(error.time.map(StatedTime::time), Timestamp::parse("2026-11-17T05:20:00Z"));
        assert_eq!(error.recipients, ["x@tailspintoys.com", "y@tailspintoys.com"]);
        assert_eq!(error.explanation.send_connector.as_deref(), Some("Outbound"));
        assert_eq!(error.next_hop.as_deref(), Some("mx.example"));
        // The row that a cut copy ends in is reported with its line.
        assert_eq!(read.problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [10]);
    }

    #[test]
    fn each_recipient_has_its_own_status_and_each_row_its_own_servers() {
        const DENIED: &str = "550 5.7.64 TenantAttribution; Relay Access Denied";
        const UNKNOWN: &str = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found";
        let row = |event: &str, source: &str, client: &str, server: &str, status: &str| {
            format!(
                "2026-11-17T05:00:00.000Z,{client},192.0.2.9,{server},Out,{source},{event},\
                1,<a@contoso.com>,x@tailspintoys.com;y@tailspintoys.com,\"{status}\",kim@contoso.com\n"
            )
        };
        let header = "#Fields: date-time,client-hostname,server-ip,server-hostname,connector-id,source,\
            event-id,internal-message-id,message-id,recipient-address,recipient-status,sender-address\n";
        let both = format!("{DENIED};{UNKNOWN}");
        let queue = format!("[{{LED={DENIED}}};{{MSG=}};{{FQDN=mx.example}};{{IP=192.0.2.9}}]");
        let (smtp, own) = (Some("mx.example"), Some("EX02"));
        for (row, expected, reporting, next_hop) in [
            (row("FAIL", "SMTP", "EX01", "mx.example", DENIED), 1, Some("EX01"), smtp),
            (row("DEFER", "SMTP", "", "mx.example", DENIED), 1, None, smtp),
            (row("FAIL", "ROUTING", "", "EX02", &both), 2, own, None),
            (row("FAIL", "ROUTING", "", "EX02", &format!("{DENIED};{DENIED}")), 1, own, None),
            (row("DSN", "DSN", "", "EX02", &format!("{queue};{queue}")), 1, own, None),
            (row("HAREDIRECTFAIL", "SMTP", "", "EX02", DENIED), 1, own, None),
            (row("SUBMITFAIL", "STOREDRIVER", "EX09", "EX02", UNKNOWN), 1, own, None),
            (row("RESUBMITDEFER", "QUEUE", "", "EX02", DENIED), 1, own, None),
            (row("SEND", "SMTP", "EX01", "mx.example", DENIED), 0, None, None),
            (row("RECEIVE", "SMTP", "FAIL,", "mx.example", DENIED), 0, None, None),
        ] {
            let read = read("MSGTRK.LOG", format!("{header}{row}").as_bytes());
            assert_eq!(read.errors.len(), expected, "{row}");
            for error in &read.errors {
                assert_eq!(error.reporting_server.as_deref(), reporting, "{row}");
                assert_eq!(error.next_hop.as_deref(), next_hop, "{row}");
            }
            if let [denied, unknown] = &read.errors[..] {
                let class = |error: &DeliveryError| error.explanation.rejection;
                assert_eq!(class(denied), Some(RejectionClass::RelayDenied));
                assert_ne!(class(unknown), class(denied));
                assert_eq!(denied.recipients, ["x@tailspintoys.com"]);
                assert_eq!(unknown.recipients, ["y@tailspintoys.com"]);
            } else if let [one] = &read.errors[..] {
                assert_eq!(one.recipients.len(), 2, "{row}");
            }
        }
    }

    #[test]
    fn every_line_end_is_read() {
        for end in ["\n", "\r", "\r\n"] {
            let read = read("MSGTRK.LOG", LOG.replace("\r\n", end).as_bytes());
            assert_eq!((read.errors.len(), read.problems.len()), (2, 1), "{end:?}");
            assert_eq!(read.errors[0].line, 8, "{end:?}");
        }
    }

    #[test]
    fn a_log_is_read_as_a_stream_from_a_file_as_it_stands_and_compressed() {
        use std::io::Write;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("MSGTRK.LOG");
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(LOG.as_bytes()).unwrap();
        for content in [LOG.as_bytes().to_vec(), packed.finish().unwrap()] {
            std::fs::write(&path, content).unwrap();
            let read = read("MSGTRK.LOG", open(&path).unwrap());
            assert_eq!(read.errors.len(), 2);
        }
        // As copies are saved.
        let lines_of_cr = LOG.replace("\r\n", "\r");
        let wide: Vec<u8> = LOG.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for content in [lines_of_cr.into_bytes(), [&b"\xFF\xFE"[..], &wide].concat()] {
            std::fs::write(&path, content).unwrap();
            let read = read("MSGTRK.LOG", open(&path).unwrap());
            assert_eq!((read.errors.len(), read.errors[0].line), (2, 8));
        }
        let (_, fields) = LOG.split_once("#Fields").unwrap();
        std::fs::write(&path, format!("\u{FEFF}#Fields{fields}")).unwrap();
        assert_eq!(read("MSGTRK.LOG", open(&path).unwrap()).errors.len(), 2);
        std::fs::write(&path, "#Software: Microsoft Exchange Server\r\n").unwrap();
        assert!(open(&path).is_none());
    }
}
