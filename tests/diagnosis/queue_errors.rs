//! Errors of queues that belong to no session: judged at the place that they must be of, in the course of
//! time.

use eop_relay::diagnosis::{Evidence, Report, Verdict, diagnose};
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
