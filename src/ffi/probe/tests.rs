use std::ptr;

use serde_json::{Value, json};
use widestring::U16String;

use super::*;
use crate::ffi::status::{EOP_INVALID_ARGUMENT, EOP_NULL_ARGUMENT};
use crate::ffi::{eop_text_free, eop_text_get};

/// The JSON behind a text handle.
fn taken(text: u64) -> Value {
    let (mut units, mut length, none) = (ptr::null(), 0, ptr::null_mut());
    // SAFETY: the outputs are local variables.
    let status = unsafe { eop_text_get(text, &raw mut units, &raw mut length, none) };
    assert_eq!(status, EOP_OK);
    // SAFETY: the view is valid until the handle is freed below.
    let json = unsafe { U16String::from_ptr(units, length) }.to_string().unwrap();
    // SAFETY: no detail is asked for.
    assert_eq!(unsafe { eop_text_free(text, none) }, EOP_OK);
    serde_json::from_str(&json).unwrap()
}

fn opened(request: &Value) -> Result<(u64, Value), i32> {
    let request = U16String::from_str(&request.to_string());
    let (units, length) = (request.as_ptr(), request.len());
    let (mut probe, mut plan) = (0, 0);
    // SAFETY: request and outputs are local variables.
    let status =
        unsafe { eop_probe_open(units, length, &raw mut probe, &raw mut plan, ptr::null_mut()) };
    if status == EOP_OK { Ok((probe, taken(plan))) } else { Err(status) }
}

/// What is to be sent, and the deadline.
fn happens(probe: u64, event: u32, text: &str, bytes: &[u8]) -> Result<(Vec<u8>, i64), i32> {
    let text = U16String::from_str(text);
    let (mut output, mut length, mut deadline) = (ptr::null(), 0, 0);
    // SAFETY: everything is a local variable.
    let status = unsafe {
        eop_probe_event(
            probe,
            event,
            10_000,
            text.as_ptr(),
            text.len(),
            bytes.as_ptr(),
            bytes.len(),
            &raw mut output,
            &raw mut length,
            &raw mut deadline,
            ptr::null_mut(),
        )
    };
    if status != EOP_OK {
        return Err(status);
    }
    if length == 0 {
        return Ok((Vec::new(), deadline));
    }
    // SAFETY: the view is valid until the next call with the probe.
    let sent = unsafe { std::slice::from_raw_parts(output, length) };
    Ok((sent.to_vec(), deadline))
}

fn outcome(probe: u64) -> Result<Value, i32> {
    let mut text = 0;
    // SAFETY: the output is a local variable.
    let status = unsafe { eop_probe_outcome(probe, 20_000, &raw mut text, ptr::null_mut()) };
    if status == EOP_OK { Ok(taken(text)) } else { Err(status) }
}

fn request() -> Value {
    json!({
        "From": "anna@contoso.com", "To": "bob@fabrikam.com", "SmartHost": "[192.0.2.1]",
        "Fqdn": "ex01.contoso.com", "NoCertificate": true, "Evidence": {"Server": "EX01"},
    })
}

#[test]
fn a_caller_carries_the_dialogue_and_gets_its_outcome() {
    let (probe, plan) = opened(&request()).unwrap();
    assert_eq!(plan, json!({"Host": "192.0.2.1", "Port": 25, "Reason": null}));
    happens(probe, EOP_PROBE_CONNECTING, "192.0.2.1:25", b"").unwrap();
    let (sent, deadline) =
        happens(probe, EOP_PROBE_CONNECTED, "10.1.0.21:31001 192.0.2.1:25", b"").unwrap();
    assert_eq!((sent.len(), deadline), (0, 300_010_000));
    let mut heard = Vec::new();
    for reply in [
        "220 DB9EUR01FT019.mail.protection.outlook.com ready",
        "250 DB9EUR01FT019.mail.protection.outlook.com Hello [203.0.113.40]",
        "250 2.1.0 Sender OK",
        "550 5.7.64 TenantAttribution; Relay Access Denied",
        "250 2.0.0 Resetting",
        "221 2.0.0 closing",
    ] {
        let reply = format!("{reply}\r\n");
        let (sent, deadline) = happens(probe, EOP_PROBE_RECEIVED, "", reply.as_bytes()).unwrap();
        heard.push(String::from_utf8(sent).unwrap());
        assert_eq!(deadline == -1, reply.starts_with("221"));
    }
    assert_eq!(heard[3], "RSET\r\n");
    let told = outcome(probe).unwrap();
    assert_eq!(told["ExitCode"], 20);
    assert_eq!(told["Session"]["Rejection"], "RelayDenied");
    assert_eq!(told["Session"]["Server"], "EX01");
    assert_eq!(told["Attempt"]["Accepted"], false);
    assert!(told["Text"].as_str().unwrap().starts_with("PROBE: REFUSED"));
    // Its outcome is had once.
    assert_eq!(outcome(probe), Err(EOP_INVALID_ARGUMENT));
    assert_eq!(happens(probe, EOP_PROBE_CLOSED, "", b""), Err(EOP_INVALID_ARGUMENT));
    // SAFETY: no detail is asked for.
    assert_eq!(unsafe { eop_probe_free(probe, ptr::null_mut()) }, EOP_OK);
}

#[test]
fn a_request_that_cannot_be_asked_is_an_invalid_argument() {
    for (member, value) in [
        ("From", Value::Null),
        ("To", json!("a@contoso.com, b@contoso.com")),
        ("SmartHost", json!("no host")),
        ("Fqdn", json!("ex01\r\nDATA")),
        ("TimeoutSec", json!(601)),
        ("NoCertificate", json!(false)),
        ("CertificateFile", json!({"Path": "a.pem", "Content": "bm8gUEVN"})),
        ("Recipients", json!([])),
    ] {
        let mut request = request();
        request[member] = value;
        assert_eq!(opened(&request).map(|(probe, _)| probe), Err(EOP_INVALID_ARGUMENT), "{member}");
    }
}

#[test]
fn events_that_are_none_are_refused() {
    let (probe, _) = opened(&request()).unwrap();
    for (event, text) in [
        (0, ""),
        (8, ""),
        (EOP_PROBE_CONNECTING, "contoso.com:25"),
        (EOP_PROBE_CONNECTED, "192.0.2.1:25"),
        (EOP_PROBE_NOT_CONNECTED, "refused"),
    ] {
        assert_eq!(happens(probe, event, text, b""), Err(EOP_INVALID_ARGUMENT), "{event} {text}");
    }
    let (_, deadline) = happens(probe, EOP_PROBE_NOT_CONNECTED, "10061 refused", b"").unwrap();
    assert_eq!(deadline, -1);
    let told = outcome(probe).unwrap();
    assert_eq!(told["Session"]["Outcome"], "ConnectFailed");
    // SAFETY: no detail is asked for.
    assert_eq!(unsafe { eop_probe_free(probe, ptr::null_mut()) }, EOP_OK);
    // SAFETY: NULL is checked.
    let status = unsafe {
        eop_probe_open(ptr::null(), 0, ptr::null_mut(), ptr::null_mut(), ptr::null_mut())
    };
    assert_eq!(status, EOP_NULL_ARGUMENT);
}

#[test]
fn a_series_is_judged_without_a_handle() {
    let standing = |request: Value| {
        let request = U16String::from_str(&request.to_string());
        let mut text = 0;
        let (units, length) = (request.as_ptr(), request.len());
        // SAFETY: request and output are local variables.
        let status = unsafe { eop_probe_standing(units, length, &raw mut text, ptr::null_mut()) };
        if status == EOP_OK { Ok(taken(text)) } else { Err(status) }
    };
    let attempts = json!([
        {"Host": "a", "Accepted": true, "Reply": "250 ok"},
        {"Host": "b", "Accepted": false, "Reply": "450 4.7.3 slow down"},
    ]);
    let times = |interval| json!({"Attempts": attempts, "IntervalSec": interval, "LimitSec": 3600});
    assert_eq!(standing(times(60)).unwrap()["Next"], "Throttled");
    assert_eq!(standing(times(59)), Err(EOP_INVALID_ARGUMENT));
}

#[test]
fn what_cannot_be_asked_names_the_evidence_that_was_not_read() {
    let mut request = request();
    request["SmartHost"] = Value::Null;
    request["Evidence"]["Unreadable"] = json!([{"Path": "send.xml", "Message": "it is empty"}]);
    let failure = open(&request.to_string()).err().unwrap();
    assert!(failure.message.contains("no host is known"), "{}", failure.message);
    assert!(failure.message.ends_with("; send.xml: it is empty"), "{}", failure.message);
}
