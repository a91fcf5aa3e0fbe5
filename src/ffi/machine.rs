//! The certificate stores of the machine itself.

use super::answer::{answer, json};
use super::error::{ErrorDetail, Failure};
use super::status::{EOP_MACHINE_CALL_FAILED, EOP_NOT_WINDOWS};
use crate::windows::{MachineError, read_machine_stores};

impl From<MachineError> for Failure {
    fn from(error: MachineError) -> Self {
        let status = match error {
            MachineError::NotWindows => EOP_NOT_WINDOWS,
            MachineError::Call { .. } => EOP_MACHINE_CALL_FAILED,
        };
        Self::new(status, error.to_string())
    }
}

/// The certificates of this computer's account: LocalMachine\My with what can be seen of their
/// private keys (provider, whether they are there, whether NETWORK SERVICE may read them), CA, Root
/// and AuthRoot. Stores are read and nothing is changed; no key is used, nobody is asked.
///
/// `report` receives a text handle with one JSON object: My, Intermediates, Roots, ProgrammeRoots
/// (null: not read), and Unseen, an array of {"Place", "Reason"}; free it with eop_text_free.
///
/// EOP_OK; EOP_NULL_ARGUMENT: report is NULL; EOP_NOT_WINDOWS; EOP_TOO_MANY_HANDLES. From any thread.
///
/// # Safety
/// Each pointer is NULL or points to what is described; outputs are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_store_certificates(report: *mut u64, error: *mut ErrorDetail) -> i32 {
    let make = || json(&read_machine_stores()?.listing());
    // SAFETY: promised by the caller.
    unsafe { answer("eop_store_certificates", (report, "report"), error, make) }
}

#[cfg(all(test, not(windows)))]
mod tests {
    use std::ptr;

    use super::*;
    use crate::ffi::status::EOP_NULL_ARGUMENT;

    #[test]
    fn other_systems_answer_that_they_are_not_windows() {
        let mut report = 0;
        // SAFETY: the output is a local variable, and no detail is asked for.
        let status = unsafe { eop_store_certificates(&raw mut report, ptr::null_mut()) };
        assert_eq!((status, report), (EOP_NOT_WINDOWS, 0));
        // SAFETY: NULL is checked before anything is written.
        let status = unsafe { eop_store_certificates(ptr::null_mut(), ptr::null_mut()) };
        assert_eq!(status, EOP_NULL_ARGUMENT);
    }
}
