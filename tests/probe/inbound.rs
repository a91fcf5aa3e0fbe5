//! The receive connector, looked at as Exchange Online would.

use eop_relay::diagnosis::{Evidence, Verdict};
use eop_relay::probe::{self, Expectations};
use eop_relay::timestamp::Timestamp;

use crate::credentials::plan;
use crate::front_end::{FrontEnd, Quirk, STARTED, converse};
use crate::support::forge::Forge;

#[test]
fn the_certificate_that_is_shown_is_held_against_the_expected_name() {
    for (quirk, name, words) in [
        (Quirk::None, "mail.contoso.com", "which has the name mail.contoso.com"),
        (Quirk::None, "relay.contoso.com", "which does not have the name relay.contoso.com"),
        (Quirk::NoStartTls, "mail.contoso.com", "offers no STARTTLS"),
    ] {
        let mut front_end = FrontEnd::accepting().with(quirk);
        front_end.host = "ex01.contoso.com".to_owned();
        front_end.certificate = Forge::server("mail.contoso.com", "Test CA");
        let mut plan = plan(None);
        plan.envelope = None;
        plan.host = "ex01.contoso.com".to_owned();
        let (record, commands) = converse(plan, &front_end);
        assert!(!commands.iter().any(|command| command.starts_with("MAIL")), "{commands:?}");
        assert_eq!(commands.last().unwrap(), "QUIT");
        let expectations = Expectations { tls_domain: Some(name.to_owned()), log: None };
        let evidence = Evidence::new(Timestamp::parse(STARTED).unwrap());
        let outcome = probe::judge(&record, &expectations, evidence).unwrap();
        assert!(outcome.summary.contains(words), "{}", outcome.summary);
        assert!(outcome.report.is_none());
        // The authority of the test is in no list.
        assert_eq!((outcome.verdict, outcome.exit_code), (Verdict::Refused, 20));
        let text = probe::text(&outcome, 80);
        assert!(text.starts_with("PROBE: TLS or certificate are not"), "{text}");
    }
}
