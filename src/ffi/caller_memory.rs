//! Structs of the caller that begin with their size, and buffers for text: written as far as they go.

use std::ptr;

/// Copies a text with a terminating zero, cut at a whole character if it does not fit; the rest
/// stays as it is. Returns the true length in units.
pub(super) fn copy_text(text: &[u16], buffer: &mut [u16]) -> u32 {
    let room = buffer.len().saturating_sub(1);
    let mut length = text.len().min(room);
    let cuts_a_pair =
        length < text.len() && length > 0 && (0xD800..0xDC00).contains(&text[length - 1]);
    if cuts_a_pair {
        length -= 1;
    }
    buffer[..length].copy_from_slice(&text[..length]);
    if let Some(end) = buffer.get_mut(length) {
        *end = 0;
    }
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

/// The `struct_size` at the beginning of a struct.
///
/// # Safety
/// `pointer` points to an aligned `u32`.
pub(super) unsafe fn read_struct_size<T>(pointer: *const T) -> usize {
    // SAFETY: promised by the caller.
    let struct_size = unsafe { pointer.cast::<u32>().read() };
    struct_size as usize
}

/// Writes what of `value` fits into a struct of the caller, whose `struct_size` stays.
///
/// # Safety
/// `pointer` points to an aligned struct that begins with its size in bytes as a `u32`, at least 8,
/// and of which that many bytes are writable.
pub(super) unsafe fn write_sized<T: Copy>(pointer: *mut T, value: &T) {
    // SAFETY: promised by the caller.
    let struct_size = unsafe { read_struct_size(pointer.cast_const()) };
    let length = struct_size.min(size_of::<T>()).saturating_sub(size_of::<u32>());
    let source = ptr::from_ref(value).cast::<u8>().wrapping_add(size_of::<u32>());
    let target = pointer.cast::<u8>().wrapping_add(size_of::<u32>());
    // SAFETY: both are that long beyond their struct_size, and the caller's struct is not ours.
    unsafe { ptr::copy_nonoverlapping(source, target, length) };
}
