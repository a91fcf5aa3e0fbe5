mod properties;

use super::super::accepted_domain::AcceptedDomain;
use super::super::certificate_names::CertificateNames;
use super::super::inbound_connector::InboundConnector;
use super::super::inbound_connector::{ConnectorType, Eligibility};
use super::super::mail_from::MailFrom;
use super::super::name_match::ConnectorNameMatch;
use super::super::text_list::TextList;
use super::*;

fn connector(name: &str, value: &str, addresses: &[&str]) -> InboundConnector {
    InboundConnector {
        name: name.to_owned(),
        enabled: Some(true),
        connector_type: Some(ConnectorType::OnPremises),
        tls_sender_certificate_name: (!value.is_empty()).then(|| value.to_owned()),
        knows_certificate_name: true,
        sender_ip_addresses: Some(TextList::complete(addresses.iter().copied())),
        ..InboundConnector::default()
    }
}

fn disabled(connector: InboundConnector) -> InboundConnector {
    InboundConnector { enabled: Some(false), ..connector }
}

fn partner(connector: InboundConnector) -> InboundConnector {
    InboundConnector { connector_type: Some(ConnectorType::Partner), ..connector }
}

fn unknown(connector: InboundConnector) -> InboundConnector {
    InboundConnector { connector_type: None, ..connector }
}

fn associated(connector: InboundConnector, domain: &str) -> InboundConnector {
    let list = TextList::complete([domain]);
    InboundConnector { associated_accepted_domains: Some(list), ..connector }
}

fn truncated(mut connector: InboundConnector) -> InboundConnector {
    connector.sender_ip_addresses.as_mut().unwrap().is_truncated = true;
    connector
}

fn domains(names: &[&str]) -> AcceptedDomains {
    let domains = names.iter().map(|name| AcceptedDomain::named(name)).collect();
    AcceptedDomains { domains, is_incomplete: false }
}

/// "-" is no certificate, "?" an unknown one, else names separated by blanks.
fn shown(names: &str) -> ShownCertificate {
    match names {
        "-" => ShownCertificate::None,
        "?" => ShownCertificate::Unknown,
        names => ShownCertificate::Names(CertificateNames::new([""; 0], names.split(' '), true)),
    }
}

fn judge(
    certificate: &str,
    address: &str,
    mail_from: &str,
    connectors: &[InboundConnector],
    accepted: &[&str],
) -> Attribution {
    attribute(&AttributionRequest {
        certificate: &shown(certificate),
        address: address.parse().ok(),
        mail_from: &mail_from.parse().unwrap(),
        connectors: Some(connectors),
        accepted_domains: Some(&domains(accepted)),
    })
}

struct Case {
    source: &'static str,
    certificate: &'static str,
    address: &'static str,
    mail_from: &'static str,
    connectors: Vec<InboundConnector>,
    accepted: &'static [&'static str],
    row: Option<u8>,
    attributed: Option<bool>,
}

fn case(
    (source, row, attributed): (&'static str, u8, Option<bool>),
    (certificate, address, mail_from): (&'static str, &'static str, &'static str),
    connectors: Vec<InboundConnector>,
    accepted: &'static [&'static str],
) -> Case {
    let row = (row > 0).then_some(row);
    Case { source, certificate, address, mail_from, connectors, accepted, row, attributed }
}

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);
const IP: &str = "203.0.113.5";
const USER: &str = "user@contoso.com";
const FOREIGN: &str = "user@fabrikam.com";

// A table, whose length is that of what it tabulates.
#[allow(clippy::too_many_lines)]
fn cases() -> Vec<Case> {
    let exact = || connector("Exact", "mail.contoso.com", &[]);
    let wildcard = || connector("Wildcard", "*.contoso.com", &[]);
    let by_address = || connector("Address", "", &["203.0.113.0/24"]);
    let mail = "mail.contoso.com";
    let contoso: &[&str] = &["contoso.com"];
    let host: &[&str] = &["contoso.com", "mail.contoso.com"];
    vec![
        case(("row 2", 2, NO), ("-", IP, USER), vec![wildcard()], contoso),
        case(("row 2: no connector at all", 2, NO), ("-", IP, USER), vec![], contoso),
        case(
            ("row 2: a disabled one lists it", 2, NO),
            ("-", IP, USER),
            vec![disabled(by_address())],
            contoso,
        ),
        case(("row 3: only Partner", 3, NO), (mail, IP, USER), vec![partner(wildcard())], contoso),
        case(
            ("row 3: only disabled", 3, NO),
            (mail, IP, USER),
            vec![disabled(wildcard())],
            contoso,
        ),
        case(("row 3: none", 3, NO), (mail, IP, USER), vec![], contoso),
        case(("row 7", 7, NO), ("mail2.contoso.com", IP, USER), vec![exact()], contoso),
        case(
            ("row 7: IP listed elsewhere", 7, NO),
            (mail, "198.51.100.1", USER),
            vec![connector("X", "x.example", &[]), by_address()],
            contoso,
        ),
        case(
            ("row 7: Partner matches", 7, NO),
            (mail, IP, USER),
            vec![partner(wildcard()), connector("X", "x.example", &[])],
            contoso,
        ),
        case(("row 8: wildcard", 8, YES), (mail, IP, USER), vec![wildcard()], contoso),
        case(
            ("row 8: null sender, consequence 2", 8, YES),
            (mail, "", "<>"),
            vec![wildcard()],
            contoso,
        ),
        case(("row 8: foreign sender", 8, YES), (mail, "", FOREIGN), vec![wildcard()], contoso),
        case(
            ("row 8: unknown sender does not matter", 8, YES),
            (mail, "", ""),
            vec![wildcard()],
            contoso,
        ),
        case(("row 8: exact name accepted", 8, YES), (mail, "", "<>"), vec![exact()], host),
        case(
            ("row 8: the most exact wins", 8, YES),
            (mail, "", "<>"),
            vec![wildcard(), exact()],
            host,
        ),
        case(
            ("row 10: the most exact wins", 10, NO),
            (mail, "", "<>"),
            vec![wildcard(), exact()],
            contoso,
        ),
        case(("row 9", 9, YES), (mail, "", USER), vec![exact()], contoso),
        case(("row 10", 10, NO), (mail, "", "<>"), vec![exact()], contoso),
        case(("row 11", 11, NO), (mail, "", FOREIGN), vec![exact()], contoso),
        case(
            ("row 11: IP listed too", 11, NO),
            (mail, IP, FOREIGN),
            vec![exact(), by_address()],
            contoso,
        ),
        case(("row 12", 12, YES), ("x.example", IP, USER), vec![by_address()], contoso),
        case(
            ("row 12: no certificate", 12, YES),
            ("-", IP, USER),
            vec![wildcard(), by_address()],
            contoso,
        ),
        case(("row 13: null", 13, NO), ("-", IP, "<>"), vec![by_address()], contoso),
        case(("row 13: foreign", 13, NO), ("x.example", IP, FOREIGN), vec![by_address()], contoso),
        case(
            ("row 14: several labels", 14, None),
            ("a.b.contoso.com", "", USER),
            vec![wildcard()],
            contoso,
        ),
        case(
            ("row 14: the domain itself", 14, None),
            ("contoso.com", "", "<>"),
            vec![wildcard()],
            contoso,
        ),
        case(
            ("row 14: only a wildcard", 14, None),
            ("*.contoso.com", "", USER),
            vec![exact()],
            contoso,
        ),
        case(
            ("row 14 gives way to a certain match", 8, YES),
            ("a.b.contoso.com *.contoso.com", "", "<>"),
            vec![wildcard()],
            contoso,
        ),
        case(
            ("row 14: either way refused", 14, NO),
            ("*.contoso.com", "", "<>"),
            vec![exact()],
            contoso,
        ),
        case(
            ("a certain match behind an open one", 8, YES),
            ("*.contoso.com", "", "<>"),
            vec![exact(), wildcard()],
            host,
        ),
        case(
            ("truncated list", 14, None),
            ("x.example", "198.51.100.1", USER),
            vec![truncated(by_address())],
            contoso,
        ),
        case(
            ("truncated list that lists it", 12, YES),
            ("x.example", IP, USER),
            vec![truncated(by_address())],
            contoso,
        ),
        case(("address not known", 14, None), ("x.example", "", USER), vec![by_address()], contoso),
        case(
            ("private address", 14, None),
            ("x.example", "10.0.0.5", USER),
            vec![by_address()],
            contoso,
        ),
        case(("unknown type", 14, None), (mail, "", USER), vec![unknown(wildcard())], contoso),
        case(
            ("unknown type that does not match", 7, NO),
            ("x.example", "", USER),
            vec![unknown(wildcard())],
            contoso,
        ),
        case(("unknown certificate", 14, None), ("?", "", USER), vec![wildcard()], contoso),
        case(("unknown certificate, no connector", 3, NO), ("?", "", USER), vec![], contoso),
        case(("sender not known", 14, None), (mail, "", ""), vec![exact()], contoso),
        case(
            ("associated domains (I)", 0, NO),
            (mail, "", USER),
            vec![associated(wildcard(), "fabrikam.com")],
            contoso,
        ),
        case(
            ("associated domains cover", 8, YES),
            (mail, "", USER),
            vec![associated(wildcard(), "contoso.com")],
            contoso,
        ),
        case(
            ("associated domains, null sender", 14, None),
            (mail, "", "<>"),
            vec![associated(wildcard(), "contoso.com")],
            contoso,
        ),
        case(
            ("equally exact, same end", 8, YES),
            (mail, "", USER),
            vec![wildcard(), wildcard()],
            contoso,
        ),
        case(
            ("equally exact, other ends", 14, None),
            (mail, "", USER),
            vec![wildcard(), associated(wildcard(), "fabrikam.com")],
            contoso,
        ),
        case(
            ("addresses listed twice, other ends", 14, None),
            ("x.example", IP, USER),
            vec![associated(by_address(), "fabrikam.com"), by_address()],
            contoso,
        ),
        case(
            ("addresses listed twice, same end", 12, YES),
            ("x.example", IP, USER),
            vec![by_address(), truncated(by_address())],
            contoso,
        ),
        case(
            ("seed 003: renewed with another name", 7, NO),
            ("mail-new.contoso.com", IP, USER),
            vec![connector("Inbound", "mail.contoso.com", &[])],
            contoso,
        ),
    ]
}

#[test]
fn every_row_of_the_table_of_verdicts_that_rests_on_attribution_holds() {
    for case in cases() {
        let found =
            judge(case.certificate, case.address, case.mail_from, &case.connectors, case.accepted);
        assert_eq!(found.verdict_row(), case.row, "{}: {found:#?}", case.source);
        assert_eq!(found.is_attributed(), case.attributed, "{}: {found:#?}", case.source);
        assert_eq!(found.open_questions.is_empty(), found.possible.len() == 1, "{}", case.source);
    }
}

/// What else is open does not make a question of two connectors that let the same pass.
#[test]
fn which_of_two_connectors_wins_is_asked_only_where_they_differ_in_what_they_let_pass() {
    let wildcard = || connector("Wildcard", "*.contoso.com", &[]);
    let by_address = || connector("Address", "", &["203.0.113.0/24"]);
    for (certificate, connectors, accepted, ends) in [
        ("mail.contoso.com", [wildcard(), wildcard()], "fabrikam.com", 3),
        ("x.example", [by_address(), by_address()], "contoso.com", 3),
        (
            "mail.contoso.com",
            [wildcard(), associated(wildcard(), "fabrikam.com")],
            "contoso.com",
            2,
        ),
    ] {
        let found = attribute(&AttributionRequest {
            certificate: &shown(certificate),
            address: IP.parse().ok(),
            mail_from: &MailFrom::Unknown,
            connectors: Some(&connectors),
            accepted_domains: Some(&domains(&[accepted])),
        });
        // Refused as the null sender, refused as a foreign one, relayed as one of an accepted domain.
        assert_eq!(found.possible.len(), ends, "{found:#?}");
        let asks = found
            .open_questions
            .iter()
            .any(|question| matches!(question, OpenQuestion::EquallyExact { .. }));
        assert_eq!(asks, ends == 2, "{found:#?}");
    }
}

#[test]
fn row_15_says_what_is_missing_and_judges_what_it_can() {
    let wildcard = [connector("Wildcard", "*.contoso.com", &[])];
    let contoso = domains(&["contoso.com"]);
    let sender = USER.parse().unwrap();
    let judge = |certificate: &str, connectors, accepted_domains| {
        attribute(&AttributionRequest {
            certificate: &shown(certificate),
            address: None,
            mail_from: &sender,
            connectors,
            accepted_domains,
        })
    };
    let found = judge("mail.contoso.com", None, Some(&contoso));
    assert_eq!((found.verdict_row(), found.is_attributed()), (Some(15), None));
    assert_eq!(found.missing, [OpenQuestion::ConnectorsNotGiven]);
    let found = judge("-", None, None);
    assert_eq!((found.verdict_row(), found.missing.len()), (Some(2), 2), "row 2 is still judged");
    let found = judge("mail.contoso.com", Some(&wildcard[..]), None);
    assert_eq!((found.verdict_row(), found.is_attributed()), (Some(15), None));
    let found = judge("mail.fabrikam.com", Some(&wildcard[..]), None);
    assert_eq!(found.verdict_row(), Some(7), "a mismatch needs no accepted domains");
    let found = judge("mail.contoso.com", Some(&[]), None);
    assert_eq!(found.verdict_row(), Some(3));
}

#[test]
fn the_winner_is_named_and_a_disabled_match_is_seen() {
    let connectors = [
        connector("Wildcard", "*.contoso.com", &[]),
        disabled(connector("Old", "mail.contoso.com", &[])),
        connector("Exact", "mail.contoso.com", &[]),
    ];
    let found = judge("mail.contoso.com", "", USER, &connectors, &["mail.contoso.com"]);
    assert_eq!(found.outcome(), Some(&AttributionOutcome::ByCertificate { connector: 2 }));
    assert!(matches!(found.connectors[1].name_match.relation, ConnectorNameMatch::Match(_)));
    assert_eq!(found.connectors[1].eligibility, Eligibility::Disabled);
}

/// One whose list is cut short asks nothing where another certainly lists the address.
#[test]
fn the_order_of_connectors_that_list_the_address_does_not_matter() {
    let certain = connector("Certain", "", &["203.0.113.0/24"]);
    let cut = associated(truncated(connector("Cut", "", &["198.51.100.1"])), "fabrikam.com");
    for connectors in [[certain.clone(), cut.clone()], [cut, certain]] {
        let found = judge("-", IP, USER, &connectors, &["contoso.com"]);
        assert_eq!(found.is_attributed(), Some(true), "{:#?}", found.possible);
    }
}

#[test]
fn the_certificate_is_asked_for_only_where_a_connector_expects_a_name() {
    let asks = |connectors: &[InboundConnector]| {
        let found = judge("?", IP, "", connectors, &["contoso.com"]);
        found.open_questions.contains(&OpenQuestion::CertificateNotKnown)
    };
    assert!(!asks(&[connector("Address", "", &["203.0.113.0/24"])]));
    assert!(asks(&[connector("Exact", "mail.contoso.com", &[])]));
}

#[test]
fn a_mismatch_names_the_nearest_pair() {
    let connectors = [connector("Inbound", "*.contoso.com", &[])];
    let found = judge("mail.contosso.com", "", USER, &connectors, &["contoso.com"]);
    let miss = found.nearest_miss.unwrap();
    assert_eq!((&*miss.expected, &*miss.found.text), ("*.contoso.com", "mail.contosso.com"));
    let found = judge("mail.contoso.com", "", USER, &connectors, &["contoso.com"]);
    assert_eq!(found.nearest_miss, None);
}

#[test]
fn open_questions_say_what_would_settle_them() {
    let connectors = [connector("Inbound", "*.contoso.com", &[])];
    let found = judge("host.sub.contoso.com", "", USER, &connectors, &["contoso.com"]);
    let text = found.open_questions[0].to_string();
    assert!(text.contains("sub.contoso.com among the accepted domains (KB 4019940)"), "{text}");
    let mut accepted = domains(&["contoso.com"]);
    accepted.domains[0].match_sub_domains = Some(true);
    let found = attribute(&AttributionRequest {
        certificate: &shown("mail.contoso.com"),
        address: None,
        mail_from: &MailFrom::Null,
        connectors: Some(&[connector("Inbound", "mail.contoso.com", &[])]),
        accepted_domains: Some(&accepted),
    });
    assert_eq!(found.verdict_row(), Some(14), "MatchSubDomains is open");
    assert!(found.open_questions[0].to_string().contains("add mail.contoso.com"));
}
