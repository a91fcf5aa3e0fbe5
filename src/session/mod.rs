//! Sessions out of protocol logs.
//!
//! | room | turns | into |
//! |---|---|---|
//! | [`model`] | texts, mails, outcomes | what a session is |
//! | [`filter`] | conditions | whether a session is wanted |
//! | [`decode`] | the rows of one session | that session |
//! | [`assembly`] | rows of many sessions | the rows of each, in order, by several threads |
//! | [`state`] | what one run leaves | where the next one begins |
//! | [`acceptor`] | segments, in order | sessions, and up to where files were read |
//! | [`reader`] | log files | sessions, in batches |
//!
//! Each uses only those above it.

#![forbid(unsafe_code)]

mod acceptor;
mod assembly;
mod decode;
mod filter;
mod model;
mod reader;
mod state;

pub(crate) use assembly::WORKER_THREAD_NAME;
pub use filter::{FilterError, LeftOut, SessionFilter};
pub(crate) use model::{Content, TextSpan as ContentSpan};
pub use model::{
    Message, MessageOutcome, Outcome, OwnedMessage, OwnedRecipient, OwnedSession, Recipient,
    Session, SessionNote, TlsStatus,
};
pub use reader::{Batch, Progress, QueryError, SessionQuery, SessionReader};
pub use state::{StateError, StateMemory, StateOptions, StateTrouble};
