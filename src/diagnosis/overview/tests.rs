mod notes;
mod renewals;

use serde_json::{Value, json};

use crate::connector::CertificateDifference;
use crate::diagnosis::evidence::server_name::is_same_server;
use crate::diagnosis::overview::*;
use crate::evidence::ExchangeObjects;
use crate::session::Session;
use crate::timestamp::Timestamp;

const AT: &str = "2026-11-20T12:00:00Z";
const ISSUER: &str = "CN=Northwind Server CA 2, O=Northwind Trust AB, C=SE";
const OLD: char = 'A';
const NEW: char = 'B';

/// A thumbprint of one repeated digit.
fn thumbprint(digit: char) -> String {
    digit.to_string().repeat(40)
}

fn certificate(digit: char, subject: &str, not_before: &str, not_after: &str) -> Value {
    json!({
        "PSTypeNames": ["Microsoft.Exchange.Management.SystemConfigurationTasks.ExchangeCertificate"],
        "Thumbprint": thumbprint(digit), "Subject": format!("CN={subject}"), "Issuer": ISSUER,
        "NotBefore": not_before, "NotAfter": not_after, "Services": "IIS, SMTP",
        "HasPrivateKey": true, "CertificateDomains": [subject],
    })
}

fn on(server: &str, mut certificate: Value) -> Value {
    certificate["Server"] = json!(server);
    certificate
}

fn old() -> Value {
    certificate(OLD, "mail.contoso.com", "2025-12-01T00:00:00Z", "2026-12-01T00:00:00Z")
}

fn new() -> Value {
    certificate(NEW, "mail.contoso.com", "2026-11-10T00:00:00Z", "2027-11-10T00:00:00Z")
}

fn connector(servers: &[&str]) -> Value {
    json!({
        "Name": "Outbound to Office 365", "Enabled": true, "SmartHosts": [],
        "AddressSpaces": ["SMTP:contoso.mail.onmicrosoft.com;1"],
        "TlsCertificateName": format!("<I>{ISSUER}<S>CN=mail.contoso.com"),
        "SourceTransportServers": servers,
    })
}

fn session(server: Option<&str>, digit: Option<char>, time: &str) -> Session {
    let sent = digit.map(|digit| {
        json!({ "Thumbprint": thumbprint(digit), "Subject": "CN=mail.contoso.com", "Issuer": ISSUER })
    });
    serde_json::from_value(json!({
        "LogType": "Send", "Server": server, "LogPath": "SEND.LOG", "Line": 7,
        "StartTime": time, "EndTime": time, "Connector": "Outbound to Office 365",
        "SessionId": "08DE24A1D0B7C3E2", "IsEop": true, "TlsStatus": "Succeeded",
        "SentCertificate": sent, "Messages": [], "Outcome": "Delivered", "Complete": true,
        "RowCount": 9, "Notes": [],
    }))
    .unwrap()
}

#[derive(Default)]
struct Given {
    connectors: Option<Vec<Value>>,
    installed: Option<Vec<Value>>,
    sessions: Vec<Session>,
    server: Option<&'static str>,
}

impl Given {
    fn evidence(self) -> Evidence {
        let mut evidence = Evidence::new(Timestamp::parse(AT).unwrap());
        evidence.server = self.server.map(Into::into);
        let read = |list: Vec<Value>| {
            let text = Value::Array(list).to_string();
            ExchangeObjects::from_bytes("objects", text.as_bytes()).unwrap()
        };
        if let Some(list) = self.connectors {
            evidence.add_send_connectors(&read(list));
        }
        if let Some(list) = self.installed {
            evidence.add_installed(&read(list));
        }
        for session in &self.sessions {
            evidence.add_session(session);
        }
        evidence
    }

    fn overview(self) -> CertificateOverview {
        certificate_overview(&self.evidence())
    }

    fn only_row(self) -> ConnectorCertificate {
        let mut overview = self.overview();
        assert_eq!(overview.certificates.len(), 1, "{overview:#?}");
        overview.certificates.remove(0)
    }
}

#[test]
fn the_newest_certificate_of_the_name_would_be_sent_and_its_twin_is_reported() {
    let row = Given {
        connectors: Some(vec![connector(&["EX01"])]),
        installed: Some(vec![old(), new()]),
        sessions: vec![
            session(Some("EX01"), Some(OLD), "2026-11-09T08:00:00Z"),
            session(Some("EX01"), Some(OLD), "2026-11-08T08:00:00Z"),
            session(Some("EX01"), Some(NEW), "2026-11-12T08:00:00Z"),
        ],
        ..Given::default()
    }
    .only_row();
    assert_eq!(row.status, CertificateStatus::Valid, "{row:#?}");
    assert_eq!((row.server.as_deref(), row.is_eop), (Some("EX01"), Some(true)));
    assert_eq!(row.selected_thumbprint, Some(thumbprint(NEW)));
    assert_eq!(row.selected_by, Some(SelectedBy::TlsCertificateName));
    assert_eq!(
        row.reason,
        "The newest of 2 installed certificates with the issuer and subject \
        that TlsCertificateName names."
    );
    assert_eq!(row.sent_thumbprint, Some(thumbprint(NEW)));
    assert_eq!(row.comparison, SentRelation::Same);
    assert_eq!(row.twins.len(), 1);
    assert_eq!(row.twins[0].thumbprint, Some(thumbprint(OLD)));
    // The long form of a log does not show the validity; the installed certificate does.
    assert_eq!(row.days_left, Some(354));
    let before = &row.sent_certificates[1];
    assert_eq!((before.sessions, before.eop_sessions, before.failed_sessions), (2, 2, 0));
    assert_eq!(before.first_session.to_string(), "2026-11-08T08:00:00.000Z");
    assert_eq!(before.last_session.to_string(), "2026-11-09T08:00:00.000Z");
    assert_eq!(row.sessions, 3);
}

#[test]
fn a_renewal_that_is_not_sent_yet_differs() {
    let given = |sent| Given {
        connectors: Some(vec![connector(&["EX01"])]),
        installed: Some(vec![
            old(),
            new(),
            certificate('C', "web.contoso.com", "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z"),
        ]),
        sessions: vec![session(Some("EX01"), Some(sent), "2026-11-19T08:00:00Z")],
        ..Given::default()
    };
    for (sent, comparison) in [
        (OLD, SentRelation::Twin),
        ('C', SentRelation::Different),
        ('D', SentRelation::NotInstalled),
    ] {
        let row = given(sent).only_row();
        assert_eq!((row.status, row.comparison), (CertificateStatus::Different, comparison));
        assert!(row.note.contains(&thumbprint(sent)), "{}", row.note);
        assert_eq!(given(sent).overview().exit_code, 10);
    }
}

#[test]
fn days_are_whole_and_warned_about_in_time() {
    for (end, warning_days, days, status) in [
        ("2026-12-20T12:00:00Z", 30, 30, CertificateStatus::Valid),
        ("2026-12-20T11:59:59Z", 30, 29, CertificateStatus::ExpiresSoon),
        ("2026-12-20T11:59:59Z", 14, 29, CertificateStatus::Valid),
        ("2026-11-20T12:00:01Z", 0, 0, CertificateStatus::Valid),
        ("2026-11-20T12:00:01Z", 1, 0, CertificateStatus::ExpiresSoon),
        ("2026-11-20T11:00:00Z", 0, -1, CertificateStatus::Expired),
        ("2026-11-18T12:00:00Z", 30, -2, CertificateStatus::Expired),
    ] {
        let installed = certificate(OLD, "mail.contoso.com", "2026-01-01T00:00:00Z", end);
        let given = Given {
            connectors: Some(vec![connector(&["EX01"])]),
            installed: Some(vec![installed]),
            ..Given::default()
        };
        let mut evidence = given.evidence();
        evidence.warning_days = Some(warning_days);
        let overview = certificate_overview(&evidence);
        let row = &overview.certificates[0];
        assert_eq!((row.days_left, row.status), (Some(days), status), "{end}");
        assert_eq!(overview.exit_code, if status.is_warning() { 10 } else { 0 }, "{end}");
    }
}

#[test]
fn servers_stand_side_by_side_each_with_its_own_certificates() {
    let overview = Given {
        connectors: Some(vec![connector(&["EX01", "EX02"])]),
        installed: Some(vec![on("ex01.corp.contoso.com", new()), on("EX02", old())]),
        sessions: vec![
            session(Some("EX01"), Some(NEW), "2026-11-19T08:00:00Z"),
            session(Some("EX02.corp.contoso.com"), Some(OLD), "2026-11-19T08:00:00Z"),
        ],
        ..Given::default()
    }
    .overview();
    let reported: Vec<_> = overview
        .certificates
        .iter()
        .map(|row| {
            (row.server.as_deref().unwrap(), row.selected_thumbprint.clone().unwrap(), row.status)
        })
        .collect();
    let expected = [
        ("EX01", thumbprint(NEW), CertificateStatus::Valid),
        ("EX02", thumbprint(OLD), CertificateStatus::ExpiresSoon),
    ];
    assert_eq!(reported, expected);
    assert!(overview.certificates.iter().all(|row| row.comparison == SentRelation::Same));
    let note = &overview.certificates[1].note;
    assert!(note.contains(&format!("EX01 {}", thumbprint(NEW))), "{note}");
}

#[test]
fn certificates_that_do_not_tell_their_server_are_not_taken_for_those_of_several() {
    let given = |server| Given {
        connectors: Some(vec![connector(&["EX01", "EX02"])]),
        installed: Some(vec![new()]),
        server,
        ..Given::default()
    };
    for row in given(None).overview().certificates {
        assert_eq!((row.status, row.selected_thumbprint), (CertificateStatus::Unknown, None));
        assert!(row.reason.contains("is known to be this server's"), "{}", row.reason);
    }
    let reported = given(Some("EX02")).overview().certificates;
    assert_eq!(reported[0].selected_thumbprint, None);
    assert_eq!(reported[1].selected_thumbprint, Some(thumbprint(NEW)));
}

#[test]
fn what_is_missing_is_said_and_the_rest_is_reported() {
    let sessions = || vec![session(Some("EX01"), Some(NEW), "2026-11-19T08:00:00Z")];
    let connectors = || Some(vec![connector(&["EX01"])]);
    let (note, reason) = (true, false);
    for (given, place, expected, exit_code) in [
        (
            Given { connectors: connectors(), installed: Some(vec![new()]), ..Given::default() },
            note,
            "No sessions were given",
            0,
        ),
        (
            Given { connectors: connectors(), sessions: sessions(), ..Given::default() },
            reason,
            "The installed certificates were not given",
            30,
        ),
        (
            Given { installed: Some(vec![new()]), sessions: sessions(), ..Given::default() },
            reason,
            "The send connectors were not given",
            0,
        ),
        (
            Given {
                connectors: Some(vec![json!({ "Name": "Other", "AddressSpaces": ["SMTP:*;1"],
                    "SourceTransportServers": ["EX01"], "TlsCertificateName": null })]),
                installed: Some(vec![new()]),
                sessions: sessions(),
                ..Given::default()
            },
            reason,
            "No exported send connector has this name",
            0,
        ),
        (
            Given { installed: Some(vec![new()]), ..Given::default() },
            reason,
            "The send connectors were not given",
            30,
        ),
        (
            Given {
                connectors: connectors(),
                installed: Some(vec![new()]),
                sessions: vec![session(Some("EX01"), None, "2026-11-19T08:00:00Z")],
                ..Given::default()
            },
            note,
            "Its one session in the logs shows no certificate",
            0,
        ),
    ] {
        let overview = given.overview();
        let row = overview.certificates.last().unwrap();
        let text = if place == note { &row.note } else { &row.reason };
        assert!(text.contains(expected), "{expected}: {row:#?}");
        assert_eq!(overview.exit_code, exit_code, "{expected}");
    }
    let nothing = Given::default().overview();
    assert_eq!((nothing.certificates.len(), nothing.exit_code), (0, 30));
}

#[test]
fn a_name_that_nothing_has_is_not_found_and_what_takes_no_part_is_reported() {
    let mut without_key = new();
    without_key["HasPrivateKey"] = json!(false);
    let given = || Given {
        connectors: Some(vec![connector(&["EX01"])]),
        installed: Some(vec![without_key.clone()]),
        ..Given::default()
    };
    let row = given().only_row();
    assert_eq!(row.status, CertificateStatus::NotFound);
    assert!(row.reason.contains("<S>CN=mail.contoso.com"), "{}", row.reason);
    assert!(row.note.contains("(no private key)"), "{}", row.note);
    assert_eq!(given().overview().exit_code, 10);
}

#[test]
fn a_certificate_that_is_not_enabled_for_smtp_is_told_unless_sessions_show_that_it_works() {
    let mut unbound = new();
    unbound["Services"] = json!("IIS");
    let mut failed = session(Some("EX01"), Some(NEW), "2026-11-19T08:00:00Z");
    failed.outcome = crate::session::Outcome::TlsFailed;
    let delivered = session(Some("EX01"), Some(NEW), "2026-11-19T09:00:00Z");
    for (sessions, status) in [
        (vec![], CertificateStatus::NotEnabled),
        (vec![failed.clone()], CertificateStatus::NotEnabled),
        (vec![failed, delivered], CertificateStatus::Valid),
    ] {
        let row = Given {
            connectors: Some(vec![connector(&["EX01"])]),
            installed: Some(vec![unbound.clone()]),
            sessions,
            ..Given::default()
        }
        .only_row();
        assert_eq!(row.status, status, "{row:#?}");
        assert_eq!(row.note.contains("(Services IIS)"), status == CertificateStatus::NotEnabled);
    }
}

#[test]
fn a_connector_that_names_nothing_and_goes_elsewhere_needs_no_certificate() {
    let internet = json!({ "Name": "Internet", "AddressSpaces": ["SMTP:*;1"], "Fqdn": "ex01.contoso.com",
        "SourceTransportServers": ["EX01"], "TlsCertificateName": null });
    let mut disabled = connector(&["EX01"]);
    disabled["Enabled"] = json!(false);
    let mut to_eop = connector(&["EX01"]);
    to_eop["TlsCertificateName"] = json!(null);
    to_eop["Fqdn"] = json!("ex01.contoso.com");
    for (connector, status) in [
        (internet, CertificateStatus::NotNeeded),
        (disabled, CertificateStatus::NotNeeded),
        (to_eop, CertificateStatus::NotFound),
    ] {
        let given = Given {
            connectors: Some(vec![connector]),
            installed: Some(vec![new()]),
            ..Given::default()
        };
        let row = given.only_row();
        assert_eq!(row.status, status, "{row:#?}");
    }
}

#[test]
fn the_full_name_of_the_server_chooses_where_the_connector_names_nothing() {
    let mut implicit = connector(&["EX01"]);
    implicit["TlsCertificateName"] = json!(null);
    let own =
        certificate('E', "ex01.corp.contoso.com", "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z");
    let given = |server| Given {
        connectors: Some(vec![implicit.clone()]),
        installed: Some(vec![own.clone(), new()]),
        server,
        ..Given::default()
    };
    let row = given(Some("ex01.corp.contoso.com")).only_row();
    assert_eq!(row.selected_by, Some(SelectedBy::ServerFqdn));
    assert_eq!(row.selected_thumbprint, Some(thumbprint('E')));
    let row = given(None).only_row();
    assert_eq!((row.status, row.selected_by), (CertificateStatus::Unknown, None));
    assert!(row.reason.contains("full name of the server"), "{}", row.reason);
}

#[test]
fn where_sources_disagree_both_are_named_and_the_log_settles_it() {
    let long = certificate(OLD, "mail.contoso.com", "2025-12-01T00:00:00Z", "2028-12-01T00:00:00Z");
    let given = |sessions| Given {
        connectors: Some(vec![connector(&["EX01"])]),
        installed: Some(vec![long.clone(), new()]),
        sessions,
        ..Given::default()
    };
    let row = given(Vec::new()).only_row();
    assert_eq!(row.selected_thumbprint, Some(thumbprint(OLD)));
    assert!(row.reason.contains(&thumbprint(NEW)) && row.reason.contains("settles"), "{row:#?}");
    let row = given(vec![session(Some("EX01"), Some(NEW), "2026-11-19T08:00:00Z")]).only_row();
    assert_eq!(
        (row.selected_thumbprint, row.comparison),
        (Some(thumbprint(NEW)), SentRelation::Same)
    );
}

#[test]
fn the_server_of_a_certificate_is_told_by_property_identity_or_remoting_in_this_order() {
    for (more, expected) in [
        (json!({ "Server": "EX03", "PSComputerName": "EX01" }), Some("EX03")),
        (
            json!({ "Identity": format!("ex02.contoso.com\\{}", thumbprint(NEW)),
                "PSComputerName": "EX01" }),
            Some("ex02.contoso.com"),
        ),
        (json!({ "Identity": "something else", "PSComputerName": "EX01" }), Some("EX01")),
        (json!({}), None),
    ] {
        let mut one = new();
        for (name, value) in more.as_object().unwrap() {
            one[name] = value.clone();
        }
        let given =
            |server| Given { installed: Some(vec![one.clone()]), server, ..Given::default() };
        assert_eq!(given(None).only_row().server.as_deref(), expected);
        // Remoting names the server that was asked, which is no more than a guess.
        let is_guessed = expected.is_none_or(|name| name == "EX01");
        let reported = if is_guessed { Some("EX04") } else { expected };
        assert_eq!(given(Some("EX04")).only_row().server.as_deref(), reported);
    }
}

#[test]
fn an_input_that_cannot_be_read_is_a_problem_and_the_rows_still_come() {
    let given = Given { connectors: Some(vec![connector(&["EX01"])]), ..Given::default() };
    let mut evidence = given.evidence();
    evidence.unreadable.push(("send.xml".to_owned(), "no such file".to_owned()));
    let overview = certificate_overview(&evidence);
    assert_eq!((overview.certificates.len(), overview.exit_code), (1, 40));
    assert_eq!(overview.problems[0].path, "send.xml");
}

#[test]
fn server_names_are_the_same_in_full_and_by_their_first_label() {
    for (one, other, expected) in [
        ("EX01", "ex01", true),
        ("EX01", "ex01.corp.contoso.com", true),
        ("ex01.corp.contoso.com", "EX01.CORP.contoso.com", true),
        ("ex01.corp.contoso.com", "ex01.fabrikam.com", false),
        ("EX01", "EX011", false),
    ] {
        assert_eq!(is_same_server(one, other), expected, "{one} {other}");
    }
}
