use std::ptr;

use serde_json::Value;

use super::*;
use crate::ffi::misuse::{read_text, with_detail};
use crate::ffi::{EOP_INVALID_ARGUMENT, EOP_NULL_ARGUMENT, EOP_OK, eop_text_free};

const FIXTURE: &str = include_str!("../../../tests/fixtures/chain-events/german.xml");

fn utf16(units: &[u16]) -> Utf16 {
    Utf16 { text: units.as_ptr(), length: units.len() }
}

fn query() -> EvidenceQueryOptions {
    let absent = Utf16 { text: ptr::null(), length: 0 };
    EvidenceQueryOptions {
        struct_size: u32::try_from(size_of::<EvidenceQueryOptions>()).unwrap(),
        kind: EOP_EVIDENCE_CHAIN_EVENTS,
        inputs: ptr::null(),
        input_count: 0,
        input_stride: u32::try_from(size_of::<LogInputRecord>()).unwrap(),
        text: absent,
        thumbprint: absent,
        start: 0,
        end: 0,
        flags: 0,
        reserved: 0,
    }
}

fn open(query: &EvidenceQueryOptions) -> Result<u64, (i32, String)> {
    let mut reader = 0;
    // SAFETY: query and output are local variables.
    let (status, message) =
        with_detail(|error| unsafe { eop_evidence_open(query, &raw mut reader, error) });
    if status == EOP_OK { Ok(reader) } else { Err((status, message)) }
}

/// Every batch of the reader, which is freed.
fn batches(reader: u64) -> Vec<Value> {
    let mut batches = Vec::new();
    loop {
        let mut batch = 0;
        // SAFETY: the output is a local variable.
        let status = unsafe { eop_evidence_next(reader, 1, 4096, &raw mut batch, ptr::null_mut()) };
        if status == EOP_END {
            break;
        }
        assert_eq!(status, EOP_OK);
        batches.push(serde_json::from_str(&read_text(batch)).unwrap());
        // SAFETY: no detail is asked for.
        assert_eq!(unsafe { eop_text_free(batch, ptr::null_mut()) }, EOP_OK);
    }
    // SAFETY: no detail is asked for.
    assert_eq!(unsafe { eop_evidence_free(reader, ptr::null_mut()) }, EOP_OK);
    batches
}

fn all<'b>(batches: &'b [Value], name: &str) -> Vec<&'b Value> {
    batches.iter().flat_map(|batch| batch[name].as_array().unwrap()).collect()
}

#[test]
fn a_text_is_read_into_records() {
    let units: Vec<u16> = FIXTURE.encode_utf16().collect();
    let reader = open(&EvidenceQueryOptions { text: utf16(&units), ..query() }).unwrap();
    let batches = batches(reader);
    let records = all(&batches, "Records");
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["Fault"], "UntrustedRoot");
    assert_eq!(records[0]["LogPath"], "events of the pipeline");
    assert_eq!(records[0]["Records"].as_array().unwrap().len(), 5);
    assert!(all(&batches, "Notices").is_empty());
}

#[test]
fn files_are_found_filtered_and_their_trouble_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("one.xml"), FIXTURE).unwrap();
    let path: Vec<u16> = folder.path().to_str().unwrap().encode_utf16().collect();
    let missing: Vec<u16> = "no-such.evtx".encode_utf16().collect();
    let server = Utf16 { text: ptr::null(), length: 0 };
    let inputs = [&path, &missing].map(|path| LogInputRecord {
        path: utf16(path),
        server,
        flags: 0,
        reserved: 0,
    });
    let with_files = EvidenceQueryOptions { inputs: inputs.as_ptr(), input_count: 2, ..query() };
    let read = batches(open(&with_files).unwrap());
    assert_eq!(all(&read, "Records").len(), 1);
    let notices = all(&read, "Notices");
    assert_eq!((notices.len(), &notices[0]["Code"]), (1, &Value::from("NothingFound")));
    assert_eq!(notices[0]["Severity"], "Error");
    assert_eq!(notices[0]["Path"], "no-such.evtx");

    let other: Vec<u16> = "0".repeat(40).encode_utf16().collect();
    let filtered = EvidenceQueryOptions { thumbprint: utf16(&other), ..with_files };
    assert!(all(&batches(open(&filtered).unwrap()), "Records").is_empty());
    let before = EvidenceQueryOptions { end: 1, ..with_files };
    assert!(all(&batches(open(&before).unwrap()), "Records").is_empty());
}

#[test]
fn a_query_that_cannot_be_carried_out_is_refused_with_its_reason() {
    let units: Vec<u16> = "xyz".encode_utf16().collect();
    let no_text = Utf16 { text: ptr::null(), length: 3 };
    for (query, status, part) in [
        (EvidenceQueryOptions { kind: 0, ..query() }, EOP_INVALID_ARGUMENT, "kind 0"),
        (EvidenceQueryOptions { kind: 99, ..query() }, EOP_INVALID_ARGUMENT, "kind 99"),
        (EvidenceQueryOptions { flags: 2, ..query() }, EOP_INVALID_ARGUMENT, "unknown flags"),
        (EvidenceQueryOptions { start: -1, ..query() }, EOP_INVALID_ARGUMENT, "start is -1"),
        (EvidenceQueryOptions { input_count: 1, ..query() }, EOP_NULL_ARGUMENT, "inputs is NULL"),
        (EvidenceQueryOptions { text: no_text, ..query() }, EOP_NULL_ARGUMENT, "text is NULL"),
        (
            EvidenceQueryOptions { thumbprint: utf16(&units), ..query() },
            EOP_INVALID_THUMBPRINT,
            "40 hexadecimal digits",
        ),
    ] {
        let (found, message) = open(&query).unwrap_err();
        assert_eq!(found, status, "{message}");
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn changes_of_the_hybrid_wizard_are_records_too() {
    let folder = tempfile::tempdir().unwrap();
    let log = "2026.11.14 20:00:01.000         10276 [Client=UX, Session=Tenant, \
               Cmdlet=Set-InboundConnector, Thread=9] START Set-InboundConnector -Identity 'In' \
               -TLSSenderCertificateName '*.contoso.com'\r\n\
               2026.11.14 20:00:02.000         10277 [Client=UX, Session=Tenant, \
               Cmdlet=Set-InboundConnector, Thread=9] FINISH Time=900.1ms Results=0\r\n";
    std::fs::write(folder.path().join("20261114_200000.log"), log).unwrap();
    std::fs::write(folder.path().join("other.log"), "no log").unwrap();
    let path: Vec<u16> = folder.path().to_str().unwrap().encode_utf16().collect();
    let server = Utf16 { text: ptr::null(), length: 0 };
    let input = LogInputRecord { path: utf16(&path), server, flags: 0, reserved: 0 };
    let kind = EOP_EVIDENCE_HYBRID_CHANGES;
    let with_folder =
        EvidenceQueryOptions { kind, inputs: &raw const input, input_count: 1, ..query() };
    let read = batches(open(&with_folder).unwrap());
    let records = all(&read, "Records");
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["TlsSenderCertificateNameAfter"], "*.contoso.com");
    let codes: Vec<&Value> = all(&read, "Notices").iter().map(|one| &one["Code"]).collect();
    assert_eq!(codes, ["EvidenceIncomplete", "OtherFilesLeftOut"]);

    let units: Vec<u16> = log.encode_utf16().collect();
    let of_text = EvidenceQueryOptions { kind, text: utf16(&units), ..query() };
    assert_eq!(all(&batches(open(&of_text).unwrap()), "Records").len(), 1);
    let before = EvidenceQueryOptions { end: 1, ..of_text };
    assert!(all(&batches(open(&before).unwrap()), "Records").is_empty());
    let hex: Vec<u16> = "0".repeat(40).encode_utf16().collect();
    let (status, message) =
        open(&EvidenceQueryOptions { thumbprint: utf16(&hex), ..of_text }).unwrap_err();
    assert_eq!(status, EOP_INVALID_ARGUMENT, "{message}");
}

#[test]
fn a_text_in_pieces_gives_the_records_of_the_whole() {
    let flags = EOP_EVIDENCE_TEXT_FOLLOWS;
    let add = |reader, piece: Option<&str>| {
        let units: Vec<u16> = piece.unwrap_or_default().encode_utf16().collect();
        let text = if piece.is_some() { units.as_ptr() } else { ptr::null() };
        // SAFETY: the text is a local variable.
        with_detail(|error| unsafe { eop_evidence_add(reader, text, units.len(), error) }).0
    };
    let whole = {
        let units: Vec<u16> = FIXTURE.encode_utf16().collect();
        batches(open(&EvidenceQueryOptions { text: utf16(&units), ..query() }).unwrap())
    };
    for size in [1, 63, 64, 65, 1000, FIXTURE.len()] {
        let reader = open(&EvidenceQueryOptions { flags, ..query() }).unwrap();
        let mut rest = FIXTURE;
        while !rest.is_empty() {
            let cut = (size..=rest.len()).find(|at| rest.is_char_boundary(*at));
            let (piece, behind) = rest.split_at(cut.unwrap_or(rest.len()));
            assert_eq!(add(reader, Some(piece)), EOP_OK);
            let mut batch = 0;
            // SAFETY: the output is a local variable.
            let status =
                unsafe { eop_evidence_next(reader, 0, 0, &raw mut batch, ptr::null_mut()) };
            assert_eq!(status, EOP_OK, "more may come");
            assert!(read_text(batch).starts_with("{\"Records\":[]"), "{size}");
            // SAFETY: no detail is asked for.
            assert_eq!(unsafe { eop_text_free(batch, ptr::null_mut()) }, EOP_OK);
            rest = behind;
        }
        assert_eq!(add(reader, None), EOP_OK);
        assert_eq!(add(reader, Some("<Event/>")), EOP_INVALID_ARGUMENT, "the end was given");
        let batches = batches(reader);
        assert_eq!(all(&batches, "Records"), all(&whole, "Records"), "{size}");
    }
    let reader = open(&query()).unwrap();
    assert_eq!(add(reader, Some("<Event/>")), EOP_INVALID_ARGUMENT, "no text is awaited");
    let changes = EvidenceQueryOptions { kind: EOP_EVIDENCE_HYBRID_CHANGES, flags, ..query() };
    assert_eq!(open(&changes).unwrap_err().0, EOP_INVALID_ARGUMENT);
}
