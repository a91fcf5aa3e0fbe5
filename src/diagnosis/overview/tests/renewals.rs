//! Certificates that take over.

use super::*;

/// A renewal of the certificate in use by another authority.
fn renewed() -> Value {
    let mut renewed = new();
    renewed["Issuer"] = json!("CN=Northwind CA 9, O=Northwind, C=SE");
    renewed["Thumbprint"] = json!("0123456789ABCDEF0123456789ABCDEF01234567");
    renewed["NotAfter"] = json!("2031-01-01T00:00:00Z");
    renewed
}

fn rows_of(installed: Vec<Value>, servers: &[&str], sessions: Vec<Session>) -> CertificateOverview {
    let connectors = Some(vec![connector(servers)]);
    Given { connectors, installed: Some(installed), sessions, ..Given::default() }.overview()
}

#[test]
fn a_renewal_by_another_issuer_that_is_not_chosen_is_named() {
    for installed in [vec![old(), renewed()], vec![renewed()]] {
        let row = rows_of(installed, &["EX01"], Vec::new()).certificates.remove(0);
        let successor = row.successor.as_ref().unwrap();
        assert_eq!(
            successor.certificate.thumbprint.as_deref(),
            Some("0123456789ABCDEF0123456789ABCDEF01234567")
        );
        assert_eq!(successor.differences, [CertificateDifference::Issuer]);
        let affected: Vec<_> =
            successor.affected.iter().map(|one| (one.kind, one.name.as_str())).collect();
        assert_eq!(affected, [(AffectedKind::SendConnector, "Outbound to Office 365")]);
        assert!(row.note.contains("issuer CN=Northwind CA 9"), "{}", row.note);
        assert!(!row.note.contains("needs no change"), "{}", row.note);
        assert!(
            row.renewal
                .as_ref()
                .unwrap()
                .contains("ready on EX01; the connector still names the old issuer"),
            "{row:#?}"
        );
    }
    let only = rows_of(vec![new()], &["EX01"], Vec::new()).certificates.remove(0);
    assert_eq!((only.successor, only.renewal), (None, None));
}

#[test]
fn a_renewal_with_the_same_issuer_and_subject_affects_nothing() {
    let sent = vec![session(Some("EX01"), Some(OLD), "2026-11-09T08:00:00Z")];
    let row = rows_of(vec![old(), new()], &["EX01"], sent).certificates.remove(0);
    let successor = row.successor.unwrap();
    assert_eq!(successor.certificate.thumbprint, Some(thumbprint(NEW)));
    assert_eq!((successor.differences, successor.affected), (vec![], vec![]));
    assert!(row.note.contains("No given connector has to be changed for it."), "{}", row.note);
}

#[test]
fn an_older_certificate_is_never_the_renewal_and_neither_is_one_that_cannot_be_used() {
    let with = |name: &str, value: Value| {
        let mut one = renewed();
        one[name] = value;
        one
    };
    for other in [
        with("NotAfter", json!("2026-11-30T00:00:00Z")),
        with("HasPrivateKey", json!(false)),
        with("Status", json!("Revoked")),
        with("RootCAType", json!("Enterprise")),
        with("Status", json!("PendingRequest")),
        with("Subject", json!("CN=other.contoso.com"))
            .as_object()
            .map(|one| {
                let mut one = one.clone();
                one["CertificateDomains"] = json!(["other.contoso.com"]);
                Value::Object(one)
            })
            .unwrap(),
    ] {
        let row = rows_of(vec![old(), other.clone()], &["EX01"], Vec::new()).certificates.remove(0);
        assert_eq!(row.successor, None, "{other}");
    }
}

#[test]
fn how_far_a_renewal_is_names_the_servers_that_are_ready_and_those_that_are_not() {
    let unbound = |server: &str| {
        let mut one = on(server, renewed());
        one["Services"] = json!("None");
        one
    };
    let keyless = |server: &str| {
        let mut one = on(server, renewed());
        one["HasPrivateKey"] = json!(false);
        one
    };
    let on_both = |last: Vec<Value>| {
        [vec![on("EX01", old()), on("EX02", old()), on("EX01", renewed())], last].concat()
    };
    for (last, expected) in [
        (vec![], "ready on EX01; missing on EX02; the connector still names the old issuer."),
        (
            vec![unbound("EX02")],
            "ready on EX01; installed and not enabled for SMTP on EX02; the connector still names \
             the old issuer.",
        ),
        (
            vec![keyless("EX02")],
            "ready on EX01; installed without its private key on EX02; the connector still names \
             the old issuer.",
        ),
        (
            vec![on("EX02", renewed())],
            "ready on EX01, EX02; the connector still names the old issuer.",
        ),
    ] {
        let overview = rows_of(on_both(last), &["EX01", "EX02"], Vec::new());
        for row in overview.certificates {
            let text = row.renewal.unwrap();
            assert!(text.ends_with(expected), "{text}");
            assert!(row.note.starts_with("It expires on 2026-12-01"), "{}", row.note);
            assert!(!row.note.contains("needs no change"), "{}", row.note);
        }
    }
}

#[test]
fn after_the_switch_the_places_that_still_sent_the_old_one_are_named() {
    let installed = ["EX01", "EX02"].map(|server| vec![on(server, old()), on(server, new())]);
    let sessions = vec![
        session(Some("EX01"), Some(NEW), "2026-11-19T08:00:00Z"),
        session(Some("EX02"), Some(OLD), "2026-11-19T09:00:00Z"),
    ];
    let overview = rows_of(installed.concat(), &["EX01", "EX02"], sessions);
    let text = overview.certificates[0].renewal.clone().unwrap();
    assert!(
        text.ends_with(
            "ready on EX01, EX02; the old one was still sent by EX02 (last session 2026-11-19)."
        ),
        "{text}"
    );
    let sent =
        ["EX01", "EX02"].map(|server| session(Some(server), Some(NEW), "2026-11-19T08:00:00Z"));
    let installed = ["EX01", "EX02"].map(|server| vec![on(server, old()), on(server, new())]);
    let done = rows_of(installed.concat(), &["EX01", "EX02"], sent.to_vec());
    assert_eq!(done.certificates[0].renewal, None);
}
