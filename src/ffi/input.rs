//! Crossing the border: texts and structs of the caller, read and written with their sizes.

use std::ffi::OsString;
use std::mem::MaybeUninit;
use std::path::PathBuf;
use std::ptr;
use std::slice;

use libc::size_t;
use widestring::{U16Str, Utf16Str};

use super::error::Failure;
use super::memory::text_of;
use super::status::{
    EOP_INVALID_ARGUMENT, EOP_INVALID_STRUCT_SIZE, EOP_INVALID_TEXT, EOP_NULL_ARGUMENT,
};

/// A text of the caller: UTF-16, `length` units, no terminating zero needed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Utf16 {
    /// The first unit; NULL = absent. Read during the call only.
    pub text: *const u16,
    /// How many units of 16 bits.
    pub length: size_t,
}

/// The longest path that Windows knows, in UTF-16 units (`\\?\`, Maximum Path Length Limitation).
const MAXIMUM_PATH_LENGTH: usize = 32_767;

/// How far beyond a struct that this library knows a newer caller's struct may reach.
const MAXIMUM_UNKNOWN_TAIL: usize = 4096;

/// A struct that begins with a `struct_size: u32`, or an array element that has a stride.
///
/// # Safety
/// `#[repr(C)]`, a multiple of 8 bytes, made of integers and raw pointers alone, so that zero bytes
/// are a value of it, and so laid out that no field crosses a multiple of 8 bytes.
pub(super) unsafe trait GrowingStruct: Copy {}

impl Utf16 {
    /// The units, or `None` if the text is absent.
    ///
    /// # Safety
    /// `text` is NULL or points to `length` units that live and stay as they are for `'a`.
    unsafe fn units<'a>(self, what: &str, limit: usize) -> Result<Option<&'a [u16]>, Failure> {
        if self.text.is_null() {
            if self.length == 0 {
                return Ok(None);
            }
            return Err(Failure::new(
                EOP_NULL_ARGUMENT,
                format!("{what} is NULL with a length of {}", self.length),
            ));
        }
        if !self.text.is_aligned() {
            return Err(Failure::new(EOP_INVALID_ARGUMENT, format!("{what} is not aligned")));
        }
        if self.length > limit {
            return Err(Failure::new(
                EOP_INVALID_ARGUMENT,
                format!("{what} has {} units; at most {limit} are accepted", self.length),
            ));
        }
        // SAFETY: not NULL, aligned and of bounded length; the caller promises that the units are there.
        Ok(Some(unsafe { slice::from_raw_parts(self.text, self.length) }))
    }

    /// The text; an unpaired surrogate is an error.
    ///
    /// # Safety
    /// As for [`Self::units`], for the time of this call.
    pub(super) unsafe fn to_text(
        self,
        what: &str,
        limit: usize,
    ) -> Result<Option<String>, Failure> {
        // SAFETY: passed on to the caller.
        let Some(units) = (unsafe { self.units(what, limit) })? else { return Ok(None) };
        match Utf16Str::from_slice(units) {
            Ok(text) => text_of(text.chars()).map(Some),
            Err(_) => Err(unpaired_surrogate(what)),
        }
    }

    /// The text; an unpaired surrogate becomes U+FFFD, an absent text an empty one.
    ///
    /// # Safety
    /// As for [`Self::units`], for the time of this call.
    pub(super) unsafe fn to_lossy_text(self, what: &str, limit: usize) -> Result<String, Failure> {
        // SAFETY: passed on to the caller.
        let units = unsafe { self.units(what, limit) }?;
        units.map_or(Ok(String::new()), |units| text_of(U16Str::from_slice(units).chars_lossy()))
    }

    /// The path, never through a `String` on Windows, where a file name may be any sequence of units.
    ///
    /// # Safety
    /// As for [`Self::units`], for the time of this call.
    pub(super) unsafe fn to_path(self, what: &str) -> Result<Option<PathBuf>, Failure> {
        // SAFETY: passed on to the caller.
        let Some(units) = (unsafe { self.units(what, MAXIMUM_PATH_LENGTH) })? else {
            return Ok(None);
        };
        Ok(Some(PathBuf::from(os_string(U16Str::from_slice(units), what)?)))
    }
}

#[cfg(windows)]
#[allow(clippy::unnecessary_wraps, reason = "on Unix it can fail")]
fn os_string(units: &U16Str, _what: &str) -> Result<OsString, Failure> {
    Ok(units.to_os_string())
}

#[cfg(not(windows))]
fn os_string(units: &U16Str, what: &str) -> Result<OsString, Failure> {
    units.to_string().map(OsString::from).map_err(|_| unpaired_surrogate(what))
}

fn unpaired_surrogate(what: &str) -> Failure {
    Failure::new(EOP_INVALID_TEXT, format!("{what} has an unpaired UTF-16 surrogate"))
}

/// Reads a struct of `size` bytes: the rest of a smaller one is zero, a larger one must be zero
/// beyond what this library knows.
///
/// # Safety
/// `pointer` points to `size` readable bytes that nobody changes during the call.
pub(super) unsafe fn read_sized<T: GrowingStruct>(
    pointer: *const T,
    size: usize,
    what: &str,
) -> Result<T, Failure> {
    let known = size_of::<T>();
    if size < 8 || !size.is_multiple_of(8) || size > known + MAXIMUM_UNKNOWN_TAIL {
        return Err(Failure::new(
            EOP_INVALID_STRUCT_SIZE,
            format!("{what} is {size}; expected {known} (or another multiple of 8 near it)"),
        ));
    }
    if size > known {
        let tail_start = pointer.cast::<u8>().wrapping_add(known);
        // SAFETY: within the `size` bytes that the caller promises.
        let tail = unsafe { slice::from_raw_parts(tail_start, size - known) };
        if tail.iter().any(|byte| *byte != 0) {
            return Err(Failure::new(
                EOP_INVALID_STRUCT_SIZE,
                format!("{what} is {size} and uses fields that this library does not know"),
            ));
        }
    }
    let mut value = MaybeUninit::<T>::zeroed();
    let target = value.as_mut_ptr().cast::<u8>();
    // SAFETY: `size` bytes are readable, and no more than the struct has are written.
    unsafe { ptr::copy_nonoverlapping(pointer.cast::<u8>(), target, size.min(known)) };
    // SAFETY: a GrowingStruct is valid with any bytes that a caller or zeroing can put there.
    Ok(unsafe { value.assume_init() })
}
