//! Send logs made to measure: any size, the same for the same seed.

// A benchmark, an example and tests use it, and none of them all of it.
#![allow(dead_code, unused_imports)]

mod random;
mod send_log;
mod send_session;

pub use self::send_log::{Profile, SendLog, Totals};
