//! Message tracking logs (MSGTRK*.LOG), read as a stream: the failures in them, alike ones as one.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};
use hashbrown::HashMap;

use super::error::{DeliveryError, DeliveryErrorSource};
use super::objects::FAILURES;
use crate::evidence::export::{Dates, Problem, ProblemKind, TimeReading};
use crate::input;
use crate::reply::{EnhancedStatus, RejectionClass};

/// What a log names itself by, in its first lines.
const LOG_TYPE: &[u8] = b"#Log-type: Message Tracking Log";
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
const BEGINNING: usize = 1024;

/// Opens a file if it is a message tracking log.
pub(super) fn open(path: &Path) -> Option<impl BufRead> {
    if !is_tracking_log(&input::beginning(path, BEGINNING as u64).ok()?) {
        return None;
    }
    Some(BufReader::with_capacity(1 << 18, input::open(path).ok()?))
}

pub(super) fn is_tracking_log(bytes: &[u8]) -> bool {
    let beginning = &bytes[..bytes.len().min(BEGINNING)];
    memchr::memmem::find(beginning, LOG_TYPE).is_some()
}

pub(super) fn read(source_name: &str, mut log: impl BufRead) -> TrackedFailures {
    let mut read = TrackedFailures { source_name: source_name.to_owned(), ..Default::default() };
    let mut kinds: HashMap<Kind, usize> = HashMap::new();
    let mut fields = Fields::default();
    let mut line = Vec::new();
    let line_end = line_end_of(&mut log);
    let (mut number, mut offset) = (0_u64, 0_u64);
    loop {
        line.clear();
        let limit = MAXIMUM_LINE as u64;
        let length = match log.by_ref().take(limit).read_until(line_end, &mut line) {
            Ok(0) => break,
            Ok(length) => length as u64,
            Err(error) => {
                report(&mut read, number, offset, error.to_string());
                break;
            }
        };
        number += 1;
        offset += length;
        if let Some(names) = line.strip_prefix(b"#Fields:") {
            fields = Fields::of(names);
        } else if line.first() != Some(&b'#') && may_fail(&line) {
            match fields.record(&line) {
                Some(record) => add(&mut read, &mut kinds, &fields, &record, number),
                None => report(&mut read, number, offset, "not as many fields as named".to_owned()),
            }
        }
    }
    read
}

/// With what its lines end: CR where its beginning has no LF.
fn line_end_of(log: &mut impl BufRead) -> u8 {
    let beginning = log.fill_buf().unwrap_or_default();
    let is_cr = !beginning.contains(&b'\n') && beginning.contains(&b'\r');
    if is_cr { b'\r' } else { b'\n' }
}

fn report(read: &mut TrackedFailures, line: u64, offset: u64, message: String) {
    const MAXIMUM_PROBLEMS: usize = 200;
    if read.problems.len() < MAXIMUM_PROBLEMS {
        let source_name = read.source_name.clone();
        read.problems.push(Problem {
            source_name,
            line,
            offset,
            kind: ProblemKind::Csv { message },
        });
    }
}

/// Whether a line holds the name of an event that fails: most lines are of mail that is delivered.
fn may_fail(line: &[u8]) -> bool {
    FAILURES.iter().any(|event| {
        memchr::memmem::find(line, event.as_bytes()).is_some_and(|at| {
            line.get(at.wrapping_sub(1)) == Some(&b',') && line.get(at + event.len()) == Some(&b',')
        })
    })
}

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
    let is_failure = text("event-id").is_some_and(|event| FAILURES.contains(&event.as_str()));
    let status = text("recipient-status").or_else(|| text("source-context"));
    let Some(status) = status.filter(|_| is_failure) else {
        read.without_error += 1;
        return;
    };
    let reading = text("date-time").and_then(|text| Dates::default().read(&text));
    let time = reading.and_then(TimeReading::stated);
    let recipients: Vec<String> =
        text("recipient-address").unwrap_or_default().split(';').map(str::to_owned).collect();
    let mut error = DeliveryError::of_text(&read.source_name, &status);
    if error.explanation.code.is_none_or(|code| code < 400) {
        read.without_error += 1;
        return;
    }
    let connector = text("connector-id");
    let next_hop = text("server-hostname");
    let explanation = &error.explanation;
    let kind = (
        connector.clone().unwrap_or_default(),
        next_hop.clone().unwrap_or_default(),
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
    error.reporting_server = text("client-hostname").or_else(|| text("server-hostname"));
    error.next_hop = next_hop;
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
        std::fs::write(&path, "#Software: Microsoft Exchange Server\r\n").unwrap();
        assert!(open(&path).is_none());
    }
}
