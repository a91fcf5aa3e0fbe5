//! The guard around every exported function: no panic crosses the border, none is printed.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread;

use super::error::{ErrorDetail, ErrorSink, Failure};
use super::status::EOP_PANIC;
use crate::session::WORKER_THREAD_NAME;

thread_local! {
    /// Whether this thread is inside the guard, so that a panic here is ours to report.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    /// Where the last panic on this thread happened.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Where the last panic of a worker thread happened; it goes on in the thread that called us, which
/// does not run the hook again.
static WORKER_PLACE: Mutex<Option<String>> = Mutex::new(None);

fn worker_place() -> MutexGuard<'static, Option<String>> {
    WORKER_PLACE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Captures the place of a guarded panic. Others go on to the hook that was there before: in a
/// program that links the library as a crate they are not ours.
fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |information| {
            let place = information.location().map(ToString::to_string);
            // A thread that is ending has no thread-locals any more.
            if GUARDED.try_with(Cell::get).unwrap_or(false) {
                let _ = PLACE.try_with(|slot| slot.replace(place));
            } else if thread::current().name() == Some(WORKER_THREAD_NAME) {
                *worker_place() = place;
            } else {
                previous(information);
            }
        }));
    });
}

/// Runs the body of the exported function `name` and turns its result into a status and, for an
/// error, into the caller's detail.
///
/// # Safety
/// `error` is NULL or points to a struct that begins with its size in bytes and of which
/// that many bytes are writable during the call.
pub(super) unsafe fn guard(
    name: &str,
    error: *mut ErrorDetail,
    body: impl FnOnce() -> Result<i32, Failure>,
) -> i32 {
    // SAFETY: promised by the caller.
    let sink = match unsafe { ErrorSink::new(error) } {
        Ok(sink) => sink,
        Err(status) => return status,
    };
    let result = catch(name, body).and_then(|result| result);
    let Err(failure) = result else { return result.unwrap_or(EOP_PANIC) };
    // Writing the detail allocates; should that panic, the status still arrives.
    let _ = catch(name, || sink.write(&failure));
    failure.status
}

/// The result of the body, or its panic as a failure.
fn catch<R>(name: &str, body: impl FnOnce() -> R) -> Result<R, Failure> {
    let was_guarded = GUARDED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(|| {
        install_hook();
        body()
    }));
    GUARDED.set(was_guarded);
    result.map_err(|payload| panic_failure(name, payload))
}

fn panic_failure(name: &str, payload: Box<dyn Any + Send>) -> Failure {
    let message = match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => match payload.downcast::<&'static str>() {
            Ok(text) => (*text).to_owned(),
            Err(other) => {
                // Dropping an unknown payload could panic outside of any guard.
                std::mem::forget(other);
                "no message".to_owned()
            }
        },
    };
    let place = PLACE.take().or_else(|| worker_place().take());
    let place = place.unwrap_or_else(|| "an unknown place".to_owned());
    Failure::new(
        EOP_PANIC,
        format!("{name} failed by a defect of EopRelay at {place}: {message}. Please report it."),
    )
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;

    fn is_fine() -> bool {
        false
    }

    #[test]
    fn a_panic_of_a_worker_thread_is_told_with_its_place() {
        let body = || {
            let worker = thread::Builder::new().name(WORKER_THREAD_NAME.to_owned());
            let ended = worker.spawn(|| assert!(is_fine(), "in a worker")).unwrap().join();
            ended.map_err(|payload| panic::resume_unwind(payload))
        };
        let failure = catch::<Result<(), ()>>("eop_test", body).unwrap_err();
        assert_eq!(failure.status, EOP_PANIC);
        assert!(failure.message.contains("guard.rs:"), "{}", failure.message);
        assert!(failure.message.contains("in a worker"), "{}", failure.message);
    }

    #[test]
    fn a_panic_with_any_payload_is_a_status() {
        // SAFETY: no detail is asked for.
        let status = unsafe { guard("eop_test", ptr::null_mut(), || panic::panic_any(17)) };
        assert_eq!(status, EOP_PANIC);
    }
}
