use std::fmt::Write;

use super::super::{EvidenceError, ProblemKind};
use super::fixtures::{INBOUND_CLIXML, INBOUND_CSV, INBOUND_JSON};
use super::*;

fn has(objects: &ExchangeObjects, is_kind: fn(&ProblemKind) -> bool) -> bool {
    objects.problems.iter().any(|problem| is_kind(&problem.kind))
}

#[test]
fn entities_are_never_expanded() {
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE Objs [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
        <Objs><Obj><Props><S N="TlsSenderCertificateName">&b;contoso.com</S></Props></Obj></Objs>"#;
    let objects = read(bomb);
    let connector = &objects.inbound_connectors[0].object;
    assert_eq!(connector.tls_sender_certificate_name.as_deref(), Some("contoso.com"));
    assert!(has(&objects, |kind| matches!(kind, ProblemKind::Declaration { .. })));
}

#[test]
fn depth_is_bounded_openly_and_by_references() {
    let open = format!("<Objs>{}", "<Obj><Props>".repeat(100_000));
    let objects = read(&open);
    assert!(has(&objects, |kind| matches!(kind, ProblemKind::TooDeep { .. })));
    // Each object refers to the one before: no depth in the text, a chain in memory.
    let mut chain = String::from("<Objs><Obj RefId=\"0\"><Props><S N=\"a\">b</S></Props></Obj>");
    for id in 1..20_000 {
        let before = id - 1;
        let object = "<Props><Ref N=\"Name\" RefId=";
        write!(chain, "<Obj RefId=\"{id}\">{object}\"{before}\"/></Props></Obj>").unwrap();
    }
    let objects = read(&(chain + "</Objs>"));
    assert!(has(&objects, |kind| matches!(kind, ProblemKind::TooDeep { .. })));
    assert!(has(&objects, |kind| matches!(kind, ProblemKind::More { .. })));
}

#[test]
fn references_that_fan_out_cost_no_more_than_their_text() {
    let mut text = String::from("<Objs><Obj RefId=\"0\"><Props><Nil N=\"Name\"/></Props></Obj>");
    for id in 1..40 {
        let before = id - 1;
        write!(text, "<Obj RefId=\"{id}\"><Props><S N=\"AddressSpaces\">x</S>").unwrap();
        for name in ["Value", "Domain", "Address", "Name", "CertificateIssuer"] {
            write!(text, "<Ref N=\"{name}\" RefId=\"{before}\"/>").unwrap();
        }
        text += "</Props></Obj>";
    }
    assert_eq!(read(&(text + "</Objs>")).send_connectors.len(), 39);
}

#[test]
fn a_reference_to_nothing_or_to_itself_is_null() {
    let text = "<Objs><Obj RefId=\"1\"><Props><Ref N=\"Fqdn\" RefId=\"1\"/><Ref N=\"TlsDomain\" RefId=\"7\"/><S N=\"AddressSpaces\">*</S></Props></Obj></Objs>";
    let objects = read(text);
    assert_eq!(objects.send_connectors[0].object.fqdn, None);
    assert_eq!(objects.problems.len(), 2);
}

#[test]
fn secure_strings_are_not_read() {
    let text = "<Objs><Obj><Props><SS N=\"Fqdn\">01000000d08c9ddf</SS><S N=\"AddressSpaces\">*</S></Props></Obj></Objs>";
    assert_eq!(read(text).send_connectors[0].object.fqdn, None);
}

#[test]
fn a_file_cut_anywhere_gives_its_whole_objects_and_says_so() {
    for (text, first_ends) in [
        (INBOUND_CLIXML, INBOUND_CLIXML.find("\n  <Obj RefId=\"5\">").unwrap()),
        (INBOUND_JSON, INBOUND_JSON.find(",\n  {\"Name\": \"Branch").unwrap()),
    ] {
        for end in 1..text.trim_end().len() {
            let Ok(objects) = ExchangeObjects::from_bytes("cut", &text.as_bytes()[..end]) else {
                assert!(end < 3, "{}", &text[..end]);
                continue;
            };
            assert!(!objects.problems.is_empty(), "{}", &text[..end]);
            assert!(objects.is_incomplete, "{}", &text[..end]);
            assert_eq!(objects.inbound_connectors.is_empty(), end < first_ends, "{}", &text[..end]);
        }
    }
    let cut = read(&INBOUND_CSV[..INBOUND_CSV.len() - 80]);
    assert_eq!(cut.inbound_connectors.len(), 1);
    assert!(matches!(cut.problems[0].kind, ProblemKind::CsvFieldCount { .. }));
    assert!(cut.to_accepted_domains().is_incomplete);
}

#[test]
fn damage_is_reported_where_it_is_and_what_stood_before_is_kept() {
    let damaged =
        INBOUND_CLIXML.replace("<S N=\"ConnectorSource\">AdminUI</S>", "<S N=\"x\">AdminUI</T>");
    let objects = read(&damaged);
    assert_eq!(objects.inbound_connectors.len(), 1);
    let line = damaged[..damaged.find("AdminUI").unwrap()].lines().count() as u64;
    let xml = objects.problems.iter().find(|p| matches!(p.kind, ProblemKind::Xml { .. })).unwrap();
    assert_eq!(xml.line, line);
    let damaged = INBOUND_JSON.replace("\"Branch office\",", "\"Branch office\"");
    let objects = read(&damaged);
    assert_eq!(objects.inbound_connectors.len(), 1);
    assert!(matches!(objects.problems[0].kind, ProblemKind::Json { .. }));
}

#[test]
fn what_is_no_export_is_refused_with_what_to_do() {
    let refuse = |text: &str| ExchangeObjects::from_bytes("x.txt", text.as_bytes()).unwrap_err();
    assert!(matches!(refuse(" \r\n"), EvidenceError::Empty { .. }));
    let error = refuse("just a note, nothing more");
    assert!(error.to_string().contains("export with Export-Clixml"), "{error}");
    let missing = ExchangeObjects::from_file(std::path::Path::new("/nonexistent/inbound.xml"));
    assert!(matches!(missing, Err(EvidenceError::Unreadable { .. })));
}

#[test]
fn deep_json_stops_at_its_element() {
    let deep = format!(
        "[{{\"AddressSpaces\": {}1{}}}, {{\"AddressSpaces\": \"*\"}}]",
        "[".repeat(5000),
        "]".repeat(5000)
    );
    let objects = read(&deep);
    assert_eq!(objects.send_connectors.len(), 1);
    assert!(has(&objects, |kind| matches!(kind, ProblemKind::TooDeep { .. })));
}
