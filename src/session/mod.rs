//! Sessions out of protocol logs.
//!
//! [`SessionReader`] reads rows, an assembler keeps those of interleaved sessions apart, and when the
//! last row of a session has come, its rows become a draft and the draft a [`Session`], if the
//! filter may want it.

#![forbid(unsafe_code)]

mod assembler;
mod byte_search;
mod checkpoint;
mod content;
mod decode;
mod dialogue;
mod draft;
mod filter;
mod glance;
mod iis;
mod information;
mod message;
mod model;
mod output;
mod parallel;
mod parts;
mod pending;
mod proxy;
mod reader;
mod remembered;
mod sequencer;
mod session_key;
mod session_maker;
mod session_rows;
mod smtp;
mod spans;
mod tally;
mod texts;
mod tls;
mod workbench;

pub use checkpoint::{StateError, StateOptions, StateTrouble};
pub(crate) use content::Content;
pub use filter::{QueryError, SessionFilter};
pub use message::{Message, Recipient};
pub use model::{MessageOutcome, Outcome, Session, SessionNote, TlsStatus};
pub(crate) use parallel::WORKER_THREAD_NAME;
pub use parts::{MessageParts, RecipientParts, SessionParts};
pub use reader::{Batch, Progress, SessionQuery, SessionReader};
pub(crate) use spans::TextSpan as ContentSpan;
