//! Errors out of every form in which an administrator meets them, and the sessions that they report.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::evidence::EvidenceError;
use crate::log::LogInput;
use crate::reply::RejectionClass;
use crate::session::{OwnedSession, Session, SessionQuery, SessionReader};
use crate::stated_time::StatedTime;
use crate::timestamp::Timestamp;

const THUMBPRINT: &str = "0F1E2D3C4B5A69788796A5B4C3D2E1F00F1E2D3C";
const MAIL: &str = "<9c41f2@ex1.tailspintoys.com>";
const COVER: &str = "451 4.4.0 Primary target IP address responded with: \"421 4.4.1 Connection timed \
    out.\" Attempted failover to alternate host, but that did not succeed.";

fn fixture(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/delivery_errors").join(name)
}

fn read(name: &str) -> DeliveryErrors {
    DeliveryErrors::from_file(&fixture(name)).unwrap()
}

/// What is read of a text that is a file's content.
fn read_text(text: &str) -> Result<DeliveryErrors, EvidenceError> {
    DeliveryErrors::from_bytes("x", text.as_bytes())
}

fn sessions() -> Vec<Session> {
    let input = LogInput { path: fixture("SEND20261117-1.LOG"), ..LogInput::default() };
    let query = SessionQuery { inputs: vec![input], ..SessionQuery::default() };
    let mut reader = SessionReader::new(query).unwrap();
    let mut sessions = Vec::new();
    while let Some(batch) = reader.next_batch(100, 1 << 20) {
        assert!(batch.notices.is_empty(), "{:?}", batch.notices);
        sessions.extend(batch.sessions);
    }
    assert_eq!(sessions.len(), 2);
    sessions
}

fn joined(error: DeliveryError) -> DeliveryError {
    let mut matcher = SessionMatcher::new(vec![error]);
    for session in sessions() {
        matcher.offer(&session);
    }
    matcher.finish().remove(0)
}

#[test]
fn a_queue_of_clixml_tells_its_error_hop_time_and_count() {
    let found = read("queues.xml");
    assert_eq!((found.errors.len(), found.without_error, found.problems.len()), (1, 1, 0));
    let error = &found.errors.iter().next().unwrap();
    assert_eq!(error.source, DeliveryErrorSource::Queue);
    assert_eq!((error.identity.as_deref(), error.line), (Some("EX1\\27"), 2));
    assert_eq!(error.reporting_server.as_deref(), Some("EX1"));
    assert_eq!(error.next_hop.as_deref(), Some("tailspintoys-com.mail.protection.outlook.com"));
    assert_eq!(error.message_count, Some(41));
    assert_eq!(error.time.map(StatedTime::time), Timestamp::parse("2026-11-17T05:10:02.5Z"));
    assert_eq!(error.explanation.reply.as_deref(), Some("421 4.4.1 Connection timed out."));
    assert_eq!(error.explanation.rejection, Some(RejectionClass::ConnectionTimedOut));
}

#[test]
fn the_time_of_format_list_text_has_no_zone_and_that_of_the_error_serves() {
    let error = &read("queues.txt").errors.iter().next().unwrap();
    let time = Timestamp::parse("2026-11-17T05:10:02Z").unwrap();
    assert_eq!(error.time, Some(StatedTime::without_zone(time)), "LRT, not LastRetryTime");
    let without = std::fs::read_to_string(fixture("queues.txt")).unwrap();
    let without = without.replace("{LRT=11/17/2026 5:10:02 AM}", "{LRT=}");
    let error = &read_text(&without).unwrap().errors.iter().next().unwrap();
    assert_eq!(error.time, None);
    assert!(error.explanation.uncertain.iter().any(|doubt| doubt.contains("time zone")));
}

#[test]
fn a_queued_message_tells_its_mail_sender_and_recipients() {
    let found = read("messages.json");
    assert_eq!((found.errors.len(), found.without_error), (1, 1));
    let error = &found.errors.iter().next().unwrap();
    assert_eq!(error.source, DeliveryErrorSource::QueuedMessage);
    assert_eq!(error.sender.as_deref(), Some("orders@tailspintoys.com"));
    assert_eq!(error.recipients, ["buyer@wingtiptoys.com"]);
    let id = error.explanation.internet_message_id.as_deref();
    assert_eq!(id, Some("<77aa10@ex1.tailspintoys.com>"));
    assert_eq!(error.explanation.ip_address.as_deref(), Some("192.0.2.44"));
}

#[test]
fn a_tracking_event_is_one_error_for_all_recipients_of_one_status() {
    let found = read("tracking.txt");
    assert_eq!((found.errors.len(), found.without_error), (1, 1));
    let error = &found.errors.iter().next().unwrap();
    assert_eq!(error.source, DeliveryErrorSource::TrackingLog);
    assert_eq!(error.recipients, ["buyer@wingtiptoys.com", "sales@wingtiptoys.com"]);
    assert_eq!(error.explanation.rejection, Some(RejectionClass::RelayDenied));
    assert_eq!(error.explanation.internet_message_id.as_deref(), Some(MAIL));
    assert_eq!(error.time.map(StatedTime::time), Timestamp::parse("2026-11-17T06:20:02.311Z"));
}

#[test]
fn a_report_is_read_by_its_status_part_in_any_language() {
    let found = read("ndr.eml");
    assert_eq!(found.errors.len(), 1);
    let error = &found.errors.iter().next().unwrap();
    assert_eq!(error.source, DeliveryErrorSource::NonDeliveryReport);
    assert_eq!(error.recipients, ["buyer@wingtiptoys.com", "sales@wingtiptoys.com"]);
    assert_eq!(error.explanation.rejection, Some(RejectionClass::RelayDenied));
    assert_eq!(
        error.explanation.internet_message_id.as_deref(),
        Some(MAIL),
        "not the report's own"
    );
    assert_eq!(error.sender.as_deref(), Some("orders@tailspintoys.com"));
    assert_eq!(error.reporting_server.as_deref(), Some("EX1.tailspintoys.com"));
    let remote = "AM7EUR03FT051.mail.protection.outlook.com";
    assert_eq!(error.remote_server.as_deref(), Some(remote));
    let text = std::fs::read_to_string(fixture("ndr.eml")).unwrap();
    let line = text.lines().position(|line| line.starts_with("Diagnostic-Code")).unwrap() as u64;
    assert_eq!(error.line, line + 1);
}

#[test]
fn a_report_without_a_status_part_is_read_by_its_body() {
    let text = std::fs::read_to_string(fixture("ndr.eml")).unwrap();
    let other = text.replace("message/delivery-status", "application/octet-stream");
    let error = &read_text(&other).unwrap().errors.iter().next().unwrap();
    assert_eq!(error.explanation.rejection, Some(RejectionClass::RelayDenied));
    assert_eq!(error.source, DeliveryErrorSource::NonDeliveryReport);
    assert_eq!(error.explanation.internet_message_id.as_deref(), Some(MAIL));
    let cut = &text[..text.find("Diagnostic-Code").unwrap()];
    let error = &read_text(cut).unwrap().errors.iter().next().unwrap();
    assert_eq!(
        error.explanation.rejection,
        Some(RejectionClass::RelayDenied),
        "the body repeats it"
    );
    assert_eq!(error.recipients, ["buyer@wingtiptoys.com"]);
}

#[test]
fn html_and_texts_of_any_encoding_give_the_reply_inside() {
    let error = &read("ndr.html").errors.iter().next().unwrap();
    assert_eq!(error.explanation.rejection, Some(RejectionClass::RelayDenied));
    assert!(error.explanation.reply.as_deref().unwrap().starts_with("550 5.7.64 Ten"));
    let error = &read("ndr-cs.txt").errors.iter().next().unwrap();
    assert_eq!(error.explanation.rejection, Some(RejectionClass::ConnectionTimedOut));
    assert!(error.explanation.cover);
}

#[test]
fn a_text_that_looks_like_a_table_is_a_text() {
    for text in [
        "[{LED=550 5.7.64 TenantAttribution; Relay Access Denied};{MSG=};{FQDN=a.example}]",
        "{[{LED=550 5.7.64 TenantAttribution; Relay Access Denied};{MSG=}]}",
        "Serveur : EX1\n\nRemote server said: 550 5.7.64 TenantAttribution; Relay Access Denied\n",
        "a,b,c\n550 5.7.64 TenantAttribution; Relay Access Denied\n",
    ] {
        let error = &read_text(text).unwrap().errors.iter().next().unwrap();
        assert_eq!(error.source, DeliveryErrorSource::Text, "{text}");
        assert_eq!(error.explanation.rejection, Some(RejectionClass::RelayDenied), "{text}");
    }
}

#[test]
fn what_holds_no_error_is_refused_with_what_to_give() {
    let clixml = "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">\
        <Obj RefId=\"0\"><MS><S N=\"Name\">x</S></MS></Obj></Objs>";
    for text in ["", " \r\n", clixml, "[{\"Name\":\"x\"}]", "<html><body></body></html>"] {
        let error = read_text(text).unwrap_err();
        assert!(matches!(error, EvidenceError::NoDeliveryError { .. }), "{text}: {error}");
        assert!(error.to_string().contains("Get-Queue"), "{error}");
    }
    assert!(matches!(
        DeliveryErrors::from_file(&fixture("missing.eml")).unwrap_err(),
        EvidenceError::Unreadable { .. }
    ));
}

#[test]
fn a_cut_export_is_read_as_far_as_it_goes_and_says_where_it_ends() {
    let text = std::fs::read_to_string(fixture("messages.json")).unwrap();
    let cut = &text[..text.len() - 20];
    let found = read_text(cut).unwrap();
    assert_eq!(found.errors.len(), 1);
    assert_eq!(found.problems.len(), 1);
    assert!(found.problems[0].line > 10, "{:?}", found.problems);
}

#[test]
fn the_queue_says_a_cover_text_and_the_log_what_it_covers() {
    let error = joined(read("queues.xml").errors.iter().next().unwrap());
    let session = error.session.as_ref().unwrap();
    assert_eq!(
        (session.basis, session.certainty),
        (MatchBasis::TimeAndHost, MatchCertainty::Likely)
    );
    assert_eq!(session.tls_error.as_deref(), Some("UnknownCredentials"));
    assert_eq!(session.sent_thumbprint.as_deref(), Some(THUMBPRINT));
    assert_eq!(session.line, 6);
    assert_eq!(
        session.message,
        format!(
            "The queue EX1\\27 says '421 4.4.1 Connection timed out'; the log says \
             UnknownCredentials with the certificate {THUMBPRINT}. Likely the same: time and host \
             agree; the log names no mail there."
        )
    );
    let remedy: Vec<&str> =
        error.explanation.remedy.iter().filter_map(|step| step.command.as_deref()).collect();
    let enable = format!(
        "Enable-ExchangeCertificate -Server 'EX1' -Thumbprint '{THUMBPRINT}' -Services SMTP"
    );
    assert!(remedy.contains(&enable.as_str()), "{remedy:?}");
    assert!(remedy.iter().any(|command| command.contains("Set-SendConnector 'To Microsoft 365'")));
}

#[test]
fn a_mail_is_found_by_its_id_and_by_the_other_servers_session() {
    let mut error = joined(read("ndr.eml").errors.iter().next().unwrap());
    assert_eq!(error.session.as_ref().unwrap().basis, MatchBasis::ServerSessionId);
    assert_eq!(error.session.as_ref().unwrap().line, 21);
    error.session = None;
    error.explanation.server_session_id = None;
    let error = joined(error);
    let session = error.session.unwrap();
    assert_eq!(session.basis, MatchBasis::InternetMessageId);
    assert_eq!(session.certainty, MatchCertainty::Certain);
    assert_eq!(session.rejection, Some(RejectionClass::RelayDenied));
}

#[test]
fn a_bare_text_finds_the_newest_session_that_failed_alike_and_says_that_it_may_be_another() {
    let error = joined(DeliveryError::of_text("text", COVER));
    let session = error.session.as_ref().unwrap();
    assert_eq!(
        (session.basis, session.certainty),
        (MatchBasis::SameFailure, MatchCertainty::Possible)
    );
    assert_eq!(session.tls_error.as_deref(), Some("UnknownCredentials"));
    assert!(session.message.contains("Possibly the same"));
    assert_eq!(error.explanation.tls_error, None, "what may be another session changes no meaning");
}

#[test]
fn another_time_another_host_or_another_failure_is_another_session() {
    let queue = read("queues.xml").errors.iter().next().unwrap();
    let later = DeliveryError {
        time: Timestamp::parse("2026-11-17T05:13:00Z").map(StatedTime::from),
        ..queue.clone()
    };
    assert_eq!(joined(later).session, None);
    let elsewhere = DeliveryError { next_hop: Some("mx.adatum.com".into()), ..queue.clone() };
    assert_eq!(joined(elsewhere).session, None);
    let unregistered = DeliveryError::of_text("x", "550 5.7.750 Service unavailable");
    assert_eq!(joined(unregistered).session, None);
    let unknown = DeliveryError::of_text("x", "nothing to be read");
    assert_eq!(joined(unknown).session, None);
}

#[test]
fn the_log_of_another_server_or_of_another_destination_holds_no_session_of_a_queue() {
    let found = |error: &DeliveryError, change: &dyn Fn(&mut Session)| {
        let mut matcher = SessionMatcher::new(vec![error.clone()]);
        for mut session in sessions() {
            change(&mut session);
            matcher.offer(&session);
        }
        matcher.finish().remove(0).session.map(|session| session.basis)
    };
    let queue = read("queues.xml").errors.iter().next().unwrap();
    let server =
        |name: &'static str| move |session: &mut Session| session.server = Some(name.into());
    assert_eq!(found(&queue, &server("EX2")), None);
    assert_eq!(found(&queue, &server("ex1.tailspintoys.com")), Some(MatchBasis::TimeAndHost));
    let text = DeliveryError::of_text("x", COVER);
    let elsewhere = |session: &mut Session| session.is_eop = Some(false);
    assert_eq!(found(&text, &elsewhere), None);
    assert_eq!(found(&text, &|_| {}), Some(MatchBasis::SameFailure));
    // The same mail is the same mail, whoever logs it.
    let report = read("tracking.txt").errors.iter().next().unwrap();
    assert_eq!(found(&report, &server("EX2")), Some(MatchBasis::ServerSessionId));
}

#[test]
fn of_several_tries_of_one_mail_the_one_that_failed_alike_counts() {
    let mut error = read("ndr.eml").errors.iter().next().unwrap();
    error.explanation.server_session_id = None;
    let mut matcher = SessionMatcher::new(vec![error]);
    let refused = sessions().remove(1);
    let mut delivered = OwnedSession::from(&refused);
    delivered.start_time = Timestamp::parse("2026-11-17T07:00:00Z").unwrap();
    delivered.reply = Some("250 2.6.0 Queued".into());
    delivered.messages[0].reply = None;
    delivered.messages[0].recipients[0].reply = Some("250 2.1.5 Recipient OK".into());
    matcher.offer(&refused);
    matcher.offer(&delivered.into());
    assert_eq!(matcher.finish().remove(0).session.unwrap().start_time, refused.start_time);
}

#[test]
fn mails_nested_without_end_are_not_descended_into() {
    let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(200_000);
    let mail = format!("MIME-Version: 1.0\r\n{nested}550 5.7.64 TenantAttribution\r\n");
    let _ = read_text(&mail);
    let folded = "Content-Type: (rfc822-)\r\n message / RFC822\r\n\r\n".repeat(50_000);
    let _ = read_text(&format!("MIME-Version: 1.0\r\n{folded}x"));
}

#[test]
fn an_error_is_one_json_object_with_the_members_of_its_explanation() {
    let json =
        serde_json::to_value(joined(read("queues.xml").errors.iter().next().unwrap())).unwrap();
    for (member, expected) in [
        ("Source", "Queue"),
        ("Identity", "EX1\\27"),
        ("Rejection", "ConnectionTimedOut"),
        ("Time", "2026-11-17T05:10:02.500Z"),
        ("Reply", "421 4.4.1 Connection timed out."),
    ] {
        assert_eq!(json[member], expected, "{member}");
    }
    assert_eq!(json["Session"]["Certainty"], "Likely");
}

proptest! {
    #[test]
    fn no_bytes_make_the_readers_panic(
        prefix in prop::sample::select(vec!["", "MIME-Version: 1.0\r\n", "<html><p>", "[{", "a : b\r\n"]),
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let _ = DeliveryErrors::from_bytes("x", &[prefix.as_bytes(), &bytes].concat());
    }

    #[test]
    fn no_mutation_of_a_report_makes_the_readers_panic(
        cut in 0..3000_usize,
        at in 0..3000_usize,
        byte in any::<u8>(),
    ) {
        let mut bytes = std::fs::read(fixture("ndr.eml")).unwrap();
        let place = at % bytes.len();
        bytes[place] = byte;
        bytes.truncate(bytes.len().saturating_sub(cut));
        let _ = DeliveryErrors::from_bytes("x", &bytes);
    }
}

/// The class of each error that a file holds.
fn classes(bytes: &[u8]) -> Vec<Option<RejectionClass>> {
    let read = DeliveryErrors::from_bytes("file", bytes).unwrap();
    read.errors.iter().map(|error| error.explanation.rejection).collect()
}

const REPORT: &str = "From: postmaster@tailspintoys.com\nTo: kim@contoso.com\nSubject: Undeliverable\n\
    MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"i\"\n\n\
    --i\nContent-Type: text/plain; charset=utf-8\n\n\
    x@tailspintoys.com\n\
    Remote Server at mx.tailspintoys.com (192.0.2.36) returned '550 4.4.7 QUEUE.Expired; message expired'\n\
    11/6/2026 9:49:41 AM - Remote Server at mx.tailspintoys.com (192.0.2.36) returned '454 4.7.5 The certificate specified in TlsCertificateName of the SendConnector could not be found.'\n\n\
    --i\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;EX01.contoso.com\n\n\
    Final-Recipient: rfc822;x@tailspintoys.com\nAction: failed\nStatus: 4.4.7\n\
    Diagnostic-Code: smtp;550 4.4.7 QUEUE.Expired; message expired\n\n--i--\n";

#[test]
fn that_a_message_expired_is_a_cover_for_the_line_below() {
    let cause = Some(RejectionClass::TlsCertificateNameNotFound);
    assert_eq!(classes(REPORT.as_bytes()), [cause]);
    let read = DeliveryErrors::from_bytes("ndr.eml", REPORT.as_bytes()).unwrap();
    assert_eq!(read.errors.iter().next().unwrap().recipients, ["x@tailspintoys.com"]);
    // The text alone, as it is pasted into a ticket.
    let text = REPORT.split("utf-8\n\n").nth(1).unwrap().split("\n\n--i").next().unwrap();
    assert_eq!(classes(text.as_bytes()), [cause]);
    // Line ends of CR only.
    assert_eq!(classes(REPORT.replace('\n', "\r").as_bytes()), [cause]);
}

#[test]
fn a_report_that_hangs_on_a_mail_is_read() {
    let mail = format!(
        "From: kim@contoso.com\nTo: help@fabrikam.com\nSubject: FW\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=\"o\"\n\n--o\nContent-Type: text/plain\n\n\
         Please look.\n\n--o\nContent-Type: message/rfc822\n\n{REPORT}\n--o--\n"
    );
    assert_eq!(classes(mail.as_bytes()), [Some(RejectionClass::TlsCertificateNameNotFound)]);
}

#[test]
fn quoted_printable_is_decoded_where_a_body_was_copied_as_it_was_sent() {
    let text = "Remote Server returned '550 5.7.64 TenantAttri=\nbution; Relay Access Denied'";
    assert_eq!(classes(text.as_bytes()), [Some(RejectionClass::RelayDenied)]);
}

#[test]
fn a_message_trace_and_an_event_of_the_application_log_are_read() {
    let trace = r#"[{"MessageId":"<a@contoso.com>","Date":"2026-11-06T09:49:41Z","Event":"Defer",
        "Detail":"Reason: [{LED=450 4.4.317 Cannot connect to remote server [Message=SubjectMismatch Expected Subject: mail.contoso.com. Presented Subject: CN=EX01.] [LastAttemptedServerName=mail.contoso.com]};{MSG=};{FQDN=mail.contoso.com}]"}]"#;
    let read = DeliveryErrors::from_bytes("trace.json", trace.as_bytes()).unwrap();
    let error = &read.errors.iter().next().unwrap();
    let class = Some(RejectionClass::CannotConnectToRemoteServer);
    assert_eq!(
        (error.source, error.explanation.rejection),
        (DeliveryErrorSource::MessageTrace, class)
    );
    assert_eq!(error.time.map(StatedTime::time), Timestamp::parse("2026-11-06T09:49:41Z"));
    let event = r#"[{"Id":12014,"ProviderName":"MSExchangeFrontEndTransport","MachineName":"EX01.contoso.com",
        "TimeCreated":"2026-11-06T09:49:41Z","Message":"Microsoft Exchange could not find a certificate that contains the domain name mail.contoso.com in the personal store on the local computer. Therefore, it is unable to support the STARTTLS SMTP verb for the connector Default Frontend EX01 with a FQDN parameter of mail.contoso.com."},
        {"Id":1000,"ProviderName":"Application Error","Message":"x"}]"#;
    let read = DeliveryErrors::from_bytes("events.json", event.as_bytes()).unwrap();
    let error = &read.errors.iter().next().unwrap();
    let class = Some(RejectionClass::ConnectorCertificateMissing);
    assert_eq!((error.source, error.explanation.rejection), (DeliveryErrorSource::EventLog, class));
    assert_eq!(error.explanation.send_connector.as_deref(), Some("Default Frontend EX01"));
    assert_eq!((read.errors.len(), read.unused), (1, 1));
}

#[test]
fn a_queue_whose_lines_were_broken_keeps_its_cause() {
    let queue = "RunspaceId : 1\nNextHopDomain : tailspintoys.com\nStatus : Retry\nMessageCount : 3\n\
        LastError : [{LRT=11/20/2026 9:15:02 AM};{LED=451 4.4.0 Primary target IP address responded with: \"454\n\
        4.7.5 Certificate validation failure, Reason:UntrustedRoot.\" Attempted failover to alternate host, but\n\
        that did not succeed.};{FQDN=mx.tailspintoys.com};{IP=192.0.2.10}]\nIdentity : EX01\\27\n";
    assert_eq!(classes(queue.as_bytes()), [Some(RejectionClass::RemoteCertificateInvalid)]);
}

#[test]
fn a_message_that_was_delivered_as_anonymous_has_the_causes_of_a_refusal() {
    let mail = "Received: from mail.contoso.com (203.0.113.5) by x.eop.outlook.com\n\
        From: kim@contoso.com\nTo: lee@contoso.com\nSubject: hello\nMessage-ID: <a@contoso.com>\n\
        Date: Fri, 6 Nov 2026 10:00:00 +0000\nMIME-Version: 1.0\n\
        X-MS-Exchange-Organization-AuthAs: Anonymous\n\nhello\n";
    let read = DeliveryErrors::from_bytes("mail.eml", mail.as_bytes()).unwrap();
    let error = &read.errors.iter().next().unwrap();
    assert_eq!(error.source, DeliveryErrorSource::DeliveredMessage);
    assert_eq!(error.explanation.rejection, Some(RejectionClass::DeliveredAsAnonymous));
    assert!(error.explanation.remedy.len() > 3);
    assert!(
        error
            .explanation
            .meaning
            .contains("got it from mail.contoso.com (203.0.113.5) without TLS")
    );
    assert_eq!(error.sender.as_deref(), Some("kim@contoso.com"));
    let internal = mail.replace("Anonymous", "Internal");
    let read = DeliveryErrors::from_bytes("mail.eml", internal.as_bytes()).unwrap();
    let error = read.errors.iter().next().unwrap();
    assert_eq!(error.explanation.rejection, Some(RejectionClass::DeliveredAsInternal));
    assert!(error.explanation.meaning.contains("Nothing is wrong with it. Exchange Online got it"));
    let pasted = "X-MS-Exchange-Organization-AuthAs: Internal\nX-OriginatorOrg: contoso.com\n";
    let error = DeliveryError::of_text("text", pasted);
    assert_eq!(error.explanation.rejection, Some(RejectionClass::DeliveredAsInternal));
}

#[test]
fn events_of_the_application_log_are_read_as_xml_and_as_tools_write_them() {
    let xml = "<Events><Event><System><Provider Name='MSExchangeTransport'/><EventID>12014</EventID>\
        <TimeCreated SystemTime='2026-10-03T11:22:33Z'/><Channel>Application</Channel><Computer>MX07\
        </Computer></System><EventData><Data>mail.adatum.com</Data><Data>To M365</Data><Data>\
        mail.adatum.com</Data></EventData></Event></Events>";
    let dump = r##"{"Event":{"#attributes":{"xmlns":"x"},"System":{"Provider":{"#attributes":
        {"Name":"MSExchangeTransport"}},"EventID":{"#attributes":{"Qualifiers":49156},"#text":12014},
        "TimeCreated":{"#attributes":{"SystemTime":"2026-10-03T11:22:33Z"}},"Computer":"MX07"},
        "EventData":{"Data":{"#text":["mail.adatum.com","To M365","mail.adatum.com"]}}}}"##;
    let rows = r#"{"EventId":12014,"Provider":"MSExchangeTransport","Computer":"MX07","TimeCreated":
        "2026-10-03T11:22:33Z","Payload":"{\"EventData\":{\"Data\":\"mail.adatum.com, To M365, mail.adatum.com\"}}"}"#;
    let german = r#"[{"Id":12014,"ProviderName":"MSExchangeTransport","MachineName":"MX07","TimeCreated":
        "2026-10-03T11:22:33Z","Message":"kein Zertifikat","Properties":[{"Value":"mail.adatum.com"},
        {"Value":"To M365"},{"Value":"mail.adatum.com"}]}]"#;
    for content in [xml, dump, rows, german] {
        let read = DeliveryErrors::from_bytes("events", content.as_bytes()).expect(content);
        let error = &read.errors.iter().next().unwrap();
        let class = Some(RejectionClass::ConnectorCertificateMissing);
        assert_eq!(
            (error.source, error.explanation.rejection),
            (DeliveryErrorSource::EventLog, class)
        );
        assert_eq!(error.explanation.send_connector.as_deref(), Some("To M365"), "{content}");
        assert_eq!(error.reporting_server.as_deref(), Some("MX07"), "{content}");
        assert_eq!(
            error.time.map(StatedTime::time),
            Timestamp::parse("2026-10-03T11:22:33Z"),
            "{content}"
        );
    }
}

#[test]
fn an_event_names_its_server_and_its_certificate_in_every_form() {
    let thumbprint = "1F2E3D4C5B6A79880123456789ABCDEF01234567";
    let copied = format!(
        "Log Name:      Application\nEvent ID:      12018\nComputer:      MX07.adatum.com\n\
         Description:\nThe STARTTLS certificate will expire soon: subject: mail.adatum.com, \
         thumbprint: {thumbprint}, hours remaining: 99. Run the New-ExchangeCertificate cmdlet.\n"
    );
    let xml = format!(
        "<Events><Event><System><Provider Name='MSExchangeTransport'/><EventID>12018</EventID>\
         <Computer>MX07.adatum.com</Computer></System><EventData><Data>mail.adatum.com</Data>\
         <Data>{thumbprint}</Data><Data>99</Data></EventData></Event></Events>"
    );
    for content in [copied, xml] {
        let read = DeliveryErrors::from_bytes("event", content.as_bytes()).unwrap();
        let error = read.errors.iter().next().unwrap();
        let class = Some(RejectionClass::ConnectorCertificateExpiring);
        assert_eq!(error.explanation.rejection, class, "{content}");
        assert_eq!(error.reporting_server.as_deref(), Some("MX07.adatum.com"), "{content}");
        assert_eq!(error.explanation.thumbprint.as_deref(), Some(thumbprint), "{content}");
    }
    // A reply that tells of a computer is no event.
    let reply = DeliveryError::of_text("text", "550 5.7.64 TenantAttribution\nComputer: MX07");
    assert_eq!(reply.reporting_server, None);
}

#[test]
fn errors_that_share_what_they_say_come_back_as_they_were() {
    let texts = [
        "550 5.7.64 TenantAttribution; Relay Access Denied [AA1.eurprd02.prod.outlook.com]",
        "[{LRT=11/15/2026 1:02:03 AM};{LED=450 4.4.101 Proxy session setup failed};{FQDN=x.y};{IP=192.0.2.1}]",
        "",
    ];
    let errors: Vec<DeliveryError> = (0..30)
        .map(|number| {
            let mut error = DeliveryError::of_text("queue.json", texts[number % 3]);
            error.line = number as u64;
            error.identity = (number % 2 == 0).then(|| format!("EX1\\{number}"));
            error.sender = (number % 5 == 0).then(String::new);
            error.recipients = vec![format!("r{number}@fabrikam.com"); number % 4];
            error.explanation.uncertain = vec![format!("uncertain {number}"); number % 3];
            error.message_count = (number % 7 == 0).then_some(number as u64);
            error
        })
        .collect();
    let list: DeliveryErrorList = errors.iter().cloned().collect();
    assert_eq!((list.len(), list.is_empty()), (errors.len(), false));
    assert_eq!(list.iter().collect::<Vec<_>>(), errors);
    assert_eq!(list.into_iter().collect::<Vec<_>>(), errors);
    assert_eq!(SessionMatcher::new(errors.clone()).finish(), errors);
}
