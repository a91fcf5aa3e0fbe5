//! What an administrator has at hand when mail does not arrive: errors of queues and their messages,
//! of the message tracking log, and NDRs; each explained, and joined to the session of the log that
//! it is about.

mod candidates;
mod delivered;
mod error;
mod event_text;
mod file;
mod hand_over;
mod html;
mod mail;
mod objects;
mod packed;
mod retry_time;
mod returned;
mod session_match;
mod sessions;
mod status_fields;
mod tracking_event;
mod tracking_log;
mod transport_event;
mod wording;
mod words;

pub use error::{DeliveryError, DeliveryErrorSource};
pub(in crate::evidence) use event_text::sources as sources_of_events;
pub use file::DeliveryErrors;
pub use packed::{DeliveryErrorIter, DeliveryErrorList};
pub use session_match::{MatchBasis, MatchCertainty, SessionMatch};
pub use sessions::SessionMatcher;
pub(in crate::evidence) use transport_event::TransportEvent;

#[cfg(test)]
mod tests;
