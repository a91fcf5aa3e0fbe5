//! Sessions that are put together, and what is kept of the newest.

use serde_json::{Value, json};

use super::{evidence, message, session};
use crate::diagnosis::evidence::basis::Basis;
use crate::diagnosis::evidence::certificate_uses::CertificateUses;
use crate::diagnosis::evidence::incident::{Ending, Incident};
use crate::diagnosis::evidence::parts::parts_of;
use crate::diagnosis::evidence::received::Received;
use crate::diagnosis::observation::ServerKey;
use crate::session::{Outcome, Session, SessionNote};
use crate::timestamp::Timestamp;

fn minute(number: u32) -> Timestamp {
    Timestamp::parse(&format!("2026-11-19T08:{number:02}:00Z")).unwrap()
}

fn incidents(sessions: &[Session]) -> Vec<Incident> {
    let mut evidence = evidence();
    for session in sessions {
        evidence.add_session(session);
    }
    Basis::new(&evidence, 0).incidents.all
}

/// One in which something on the way rewrites SMTP.
fn rewritten(session: Session) -> Session {
    Session { notes: vec![SessionNote::SmtpRewritten], ..session }
}

fn refused(minute: u32, reply: &str, changes: &Value) -> Session {
    let mut refused = message("anna@contoso.com", "bob@fabrikam.com", Some("RelayDenied"));
    refused["Recipients"][0]["Reply"] = json!(reply);
    let mut all = json!({
        "Messages": [refused], "Outcome": "Refused", "Rejection": "RelayDenied", "Reply": reply,
        "Line": u64::from(minute) + 100, "SessionId": format!("08DE24A1D0B7C{minute:03}"),
    });
    for (name, value) in changes.as_object().unwrap() {
        all[name] = value.clone();
    }
    session(minute, &all)
}

#[test]
fn sessions_that_are_alike_are_one_incident_that_stands_at_the_newest_in_whatever_order_they_come()
{
    let none = &json!({});
    let one = refused(1, "550 5.7.64 first", none);
    let two = rewritten(refused(2, "550 5.7.64 second", none));
    let three = rewritten(refused(3, "550 5.7.64 third", none));
    // At the time of the third, and later in the log.
    let last = refused(3, "550 5.7.64 last", &json!({ "Line": 900 }));
    for order in [
        [&one, &two, &three, &last],
        [&last, &three, &two, &one],
        [&three, &one, &last, &two],
        [&two, &last, &one, &three],
    ] {
        let sessions: Vec<Session> = order.into_iter().cloned().collect();
        let all = incidents(&sessions);
        let [incident] = all.as_slice() else { panic!("{all:#?}") };
        assert_eq!((incident.count, incident.messages), (4, 4));
        assert_eq!((incident.first, incident.last), (minute(1), minute(3)));
        assert_eq!(incident.reply.as_deref(), Some("550 5.7.64 last"));
        assert_eq!((incident.line, incident.session_id.as_str()), (900, "08DE24A1D0B7C003"));
        assert_eq!(incident.messages(), (4, 4));
        assert_eq!(incident.notes.len(), 1, "{:?}", incident.notes);
        assert_eq!(incident.recipient_domains.len(), 1);
    }
}

/// What a server is called can show after its sessions came in: its incidents are then put together.
#[test]
fn incidents_that_turn_out_to_be_of_one_server_are_put_together_as_their_sessions_would_be() {
    let of = |server: &str, number: u32, sender: &str, domain: &str| {
        let reply = format!("550 5.7.64 at {number}");
        let one = refused(number, &reply, &json!({ "Server": server }));
        let mut message = message(sender, &format!("bob@{domain}"), Some("RelayDenied"));
        message["Recipients"][0]["Reply"] = json!(reply);
        let mut text = serde_json::to_value(&one).unwrap();
        text["Messages"] = json!([message]);
        rewritten(serde_json::from_value(text).unwrap())
    };
    let one = of("EX01", 1, "anna@contoso.com", "fabrikam.com");
    let two = of("ex01.contoso.com", 5, "dora@adatum.com", "wingtip.com");
    let three = of("EX01", 3, "anna@contoso.com", "fabrikam.com");
    for order in [[&one, &two, &three], [&two, &three, &one], [&three, &two, &one]] {
        let sessions: Vec<Session> = order.into_iter().cloned().collect();
        let all = incidents(&sessions);
        let [incident] = all.as_slice() else { panic!("{all:#?}") };
        assert_eq!((incident.count, incident.messages), (3, 3));
        assert_eq!((incident.first, incident.last), (minute(1), minute(5)));
        assert_eq!(incident.reply.as_deref(), Some("550 5.7.64 at 5"));
        assert_eq!((incident.line, incident.last_on.len()), (105, 1));
        assert_eq!(incident.notes.len(), 1, "{:?}", incident.notes);
        let domains: Vec<&str> = incident.recipient_domains.iter().map(String::as_str).collect();
        assert_eq!(domains, ["fabrikam.com", "wingtip.com"]);
        let newest = incident.newest().unwrap();
        assert_eq!((newest.time, newest.session_id.as_str()), (minute(5), "08DE24A1D0B7C005"));
    }
}

#[test]
fn what_is_sent_now_is_what_the_newest_session_of_the_place_shows() {
    let renewed =
        json!({ "SentCertificate": { "Thumbprint": "BB", "Subject": "CN=mail.contoso.com" } });
    let sessions = [refused(1, "550 5.7.64 no", &json!({})), session(2, &renewed)];
    let mut evidence = evidence();
    for session in &sessions {
        evidence.add_session(session);
    }
    let basis = Basis::new(&evidence, 0);
    let is_newest: Vec<(bool, bool)> = basis
        .incidents
        .all
        .iter()
        .map(|one| (one.has_failed(), basis.incidents.is_newest_of_place(one)))
        .collect();
    assert_eq!(is_newest, [(true, false), (false, true)]);
}

/// A row that is found is the very row; else the evidence says where its session begins.
#[test]
fn the_proof_says_whether_its_line_is_that_of_the_reply() {
    let all = incidents(&[refused(4, "550 5.7.64 no", &json!({}))]);
    let mut incident = all[0].clone();
    let begins = "session 08DE24A1D0B7C004 begins here; it ended with 550 5.7.64 no";
    for (line, is_located, text) in
        [(104, false, begins), (104, true, "550 5.7.64 no"), (0, false, "550 5.7.64 no")]
    {
        (incident.line, incident.is_located) = (line, is_located);
        assert_eq!(incident.proof().text, text);
    }
}

/// More senders than are looked through one by one.
#[test]
fn each_sender_of_a_session_is_a_part_of_its_own_with_all_of_its_messages() {
    let of = |number: usize, recipient: &str| {
        message(&format!("anna@domain{number:02}.com"), recipient, None)
    };
    let mut messages: Vec<Value> = (0..12).map(|number| of(number, "bob@fabrikam.com")).collect();
    messages.extend((0..12).rev().map(|number| of(number, "eve@adatum.com")));
    let session = session(1, &json!({ "Messages": messages, "Outcome": "Delivered" }));
    let parts = parts_of(&session, None);
    assert_eq!(parts.len(), 12);
    for part in &parts {
        assert_eq!((part.ending, part.messages), (Ending::Delivered, 2));
        assert_eq!(part.domains, ["adatum.com", "fabrikam.com"]);
    }
}

#[test]
fn a_session_ends_with_its_mail_and_with_what_failed_beside_it() {
    let delivered = || message("anna@contoso.com", "bob@fabrikam.com", None);
    let mut cut = delivered();
    cut["Outcome"] = json!("Incomplete");
    for (changes, expected) in [
        (json!({ "Messages": [delivered()], "Outcome": "Delivered" }), vec![Ending::Delivered]),
        (json!({ "Messages": [cut], "Outcome": "Incomplete" }), vec![Ending::Open]),
        (json!({}), vec![Ending::Open]),
        (
            json!({ "Messages": [delivered()], "Outcome": "TlsFailed", "TlsStatus": "Failed" }),
            vec![Ending::Delivered, Ending::TlsFailed],
        ),
        (
            json!({ "Messages": [delivered()], "Outcome": "ConnectFailed", "TlsStatus": "NotStarted" }),
            vec![Ending::Delivered, Ending::ConnectFailed],
        ),
    ] {
        let session = session(1, &changes);
        let endings: Vec<Ending> =
            parts_of(&session, None).iter().map(|part| part.ending).collect();
        assert_eq!(endings, expected, "{changes}");
    }
}

#[test]
fn what_was_sent_is_counted_by_certificate_connector_and_server() {
    let key = ServerKey::Name("EX01".into());
    let mut uses = CertificateUses::default();
    let certificate = |thumbprint: Value, subject: &str| json!({ "SentCertificate": { "Thumbprint": thumbprint, "Subject": subject } });
    let one = certificate(json!("AA"), "CN=mail.contoso.com");
    for (minute, changes) in [
        (2, one.clone()),
        // Rows of one certificate need not say the same of it.
        (4, certificate(json!("AA"), "CN=mail.contoso.com, O=Contoso")),
        (1, certificate(json!(null), "CN=mail.contoso.com")),
        (3, certificate(json!(null), "CN=mail.contoso.com")),
        (5, certificate(json!("BB"), "CN=mail.contoso.com")),
        (6, json!({ "SentCertificate": null })),
        (6, certificate(json!(null), "CN=relay.contoso.com")),
    ] {
        uses.add(&session(minute, &changes), &key);
    }
    let other = json!({ "IsEop": false, "Outcome": "TlsFailed", "Line": 9 });
    uses.add(&session(7, &other), &key);
    uses.add(&session(8, &json!({ "LogType": "Receive" })), &key);
    uses.add(&Session { notes: vec![SessionNote::ReceivedByIis], ..session(9, &json!({})) }, &key);
    let [place] = uses.places() else { panic!("{uses:#?}") };
    let found: Vec<(Option<&str>, u64)> = place
        .uses
        .iter()
        .map(|one| {
            (one.certificate.as_ref().and_then(|one| one.thumbprint.as_deref()), one.sessions)
        })
        .collect();
    assert_eq!(found, [(Some("AA"), 3), (None, 2), (Some("BB"), 1), (None, 1), (None, 1)]);
    let first = &place.uses[0];
    assert_eq!((first.eop_sessions, first.other_sessions, first.failed_sessions), (2, 1, 1));
    assert_eq!((first.first, first.last, first.line), (minute(2), minute(7), 9));
    assert_eq!(first.last_outcome, Outcome::TlsFailed);
    assert_eq!(uses.capped(), 0);
}

#[test]
fn sessions_of_more_certificates_than_are_kept_are_counted() {
    let key = ServerKey::Name("EX01".into());
    let mut uses = CertificateUses::default();
    for number in 0..70 {
        let sent = json!({ "SentCertificate": { "Thumbprint": format!("{number:040}") } });
        uses.add(&session(1, &sent), &key);
    }
    assert_eq!((uses.places()[0].uses.len(), uses.capped()), (64, 6));
}

#[test]
fn of_the_other_direction_the_newest_certificate_and_the_newest_failure_are_kept() {
    let received = |minute: u32, thumbprint: Option<&str>, changes: &Value| {
        let sent = thumbprint.map(|text| json!({ "Thumbprint": text }));
        let mut all = json!({ "LogType": "Receive", "SentCertificate": sent, "Line": minute });
        for (name, value) in changes.as_object().unwrap() {
            all[name] = value.clone();
        }
        session(minute, &all)
    };
    let hung_up = json!({ "Outcome": "TlsFailed" });
    let without = json!({ "Outcome": "TlsFailed", "TlsStatus": "NotOffered" });
    let sessions = [
        received(3, Some("CC"), &json!({})),
        received(5, Some("EE"), &hung_up),
        received(6, None, &without),
        received(4, Some("DD"), &json!({})),
        received(7, Some("FF"), &json!({ "IsEop": false })),
    ];
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0]] {
        let mut all = Received::default();
        for place in order {
            all.add(&sessions[place]);
        }
        assert_eq!(all.places.len(), 1);
        let at = all.places.values().next().unwrap();
        assert_eq!((at.total, at.failed, at.without_start_tls), (4, 2, 1));
        assert_eq!((at.since, at.last_failure), (Some(minute(5)), Some(minute(6))));
        assert_eq!(at.last_success, Some(minute(4)));
        assert_eq!(at.proof.as_ref().unwrap().line, 6);
        if order[0] == 0 {
            assert_eq!(at.sent.as_ref().unwrap().thumbprint.as_deref(), Some("EE"));
        }
    }
}
