//! What a row says of its certificate and of its connector.

use super::*;

fn with(mut one: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        one[name] = value.clone();
    }
    one
}

fn row_of(installed: Vec<Value>, connector: Value) -> ConnectorCertificate {
    let given =
        Given { connectors: Some(vec![connector]), installed: Some(installed), ..Given::default() };
    given.only_row()
}

#[test]
fn the_note_says_what_is_wrong_with_the_certificate_or_will_be() {
    let cloud = || connector(&["EX01"]);
    let other_issuer = json!({
        "Issuer": "CN=Northwind CA 9", "Thumbprint": thumbprint('C'), "NotAfter": "2031-01-01T00:00:00Z",
    });
    let successor = with(new(), &other_issuer);
    let without_smtp = with(successor.clone(), &json!({ "Services": "IIS" }));
    let early = json!({ "NotBefore": "2026-11-25T00:00:00Z" });
    let expired = json!({ "NotAfter": "2026-11-10T00:00:00Z" });
    let unlimited = json!({ "NotAfter": null });
    let revoked = json!({ "Status": "Revoked" });
    for (installed, connector, status, words, others) in [
        (vec![new()], cloud(), CertificateStatus::Valid, "", "It "),
        (
            vec![with(new(), &early)],
            cloud(),
            CertificateStatus::NotYetValid,
            "It is valid from 2026-11-25",
            "It expire",
        ),
        (
            vec![with(old(), &expired)],
            cloud(),
            CertificateStatus::Expired,
            "It expired on 2026-11-10",
            "It expires",
        ),
        (
            vec![old()],
            cloud(),
            CertificateStatus::ExpiresSoon,
            "It expires on 2026-12-01, in 10 days: renewed with the same issuer",
            "It expired",
        ),
        (
            vec![old(), successor],
            cloud(),
            CertificateStatus::ExpiresSoon,
            "It expires on 2026-12-01, in 10 days.",
            "It is not enabled for SMTP",
        ),
        (
            vec![old(), without_smtp],
            cloud(),
            CertificateStatus::ExpiresSoon,
            "It is not enabled for SMTP. ",
            "needs no change",
        ),
        (
            vec![with(new(), &unlimited)],
            cloud(),
            CertificateStatus::Unknown,
            "Its validity is not known",
            "It expire",
        ),
        (
            vec![with(new(), &revoked)],
            cloud(),
            CertificateStatus::Revoked,
            "has been revoked by its authority",
            "disabled",
        ),
        (
            vec![new()],
            with(cloud(), &json!({ "Enabled": false })),
            CertificateStatus::NotNeeded,
            "The send connector is disabled.",
            "revoked",
        ),
    ] {
        let row = row_of(installed, connector);
        assert_eq!(row.status, status, "{words}: {row:#?}");
        assert!(row.note.contains(words), "{words}: {}", row.note);
        assert!(!row.note.contains(others), "{others}: {}", row.note);
    }
}

#[test]
fn whose_certificates_are_given_is_said_where_it_is_not_known_of_the_sessions() {
    let installed = || Some(vec![on("EX01", old()), on("EX02", new())]);
    for (server, words) in [
        (None, "Of which server the sessions are is not known"),
        (Some("EX03"), "None of the given installed certificates is known to be this server's"),
    ] {
        let given = Given {
            connectors: Some(vec![connector(&[])]),
            installed: installed(),
            sessions: vec![session(server, Some(OLD), "2026-11-19T08:00:00Z")],
            ..Given::default()
        };
        let rows = given.overview().certificates;
        let row = rows.iter().find(|row| row.server.as_deref() == server).unwrap();
        assert!(row.reason.contains(words), "{}", row.reason);
    }
}

/// By its values, else by its sessions; without either a connector that was given goes elsewhere.
#[test]
fn where_a_connector_goes_is_known_by_its_values_or_its_sessions() {
    let plain = with(connector(&["EX01"]), &json!({ "AddressSpaces": ["SMTP:*;1"] }));
    let to = |is_eop: Option<bool>| {
        let text = serde_json::to_value(session(Some("EX01"), Some(NEW), "2026-11-19T08:00:00Z"));
        let mut text = text.unwrap();
        text["IsEop"] = json!(is_eop);
        serde_json::from_value::<Session>(text).unwrap()
    };
    for (connector, sessions, expected) in [
        (Some(connector(&["EX01"])), vec![], Some(true)),
        (Some(connector(&["EX01"])), vec![to(Some(false))], Some(true)),
        (Some(plain.clone()), vec![], Some(false)),
        (Some(plain.clone()), vec![to(Some(true))], Some(true)),
        (Some(plain.clone()), vec![to(Some(false))], Some(false)),
        (Some(plain), vec![to(None)], Some(false)),
        (None, vec![to(Some(true))], Some(true)),
        (None, vec![to(Some(false))], Some(false)),
        (None, vec![to(None)], None),
    ] {
        let given = Given {
            connectors: connector.map(|one| vec![one]),
            installed: Some(vec![on("EX01", new())]),
            sessions,
            ..Given::default()
        };
        assert_eq!(given.only_row().is_eop, expected);
    }
}

/// A certificate that is sent all the same is not compared with one that is not found.
#[test]
fn what_is_sent_of_a_connector_for_which_nothing_is_found_stays_unknown() {
    let changes = json!({
        "AddressSpaces": ["SMTP:*;1"], "TlsCertificateName": null, "Fqdn": "gone.contoso.com",
    });
    let mut sent = session(Some("EX01"), Some(NEW), "2026-11-19T08:00:00Z");
    sent.is_eop = Some(false);
    let given = |sessions| Given {
        connectors: Some(vec![with(connector(&["EX01"]), &changes)]),
        installed: Some(vec![on("EX01", with(new(), &json!({ "NotAfter": null })))]),
        sessions,
        ..Given::default()
    };
    let row = given(vec![sent]).only_row();
    assert_eq!((row.status, row.comparison), (CertificateStatus::Unknown, SentRelation::Unknown));
    let row = given(Vec::new()).only_row();
    assert_eq!(row.status, CertificateStatus::NotNeeded);
}

/// The full name of another server does not choose.
#[test]
fn a_server_has_only_its_own_full_name() {
    let nameless = with(connector(&["EX01"]), &json!({ "TlsCertificateName": null, "Fqdn": null }));
    for (other, is_known) in [("EX02.contoso.com", false), ("EX01.contoso.com", true)] {
        let sent = session(Some(other), Some(NEW), "2026-11-19T08:00:00Z");
        let given = Given {
            connectors: Some(vec![nameless.clone()]),
            installed: Some(vec![on("EX01", new())]),
            sessions: vec![sent],
            ..Given::default()
        };
        let rows = given.overview().certificates;
        let row = rows.iter().find(|row| row.server.as_deref() == Some("EX01")).unwrap();
        assert_eq!(row.selected_by.is_some(), is_known, "{}", row.reason);
    }
}

#[test]
fn sessions_of_more_certificates_than_are_kept_are_a_problem() {
    let sessions = |count: usize| -> Vec<Session> {
        let of = |number: usize| {
            let text = serde_json::to_value(session(None, Some(NEW), "2026-11-19T08:00:00Z"));
            let mut text = text.unwrap();
            text["SentCertificate"]["Thumbprint"] = json!(format!("{number:040}"));
            serde_json::from_value(text).unwrap()
        };
        (0..count).map(of).collect()
    };
    let problems =
        |count| Given { sessions: sessions(count), ..Given::default() }.overview().problems;
    assert!(problems(64).is_empty());
    let found = problems(66);
    assert!(found[0].message.starts_with("2 sessions were left out"), "{found:?}");
}

#[test]
fn where_a_server_has_no_certificate_of_the_connector_no_renewal_is_under_way() {
    let unrelated =
        certificate('D', "other.contoso.com", "2026-01-01T00:00:00Z", "2027-06-01T00:00:00Z");
    let revoked = with(new(), &json!({ "Status": "Revoked" }));
    // Each server has its own, until the same day.
    let own = with(old(), &json!({ "Thumbprint": thumbprint('E') }));
    for second in [unrelated, revoked, own] {
        let given = Given {
            connectors: Some(vec![connector(&["EX01", "EX02"])]),
            installed: Some(vec![on("EX01", old()), on("EX02", second)]),
            ..Given::default()
        };
        for row in given.overview().certificates {
            assert_eq!(row.renewal, None, "{row:#?}");
        }
    }
}

/// Of this server's connectors those that name the old certificate, and of the tenant's those that may
/// grant relay and would lose it.
#[test]
fn what_a_renewal_affects_is_what_is_used_here_and_fits_the_present_certificate_alone() {
    let present =
        with(old(), &json!({ "CertificateDomains": ["mail.contoso.com", "a.contoso.com"] }));
    let next = with(
        new(),
        &json!({
            "Issuer": "CN=Northwind CA 9", "Thumbprint": thumbprint('C'),
            "CertificateDomains": ["mail.contoso.com", "b.contoso.com"],
        }),
    );
    let inbound = |name: &str, value: &str, changes: &Value| {
        let one = json!({
            "Name": name, "ConnectorType": "OnPremises", "Enabled": true,
            "TlsSenderCertificateName": value, "SenderIPAddresses": [],
        });
        with(one, changes)
    };
    let none = json!({});
    let connectors = [
        inbound("Lost", "a.contoso.com", &none),
        inbound("Both", "mail.contoso.com", &none),
        inbound("Next", "b.contoso.com", &none),
        inbound("Neither", "c.contoso.com", &none),
        inbound("Disabled", "a.contoso.com", &json!({ "Enabled": false })),
        inbound("Partner", "a.contoso.com", &json!({ "ConnectorType": "Partner" })),
    ];
    let elsewhere = with(connector(&["EX02"]), &json!({ "Name": "Of EX02" }));
    let given = Given {
        connectors: Some(vec![connector(&["EX01"]), elsewhere]),
        installed: Some(vec![on("EX01", present), on("EX01", next)]),
        ..Given::default()
    };
    let mut evidence = given.evidence();
    let text = json!(connectors).to_string();
    let objects = ExchangeObjects::from_bytes("inbound", text.as_bytes()).unwrap();
    evidence.add_inbound_connectors(&objects);
    let overview = certificate_overview(&evidence);
    let row = overview.certificates.iter().find(|row| row.server.as_deref() == Some("EX01"));
    let affected = &row.unwrap().successor.as_ref().unwrap().affected;
    let names: Vec<&str> = affected.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Outbound to Office 365", "Lost"]);
}

#[test]
fn the_validity_that_an_export_lacks_is_that_of_the_log() {
    let mut sent =
        serde_json::to_value(session(Some("EX01"), Some(NEW), "2026-11-19T08:00:00Z")).unwrap();
    sent["SentCertificate"]["NotBefore"] = json!("2025-12-01T00:00:00Z");
    sent["SentCertificate"]["NotAfter"] = json!("2026-12-01T00:00:00Z");
    let given = Given {
        connectors: Some(vec![connector(&["EX01"])]),
        installed: Some(vec![on("EX01", with(new(), &json!({ "NotAfter": null })))]),
        sessions: vec![serde_json::from_value(sent).unwrap()],
        ..Given::default()
    };
    let row = given.only_row();
    assert!(!row.note.contains("validity is not known"), "{}", row.note);
    assert!(row.note.contains("It expires on 2026-12-01"), "{}", row.note);
}
