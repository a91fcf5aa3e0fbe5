//! Evidence that administrators export: connectors, accepted domains and certificates, as CliXml,
//! JSON, CSV or Format-List text, or as JSON of the objects of a pipeline; and the errors of queues,
//! tracking logs and NDRs ([`delivery_error`]).
//!
//! [`ExchangeObjects`] is the one reader for all of them. What is damaged or unknown is told with
//! its place, and the rest is read.
//!
//! Evidence that Windows and Exchange write themselves comes as records, from an [`EvidenceReader`]
//! of its own each: [`chain_event`], the CAPI2 log, and [`HybridChangeReader`], the logs of the Hybrid
//! Configuration Wizard, which [`HybridHistory`] tells as a whole with the connectors' last state.

#![forbid(unsafe_code)]

mod batch;
pub mod chain_event;
mod clixml;
mod clixml_frame;
mod clixml_text;
mod csv_export;
pub mod delivery_error;
mod exchange_objects;
mod format;
mod format_list;
mod hybrid;
mod json;
mod object_kind;
mod parsed;
mod problem;
mod properties;
mod scalar;
mod text_file;
mod typed;
mod typed_certificate;
mod value;

pub use batch::{EvidenceBatch, EvidenceReader};
pub use exchange_objects::{ExchangeObjects, Found};
pub use format::ExportFormat;
pub use hybrid::{
    HybridChange, HybridChangeQuery, HybridChangeReader, HybridConnector, HybridDiscovery,
    HybridEntry, HybridFile, HybridHistory, HybridHistoryBuilder, HybridLevel, HybridLogReader,
    HybridNotice, HybridObjectType, HybridOutcome, HybridSeverity, HybridSide, PropertyChange,
    discover_hybrid_files, hybrid_profile_folders,
};
pub use problem::{EvidenceError, Problem, ProblemKind};
pub use value::{PropertyBag, Value};

#[cfg(test)]
mod tests;
