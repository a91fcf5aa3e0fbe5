//! Lines of programs other than Exchange: where the reply ends in them, and whose steps are given.

use eop_relay::reply::{MailProgram, RejectionClass, explain};

const REPLY: &str = "550 5.7.64 TenantAttribution; Relay Access Denied \
    [AM0EUR05FT031.eop-eur05.prod.protection.outlook.com 2026-10-03T11:22:33.444Z \
    08DE1B2C3D4E5F60]";

/// (the program, its line with `REPLY` in place of the reply)
const LINES: &[(MailProgram, &str)] = &[
    (
        MailProgram::Postfix,
        "Oct  3 11:22:34 mx1 postfix/smtp[812]: 7C3D: to=<lee@tailspintoys.com>, \
         relay=adatum-com.mail.protection.outlook.com[192.0.2.44]:25, delay=0.9, dsn=5.7.64, \
         status=bounced (host adatum-com.mail.protection.outlook.com[192.0.2.44] said: REPLY (in \
         reply to RCPT TO command))",
    ),
    (
        MailProgram::Exim,
        "2026-10-03 11:22:34 1vABCD-000001-2f ** lee@tailspintoys.com R=smarthost T=remote_smtp \
         H=adatum-com.mail.protection.outlook.com [192.0.2.44] X=TLS1.2:ECDHE:256: SMTP error from \
         remote mail server after RCPT TO:<lee@tailspintoys.com>: REPLY",
    ),
    (
        MailProgram::Sendmail,
        "Oct  3 11:22:34 mx1 sm-mta[812]: 593: to=<lee@tailspintoys.com>, delay=00:00:01, \
         mailer=relay, relay=adatum-com.mail.protection.outlook.com. [192.0.2.44], dsn=5.7.64, \
         reply=REPLY, stat=User unknown",
    ),
    (
        MailProgram::Sendmail,
        "   ----- Transcript of session follows -----\n... while talking to \
         adatum-com.mail.protection.outlook.com.:\n>>> RCPT To:<lee@tailspintoys.com>\n<<< \
         REPLY\n",
    ),
    (
        MailProgram::HMailServer,
        "\"SMTPC\"\t412\t77\t\"2026-10-03 11:22:34.100\"\t\"192.0.2.44\"\t\"RECEIVED: REPLY\"",
    ),
    (
        MailProgram::HMailServer,
        "Error Type: SMTP\nRemote server (192.0.2.44) issued an error.\nhMailServer sent: RCPT \
         TO:<lee@tailspintoys.com>\nRemote server replied: REPLY\n\nhMailServer",
    ),
    (
        MailProgram::Smtplib,
        "smtplib.SMTPRecipientsRefused: {'lee@tailspintoys.com': (550, b'TEXT')}",
    ),
    (MailProgram::Smtplib, "smtplib.SMTPSenderRefused: (550, b'TEXT', 'kim@adatum.com')"),
    (MailProgram::Smtplib, "reply: b'REPLY\\r\\n'\nreply: retcode (550); Msg: b'TEXT'"),
    (MailProgram::Smtplib, "reply: retcode (550); Msg: b'TEXT'"),
    (
        MailProgram::Other,
        "Error: Can't send mail - all recipients were rejected: REPLY\n    at \
         SMTPConnection._formatError (/srv/node_modules/nodemailer/lib/smtp-connection/index.js:790)",
    ),
    (
        MailProgram::Other,
        "2026-10-03T11:22:34.500Z [NOTICE] [5B1C.1.1] [outbound] bounced delivery host=192.0.2.44 \
         reason=\"REPLY\"",
    ),
    (
        MailProgram::Other,
        "com.sun.mail.smtp.SMTPAddressFailedException: REPLY\n\n\tat \
         com.sun.mail.smtp.SMTPTransport.rcptTo(SMTPTransport.java:2064)",
    ),
    (
        MailProgram::Other,
        "msmtp: recipient address lee@tailspintoys.com not accepted by the server\nmsmtp: server \
         message: REPLY\nmsmtp: could not send mail",
    ),
    (
        MailProgram::Other,
        "<lee@tailspintoys.com>:\n192.0.2.44 does not like recipient.\nRemote host said: REPLY\nGiving up \
         on 192.0.2.44.",
    ),
    (
        MailProgram::Other,
        "Oct  3 11:22:34 mx smtpd[411]: 9f0b mta delivery evpid=1a2b to=<lee@tailspintoys.com> \
         relay=\"192.0.2.44\" delay=2s result=\"PermFail\" stat=\"REPLY\"",
    ),
    (MailProgram::Other, "Rejection Type: Remote server rejected\nRejection Info: REPLY"),
    (MailProgram::Other, "reason=\"REPLY\" action=\"bounced\""),
    (MailProgram::Other, "SMTP ERROR: RCPT TO command failed: REPLY"),
    (MailProgram::Other, "<** REPLY"),
    (
        MailProgram::Other,
        "Sat Oct  3 11:22:34 2026 Info: Bounced: DCID 4411 MID 8812 to RID 0 - 5.1.0 - Unknown \
         address error ('550', ['TEXT']) []",
    ),
    (
        MailProgram::Other,
        "Sat Oct  3 11:22:34 2026 Info: Delayed: 8812:0 From:<kim@adatum.com> \
         To:<lee@tailspintoys.com> Reason: \"4.1.0 - Unknown address error\" Response: \"('550', \
         ['TEXT'])\"",
    ),
    (
        MailProgram::Other,
        "SMTP Error: data not accepted. SMTP server error: RCPT TO command failed Detail: \
         WORDS SMTP code: 550 Additional SMTP info: 5.7.64",
    ),
    (
        MailProgram::Other,
        "{\"code\":\"EENVELOPE\",\"response\":\"REPLY\",\"responseCode\":550,\"command\":\"RCPT TO\"}",
    ),
    (MailProgram::Other, "* RCPT failed: 550\n< REPLY\n> QUIT"),
    (MailProgram::Other, "S: 250 2.1.0 Sender OK\nS: REPLY\nConnected to smtp://mx.adatum.com:25/"),
    (MailProgram::Other, "panic: REPLY\n\ngoroutine 1 [running]:\nmain.main()"),
    (MailProgram::Other, "Net::SMTPFatalError: REPLY"),
    (
        MailProgram::Sendmail,
        "2026-10-03T11:22:34+00:00 ppe sendmail[812]: 3Gx: to=<lee@tailspintoys.com>, dsn=5.7.64, \
         stat=Service unavailable (REPLY)",
    ),
];

/// (a line in which the other server refused nothing, what it says)
const OWN_WORDS: &[(&str, RejectionClass)] = &[
    (
        "mx1 postfix/smtp[88]: 4Z: to=<a@adatum.com>, dsn=4.7.5, status=deferred (Server certificate not trusted)",
        RejectionClass::RemoteCertificateInvalid,
    ),
    (
        "mx1 postfix/smtp[88]: 4Z: to=<a@adatum.com>, dsn=4.7.4, status=deferred (TLS is required, but was not offered by host adatum-com.mail.protection.outlook.com[192.0.2.4])",
        RejectionClass::StartTlsRequired,
    ),
    (
        "mx1 postfix/smtp[88]: 4Z: to=<a@adatum.com>, dsn=4.7.5, status=deferred (Cannot start TLS: handshake failure)",
        RejectionClass::LocalTlsFailure,
    ),
    (
        "mx1 postfix/smtp[88]: 4Z: dsn=4.4.2, status=deferred (lost connection with mx.adatum.com[192.0.2.4] while sending RCPT TO)",
        RejectionClass::ConnectionDropped,
    ),
    (
        "mx1 postfix/smtp[88]: 4Z: dsn=4.4.1, status=deferred (connect to mx.adatum.com[192.0.2.4]:25: Connection timed out)",
        RejectionClass::ConnectionTimedOut,
    ),
    (
        "2026-10-03 11:22:34 1vX-0004Qe-1S == a@adatum.com R=dnslookup T=remote_smtp defer (-37) H=mx.adatum.com [192.0.2.4]: TLS session: (gnutls_handshake): the connection was ended",
        RejectionClass::LocalTlsFailure,
    ),
    (
        "mx sendmail[99]: 0AK: to=<a@adatum.com>, dsn=4.0.0, stat=Deferred: Connection timed out with mx.adatum.com.",
        RejectionClass::ConnectionTimedOut,
    ),
    (
        "mx sendmail[99]: 0AK: to=<a@adatum.com>, dsn=4.0.0, stat=Deferred: 403 4.7.0 TLS handshake failed.",
        RejectionClass::LocalTlsFailure,
    ),
    (
        "mx1 postfix/smtp[88]: SSL_connect error to mx.adatum.com[192.0.2.4]:25: Connection reset by peer",
        RejectionClass::ConnectionDropped,
    ),
    (
        "2026-10-03 11:22:34 H=mx.adatum.com [192.0.2.4] Connection timed out",
        RejectionClass::ConnectionTimedOut,
    ),
    (
        "2026-10-03 11:22:34 1vX-0004Qe-1S TLS error on connection to mx.adatum.com [192.0.2.4] (SSL_connect): error:0A000126:SSL routines::unexpected eof",
        RejectionClass::LocalTlsFailure,
    ),
    (
        "[ERROR] [5B1C.1.1] [outbound] Failed to get socket: read ECONNRESET",
        RejectionClass::ConnectionDropped,
    ),
    (
        "[ERROR] [5B1C.1.1] [outbound] Remote end 192.0.2.4:25 closed connection while we were processing mail. Trying next MX.",
        RejectionClass::ConnectionDropped,
    ),
    (
        "[ERROR] [-] [core] [outbound] Failed to get pool entry: Outbound connection timed out to 192.0.2.4:25",
        RejectionClass::ConnectionTimedOut,
    ),
    (
        "Error: connect ECONNREFUSED 192.0.2.4:25 { errno: -111, code: 'ESOCKET', command: 'CONN' }",
        RejectionClass::UnableToConnect,
    ),
    (
        "Error: Greeting never received\n    at SMTPConnection._formatError (index.js:790)",
        RejectionClass::ConnectionTimedOut,
    ),
    (
        "smtplib.SMTPServerDisconnected: Connection unexpectedly closed",
        RejectionClass::ConnectionDropped,
    ),
    (
        "smtplib.SMTPNotSupportedError: STARTTLS extension not supported by server.",
        RejectionClass::StartTlsRequired,
    ),
    (
        "File \"/usr/lib/python3/smtplib.py\", line 341\nssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed",
        RejectionClass::RemoteCertificateInvalid,
    ),
    (
        "Send-MailMessage : Server does not support secure connections.",
        RejectionClass::StartTlsRequired,
    ),
    (
        "Send-MailMessage : The remote certificate is invalid according to the validation procedure.",
        RejectionClass::RemoteCertificateInvalid,
    ),
    (
        "System.Net.Mail.SmtpException: Failure sending mail. ---> System.Net.WebException: Unable to connect to the remote server",
        RejectionClass::UnableToConnect,
    ),
    (
        "MailKit.Security.SslHandshakeException: An error occurred while attempting to establish an SSL or TLS connection.",
        RejectionClass::LocalTlsFailure,
    ),
    ("dial tcp 192.0.2.4:25: i/o timeout", RejectionClass::ConnectionTimedOut),
    (
        "tls: failed to verify certificate: x509: certificate signed by unknown authority",
        RejectionClass::RemoteCertificateInvalid,
    ),
    (
        "javax.mail.MessagingException: Could not convert socket to TLS;\n  nested exception is:\n\tjavax.net.ssl.SSLHandshakeException: PKIX path building failed",
        RejectionClass::RemoteCertificateInvalid,
    ),
    (
        "SMTP Error: Could not connect to SMTP host. Connection refused",
        RejectionClass::UnableToConnect,
    ),
    ("smtp-out: Error on session 9f0b: Connection refused", RejectionClass::UnableToConnect),
    ("curl: (55) Send failure: Broken pipe", RejectionClass::ConnectionDropped),
    ("curl: (55) SSL_write() returned SYSCALL, errno = 32", RejectionClass::ConnectionDropped),
    ("curl: (56) response reading failed (errno: 104)", RejectionClass::ConnectionDropped),
    ("curl: (28) SSL connection timeout", RejectionClass::ConnectionTimedOut),
    ("curl: (7) Failed to connect to mx.adatum.com port 25", RejectionClass::UnableToConnect),
    ("curl: (67) Login denied", RejectionClass::ClientNotAuthenticated),
];

#[test]
fn what_a_program_says_of_its_own_is_classified_too() {
    for (line, class) in OWN_WORDS {
        let explanation = explain(line);
        assert!(explanation.recognised, "{line}");
        assert_eq!(explanation.rejection, Some(*class), "{line}");
        assert!(!explanation.remedy.is_empty(), "{line}");
    }
}

#[test]
fn a_reply_ends_where_the_other_servers_words_end() {
    for (program, line) in LINES {
        let line = line.replace("REPLY", REPLY).replace("TEXT", &REPLY[4..]);
        let line = line.replace("WORDS", &REPLY[11..]);
        let explanation = explain(&line);
        assert_eq!(explanation.mail_program, Some(*program), "{line}");
        assert_eq!(explanation.reply.as_deref(), Some(REPLY), "{line}");
        assert_eq!(explanation.rejection, Some(RejectionClass::RelayDenied), "{line}");
    }
}

#[test]
fn the_steps_are_those_of_the_program_and_never_those_of_an_exchange_server() {
    for (_, line) in LINES {
        for reply in [
            REPLY,
            "451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35.",
            "501 5.5.4 Invalid domain name",
            "451 4.7.500 Server busy. Please try again later from [198.51.100.7].",
            "421 4.4.1 Connection timed out",
        ] {
            let (code, text) = reply.split_once(' ').unwrap();
            let line = line.replace("(550", &format!("({code}"));
            let line = line.replace("REPLY", reply).replace("TEXT", text);
            let explanation = explain(&line);
            assert!(!explanation.remedy.is_empty(), "{line}");
            for step in explanation.remedy.iter() {
                assert!(!step.r#where.contains("Exchange Management Shell"), "{line}: {step:?}");
                let command = step.command.as_deref().unwrap_or_default();
                for word in ["SendConnector", "ExchangeCertificate", "MSExchangeTransport"] {
                    assert!(!command.contains(word), "{line}: {command}");
                }
            }
        }
    }
}

#[test]
fn a_line_of_exchange_has_no_other_program() {
    for text in [
        "[{LED=550 5.7.64 TenantAttribution; Relay Access Denied};{MSG=};{FQDN=a.example.com}]",
        "451 4.4.0 Primary target IP address responded with: \"421 4.4.1 Connection timed out.\"",
        REPLY,
    ] {
        assert_eq!(explain(text).mail_program, None, "{text}");
    }
}

#[test]
fn a_brace_inside_the_reply_of_a_queue_does_not_end_it() {
    let queue = "[{LED=451-4.7.23 unable to verify SPF policy i{1a2b-77}};{MSG=};{FQDN=mx.a.com}]";
    assert_eq!(
        explain(queue).reply.as_deref(),
        Some("451-4.7.23 unable to verify SPF policy i{1a2b-77}")
    );
}
