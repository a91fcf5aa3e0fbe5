//! The status that every function of the ABI returns. Numbers are given by hand and never reused.

use std::ffi::CStr;

/// Done; the outputs are written.
pub const EOP_OK: i32 = 0;
/// The end of the data; the outputs are not written.
pub const EOP_END: i32 = 1;

/// 100 to 199, what the caller passed: a pointer that must not be NULL is NULL.
pub const EOP_NULL_ARGUMENT: i32 = 100;
/// A value out of its range, an unknown flag, a text or an array that is too long.
pub const EOP_INVALID_ARGUMENT: i32 = 101;
/// A struct_size or stride that is too small, not a multiple of 8, or larger than what this library
/// knows with something other than zero in what it does not know.
pub const EOP_INVALID_STRUCT_SIZE: i32 = 102;
/// A text with an unpaired surrogate, where it cannot be a name.
pub const EOP_INVALID_TEXT: i32 = 103;
/// A pattern of the filter that is not valid.
pub const EOP_INVALID_PATTERN: i32 = 104;
/// A thumbprint that is not 40 hexadecimal digits.
pub const EOP_INVALID_THUMBPRINT: i32 = 105;
/// A file that holds no certificate or revocation list; the message names it.
pub const EOP_INVALID_CERTIFICATE: i32 = 106;
/// No certificate given has a thumbprint that is asked for, or its bytes are missing.
pub const EOP_CERTIFICATE_NOT_FOUND: i32 = 107;
/// A PFX file that needs a password, or another one.
pub const EOP_WRONG_PASSWORD: i32 = 108;
/// A file of several certificates that does not show which of them is to be judged; the message
/// names the candidates.
pub const EOP_NOT_ONE_CERTIFICATE: i32 = 109;

/// 200 to 299, handles: a number that was never returned as a handle.
pub const EOP_INVALID_HANDLE: i32 = 200;
/// A handle of another kind.
pub const EOP_WRONG_KIND: i32 = 201;
/// A handle that was freed, also while this very call ran.
pub const EOP_FREED: i32 = 202;
/// Another thread is inside a call with this handle.
pub const EOP_BUSY: i32 = 203;
/// A call with this handle panicked; it can only be freed.
pub const EOP_POISONED: i32 = 204;
/// No more handles: 16777216 of this kind are open.
pub const EOP_TOO_MANY_HANDLES: i32 = 205;

/// What the call did was cancelled by another one.
pub const EOP_CANCELLED: i32 = 206;

/// 300 to 399, the library: a defect. The message says where.
pub const EOP_PANIC: i32 = 300;
/// A single session with more text or records than a batch can number (2^32 - 1).
pub const EOP_TOO_LARGE: i32 = 301;

/// Another defect of the library than a panic.
pub const EOP_INTERNAL: i32 = 302;

/// 400 to 499, this computer: it has no certificate stores of Windows.
pub const EOP_NOT_WINDOWS: i32 = 400;
/// A call of Windows failed; the message names it and says why.
pub const EOP_MACHINE_CALL_FAILED: i32 = 401;
/// It has no memory for what an input demands, a text or a file; any function that takes one can
/// answer so.
pub const EOP_OUT_OF_MEMORY: i32 = 402;

/// 500 to 599, the state file of a query; the message names it and says what to do: another run is
/// using it.
pub const EOP_STATE_IN_USE: i32 = 500;
/// It is damaged, not a state file, or of another version. It is left as it is.
pub const EOP_STATE_DAMAGED: i32 = 501;
/// It cannot be opened, read or written.
pub const EOP_STATE_UNUSABLE: i32 = 502;
/// It cannot be saved yet: eop_session_reader_next_batch has not answered EOP_END, or the reader was
/// cancelled.
pub const EOP_STATE_NOT_AT_END: i32 = 503;

/// Every status with its name, without the prefix.
pub(super) const NAMES: &[(i32, &CStr)] = &[
    (EOP_OK, c"OK"),
    (EOP_END, c"END"),
    (EOP_NULL_ARGUMENT, c"NULL_ARGUMENT"),
    (EOP_INVALID_ARGUMENT, c"INVALID_ARGUMENT"),
    (EOP_INVALID_STRUCT_SIZE, c"INVALID_STRUCT_SIZE"),
    (EOP_INVALID_TEXT, c"INVALID_TEXT"),
    (EOP_INVALID_PATTERN, c"INVALID_PATTERN"),
    (EOP_INVALID_THUMBPRINT, c"INVALID_THUMBPRINT"),
    (EOP_INVALID_CERTIFICATE, c"INVALID_CERTIFICATE"),
    (EOP_CERTIFICATE_NOT_FOUND, c"CERTIFICATE_NOT_FOUND"),
    (EOP_WRONG_PASSWORD, c"WRONG_PASSWORD"),
    (EOP_NOT_ONE_CERTIFICATE, c"NOT_ONE_CERTIFICATE"),
    (EOP_INVALID_HANDLE, c"INVALID_HANDLE"),
    (EOP_WRONG_KIND, c"WRONG_KIND"),
    (EOP_FREED, c"FREED"),
    (EOP_BUSY, c"BUSY"),
    (EOP_POISONED, c"POISONED"),
    (EOP_TOO_MANY_HANDLES, c"TOO_MANY_HANDLES"),
    (EOP_CANCELLED, c"CANCELLED"),
    (EOP_PANIC, c"PANIC"),
    (EOP_TOO_LARGE, c"TOO_LARGE"),
    (EOP_INTERNAL, c"INTERNAL"),
    (EOP_NOT_WINDOWS, c"NOT_WINDOWS"),
    (EOP_MACHINE_CALL_FAILED, c"MACHINE_CALL_FAILED"),
    (EOP_OUT_OF_MEMORY, c"OUT_OF_MEMORY"),
    (EOP_STATE_IN_USE, c"STATE_IN_USE"),
    (EOP_STATE_DAMAGED, c"STATE_DAMAGED"),
    (EOP_STATE_UNUSABLE, c"STATE_UNUSABLE"),
    (EOP_STATE_NOT_AT_END, c"STATE_NOT_AT_END"),
];
