//! The first sentences of a report say why an accepted verdict is a warning, and which mail is refused.

use eop_relay::diagnosis::{Verdict, diagnose};

use crate::support::cases::Case;

const TENANT: &str = "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com";
const REFUSED: &str =
    "to=bob@fabrikam.com ;; reply=550 5.7.64 TenantAttribution; Relay Access Denied";
const RELAYS: &str = "Exchange Online relays this server's mail.";

#[test]
fn the_headline_of_an_accepted_verdict_says_what_is_wrong_or_was() {
    let recovered = format!("at=01:00 ;; {REFUSED} || at=02:00 ;; to=bob@fabrikam.com");
    for (sessions, setup, exit_code, headline) in [
        ("to=bob@fabrikam.com", "", 0, RELAYS.to_owned()),
        (
            recovered.as_str(),
            "",
            10,
            format!("{RELAYS} What failed until 2026-11-16T01:00:17.000Z has passed."),
        ),
        (
            "to=bob@fabrikam.com",
            "; send=Out//contoso-com.mail.protection.outlook.com/None/EX01",
            10,
            format!("{RELAYS} Protocol logging is off for a send connector to Exchange Online."),
        ),
    ] {
        let report = diagnose(&Case::of(sessions, &format!("{TENANT} {setup}")).evidence());
        assert_eq!((report.verdict, report.exit_code), (Verdict::Accepted, exit_code));
        assert_eq!(report.headline, headline);
        assert!(report.summary.starts_with(&headline), "{}", report.summary);
    }
}

/// Which mail is refused, and what becomes of the rest: over the same connector, over others, of none.
#[test]
fn the_headline_of_refused_automatic_replies_says_what_becomes_of_other_mail() {
    let denied = "cert=mail.contoso.com ;; from=<> ;; to=bob@fabrikam.com ;; reply=550 5.7.64 Relay \
                  Access Denied ATTR36";
    let setup = "inbound=In/OnPremises/on/mail.contoso.com ; accepted=contoso.com";
    for (others, rest) in [
        ("", "the logs hold no other mail"),
        (" || to=bob@fabrikam.com", "other mail passes"),
        (
            " || connector=Second ;; to=bob@fabrikam.com",
            "the logs hold no other mail over that connector",
        ),
    ] {
        let report = diagnose(&Case::of(&format!("{denied}{others}"), setup).evidence());
        let headline = format!("Automatic replies and NDRs are refused; {rest}.");
        assert_eq!(report.headline, headline, "{others}");
    }
}
