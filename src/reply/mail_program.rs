//! The program that sent the mail, where it is not Exchange: by the form of its log lines and bounces.

use std::borrow::Cow;

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
    }
}

/// How a program writes down the other server's reply.
struct Form {
    program: MailProgram,
    /// What stands in its lines alone.
    marks: &'static [&'static str],
    /// What it writes behind the reply.
    ends: &'static [&'static str],
}

const FORMS: &[Form] = &[
    Form {
        program: MailProgram::Postfix,
        marks: &["postfix/", " (in reply to ", "This is the mail system at host "],
        ends: &[" (in reply to "],
    },
    Form {
        program: MailProgram::Exim,
        marks: &[
            "SMTP error from remote mail server after ",
            "SMTP error from remote mailer after ",
            "This message was created automatically by mail delivery software",
        ],
        ends: &[],
    },
    Form {
        program: MailProgram::Sendmail,
        marks: &["sendmail[", "sm-mta[", "sm-client[", ", stat=", "... while talking to "],
        ends: &[", stat="],
    },
    Form {
        program: MailProgram::HMailServer,
        marks: &["\"SMTPC\"", "\"SMTPDeliverer", "SMTPDeliverer - Message", "hMailServer sent:"],
        ends: &["\""],
    },
    Form {
        program: MailProgram::Smtplib,
        marks: &["smtplib.", "SMTPRecipientsRefused", "reply: retcode (", ", b'", ", b\""],
        ends: &["')", "\")", "', '", "\", '", "\\r\\n", "\\n'"],
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

    /// The program in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Smtplib => "Python's smtplib",
            Self::HMailServer => "hMailServer",
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
