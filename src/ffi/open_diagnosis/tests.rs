use std::fs;
use std::mem::MaybeUninit;
use std::ptr;

use serde_json::{Value, json};

use super::*;
use crate::ffi::misuse::{read_text, with_detail};
use crate::ffi::{EOP_INVALID_ARGUMENT, eop_test, eop_text_free};

const AT: &str = "2026-11-16T00:00:00.000Z";
const LOG: &str = include_str!("../../../tests/fixtures/interop/SEND2026111501-1.LOG");

fn units(value: &Value) -> Vec<u16> {
    value.to_string().encode_utf16().collect()
}

fn open(request: &Value) -> u64 {
    let (request, mut diagnosis) = (units(request), 0);
    // SAFETY: request and output are local variables.
    let (status, message) = with_detail(|error| unsafe {
        eop_diagnosis_open(request.as_ptr(), request.len(), &raw mut diagnosis, error)
    });
    assert_eq!(status, EOP_OK, "{message}");
    diagnosis
}

fn add(diagnosis: u64, request: &Value) -> (i32, String) {
    let request = units(request);
    // SAFETY: the request is a local variable.
    with_detail(|error| unsafe {
        eop_diagnosis_add(diagnosis, request.as_ptr(), request.len(), error)
    })
}

fn taken(text: u64) -> Value {
    let value = serde_json::from_str(&read_text(text)).unwrap();
    // SAFETY: no detail is asked for.
    assert_eq!(unsafe { eop_text_free(text, ptr::null_mut()) }, EOP_OK);
    value
}

fn answer(diagnosis: u64, kind: u32) -> Value {
    let mut answer = 0;
    // SAFETY: the output is a local variable.
    let (status, message) = with_detail(|error| unsafe {
        eop_diagnosis_answer(diagnosis, kind, &raw mut answer, error)
    });
    assert_eq!(status, EOP_OK, "{message}");
    taken(answer)
}

fn free(diagnosis: u64) {
    // SAFETY: no detail is asked for.
    assert_eq!(unsafe { eop_diagnosis_free(diagnosis, ptr::null_mut()) }, EOP_OK);
}

/// The report of one request.
fn at_once(request: &Value) -> Value {
    let (request, mut report) = (units(request), 0);
    // SAFETY: request and output are local variables.
    let status =
        unsafe { eop_test(request.as_ptr(), request.len(), &raw mut report, ptr::null_mut()) };
    assert_eq!(status, EOP_OK);
    taken(report)
}

fn session(line: u64) -> Value {
    json!({
        "LogType": "Send", "Server": "EX1", "LogPath": "SEND1.LOG", "Line": line,
        "StartTime": "2026-11-15T01:02:03.100Z", "EndTime": "2026-11-15T01:02:04.200Z",
        "Connector": "Outbound", "IsEop": true, "TlsStatus": "Succeeded", "Outcome": "Refused",
        "Messages": [{ "MailFrom": "anna@contoso.com", "Outcome": "Refused", "Recipients": [{
            "Address": "ben@fabrikam.com", "Rejection": "RelayDenied",
            "Reply": "550 5.7.64 TenantAttribution; Relay Access Denied" }] }],
        "Reply": "550 5.7.64 TenantAttribution; Relay Access Denied", "Rejection": "RelayDenied",
        "Complete": true, "RowCount": 20,
    })
}

#[test]
fn sessions_in_pieces_give_the_report_of_one_request() {
    let sessions: Vec<Value> = (1..=7).map(session).chain([json!({ "Outcome": "?" })]).collect();
    let whole = json!({ "At": AT, "Sessions": sessions });
    for size in [1, 3, 8] {
        let diagnosis = open(&json!({ "At": AT }));
        for piece in sessions.chunks(size) {
            assert_eq!(add(diagnosis, &json!({ "Sessions": piece })).0, EOP_OK);
        }
        assert_eq!(answer(diagnosis, EOP_DIAGNOSIS_REPORT), at_once(&whole), "{size}");
        let rows = answer(diagnosis, EOP_DIAGNOSIS_CERTIFICATES);
        assert_eq!(rows["Certificates"].as_array().unwrap().len(), 1);
        free(diagnosis);
    }
}

#[test]
fn what_is_added_holds_sessions_and_certificates_alone() {
    let diagnosis = open(&json!({ "At": AT }));
    for wrong in [json!({ "AcceptedDomains": [] }), json!([]), json!({ "Sessions": 1 })] {
        assert_eq!(add(diagnosis, &wrong).0, EOP_INVALID_ARGUMENT, "{wrong}");
    }
    assert_eq!(
        add(diagnosis, &json!({ "Certificates": [{ "Thumbprint": "1".repeat(40) }] })).0,
        EOP_OK
    );
    let report = answer(diagnosis, EOP_DIAGNOSIS_REPORT);
    assert!(report.to_string().contains("without RawData"), "{report}");
    free(diagnosis);
}

#[test]
fn logs_are_read_in_steps_with_progress_and_can_be_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("SEND20261115-1.LOG");
    fs::write(&path, LOG).unwrap();
    let request =
        json!({ "At": AT, "Logs": [{ "Path": path.to_str().unwrap(), "Server": "EX1" }] });
    let read = |diagnosis| {
        // SAFETY: a struct of integers.
        let mut progress = unsafe { MaybeUninit::<ProgressView>::zeroed().assume_init() };
        progress.struct_size = u32::try_from(size_of::<ProgressView>()).unwrap();
        // SAFETY: the output is a local variable.
        let status =
            unsafe { eop_diagnosis_read(diagnosis, 1, &raw mut progress, ptr::null_mut()) };
        (status, progress.bytes_read, progress.bytes_total)
    };
    let diagnosis = open(&request);
    let steps: Vec<_> = std::iter::from_fn(|| Some(read(diagnosis)))
        .take_while(|(status, ..)| *status == EOP_OK)
        .collect();
    assert!(!steps.is_empty());
    let size = LOG.len() as u64;
    assert_eq!(read(diagnosis), (EOP_END, size, size));
    let expected = at_once(&request);
    assert_ne!(expected["Cause"], "NoEvidence");
    assert_eq!(answer(diagnosis, EOP_DIAGNOSIS_REPORT), expected);
    free(diagnosis);

    let unread = open(&request);
    assert_eq!(answer(unread, EOP_DIAGNOSIS_REPORT), expected, "what is left is read first");
    free(unread);

    let cancelled = open(&request);
    // SAFETY: no detail is asked for.
    assert_eq!(unsafe { eop_diagnosis_cancel(cancelled, ptr::null_mut()) }, EOP_OK);
    assert_eq!(read(cancelled).0, EOP_END);
    free(cancelled);
}
