//! Sessions as comma-separated values: flat, for spreadsheets and `Import-Csv`.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;

use eop_relay::log::LogType;
use eop_relay::reply::RejectionClass;
use eop_relay::session::{Message, Outcome, Recipient, Session, TlsStatus};
use eop_relay::timestamp::Timestamp;
use eop_relay::view::printable;
use serde::Serialize;

use super::writer::SessionWriter;

/// The names of the columns: the fields of [`Columns`], in order.
const HEADER: [&str; 38] = [
    "LogType",
    "Server",
    "LogPath",
    "Line",
    "StartTime",
    "EndTime",
    "Connector",
    "SessionId",
    "ProxySessionId",
    "LocalEndpoint",
    "RemoteEndpoint",
    "RemoteHost",
    "EhloName",
    "PublicIPAddress",
    "IsEop",
    "StartTlsOffered",
    "TlsStatus",
    "TlsProtocol",
    "TlsCipher",
    "TlsError",
    "TlsErrorCode",
    "SentThumbprint",
    "SentSubject",
    "SentIssuer",
    "SentDnsNames",
    "RemoteThumbprint",
    "RemoteSubject",
    "MessageCount",
    "RecipientCount",
    "RefusedRecipientCount",
    "FirstMailFrom",
    "FirstRecipient",
    "Reply",
    "Rejection",
    "Outcome",
    "Complete",
    "RowCount",
    "Notes",
];

/// How texts are written.
#[derive(Clone, Copy, Debug)]
pub struct Cells {
    /// Whether a text that a spreadsheet would take for a formula stays as it is; else it gets an
    /// apostrophe in front (OWASP, CSV Injection).
    pub are_raw: bool,
    /// Whether they go to a terminal, which nothing in them may steer.
    pub are_on_terminal: bool,
}

impl Cells {
    fn text(self, text: &str) -> Cow<'_, str> {
        let text = if self.are_on_terminal { printable(text) } else { Cow::Borrowed(text) };
        if !self.are_raw && text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            return Cow::Owned(format!("'{text}"));
        }
        text
    }
}

/// One line of the file.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Columns<'a> {
    log_type: LogType,
    server: Option<Cow<'a, str>>,
    log_path: Cow<'a, str>,
    line: u64,
    start_time: Timestamp,
    end_time: Timestamp,
    connector: Cow<'a, str>,
    session_id: Cow<'a, str>,
    proxy_session_id: Option<Cow<'a, str>>,
    local_endpoint: Option<Cow<'a, str>>,
    remote_endpoint: Option<Cow<'a, str>>,
    remote_host: Option<Cow<'a, str>>,
    ehlo_name: Option<Cow<'a, str>>,
    #[serde(rename = "PublicIPAddress")]
    public_ip_address: Option<Cow<'a, str>>,
    is_eop: Option<bool>,
    start_tls_offered: Option<bool>,
    tls_status: TlsStatus,
    tls_protocol: Option<Cow<'a, str>>,
    tls_cipher: Option<Cow<'a, str>>,
    tls_error: Option<Cow<'a, str>>,
    tls_error_code: Option<i32>,
    sent_thumbprint: Option<Cow<'a, str>>,
    sent_subject: Option<Cow<'a, str>>,
    sent_issuer: Option<Cow<'a, str>>,
    sent_dns_names: Cow<'a, str>,
    remote_thumbprint: Option<Cow<'a, str>>,
    remote_subject: Option<Cow<'a, str>>,
    message_count: usize,
    recipient_count: usize,
    refused_recipient_count: usize,
    first_mail_from: Option<Cow<'a, str>>,
    first_recipient: Option<Cow<'a, str>>,
    reply: Option<Cow<'a, str>>,
    rejection: Option<RejectionClass>,
    outcome: Outcome,
    complete: bool,
    row_count: u64,
    notes: Cow<'a, str>,
}

impl<'a> Columns<'a> {
    fn of(session: &'a Session, log_path: &'a str, cells: Cells) -> Self {
        let text = |text: &'a str| cells.text(text);
        let owned = |text: String| Cow::Owned(cells.text(&text).into_owned());
        let sent = session.sent_certificate.as_deref();
        let remote = session.remote_certificate.as_deref();
        let recipients = || session.messages().flat_map(Message::recipients);
        Self {
            log_type: session.log_type,
            server: session.server.as_deref().map(text),
            log_path: text(log_path),
            line: session.line,
            start_time: session.start_time,
            end_time: session.end_time,
            connector: text(session.connector()),
            session_id: text(session.session_id()),
            proxy_session_id: session.proxy_session_id().map(text),
            local_endpoint: session.local_endpoint().map(text),
            remote_endpoint: session.remote_endpoint().map(text),
            remote_host: session.remote_host().map(text),
            ehlo_name: session.ehlo_name().map(text),
            public_ip_address: session.public_ip_address().map(text),
            is_eop: session.is_eop,
            start_tls_offered: session.start_tls_offered,
            tls_status: session.tls_status,
            tls_protocol: session.tls_protocol().map(text),
            tls_cipher: session.tls_cipher().map(text),
            tls_error: session.tls_error().map(text),
            tls_error_code: session.tls_error_code,
            sent_thumbprint: session.sent_thumbprint().map(text),
            sent_subject: session.sent_subject().map(text),
            sent_issuer: sent.and_then(|certificate| certificate.issuer.as_deref()).map(text),
            sent_dns_names: sent
                .map_or(Cow::Borrowed(""), |certificate| owned(join(&certificate.dns_names))),
            remote_thumbprint: remote
                .and_then(|certificate| certificate.thumbprint.as_deref())
                .map(text),
            remote_subject: remote.and_then(|certificate| certificate.subject.as_deref()).map(text),
            message_count: session.messages().len(),
            recipient_count: recipients().count(),
            refused_recipient_count: recipients()
                .filter(|recipient| is_refused(*recipient))
                .count(),
            first_mail_from: session.messages().next().and_then(Message::mail_from).map(text),
            first_recipient: recipients().next().map(Recipient::address).map(text),
            reply: session.reply().map(text),
            rejection: session.rejection,
            outcome: session.outcome,
            complete: session.complete,
            row_count: session.row_count,
            notes: owned(
                session.notes.iter().map(|note| note.message()).collect::<Vec<_>>().join(" | "),
            ),
        }
    }
}

fn join(names: &[Arc<str>]) -> String {
    names.join(";")
}

/// Whether the reply to RCPT TO was a refusal: 4yz or 5yz (RFC 5321, 4.2.1).
fn is_refused(recipient: Recipient<'_>) -> bool {
    recipient.reply().is_some_and(|reply| reply.starts_with(['4', '5']))
}

/// Writes a header and a line per session.
pub struct CsvWriter<W: Write> {
    output: csv::Writer<W>,
    cells: Cells,
}

impl<W: Write> CsvWriter<W> {
    pub fn new(output: W, cells: Cells) -> Self {
        // The header is written even without a session, which serde's own would not be.
        Self { output: csv::WriterBuilder::new().has_headers(false).from_writer(output), cells }
    }
}

impl<W: Write> SessionWriter for CsvWriter<W> {
    fn begin(&mut self) -> io::Result<()> {
        self.output.write_record(HEADER).map_err(io_error)
    }

    fn write(&mut self, session: &Session) -> io::Result<()> {
        let log_path = session.log_path.to_string_lossy();
        self.output.serialize(Columns::of(session, &log_path, self.cells)).map_err(io_error)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// The error beneath, so that a closed pipe is still known as one.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use eop_relay::session::SessionNote;

    use super::*;
    use crate::sessions::fixtures;

    const CELLS: Cells = Cells { are_raw: false, are_on_terminal: false };

    fn written(sessions: &[Session]) -> Vec<u8> {
        written_as(CELLS, sessions)
    }

    fn written_as(cells: Cells, sessions: &[Session]) -> Vec<u8> {
        let mut output = Vec::new();
        let mut writer = CsvWriter::new(&mut output, cells);
        writer.begin().unwrap();
        for session in sessions {
            writer.write(session).unwrap();
        }
        drop(writer);
        output
    }

    fn rows(bytes: &[u8]) -> Vec<HashMap<String, String>> {
        csv::Reader::from_reader(bytes).deserialize().map(Result::unwrap).collect()
    }

    #[test]
    fn the_header_names_the_columns_in_their_order() {
        let mut by_serde = csv::Writer::from_writer(Vec::new());
        by_serde.serialize(Columns::of(&fixtures::delivered(), "", CELLS)).unwrap();
        let by_serde = String::from_utf8(by_serde.into_inner().unwrap()).unwrap();
        assert_eq!(by_serde.lines().next().unwrap(), HEADER.join(","));
    }

    #[test]
    fn the_header_stands_alone_without_a_session() {
        assert_eq!(written(&[]), (HEADER.join(",") + "\n").into_bytes());
    }

    #[test]
    fn names_are_those_of_json_where_both_have_the_column() {
        let json = serde_json::to_value(fixtures::refused()).unwrap();
        let flat_only = HEADER.iter().filter(|name| json.get(**name).is_none());
        let expected = [
            "SentIssuer",
            "SentDnsNames",
            "RemoteThumbprint",
            "RemoteSubject",
            "MessageCount",
            "RecipientCount",
            "RefusedRecipientCount",
            "FirstMailFrom",
            "FirstRecipient",
        ];
        assert_eq!(flat_only.copied().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_session_is_flat() {
        let row = &rows(&written(&[fixtures::refused()]))[0];
        for (name, expected) in [
            ("StartTime", "2026-11-16T01:02:09.114Z"),
            ("IsEop", "true"),
            ("TlsErrorCode", ""),
            ("SentThumbprint", fixtures::THUMBPRINT),
            ("SentSubject", "CN=mail.contoso.com, O=Contoso Ltd, C=NO"),
            ("SentDnsNames", "mail.contoso.com;contoso.com"),
            ("MessageCount", "1"),
            ("RecipientCount", "7"),
            ("RefusedRecipientCount", "7"),
            ("FirstMailFrom", "alice@contoso.com"),
            ("FirstRecipient", "user1@fabrikam.com"),
            ("Rejection", "RelayDenied"),
            ("Outcome", "Refused"),
        ] {
            assert_eq!(row[name], expected, "{name}");
        }
    }

    #[test]
    fn notes_are_the_sentences_that_json_has() {
        let mut session = fixtures::delivered();
        session.notes = vec![SessionNote::ProxyHalvesJoined, SessionNote::ContentCapped];
        let json = serde_json::to_value(&session).unwrap();
        let sentences: Vec<&str> =
            json["Notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
        assert_eq!(rows(&written(&[session]))[0]["Notes"], sentences.join(" | "));
    }

    #[test]
    fn what_is_unknown_is_empty() {
        let row = &rows(&written(&[fixtures::connect_failed()]))[0];
        for name in ["RemoteHost", "IsEop", "SentThumbprint", "Rejection", "FirstMailFrom"] {
            assert_eq!(row[name], "", "{name}");
        }
    }

    fn with_remote_host(host: &str) -> Session {
        fixtures::changed(&fixtures::delivered(), |parts| parts.remote_host = Some(host.into()))
    }

    #[test]
    fn a_text_that_looks_like_a_formula_gets_an_apostrophe_unless_it_is_wanted_raw() {
        let raw = Cells { are_raw: true, are_on_terminal: false };
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"] {
            let session = with_remote_host(text);
            let safe = rows(&written(std::slice::from_ref(&session)));
            assert_eq!(safe[0]["RemoteHost"], format!("'{text}"));
            let raw = rows(&written_as(raw, std::slice::from_ref(&session)));
            assert_eq!(raw[0]["RemoteHost"], text);
        }
        let mut session = fixtures::connect_failed();
        session.tls_error_code = Some(-2_146_893_008);
        assert_eq!(rows(&written(&[session]))[0]["TlsErrorCode"], "-2146893008");
    }

    #[test]
    fn nothing_in_a_cell_steers_the_terminal() {
        let on_terminal = Cells { are_on_terminal: true, ..CELLS };
        let session = with_remote_host("a\u{1B}[2J");
        assert_eq!(rows(&written_as(on_terminal, &[session]))[0]["RemoteHost"], "a\u{FFFD}[2J");
    }
}
