//! Sessions out of protocol logs.

#![forbid(unsafe_code)]

mod model;
mod reader;

pub use model::{
    Message, MessageOutcome, Outcome, Recipient, Session, SessionNote, Text, TlsStatus,
};
pub use reader::{Batch, Progress, QueryError, SessionFilter, SessionQuery, SessionReader};
