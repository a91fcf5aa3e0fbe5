//! Wrong use of every export is answered by a status.

mod arguments;
mod calls;
mod handles;
mod panics;
mod threads;

use std::ptr;

pub(super) use self::calls::*;
use super::*;

/// A function that takes a handle.
struct HandleFunction {
    name: &'static str,
    /// A call with that handle and good arguments otherwise.
    call: fn(u64, *mut ErrorDetail) -> i32,
    opens: fn() -> u64,
    opens_other_kind: fn() -> u64,
    frees: fn(u64, *mut ErrorDetail) -> i32,
    /// What it answers while another thread is inside a call.
    while_busy: i32,
    /// What it answers with a handle that a panic has hit.
    when_poisoned: i32,
    /// What it answers with a handle on which it has itself panicked.
    after_own_panic: i32,
}

const HANDLE_FUNCTIONS: &[HandleFunction] = &[
    HandleFunction {
        name: "eop_session_reader_next_batch",
        call: next_batch,
        opens: open_reader,
        opens_other_kind: open_some_text,
        frees: free_reader,
        while_busy: EOP_BUSY,
        when_poisoned: EOP_POISONED,
        after_own_panic: EOP_POISONED,
    },
    HandleFunction {
        name: "eop_session_reader_progress",
        call: progress,
        opens: open_reader,
        opens_other_kind: open_some_text,
        frees: free_reader,
        while_busy: EOP_BUSY,
        when_poisoned: EOP_POISONED,
        after_own_panic: EOP_POISONED,
    },
    HandleFunction {
        name: "eop_session_reader_save",
        call: save,
        opens: open_reader,
        opens_other_kind: open_some_text,
        frees: free_reader,
        while_busy: EOP_BUSY,
        when_poisoned: EOP_POISONED,
        after_own_panic: EOP_POISONED,
    },
    HandleFunction {
        name: "eop_session_reader_cancel",
        call: cancel,
        opens: open_reader,
        opens_other_kind: open_some_text,
        frees: free_reader,
        while_busy: EOP_OK,
        when_poisoned: EOP_POISONED,
        after_own_panic: EOP_POISONED,
    },
    HandleFunction {
        name: "eop_session_reader_free",
        call: free_reader,
        opens: open_reader,
        opens_other_kind: open_some_text,
        frees: free_reader,
        while_busy: EOP_OK,
        when_poisoned: EOP_OK,
        after_own_panic: EOP_FREED,
    },
    HandleFunction {
        name: "eop_text_get",
        call: get_text,
        opens: open_some_text,
        opens_other_kind: open_reader,
        frees: free_text,
        while_busy: EOP_BUSY,
        when_poisoned: EOP_POISONED,
        after_own_panic: EOP_POISONED,
    },
    HandleFunction {
        name: "eop_text_free",
        call: free_text,
        opens: open_some_text,
        opens_other_kind: open_reader,
        frees: free_text,
        while_busy: EOP_OK,
        when_poisoned: EOP_OK,
        after_own_panic: EOP_FREED,
    },
    HandleFunction {
        name: "eop_evidence_next",
        call: next_evidence,
        opens: open_evidence,
        opens_other_kind: open_some_text,
        frees: free_evidence,
        while_busy: EOP_BUSY,
        when_poisoned: EOP_POISONED,
        after_own_panic: EOP_POISONED,
    },
    HandleFunction {
        name: "eop_evidence_cancel",
        call: cancel_evidence,
        opens: open_evidence,
        opens_other_kind: open_some_text,
        frees: free_evidence,
        while_busy: EOP_OK,
        when_poisoned: EOP_POISONED,
        after_own_panic: EOP_POISONED,
    },
    HandleFunction {
        name: "eop_evidence_free",
        call: free_evidence,
        opens: open_evidence,
        opens_other_kind: open_some_text,
        frees: free_evidence,
        while_busy: EOP_OK,
        when_poisoned: EOP_OK,
        after_own_panic: EOP_FREED,
    },
    HandleFunction {
        name: "eop_evidence_add",
        call: add_evidence,
        opens: open_evidence_for_text,
        opens_other_kind: open_some_text,
        frees: free_evidence,
        while_busy: EOP_BUSY,
        when_poisoned: EOP_POISONED,
        after_own_panic: EOP_POISONED,
    },
    HandleFunction {
        name: "eop_diagnosis_add",
        call: add_to_diagnosis,
        opens: open_diagnosis,
        opens_other_kind: open_some_text,
        frees: free_diagnosis,
        while_busy: EOP_BUSY,
        when_poisoned: EOP_POISONED,
        after_own_panic: EOP_POISONED,
    },
    HandleFunction {
        name: "eop_diagnosis_read",
        call: read_diagnosis,
        opens: open_diagnosis,
        opens_other_kind: open_some_text,
        frees: free_diagnosis,
        while_busy: EOP_BUSY,
        when_poisoned: EOP_POISONED,
        after_own_panic: EOP_POISONED,
    },
    HandleFunction {
        name: "eop_diagnosis_answer",
        call: answer_diagnosis,
        opens: open_diagnosis,
        opens_other_kind: open_some_text,
        frees: free_diagnosis,
        while_busy: EOP_BUSY,
        when_poisoned: EOP_POISONED,
        after_own_panic: EOP_POISONED,
    },
    HandleFunction {
        name: "eop_diagnosis_cancel",
        call: cancel_diagnosis,
        opens: open_diagnosis,
        opens_other_kind: open_some_text,
        frees: free_diagnosis,
        while_busy: EOP_OK,
        when_poisoned: EOP_POISONED,
        after_own_panic: EOP_POISONED,
    },
    HandleFunction {
        name: "eop_diagnosis_free",
        call: free_diagnosis,
        opens: open_diagnosis,
        opens_other_kind: open_some_text,
        frees: free_diagnosis,
        while_busy: EOP_OK,
        when_poisoned: EOP_OK,
        after_own_panic: EOP_FREED,
    },
    HandleFunction {
        name: "eop_cancellation_cancel",
        call: cancel_cancellation,
        opens: open_cancellation,
        opens_other_kind: open_some_text,
        frees: free_cancellation,
        while_busy: EOP_OK,
        when_poisoned: EOP_POISONED,
        after_own_panic: EOP_POISONED,
    },
    HandleFunction {
        name: "eop_cancellation_free",
        call: free_cancellation,
        opens: open_cancellation,
        opens_other_kind: open_some_text,
        frees: free_cancellation,
        while_busy: EOP_OK,
        when_poisoned: EOP_OK,
        after_own_panic: EOP_FREED,
    },
    HandleFunction {
        name: "eop_probe_event",
        call: probe_event,
        opens: open_probe,
        opens_other_kind: open_some_text,
        frees: free_probe,
        while_busy: EOP_BUSY,
        when_poisoned: EOP_POISONED,
        after_own_panic: EOP_POISONED,
    },
    HandleFunction {
        name: "eop_probe_outcome",
        call: probe_outcome,
        opens: open_probe,
        opens_other_kind: open_some_text,
        frees: free_probe,
        while_busy: EOP_BUSY,
        when_poisoned: EOP_POISONED,
        after_own_panic: EOP_POISONED,
    },
    HandleFunction {
        name: "eop_probe_free",
        call: free_probe,
        opens: open_probe,
        opens_other_kind: open_some_text,
        frees: free_probe,
        while_busy: EOP_OK,
        when_poisoned: EOP_OK,
        after_own_panic: EOP_FREED,
    },
];

/// The functions without a handle; the first two cannot fail.
const OTHER_FUNCTIONS: &[&str] = &[
    "eop_abi_version",
    "eop_version",
    "eop_status_name",
    "eop_value_name",
    "eop_session_reader_open",
    "eop_explain",
    "eop_cancellation_open",
    "eop_chain_examine",
    "eop_pfx_certificates",
    "eop_evidence_open",
    "eop_diagnosis_open",
    "eop_test",
    "eop_certificates",
    "eop_renewal_plan",
    "eop_resolve_errors",
    "eop_store_certificates",
    "eop_view",
    "eop_redact",
    "eop_probe_open",
    "eop_probe_standing",
];

/// A function with which a handle is used: while it runs the handle is busy, if it panics it is
/// poisoned.
pub(super) type Use = (&'static str, fn(u64, *mut ErrorDetail) -> i32);

impl HandleFunction {
    /// The main use of the handles that this function takes.
    fn main_use(&self) -> Use {
        if self.name.starts_with("eop_text") {
            ("eop_text_get", get_text)
        } else if self.name.starts_with("eop_evidence") {
            ("eop_evidence_next", next_evidence)
        } else if self.name.starts_with("eop_probe") {
            ("eop_probe_event", probe_event)
        } else if self.name.starts_with("eop_cancellation") {
            ("eop_cancellation", examine_with)
        } else if self.name.starts_with("eop_diagnosis") {
            ("eop_diagnosis_add", add_to_diagnosis)
        } else {
            ("eop_session_reader_next_batch", next_batch)
        }
    }
}
