//! Errors of queues that belong to no session: judged at the place that they must be of, in the course of
//! time.

use eop_relay::diagnosis::{Evidence, FindingId, Report, Verdict, diagnose};
use eop_relay::evidence::delivery_error::DeliveryError;
use eop_relay::timestamp::Timestamp;

use crate::support::cases::Case;

const SETUP: &str = "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com";

/// An error at 00:30, before all sessions: whose queue it is, and for whom.
fn error(server: Option<&str>, recipient: &str) -> DeliveryError {
    let text = "550 5.7.64 TenantAttribution; Relay Access Denied";
    DeliveryError {
        reporting_server: server.map(str::to_owned),
        time: Timestamp::parse("2026-11-16T00:30:00Z").map(Into::into),
        sender: Some("anna@contoso.com".to_owned()),
        recipients: vec![recipient.to_owned()],
        ..DeliveryError::of_text("queue.json", text)
    }
}

fn report(errors: &[DeliveryError], sessions: &str) -> Report {
    let mut evidence: Evidence = Case::of("-", SETUP).evidence();
    for error in errors {
        evidence.add_delivery_error(error.clone());
    }
    for session in Case::of(sessions, SETUP).read_sessions() {
        evidence.add_session(&session);
    }
    diagnose(&evidence)
}

#[test]
fn an_error_is_past_after_a_delivery_of_its_own_place_to_its_own_domain() {
    let two_servers = "server=EX01 ;; to=bob@fabrikam.com || server=EX02 ;; to=bob@fabrikam.com";
    for (server, recipient, sessions, verdict) in [
        (None, "bob@fabrikam.com", "to=bob@fabrikam.com", Verdict::Accepted),
        (Some("EX01"), "bob@fabrikam.com", "to=bob@fabrikam.com", Verdict::Accepted),
        (Some("ex01.contoso.com"), "bob@fabrikam.com", "to=bob@fabrikam.com", Verdict::Accepted),
        (Some("EX02"), "bob@fabrikam.com", "to=bob@fabrikam.com", Verdict::Refused),
        (None, "bob@fabrikam.com", "to=eve@adatum.com", Verdict::Refused),
        (None, "bob@fabrikam.com", "from=<> ;; to=bob@fabrikam.com", Verdict::Refused),
        (Some("EX01"), "bob@fabrikam.com", two_servers, Verdict::Accepted),
        // Of which of the two it is, nothing says.
        (None, "bob@fabrikam.com", two_servers, Verdict::Refused),
    ] {
        let report = report(&[error(server, recipient)], sessions);
        assert_eq!(
            report.verdict, verdict,
            "{server:?} {recipient} {sessions}: {}",
            report.summary
        );
        assert_eq!(report.exit_code, if verdict == Verdict::Accepted { 10 } else { 20 });
    }
}

/// The sessions of its only place show what it sends with; it is one error, and no session.
#[test]
fn an_error_is_judged_as_of_the_only_sender_of_its_place_and_counted_in_no_scope() {
    let report = report(&[error(None, "bob@fabrikam.com")], "to=eve@adatum.com ;; n=3");
    assert_eq!(report.cause.name(), "AttributedButRefused");
    assert!(report.reason.contains("No session, 1 error at 2026-11-16T00:30"), "{}", report.reason);
    let [scope] = report.scopes.as_slice() else { panic!("{:#?}", report.scopes) };
    assert_eq!((scope.refused, scope.total), (0, 3));
}

#[test]
fn an_error_is_counted_in_the_scope_of_its_own_server() {
    let sessions = "server=EX01 ;; to=eve@adatum.com || server=EX02 ;; to=eve@adatum.com";
    for own in ["EX01", "EX02"] {
        let report = report(&[error(Some(own), "bob@fabrikam.com")], sessions);
        let mut counted: Vec<(&str, u64)> = report
            .scopes
            .iter()
            .map(|scope| (scope.server.as_deref().unwrap(), scope.errors))
            .collect();
        counted.sort_unstable();
        let expected = ["EX01", "EX02"].map(|server| (server, u64::from(server == own)));
        assert_eq!(counted, expected);
    }
}

/// Sessions of one sender may differ in all else; of two senders it can be either.
#[test]
fn an_error_has_the_sender_of_its_place_only_if_all_sessions_show_the_same() {
    for (sessions, is_known) in [
        ("to=eve@adatum.com || from=<> ;; to=eve@adatum.com", true),
        ("to=eve@adatum.com || cert=mail.adatum.com ;; to=eve@adatum.com", false),
        ("cert=mail.adatum.com ;; to=eve@adatum.com || to=eve@adatum.com", false),
    ] {
        let report = report(&[error(None, "bob@fabrikam.com")], sessions);
        let is_judged = report.cause.name() == "AttributedButRefused";
        assert_eq!(is_judged, is_known, "{sessions}: {}", report.summary);
    }
}

#[test]
fn messages_of_one_queue_that_name_the_same_time_are_one_attempt() {
    let busy = |minute: u32| DeliveryError {
        time: Timestamp::parse(&format!("2026-11-16T00:{minute:02}:00Z")).map(Into::into),
        ..DeliveryError::of_text("queue.json", "451 4.7.500 Server busy. Please try again later")
    };
    assert_eq!(report(&[busy(30), busy(30), busy(30)], "to=eve@adatum.com").exit_code, 10);
    // At the end it repeats.
    let late = |minute: u32| DeliveryError {
        time: Timestamp::parse(&format!("2026-11-16T11:{minute:02}:00Z")).map(Into::into),
        ..busy(0)
    };
    let repeated = report(&[late(10), late(20), late(30)], "to=eve@adatum.com");
    assert_eq!(repeated.verdict, Verdict::Refused, "{}", repeated.summary);
}

/// What fails before a certificate is shown or a sender named is of no identity: any delivery of its place
/// is later proof.
#[test]
fn an_error_before_tls_is_past_after_any_delivery_and_else_stands_beside_the_sessions() {
    let of_queue = |time: &str| DeliveryError {
        time: Timestamp::parse(time).map(Into::into),
        ..DeliveryError::of_text(
            "queue.json",
            "454 4.7.5 The certificate specified in TlsCertificateName of the SendConnector could not \
             be found.",
        )
    };
    let sessions = "to=bob@fabrikam.com ;; n=3";
    let before = report(&[of_queue("2026-11-16T00:30:00Z")], sessions);
    assert_eq!(before.verdict, Verdict::Accepted, "{}", before.summary);
    assert_eq!(before.exit_code, 10);
    assert_eq!((before.scopes[0].errors, before.scopes[0].last_error), (0, None));
    let after = report(&[of_queue("2026-11-16T23:30:00Z")], sessions);
    assert_eq!(after.verdict, Verdict::Refused, "{}", after.summary);
    let [scope] = after.scopes.as_slice() else { panic!("{:#?}", after.scopes) };
    assert_eq!((scope.refused, scope.total, scope.errors, scope.is_refused), (0, 3, 1, true));
    assert_eq!(scope.last_error, Timestamp::parse("2026-11-16T23:30:00Z"));
    assert_eq!(scope.cause.map(FindingId::name), Some("TlsCertificateNameNotFound"));
}

#[test]
fn an_error_of_a_server_without_sessions_is_a_scope_of_its_own() {
    let report =
        report(&[error(Some("EX02"), "bob@fabrikam.com")], "server=EX01 ;; to=bob@fabrikam.com");
    let of = |server: &str| {
        report.scopes.iter().find(|one| one.server.as_deref() == Some(server)).unwrap()
    };
    assert_eq!((of("EX02").errors, of("EX02").total), (1, 0));
    assert_eq!((of("EX01").errors, of("EX01").is_refused), (0, false));
    assert_eq!(report.scopes[0].server.as_deref(), Some("EX02"), "the gravest first");
}

/// An error of each send connector; the text is explained once.
fn errors_of_connectors(text: &str, count: usize) -> Vec<DeliveryError> {
    let one = DeliveryError {
        reporting_server: Some("EX01".to_owned()),
        time: Timestamp::parse("2026-11-16T00:30:00Z").map(Into::into),
        ..DeliveryError::of_text("queues.json", text)
    };
    let of_connector = |number: usize| {
        let mut error = one.clone();
        error.explanation.send_connector = Some(format!("To partner {number}"));
        error
    };
    (0..count).map(of_connector).collect()
}

fn diagnosed(errors: Vec<DeliveryError>) -> Report {
    let mut evidence = Evidence::new(Timestamp::parse("2026-11-16T01:00:00Z").unwrap());
    for error in errors {
        evidence.add_delivery_error(error);
    }
    diagnose(&evidence)
}

fn message_of(report: &Report, id: FindingId) -> &str {
    let found = report.findings.iter().find(|finding| finding.id == id);
    found.map_or("", |finding| &finding.message)
}

/// A case for each would be held against all others.
#[test]
fn of_errors_of_many_connectors_a_thousand_are_told_apart_and_each_ending_is_judged() {
    const NOT_FOUND: &str = "454 4.7.5 The certificate specified in TlsCertificateName of the \
                             SendConnector could not be found.";
    let mut errors = errors_of_connectors(NOT_FOUND, 1300);
    errors.extend(errors_of_connectors("550 5.7.64 TenantAttribution; Relay Access Denied", 1));
    let report = diagnosed(errors);
    let count = |id| report.findings.iter().filter(|finding| finding.id == id).count();
    assert_eq!(count(FindingId::TlsCertificateNameNotFound), 1024);
    assert_eq!(count(FindingId::ConnectorsNotGiven), 1);
    let counted = message_of(&report, FindingId::QueueErrorNotJudged);
    assert!(counted.contains("276 errors of more kinds, servers and connectors"), "{counted}");
}

#[test]
fn the_conclusion_counts_the_errors_of_other_connectors_that_have_the_same_cause() {
    let report =
        diagnosed(errors_of_connectors("550 5.7.64 TenantAttribution; Relay Access Denied", 3));
    let more = "No session, 1 error at 2026-11-16T00:30:00.000Z, on EX01. 2 more errors of other \
                connectors, servers or senders for the same reason.";
    assert!(report.reason.ends_with(more), "{}", report.reason);
    assert_eq!(message_of(&report, report.cause), report.reason);
}

#[test]
fn errors_that_are_not_judged_are_all_counted() {
    let unknown = DeliveryError::of_text("queues.json", "Something went wrong");
    let mut elsewhere = DeliveryError::of_text("queues.json", "550 5.7.1 Unable to relay");
    elsewhere.remote_server = Some("mx.adatum.com".to_owned());
    let event = DeliveryError::of_text(
        "events.json",
        "Microsoft Exchange could not find a certificate that contains the domain name \
         mail.contoso.com in the personal store on the local computer. Therefore, it is unable to \
         support the STARTTLS SMTP verb for the connector Default Frontend EX01 with a FQDN parameter \
         of mail.contoso.com.",
    );
    let report = diagnosed(vec![event; 3]);
    let counted = message_of(&report, FindingId::QueueErrorNotJudged);
    assert!(counted.contains("3 reports by which nothing was refused"), "{counted}");
    let report = diagnosed([vec![unknown; 150], vec![elsewhere; 120]].concat());
    let counted = message_of(&report, FindingId::QueueErrorNotJudged);
    assert_eq!(
        counted,
        "Not judged: 120 errors of mail that goes elsewhere than to Exchange Online \
         (mx.adatum.com), and 150 errors of which nothing is known."
    );
}
