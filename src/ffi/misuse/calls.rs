//! A good call of each function, to be spoilt by a test.

use std::mem::MaybeUninit;
use std::ptr;

use super::super::text::open_text;
use super::super::*;

/// A struct of the ABI with every field zero or NULL.
pub(in crate::ffi) fn empty<T: Copy>() -> T {
    // SAFETY: used with the ABI's own structs of integers and pointers alone.
    unsafe { MaybeUninit::<T>::zeroed().assume_init() }
}

pub(in crate::ffi) fn query() -> SessionQueryOptions {
    let struct_size = u32::try_from(size_of::<SessionQueryOptions>()).unwrap();
    SessionQueryOptions { struct_size, ..empty() }
}

pub(in crate::ffi) fn evidence_query() -> EvidenceQueryOptions {
    let struct_size = u32::try_from(size_of::<EvidenceQueryOptions>()).unwrap();
    EvidenceQueryOptions { struct_size, kind: EOP_EVIDENCE_CHAIN_EVENTS, ..empty() }
}

/// A root, to be judged.
pub(in crate::ffi) fn chain_file() -> ChainFileRecord {
    let der = crate::chain::embedded_roots()[0].der();
    let role = EOP_CHAIN_ROLE_CERTIFICATE;
    ChainFileRecord { bytes: der.as_ptr(), length: der.len(), role, ..empty() }
}

pub(in crate::ffi) fn chain_query(files: &[ChainFileRecord]) -> ChainQueryOptions {
    ChainQueryOptions {
        struct_size: u32::try_from(size_of::<ChainQueryOptions>()).unwrap(),
        files: files.as_ptr(),
        file_count: u32::try_from(files.len()).unwrap(),
        file_stride: u32::try_from(size_of::<ChainFileRecord>()).unwrap(),
        ..empty()
    }
}

/// The status of a call, and the detail of its error.
pub(in crate::ffi) fn detail(call: impl FnOnce(*mut ErrorDetail) -> i32) -> (i32, ErrorDetail) {
    let mut error = empty::<ErrorDetail>();
    error.struct_size = u32::try_from(size_of::<ErrorDetail>()).unwrap();
    let status = call(&raw mut error);
    assert_eq!(error.code, status);
    (status, error)
}

pub(in crate::ffi) fn with_detail(call: impl FnOnce(*mut ErrorDetail) -> i32) -> (i32, String) {
    let (status, error) = detail(call);
    let length = (error.message_length as usize).min(EOP_MESSAGE_CAPACITY - 1);
    assert_eq!(error.message[length], 0);
    (status, String::from_utf16(&error.message[..length]).unwrap())
}

pub(in crate::ffi) fn open_reader() -> u64 {
    let mut reader = 0;
    // SAFETY: query and output are local variables.
    let status = unsafe { eop_session_reader_open(&query(), &raw mut reader, ptr::null_mut()) };
    assert_eq!(status, EOP_OK);
    reader
}

pub(in crate::ffi) fn open_some_text() -> u64 {
    open_text("a report").unwrap()
}

pub(in crate::ffi) fn next_batch(reader: u64, error: *mut ErrorDetail) -> i32 {
    let mut batch = empty::<BatchView>();
    batch.struct_size = u32::try_from(size_of::<BatchView>()).unwrap();
    // SAFETY: the output is a local variable, `error` comes from a test of this file.
    unsafe { eop_session_reader_next_batch(reader, 0, 0, &raw mut batch, error) }
}

pub(in crate::ffi) fn progress(reader: u64, error: *mut ErrorDetail) -> i32 {
    let mut progress = empty::<ProgressView>();
    progress.struct_size = u32::try_from(size_of::<ProgressView>()).unwrap();
    // SAFETY: the output is a local variable, `error` comes from a test of this file.
    unsafe { eop_session_reader_progress(reader, &raw mut progress, error) }
}

pub(in crate::ffi) fn save(reader: u64, error: *mut ErrorDetail) -> i32 {
    // SAFETY: `error` comes from a test of this file.
    unsafe { eop_session_reader_save(reader, error) }
}

pub(in crate::ffi) fn cancel(reader: u64, error: *mut ErrorDetail) -> i32 {
    // SAFETY: `error` comes from a test of this file.
    unsafe { eop_session_reader_cancel(reader, error) }
}

pub(in crate::ffi) fn free_reader(reader: u64, error: *mut ErrorDetail) -> i32 {
    // SAFETY: `error` comes from a test of this file.
    unsafe { eop_session_reader_free(reader, error) }
}

pub(in crate::ffi) fn get_text(text: u64, error: *mut ErrorDetail) -> i32 {
    let mut units = ptr::null();
    let mut length = 0;
    // SAFETY: the outputs are local variables, `error` comes from a test of this file.
    unsafe { eop_text_get(text, &raw mut units, &raw mut length, error) }
}

pub(in crate::ffi) fn free_text(text: u64, error: *mut ErrorDetail) -> i32 {
    // SAFETY: `error` comes from a test of this file.
    unsafe { eop_text_free(text, error) }
}

/// The text behind a handle, which stays open.
pub(in crate::ffi) fn read_text(text: u64) -> String {
    let mut units = ptr::null();
    let mut length = 0;
    // SAFETY: the outputs are local variables.
    let status = unsafe { eop_text_get(text, &raw mut units, &raw mut length, ptr::null_mut()) };
    assert_eq!(status, EOP_OK);
    // SAFETY: the text lives until it is freed.
    String::from_utf16(unsafe { std::slice::from_raw_parts(units, length) }).unwrap()
}

pub(in crate::ffi) fn open_evidence() -> u64 {
    let mut reader = 0;
    // SAFETY: query and output are local variables.
    let status = unsafe { eop_evidence_open(&evidence_query(), &raw mut reader, ptr::null_mut()) };
    assert_eq!(status, EOP_OK);
    reader
}

/// A reader that awaits text.
pub(in crate::ffi) fn open_evidence_for_text() -> u64 {
    let query = EvidenceQueryOptions { flags: EOP_EVIDENCE_TEXT_FOLLOWS, ..evidence_query() };
    let mut reader = 0;
    // SAFETY: query and output are local variables.
    let status = unsafe { eop_evidence_open(&raw const query, &raw mut reader, ptr::null_mut()) };
    assert_eq!(status, EOP_OK);
    reader
}

pub(in crate::ffi) fn add_evidence(reader: u64, error: *mut ErrorDetail) -> i32 {
    let text = [u16::from(b'<')];
    // SAFETY: the text is a local variable, `error` comes from a test of this file.
    unsafe { eop_evidence_add(reader, text.as_ptr(), text.len(), error) }
}

/// A request that asks about a receive connector.
pub(in crate::ffi) fn probe_request() -> Vec<u16> {
    r#"{"Inbound": true, "SmartHost": "192.0.2.1", "Computer": "ex01.contoso.com"}"#
        .encode_utf16()
        .collect()
}

pub(in crate::ffi) fn open_probe() -> u64 {
    let (request, mut probe, mut plan) = (probe_request(), 0, 0);
    let (units, length, null) = (request.as_ptr(), request.len(), ptr::null_mut());
    // SAFETY: request and outputs are local variables.
    let status = unsafe { eop_probe_open(units, length, &raw mut probe, &raw mut plan, null) };
    assert_eq!(status, EOP_OK);
    assert_eq!(free_text(plan, null), EOP_OK);
    probe
}

pub(in crate::ffi) fn probe_event(probe: u64, error: *mut ErrorDetail) -> i32 {
    let (mut output, mut length, mut deadline) = (ptr::null(), 0, 0);
    // SAFETY: the outputs are local variables, `error` comes from a test of this file.
    unsafe {
        eop_probe_event(
            probe,
            EOP_PROBE_TIMED_OUT,
            0,
            ptr::null(),
            0,
            ptr::null(),
            0,
            &raw mut output,
            &raw mut length,
            &raw mut deadline,
            error,
        )
    }
}

pub(in crate::ffi) fn probe_outcome(probe: u64, error: *mut ErrorDetail) -> i32 {
    let mut outcome = 0;
    // SAFETY: the output is a local variable, `error` comes from a test of this file.
    unsafe { eop_probe_outcome(probe, 0, &raw mut outcome, error) }
}

pub(in crate::ffi) fn free_probe(probe: u64, error: *mut ErrorDetail) -> i32 {
    // SAFETY: `error` comes from a test of this file.
    unsafe { eop_probe_free(probe, error) }
}

pub(in crate::ffi) fn open_diagnosis() -> u64 {
    let (request, mut diagnosis) = (['{', '}'].map(|unit| unit as u16), 0);
    // SAFETY: request and output are local variables.
    let status =
        unsafe { eop_diagnosis_open(request.as_ptr(), 2, &raw mut diagnosis, ptr::null_mut()) };
    assert_eq!(status, EOP_OK);
    diagnosis
}

pub(in crate::ffi) fn add_to_diagnosis(diagnosis: u64, error: *mut ErrorDetail) -> i32 {
    let request = ['{', '}'].map(|unit| unit as u16);
    // SAFETY: the request is a local variable, `error` comes from a test of this file.
    unsafe { eop_diagnosis_add(diagnosis, request.as_ptr(), 2, error) }
}

/// Without Logs it is at its end, which is as good an answer.
pub(in crate::ffi) fn read_diagnosis(diagnosis: u64, error: *mut ErrorDetail) -> i32 {
    let mut progress = empty::<ProgressView>();
    progress.struct_size = u32::try_from(size_of::<ProgressView>()).unwrap();
    // SAFETY: the output is a local variable, `error` comes from a test of this file.
    unsafe { eop_diagnosis_read(diagnosis, 0, &raw mut progress, error) }
}

pub(in crate::ffi) fn answer_diagnosis(diagnosis: u64, error: *mut ErrorDetail) -> i32 {
    let mut answer = 0;
    // SAFETY: the output is a local variable, `error` comes from a test of this file.
    let status =
        unsafe { eop_diagnosis_answer(diagnosis, EOP_DIAGNOSIS_REPORT, &raw mut answer, error) };
    assert_eq!(answer == 0, status != EOP_OK);
    status
}

pub(in crate::ffi) fn cancel_diagnosis(diagnosis: u64, error: *mut ErrorDetail) -> i32 {
    // SAFETY: `error` comes from a test of this file.
    unsafe { eop_diagnosis_cancel(diagnosis, error) }
}

pub(in crate::ffi) fn free_diagnosis(diagnosis: u64, error: *mut ErrorDetail) -> i32 {
    // SAFETY: `error` comes from a test of this file.
    unsafe { eop_diagnosis_free(diagnosis, error) }
}

pub(in crate::ffi) fn open_cancellation() -> u64 {
    let mut cancellation = 0;
    // SAFETY: the output is a local variable, and no detail is asked for.
    let status = unsafe { eop_cancellation_open(&raw mut cancellation, ptr::null_mut()) };
    assert_eq!(status, EOP_OK);
    cancellation
}

/// Examines a chain that this cancellation ends.
pub(in crate::ffi) fn examine_with(cancellation: u64, error: *mut ErrorDetail) -> i32 {
    let (files, mut report) = ([chain_file()], 0);
    let query = ChainQueryOptions { cancellation, ..chain_query(&files) };
    // SAFETY: query and output are local variables, `error` comes from a test of this file.
    let status = unsafe { eop_chain_examine(&raw const query, &raw mut report, error) };
    assert_eq!(report == 0, status != EOP_OK);
    status
}

pub(in crate::ffi) fn cancel_cancellation(cancellation: u64, error: *mut ErrorDetail) -> i32 {
    // SAFETY: `error` comes from a test of this file.
    unsafe { eop_cancellation_cancel(cancellation, error) }
}

pub(in crate::ffi) fn free_cancellation(cancellation: u64, error: *mut ErrorDetail) -> i32 {
    // SAFETY: `error` comes from a test of this file.
    unsafe { eop_cancellation_free(cancellation, error) }
}

pub(in crate::ffi) fn next_evidence(reader: u64, error: *mut ErrorDetail) -> i32 {
    let mut batch = 0;
    // SAFETY: the output is a local variable, `error` comes from a test of this file.
    let status = unsafe { eop_evidence_next(reader, 0, 0, &raw mut batch, error) };
    assert_eq!(batch == 0, status != EOP_OK);
    status
}

pub(in crate::ffi) fn cancel_evidence(reader: u64, error: *mut ErrorDetail) -> i32 {
    // SAFETY: `error` comes from a test of this file.
    unsafe { eop_evidence_cancel(reader, error) }
}

pub(in crate::ffi) fn free_evidence(reader: u64, error: *mut ErrorDetail) -> i32 {
    // SAFETY: `error` comes from a test of this file.
    unsafe { eop_evidence_free(reader, error) }
}
