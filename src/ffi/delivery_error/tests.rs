use std::ptr;

use serde_json::{Value, json};
use widestring::U16String;

use super::*;
use crate::ffi::status::{EOP_INVALID_ARGUMENT, EOP_NULL_ARGUMENT, EOP_OK};
use crate::ffi::{eop_text_free, eop_text_get};

const REPLY: &str = "550 5.7.64 TenantAttribution; Relay Access Denied";

/// The status, and the report.
fn resolve(request: &str) -> (i32, Option<Value>) {
    let request = U16String::from_str(request);
    let (mut report, mut units, mut length) = (0, ptr::null(), 0);
    let none = ptr::null_mut();
    // SAFETY: a slice and a local variable.
    let status =
        unsafe { eop_resolve_errors(request.as_ptr(), request.len(), &raw mut report, none) };
    if status != EOP_OK {
        return (status, None);
    }
    // SAFETY: the outputs are local variables.
    let got = unsafe { eop_text_get(report, &raw mut units, &raw mut length, none) };
    assert_eq!(got, EOP_OK);
    // SAFETY: the view is valid until the handle is freed below.
    let json = unsafe { U16String::from_ptr(units, length) }.to_string().unwrap();
    // SAFETY: no detail is asked for.
    assert_eq!(unsafe { eop_text_free(report, none) }, EOP_OK);
    (status, Some(serde_json::from_str(&json).unwrap()))
}

#[test]
fn texts_files_and_objects_are_resolved_in_their_order() {
    let request = json!({
        "Texts": [REPLY],
        "Files": [{ "Path": "ndr.txt", "Content": "NDIxIDQuNC4xIENvbm5lY3Rpb24gdGltZWQgb3V0" }],
        "Objects": [
            { "Identity": "EX1\\3", "LastError": REPLY, "MessageCount": 2 },
            { "Identity": "EX1\\4", "LastError": null },
        ],
    });
    let report = resolve(&request.to_string()).1.unwrap();
    let seen: Vec<[&Value; 3]> = report["Errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| ["Source", "Path", "Rejection"].map(|member| &error[member]))
        .collect();
    assert_eq!(
        json!(seen),
        json!([
            ["Text", "text", "RelayDenied"],
            ["Text", "ndr.txt", "ConnectionTimedOut"],
            ["Queue", "objects of the pipeline", "RelayDenied"],
        ])
    );
    assert_eq!((&report["WithoutError"], &report["Problems"]), (&json!(1), &json!([])));
}

#[test]
fn sessions_are_joined_and_what_is_none_is_said() {
    let session = json!({
        "LogType": "Send", "LogPath": "a.log", "Line": 7, "StartTime": "2026-11-17T05:00:00Z",
        "TlsStatus": "Succeeded", "Messages": [], "Reply": REPLY, "Rejection": "RelayDenied",
        "Outcome": "Refused", "Complete": true,
    });
    let request = json!({ "Texts": [REPLY], "Sessions": [session, { "Name": "x" }] });
    let report = resolve(&request.to_string()).1.unwrap();
    assert_eq!(report["Errors"][0]["Session"]["Line"], 7);
    assert_eq!(report["Errors"][0]["Session"]["Certainty"], "Possible");
    assert_eq!(
        (&report["Problems"][0]["Path"], &report["Problems"][0]["Line"]),
        (&json!("-Session"), &json!(2))
    );
}

#[test]
fn what_cannot_be_read_is_told_in_the_report() {
    let request = json!({
        "Files": [{ "Path": "a.xml", "Content": "" }, { "Path": "b.eml", "Content": "?" }],
        "Objects": [{ "Name": "x" }],
    });
    let report = resolve(&request.to_string()).1.unwrap();
    let problems = report["Problems"].as_array().unwrap();
    let paths: Vec<&str> = problems.iter().map(|one| one["Path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["a.xml", "b.eml", "objects of the pipeline"]);
    assert!(problems.iter().all(|problem| problem["IsError"] == true));
    assert!(problems[0]["Message"].as_str().unwrap().starts_with("holds no error"), "{problems:?}");
}

#[test]
fn a_request_that_is_none_is_refused() {
    for request in ["", "[]", "{", r#"{"Text": []}"#, r#"{"Texts": [1]}"#] {
        assert_eq!(resolve(request).0, EOP_INVALID_ARGUMENT, "{request}");
    }
    let mut report = 0;
    // SAFETY: NULL is checked before anything is read.
    let missing = unsafe { eop_resolve_errors(ptr::null(), 0, &raw mut report, ptr::null_mut()) };
    assert_eq!((missing, report), (EOP_NULL_ARGUMENT, 0));
}
