//! Sessions out of protocol logs.
//!
//! Rows become drafts ([`SessionReader`] reads, an assembler keeps interleaved sessions apart), and
//! a draft becomes a [`Session`] when its last row was read and the filter wants it.

#![forbid(unsafe_code)]

mod assembler;
mod checkpoint;
mod decode;
mod deserialize;
mod dialogue;
mod draft;
mod filter;
mod information;
mod model;
mod parallel;
mod proxy;
mod reader;
mod sequencer;
mod smtp;
mod text_block;
mod tls;

pub use checkpoint::{StateError, StateOptions, StateTrouble};
pub use filter::{QueryError, SessionFilter};
pub use model::{
    Message, MessageOutcome, Outcome, Recipient, Session, SessionNote, Text, TlsStatus,
};
pub(crate) use parallel::WORKER_THREAD_NAME;
pub use reader::{Batch, Progress, SessionQuery, SessionReader};
