//! The error detail: a flat struct that the caller owns.

use widestring::U16String;

use super::input::{copy_text, read_struct_size, write_sized};
use super::status::{EOP_INVALID_ARGUMENT, EOP_INVALID_STRUCT_SIZE};

/// How many units eop_error.message holds, the terminating zero included.
pub const EOP_MESSAGE_CAPACITY: usize = 512;
/// How many units eop_error.path and eop_progress.path hold, the terminating zero included.
pub const EOP_PATH_CAPACITY: usize = 1024;

/// What went wrong, in detail. The caller owns it and sets struct_size; there is nothing to free.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ErrorDetail {
    /// sizeof(eop_error), set by the caller.
    pub struct_size: u32,
    /// The status that the function returned.
    pub code: i32,
    /// The operating system's error number (errno, GetLastError); 0 = none.
    pub os_error: i32,
    /// The true length of the message in units, also if the message was cut; 0 = none.
    pub message_length: u32,
    /// The true length of the path in units, also if the path was cut; 0 = none.
    pub path_length: u32,
    /// Always 0.
    pub reserved: u32,
    /// The line that is meant, counted from 1; 0 = none.
    pub line: u64,
    /// The byte offset that is meant; UINT64_MAX = none.
    pub offset: u64,
    /// What happened and what to do, zero-terminated.
    pub message: [u16; EOP_MESSAGE_CAPACITY],
    /// The file or folder that is meant, zero-terminated.
    pub path: [u16; EOP_PATH_CAPACITY],
}

/// An error on its way to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub status: i32,
    pub message: String,
}

impl Failure {
    pub fn new(status: i32, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    fn detail(&self) -> ErrorDetail {
        let mut detail = ErrorDetail {
            struct_size: 0,
            code: self.status,
            os_error: 0,
            message_length: 0,
            path_length: 0,
            reserved: 0,
            line: 0,
            offset: u64::MAX,
            message: [0; EOP_MESSAGE_CAPACITY],
            path: [0; EOP_PATH_CAPACITY],
        };
        detail.message_length =
            copy_text(U16String::from_str(&self.message).as_slice(), &mut detail.message);
        detail
    }
}

/// Where the detail of an error goes: the caller's struct, or nowhere.
pub(super) struct ErrorSink(Option<*mut ErrorDetail>);

impl ErrorSink {
    /// Takes the caller's pointer, or fails with a status.
    ///
    /// # Safety
    /// `pointer` is NULL or points to a struct that begins with its `struct_size`, and of which that
    /// many bytes can be written for as long as the sink lives.
    pub unsafe fn new(pointer: *mut ErrorDetail) -> Result<Self, i32> {
        if pointer.is_null() {
            return Ok(Self(None));
        }
        if !pointer.is_aligned() {
            return Err(EOP_INVALID_ARGUMENT);
        }
        // SAFETY: not NULL, aligned, and the caller promises that a struct_size stands there.
        let struct_size = unsafe { read_struct_size(pointer.cast_const()) };
        if struct_size < size_of::<ErrorDetail>() || !struct_size.is_multiple_of(8) {
            return Err(EOP_INVALID_STRUCT_SIZE);
        }
        Ok(Self(Some(pointer)))
    }

    pub fn write(&self, failure: &Failure) {
        if let Some(pointer) = self.0 {
            // SAFETY: `new` checked the size that the caller promises.
            unsafe { write_sized(pointer, &failure.detail()) };
        }
    }
}
