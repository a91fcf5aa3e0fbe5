use std::ptr;

use serde_json::{Value, json};
use widestring::U16String;

use super::*;
use crate::diagnosis::{Evidence, diagnose};
use crate::ffi::eop_text_free;
use crate::ffi::misuse::{detail, read_text};
use crate::ffi::status::{EOP_INVALID_ARGUMENT, EOP_INVALID_TEXT, EOP_NULL_ARGUMENT, EOP_OK};
use crate::session::Session;
use crate::timestamp::Timestamp;

/// The status with its detail, and the text.
fn viewed(report: &[u16], kind: u32, width: u32) -> (ErrorDetail, Option<String>) {
    let mut text = 0;
    let (_, error) = detail(|error| {
        // SAFETY: a slice and a local variable.
        unsafe { eop_view(report.as_ptr(), report.len(), kind, width, &raw mut text, error) }
    });
    if text == 0 {
        return (error, None);
    }
    let read = read_text(text);
    // SAFETY: no detail is asked for.
    assert_eq!(unsafe { eop_text_free(text, ptr::null_mut()) }, EOP_OK);
    (error, Some(read))
}

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// A report with a cause, proofs and steps.
fn report() -> Report {
    let session: Session = serde_json::from_value(json!({
        "LogType": "Send", "Server": "EX1", "LogPath": "C:\\Logs\\SEND1.LOG", "Line": 12,
        "StartTime": "2026-11-15T01:02:03.100Z", "EndTime": "2026-11-15T01:02:04.200Z",
        "Connector": "Outbound \u{2013} EOP", "SessionId": "08DE240512345678", "IsEop": true,
        "StartTlsOffered": true, "TlsStatus": "NotStarted", "PublicIPAddress": "203.0.113.7",
        "Messages": [{
            "MailFrom": "anna@contoso.com", "Outcome": "Refused",
            "Recipients": [{
                "Address": "ben@fabrikam.com", "Rejection": "RelayDenied",
                "Reply": "550 5.7.64 TenantAttribution; Relay Access Denied",
            }],
        }],
        "Reply": "550 5.7.64 TenantAttribution; Relay Access Denied", "Rejection": "RelayDenied",
        "Outcome": "Refused", "Complete": true, "RowCount": 20,
    }))
    .unwrap();
    let mut evidence = Evidence::new(Timestamp::parse("2026-11-16").unwrap());
    evidence.add_session(&session);
    diagnose(&evidence)
}

fn report_json() -> String {
    serde_json::to_string(&report()).unwrap()
}

#[test]
fn a_report_that_comes_back_as_json_is_the_text_of_the_core() {
    for width in [EOP_VIEW_MINIMUM_WIDTH, 78, EOP_VIEW_MAXIMUM_WIDTH] {
        let (error, text) = viewed(&units(&report_json()), EOP_VIEW_TEXT, width);
        let expected = view::text(&report(), width as usize);
        assert!(expected.contains("WHAT TO DO"), "{expected}");
        assert_eq!((error.code, text), (EOP_OK, Some(expected)));
    }
}

#[test]
fn every_kind_of_view_is_what_the_command_writes() {
    let report = report();
    let kinds = [
        (EOP_VIEW_HTML, view::html(&report, None)),
        (EOP_VIEW_MARKDOWN, view::markdown(&report)),
        (EOP_VIEW_NAGIOS, view::nagios(&report)),
        (EOP_VIEW_PROMETHEUS, view::prometheus(&report)),
    ];
    for (kind, expected) in kinds {
        let (error, text) = viewed(&units(&report_json()), kind, 78);
        assert_eq!((error.code, text), (EOP_OK, Some(expected)), "{kind}");
    }
}

#[test]
fn a_page_shows_the_chain_of_the_report() {
    let mut report: Value = serde_json::from_str(&report_json()).unwrap();
    report["Chain"] = json!({
        "Summary": "the chain is complete", "MissingIssuers": [], "Findings": [],
        "Certificates": [{
            "Subject": "CN=mail.contoso.com", "Thumbprint": "AB", "NotBefore": null, "NotAfter": null,
            "PublicKey": "RSA 2048", "Origin": "Judged",
        }],
    });
    let page = viewed(&units(&report.to_string()), EOP_VIEW_HTML, 78).1.unwrap();
    assert!(
        page.contains("the chain is complete") && page.contains("CN=mail.contoso.com"),
        "{page}"
    );
}

#[test]
fn members_that_a_newer_library_adds_are_ignored() {
    let mut report: Value = serde_json::from_str(&report_json()).unwrap();
    report["SchemaVersion"] = json!(9);
    report["Findings"][0]["Novelty"] = json!([{}]);
    let (_, text) = viewed(&units(&report.to_string()), EOP_VIEW_TEXT, 78);
    assert_eq!(text, viewed(&units(&report_json()), EOP_VIEW_TEXT, 78).1);
}

#[test]
fn a_kind_and_a_width_out_of_their_range_are_refused() {
    let report = units(&report_json());
    for (kind, width) in [
        (0, 78),
        (6, 78),
        (u32::MAX, 78),
        (EOP_VIEW_TEXT, 0),
        (EOP_VIEW_TEXT, EOP_VIEW_MINIMUM_WIDTH - 1),
        (EOP_VIEW_TEXT, EOP_VIEW_MAXIMUM_WIDTH + 1),
        (EOP_VIEW_TEXT, u32::MAX),
    ] {
        let (error, text) = viewed(&report, kind, width);
        assert_eq!((error.code, text), (EOP_INVALID_ARGUMENT, None), "{kind} {width}");
    }
}

#[test]
fn a_text_that_is_no_report_is_an_error_with_its_place() {
    // Two units before the fault that are three bytes of UTF-8 each.
    let foreign = "{\"\u{20AC}\u{20AC}\": 1,\n  \"Verdict\": \"Perhaps\"}";
    let cases = [
        ("", 1, 0),
        ("  [1]", 1, 2),
        ("{", 1, 1),
        ("{\"Verdict\": \"Refused\"", 1, 21),
        ("{\n\"Verdict\" \"Refused\"}", 2, 12),
        (foreign, 2, foreign.encode_utf16().count() - 1),
    ];
    for (text, line, offset) in cases {
        let (error, answer) = viewed(&units(text), EOP_VIEW_TEXT, 78);
        assert_eq!((error.code, answer), (EOP_INVALID_ARGUMENT, None), "{text}");
        assert_eq!((error.line, error.offset), (line, offset as u64 * 2), "{text}");
        assert!(error.message_length > 0, "{text}");
    }
}

#[test]
fn every_truncated_report_is_an_error_at_its_end() {
    let report = units(&report_json());
    for length in (0..report.len()).step_by(7) {
        let (error, text) = viewed(&report[..length], EOP_VIEW_TEXT, 78);
        assert_eq!((error.code, text), (EOP_INVALID_ARGUMENT, None), "{length}");
        assert_eq!(error.offset, length as u64 * 2);
    }
}

#[test]
fn hostile_json_is_an_error_or_a_text_that_steers_no_terminal() {
    let deep = format!("{{\"Findings\":{}", "[".repeat(100_000));
    assert_eq!(viewed(&units(&deep), EOP_VIEW_TEXT, 78).0.code, EOP_INVALID_ARGUMENT);
    let mut report: Value = serde_json::from_str(&report_json()).unwrap();
    for place in ["/Summary", "/Findings/0/Message", "/Findings/0/Remedy/0/Command"] {
        *report.pointer_mut(place).unwrap() = json!("a\u{1B}[2J\u{202E}\nb");
    }
    let (_, text) = viewed(&units(&report.to_string()), EOP_VIEW_TEXT, 78);
    let text = text.unwrap();
    assert!(text.contains("a\u{FFFD}[2J\u{FFFD}"), "{text}");
    assert!(!text.contains(['\u{1B}', '\u{202E}']), "{text}");
}

#[test]
fn a_missing_pointer_and_an_unpaired_surrogate_are_refused() {
    let mut text = 0;
    let null = ptr::null_mut();
    // SAFETY: NULL is checked before anything is read.
    let status = unsafe { eop_view(ptr::null(), 0, EOP_VIEW_TEXT, 78, &raw mut text, null) };
    assert_eq!((status, text), (EOP_NULL_ARGUMENT, 0));
    let unit = u16::from(b'{');
    // SAFETY: NULL is checked before anything is written.
    let status = unsafe { eop_view(&raw const unit, 1, EOP_VIEW_TEXT, 78, null.cast(), null) };
    assert_eq!(status, EOP_NULL_ARGUMENT);
    let mut report = U16String::from_str("{\"Summary\": \"");
    report.push_slice([0xD83D]);
    assert_eq!(viewed(report.as_slice(), EOP_VIEW_TEXT, 78).0.code, EOP_INVALID_TEXT);
}
