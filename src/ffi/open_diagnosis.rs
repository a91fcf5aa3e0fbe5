//! The handle of a diagnosis, to which sessions come piece by piece.

use std::sync::Arc;

use libc::size_t;

use super::answer::read_request;
use super::caller_memory::write_sized;
use super::diagnosis::{EOP_MAXIMUM_REQUEST_LENGTH, logs, request};
use super::error::{ErrorDetail, Failure};
use super::guard::guard;
use super::handle::{Handles, Kind};
use super::injection;
use super::judgement::judged;
use super::output::{require_output, require_sized_output, write_output};
use super::session_reader::{EOP_DEFAULT_BUDGET, ProgressView, or_default, progress_view};
use super::status::{EOP_END, EOP_OK};
use super::text::open_text;
use crate::diagnosis::{Evidence, certificate_overview, diagnose};
use crate::renewal::renewal_plan;
use crate::session::{Progress, SessionReader};

/// kind of eop_diagnosis_answer: the report, as of eop_test.
pub const EOP_DIAGNOSIS_REPORT: u32 = 1;
/// kind of eop_diagnosis_answer: the certificates of send connectors, as of eop_certificates.
pub const EOP_DIAGNOSIS_CERTIFICATES: u32 = 2;
/// kind of eop_diagnosis_answer: the plan of a renewal, as of eop_renewal_plan.
pub const EOP_DIAGNOSIS_RENEWAL_PLAN: u32 = 3;

static DIAGNOSES: Handles<Diagnosis> = Handles::new(Kind::Diagnosis);

struct Diagnosis {
    evidence: Evidence,
    /// Sessions added so far: messages name one by its number.
    sessions: u64,
    logs: Option<SessionReader>,
}

/// Opens a diagnosis: what eop_test does in one call, in steps. What was added is kept as counts and
/// cases, so that any number of sessions takes bounded memory.
///
/// `request` has `length` units and is read during the call only: a request as of eop_test. Its Logs
/// are found, and read by eop_diagnosis_read; its Cancellation ends the opening alone. `diagnosis`
/// receives the handle; free it with eop_diagnosis_free.
///
/// EOP_OK; EOP_NULL_ARGUMENT: request or diagnosis is NULL; EOP_INVALID_ARGUMENT, EOP_INVALID_TEXT,
/// EOP_INVALID_THUMBPRINT, EOP_CERTIFICATE_NOT_FOUND, EOP_CANCELLED and the errors of handles as of
/// eop_test; EOP_TOO_MANY_HANDLES. From any thread.
///
/// # Safety
/// Each pointer is NULL or points to what is described; outputs are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_diagnosis_open(
    request: *const u16,
    length: size_t,
    diagnosis: *mut u64,
    error: *mut ErrorDetail,
) -> i32 {
    let body = || {
        require_output(diagnosis, "diagnosis")?;
        // SAFETY: the caller promises that many units.
        let text = unsafe { read_request("request", request, length, EOP_MAXIMUM_REQUEST_LENGTH) }?;
        injection::strike("eop_diagnosis_open");
        let (mut evidence, logs) = request::open(&text)?;
        // The cancellation of the request was for the opening alone.
        let cancellation = logs.as_ref().map(SessionReader::cancellation).unwrap_or_default();
        evidence.cancellation = Arc::clone(&cancellation);
        let open = Diagnosis { evidence, sessions: 0, logs };
        let handle = DIAGNOSES.insert(open, Some(cancellation))?;
        // SAFETY: not NULL, and the caller promises a place for a handle.
        unsafe { write_output(diagnosis, handle) };
        Ok(EOP_OK)
    };
    // SAFETY: promised by the caller.
    unsafe { guard("eop_diagnosis_open", error, body) }
}

/// Adds sessions and certificates.
///
/// `request` has `length` units and is read during the call only: a JSON object with the members
/// Sessions, Certificates and CertificateFiles of eop_test alone, each of which may be absent.
///
/// EOP_OK; EOP_NULL_ARGUMENT: `request` is NULL; EOP_INVALID_ARGUMENT: it is no such object;
/// EOP_INVALID_TEXT; EOP_CANCELLED; the errors of handles.
///
/// # Safety
/// Each pointer is NULL or points to what is described.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_diagnosis_add(
    diagnosis: u64,
    request: *const u16,
    length: size_t,
    error: *mut ErrorDetail,
) -> i32 {
    let body = || {
        // SAFETY: the caller promises that many units.
        let text = unsafe { read_request("request", request, length, EOP_MAXIMUM_REQUEST_LENGTH) }?;
        DIAGNOSES.call("eop_diagnosis_add", diagnosis, |open| {
            open.sessions += request::add(&mut open.evidence, open.sessions + 1, &text)?;
            Ok(EOP_OK)
        })
    };
    // SAFETY: promised by the caller.
    unsafe { guard("eop_diagnosis_add", error, body) }
}

/// Reads on in the Logs of the request.
///
/// Returns after about `budget` bytes of input (0 = EOP_DEFAULT_BUDGET): call again until EOP_END.
/// `progress` receives how far it is, also on EOP_END; without Logs nothing but zeros.
///
/// EOP_OK: there is more; EOP_END: all is read, or the diagnosis was cancelled; EOP_NULL_ARGUMENT:
/// `progress` is NULL; EOP_INVALID_STRUCT_SIZE; the errors of handles.
///
/// # Safety
/// Each pointer is NULL or points to what is described, writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_diagnosis_read(
    diagnosis: u64,
    budget: u64,
    progress: *mut ProgressView,
    error: *mut ErrorDetail,
) -> i32 {
    let body = || {
        // SAFETY: promised by the caller.
        unsafe { require_sized_output(progress, "progress") }?;
        let budget = or_default(budget, EOP_DEFAULT_BUDGET);
        let (view, is_more) = DIAGNOSES.call("eop_diagnosis_read", diagnosis, |open| {
            let Diagnosis { evidence, logs, .. } = open;
            let Some(logs) = logs else { return Ok((progress_view(&Progress::default()), false)) };
            let is_more = logs::read_on(evidence, logs, budget);
            Ok((progress_view(&logs.progress()), is_more))
        })?;
        // SAFETY: checked above, and the caller promises that many writable bytes.
        unsafe { write_sized(progress, &view) };
        Ok(if is_more { EOP_OK } else { EOP_END })
    };
    // SAFETY: promised by the caller.
    unsafe { guard("eop_diagnosis_read", error, body) }
}

/// Judges what was given so far. What is not read yet of the Logs is read first.
///
/// `kind` is EOP_DIAGNOSIS_REPORT, EOP_DIAGNOSIS_CERTIFICATES or EOP_DIAGNOSIS_RENEWAL_PLAN. `answer`
/// receives a text handle with one JSON object, the same as of eop_test, eop_certificates or
/// eop_renewal_plan; free it with eop_text_free. More may be added afterwards.
///
/// EOP_OK, whatever the answer says; EOP_NULL_ARGUMENT: `answer` is NULL; EOP_INVALID_ARGUMENT: an
/// unknown kind; EOP_CANCELLED: what was read of the Logs by then is not judged; EOP_TOO_MANY_HANDLES;
/// the errors of handles.
///
/// # Safety
/// Each pointer is NULL or points to what is described, writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_diagnosis_answer(
    diagnosis: u64,
    kind: u32,
    answer: *mut u64,
    error: *mut ErrorDetail,
) -> i32 {
    let body = || {
        require_output(answer, "answer")?;
        let handle = DIAGNOSES.call("eop_diagnosis_answer", diagnosis, |open| {
            let Diagnosis { evidence, logs, .. } = open;
            if let Some(logs) = logs {
                while logs::read_on(evidence, logs, u64::MAX) {}
            }
            let text = match kind {
                EOP_DIAGNOSIS_REPORT => judged(evidence, diagnose),
                EOP_DIAGNOSIS_CERTIFICATES => judged(evidence, certificate_overview),
                EOP_DIAGNOSIS_RENEWAL_PLAN => judged(evidence, renewal_plan),
                other => Err(Failure::invalid(format!("kind: there is no answer {other}"))),
            };
            open_text(&text?)
        })?;
        // SAFETY: not NULL, and the caller promises a place for a handle.
        unsafe { write_output(answer, handle) };
        Ok(EOP_OK)
    };
    // SAFETY: promised by the caller.
    unsafe { guard("eop_diagnosis_answer", error, body) }
}

/// Ends what another thread does with the diagnosis, and all that comes later: eop_diagnosis_read
/// answers EOP_END soon, eop_diagnosis_add and eop_diagnosis_answer EOP_CANCELLED. The handle stays open
/// until it is freed.
///
/// EOP_OK; the errors of handles except EOP_BUSY.
///
/// # Safety
/// `error` is NULL or points to a writable eop_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_diagnosis_cancel(diagnosis: u64, error: *mut ErrorDetail) -> i32 {
    let body = || DIAGNOSES.cancel("eop_diagnosis_cancel", diagnosis).map(|()| EOP_OK);
    // SAFETY: promised by the caller.
    unsafe { guard("eop_diagnosis_cancel", error, body) }
}

/// Frees a diagnosis, from any thread, also a poisoned one. Its handle is invalid at once; while
/// another thread is inside a call with it, that call is cancelled, answers EOP_FREED, and
/// files and memory are released when it returns.
///
/// EOP_OK; EOP_INVALID_HANDLE; EOP_WRONG_KIND; EOP_FREED: freed before.
///
/// # Safety
/// `error` is NULL or points to a writable eop_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_diagnosis_free(diagnosis: u64, error: *mut ErrorDetail) -> i32 {
    let body = || DIAGNOSES.free("eop_diagnosis_free", diagnosis).map(|()| EOP_OK);
    // SAFETY: promised by the caller.
    unsafe { guard("eop_diagnosis_free", error, body) }
}

#[cfg(test)]
mod tests;
