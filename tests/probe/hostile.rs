//! A front end that hangs, floods or lies does no harm.

use std::time::Duration;

use eop_relay::probe::{Fault, Step};
use eop_relay::session::Outcome;

use crate::credentials::{of_host, plan};
use crate::dialogue::judged;
use crate::front_end::{FrontEnd, Quirk, converse};

#[test]
fn every_way_of_misbehaving_ends_the_dialogue_with_its_reason() {
    let long = Quirk::FloodsAt("EHLO", 4096);
    for (quirk, part) in [
        (Quirk::SilentAt("CONNECT"), "did not answer in time at the greeting"),
        (Quirk::SilentAt("EHLO"), "did not answer in time at EHLO"),
        (Quirk::SilentAt("STARTTLS"), "did not answer in time at STARTTLS"),
        (Quirk::SilentAt("RCPT"), "did not answer in time at RCPT TO"),
        (Quirk::ClosesAt("CONNECT"), "closed the connection at the greeting"),
        (Quirk::ClosesAt("MAIL"), "closed the connection at MAIL FROM"),
        (Quirk::Injects, "nothing had asked for at STARTTLS"),
        (Quirk::Answers("CONNECT", "SSH-2.0-OpenSSH_9.6\r\n"), "no SMTP reply: \"SSH-2.0"),
        (Quirk::Answers("RCPT", "250 ok\r\n250 and more\r\n"), "nothing had asked for at RCPT TO"),
        (Quirk::Answers("CONNECT", "220 a\r\n250 b\r\n"), "nothing had asked for at the greeting"),
        (long, "a line of more than 2048 bytes"),
        (Quirk::FloodsAt("CONNECT", 2 << 20), "more than 1048576 bytes"),
        (Quirk::NoTls, "(in Exchange's words InvalidToken)"),
        (
            Quirk::Answers("STARTTLS", "220 ready\r\n\x16\x03\x01"),
            "nothing had asked for at STARTTLS",
        ),
    ] {
        let credential = of_host("mail.contoso.com", Vec::new());
        let (record, _) = converse(plan(Some(credential)), &FrontEnd::accepting().with(quirk));
        let fault = record.fault.as_ref().map(ToString::to_string).unwrap_or_default();
        assert!(fault.contains(part), "{quirk:?}: {fault}");
        let outcome = judged(&record);
        assert_ne!(outcome.exit_code, 0, "{quirk:?}");
        assert!(outcome.session.is_some(), "{quirk:?}: {}", record.log);
    }
}

#[test]
fn a_certificate_that_is_not_trusted_is_logged_as_exchange_logs_it() {
    let credential = of_host("mail.contoso.com", Vec::new());
    let front_end = FrontEnd::accepting().with(Quirk::Distrusts);
    let (record, _) = converse(plan(Some(credential)), &front_end);
    // In TLS 1.3 the alert comes when this side takes the handshake for finished.
    let failed = "TLS negotiation failed with error UntrustedRoot";
    assert!(record.log.contains(failed), "{}", record.log);
    assert!(!record.log.contains("negotiation succeeded") && !record.is_secure);
    assert!(matches!(record.fault, Some(Fault::Tls { name: "UntrustedRoot", .. })));
    let session = judged(&record).session.unwrap();
    assert_eq!(session.outcome, Outcome::TlsFailed);
}

#[test]
fn a_silent_other_side_is_waited_for_as_long_as_was_said() {
    let mut plan = plan(None);
    plan.timeout = Duration::from_secs(7);
    let (record, _) = converse(plan, &FrontEnd::accepting().with(Quirk::SilentAt("MAIL")));
    let last = record.steps.last().unwrap();
    assert_eq!((last.step, last.took), (Step::Sender, Duration::from_secs(7)));
}
