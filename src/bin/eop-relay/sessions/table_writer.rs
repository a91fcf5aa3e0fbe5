//! Sessions as a table to read: a line for each, and below it what the line has no room for.

use std::fmt::Write as _;
use std::io::{self, Write};

use eop_relay::log::LogType;
use eop_relay::session::{Outcome, Session, TlsStatus};
use eop_relay::view::{Page, printable};
use textwrap::core::display_width;

use super::writer::SessionWriter;

/// The least that the columns need.
const MINIMUM_WIDTH: usize = 80;

const TIME_WIDTH: usize = 19;
const OUTCOME_WIDTH: usize = 13;
const TLS_WIDTH: usize = 7;
const GAP: usize = 2;
/// Details begin here, with a label of [`LABEL_WIDTH`].
const INDENT: usize = 4;
const LABEL_WIDTH: usize = 7;

/// Refused recipients named before the rest is counted.
const RECIPIENTS_NAMED: usize = 5;

/// Writes the table as the sessions come: the width of a column does not depend on them.
pub struct TableWriter<W> {
    output: W,
    width: usize,
    connector_width: usize,
    host_width: usize,
    has_header: bool,
}

impl<W: Write> TableWriter<W> {
    pub fn new(output: W, width: usize) -> Self {
        let width = width.max(MINIMUM_WIDTH);
        let remaining = width - TIME_WIDTH - OUTCOME_WIDTH - TLS_WIDTH - 4 * GAP;
        let connector_width = (remaining * 2 / 5).min(30);
        let host_width = remaining - connector_width;
        Self { output, width, connector_width, host_width, has_header: false }
    }

    fn row(
        &mut self,
        time: &str,
        outcome: &str,
        tls: &str,
        connector: &str,
        host: &str,
    ) -> io::Result<()> {
        let mut line = String::with_capacity(self.width);
        let columns = [
            (time, TIME_WIDTH),
            (outcome, OUTCOME_WIDTH),
            (tls, TLS_WIDTH),
            (connector, self.connector_width),
        ];
        for (text, width) in columns {
            let text = shorten(text, width);
            let blanks = width - display_width(&text) + GAP;
            line.push_str(&text);
            line.extend(std::iter::repeat_n(' ', blanks));
        }
        line.push_str(&shorten(host, self.host_width));
        writeln!(self.output, "{}", line.trim_end())
    }

    fn detail(&mut self, label: &str, text: &str) -> io::Result<()> {
        let first = format!("{:INDENT$}{label:<LABEL_WIDTH$}", "");
        let next = " ".repeat(INDENT + LABEL_WIDTH);
        // Who searches for a host name or a time finds it complete, unless it is longer than a line.
        let mut page = Page::new(self.width).breaking_words();
        page.paragraph(&first, &next, text);
        self.output.write_all(page.into_text().as_bytes())
    }
}

impl<W: Write> SessionWriter for TableWriter<W> {
    fn write(&mut self, session: &Session) -> io::Result<()> {
        if !self.has_header {
            self.has_header = true;
            self.row("START (UTC)", "OUTCOME", "TLS", "CONNECTOR", "REMOTE HOST")?;
        }
        let start = session.start_time.to_string();
        let time = start.get(..TIME_WIDTH).unwrap_or(&start).replace('T', " ");
        let host = session.remote_host().or(session.remote_endpoint());
        self.row(
            &time,
            session.outcome.name(),
            &tls(session),
            &printable(session.connector()),
            &printable(host.unwrap_or("-")),
        )?;
        for (label, text) in details(session) {
            self.detail(label, &text)?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// The protocol, or how far TLS came.
fn tls(session: &Session) -> String {
    match session.tls_status {
        TlsStatus::Succeeded => {
            session.tls_protocol().map_or_else(|| "yes".to_owned(), str::to_owned)
        }
        TlsStatus::Failed => "failed".to_owned(),
        TlsStatus::NotOffered => "none".to_owned(),
        TlsStatus::NotStarted => "-".to_owned(),
    }
}

/// What stands below the line: why it failed, whom that hit, what was sent, where to look.
fn details(session: &Session) -> Vec<(&'static str, String)> {
    let mut details = Vec::new();
    if session.tls_status == TlsStatus::Failed {
        details.push(("TLS", tls_error(session)));
    }
    let decided_by_reply = session.outcome.is_failure() && session.outcome != Outcome::TlsFailed;
    if let Some(reply) = session.reply().filter(|_| decided_by_reply) {
        // Without a connection nobody replied: it is the error that this server logged.
        let has_connection = session.outcome != Outcome::ConnectFailed;
        details.push((if has_connection { "reply" } else { "error" }, reply.to_owned()));
    }
    if let Some(refused) = refused_recipients(session) {
        details.push(("for", refused));
    }
    if let Some(sent) = sent_certificate(session) {
        details.push(("sent", sent));
    }
    if session.outcome.is_failure() || session.outcome == Outcome::Incomplete {
        details.push(("log", format!("{}:{}", session.log_path.display(), session.line)));
    }
    details.extend(session.notes.iter().map(|note| ("note", note.message().to_owned())));
    details
}

/// The name and number of the TLS error: statuses of winerror.h in hexadecimal digits, as they are
/// looked up, numbers of Winsock in decimal ones.
fn tls_error(session: &Session) -> String {
    let Some(name) = session.tls_error() else {
        return "failed; the log does not say why".to_owned();
    };
    match session.tls_error_code {
        Some(code) if code < 0 => format!("{name} (0x{code:08X})"),
        Some(code) => format!("{name} ({code})"),
        None => name.to_owned(),
    }
}

fn refused_recipients(session: &Session) -> Option<String> {
    let mut text = String::new();
    let mut rest = 0_usize;
    let mut named = 0_usize;
    for message in session.messages() {
        for recipient in message.recipients().filter(|r| r.rejection().is_some()) {
            if named == RECIPIENTS_NAMED {
                rest += 1;
                continue;
            }
            let separator = if named == 0 { "" } else { ", " };
            let sender = message.mail_from().unwrap_or("an unknown sender");
            let _ = write!(text, "{separator}{} (from {sender})", recipient.address());
            named += 1;
        }
    }
    if rest > 0 {
        let _ = write!(text, " and {rest} more");
    }
    (named > 0).then_some(text)
}

/// Thumbprint and subject, or that there was none although TLS was begun.
fn sent_certificate(session: &Session) -> Option<String> {
    let Some(certificate) = session.sent_certificate.as_deref() else {
        // A log of IIS names no certificate.
        let begun = matches!(session.tls_status, TlsStatus::Succeeded | TlsStatus::Failed)
            && session.log_type != LogType::IisSmtp;
        return begun.then(|| "no certificate, as far as the log shows".to_owned());
    };
    let thumbprint = certificate.thumbprint.as_deref().unwrap_or("thumbprint unknown");
    let subject = certificate.subject.as_deref().unwrap_or("subject unknown");
    Some(format!("{thumbprint}  {subject}"))
}

/// The text in at most that many columns of a terminal.
fn shorten(text: &str, width: usize) -> String {
    if display_width(text) <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for character in text.chars() {
        short.push(character);
        if display_width(&short) >= width {
            short.pop();
            break;
        }
    }
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use eop_relay::session::SessionNote;

    use super::*;
    use crate::sessions::fixtures;

    fn table(width: usize, sessions: &[Session]) -> String {
        let mut output = Vec::new();
        let mut writer = TableWriter::new(&mut output, width);
        for session in sessions {
            writer.write(session).unwrap();
        }
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn a_session_is_a_line_with_details_below() {
        let expected = "\
START (UTC)          OUTCOME        TLS      CONNECTOR                      REMOTE HOST
2026-11-16 01:02:09  Delivered      TLS 1.2  Outbound to Office 365         DB9EUR01FT036.mail.protection.outlook.com
    sent   5B9D0C7E12A4F8369DE1B05C7F2A4E6881D3C5B7  CN=mail.contoso.com, O=Contoso Ltd, C=NO
";
        assert_eq!(table(120, &[fixtures::delivered()]), expected);
    }

    #[test]
    fn a_failure_says_why_whom_it_hit_and_where_to_look() {
        let cases: [(Session, &[&str]); 3] = [
            (
                fixtures::refused(),
                &[
                    "    reply  550 5.7.64 TenantAttribution; Relay Access Denied ",
                    "    for    user1@fabrikam.com (from alice@contoso.com), user2@",
                    "user5@fabrikam.com (from alice@contoso.com) and 2 more\n",
                    "    log    SEND2026111601-1.LOG:6\n",
                ],
            ),
            (
                fixtures::tls_failed(),
                &[
                    "  TlsFailed      failed   ",
                    "    TLS    UnknownCredentials (0x8009030D)\n",
                    "    sent   5B9D0C7E12A4F8369DE1B05C7F2A4E6881D3C5B7  CN=mail",
                    "    log    SEND2026111601-1.LOG:6\n",
                ],
            ),
            (
                fixtures::connect_failed(),
                &[
                    "  ConnectFailed  -  ",
                    "  198.51.100.36:25\n",
                    "    error  Failed to connect. Winsock error code: 10060\n",
                    "    log    SEND2026111601-1.LOG:6",
                ],
            ),
        ];
        for (session, parts) in cases {
            let text = table(200, &[session]);
            for part in parts {
                assert!(text.contains(part), "{part:?} in\n{text}");
            }
        }
    }

    #[test]
    fn a_reply_that_decides_nothing_is_not_shown() {
        for session in [fixtures::delivered(), fixtures::tls_failed()] {
            assert!(!table(120, &[session]).contains("reply"));
        }
    }

    #[test]
    fn a_winsock_error_is_shown_in_decimal_digits() {
        let session = fixtures::changed(&fixtures::tls_failed(), |parts| {
            parts.tls_error = Some("ConnectionReset".into());
            parts.tls_error_code = Some(10054);
        });
        assert!(table(120, &[session]).contains("TLS    ConnectionReset (10054)\n"));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let session = fixtures::changed(&fixtures::refused(), |parts| {
            parts.connector = "Исходящая почта через облако и ещё раз через облако".into();
            parts.remote_host = Some("邮件.".repeat(30));
            parts.notes = vec![SessionNote::SubjectIssuerAmbiguous];
        });
        for width in [80, 81, 99, 120, 300] {
            for line in table(width, std::slice::from_ref(&session)).lines() {
                assert!(display_width(line) <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn the_columns_stay_in_line_whatever_the_script() {
        let columns_before_host = |connector: &str| {
            let session = fixtures::changed(&fixtures::delivered(), |parts| {
                parts.connector = connector.into();
            });
            let text = table(120, &[session]);
            let row = text.lines().nth(1).unwrap();
            display_width(row.split_once("DB9EUR01").unwrap().0)
        };
        for connector in ["发送到云", "Исходящая почта", &"发送到云".repeat(20)]
        {
            assert_eq!(columns_before_host(connector), columns_before_host("x"), "{connector}");
        }
    }

    #[test]
    fn what_the_other_side_wrote_does_not_steer_the_terminal() {
        let session = fixtures::changed(&fixtures::refused(), |parts| {
            parts.remote_host = Some("host\u{1b}[2J".into());
            parts.reply = Some("550 \u{1b}]0;title\u{7}\r no".into());
        });
        assert!(table(120, &[session]).chars().all(|c| c == '\n' || !c.is_control()));
    }
}
