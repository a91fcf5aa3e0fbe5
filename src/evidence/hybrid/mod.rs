//! Logs of the Hybrid Configuration Wizard: what it found of the connectors, what it changed, when.
//!
//! The wizard writes `yyyyMMdd_HHmmss.log` (and `.xhcw`, the same cmdlets as XML) to
//! `%AppData%\Microsoft\Exchange Hybrid Configuration` of whoever runs it. [`HybridHistory`] reads
//! such files, oldest first, and reports the changes and the last known state of each connector: on
//! the Exchange server, offline, the nearest thing to Get-InboundConnector.
//!
//! Microsoft documents no format. What is read here is what KB 4051381, the Exchange team's
//! "Modern HCW (Hybrid Agent): troubleshooting like a pro" and published excerpts show.

mod change;
mod change_reader;
mod clock;
mod command;
mod connector;
mod discovery;
mod entry;
mod file_kind;
mod history;
mod invoke_xml;
mod log_reader;
mod notice;
mod replay;
mod run;
mod table;

pub use change::{HybridChange, HybridObjectType, HybridOutcome, HybridSide, PropertyChange};
pub use change_reader::{HybridChangeQuery, HybridChangeReader};
pub use connector::HybridConnector;
pub use discovery::{HybridDiscovery, HybridFile, discover_hybrid_files, hybrid_profile_folders};
pub use entry::{HybridEntry, HybridLevel};
pub use history::{HybridHistory, HybridHistoryBuilder};
pub use log_reader::HybridLogReader;
pub use notice::HybridNotice;

#[cfg(test)]
mod tests;
