//! The rows of one session to that session.
//!
//! [`SessionRows`] keeps the rows as they stand in the log; when the last one has come,
//! [`SessionMaker`] reads them: at most a [prescan](prescan) if the filter wants no such session,
//! else a draft, of which the decoder makes the session.

mod byte_search;
mod decoder;
mod dialogue;
mod draft;
mod greeting;
mod information;
mod mails;
mod parse_cache;
mod pending;
mod prescan;
mod session_maker;
mod session_rows;
mod smtp;
mod texts;
mod tls;

pub(super) use session_maker::{Made, SessionMaker};
pub(super) use session_rows::{RowPosition, SessionRows, Start};
pub(super) use texts::append;
