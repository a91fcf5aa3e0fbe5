//! Which certificates, names and addresses are proposed, and which are not: each row differs from one
//! that is proposed in one thing alone.

use eop_relay::diagnosis::{FindingId, Report, Severity, Status, diagnose};

use crate::support::cases::Case;

const REFUSED: &str =
    "to=bob@fabrikam.com ;; reply=550 5.7.64 TenantAttribution; Relay Access Denied";
const DIRECT: &str = "to=bob@contoso.com ;; reply=550 5.7.68 TenantInboundAttribution; Direct Send not \
                      allowed for this organization from unauthorized sources";

fn report(sessions: &str, setup: &str) -> Report {
    diagnose(&Case::of(sessions, setup).evidence())
}

/// The commands and texts of the steps of the cause.
fn steps(report: &Report) -> String {
    let cause = report.findings.iter().find(|finding| finding.status == Status::Cause).unwrap();
    let steps = cause.remedy.iter();
    let texts =
        steps.map(|step| format!("{}\n{}", step.action, step.command.clone().unwrap_or_default()));
    texts.collect::<Vec<_>>().join("\n")
}

/// `installed=names/services/flags` of a certificate that may take the place of an expired one.
#[test]
fn a_certificate_takes_the_place_of_an_expired_one_only_if_it_will_do() {
    let is_proposed = |installed: &str| {
        let report = report(
            &format!("until=2026-11-10 ;; {REFUSED}"),
            &format!(
                "inbound=In/OnPremises/on/*.contoso.com ; inbound=Off/OnPremises/off/hub.fabrikam.com ; \
                 inbound=P/Partner/on/hub.adatum.com ; accepted=contoso.com ; \
                 send=Outbound to Office 365/named/contoso-com.mail.protection.outlook.com ; \
                 installed=mail.contoso.com/SMTP/until:2026-11-10 ; installed={installed}"
            ),
        );
        assert_eq!(report.cause.name(), "CertificateExpired", "{installed}");
        let steps = steps(&report);
        let key = steps.find("Import-ExchangeCertificate");
        let named = steps.find("<I>CN=Trust Server CA 2");
        named.is_some() && key.is_none_or(|key| named.is_some_and(|named| named < key))
    };
    for installed in [
        "mail.contoso.com/SMTP/other,serial:new",
        "mail.contoso.com/SMTP/other,serial:new,public",
        "mail.contoso.com/IIS/other,serial:new",
        "relay.contoso.com/SMTP/other,serial:new",
        "mail.contoso.com/SMTP/other,serial:new,since:2026-11-16T12:00:00Z",
        "mail.contoso.com/SMTP/other,serial:new,until:2026-11-16T12:00:01Z",
    ] {
        assert!(is_proposed(installed), "{installed}");
    }
    for installed in [
        "mail.contoso.com/SMTP/other,serial:new,until:2026-11-16T12:00:00Z",
        "mail.contoso.com/SMTP/other,serial:new,until:2026-11-12",
        "mail.contoso.com/SMTP/other,serial:new,since:2026-11-16T12:00:01Z",
        "mail.contoso.com/SMTP/other,serial:new,nokey",
        "mail.contoso.com/SMTP/other,serial:new,revoked",
        "mail.contoso.com/SMTP/other,serial:new,status:DateInvalid",
        "mail.contoso.com/SMTP/other,serial:new,status:PendingRequest",
        "mail.contoso.com/SMTP/other,serial:new,status:Untrusted",
        "mail.contoso.com/SMTP/other,serial:new,enterprise",
        "mail.contoso.com/SMTP/other,serial:new,self",
        "relay.fabrikam.com/SMTP/other,serial:new",
        "hub.fabrikam.com/SMTP/other,serial:new",
        "hub.adatum.com/SMTP/other,serial:new",
    ] {
        assert!(!is_proposed(installed), "{installed}");
    }
}

#[test]
fn of_several_certificates_one_that_is_enabled_for_smtp_comes_first_then_the_one_that_ends_last() {
    let first_named = |installed: [&str; 2]| {
        let [one, other] = installed;
        let report = report(
            &format!("until=2026-11-10 ;; {REFUSED}"),
            &format!(
                "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com ; \
                 send=Outbound to Office 365/named ; installed=mail.contoso.com/SMTP/until:2026-11-10 ; \
                 installed={one} ; installed={other}"
            ),
        );
        let steps = steps(&report);
        let after = steps.split("<I>CN=Trust Server CA 2, O=Trust AS, C=NO<S>CN=").nth(1);
        after.and_then(|text| text.split('.').next()).unwrap_or_default().to_owned()
    };
    for (one, other) in [
        ("a.contoso.com/SMTP/other,until:2027-05-01", "b.contoso.com/IIS/other,until:2027-09-01"),
        ("a.contoso.com/SMTP/other,until:2027-09-01", "b.contoso.com/SMTP/other,until:2027-05-01"),
        ("a.contoso.com/IIS/other,public", "b.contoso.com/SMTP/other,until:2028-09-01"),
    ] {
        assert_eq!(first_named([one, other]), "a", "{one}, {other}");
        assert_eq!(first_named([other, one]), "a", "{other}, {one}");
    }
}

/// Where the server shows a name that no tenant can verify, and the tenant has no connector.
#[test]
fn a_certificate_is_sent_for_a_new_connector_only_if_it_will_do() {
    let is_proposed = |installed: &str| {
        let report = report(
            &format!("cert=ex01.corp.local ;; {REFUSED}"),
            &format!(
                "inbound=none ; accepted=contoso.com ; send=Outbound to Office 365 ; installed={installed}"
            ),
        );
        steps(&report).contains("<S>CN=relay.")
    };
    assert!(is_proposed("relay.contoso.com/SMTP/public"));
    assert!(is_proposed("relay.contoso.com/IIS/public"));
    for installed in [
        "relay.contoso.com/SMTP",
        "relay.contoso.com/SMTP/enterprise",
        "relay.contoso.com/SMTP/public,nokey",
        "relay.contoso.com/SMTP/public,revoked",
        "relay.contoso.com/SMTP/public,until:2026-11-12",
        "relay.contoso.com/SMTP/public,self",
        "relay.fabrikam.com/SMTP/public",
    ] {
        assert!(!is_proposed(installed), "{installed}");
    }
}

#[test]
fn a_certificate_is_brought_from_another_server_only_if_it_will_do_there() {
    let is_brought = |flags: &str, here: &str, named: &str| {
        let report = report(
            &format!("server=EX02 ;; cert=self:EX02 ;; {REFUSED}"),
            &format!(
                "inbound=In/OnPremises/on/mail.contoso.com ; accepted=contoso.com,mail.contoso.com ; \
                 send=Outbound to Office 365/{named}/contoso-com.mail.protection.outlook.com ; \
                 installed=EX02/SMTP/self{here} ; installed=mail.contoso.com/SMTP/on:EX01{flags}"
            ),
        );
        steps(&report).contains("EX02 does not have")
    };
    assert!(is_brought("", ",on:EX02", "named"));
    assert!(is_brought(",public", ",on:EX02", "named"));
    assert!(
        !is_brought("", ",on:EX02", "<I>CN=Former CA<S>CN=mail.contoso.com"),
        "another is named"
    );
    assert!(!is_brought("", ",on:EX03", "named"), "what EX02 has is not given");
    for flags in [
        ",nokey",
        ",revoked",
        ",status:Invalid",
        ",status:PendingRequest",
        ",enterprise",
        ",self",
        ",until:2026-11-12",
        ",since:2026-12-01",
    ] {
        assert!(!is_brought(flags, ",on:EX02", "named"), "{flags}");
    }
}

#[test]
fn a_named_certificate_is_brought_from_the_server_that_delivers_with_it_only_if_it_will_do() {
    let is_brought = |of_other: &str, setup: &str| {
        let report = report(
            &format!("server=EX01 ;; {of_other} || server=EX02 ;; cert=self:EX02 ;; {REFUSED}"),
            &format!(
                "inbound=In/OnPremises/on/mail.contoso.com ; accepted=contoso.com,mail.contoso.com ; \
                 send=Outbound to Office 365/named{setup}"
            ),
        );
        steps(&report).contains("with which EX01 delivers")
    };
    assert!(is_brought("to=bob@fabrikam.com", ""));
    assert!(!is_brought("to=bob@fabrikam.com", " ; installed=EX02/SMTP/self,on:EX02"), "given");
    for of_other in [
        &format!("serial:1 ;; {REFUSED}"),
        "to=bob@fabrikam.com ;; until=2026-11-16",
        "to=bob@fabrikam.com ;; since=2026-12-01",
        "to=bob@fabrikam.com ;; cert=relay.contoso.com",
        "to=bob@fabrikam.com ;; issuer=CN=Other CA",
    ] {
        assert!(!is_brought(of_other, ""), "{of_other}");
    }
}

/// A certificate with which the same server delivers is proven.
#[test]
fn a_certificate_that_delivers_is_proposed_only_of_the_same_server_and_only_if_it_will_do() {
    let is_proposed = |delivered: &str| {
        let report = report(
            &format!("server=EX01 ;; cert=self:EX01 ;; {REFUSED} || {delivered}"),
            "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com",
        );
        let steps = steps(&report);
        let is_named = steps.contains("<S>CN=relay.");
        assert_eq!(steps.contains("Mail over Other is delivered with it."), is_named, "{steps}");
        is_named
    };
    let delivered = "connector=Other ;; to=bob@fabrikam.com";
    assert!(is_proposed(&format!("server=EX01 ;; cert=relay.contoso.com ;; {delivered}")));
    for other in [
        "server=EX02 ;; cert=relay.contoso.com",
        "server=EX01 ;; cert=relay.contoso.com ;; until=2026-11-16",
        "server=EX01 ;; cert=self:relay.contoso.com",
        "server=EX01 ;; cert=relay.fabrikam.com",
    ] {
        assert!(!is_proposed(&format!("{other} ;; {delivered}")), "{other}");
    }
    let refused = format!("server=EX01 ;; cert=relay.contoso.com ;; connector=Other ;; {REFUSED}");
    assert!(!is_proposed(&refused), "{refused}");
}

/// Two servers send over one connector; another certificate is named on it for the sake of EX02.
#[test]
fn whom_another_certificate_on_a_shared_connector_cuts_off_is_said() {
    let cuts_off = |of_ex01: &str, installed: &str| {
        let report = report(
            &format!(
                "server=EX01 ;; to=bob@fabrikam.com ;; {of_ex01} || \
                 server=EX02 ;; cert=old.contoso.com ;; until=2026-11-10 ;; {REFUSED}"
            ),
            &format!(
                "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com ; \
                 send=Outbound to Office 365/<I>CN=Former CA<S>CN=old.contoso.com ; \
                 installed=old.contoso.com/SMTP/until:2026-11-10,on:EX02 ; \
                 installed=relay.contoso.com/SMTP/other,on:EX02{installed}"
            ),
        );
        let steps = steps(&report);
        assert!(steps.contains("<S>CN=relay.contoso.com"), "{steps}");
        steps.contains("the mail of EX01, which shows mail.contoso.com, delivered today, would then be refused")
    };
    let has = |names: &str| format!(" ; installed={names}/SMTP/on:EX01");
    assert!(cuts_off("cert=mail.contoso.com", &has("mail.contoso.com")), "EX01 lacks it");
    let both = format!("{}{}", has("mail.contoso.com"), has("relay.contoso.com"));
    assert!(!cuts_off("cert=mail.contoso.com", &both), "EX01 has it too");
    assert!(!cuts_off("cert=mail.contoso.com", ""), "what EX01 has is not known");
    let other = "cert=mail.contoso.com ;; connector=Other";
    assert!(!cuts_off(other, &has("mail.contoso.com")), "EX01 sends over another connector");
}

#[test]
fn nothing_is_to_be_set_where_a_newer_session_of_the_place_shows_a_name_that_is_expected() {
    let is_over = |newer: &str| {
        let report = report(
            &format!("cert=self:EX01 ;; server=EX01 ;; at=02:00 ;; {REFUSED} || {newer}"),
            "inbound=In/OnPremises/on/mail.contoso.com ; accepted=contoso.com,mail.contoso.com ; \
             send=Outbound to Office 365",
        );
        let findings = report.findings.iter().flat_map(|finding| &finding.remedy);
        findings.into_iter().any(|step| step.action.contains("nothing to set for this any more"))
    };
    let refused = |what: &str| format!("{what} ;; {REFUSED}");
    assert!(is_over(&refused("cert=mail.contoso.com ;; server=EX01 ;; at=05:00")));
    for newer in [
        "cert=mail.contoso.com ;; server=EX01 ;; at=01:00",
        "cert=mail.contoso.com ;; server=EX02 ;; at=05:00",
        "cert=mail.contoso.com ;; server=EX01 ;; at=05:00 ;; connector=Other",
        "cert=mail.fabrikam.com ;; server=EX01 ;; at=05:00",
        "cert=none ;; server=EX01 ;; at=05:00",
    ] {
        assert!(!is_over(&refused(newer)), "{newer}");
    }
}

#[test]
fn for_direct_send_a_list_is_lengthened_only_if_it_is_known_whole_and_a_name_set_only_if_it_is_one()
{
    let steps_of = |certificate: &str, connector: &str| {
        let setup = format!("inbound=In/{connector} ; accepted=contoso.com,mail.contoso.com");
        steps(&report(&format!("cert={certificate} ;; {DIRECT}"), &setup))
    };
    let addresses = |certificate: &str, connector: &str| {
        steps_of(certificate, connector)
            .contains("-Identity 'In' -SenderIPAddresses '198.51.100.7','203.0.113.5'")
    };
    let name = |certificate: &str, connector: &str| {
        steps_of(certificate, connector)
            .contains("-Identity 'In' -TlsSenderCertificateName 'mail.contoso.com'")
    };
    assert!(addresses("mail.contoso.com", "OnPremises/on//198.51.100.7"));
    assert!(addresses("none", "OnPremises/on//198.51.100.7"));
    for connector in [
        "OnPremises/on//198.51.100.7...",
        "OnPremises/on//",
        "OnPremises/on/other.contoso.com/198.51.100.7",
    ] {
        assert!(!addresses("mail.contoso.com", connector), "{connector}");
    }
    assert!(name("mail.contoso.com", "OnPremises/on/other.contoso.com"));
    for certificate in ["*.contoso.com", "EX01", "self:mail.contoso.com", "none"] {
        assert!(!name(certificate, "OnPremises/on/other.contoso.com"), "{certificate}");
    }
}

/// (when mail was delivered over the same connector, if it was; the refusals; the change; what is said)
#[test]
fn what_is_said_of_a_change_depends_on_what_it_lies_between() {
    for (delivered, refused, changed, said) in [
        ("at=01:00", &["05:00"][..], "02:00", "between the last delivery"),
        ("at=01:00", &["05:00"], "04:30", "less than an hour before"),
        ("", &["05:00"], "04:30", "less than an hour before"),
        ("", &["05:00"], "03:30", ""),
        ("at=01:00", &["05:00"], "00:30", ""),
        ("at=04:30", &["05:00"], "04:10", "less than an hour before"),
        ("at=01:00 ;; connector=Other", &["05:00"], "02:00", ""),
        ("at=01:00", &["05:00", "07:00"], "06:00", "while mail was refused"),
        ("at=06:00", &["05:00"], "05:30", "and mail is delivered since"),
        ("at=06:00 ;; connector=Other", &["05:00"], "05:30", "no session since shows"),
        ("at=05:20", &["05:00"], "05:30", "no session since shows"),
    ] {
        let mut sessions: Vec<String> =
            refused.iter().map(|at| format!("at={at} ;; {REFUSED}")).collect();
        if !delivered.is_empty() {
            sessions.push(format!("{delivered} ;; to=bob@fabrikam.com"));
        }
        let setup = format!(
            "inbound=In/OnPremises/on/mail.contoso.com///2026-11-16T{changed}:00Z ; accepted=contoso.com"
        );
        let report = report(&sessions.join(" || "), &setup);
        let found =
            report.findings.iter().find(|one| one.id == FindingId::ConnectorChangedRecently);
        let message = found.map(|one| one.message.as_str()).unwrap_or_default();
        let fits = if said.is_empty() { message.is_empty() } else { message.contains(said) };
        assert!(fits, "{delivered:?} {refused:?} {changed}: {message}");
    }
}

/// Exchange Online blocks an outdated server for ten minutes of an hour and more: deliveries in so many
/// parts of ten minutes show that it is over, and no number of them in one.
#[test]
fn a_server_is_blocked_no_more_once_it_delivers_in_enough_parts_of_an_hour() {
    let blocked = "to=bob@fabrikam.com ;; reply=550 5.7.230 Connecting Exchange server version is \
                   out-of-date; connection to Exchange Online blocked for 10 mins/hr.";
    let at = |minute: u32| format!("at={:02}:{:02}", minute / 60, minute % 60);
    let refused = |minutes: &[u32]| {
        minutes.iter().map(|minute| format!("{} ;; {blocked}", at(*minute))).collect::<Vec<_>>()
    };
    let delivered = |first: u32, step: u32, count: u32| {
        (0..count)
            .map(move |number| format!("{} ;; to=bob@fabrikam.com", at(first + step * number)))
    };
    let is_refused = |sessions: Vec<String>| {
        let setup = "at=2026-11-17T08:00:00Z ; inbound=In/OnPremises/on/mail.contoso.com ; \
                     accepted=contoso.com,mail.contoso.com";
        report(&sessions.join(" || "), setup).cause == FindingId::ServerOutOfDate
    };
    let after = |refusals: &[u32], first: u32, step: u32, count: u32| {
        let mut sessions = refused(refusals);
        sessions.extend(delivered(first, step, count));
        is_refused(sessions)
    };
    // (5/6)^25 = 0.0105, (5/6)^26 = 0.0087.
    assert!(after(&[60], 70, 10, 25));
    assert!(!after(&[60], 70, 10, 26));
    assert!(after(&[60], 70, 1, 30), "three parts of ten minutes");
    // 2 of 30 between the refusals: (28/30)^66 = 0.0105, (28/30)^67 = 0.0098.
    let between = |count: u32| {
        let mut sessions = refused(&[60, 120]);
        sessions.extend(delivered(61, 2, 28));
        sessions.extend(delivered(130, 10, count));
        is_refused(sessions)
    };
    assert!(between(66));
    assert!(!between(67));
}

#[test]
fn in_its_last_week_a_certificate_is_an_error_and_before_a_warning() {
    for (until, severity) in [
        ("2026-11-17", Some(Severity::Error)),
        ("2026-11-23", Some(Severity::Error)),
        ("2026-11-24", Some(Severity::Warning)),
        ("2026-11-30", Some(Severity::Warning)),
        ("2027-06-01", None),
    ] {
        let report = report(
            &format!("until={until} ;; to=bob@fabrikam.com"),
            "inbound=In/OnPremises/on/mail.contoso.com ; accepted=mail.contoso.com",
        );
        let found = report.findings.iter().find(|one| one.id == FindingId::CertificateExpiresSoon);
        assert_eq!(found.map(|one| one.severity), severity, "{until}");
    }
}

/// The revoked twin of the certificate of EX02 blocks it, and is to be taken away from that server.
#[test]
fn whom_the_removal_of_a_certificate_cuts_off_is_said() {
    let cuts_off = |other: &str, send: &str| {
        let report = report(
            &format!("server=EX02 ;; {REFUSED} || {other} ;; to=bob@fabrikam.com"),
            &format!(
                "inbound=In/OnPremises/on/mail.contoso.com ; inbound=R/OnPremises/on/relay.contoso.com ; \
                 accepted=contoso.com,mail.contoso.com{send} ; installed=mail.contoso.com/SMTP/on:EX02 ; \
                 installed=mail.contoso.com/SMTP/on:EX02,serial:new,until:2027-12-01,revoked"
            ),
        );
        let twin = report.findings.iter().find(|one| one.id == FindingId::NewestTwinUnusable);
        let step = twin.unwrap().remedy.first().unwrap();
        assert!(step.command.as_deref().unwrap().contains("Remove-ExchangeCertificate"));
        step.action.contains("delivered today, would then be refused")
    };
    for send in ["", " ; send=Outbound to Office 365/named"] {
        assert!(cuts_off("server=EX02 ;; serial=new ;; connector=Other", send), "{send}");
        assert!(!cuts_off("server=EX01 ;; serial=new ;; connector=Other", send), "{send}");
        let another = "server=EX02 ;; cert=relay.contoso.com ;; connector=Other";
        assert!(!cuts_off(another, send), "{send}");
    }
}

#[test]
fn a_certificate_that_no_session_shows_is_none_of_another_tenant() {
    let setup = "inbound=In/OnPremises/on/hub.contoso.com ; accepted=contoso.com";
    let cause = |shown: &str| report(&format!("{shown} ;; {REFUSED} ATTR36"), setup).cause;
    assert_eq!(cause("cert=mail.adatum.com"), FindingId::TwoTenants);
    assert_ne!(cause("proxy=08DE24A7C3FFFFFF ;; tls=unused"), FindingId::TwoTenants);
}

#[test]
fn no_receive_connector_is_given_what_is_only_requested() {
    let setup = |status: &str| {
        format!(
            "receive=EX02\\Default Frontend EX02/gone ; installed=mail.contoso.com/SMTP/status:{status}"
        )
    };
    for (status, is_named) in [("Valid", true), ("PendingRequest", false), ("Revoked", false)] {
        let report = report("-", &setup(status));
        let fault = report.findings.iter().find(|one| one.id == FindingId::ReceiveConnectorFault);
        let step = fault.unwrap().remedy.first().unwrap();
        let command = step.command.as_deref().unwrap();
        assert_eq!(command.contains("<S>CN=mail.contoso.com"), is_named, "{status}: {command}");
    }
}
