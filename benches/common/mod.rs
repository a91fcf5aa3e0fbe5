//! Send logs made to measure: any size, the same for the same seed.

mod random;
mod send_log;
mod send_session;

pub use self::send_log::{Profile, SendLog, Totals};
