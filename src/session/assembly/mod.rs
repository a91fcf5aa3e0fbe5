//! Rows of many interleaved sessions to the rows of each, and sessions in their order.
//!
//! Several threads read segments ([`Workers`]) and finish what begins and ends inside one
//! ([`segment_worker`]); the one [`Sequencer`] replays the rest in order, keeps open sessions in its
//! [`assembler`] and joins the halves of proxied ones ([`proxy`]).

mod assembler;
mod iis;
mod output;
mod parallel;
mod proxy;
mod segment_result;
mod segment_worker;
mod sequencer;
mod session_key;
mod tally;
mod tombstones;

pub(super) use assembler::Limits;
pub(super) use iis::{IisConversations, SavedConversation};
pub(crate) use parallel::WORKER_THREAD_NAME;
pub(super) use parallel::{WorkItem, Workers};
pub(super) use proxy::ProxyJoiner;
pub(super) use segment_result::{SegmentResult, SpareBuffers};
pub(super) use sequencer::Sequencer;
pub(super) use session_key::SessionKey;
pub(super) use tombstones::Tombstones;
