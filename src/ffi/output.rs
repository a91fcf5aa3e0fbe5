//! Outputs: checked first, written last.

use super::caller_memory::read_struct_size;
use super::error::Failure;
use super::status::{EOP_INVALID_ARGUMENT, EOP_INVALID_STRUCT_SIZE, EOP_NULL_ARGUMENT};

/// Fails if there is no place for an output: NULL, or not aligned.
pub(super) fn require_output<T>(pointer: *mut T, what: &str) -> Result<(), Failure> {
    require(pointer.cast_const(), what)
}

/// Fails if the pointer is NULL or not aligned.
pub(super) fn require<T>(pointer: *const T, what: &str) -> Result<(), Failure> {
    if pointer.is_null() {
        return Err(Failure::new(EOP_NULL_ARGUMENT, format!("{what} is NULL")));
    }
    if !pointer.is_aligned() {
        return Err(Failure::new(EOP_INVALID_ARGUMENT, format!("{what} is not aligned")));
    }
    Ok(())
}

/// Fails if there is no place for an output struct, or if its `struct_size` is below that of the
/// first version.
///
/// # Safety
/// `pointer` is NULL or points to a struct that begins with its size as a `u32`.
pub(super) unsafe fn require_sized_output<T>(pointer: *mut T, what: &str) -> Result<(), Failure> {
    require_output(pointer, what)?;
    // SAFETY: not NULL, aligned, and the caller promises that a struct_size stands there.
    let struct_size = unsafe { read_struct_size(pointer.cast_const()) };
    let expected = size_of::<T>();
    if struct_size < expected || !struct_size.is_multiple_of(8) {
        return Err(Failure::new(
            EOP_INVALID_STRUCT_SIZE,
            format!("the struct_size of {what} is {struct_size}; expected {expected}"),
        ));
    }
    Ok(())
}

/// Writes an output.
///
/// # Safety
/// `pointer` is aligned and writable for a `T`.
pub(super) unsafe fn write_output<T>(pointer: *mut T, value: T) {
    // SAFETY: promised by the caller.
    unsafe { pointer.write(value) };
}
