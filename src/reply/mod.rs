//! SMTP replies, NDR and queue texts, and what they mean.
//!
//! [`classify`] names the class of one refused reply; [`explain`] takes whatever an administrator
//! has at hand (a reply, an NDR, a queue's LastError, a line of the event log), finds the reply in
//! it and says what it means and what is to be done. What is known of each class is data:
//! [`CATALOGUE`], and [`tls_error`] for the errors of a TLS negotiation.

#![forbid(unsafe_code)]

mod catalogue;
mod classify;
mod details;
mod enhanced_status;
mod explain;
mod find_reply;
mod find_tls_error;
mod mail_program;
mod mail_program_forms;
mod mail_program_steps;
mod notations;
mod rejection_class;
mod remote_host;
mod scan;
mod smtp_reply;
mod socket_error_table;
mod tls_error;
mod tls_error_row;
mod tls_error_table;
mod unwrap;
mod words;

pub use crate::finding::{Confidence, Side, Step, StepTemplate};
pub(crate) use catalogue::steps as catalogue_steps;
pub use catalogue::{CATALOGUE, CatalogueEntry, Signature};
pub use classify::classify;
pub use enhanced_status::EnhancedStatus;
pub(crate) use explain::ReplyNumbers;
pub use explain::{Explanation, explain};
pub use mail_program::MailProgram;
pub use rejection_class::RejectionClass;
pub use smtp_reply::Reply;
pub use tls_error::tls_error;
pub use tls_error_row::TlsError;
#[cfg(test)]
pub(crate) use tls_error_table::TLS_ERRORS;
