//! Explaining errors of queues, tracking logs and NDRs, and joining them to sessions.

use libc::size_t;

use super::answer::{answer, json, read_request};
use super::error::ErrorDetail;

mod request;

/// The most units of the request of eop_resolve_errors.
pub const EOP_MAXIMUM_ERRORS_LENGTH: usize = 536_870_912;

/// Explains errors of delivery, and joins each to the session of the log that it is about.
///
/// `request` has `length` units and is read during the call only. It is one JSON object; every
/// member may be absent or null:
///
/// - Texts: an array of texts: replies, LastErrors, NDRs.
/// - Files: an array of {"Path", "Content"}: what errors call the file, and its bytes in base64. NDRs
///   (a mail, HTML or text), or exported objects of Get-Queue, Get-Message, Get-MessageTrackingLog.
/// - Objects: an array of such objects, their properties as text, numbers, flags or arrays of these,
///   times as 2026-11-15T01:02:03Z. Errors name an object by its line in the text of the array.
/// - Sessions: an array of sessions with the names of their members, as `eop-relay sessions --json`
///   writes them.
///
/// `report` receives a text handle with one JSON object; free it with eop_text_free. Its members:
///
/// - Errors: an array of errors, the same as of `eop-relay explain --path --json`, in the order of
///   texts, files and objects.
/// - WithoutError: how many queues, messages and events had none.
/// - Problems: an array of {"Path", "Line", "Message", "IsError"}: what was not read, or not as it
///   stands; IsError: nothing was read of it.
///
/// EOP_OK, whatever the report says; EOP_NULL_ARGUMENT: request or report is NULL;
/// EOP_INVALID_ARGUMENT: the length is above EOP_MAXIMUM_ERRORS_LENGTH, or the request is not such an
/// object, which the message says; EOP_INVALID_TEXT; EOP_TOO_MANY_HANDLES. From any thread.
///
/// # Safety
/// Each pointer is NULL or points to what is described; outputs are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_resolve_errors(
    request: *const u16,
    length: size_t,
    report: *mut u64,
    error: *mut ErrorDetail,
) -> i32 {
    let make = || {
        // SAFETY: the caller promises that many units.
        let text = unsafe { read_request("request", request, length, EOP_MAXIMUM_ERRORS_LENGTH) }?;
        json(&request::resolve(&text)?)
    };
    // SAFETY: promised by the caller.
    unsafe { answer("eop_resolve_errors", (report, "report"), error, make) }
}

#[cfg(test)]
mod tests;
