//! How much is read at once.

/// Sessions asked for at once, and the input after which the display is renewed all the same.
pub const SESSIONS_PER_BATCH: usize = 1024;
pub const BYTES_PER_BATCH: u64 = 16 << 20;
