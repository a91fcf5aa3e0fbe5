//! Protocol logs: finding, opening and reading them, row by row.

#![forbid(unsafe_code)]

mod discovery;
mod notice;

pub use discovery::LogInput;
pub use notice::{Notice, NoticeCode};
