//! Exports, logs and events as they come in, and what is wrong with them.

use std::path::Path;
use std::sync::atomic::Ordering;

use super::evidence;
use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::evidence::chain_log::ChainLog;
use crate::evidence::chain_event::{ChainEvent, ChainEventQuery, ChainEventReader, ChainFault};
use crate::evidence::{EvidenceKind, EvidenceReader, ExchangeObjects};
use crate::log::{Notice, NoticeCode};
use crate::timestamp::Timestamp;

#[test]
fn work_goes_on_until_somebody_cancels_it() {
    let evidence = evidence();
    assert!(evidence.goes_on());
    evidence.cancellation.store(true, Ordering::Relaxed);
    assert!(!evidence.goes_on());
}

#[test]
fn of_the_rows_of_logs_that_could_not_be_read_the_first_is_kept() {
    let notice = |code, line, message: &str| Notice {
        line,
        message: message.to_owned(),
        ..Notice::new(code, Path::new("SEND.LOG"))
    };
    for (notices, expected) in [
        (vec![notice(NoticeCode::Unreadable, None, "no rights")], None),
        (vec![notice(NoticeCode::DamagedRecords, None, "cut")], Some(("cut", 0))),
        (vec![notice(NoticeCode::Unreadable, Some(4), "no rights")], Some(("no rights", 4))),
        (
            vec![
                notice(NoticeCode::Unreadable, None, "no rights"),
                notice(NoticeCode::DamagedRecords, Some(3), "cut"),
                notice(NoticeCode::DamagedRecords, Some(9), "again"),
            ],
            Some(("cut", 3)),
        ),
    ] {
        let mut evidence = evidence();
        for notice in &notices {
            evidence.note_damaged_log(notice);
        }
        let found = evidence.damaged_log.as_ref();
        let found = found.map(|(_, line, message)| (message.as_str(), *line));
        assert_eq!(found, expected);
    }
}

#[test]
fn an_export_of_other_objects_names_those_that_it_has_and_where_they_belong() {
    let connectors = br#"[{"Name": "In", "ConnectorType": "OnPremises", "Enabled": true,
        "TlsSenderCertificateName": null, "SenderIPAddresses": []}]"#;
    let export = ExchangeObjects::from_bytes("inbound.json", connectors).unwrap();
    let mut evidence = evidence();
    evidence.add_send_connectors(&export);
    let [(path, message)] = evidence.unreadable.as_slice() else { panic!() };
    assert_eq!(path, "inbound.json");
    assert!(message.contains(": 1 inbound connector, to be given as such"), "{message}");
    assert!(!message.contains("; "), "{message}");
}

type Add = fn(&mut Evidence, &ExchangeObjects);

/// What of an export was not read as it stands is reported with its line.
#[test]
fn what_is_wrong_with_an_export_is_kept_whatever_the_objects_are() {
    let adders: [(&str, Add); 2] = [
        (
            r#"[{"Name": "a.com", "DomainName": "a.com", "DomainType": "Authoritative"}, {"Name": "#,
            Evidence::add_accepted_domains,
        ),
        (
            r#"[{"Name": "In", "ConnectorType": "OnPremises", "Enabled": true, "SenderIPAddresses": [],
                "TlsSenderCertificateName": null}, {"Name": "#,
            Evidence::add_inbound_connectors,
        ),
    ];
    for (text, add) in adders {
        let export = ExchangeObjects::from_bytes("cut.json", text.as_bytes()).unwrap();
        assert!(!export.problems.is_empty());
        let mut evidence = evidence();
        add(&mut evidence, &export);
        assert_eq!(evidence.damaged.len(), export.problems.len(), "{text}");
    }
}

fn event_text(id: u32, result: &str, time: &str, process: &str) -> String {
    let body =
        if id == 11 { "CertGetCertificateChain" } else { "CertVerifyCertificateChainPolicy" };
    format!(
        "<Event><System><EventID>{id}</EventID><TimeCreated SystemTime='{time}'/>\
         <Computer>EX01.contoso.com</Computer></System><UserData><{body}>\
         <Policy type='CERT_CHAIN_POLICY_SSL' constant='4'/>\
         <Certificate fileRef='{digest}.cer' subjectName='mail.contoso.com'/>\
         <Status chainIndex='0' elementIndex='0'/><EventAuxInfo ProcessName='{process}'/>\
         <CorrelationAuxInfo TaskId='{{{time}{process}}}' SeqNumber='1'/><Result value='{result}'/>\
         </{body}></UserData></Event>",
        digest = "4F".repeat(20),
    )
}

fn events(texts: &[String]) -> Vec<ChainEvent> {
    let contents: Vec<(String, Vec<u8>)> = texts
        .iter()
        .enumerate()
        .map(|(number, text)| (format!("{number}.xml"), text.clone().into_bytes()))
        .collect();
    let mut reader = ChainEventReader::new(ChainEventQuery { contents, ..Default::default() });
    let mut events = Vec::new();
    while let Some(batch) = reader.next_batch(100, u64::MAX) {
        events.extend(batch.records);
    }
    events
}

#[test]
fn of_each_fault_the_newest_event_is_kept_in_whatever_order_they_come() {
    let revoked = "80092010";
    let times = ["2026-11-16T01:00:00Z", "2026-11-16T03:00:00Z", "2026-11-16T02:00:00Z"];
    let texts = times.map(|time| event_text(30, revoked, time, "lsass.exe"));
    let found = events(&texts);
    assert_eq!(found.len(), 3, "{found:#?}");
    let thumbprint = "4F".repeat(20).parse().unwrap();
    for order in [[0, 1, 2], [1, 0, 2], [2, 1, 0]] {
        let mut log = ChainLog::default();
        for place in order {
            log.add(&found[place]);
        }
        let fault = log.fault(thumbprint, ChainFault::Revoked, ["EX01"]).unwrap();
        assert_eq!(fault.time, Timestamp::parse(times[1]), "{order:?}");
        assert_eq!(log.first_time, Timestamp::parse(times[0]));
        assert!(log.fault(thumbprint, ChainFault::Revoked, ["EX02"]).is_none());
    }
    // A later validation without the fault ends it.
    let good = events(&[event_text(30, "0", "2026-11-16T04:00:00Z", "lsass.exe")]);
    let mut log = ChainLog::default();
    for event in good.iter().chain(&found) {
        log.add(event);
    }
    assert!(log.fault(thumbprint, ChainFault::Revoked, []).is_none());
}

#[test]
fn failures_that_other_programs_met_are_counted_and_no_fault() {
    let mut log = ChainLog::default();
    let times = ["2026-11-16T01:00:00Z", "2026-11-16T03:00:00Z", "2026-11-16T02:00:00Z"];
    let failed = times.map(|time| event_text(30, "80092010", time, "browser.exe"));
    let good = event_text(30, "0", "2026-11-16T04:00:00Z", "browser.exe");
    for event in events(&failed).iter().chain(&events(&[good])) {
        log.add(event);
    }
    let thumbprint = "4F".repeat(20).parse().unwrap();
    assert_eq!(log.of_other_processes(thumbprint), Some((3, "browser.exe")));
    assert!(log.fault(thumbprint, ChainFault::Revoked, []).is_none());
}

#[test]
fn events_that_are_handed_over_are_noted_but_for_those_of_an_empty_log() {
    let mut evidence = evidence();
    let text = event_text(30, "0", "2026-11-16T01:00:00Z", "lsass.exe").into_bytes();
    let contents = vec![("full.xml".to_owned(), text), ("empty.xml".to_owned(), Vec::new())];
    evidence.read_chain_events(ChainEventQuery { contents, ..Default::default() });
    let inputs = evidence.inputs.report();
    let [one] = inputs.as_slice() else { panic!("{inputs:?}") };
    assert_eq!((one.path.as_str(), one.kind), ("full.xml", EvidenceKind::ChainEvents));
}

#[cfg(not(windows))]
#[test]
fn elsewhere_than_on_windows_there_are_no_stores_of_a_machine() {
    let mut evidence = evidence();
    let found = evidence.add_this_machine();
    assert!(matches!(found, Err(crate::windows::MachineError::NotWindows)), "{found:?}");
    assert!(evidence.machine.is_none());
}
