//! The program that sent the mail, where it is not Exchange: by the form of its log lines and bounces.

use std::borrow::Cow;

use super::rejection_class::RejectionClass;
use crate::named_enum::named_enum;

named_enum! {
    /// A sending program other than Exchange.
    MailProgram {
        /// Postfix.
        Postfix = 1,
        /// Exim.
        Exim = 2,
        /// Sendmail.
        Sendmail = 3,
        /// hMailServer.
        HMailServer = 4,
        /// Python's smtplib, in a script or an appliance.
        Smtplib = 5,
        /// Another one: a device, a gateway, a library of a programming language.
        Other = 6,
    }
}

/// How a program writes down the other server's reply.
struct Form {
    program: MailProgram,
    /// What stands in its lines alone.
    marks: &'static [&'static str],
    /// What it writes behind the reply.
    ends: &'static [&'static str],
    /// What it writes of its own where the other server did not refuse, and what that is.
    failures: &'static [(&'static str, RejectionClass)],
}

const FORMS: &[Form] = &[
    Form {
        program: MailProgram::Postfix,
        marks: &["postfix/", " (in reply to ", "This is the mail system at host "],
        ends: &[" (in reply to "],
        failures: &[
            ("Server certificate not trusted", RejectionClass::RemoteCertificateInvalid),
            ("Server certificate not verified", RejectionClass::RemoteCertificateInvalid),
            ("TLS is required, but was not offered", RejectionClass::StartTlsRequired),
            ("Cannot start TLS: handshake failure", RejectionClass::LocalTlsFailure),
            ("lost connection with ", RejectionClass::ConnectionDropped),
            (": Connection timed out", RejectionClass::ConnectionTimedOut),
            (": Connection refused", RejectionClass::UnableToConnect),
            (": No route to host", RejectionClass::UnableToConnect),
        ],
    },
    Form {
        program: MailProgram::Exim,
        marks: &[
            "SMTP error from remote mail server after ",
            "SMTP error from remote mailer after ",
            "This message was created automatically by mail delivery software",
            " T=remote_smtp",
        ],
        ends: &[],
        failures: &[
            ("TLS session: ", RejectionClass::LocalTlsFailure),
            ("a TLS session is required", RejectionClass::StartTlsRequired),
            ("Remote host closed connection", RejectionClass::ConnectionDropped),
            ("Connection timed out", RejectionClass::ConnectionTimedOut),
            ("Connection refused", RejectionClass::UnableToConnect),
        ],
    },
    Form {
        program: MailProgram::Sendmail,
        marks: &["sendmail[", "sm-mta[", "sm-client[", ", stat=", "... while talking to "],
        ends: &[", stat="],
        failures: &[
            ("STARTTLS: read error", RejectionClass::LocalTlsFailure),
            ("TLS handshake failed", RejectionClass::LocalTlsFailure),
            ("403 4.7.0", RejectionClass::LocalTlsFailure),
            ("Connection timed out with ", RejectionClass::ConnectionTimedOut),
            ("Connection refused by ", RejectionClass::UnableToConnect),
            ("Connection reset by ", RejectionClass::ConnectionDropped),
        ],
    },
    Form {
        program: MailProgram::HMailServer,
        marks: &["\"SMTPC\"", "\"SMTPDeliverer", "SMTPDeliverer - Message", "hMailServer sent:"],
        ends: &["\""],
        failures: &[],
    },
    Form {
        program: MailProgram::Smtplib,
        marks: &["smtplib.", "SMTPRecipientsRefused", "reply: retcode (", ", b'", ", b\""],
        ends: &["')", "\")", "', '", "\", '", "\\r\\n", "\\n'"],
        failures: &[],
    },
    Form {
        program: MailProgram::Other,
        marks: &[
            // Haraka, nodemailer, .NET, JavaMail.
            "[outbound] ",
            "SMTPConnection._formatError",
            "nodemailer",
            "System.Net.Mail.",
            "Send-MailMessage",
            "com.sun.mail.smtp.",
            "jakarta.mail.",
            // msmtp, swaks, PHPMailer, qmail, OpenSMTPD, Stalwart.
            "msmtp: ",
            "<** ",
            "SMTP ERROR: ",
            "SMTP Error: ",
            "Remote host said: ",
            "mta delivery evpid=",
            "(delivery.",
            // MailEnable, Axigen, Domino, GroupWise, IIS SMTP.
            "\tSMTP-OU\t",
            "Remote SMTP Server Returned: ",
            "SMTP OUTGOING:",
            "Error transferring to ",
            "DMN: MSG ",
            "OutboundConnectionResponse",
            "This is an automatically generated Delivery Status Notification",
            // Mimecast, Barracuda, FortiMail, Cisco.
            "Rejection Info: ",
            "action=\"bounced\"",
            "Bounced by destination server with response",
        ],
        ends: &[" at SMTPConnection.", "\" action=", "\" stat=", "']"],
        failures: &[],
    },
];

impl MailProgram {
    /// The program whose form a text has; `None` for Exchange's own and for a bare reply.
    pub(super) fn of(text: &str) -> Option<Self> {
        let form = FORMS.iter().find(|form| form.marks.iter().any(|mark| text.contains(mark)));
        form.map(|form| form.program)
    }

    /// A reply in one line, without what the program wrote behind it.
    pub(super) fn reply_in(self, line: &str) -> &str {
        let ends = FORMS.iter().find(|form| form.program == self).map_or(&[][..], |form| form.ends);
        let end = ends.iter().filter_map(|end| line.find(end)).min();
        line[..end.unwrap_or(line.len())].trim_end_matches([' ', '\''])
    }

    /// What a text in the form of the program says where it holds no reply of the other server.
    pub(super) fn failure_in(self, text: &str) -> Option<RejectionClass> {
        let form = FORMS.iter().find(|form| form.program == self)?;
        let (_, class) = form.failures.iter().find(|(words, _)| text.contains(words))?;
        Some(*class)
    }

    /// The program in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Smtplib => "Python's smtplib",
            Self::HMailServer => "hMailServer",
            Self::Other => "a program or device other than Exchange",
            other => other.name(),
        }
    }
}

/// What stands between the code and the text of a reply in Python's notation of a tuple.
const TUPLE_MARKS: &[&str] = &[", b'", ", b\"", ", '", ", \"", "); Msg: b'", "); Msg: b\""];

/// `(550, b'5.7.64 ...')` and `retcode (550); Msg: b'5.7.64 ...'` as `(550 5.7.64 ...'`.
pub(super) fn without_python(text: &str) -> Cow<'_, str> {
    let mut plain = String::new();
    let mut copied = 0;
    for open in memchr::memchr_iter(b'(', text.as_bytes()) {
        let Some(code) = text.get(open + 1..open + 4) else { continue };
        let Some(behind) = text.get(open + 4..) else { continue };
        let mark = TUPLE_MARKS.iter().find(|mark| behind.starts_with(**mark));
        if let Some(mark) = mark.filter(|_| code.bytes().all(|byte| byte.is_ascii_digit())) {
            plain.push_str(&text[copied..open + 4]);
            plain.push(' ');
            copied = open + 4 + mark.len();
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    plain.push_str(&text[copied..]);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_is_known_by_its_lines() {
        for (text, program) in [
            ("relay postfix/smtp[1]: A: status=bounced (host a said: 550 x)", "Postfix"),
            (
                "<a@fabrikam.com>: host mx said: 550 5.7.64 x (in reply to RCPT TO command)",
                "Postfix",
            ),
            ("T=remote_smtp: SMTP error from remote mail server after RCPT TO:<a>: 550 x", "Exim"),
            ("relay sendmail[1]: dsn=5.7.64, reply=550 5.7.64 x, stat=User unknown", "Sendmail"),
            (
                "\"SMTPC\"\t1\t2\t\"2026-11-20\"\t\"203.0.113.1\"\t\"RECEIVED: 550 x\"",
                "HMailServer",
            ),
            ("smtplib.SMTPDataError: (550, b'5.7.64 x')", "Smtplib"),
        ] {
            assert_eq!(MailProgram::of(text).map(MailProgram::name), Some(program), "{text}");
        }
        for text in ["550 5.7.64 TenantAttribution", "[{LED=550 5.7.64 x};{MSG=};{FQDN=a}]"] {
            assert_eq!(MailProgram::of(text), None, "{text}");
        }
    }
}
