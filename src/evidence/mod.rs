//! Evidence that administrators export: connectors, accepted domains and certificates, as CliXml,
//! JSON, CSV or Format-List text, or as JSON of the objects of a pipeline; and the errors of queues,
//! tracking logs and NDRs ([`delivery_error`]).
//!
//! [`ExchangeObjects`] is the one reader for all of them. What is damaged or unknown is reported with
//! its place, and the rest is read.
//!
//! Evidence that Windows and Exchange write themselves comes as records, from an [`EvidenceReader`]
//! of its own each: [`capi2`], the CAPI2 log, and [`HybridChangeReader`], the logs of the Hybrid
//! Configuration Wizard, which [`HybridHistory`] reports together with the connectors' last state.

#![forbid(unsafe_code)]

mod batch;
pub mod capi2;
mod case;
pub mod delivery_error;
mod export;
mod file_formats;
mod hybrid;
mod manifest;
mod null_as_default;
mod recognition;

pub use batch::{EvidenceBatch, EvidenceReader};
pub use capi2 as chain_event;
pub use capi2::event_texts::event_log_as_xml;
pub use case::{CaseFile, files_of_case};
pub use export::{
    ContentDigest, EvidenceError, ExchangeObjects, ExportFormat, ParsedObject, PrintedForm,
    Problem, ProblemKind, PropertyBag, Value, decode_text,
};
pub use hybrid::{
    HybridChange, HybridChangeQuery, HybridChangeReader, HybridConnector, HybridDiscovery,
    HybridEntry, HybridFile, HybridHistory, HybridHistoryBuilder, HybridLevel, HybridLogReader,
    HybridNotice, HybridObjectType, HybridOutcome, HybridSide, PropertyChange,
    discover_hybrid_files, hybrid_profile_folders,
};
pub use manifest::{
    Comparison, MANIFEST, Manifest, ManifestFile, ManifestGap, Manifests, Measured, size_and_digest,
};
pub use recognition::{EvidenceKind, Recognised, recognise};
