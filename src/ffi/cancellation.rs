//! Handles that end what a call does, from another thread.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::error::{ErrorDetail, Failure};
use super::guard::guard;
use super::handle::{Handles, Kind};
use super::injection;
use super::output::{require_output, write_output};
use super::status::EOP_OK;

static CANCELLATIONS: Handles<Arc<AtomicBool>> = Handles::new(Kind::Cancellation);

/// Opens a cancellation, for one call at a time that takes such a handle (eop_chain_query.cancellation).
///
/// `cancellation` receives the handle; free it with eop_cancellation_free.
///
/// EOP_OK; EOP_NULL_ARGUMENT: `cancellation` is NULL; EOP_TOO_MANY_HANDLES. From any thread.
///
/// # Safety
/// Each pointer is NULL or points to what is described, writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_cancellation_open(
    cancellation: *mut u64,
    error: *mut ErrorDetail,
) -> i32 {
    let body = || {
        require_output(cancellation, "cancellation")?;
        injection::strike("eop_cancellation_open");
        let flag = Arc::new(AtomicBool::new(false));
        let handle = CANCELLATIONS.insert(Arc::clone(&flag), Some(flag))?;
        // SAFETY: not NULL, and the caller promises a place for a handle.
        unsafe { write_output(cancellation, handle) };
        Ok(EOP_OK)
    };
    // SAFETY: promised by the caller.
    unsafe { guard("eop_cancellation_open", error, body) }
}

/// Cancels the call that was given this handle, and every later one: it answers EOP_CANCELLED within a
/// second, or what it had come to by then.
///
/// EOP_OK, also without such a call; the errors of handles except EOP_BUSY. From any thread.
///
/// # Safety
/// `error` is NULL or points to a writable eop_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_cancellation_cancel(
    cancellation: u64,
    error: *mut ErrorDetail,
) -> i32 {
    let body = || CANCELLATIONS.cancel("eop_cancellation_cancel", cancellation).map(|()| EOP_OK);
    // SAFETY: promised by the caller.
    unsafe { guard("eop_cancellation_cancel", error, body) }
}

/// Frees a cancellation, from any thread; a call that goes on with it is cancelled.
///
/// EOP_OK; EOP_INVALID_HANDLE; EOP_WRONG_KIND; EOP_FREED: freed before.
///
/// # Safety
/// `error` is NULL or points to a writable eop_error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_cancellation_free(cancellation: u64, error: *mut ErrorDetail) -> i32 {
    let body = || CANCELLATIONS.free("eop_cancellation_free", cancellation).map(|()| EOP_OK);
    // SAFETY: promised by the caller.
    unsafe { guard("eop_cancellation_free", error, body) }
}

/// What a cancellation sets; `None` for the number 0, which stands for none.
pub(super) fn flag_of(cancellation: u64) -> Result<Option<Arc<AtomicBool>>, Failure> {
    if cancellation == 0 {
        return Ok(None);
    }
    let mut flag = None;
    CANCELLATIONS.call("eop_cancellation", cancellation, |own| {
        flag = Some(Arc::clone(own));
        Ok(())
    })?;
    Ok(flag)
}
