//! The handle that holds a text, such as a report in JSON.

use libc::size_t;
use widestring::U16String;

use super::error::{ErrorDetail, Failure};
use super::guard::guard;
use super::handle::{Handles, Kind};
use super::memory::utf16_of;
use super::output::{require_output, write_output};
use super::status::EOP_OK;

static TEXTS: Handles<U16String> = Handles::new(Kind::Text);

/// Opens a handle of a text.
pub(super) fn open_text(text: &str) -> Result<u64, Failure> {
    TEXTS.insert(utf16_of(text)?, None)
}

/// A view of the text of a text handle.
///
/// `units` receives the first unit of UTF-16 text and `length` their number; there is no terminating
/// zero. The text never changes; the view is valid until eop_text_free, and nothing protects a view
/// used longer.
///
/// EOP_OK; EOP_NULL_ARGUMENT: units or length is NULL; the errors of handles.
///
/// # Safety
/// Each pointer is NULL or points to what is described, writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_text_get(
    text: u64,
    units: *mut *const u16,
    length: *mut size_t,
    error: *mut ErrorDetail,
) -> i32 {
    let body = || {
        require_output(units, "units")?;
        require_output(length, "length")?;
        let (first, count) =
            TEXTS.call("eop_text_get", text, |text| Ok((text.as_ptr(), text.len())))?;
        // SAFETY: not NULL, and the caller promises a place for a pointer.
        unsafe { write_output(units, first) };
        // SAFETY: not NULL, and the caller promises a place for a number.
        unsafe { write_output(length, count) };
        Ok(EOP_OK)
    };
    // SAFETY: promised by the caller.
    unsafe { guard("eop_text_get", error, body) }
}

/// Frees a text handle, from any thread, also a poisoned one; views of its text end with it.
///
/// EOP_OK; EOP_INVALID_HANDLE; EOP_WRONG_KIND; EOP_FREED: freed before.
///
/// # Safety
/// `error` is NULL or points to a writable eop_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_text_free(text: u64, error: *mut ErrorDetail) -> i32 {
    let body = || TEXTS.free("eop_text_free", text).map(|()| EOP_OK);
    // SAFETY: promised by the caller.
    unsafe { guard("eop_text_free", error, body) }
}
