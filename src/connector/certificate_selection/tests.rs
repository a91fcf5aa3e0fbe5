use super::super::text_list::TextList;
use super::*;
use crate::timestamp::Timestamp;

const ISSUER: &str = "CN=Contoso Issuing CA, O=\"Contoso, Ltd\", C=NO";

/// A certificate for the host, with a thumbprint of one repeated digit.
fn certificate(digit: char, host: &str, not_before: &str, not_after: &str) -> ExchangeCertificate {
    ExchangeCertificate {
        thumbprint: digit.to_string().repeat(40).parse().ok(),
        subject: Some(format!("CN={host}")),
        issuer: Some(ISSUER.to_owned()),
        not_before: Timestamp::parse(not_before).map(StatedTime::from),
        not_after: Timestamp::parse(not_after).map(StatedTime::from),
        has_private_key: Some(true),
        certificate_domains: Some(TextList::complete([host])),
        ..ExchangeCertificate::default()
    }
}

fn self_signed(mut certificate: ExchangeCertificate) -> ExchangeCertificate {
    certificate.issuer = certificate.subject.clone();
    certificate
}

fn named(name: &str) -> SendConnector {
    SendConnector {
        tls_certificate_name: Some(name.to_owned()),
        knows_certificate_name: true,
        ..SendConnector::default()
    }
}

fn implicit(fqdn: Option<&str>) -> SendConnector {
    SendConnector {
        fqdn: fqdn.map(str::to_owned),
        knows_certificate_name: true,
        ..SendConnector::default()
    }
}

fn explicit() -> SendConnector {
    named(&format!("<I>{ISSUER}<S>CN=mail.contoso.com"))
}

fn logged(digit: char) -> LoggedCertificate {
    let thumbprint = Some(digit.to_string().repeat(40).into());
    LoggedCertificate { thumbprint, ..LoggedCertificate::default() }
}

#[test]
fn among_certificates_of_that_name_the_newest_wins_and_twins_are_reported() {
    let installed = [
        certificate('A', "mail.contoso.com", "2025-01-01", "2026-01-01"),
        certificate('B', "MAIL.contoso.com", "2026-01-01", "2027-01-01"),
        certificate('C', "other.contoso.com", "2026-06-01", "2028-01-01"),
    ];
    for marker in ["<I>", "<i>"] {
        let connector = named(&format!("{marker}{ISSUER}<s>CN=mail.contoso.com"));
        let selection = select_certificate(&connector, &installed, None);
        assert_eq!(selection.selected, Selected::One(1));
        assert_eq!(selection.fitting, [1, 0]);
        assert_eq!(selection.twins, [0]);
    }
}

#[test]
fn where_expiry_and_beginning_disagree_both_are_reported() {
    let installed = [
        certificate('A', "mail.contoso.com", "2025-01-01", "2028-01-01"),
        certificate('B', "mail.contoso.com", "2026-01-01", "2027-01-01"),
        certificate('C', "other.contoso.com", "2026-01-01", "2027-01-01"),
    ];
    let selection = select_certificate(&explicit(), &installed, None);
    assert_eq!(selection.selected, Selected::Disputed { expires_last: 0, begins_last: 1 });
    for (sent, expected) in [
        ('A', SentComparison::SettlesDispute(0)),
        ('B', SentComparison::SettlesDispute(1)),
        ('C', SentComparison::Other { sent: 2 }),
    ] {
        assert_eq!(selection.compare_with_sent(&logged(sent), &installed), expected, "{sent}");
    }
}

#[test]
fn of_several_whose_validity_is_not_all_known_none_is_selected() {
    let known = certificate('A', "mail.contoso.com", "2025-01-01", "2027-01-01");
    let without_end = ExchangeCertificate {
        not_after: None,
        ..certificate('B', "mail.contoso.com", "2026-01-01", "2027-01-01")
    };
    let without_start = ExchangeCertificate {
        not_before: None,
        ..certificate('B', "mail.contoso.com", "2026-01-01", "2028-01-01")
    };
    for open in [without_end, without_start] {
        let alone = select_certificate(&explicit(), std::slice::from_ref(&open), None);
        assert_eq!(alone.selected, Selected::One(0));
        let both = [known.clone(), open];
        let selection = select_certificate(&explicit(), &both, None);
        assert_eq!(selection.selected, Selected::Unknown);
        assert_eq!(selection.compare_with_sent(&logged('A'), &both), SentComparison::Unknown);
    }
}

#[test]
fn a_name_that_no_certificate_has_is_not_found() {
    let installed = [certificate('A', "other.contoso.com", "2025-01-01", "2026-01-01")];
    assert_eq!(select_certificate(&explicit(), &installed, None).selected, Selected::NotFound);
    assert_eq!(select_certificate(&explicit(), &[], None).selected, Selected::NotFound);
    let nameless = [ExchangeCertificate::default()];
    assert_eq!(select_certificate(&explicit(), &nameless, None).selected, Selected::Unknown);
    let selection = select_certificate(&named("mail.contoso.com"), &installed, None);
    assert!(matches!(selection.selected, Selected::UnreadableName(_)));
}

#[test]
fn without_private_key_or_answer_of_the_authority_a_certificate_takes_no_part() {
    let mut installed = [
        certificate('A', "mail.contoso.com", "2025-01-01", "2026-01-01"),
        certificate('B', "mail.contoso.com", "2026-01-01", "2027-01-01"),
        certificate('C', "mail.contoso.com", "2026-01-01", "2028-01-01"),
    ];
    installed[1].has_private_key = Some(false);
    installed[2].status = Some("PendingRequest".to_owned());
    let selection = select_certificate(&explicit(), &installed, None);
    assert_eq!(selection.selected, Selected::One(0));
    let excluded = [(1, Exclusion::NoPrivateKey), (2, Exclusion::PendingRequest)];
    assert_eq!(selection.excluded, excluded);
}

#[test]
fn without_a_name_the_fqdn_decides_and_authorities_come_first() {
    let installed = [
        self_signed(certificate('A', "mail.contoso.com", "2026-03-01", "2031-03-01")),
        certificate('B', "mail.contoso.com", "2025-01-01", "2026-01-01"),
        certificate('C', "*.contoso.com", "2026-01-01", "2027-01-01"),
        self_signed(certificate('D', "ex01.corp.contoso.com", "2026-01-01", "2031-01-01")),
    ];
    for (connector_fqdn, server_fqdn, expected) in [
        (Some("mail.contoso.com"), None, Selected::One(2)),
        (Some("MAIL.contoso.com."), Some("ex01.corp.contoso.com"), Selected::One(2)),
        (None, Some("ex01.corp.contoso.com"), Selected::One(3)),
        (Some(" "), Some("ex01.corp.contoso.com"), Selected::One(3)),
        (Some("a.b.contoso.com"), None, Selected::NotFound),
        (None, None, Selected::Unknown),
    ] {
        let selection = select_certificate(&implicit(connector_fqdn), &installed, server_fqdn);
        assert_eq!(selection.selected, expected, "{connector_fqdn:?} {server_fqdn:?}");
    }
    let only_self_signed =
        select_certificate(&implicit(Some("mail.contoso.com")), &installed[..1], None);
    assert_eq!(only_self_signed.selected, Selected::One(0));
}

#[test]
fn an_export_without_the_property_decides_nothing() {
    let connector =
        SendConnector { fqdn: Some("mail.contoso.com".into()), ..SendConnector::default() };
    let installed = [certificate('A', "mail.contoso.com", "2025-01-01", "2026-01-01")];
    assert_eq!(select_certificate(&connector, &installed, None).basis, SelectionBasis::Unknown);
}

#[test]
fn the_log_says_whether_the_selected_one_was_sent() {
    let installed = [
        certificate('A', "mail.contoso.com", "2025-01-01", "2026-01-01"),
        certificate('B', "mail.contoso.com", "2026-01-01", "2027-01-01"),
        certificate('C', "other.contoso.com", "2026-01-01", "2027-01-01"),
    ];
    let selection = select_certificate(&explicit(), &installed, None);
    let compare = |sent: &LoggedCertificate| selection.compare_with_sent(sent, &installed);
    assert_eq!(compare(&logged('B')), SentComparison::AsSelected(1));
    assert_eq!(compare(&logged('A')), SentComparison::Twin { sent: 0 });
    assert_eq!(compare(&logged('C')), SentComparison::Other { sent: 2 });
    assert_eq!(compare(&logged('D')), SentComparison::NotInstalled);
    assert_eq!(compare(&logged('x')), SentComparison::Unknown);
}
