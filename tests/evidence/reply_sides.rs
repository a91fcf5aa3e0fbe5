//! Who has to act on a reply, and the replies seen in public where they are at hand.

use std::path::Path;

use eop_relay::reply::Side::{self, *};
use eop_relay::reply::{RejectionClass, explain};

/// (the reply, who has to act first)
const SIDES: &[(&str, Side)] = &[
    ("550 5.7.64 TenantAttribution; Relay Access Denied", OnPremisesServer),
    ("550 5.7.64 Relay Access Denied ATTR36.", ExchangeOnlineTenant),
    ("451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35.", OnPremisesServer),
    ("550 5.7.68 TenantInboundAttribution; Direct Send not allowed", ExchangeOnlineTenant),
    ("550 5.7.51 TenantInboundAttribution; Rejecting", RecipientOrganisation),
    ("550 5.7.606 Access denied, banned sending IP [198.51.100.7]", SendingAddress),
    ("451 4.7.500 Server busy. Please try again later", SendingAddress),
    ("550 5.7.708 Access denied, traffic not accepted from this IP", SendingAddress),
    ("550 5.7.509 Access denied, adatum.com does not pass DMARC verification", SenderDns),
    ("550 5.7.25 the sending IPv6 address must have a reverse DNS record", SenderDns),
    ("501 5.5.4 Invalid domain name", OnPremisesServer),
    ("550 5.4.1 Recipient address rejected: Access denied", RecipientOrganisation),
    ("550 5.7.133 sender not authenticated for group", RecipientOrganisation),
    ("451 5.7.3 STARTTLS is required to send mail", OnPremisesServer),
    ("450 4.4.317 Cannot connect to remote server [Message=CertificateExpired]", OtherDirection),
    ("450 4.4.316 Connection refused [Message=Socket error code 10061]", OtherDirection),
    ("450 4.7.320 Certificate validation failed", OtherDirection),
    ("450 4.7.323 tlsa-invalid", OtherDirection),
    ("454 4.7.0 TLS not available due to local problem", OtherServer),
    ("421 4.3.2 Service not available", OtherServer),
    ("421 4.4.2 Connection dropped due to TimedOut", Network),
    ("Failed to connect. Winsock error code: 10060, Win32 error code: 10060.", Network),
    ("550 5.7.1 Relay Access Denied", Either),
    ("400 4.4.7 Message delayed", Unknown),
    ("550 5.9.9 words that nobody knows", Unknown),
];

#[test]
fn who_has_to_act_is_said_and_open_where_nothing_shows_it() {
    for (reply, side) in SIDES {
        assert_eq!(explain(reply).side.first(), Some(side), "{reply}");
    }
}

#[test]
fn the_errors_of_tls_and_of_sockets_inside_a_reply_are_found() {
    for (reply, error) in [
        (
            "450 4.4.317 Cannot connect [Message=451 4.4.0 Security status IllegalMessage]",
            "IllegalMessage",
        ),
        (
            "450 4.7.320 Certificate validation failed};{MSG=SubjectMismatch};{FQDN=a",
            "SubjectMismatch",
        ),
        ("450 4.4.316 Connection refused [Message=Socket error code 10061].", "ConnectionRefused"),
        ("421 4.4.2 Connection dropped; ErrorCode 10054", "ConnectionReset"),
        ("Failed to connect. Winsock error code: 995, Win32 error code: 995", "OperationAborted"),
        ("454 4.7.5 Certificate validation failure, Reason:(UntrustedRoot)", "UntrustedRoot"),
    ] {
        let found = explain(reply).tls_error.map(|error| error.name);
        assert_eq!(found.as_deref(), Some(error), "{reply}");
    }
    let missing = "454 4.7.0 Failed to establish appropriate TLS channel: Access Denied";
    assert_eq!(explain(missing).tls_error, None);
}

#[test]
fn an_expired_certificate_is_renewed_and_no_intermediate_imported() {
    for reply in [
        "454 4.7.0 Failed to establish appropriate TLS channel: CertificateExpired: Access Denied",
        "TLS negotiation failed with error CertExpired",
    ] {
        let explanation = explain(reply);
        let actions: Vec<&str> =
            explanation.remedy.iter().map(|step| step.action.as_str()).collect();
        assert!(actions.iter().any(|action| action.contains("Renew the certificate")), "{reply}");
        assert!(!actions.iter().any(|action| action.contains("intermediate")), "{reply}");
    }
}

/// The sides of the table in its own words, and what stands for them here.
fn sides(words: &str) -> &'static [Side] {
    match words {
        "either side" | "either" => &[OnPremisesServer, ExchangeOnlineTenant, Either],
        "tenant of the recipient" | "recipient" | "recipient organisation" | "organisation" => {
            &[RecipientOrganisation]
        }
        "tenant" | "tenant of the sender" => &[ExchangeOnlineTenant],
        "sending address" | "sending address or tenant" => &[SendingAddress],
        "sender DNS" => &[SenderDns],
        "network" | "network or TLS" => &[Network],
        "other server" | "other server, passing" | "other side" | "passing" => &[OtherServer],
        "see the other lines" => &[Unknown],
        words if words.starts_with("other direction") => &[OtherDirection],
        words
            if words.starts_with("on-premises")
                || words.starts_with("sender")
                || matches!(words, "client" | "the side that sends") =>
        {
            &[OnPremisesServer]
        }
        _ => &[],
    }
}

#[test]
fn each_reply_seen_in_public_has_its_class_and_its_side_where_the_table_is_at_hand() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/wild/replies.tsv");
    let Ok(table) = std::fs::read_to_string(&path) else {
        println!("not run: there is no ../shared/samples/wild/replies.tsv");
        return;
    };
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split('\t').collect())
        .collect();
    assert_eq!(rows.len(), 75);
    for row in rows {
        let [number, text, class, side] = row[..] else { panic!("{row:?}") };
        let explanation = explain(text);
        assert!(explanation.recognised, "{number}: {text}");
        assert_ne!(explanation.rejection, Some(RejectionClass::Unclassified), "{number}: {text}");
        // Where the table names one of today's classes it is that one.
        let named = class.split([',', ';', ' ']).next().and_then(RejectionClass::from_name);
        assert!(named.is_none() || explanation.rejection == named, "{number}: {explanation:#?}");
        let first = explanation.side.first().unwrap();
        assert!(sides(side).contains(first), "{number}: {side} and {first:?} for {text}");
    }
}
