//! The size of a struct, as Windows asks for it.

pub(super) fn size<T>() -> u32 {
    u32::try_from(size_of::<T>()).unwrap_or_default()
}
