//! Panics inside the library.

use super::super::injection::tests::at_next_call_of;
use super::*;
use crate::diagnosis::Evidence;
use crate::timestamp::Timestamp;

fn evidence() -> Evidence {
    Evidence::new(Timestamp::parse("2026-11-16").unwrap())
}

#[test]
fn a_panic_is_a_status_with_its_place_and_poisons_the_handle() {
    for function in HANDLE_FUNCTIONS {
        let handle = (function.opens)();
        at_next_call_of(function.name, || panic!("on purpose"));
        let (status, message) = with_detail(|error| (function.call)(handle, error));
        assert_eq!(status, EOP_PANIC, "{}", function.name);
        for part in [function.name, "on purpose", "panics.rs:"] {
            assert!(message.contains(part), "{message}");
        }
        assert_eq!((function.call)(handle, ptr::null_mut()), function.after_own_panic);
        let is_freed = function.after_own_panic == EOP_FREED;
        let expected = if is_freed { EOP_FREED } else { EOP_OK };
        assert_eq!((function.frees)(handle, ptr::null_mut()), expected, "{}", function.name);
    }
}

#[test]
fn with_a_poisoned_handle_only_free_works() {
    for function in HANDLE_FUNCTIONS {
        let handle = (function.opens)();
        let (name, call) = function.main_use();
        at_next_call_of(name, || panic!("on purpose"));
        assert_eq!(call(handle, ptr::null_mut()), EOP_PANIC);
        let status = (function.call)(handle, ptr::null_mut());
        assert_eq!(status, function.when_poisoned, "{}", function.name);
        let expected = if status == EOP_OK { EOP_FREED } else { EOP_OK };
        assert_eq!((function.frees)(handle, ptr::null_mut()), expected, "{}", function.name);
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of calls")]
fn a_panic_without_a_handle_is_a_status_and_the_next_call_works() {
    type Call = (&'static str, fn(*mut ErrorDetail) -> i32);
    let calls: &[Call] = &[
        ("eop_status_name", |error| {
            let mut name = ptr::null();
            // SAFETY: the output is a local variable.
            unsafe { eop_status_name(EOP_OK, &raw mut name, error) }
        }),
        ("eop_value_name", |error| {
            let mut name = ptr::null();
            // SAFETY: the output is a local variable.
            unsafe { eop_value_name(EOP_VALUES_OUTCOME, EOP_OUTCOME_REFUSED, &raw mut name, error) }
        }),
        ("eop_explain", |error| {
            let text = [u16::from(b'5'); 3];
            let mut report = 0;
            // SAFETY: text and output are local variables.
            let status = unsafe { eop_explain(text.as_ptr(), 3, &raw mut report, error) };
            assert_eq!(report == 0, status != EOP_OK);
            status
        }),
        ("eop_cancellation_open", |error| {
            let mut cancellation = 0;
            // SAFETY: the output is a local variable.
            let status = unsafe { eop_cancellation_open(&raw mut cancellation, error) };
            assert_eq!(cancellation == 0, status != EOP_OK);
            status
        }),
        ("eop_chain_examine", |error| {
            let (files, mut report) = ([chain_file()], 0);
            let query = chain_query(&files);
            // SAFETY: query and output are local variables.
            let status = unsafe { eop_chain_examine(&raw const query, &raw mut report, error) };
            assert_eq!(report == 0, status != EOP_OK);
            status
        }),
        ("eop_pfx_certificates", |error| {
            let mut text = 0;
            // SAFETY: bytes and output are local variables, and there is no password.
            let status = unsafe {
                eop_pfx_certificates([0_u8].as_ptr(), 1, ptr::null(), 0, &raw mut text, error)
            };
            assert_eq!(text == 0, status != EOP_OK);
            status
        }),
        ("eop_test", |error| {
            let (request, mut report) = (['{', '}'].map(|unit| unit as u16), 0);
            // SAFETY: request and output are local variables.
            let status = unsafe { eop_test(request.as_ptr(), 2, &raw mut report, error) };
            assert_eq!(report == 0, status != EOP_OK);
            status
        }),
        ("eop_certificates", |error| {
            let (request, mut overview) = (['{', '}'].map(|unit| unit as u16), 0);
            // SAFETY: request and output are local variables.
            let status = unsafe { eop_certificates(request.as_ptr(), 2, &raw mut overview, error) };
            assert_eq!(overview == 0, status != EOP_OK);
            status
        }),
        ("eop_renewal_plan", |error| {
            let (request, mut plan) = (['{', '}'].map(|unit| unit as u16), 0);
            // SAFETY: request and output are local variables.
            let status = unsafe { eop_renewal_plan(request.as_ptr(), 2, &raw mut plan, error) };
            assert_eq!(plan == 0, status != EOP_OK);
            status
        }),
        ("eop_diagnosis_open", |error| {
            let (request, mut diagnosis) = (['{', '}'].map(|unit| unit as u16), 0);
            // SAFETY: request and output are local variables.
            let status =
                unsafe { eop_diagnosis_open(request.as_ptr(), 2, &raw mut diagnosis, error) };
            assert_eq!(diagnosis == 0, status != EOP_OK);
            status
        }),
        ("eop_probe_open", |error| {
            let (request, mut probe, mut plan) = (probe_request(), 0, 0);
            let (units, length) = (request.as_ptr(), request.len());
            // SAFETY: request and outputs are local variables.
            let status =
                unsafe { eop_probe_open(units, length, &raw mut probe, &raw mut plan, error) };
            assert_eq!(probe == 0, status != EOP_OK);
            status
        }),
        ("eop_probe_standing", |error| {
            let request: Vec<u16> = r#"{"IntervalSec": 60}"#.encode_utf16().collect();
            let mut standing = 0;
            // SAFETY: request and output are local variables.
            let status = unsafe {
                eop_probe_standing(request.as_ptr(), request.len(), &raw mut standing, error)
            };
            assert_eq!(standing == 0, status != EOP_OK);
            status
        }),
        ("eop_evidence_open", |error| {
            let mut reader = 0;
            // SAFETY: query and output are local variables.
            let status = unsafe { eop_evidence_open(&evidence_query(), &raw mut reader, error) };
            assert_eq!(reader == 0, status != EOP_OK);
            status
        }),
        ("eop_resolve_errors", |error| {
            let (request, mut report) = (['{', '}'].map(|unit| unit as u16), 0);
            // SAFETY: request and output are local variables.
            let status = unsafe { eop_resolve_errors(request.as_ptr(), 2, &raw mut report, error) };
            assert_eq!(report == 0, status != EOP_OK);
            status
        }),
        ("eop_redact", |error| {
            let folder = tempfile::tempdir().unwrap();
            let path = |name: &str| folder.path().join(name);
            std::fs::write(path("in.txt"), "550 5.7.64 TenantAttribution").unwrap();
            let (input, output, key) = (path("in.txt"), path("out"), path("key"));
            let request = serde_json::json!({ "Input": input, "Output": output, "Key": key });
            let request: Vec<u16> = request.to_string().encode_utf16().collect();
            let mut report = 0;
            // SAFETY: request and output are local variables.
            let status =
                unsafe { eop_redact(request.as_ptr(), request.len(), &raw mut report, error) };
            assert_eq!(report == 0, status != EOP_OK);
            status
        }),
        ("eop_view", |error| {
            let report = serde_json::to_string(&crate::diagnosis::diagnose(&evidence())).unwrap();
            let (report, mut text): (Vec<u16>, _) = (report.encode_utf16().collect(), 0);
            // SAFETY: report and output are local variables.
            let status = unsafe {
                eop_view(report.as_ptr(), report.len(), EOP_VIEW_TEXT, 78, &raw mut text, error)
            };
            assert_eq!(text == 0, status != EOP_OK);
            status
        }),
        ("eop_session_reader_open", |error| {
            let mut reader = 0;
            // SAFETY: query and output are local variables.
            let status = unsafe { eop_session_reader_open(&query(), &raw mut reader, error) };
            assert_eq!(reader == 0, status != EOP_OK);
            status
        }),
    ];
    for &(name, call) in calls {
        at_next_call_of(name, || panic!("on purpose"));
        let (status, message) = with_detail(call);
        assert_eq!(status, EOP_PANIC, "{name}");
        assert!(message.contains(name) && message.contains("on purpose"), "{message}");
        assert_eq!(call(ptr::null_mut()), EOP_OK, "{name}");
    }
}
