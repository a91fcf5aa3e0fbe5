//! What a report says and advises, beyond cause and side: a command that cannot work, or does what
//! is done already, is worse than none.

use eop_relay::diagnosis::{Confidence, Finding, FindingId, Report, Status, diagnose};

use crate::support::cases::Case;

const REFUSED: &str = "to=bob@fabrikam.com ;; reply=550 5.7.64 TenantAttribution; Relay Access \
                       Denied [VI1EUR04FT012.eop-eur04.prod.protection.outlook.com]";
const ATTR36: &str = "to=bob@fabrikam.com ;; from=<> ;; reply=550 5.7.64 Relay Access Denied \
                      ATTR36. For more details please refer to: https://support.microsoft.com/kb/3169958";

/// The report on sessions and a setup in the words of tests/fixtures/diagnosis/cases.tsv.
fn report(sessions: &str, setup: &str) -> Report {
    diagnose(&Case::of(sessions, setup).evidence())
}

fn cause(report: &Report) -> &Finding {
    report.findings.iter().find(|finding| finding.status == Status::Cause).unwrap()
}

fn commands(report: &Report) -> Vec<&str> {
    cause(report).remedy.iter().filter_map(|step| step.command.as_deref()).collect()
}

#[test]
fn a_mismatch_by_a_concluded_row_of_the_table_is_worded_as_such() {
    for (value, certificate, expected) in [
        ("mail.contoso.com", "mail2.contoso.com", Confidence::Documented),
        ("contoso.com", "mail.contoso.com", Confidence::Inferred),
        ("*.contoso.com", "mail.notcontoso.com", Confidence::Inferred),
        ("*.contoso.com", "mail.fabrikam.com", Confidence::Documented),
    ] {
        let report = report(
            &format!("cert={certificate} ;; {REFUSED}"),
            &format!("inbound=In/OnPremises/on/{value} ; accepted=contoso.com"),
        );
        assert_eq!(report.cause.name(), "NameMismatch", "{value} {certificate}");
        assert_eq!(cause(&report).confidence, expected, "{value} {certificate}");
    }
    let below = report(
        &format!("cert=mail.contoso.com ;; {REFUSED}"),
        "inbound=In/OnPremises/on/contoso.com ; accepted=contoso.com",
    );
    assert!(below.summary.contains("concluded, not documented"), "{}", below.summary);
}

#[test]
fn a_value_that_the_connector_cannot_have_is_called_so() {
    let report = report(REFUSED, "inbound=In/OnPremises/on/mail.*.com ; accepted=contoso.com");
    assert!(report.summary.contains("mail.*.com (no valid value"), "{}", report.summary);
}

#[test]
fn a_connector_that_names_nothing_is_said_to_match_nothing_and_gets_a_name() {
    let report = report(REFUSED, "inbound=In/OnPremises/on ; accepted=mail.contoso.com");
    let finding = cause(&report);
    assert!(finding.message.contains("In names neither a certificate nor an address"));
    let expected =
        "Set-InboundConnector -Identity 'In' -TlsSenderCertificateName 'mail.contoso.com'";
    assert_eq!(commands(&report), [expected]);
}

#[test]
fn the_complete_list_of_addresses_leaves_out_what_the_command_refuses() {
    let report = report(
        &format!("cert=mail.adatum.com ;; {REFUSED}"),
        "inbound=In/OnPremises/on//192.0.2.1,192.0.2.5-192.0.2.9,192.0.0.0|16,2001:db8::1,192.0.2.64|26 ; \
         accepted=contoso.com",
    );
    assert_eq!(report.cause.name(), "AddressNotListed");
    assert_eq!(
        commands(&report)[0],
        "Set-InboundConnector -Identity 'In' -SenderIPAddresses \
         '192.0.2.1','192.0.2.64/26','203.0.113.5'"
    );
}

#[test]
fn a_domain_that_is_accepted_already_is_not_to_be_added() {
    let added = |certificate: &str, setup: &str| {
        let report = report(&format!("cert={certificate} ;; {ATTR36}"), setup);
        assert_eq!(report.cause.name(), "Attr36", "{setup}");
        let commands = commands(&report).into_iter().filter(|command| command.contains("Mg"));
        commands.map(str::to_owned).collect::<Vec<_>>()
    };
    for (certificate, setup, domain) in [
        ("mail.contoso.com", "-", "contoso.com"),
        ("host.sub.contoso.com", "-", "sub.contoso.com"),
        ("*.contoso.com", "-", "contoso.com"),
        ("mail.contoso.com", "accepted=contoso.com", "mail.contoso.com"),
        (
            "mail.contoso.com",
            "inbound=In/OnPremises/on/*.mail.contoso.com ; accepted=contoso.com",
            "mail.contoso.com",
        ),
    ] {
        let expected = format!("New-MgDomain -Id '{domain}'");
        assert_eq!(added(certificate, setup), [expected], "{certificate} {setup}");
    }
    let both = added("mail.contoso.com", "accepted=contoso.com,mail.contoso.com");
    assert!(both.is_empty(), "{both:?}");
    // A domain that lies below none of the tenant's may be another's.
    let foreign = added("mail.contoso.com", "accepted=fabrikam.com");
    assert!(foreign.is_empty(), "{foreign:?}");
}

/// A renewal with the same issuer and subject, while the old certificate is still sent.
#[test]
fn after_a_renewal_with_the_same_names_there_is_nothing_to_set() {
    let report = report(
        &format!("until=2026-11-10 ;; {REFUSED}"),
        "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com ; \
         send=Outbound to Office 365/named/contoso-com.mail.protection.outlook.com ; \
         installed=mail.contoso.com/SMTP/until:2026-11-10 ; \
         installed=mail.contoso.com/SMTP/serial:new,since:2026-11-01,until:2027-11-01",
    );
    assert_eq!(report.cause.name(), "CertificateExpired");
    let step = &cause(&report).remedy[0];
    assert!(step.action.starts_with("There is nothing to set on the send connector"), "{step:?}");
    assert_eq!(step.command, None, "the export says all that could be looked at");
}

#[test]
fn the_newer_of_two_with_the_same_names_is_taken_away_where_it_is_revoked() {
    let report = report(
        &format!("until=2027-10-01 ;; {REFUSED}"),
        "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com ; \
         send=Outbound to Office 365/named/contoso-com.mail.protection.outlook.com ; \
         installed=mail.contoso.com/SMTP/until:2027-10-01,revoked ; \
         installed=mail.contoso.com/SMTP/serial:old,since:2026-01-01,until:2027-01-01",
    );
    assert_eq!(report.cause.name(), "CertificateRevoked");
    let steps = &cause(&report).remedy;
    let first = steps[0].command.as_deref().unwrap();
    let lines: Vec<&str> = first.lines().collect();
    // Exchange refuses to remove what a send connector names.
    assert!(lines[1].ends_with("-TlsCertificateName $null"), "{steps:?}");
    assert!(lines[2].starts_with("Remove-ExchangeCertificate"), "{steps:?}");
    assert!(steps[0].action.contains("interrupts the mail flow"), "{steps:?}");
    let sent = report.scopes[0].identity.certificate.as_deref().unwrap();
    assert!(first.contains(sent), "{first} takes another away than {sent}");
    assert!(steps[1].action.starts_with("There is nothing to set"), "{steps:?}");
}

#[test]
fn another_issuer_is_set_on_the_send_connector() {
    let report = report(
        &format!("until=2026-11-10 ;; {REFUSED}"),
        "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com ; \
         send=Outbound to Office 365/named/contoso-com.mail.protection.outlook.com ; \
         installed=mail.contoso.com/SMTP/other,serial:new,since:2026-11-01,until:2027-11-01",
    );
    let step = &cause(&report).remedy[0];
    let command = step.command.as_deref().unwrap();
    assert!(command.contains("<I>CN=Trust Server CA 2, O=Trust AS, C=NO<S>CN=mail.contoso.com"));
    assert!(step.undo.as_deref().unwrap().contains("<I>CN=Trust Server CA 1"), "{step:?}");
}

#[test]
fn sessions_that_prove_nothing_are_told_with_the_time_that_they_cover() {
    let sessions =
        "host=mx.adatum.com ;; to=bob@fabrikam.com || host=mx.adatum.com ;; to=x@y.example";
    let report = report(sessions, "-");
    let window = "(from 2026-11-16T01:00:00.000Z to 2026-11-16T02:00:00.000Z)";
    assert!(cause(&report).message.contains(window), "{}", cause(&report).message);
}

#[test]
fn a_refusal_that_nothing_explains_is_told_before_a_later_delivery() {
    let sessions = format!("{REFUSED} || to=eve@adatum.com");
    for setup in ["-", "inbound=In/OnPremises/on/*.contoso.com"] {
        let report = report(&sessions, setup);
        assert!(report.summary.starts_with("Mail is refused."), "{}", report.summary);
        assert!(report.summary.contains("to fabrikam.com"), "{}", report.summary);
    }
}

/// What the configuration chooses is enabled first, where it is not: else nothing sends it.
#[test]
fn a_chosen_certificate_that_is_not_enabled_is_enabled_before_transport_is_restarted() {
    let report = report(
        "to=bob@fabrikam.com",
        "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com ; \
         send=Outbound to Office 365/named/contoso-com.mail.protection.outlook.com ; \
         installed=mail.contoso.com/SMTP ; \
         installed=mail.contoso.com/IIS/serial:new,since:2026-09-01,until:2028-01-01",
    );
    let found = report.findings.iter().find(|one| one.id.name() == "AnotherCertificateSelected");
    let steps: Vec<&str> =
        found.unwrap().remedy.iter().filter_map(|step| step.command.as_deref()).collect();
    assert!(steps[0].starts_with("Enable-ExchangeCertificate"), "{steps:?}");
    assert!(steps[1].starts_with("Restart-Service"), "{steps:?}");
}

#[test]
fn attr36_of_a_sender_that_the_export_accepts_doubts_the_export_and_not_the_sender() {
    let report = report(
        "cert=a.mx.contoso.com ;; to=bob@fabrikam.com ;; reply=550 5.7.64 Relay Access Denied ATTR36",
        "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com",
    );
    assert_eq!(report.cause.name(), "Attr36");
    let doubt = "The given accepted domains hold the sender's";
    assert!(report.reason.contains(doubt), "{}", report.reason);
}

#[test]
fn where_the_export_holds_what_exchange_did_not_find_both_are_said_and_nothing_new_is_named() {
    let report = report(
        "-",
        "inbound=In/OnPremises/on/mail.contoso.com ; accepted=contoso.com ; \
         send=Out/named/contoso-com.mail.protection.outlook.com ; \
         installed=mail.contoso.com/SMTP ; queue=454 4.7.5 The certificate specified in \
         TlsCertificateName of the SendConnector could not be found.",
    );
    assert_eq!(report.cause.name(), "TlsCertificateNameNotFound");
    assert!(report.reason.contains("holds one that fits"), "{}", report.reason);
    let commands = commands(&report);
    assert!(commands.iter().all(|one| !one.contains("Set-SendConnector")), "{commands:?}");
}

/// The texts of the steps of the cause, with their commands.
fn steps_of_cause(report: &Report) -> String {
    let steps = cause(report).remedy.iter();
    let texts = steps.map(|step| {
        let command = step.command.as_deref().unwrap_or_default();
        format!(
            "{} [{}] {command} {}",
            step.action,
            step.r#where,
            step.verify.as_deref().unwrap_or_default()
        )
    });
    texts.collect::<Vec<_>>().join("\n")
}

#[test]
fn an_edge_server_is_looked_at_and_changed_in_its_own_shell() {
    let failed = |server: &str, connector: &str| {
        format!("server={server} ;; connector={connector} ;; tls=error:UnknownCredentials")
    };
    let setup = "inbound=In/OnPremises/on/mail.contoso.com ; accepted=contoso.com";
    let edge = failed("EDGE01", "EdgeSync - HQ to Internet");
    let text = steps_of_cause(&report(&edge, setup));
    assert!(
        text.contains(
            "[Exchange Management Shell on EDGE01 itself] Enable-ExchangeCertificate -Thumb"
        ),
        "{text}"
    );
    assert!(!text.contains("-Server"), "{text}");
    let mailbox = steps_of_cause(&report(&failed("EX01", "Outbound to Office 365"), setup));
    assert!(mailbox.contains("Enable-ExchangeCertificate -Server 'EX01' -Thumb"), "{mailbox}");
}

#[test]
fn a_certificate_that_the_connector_names_is_brought_from_the_server_that_delivers_with_it() {
    let sessions =
        format!("server=EX01 ;; to=bob@fabrikam.com || server=EX02 ;; cert=self:EX02 ;; {REFUSED}");
    let setup = |send: &str| {
        format!(
            "inbound=In/OnPremises/on/mail.contoso.com ; accepted=contoso.com ; send=Outbound to Office 365{send}"
        )
    };
    let text = steps_of_cause(&report(&sessions, &setup("/named")));
    assert!(text.contains("with which EX01 delivers. See whether EX02 has it too"), "{text}");
    assert!(text.contains("Import-ExchangeCertificate -Server 'EX02'"), "{text}");
    assert!(!text.contains("Set-SendConnector"), "it names that certificate already: {text}");
    let unnamed = steps_of_cause(&report(&sessions, &setup("")));
    assert!(unnamed.contains("Set-SendConnector"), "{unnamed}");
    // Where no other server delivers with it, the named one is looked for.
    let alone = format!("server=EX02 ;; cert=self:EX02 ;; {REFUSED}");
    let text = steps_of_cause(&report(&alone, &setup("/named")));
    assert!(text.contains("server EX02 sends another certificate"), "{text}");
    assert!(!text.contains("Set-SendConnector"), "{text}");
}

#[test]
fn a_change_after_the_last_refusal_is_said_to_have_mended_it_only_where_mail_passes_since() {
    let setup =
        "inbound=In/OnPremises/on/mail.contoso.com///2026-11-16T02:30:00Z ; accepted=contoso.com";
    let said = |sessions: &str| {
        let report = report(sessions, setup);
        let found =
            report.findings.iter().find(|one| one.id == FindingId::ConnectorChangedRecently);
        found.map(|one| one.message.clone()).unwrap_or_default()
    };
    let refused = REFUSED;
    assert!(said(refused).contains("no session since shows"), "{}", said(refused));
    let mended = format!("{REFUSED} || to=bob@fabrikam.com ;; at=05:00");
    assert!(said(&mended).contains("mail is delivered since"), "{}", said(&mended));
}

#[test]
fn a_domain_of_sender_and_certificate_that_the_tenant_lacks_is_added_only_if_it_is_the_organisations()
 {
    let steps = |name: &str| {
        let case = crate::support::cases::all().into_iter().find(|case| case.name == name).unwrap();
        let report = diagnose(&case.evidence());
        let steps = cause(&report).remedy.iter();
        steps.map(|step| (step.action.clone(), step.command.clone())).collect::<Vec<_>>()
    };
    let of_own = steps("own-domain-not-accepted");
    assert!(of_own[0].0.starts_with("Only if adatum.com is this organisation's"), "{of_own:?}");
    assert_eq!(of_own[0].1.as_deref(), Some("New-MgDomain -Id 'adatum.com'"));
    assert_eq!(of_own[1].1.as_deref(), Some("New-MgDomain -Id 'mail.adatum.com'"));
    // The sender of forwarded mail lies in neither.
    let of_foreign = steps("foreign-value");
    let commands = of_foreign.iter().filter_map(|(_, command)| command.as_deref());
    assert!(!commands.into_iter().any(|one| one.contains("New-MgDomain")), "{of_foreign:?}");
}

#[test]
fn a_change_on_its_way_is_no_possibility_where_the_refusals_outlast_it() {
    let asks_for_change = |minutes: &[u32], changed: &str| {
        let steps = minutes.iter().map(|minute| {
            let reply = if minute % 2 == 1 { REFUSED } else { "to=bob@fabrikam.com" };
            format!("at={:02}:{:02} ;; {reply}", 1 + minute / 60, minute % 60)
        });
        let sessions = steps.collect::<Vec<_>>().join(" || ");
        let setup = format!(
            "inbound=Inbound from HQ/OnPremises/on/*.contoso.com{changed} ; accepted=contoso.com"
        );
        let report = report(&sessions, &setup);
        assert_eq!(report.cause, FindingId::AttributedButRefused, "{}", report.summary);
        steps_of_cause(&report).contains("See when the connector was changed last")
    };
    assert!(asks_for_change(&[1, 21, 41], ""));
    assert!(!asks_for_change(&[1, 2, 301, 302, 601, 602, 1001], ""));
}

#[test]
fn deliveries_that_show_attribution_are_not_said_to_prove_nothing() {
    let delivered_to = |count: usize| {
        let to = (0..count).map(|number| format!("a@d{number}.example"));
        report(&format!("to={}", to.collect::<Vec<_>>().join(",")), "-").summary
    };
    let (few, many) = (delivered_to(5), delivered_to(40));
    assert!(few.contains("proves nothing") && few.contains("d3.example and 1 more"), "{few}");
    assert!(!many.contains("proves nothing"), "{many}");
    assert!(many.contains("That one does, the deliveries show"), "{many}");
    // Not all of the names are kept, and that is said.
    assert!(many.contains("to at least d0.example"), "{many}");
}

#[test]
fn a_renewed_certificate_that_is_not_valid_yet_leaves_so_that_the_former_one_is_sent() {
    let report = report(
        &format!("serial=new ;; since=2026-12-20 ;; until=2027-12-20 ;; {REFUSED}"),
        "inbound=Inbound from HQ/OnPremises/on/mail.contoso.com ; accepted=contoso.com,mail.contoso.com ; \
         send=Outbound to Office 365/named ; installed=mail.contoso.com/SMTP/public,on:EX01 ; \
         installed=mail.contoso.com/SMTP/serial:new,since:2026-12-20,until:2027-12-20,public,on:EX01",
    );
    assert_eq!(report.cause, FindingId::CertificateNotYetValid, "{}", report.summary);
    let text = steps_of_cause(&report);
    let first = text.lines().next().unwrap();
    assert!(first.starts_with("Take the unusable certificate away"), "{text}");
    assert!(text.contains("Remove-ExchangeCertificate"), "{text}");
    assert!(text.contains("There is nothing to set on the send connector"), "{text}");
}

/// An address needs no chain, and ATTR36 says that a connector matched: what was sent was trusted.
#[test]
fn what_may_explain_a_refusal_leaves_out_what_the_evidence_excludes() {
    const CHAIN: &str = "the chain did not reach";
    const ADDRESS: &str = "the address is shared";
    const DOMAINS: &str = "the accepted domains are no longer";
    const ROOT: &str = "is in no list of roots";
    const NO_MATCH: &str = "a connector matched (ATTR36), and none of the given ones does";
    let denied = "to=bob@fabrikam.com ;; reply=550 5.7.64 TenantAttribution; Relay Access Denied";
    let attr36 = "to=bob@fabrikam.com ;; reply=550 5.7.64 Relay Access Denied ATTR36";
    let by_certificate = "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com";
    let by_address = "inbound=In/OnPremises/on//203.0.113.5 ; accepted=contoso.com";
    for (sessions, setup, possible, excluded) in [
        (denied, by_certificate, vec![CHAIN], vec![ADDRESS, DOMAINS]),
        (denied, by_address, vec![ADDRESS], vec![CHAIN, DOMAINS]),
        (attr36, by_certificate, vec![DOMAINS, ADDRESS], vec![CHAIN, NO_MATCH]),
        (
            attr36,
            "inbound=In/OnPremises/on/mail.contoso.net ; accepted=contoso.net,contoso.com",
            vec![NO_MATCH, DOMAINS],
            vec![CHAIN, "should pass"],
        ),
        (
            "cert=made:mail.contoso.com ;; to=bob@fabrikam.com ;; reply=550 5.7.64 TenantAttribution; Relay Access Denied",
            "complete=mail.contoso.com ; inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com",
            vec![ROOT],
            vec![CHAIN],
        ),
    ] {
        let report = report(sessions, setup);
        assert_eq!(report.cause, FindingId::AttributedButRefused, "{}", report.summary);
        let text = format!("{}\n{}", report.reason, steps_of_cause(&report));
        for words in possible {
            assert!(text.contains(words), "{setup}: {words}\n{text}");
        }
        for words in excluded {
            assert!(!text.contains(words), "{setup}: {words}\n{text}");
        }
        assert_eq!(
            text.contains("sent.cer"),
            sessions == denied && setup == by_certificate,
            "{text}"
        );
        assert_eq!(text.contains("Export the inbound connectors"), sessions == attr36, "{text}");
    }
}
