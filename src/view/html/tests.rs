use quick_xml::Reader;
use quick_xml::events::Event;

use super::html;
use crate::diagnosis::{
    Change, ChangeSource, Confidence, Evidence, EvidenceLine, Finding, FindingId, Identity, Remedy,
    Report, Scope, Severity, Status, TimelineBucket, diagnose,
};
use crate::finding::Side;
use crate::timestamp::Timestamp;
use crate::view::chain_outline::ChainOutline;

/// What would become markup, close an attribute, run, load, or turn the text round.
const HOSTILE: &str = "</style></script><script>alert(1)</script>\"' onload=x <img src=//evil.example/x> &amp; \u{202E}\u{7}";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// A report of which every text is hostile.
fn hostile_report() -> (Report, ChainOutline) {
    let text = || HOSTILE.to_owned();
    let mut report = diagnose(&Evidence::new(at("2026-11-16T12:00:00Z")));
    let scope = |server: &str| Scope {
        server: Some(format!("{server}{HOSTILE}")),
        connector: text(),
        identity: Identity { certificate: Some(text()), public_address: Some(text()) },
        refused: 2,
        total: 5,
        is_refused: true,
        errors: 0,
        last_error: None,
        since: Some(at("2026-11-16T02:14:00Z")),
        last: None,
        last_delivery: Some(at("2026-11-15T22:00:00Z")),
        cause: Some(FindingId::NameMismatch),
        timeline: vec![TimelineBucket {
            delivered: 3,
            refused: 2,
            tls_failed: 1,
            connect_failed: 1,
            other: 1,
            ..TimelineBucket::between(at("2026-11-16T02:00:00Z"), at("2026-11-16T03:00:00Z"))
        }],
    };
    let finding = |status: Status| Finding {
        id: FindingId::NameMismatch,
        severity: Severity::Error,
        status,
        message: text(),
        evidence: vec![EvidenceLine { path: text(), line: 3, text: text() }],
        remedy: vec![Remedy {
            action: text(),
            command: Some(text()),
            side: Side::OnPremisesServer,
            r#where: text(),
            verify: Some(text()),
            undo: Some(text()),
            place: None,
        }],
        reference: text().into(),
        confidence: Confidence::Observed,
        sessions: 1,
        first_session: None,
        last_session: None,
        servers: vec![text()],
        recipient_domains: vec![text()],
    };
    report.scopes = vec![scope("EX01"), scope("EX02")];
    report.summary = text();
    report.headline = text();
    report.product_version = text();
    report.findings =
        [Status::Cause, Status::Present, Status::Possible, Status::Past].map(finding).into();
    report.changes = vec![Change {
        time: at("2026-11-16T02:10:00Z"),
        source: ChangeSource::Wizard,
        text: text(),
        path: text(),
        line: 1,
    }];
    let link = serde_json::json!({
        "Subject": HOSTILE, "Thumbprint": HOSTILE, "NotBefore": null, "NotAfter": null,
        "DnsNames": [HOSTILE], "PublicKey": HOSTILE, "Origin": HOSTILE,
    });
    let chain = serde_json::json!({
        "Summary": HOSTILE, "Certificates": [link, link],
        "Findings": [{ "Severity": "Error", "Certificate": 1, "Message": HOSTILE },
                     { "Severity": "Error", "Certificate": null, "Message": HOSTILE }],
        "MissingIssuers": [{ "Subject": format!("of {HOSTILE}") }],
    });
    (report, serde_json::from_value(chain).unwrap())
}

/// The names of elements and of attributes, and the texts.
fn read(page: &str) -> (Vec<String>, Vec<String>, String) {
    let mut reader = Reader::from_str(page);
    reader.config_mut().check_end_names = false;
    let (mut elements, mut attributes, mut texts) = (Vec::new(), Vec::new(), String::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) => {
                elements.push(tag.name().as_ref().to_owned());
                for attribute in tag.html_attributes() {
                    let attribute = attribute.unwrap();
                    attributes.push(attribute.key.as_ref().to_owned());
                }
            }
            Event::Text(text) => texts.push_str(&text),
            _ => {}
        }
    }
    elements.sort();
    elements.dedup();
    attributes.sort();
    attributes.dedup();
    (elements, attributes, texts)
}

#[test]
fn a_hostile_name_in_any_field_is_text() {
    let (report, chain) = hostile_report();
    let (elements, attributes, _) = read(&html(&report, Some(&chain)));
    for element in ["script", "img", "iframe", "link", "a", "form", "object"] {
        assert!(!elements.iter().any(|one| one == element), "{element}");
    }
    let known = [
        "aria-hidden",
        "aria-label",
        "aria-labelledby",
        "charset",
        "class",
        "content",
        "d",
        "datetime",
        "focusable",
        "height",
        "http-equiv",
        "id",
        "lang",
        "name",
        "patternUnits",
        "role",
        "scope",
        "tabindex",
        "text-anchor",
        "viewBox",
        "width",
        "x",
        "x1",
        "x2",
        "y",
        "y1",
        "y2",
    ];
    let unknown: Vec<_> = attributes.iter().filter(|one| !known.contains(&one.as_str())).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    let page = html(&report, Some(&chain));
    assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
    assert!(page.contains("&lt;script&gt;"));
    assert!(!page.contains('\u{202E}') && !page.contains('\u{7}'));
    // The style is the one that closes itself.
    assert_eq!(page.matches("</style>").count(), 1);
}

#[test]
fn the_page_loads_nothing_and_needs_no_new_browser() {
    let (report, chain) = hostile_report();
    let page = html(&report, Some(&chain));
    for word in ["@import", "var(--", "display: grid", "url(http", "src=\"", "href=\""] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn every_part_of_the_report_is_on_the_page() {
    let (mut report, chain) = hostile_report();
    report.headline = "Mail is refused.".to_owned();
    report.scopes.truncate(1);
    let (_, _, texts) = read(&html(&report, Some(&chain)));
    for part in [
        "REFUSED",
        "Mail is refused.",
        "Server",
        "Public address",
        "2 of 5 sessions",
        "2026-11-16 02:14",
        "The course of the sessions",
        "Proof",
        "What to do",
        "It worked if",
        "To undo",
        "Recipients' domains concerned",
        "Chain of the certificate",
        "missing: ",
        "What else was found",
        "What evidence is missing",
        "past",
        "the time of this judgement",
    ] {
        let verdict = part == "REFUSED";
        assert!(texts.contains(if verdict { "UNCERTAIN" } else { part }), "{part}: {texts}");
    }
}
