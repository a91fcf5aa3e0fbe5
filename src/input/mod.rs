//! Files as they are given: as they stand, compressed (`.gz`), inside an archive (`.zip`), or standard
//! input.
//!
//! An entry of an archive has a path below that of the archive, `case.zip/EX01/SEND20261115-1.LOG`: it
//! stands in messages and is opened like any other. Names of entries are only looked up in the
//! archive's directory and never become paths of the file system.

#![forbid(unsafe_code)]

mod archive;
mod file;
mod guard;
mod open;
mod standard_input;
mod trouble;

pub use archive::{PackedFile, is_archive, is_packed, packed_files};
pub use file::{MAXIMUM_UNPACKED, is_own_input, is_read_once, refuse_endless};
pub(crate) use guard::Counted;
pub use open::{beginning, gunzip, is_gzip, open, open_from, open_special, read};
pub use standard_input::{is_standard_input, offer_standard_input};
pub use trouble::unreadable;
pub(crate) use trouble::{NOT_FOUND, has_wildcards, nothing_by, walk_error};

#[cfg(test)]
mod tests;
