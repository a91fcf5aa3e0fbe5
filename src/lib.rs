//! EopRelay answers one question: why does Exchange Online Protection (EOP) refuse this server's
//! mail, and what exactly is to be done?
//!
//! # Map of the crate
//!
//! Data flows from top to bottom; a module uses only those above it.
//!
//! | module | turns | into |
//! |---|---|---|
//! | [`timestamp`] | log stamps | .NET UTC ticks |
//! | [`finding`] | severity, confidence, place | steps, and the words of every answer |
//! | [`log`] | files, folders, wildcards | rows of SMTP protocol logs |
//! | [`reply`] | SMTP replies, NDR and queue texts | rejection classes with their remedies |
//! | [`certificate`] | logged certificate rows, DER, PEM, P7B | certificates and Windows X.500 names |
//! | [`windows`] | stores of the machine, crypt32 | certificates, keys, a second verdict on chains |
//! | [`session`] | rows | sessions |
//! | [`chain`] | certificates | verdicts and reports about their chains |
//! | [`connector`] | connectors, accepted domains, certificate names | attribution by EOP |
//! | [`evidence`] | CliXml, JSON, CSV and Format-List exports; CAPI2 events, logs of the hybrid wizard, NDRs | connectors, accepted domains, certificates; validations, changes, errors of delivery |
//! | [`diagnosis`] | all of these | a verdict, its proof and its remedy |
//!
//! [`ffi`] is the C ABI over it, declared in `include/eop_relay.h`, for 64-bit processes.

pub mod certificate;
pub mod chain;
pub mod connector;
pub mod diagnosis;
mod eop_host;
pub mod evidence;
#[cfg(target_pointer_width = "64")]
pub mod ffi;
pub mod finding;
pub mod log;
mod named_enum;
pub mod reply;
pub mod session;
pub mod timestamp;
pub mod windows;
