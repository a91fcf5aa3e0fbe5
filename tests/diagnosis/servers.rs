//! Servers side by side: what they share is reported once, with all of them; what one of them has is not
//! taken for the others'.

use eop_relay::diagnosis::{Evidence, Finding, FindingId, Report, Status, diagnose};
use eop_relay::evidence::ExchangeObjects;
use eop_relay::finding::OptionNames;
use eop_relay::session::{OwnedSession, Session};
use eop_relay::timestamp::Timestamp;
use serde_json::{Value, json};

const THUMBPRINT: &str = "5D0B1E77C2A94F6688D3107BA4E95C21F06D83AB";

/// A session in which this server could not use its certificate.
fn failed(server: &str, time: &str) -> Session {
    serde_json::from_value(json!({
        "LogType": "Send", "Server": server, "LogPath": "SEND.LOG", "Line": 7,
        "StartTime": time, "EndTime": time, "Connector": "Outbound to Microsoft 365",
        "SessionId": "08DE24A1D0B7C3E2", "IsEop": true, "StartTlsOffered": true,
        "TlsStatus": "Failed", "TlsError": "UnknownCredentials",
        "SentCertificate": { "Thumbprint": THUMBPRINT, "Subject": "CN=mail.contoso.com" },
        "Messages": [], "Outcome": "TlsFailed", "Complete": true, "RowCount": 9,
    }))
    .unwrap()
}

/// A session with some of its parts changed.
fn changed(session: &Session, change: impl FnOnce(&mut OwnedSession)) -> Session {
    let mut parts = OwnedSession::from(session);
    change(&mut parts);
    parts.into()
}

fn installed(server: &str, services: &str) -> Value {
    json!({
        "Server": server, "Thumbprint": THUMBPRINT, "Subject": "CN=mail.contoso.com",
        "Issuer": "CN=Northwind Server CA 2", "Services": services, "HasPrivateKey": true,
        "CertificateDomains": ["mail.contoso.com"], "NotBefore": "2026-01-01T00:00:00Z",
        "NotAfter": "2027-06-01T00:00:00Z",
    })
}

fn report(certificates: &[Value], sessions: &[Session]) -> Report {
    let mut evidence = Evidence::new(Timestamp::parse("2026-11-20").unwrap());
    if !certificates.is_empty() {
        let text = json!(certificates).to_string();
        let objects = ExchangeObjects::from_bytes("installed.json", text.as_bytes()).unwrap();
        evidence.add_installed(&objects);
    }
    for session in sessions {
        evidence.add_session(session);
    }
    diagnose(&evidence)
}

fn cause(report: &Report) -> &Finding {
    report.findings.iter().find(|finding| finding.status == Status::Cause).unwrap()
}

#[test]
fn servers_that_fail_alike_are_one_finding_with_a_command_for_each() {
    let sessions = [
        failed("EX02", "2026-11-19T09:00:00Z"),
        failed("EX01", "2026-11-19T08:00:00Z"),
        failed("EX01", "2026-11-19T10:00:00Z"),
    ];
    let report = report(&[], &sessions);
    let finding = cause(&report);
    assert_eq!(finding.id, FindingId::CertificateNotEnabledForSmtp);
    assert_eq!((finding.sessions, &finding.servers), (3, &vec!["EX01".into(), "EX02".into()]));
    assert_eq!(finding.first_session, Timestamp::parse("2026-11-19T08:00:00Z"));
    assert_eq!(finding.last_session, Timestamp::parse("2026-11-19T10:00:00Z"));
    let enable = &finding.remedy[0];
    let commands: Vec<&str> = enable.command.as_deref().unwrap().lines().collect();
    assert_eq!(commands.len(), 2, "{commands:?}");
    assert!(commands[0].contains("-Server 'EX01'") && commands[1].contains("-Server 'EX02'"));
    assert!(enable.r#where.ends_with("for each of EX01, EX02"), "{}", enable.r#where);
    assert!(finding.message.contains("server EX01 (likewise EX02)"), "{}", finding.message);
    assert!(report.summary.contains("Server: EX01, EX02;"), "{}", report.summary);
}

/// One of them works again: the other one does not.
#[test]
fn a_server_that_works_again_proves_nothing_for_the_others() {
    let works = |server: &str, time: &str| {
        changed(&failed(server, time), |session| {
            session.tls_status = eop_relay::session::TlsStatus::Succeeded;
            session.tls_error = None;
            session.outcome = eop_relay::session::Outcome::NoMail;
        })
    };
    let mut both = [
        works("EX02", "2026-11-19T07:00:00Z"),
        failed("EX02", "2026-11-19T08:00:00Z"),
        failed("EX01", "2026-11-19T09:00:00Z"),
        works("EX01", "2026-11-19T10:00:00Z"),
    ];
    both[1].line = 12;
    let report_of_both = report(&[], &both);
    let finding = cause(&report_of_both);
    assert_eq!(finding.id, FindingId::CertificateNotEnabledForSmtp, "{}", report_of_both.summary);
    assert_eq!((finding.servers.as_slice(), finding.evidence[0].line), (&["EX02".into()][..], 12));
    let command = finding.remedy[0].command.as_deref().unwrap();
    assert!(command.contains("'EX02'") && !command.contains("'EX01'"), "{command}");
    let later = [&both[..], &[works("EX02", "2026-11-19T11:00:00Z")]].concat();
    let report = report(&[], &later);
    assert!(report.findings.iter().all(|finding| finding.status != Status::Cause
        || finding.id != FindingId::CertificateNotEnabledForSmtp));
}

#[test]
fn one_server_is_named_as_ever() {
    let report = report(&[], &[failed("EX01", "2026-11-19T08:00:00Z")]);
    let finding = cause(&report);
    assert_eq!((finding.sessions, &finding.servers), (1, &vec!["EX01".into()]));
    assert_eq!(finding.remedy[0].r#where, "Exchange Management Shell, on-premises");
    assert!(!finding.message.contains("likewise"), "{}", finding.message);
}

#[test]
fn the_services_of_the_failing_servers_own_certificate_count() {
    let certificates = [installed("EX01", "IIS, SMTP"), installed("EX02.contoso.com", "IIS")];
    let report_of =
        |server: &str| report(&certificates, &[failed(server, "2026-11-19T08:00:00Z")]).cause;
    assert_eq!(report_of("EX02"), FindingId::CertificateNotEnabledForSmtp);
    assert_eq!(report_of("EX01"), FindingId::PrivateKeyNotUsable);
}

#[test]
fn a_source_server_without_the_intended_certificate_is_named_before_the_connector_is_changed() {
    let mut evidence = Evidence::new(Timestamp::parse("2026-11-20").unwrap());
    let read = |name: &str, objects: Value| {
        ExchangeObjects::from_bytes(name, objects.to_string().as_bytes()).unwrap()
    };
    let intended = "0C6E1B8A3F5D7924E6A8C0B1D2F3E4956778A9BC";
    let mut good = installed("EX01", "IIS, SMTP");
    good["Thumbprint"] = json!(intended);
    let mut bad = installed("EX01", "SMTP");
    bad["Subject"] = json!("CN=EX01");
    bad["Issuer"] = json!("CN=EX01");
    let mut other = bad.clone();
    other["Server"] = json!("EX02");
    other["Thumbprint"] = json!("1111111111111111111111111111111111111111");
    evidence.add_installed(&read("installed.json", json!([good, bad, other])));
    evidence.add_send_connectors(&read(
        "send.json",
        json!([{ "Name": "Outbound to Microsoft 365", "TlsCertificateName": null,
            "SmartHosts": ["contoso-com.mail.protection.outlook.com"],
            "SourceTransportServers": ["EX01", "EX02"] }]),
    ));
    let session = changed(&failed("EX01", "2026-11-19T08:00:00Z"), |session| {
        session.tls_status = eop_relay::session::TlsStatus::Succeeded;
        session.tls_error = None;
        session.outcome = eop_relay::session::Outcome::Refused;
        session.rejection = Some(eop_relay::reply::RejectionClass::RelayDenied);
    });
    evidence.add_session(&session);
    let report = diagnose(&evidence);
    let finding = cause(&report);
    assert_eq!(finding.id, FindingId::SelfSignedCertificate, "{}", report.summary);
    let action = &finding.remedy[0].action;
    assert!(action.contains(intended), "{action}");
    assert!(action.contains("Not among the given certificates of EX02"), "{action}");
}

#[test]
fn the_sessions_of_the_same_finding_in_several_stories_are_counted_together() {
    let seen_as = |address: &str, time: &str| {
        changed(&failed("EX01", time), |session| session.public_ip_address = Some(address.into()))
    };
    let one = seen_as("203.0.113.5", "2026-11-19T08:00:00Z");
    let other = seen_as("203.0.113.6", "2026-11-19T09:00:00Z");
    let report = report(&[], &[one, other]);
    assert_eq!(cause(&report).sessions, 2);
}

#[test]
fn steps_that_ask_for_evidence_name_the_options_of_who_reads_them() {
    let refused = changed(&failed("EX01", "2026-11-19T08:00:00Z"), |session| {
        session.tls_status = eop_relay::session::TlsStatus::Succeeded;
        session.tls_error = None;
        session.outcome = eop_relay::session::Outcome::Refused;
        session.rejection = Some(eop_relay::reply::RejectionClass::RelayDenied);
        session.reply = Some("550 5.7.64 TenantAttribution; Relay Access Denied".into());
    });
    let steps = |option_names| {
        let mut evidence = Evidence::new(Timestamp::parse("2026-11-20").unwrap());
        evidence.option_names = option_names;
        evidence.add_session(&refused);
        let findings = diagnose(&evidence).findings.into_iter();
        findings.flat_map(|finding| finding.remedy).map(|step| step.action).collect::<Vec<_>>()
    };
    let (command, powershell) = (steps(OptionNames::Command), steps(OptionNames::PowerShell));
    let asked = [
        ("--inbound-connector.", "-InboundConnector."),
        ("--accepted-domain.", "-AcceptedDomain."),
        (
            "--certificate sent.cer and --intermediates ca.p7b",
            "-Path sent.cer and -IntermediatePath ca.p7b",
        ),
    ];
    for (of_command, of_powershell) in asked {
        let place = command.iter().position(|action| action.contains(&format!(" {of_command}")));
        let place = place.unwrap_or_else(|| panic!("{of_command}: {command:#?}"));
        assert_eq!(powershell[place], command[place].replace(of_command, of_powershell));
    }
    assert!(!powershell.iter().any(|action| action.contains(" --")), "{powershell:#?}");
}

/// A session over which mail for another organisation went, or was refused.
fn mail(server: &str, time: &str, name: &str, reply: Option<&str>) -> Session {
    let outcome = if reply.is_some() { "Refused" } else { "Delivered" };
    let thumbprint = if name.starts_with("mail") { THUMBPRINT.to_owned() } else { "C".repeat(40) };
    let said = reply.unwrap_or("250 2.6.0 Queued mail for delivery");
    serde_json::from_value(json!({
        "LogType": "Send", "Server": server, "LogPath": "SEND.LOG", "Line": 7,
        "StartTime": time, "EndTime": time, "Connector": "Outbound to Microsoft 365",
        "SessionId": "08DE24A1D0B7C3E2", "IsEop": true, "StartTlsOffered": true,
        "TlsStatus": "Succeeded", "PublicIPAddress": "203.0.113.5",
        "SentCertificate": {
            "Thumbprint": thumbprint, "Subject": format!("CN={name}"),
            "Issuer": "CN=Northwind Server CA 2", "DnsNames": [name],
            "NotBefore": "2026-01-01T00:00:00Z", "NotAfter": "2027-06-01T00:00:00Z",
        },
        "Messages": [{
            "MailFrom": "anna@contoso.com", "Outcome": outcome, "Reply": said,
            "Recipients": [{ "Address": "bob@fabrikam.com", "Reply": said,
                "Rejection": reply.map(|_| "RelayDenied") }],
        }],
        "Reply": said, "Rejection": reply.map(|_| "RelayDenied"),
        "Outcome": outcome, "Complete": true, "RowCount": 20,
    }))
    .unwrap()
}

const DENIED: &str = "550 5.7.64 TenantAttribution; Relay Access Denied";

fn add_tenant(evidence: &mut Evidence, expected: &str) {
    let text = json!([{ "Name": "Inbound from HQ", "Enabled": true, "ConnectorType": "OnPremises",
        "TlsSenderCertificateName": expected, "SenderIPAddresses": [],
        "AssociatedAcceptedDomains": [] }])
    .to_string();
    let objects = ExchangeObjects::from_bytes("inbound.json", text.as_bytes()).unwrap();
    evidence.add_inbound_connectors(&objects);
    let domains: Vec<Value> = ["contoso.com", "mail.contoso.com", "hybrid.contoso.com"]
        .iter()
        .map(|name| json!({ "Name": name, "DomainName": name, "DomainType": "Authoritative" }))
        .collect();
    let text = json!(domains).to_string();
    let objects = ExchangeObjects::from_bytes("accepted.json", text.as_bytes()).unwrap();
    evidence.add_accepted_domains(&objects);
}

/// What mends one server must not cut off another one that is delivered.
#[test]
fn a_change_that_would_cut_off_another_server_says_so_and_stands_behind_those_that_do_not() {
    let mut evidence = Evidence::new(Timestamp::parse("2026-11-20").unwrap());
    add_tenant(&mut evidence, "mail.contoso.com");
    for session in [
        mail("EX01", "2026-11-19T08:00:00Z", "hybrid.contoso.com", Some(DENIED)),
        mail("EX02", "2026-11-19T09:00:00Z", "mail.contoso.com", None),
        mail("EX01", "2026-11-19T10:00:00Z", "hybrid.contoso.com", Some(DENIED)),
    ] {
        evidence.add_session(&session);
    }
    let report = diagnose(&evidence);
    let finding = cause(&report);
    assert_eq!(finding.id, FindingId::NameMismatch, "{}", report.summary);
    assert_eq!(report.exit_code, 20, "a delivery of EX02 makes nothing of EX01 past");
    let place = |part: &str| {
        let is_it = |step: &eop_relay::diagnosis::Remedy| {
            step.command.as_deref().is_some_and(|command| command.contains(part))
        };
        finding.remedy.iter().position(is_it)
    };
    let exact =
        place("Set-InboundConnector -Identity 'Inbound from HQ' -TlsSenderCertificateName 'hybrid")
            .unwrap();
    let wildcard = place("-TlsSenderCertificateName '*.contoso.com'").unwrap();
    let second = place("New-InboundConnector -Name 'Inbound from hybrid.contoso.com'").unwrap();
    assert!(second < wildcard && wildcard < exact, "{:?}", finding.remedy);
    let action = &finding.remedy[exact].action;
    assert!(action.contains("the mail of EX02, which shows mail.contoso.com"), "{action}");
    assert!(action.contains("would then be refused"), "{action}");
    assert!(!finding.remedy[wildcard].action.contains("refused"), "{:?}", finding.remedy);
}

/// The same change harms nobody where no other server is delivered.
#[test]
fn a_change_that_cuts_off_nobody_comes_as_the_smallest_one() {
    let mut evidence = Evidence::new(Timestamp::parse("2026-11-20").unwrap());
    add_tenant(&mut evidence, "mail.contoso.com");
    evidence.add_session(&mail("EX01", "2026-11-19T08:00:00Z", "hybrid.contoso.com", Some(DENIED)));
    let report = diagnose(&evidence);
    let first = cause(&report).remedy.iter().find(|step| step.command.is_some()).unwrap();
    assert!(first.command.as_deref().unwrap().contains("'hybrid.contoso.com'"), "{first:?}");
    assert!(!first.action.contains("refused"), "{first:?}");
}

#[test]
fn a_server_without_the_certificate_that_the_connector_names_gets_it_from_the_one_that_has_it() {
    let own = "9C41E7A05B3D28F6410C77D2AE95B3F8016E2D44";
    let self_signed = json!({
        "Server": "EX02", "Thumbprint": own, "Subject": "CN=EX02", "Issuer": "CN=EX02",
        "IsSelfSigned": true, "Services": "SMTP", "HasPrivateKey": true,
        "CertificateDomains": ["EX02"], "NotBefore": "2026-01-01T00:00:00Z",
        "NotAfter": "2030-06-01T00:00:00Z",
    });
    let connector = json!([{
        "Name": "Outbound to Microsoft 365", "Fqdn": "mail.contoso.com",
        "TlsCertificateName": "<I>CN=Northwind Server CA 2<S>CN=mail.contoso.com",
        "SmartHosts": ["contoso-com.mail.protection.outlook.com"],
        "SourceTransportServers": ["EX01", "EX02"],
    }]);
    let refused = changed(&failed("EX02", "2026-11-19T09:00:00Z"), |parts| {
        parts.tls_status = eop_relay::session::TlsStatus::Succeeded;
        parts.tls_error = None;
        parts.outcome = eop_relay::session::Outcome::Refused;
        parts.sent_certificate = serde_json::from_value(json!({
            "Thumbprint": own, "Subject": "CN=EX02", "Issuer": "CN=EX02",
        }))
        .unwrap();
        parts.messages = serde_json::from_value(json!([{
            "MailFrom": "alice@contoso.com", "Outcome": "Refused", "Recipients": [{
                "Address": "bob@fabrikam.com", "Rejection": "RelayDenied",
                "Reply": "550 5.7.64 TenantAttribution; Relay Access Denied",
            }],
        }]))
        .unwrap();
    });
    let mut evidence = Evidence::new(Timestamp::parse("2026-11-20").unwrap());
    let certificates = json!([installed("EX01", "SMTP"), self_signed]).to_string();
    let objects = ExchangeObjects::from_bytes("installed.json", certificates.as_bytes()).unwrap();
    evidence.add_installed(&objects);
    let objects =
        ExchangeObjects::from_bytes("send.json", connector.to_string().as_bytes()).unwrap();
    evidence.add_send_connectors(&objects);
    evidence.add_session(&refused);
    let report = diagnose(&evidence);
    let finding = cause(&report);
    assert_eq!(finding.id, FindingId::SelfSignedCertificate);
    let first = &finding.remedy[0];
    assert!(first.action.starts_with(&format!("EX02 does not have {THUMBPRINT}")), "{first:?}");
    let command = first.command.as_deref().unwrap();
    assert!(command.starts_with("Import-ExchangeCertificate -Server 'EX02'"), "{command}");
    let second = finding.remedy[1].command.as_deref().unwrap();
    assert!(second.contains("Enable-ExchangeCertificate"), "{second}");
}
