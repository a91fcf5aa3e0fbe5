//! Objects that PowerShell exported: text of a file -> property bags -> connectors, accepted domains
//! and certificates.
//!
//! A reader per format ([`clixml`], [`json`], [`csv_export`], [`format_list`]) turns text into
//! [`PropertyBag`]s; [`ExchangeObjects`] turns these into typed objects, whatever the format.

mod certificates;
mod clixml;
mod code_page_850;
mod connectors;
mod csv_export;
mod dates;
mod exchange_objects;
mod format;
mod format_list;
mod health_checker;
mod json;
mod lost_letters;
mod object_dates;
mod object_kind;
mod parsed;
mod printed_form;
mod problem;
mod properties;
mod read_file;
mod scalar;
mod text_encoding;
mod text_file;
mod texts;
mod value;

pub(super) use connectors::{inbound_connector, send_connector};
pub(super) use dates::{Dates, TimeReading};
pub use exchange_objects::{ContentDigest, ExchangeObjects, ParsedObject};
pub use format::ExportFormat;
pub(super) use lost_letters::doubts;
pub(super) use object_dates::ObjectDates;
pub(super) use parsed::{Parsed, shortened};
pub use printed_form::PrintedForm;
pub use problem::{EvidenceError, Problem, ProblemKind};
pub(super) use properties::Properties;
pub(super) use read_file::read_file;
pub(super) use scalar::{parse_bool, parse_time};
pub(super) use text_file::TextFile;
pub use value::{PropertyBag, Value};

/// The text of a file, in whichever of the encodings that PowerShell writes.
#[must_use]
pub fn decode_text(bytes: &[u8]) -> String {
    TextFile::decode(bytes).text.into_owned()
}

#[cfg(test)]
mod tests;
