//! The log Microsoft-Windows-CAPI2/Operational: what Windows found when it built and judged the
//! chains of certificates.
//!
//! [`ChainEventReader`] reads exported XML, `.evtx` files, the JSON of tools for these, and the texts of `EventLogRecord.ToXml()`,
//! in flat memory, and joins the events of one validation into one [`ChainEvent`]: by the TaskId of
//! CorrelationAuxInfo, and by the chainRef that CertVerifyCertificateChainPolicy (event 30) and
//! CertGetCertificateChain (event 11) share. Texts of results and names of usages are localised, and
//! never read: numbers, thumbprints and names of elements are.

mod assembler;
mod codes;
mod event_log;
pub(in crate::evidence) mod event_texts;
#[cfg_attr(not(feature = "evtx"), path = "evtx_file_not_read.rs")]
mod evtx_file;
mod failure;
mod fault;
mod flat_rows;
mod framer;
mod json_events;
mod model;
mod open_source;
mod parser;
mod reader;
mod record;
mod source;
mod tag;
mod text_queue;

pub use codes::{ResultCode, TrustStatus};
pub use event_log::{CHAIN_EVENT_LOG, ENABLE_CHAIN_EVENT_LOG};
pub use failure::ChainFailure;
pub use fault::ChainFault;
pub use model::ChainEvent;
pub use reader::{ChainEventQuery, ChainEventReader, ChainEventSummary};
pub use record::{ChainEventKind, ChainEventRecord, EventCertificate};
pub(in crate::evidence) use tag::Tag;
