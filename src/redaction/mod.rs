//! Evidence without private values: names, domains, addresses and thumbprints become stand-ins.
//!
//! The same value has the same stand-in everywhere, of the same length, so that logs, tables and
//! wrapped lists keep their form, and verdict and causes stay what they were. Kept are the words that
//! the program itself knows ([`KnownWords`]): only these can mean anything to it. Every other word,
//! digits and letters together, is replaced, label by label in domains; of addresses the networks keep
//! their relation. Microsoft's hosts, public authorities, reply codes and times stay.
//!
//! [`Key`] turns a text back. Certificates cannot be redacted in place, for their names stand inside of
//! what is signed: their facts stand for them ([`CertificateFacts`](crate::certificate::CertificateFacts)),
//! which everything that reads certificates reads. [`redact_case`] does all of it to a folder or archive.

#![forbid(unsafe_code)]

mod addresses;
mod byte_lists;
mod case;
mod certificates;
mod destination;
mod key;
mod known_words;
mod redactor;
mod scanner;
mod stand_ins;

#[cfg(test)]
mod tests;

pub use case::{RedactedFile, Redaction, RedactionError, redact_case};
pub use key::{Key, KeyError};
pub use known_words::is_public_authority;
pub use redactor::Redactor;
