//! The rows of one session of a send log, as Exchange writes them.

use std::io::Write as _;

use super::random::Random;

/// How a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Delivered,
    PartlyRefused,
    Refused(&'static str),
    TlsFailed(&'static str),
    ConnectFailed,
}

const RELAY_DENIED: &str = "550 5.7.64 TenantAttribution; Relay Access Denied";
const RELAY_DENIED_ATTR36: &str = "550 5.7.64 Relay Access Denied ATTR36. For more details \
                                   please refer to: https://support.microsoft.com/kb/3169958";
const FAILURES: [Ending; 10] = [
    Ending::Refused(RELAY_DENIED),
    Ending::Refused(RELAY_DENIED),
    Ending::Refused(RELAY_DENIED),
    Ending::Refused(RELAY_DENIED_ATTR36),
    Ending::PartlyRefused,
    Ending::TlsFailed("UnknownCredentials"),
    Ending::TlsFailed("UnknownCredentials"),
    Ending::TlsFailed("NoCredentials"),
    Ending::TlsFailed("SocketError"),
    Ending::ConnectFailed,
];

impl Ending {
    pub fn choose(random: &mut Random, failures_per_mille: usize) -> Self {
        if random.happens(failures_per_mille) { random.pick(&FAILURES) } else { Self::Delivered }
    }
}

const HEX_DIGITS: &[u8; 16] = b"0123456789ABCDEF";

const CONNECTORS: [&str; 3] =
    ["Outbound to Office 365", "\"Fabrikam, partner\"", "Internet via EOP"];
const SENDERS: [&str; 4] = ["alice", "invoices", "no-reply", "helpdesk"];
const RECIPIENTS: [&str; 6] = ["bob", "carol", "orders", "dave.smith", "info", "reception"];

struct Certificate {
    subject: &'static str,
    issuer: &'static str,
    serial_number: &'static str,
    thumbprint: &'static str,
    validity: &'static str,
    dns_names: &'static str,
}

/// What the server sends: the last one in about one session of a hundred.
const SENT: [Certificate; 3] = [
    Certificate {
        subject: "CN=mail.contoso.com, O=Contoso Ltd, L=Bergen, C=NO",
        issuer: "CN=Contoso Issuing CA 2, O=Contoso Ltd, C=NO",
        serial_number: "3F00000012A7B4C5D6E7F80912000000000012",
        thumbprint: "7C31E05D9A2B46F8801D3CE5F7A9B2C4D6E80A1B",
        validity: "2026-01-10T00:00:00.000Z 2027-01-10T23:59:59.000Z",
        dns_names: "mail.contoso.com;autodiscover.contoso.com;contoso.com",
    },
    Certificate {
        subject: "CN=*.contoso.com",
        issuer: "CN=Adatum Server CA G3, O=Adatum Corporation, C=US",
        serial_number: "0B77D1E2A96C3F4058D2",
        thumbprint: "E2D4C6B8AA9C8E7061524334F5D6B7A8998A7B6C",
        validity: "2026-06-01T00:00:00.000Z 2026-08-30T23:59:59.000Z",
        dns_names: "*.contoso.com;contoso.com",
    },
    Certificate {
        subject: "CN=EX01",
        issuer: "CN=EX01",
        serial_number: "5A8C1D2E3F405162",
        thumbprint: "0F1E2D3C4B5A69788796A5B4C3D2E1F00112233A",
        validity: "2024-03-01T08:00:00.000Z 2029-03-01T08:00:00.000Z",
        dns_names: "EX01;EX01.contoso.com",
    },
];

const REMOTE: Certificate = Certificate {
    subject: "CN=mail.protection.outlook.com, O=Microsoft Corporation, L=Redmond, S=WA, C=US",
    issuer: "CN=Northwind Cloud Services CA-1, O=Northwind Traders, C=US",
    serial_number: "0D5C4B3A29180706F5E4D3C2B1A09F8E",
    thumbprint: "91A2B3C4D5E6F70819FA2B3C4D5E6F708192A3B4",
    validity: "2026-04-20T00:00:00.000Z 2027-04-19T23:59:59.000Z",
    dns_names: "mail.protection.outlook.com;*.mail.protection.outlook.com;outlook.com",
};

const EXTENSIONS: [&str; 8] = [
    "SIZE 157286400",
    "PIPELINING",
    "DSN",
    "ENHANCEDSTATUSCODES",
    "STARTTLS",
    "8BITMIME",
    "BINARYMIME",
    "CHUNKING",
];

/// A session that is being written: its rows from `event` on, and how many are written.
#[derive(Debug, Default)]
pub struct SendSession {
    text: Vec<u8>,
    /// Where each row begins in `text`, and where the last one ends.
    bounds: Vec<usize>,
    connected_at: usize,
    written: usize,
    connector: &'static str,
    session_id: u64,
    local_endpoint: Vec<u8>,
    remote_endpoint: Vec<u8>,
    host: Vec<u8>,
    is_condensed: bool,
    has_joined_replies: bool,
}

impl SendSession {
    /// Makes it another session; its buffers are kept.
    pub fn begin(&mut self, random: &mut Random, session_id: u64, ending: Ending) {
        self.text.clear();
        self.bounds.clear();
        self.written = 0;
        self.session_id = session_id;
        self.connector = random.pick(&CONNECTORS);
        self.is_condensed = random.happens(500);
        // Builds with the condensed form join replies, but not every one does.
        self.has_joined_replies = random.happens(if self.is_condensed { 900 } else { 100 });
        self.choose_endpoints(random);
        self.rows(random, ending);
        self.bounds.push(self.text.len());
    }

    /// How many rows it has.
    pub fn row_count(&self) -> usize {
        self.bounds.len() - 1
    }

    /// The number of the next row, or `None` after the last.
    pub fn next_row(&self) -> Option<usize> {
        (self.written < self.row_count()).then_some(self.written)
    }

    /// Appends the next row without its stamp and line end.
    pub fn write_row(&mut self, line: &mut Vec<u8>) {
        let row = self.written;
        self.written += 1;
        line.extend_from_slice(self.connector.as_bytes());
        line.push(b',');
        for byte in self.session_id.to_be_bytes() {
            line.push(HEX_DIGITS[usize::from(byte >> 4)]);
            line.push(HEX_DIGITS[usize::from(byte & 15)]);
        }
        line.push(b',');
        push_number(line, row);
        line.push(b',');
        if row >= self.connected_at {
            line.extend_from_slice(&self.local_endpoint);
        }
        line.push(b',');
        line.extend_from_slice(&self.remote_endpoint);
        line.push(b',');
        line.extend_from_slice(&self.text[self.bounds[row]..self.bounds[row + 1]]);
    }

    fn choose_endpoints(&mut self, random: &mut Random) {
        let local_port = 1024 + random.below(64_000);
        let number = 1 + random.below(250);
        self.local_endpoint.clear();
        self.remote_endpoint.clear();
        if random.happens(100) {
            let _ = write!(self.local_endpoint, "[2001:db8:10::25]:{local_port}");
            let _ = write!(self.remote_endpoint, "[2001:db8:7::{number:x}]:25");
        } else {
            let _ = write!(self.local_endpoint, "192.0.2.10:{local_port}");
            let _ = write!(self.remote_endpoint, "198.51.100.{number}:25");
        }
        self.host.clear();
        let _ = write!(self.host, "DB5EUR01FT{number:03}.mail.protection.outlook.com");
    }

    fn rows(&mut self, random: &mut Random, ending: Ending) {
        self.connected_at = usize::MAX;
        self.row("*,SendRoutingHeaders,Set Session Permissions");
        self.row("*,,attempting to connect");
        if ending == Ending::ConnectFailed {
            self.row(
                "*,,\"Failed to connect. Winsock error code: 10060, Win32 error code: 10060, \
                 Error Message: No answer within the time allowed\"",
            );
            return;
        }
        self.connected_at = self.bounds.len();
        self.row("+,,");
        self.banner(random);
        self.row(">,EHLO mail.contoso.com,");
        self.ehlo_reply(true);
        self.row(">,STARTTLS,");
        self.row("<,220 2.0.0 SMTP server ready,");
        let chosen = random.below(100);
        let certificate = &SENT[usize::from(chosen >= 60) + usize::from(chosen == 99)];
        self.certificate("Sending certificate", certificate);
        if let Ending::TlsFailed(error) = ending {
            self.joined(&["*,,TLS negotiation failed with error ", error]);
            self.row("-,,Local");
            return;
        }
        self.certificate("Remote certificate", &REMOTE);
        self.row(
            "*,,\"TLS protocol SP_PROT_TLS1_2_CLIENT negotiation succeeded using bulk encryption \
             algorithm CALG_AES_256 with strength 256 bits, MAC hash algorithm CALG_SHA_384 with \
             strength 384 bits and key exchange algorithm CALG_ECDHE with strength 384 bits\"",
        );
        self.received_certificate();
        self.row(">,EHLO mail.contoso.com,");
        self.ehlo_reply(false);
        let mails = if random.happens(700) { 1 } else { 2 + random.below(5) };
        for mail in 0..mails {
            self.mail(random, ending, mail);
        }
        self.row(">,QUIT,");
        self.row("<,221 2.0.0 Service closing transmission channel,");
        self.row("-,,Local");
    }

    fn banner(&mut self, random: &mut Random) {
        self.bounds.push(self.text.len());
        self.text.extend_from_slice(b"<,\"220 ");
        self.text.extend_from_slice(&self.host);
        let (minute, second) = (random.below(60), random.below(60));
        let _ = write!(
            self.text,
            " Microsoft ESMTP MAIL Service ready at Sun, 15 Nov 2026 01:{minute:02}:{second:02} +0000\","
        );
    }

    fn ehlo_reply(&mut self, offers_start_tls: bool) {
        let extensions = EXTENSIONS.iter().filter(|name| offers_start_tls || **name != "STARTTLS");
        if self.has_joined_replies {
            self.bounds.push(self.text.len());
            self.text.extend_from_slice(b"<,250  ");
            self.text.extend_from_slice(&self.host);
            self.text.extend_from_slice(b" Hello [203.0.113.7]");
            for extension in extensions {
                self.text.push(b' ');
                self.text.extend_from_slice(extension.as_bytes());
            }
            self.text.push(b',');
        } else {
            self.bounds.push(self.text.len());
            self.text.extend_from_slice(b"<,250-");
            self.text.extend_from_slice(&self.host);
            self.text.extend_from_slice(b" Hello [203.0.113.7],");
            for extension in extensions {
                let separator = if *extension == "CHUNKING" { " " } else { "-" };
                self.joined(&["<,250", separator, extension, ","]);
            }
        }
    }

    fn certificate(&mut self, opener: &str, certificate: &Certificate) {
        let Certificate { subject, issuer, serial_number, thumbprint, validity, dns_names } =
            certificate;
        if self.is_condensed {
            let quote = if subject.contains(',') || issuer.contains(',') { "\"" } else { "" };
            let (open, blank, close) = (["*,", quote, " "].concat(), " ", [quote, ","].concat());
            self.joined(&[
                &open, subject, blank, issuer, blank, serial_number, blank, thumbprint, blank,
                validity, blank, dns_names, &close, opener,
                " Subject Issuer name Serial number Thumbprint Not before Not after Subject alternate names",
            ]);
            return;
        }
        self.joined(&["*,,", opener]);
        for (value, context) in [
            (subject, "Certificate subject"),
            (issuer, "Certificate issuer name"),
            (serial_number, "Certificate serial number"),
            (thumbprint, "Certificate thumbprint"),
            (dns_names, "Certificate alternate names"),
        ] {
            let quote = if value.contains(',') { "\"" } else { "" };
            self.joined(&["*,", quote, value, quote, ",", context]);
        }
    }

    fn received_certificate(&mut self) {
        let thumbprint = REMOTE.thumbprint;
        if self.is_condensed {
            self.joined(&["*, ", thumbprint, ",Received certificate Certificate thumbprint"]);
        } else {
            self.row("*,,Received certificate");
            self.joined(&["*,", thumbprint, ",Certificate thumbprint"]);
        }
    }

    fn mail(&mut self, random: &mut Random, ending: Ending, number: usize) {
        let record = 160_000_000_000 + random.next() % 9_000_000_000;
        let sender = random.pick(&SENDERS);
        self.formatted(format_args!(
            "*,,sending message with RecordId {record} and InternetMessageId <{record:x}@contoso.com>"
        ));
        // The null sender of an NDR or an out-of-office reply (RFC 5321, 4.5.5).
        if random.happens(100) {
            self.row(">,MAIL FROM:<> SIZE=5120,");
        } else {
            let size = 1000 + random.below(4_000_000);
            self.formatted(format_args!(">,MAIL FROM:<{sender}@contoso.com> SIZE={size},"));
        }
        let least = usize::from(ending == Ending::PartlyRefused && number == 0);
        let further = if random.happens(700) { 0 } else { random.below(6) };
        let recipients = 1 + least + further;
        for _ in 0..recipients {
            let name = random.pick(&RECIPIENTS);
            let suffix = random.below(1000);
            self.formatted(format_args!(">,RCPT TO:<{name}{suffix}@fabrikam.com>,"));
        }
        self.row("<,250 2.1.0 Sender OK,");
        for recipient in 0..recipients {
            match ending {
                Ending::Refused(reply) => self.refusal(reply),
                Ending::PartlyRefused if number == 0 && recipient == 0 => {
                    self.row("<,550 5.4.1 Recipient address rejected: Access denied,");
                }
                _ => self.row("<,250 2.1.5 Recipient OK,"),
            }
        }
        if matches!(ending, Ending::Refused(_)) {
            self.row(">,RSET,");
            self.row("<,250 2.0.0 Resetting,");
            return;
        }
        let size = 1000 + random.below(4_000_000);
        self.formatted(format_args!(">,BDAT {size} LAST,"));
        self.formatted(format_args!(
            "<,\"250 2.6.0 <{record:x}@contoso.com> [InternalId={record}, Hostname=DB5EUR01.example] \
             {size} bytes in 0.118, 212.5 KB/sec Queued mail for delivery\","
        ));
    }

    fn refusal(&mut self, reply: &str) {
        self.bounds.push(self.text.len());
        self.text.extend_from_slice(b"<,");
        self.text.extend_from_slice(reply.as_bytes());
        self.text.extend_from_slice(b" [");
        self.text.extend_from_slice(&self.host);
        self.text.extend_from_slice(b"],");
    }

    fn row(&mut self, text: &str) {
        self.bounds.push(self.text.len());
        self.text.extend_from_slice(text.as_bytes());
    }

    fn joined(&mut self, parts: &[&str]) {
        self.bounds.push(self.text.len());
        for part in parts {
            self.text.extend_from_slice(part.as_bytes());
        }
    }

    fn formatted(&mut self, text: std::fmt::Arguments<'_>) {
        self.bounds.push(self.text.len());
        let _ = self.text.write_fmt(text);
    }
}

fn push_number(line: &mut Vec<u8>, number: usize) {
    if number >= 10 {
        push_number(line, number / 10);
    }
    line.push(HEX_DIGITS[number % 10]);
}
