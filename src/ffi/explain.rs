//! Explaining one text about a refusal.

use libc::size_t;

use super::answer::{answer, json};
use super::error::ErrorDetail;
use super::input::Utf16;
use super::output::require;
use crate::reply;

/// The most units of a text to be explained.
pub const EOP_MAXIMUM_TEXT_LENGTH: usize = 16_777_216;

/// Explains a text about a refusal: a reply, an NDR, a queue's LastError, a line of an event log.
///
/// `text` has `length` units and is read during the call only; unpaired surrogates in it count as
/// U+FFFD. `report` receives a text handle with one JSON object, the same as of `eop-relay explain
/// --json`; free it with eop_text_free. Any text is accepted, also an empty one: the object says
/// whether it was recognised.
///
/// EOP_OK; EOP_NULL_ARGUMENT: text or report is NULL; EOP_INVALID_ARGUMENT: the length is above
/// EOP_MAXIMUM_TEXT_LENGTH; EOP_TOO_MANY_HANDLES. From any thread.
///
/// # Safety
/// Each pointer is NULL or points to what is described; outputs are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_explain(
    text: *const u16,
    length: size_t,
    report: *mut u64,
    error: *mut ErrorDetail,
) -> i32 {
    let make = || {
        require(text, "text")?;
        // SAFETY: the caller promises that many units.
        let text =
            unsafe { Utf16 { text, length }.to_lossy_text("text", EOP_MAXIMUM_TEXT_LENGTH) }?;
        json(&reply::explain(&text))
    };
    // SAFETY: promised by the caller.
    unsafe { answer("eop_explain", (report, "report"), error, make) }
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use serde_json::Value;
    use widestring::U16String;

    use super::*;
    use crate::ffi::status::{EOP_INVALID_ARGUMENT, EOP_NULL_ARGUMENT, EOP_OK};
    use crate::ffi::{eop_text_free, eop_text_get};

    #[test]
    fn a_reply_is_explained_in_the_json_of_the_core() {
        for text in ["550 5.7.64 TenantAttribution; Relay Access Denied", "", "\u{1F4E7} nothing"] {
            let expected = serde_json::to_value(reply::explain(text)).unwrap();
            assert_eq!(explained(U16String::from_str(text).as_slice()), expected, "{text}");
        }
    }

    #[test]
    fn an_unpaired_surrogate_does_not_hide_the_rest() {
        let mut units = U16String::from_str("550 5.7.64 TenantAttribution; Relay Access Denied ");
        units.push_slice([0xD83D]);
        assert_eq!(explained(units.as_slice())["Rejection"], "RelayDenied");
    }

    #[test]
    fn a_text_that_is_missing_or_beyond_the_limit_is_refused() {
        let unit = 0_u16;
        let mut report = 0;
        // SAFETY: NULL and the length are checked before anything is read.
        let missing = unsafe { eop_explain(ptr::null(), 0, &raw mut report, ptr::null_mut()) };
        assert_eq!((missing, report), (EOP_NULL_ARGUMENT, 0));
        let length = EOP_MAXIMUM_TEXT_LENGTH + 1;
        // SAFETY: as above.
        let long =
            unsafe { eop_explain(&raw const unit, length, &raw mut report, ptr::null_mut()) };
        assert_eq!((long, report), (EOP_INVALID_ARGUMENT, 0));
        // SAFETY: as above.
        let nowhere = unsafe { eop_explain(&raw const unit, 1, ptr::null_mut(), ptr::null_mut()) };
        assert_eq!(nowhere, EOP_NULL_ARGUMENT);
    }

    fn explained(text: &[u16]) -> Value {
        let (mut report, mut units, mut length) = (0, ptr::null(), 0);
        let no_error = ptr::null_mut();
        // SAFETY: a slice and a local variable.
        let status = unsafe { eop_explain(text.as_ptr(), text.len(), &raw mut report, no_error) };
        assert_eq!(status, EOP_OK);
        // SAFETY: the outputs are local variables.
        let status = unsafe { eop_text_get(report, &raw mut units, &raw mut length, no_error) };
        assert_eq!(status, EOP_OK);
        // SAFETY: the view is valid until the handle is freed below.
        let json = unsafe { U16String::from_ptr(units, length) }.to_string().unwrap();
        // SAFETY: no detail is asked for.
        assert_eq!(unsafe { eop_text_free(report, no_error) }, EOP_OK);
        serde_json::from_str(&json).unwrap()
    }
}
