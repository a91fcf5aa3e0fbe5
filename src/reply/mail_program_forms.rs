//! How programs other than Exchange write down what the other server said, and what they say themselves.

use super::mail_program::MailProgram;
use super::rejection_class::RejectionClass;

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

/// What any of them says, in the order in which it is asked: a certificate that is not trusted also
/// ends a negotiation, and a connection that is cut ends both.
const OWN_WORDS: &[(&str, RejectionClass)] = &[
    // Go, JavaMail, OpenSSL, Node.js, .NET, MailKit.
    ("failed to verify certificate", RejectionClass::RemoteCertificateInvalid),
    ("x509: certificate ", RejectionClass::RemoteCertificateInvalid),
    ("PKIX path building failed", RejectionClass::RemoteCertificateInvalid),
    ("certificate verify failed", RejectionClass::RemoteCertificateInvalid),
    ("CERTIFICATE_VERIFY_FAILED", RejectionClass::RemoteCertificateInvalid),
    ("unable to get local issuer certificate", RejectionClass::RemoteCertificateInvalid),
    ("unable to verify the first certificate", RejectionClass::RemoteCertificateInvalid),
    ("self-signed certificate", RejectionClass::RemoteCertificateInvalid),
    ("self signed certificate", RejectionClass::RemoteCertificateInvalid),
    ("remote certificate is invalid", RejectionClass::RemoteCertificateInvalid),
    ("certificate could not be validated", RejectionClass::RemoteCertificateInvalid),
    // .NET, smtplib, MailKit, JavaMail, Go, swaks.
    ("does not support secure connections", RejectionClass::StartTlsRequired),
    ("STARTTLS extension not supported", RejectionClass::StartTlsRequired),
    ("does not support the STARTTLS extension", RejectionClass::StartTlsRequired),
    ("STARTTLS is required but host does not support", RejectionClass::StartTlsRequired),
    ("server doesn't support STARTTLS", RejectionClass::StartTlsRequired),
    ("STARTTLS not supported", RejectionClass::StartTlsRequired),
    ("host did not advertise STARTTLS", RejectionClass::StartTlsRequired),
    ("ETIMEDOUT", RejectionClass::ConnectionTimedOut),
    ("onnection timed out", RejectionClass::ConnectionTimedOut),
    ("onnection timeout", RejectionClass::ConnectionTimedOut),
    ("operation timed out", RejectionClass::ConnectionTimedOut),
    ("operation has timed out", RejectionClass::ConnectionTimedOut),
    ("i/o timeout", RejectionClass::ConnectionTimedOut),
    ("Greeting never received", RejectionClass::ConnectionTimedOut),
    ("did not properly respond after a period of time", RejectionClass::ConnectionTimedOut),
    ("ECONNREFUSED", RejectionClass::UnableToConnect),
    ("EHOSTUNREACH", RejectionClass::UnableToConnect),
    ("onnection refused", RejectionClass::UnableToConnect),
    ("actively refused it", RejectionClass::UnableToConnect),
    ("o route to host", RejectionClass::UnableToConnect),
    ("etwork is unreachable", RejectionClass::UnableToConnect),
    ("Unable to connect to the remote server", RejectionClass::UnableToConnect),
    ("ECONNRESET", RejectionClass::ConnectionDropped),
    ("EPIPE", RejectionClass::ConnectionDropped),
    ("onnection reset", RejectionClass::ConnectionDropped),
    ("forcibly closed", RejectionClass::ConnectionDropped),
    ("closed connection", RejectionClass::ConnectionDropped),
    ("onnection unexpectedly closed", RejectionClass::ConnectionDropped),
    ("onnection closed unexpectedly", RejectionClass::ConnectionDropped),
    ("connection closed by ", RejectionClass::ConnectionDropped),
    ("unexpectedly disconnected", RejectionClass::ConnectionDropped),
    ("Unexpected socket close", RejectionClass::ConnectionDropped),
    ("roken pipe", RejectionClass::ConnectionDropped),
    ("SSL_write", RejectionClass::ConnectionDropped),
    ("SSL_read", RejectionClass::ConnectionDropped),
    ("response reading failed", RejectionClass::ConnectionDropped),
    ("socket hang up", RejectionClass::ConnectionDropped),
    ("SSL routines:", RejectionClass::LocalTlsFailure),
    ("SSL_connect", RejectionClass::LocalTlsFailure),
    ("SSLHandshakeException", RejectionClass::LocalTlsFailure),
    ("SslHandshakeException", RejectionClass::LocalTlsFailure),
    ("handshake fail", RejectionClass::LocalTlsFailure),
    ("TLS alert", RejectionClass::LocalTlsFailure),
    ("ssl.SSLError", RejectionClass::LocalTlsFailure),
    ("Could not convert socket to TLS", RejectionClass::LocalTlsFailure),
    ("TLS negotiation failed", RejectionClass::LocalTlsFailure),
    ("SMTP connect() failed", RejectionClass::UnableToConnect),
    ("ould not connect to SMTP host", RejectionClass::UnableToConnect),
    ("Couldn't connect to ", RejectionClass::UnableToConnect),
];

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
        ],
    },
    Form {
        program: MailProgram::Exim,
        marks: &[
            "SMTP error from remote mail server after ",
            "SMTP error from remote mailer after ",
            "This message was created automatically by mail delivery software",
            " T=remote_smtp",
            "TLS error on connection to ",
            // Of a host, without a message.
            "] Connection timed out",
            "] Connection refused",
        ],
        ends: &[],
        failures: &[
            ("TLS session: ", RejectionClass::LocalTlsFailure),
            ("a TLS session is required", RejectionClass::StartTlsRequired),
            ("TLS error on connection", RejectionClass::LocalTlsFailure),
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
        marks: &[
            "smtplib.",
            "SMTPRecipientsRefused",
            "SMTPServerDisconnected",
            "reply: retcode (",
            ", b'",
            ", b\"",
        ],
        ends: &["')", "\")", "', '", "\", '", "\\r\\n", "\\n'"],
        failures: &[],
    },
    Form {
        program: MailProgram::Other,
        marks: &[
            // Haraka, nodemailer.
            "[outbound] ",
            "SMTPConnection._formatError",
            "nodemailer",
            "EENVELOPE",
            "'ESOCKET'",
            "responseCode",
            // .NET and MailKit, JavaMail, Go, Ruby.
            "System.Net.Mail.",
            "Send-MailMessage",
            "MailKit.",
            "Connected to smtp://",
            "com.sun.mail.",
            "javax.mail.",
            "jakarta.mail.",
            "angus.mail.",
            "dial tcp ",
            "x509: ",
            "goroutine ",
            "Net::SMTP",
            // msmtp, swaks, curl, PHPMailer, qmail, OpenSMTPD, Stalwart.
            "msmtp: ",
            "<** ",
            "* RCPT failed: ",
            "* MAIL failed: ",
            "curl: (",
            "SMTP ERROR: ",
            "SMTP Error: ",
            "SMTP connect() failed",
            "Remote host said: ",
            "mta delivery evpid=",
            "smtp-out: ",
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
            "outbound/smtp[",
            "Info: Bounced: ",
            "Info: Delayed: ",
        ],
        ends: &[" at SMTPConnection.", "\" action=", "\" stat=", "']"],
        failures: &[
            ("curl: (67) ", RejectionClass::ClientNotAuthenticated),
            ("curl: (28) ", RejectionClass::ConnectionTimedOut),
            ("curl: (7) ", RejectionClass::UnableToConnect),
        ],
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
        let mut failures = form.failures.iter().chain(OWN_WORDS);
        let (_, class) = failures.find(|(words, _)| text.contains(words))?;
        Some(*class)
    }
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
