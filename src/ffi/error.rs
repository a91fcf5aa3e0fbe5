//! The error detail: a flat struct that the caller owns.

use widestring::U16String;

use super::caller_memory::{copy_text, read_struct_size, write_sized};
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
    place: Option<Place>,
}

/// A place in a text of the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// From 1.
    line: u64,
    /// In bytes of the caller's UTF-16 text.
    offset: u64,
}

impl Failure {
    pub fn new(status: i32, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), place: None }
    }

    /// An argument that is not valid.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(EOP_INVALID_ARGUMENT, message)
    }

    /// With the place in a text of the caller that is `text` in UTF-8, at its byte `offset`.
    pub fn at(mut self, text: &str, offset: usize) -> Self {
        let end = (0..=offset.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
        let before = &text[..end.unwrap_or(0)];
        let lines = memchr::memchr_iter(b'\n', before.as_bytes()).count();
        let units = before.encode_utf16().count();
        self.place = Some(Place { line: lines as u64 + 1, offset: units as u64 * 2 });
        self
    }

    fn detail(&self) -> ErrorDetail {
        let mut detail = ErrorDetail {
            struct_size: 0,
            code: self.status,
            os_error: 0,
            message_length: 0,
            path_length: 0,
            reserved: 0,
            line: self.place.map_or(0, |place| place.line),
            offset: self.place.map_or(u64::MAX, |place| place.offset),
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
