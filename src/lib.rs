//! EopRelay answers one question: why does Exchange Online Protection (EOP) refuse this server's
//! mail, and what exactly is to be done?
//!
//! # Map of the crate
//!
//! Data flows from top to bottom; a module uses only those above it.
//!
//! | module | turns | into |
//! |---|---|---|
//! | [`timestamp`], [`stated_time`] | log stamps, times with and without a zone | .NET UTC ticks |
//! | [`finding`] | severity, confidence, place | steps, and the words of every answer |
//! | [`input`] | files, compressed or in an archive; standard input | their content |
//! | [`log`] | files, folders, wildcards | rows of SMTP protocol logs |
//! | [`reply`] | SMTP replies, NDR and queue texts | rejection classes with their remedies |
//! | [`certificate`] | logged certificate rows, DER, PEM, P7B | certificates and Windows X.500 names |
//! | [`windows`] | stores of the machine, crypt32 | certificates, keys, a second verdict on chains |
//! | [`session`] | rows | sessions |
//! | [`chain`] | certificates | verdicts and reports about their chains |
//! | [`connector`] | connectors, accepted domains, certificate names | attribution by EOP |
//! | [`evidence`] | CliXml, JSON, CSV and Format-List exports; CAPI2 events, logs of the hybrid wizard, NDRs | connectors, accepted domains, certificates; validations, changes, errors of delivery |
//! | [`redaction`] | evidence | the same without private values, and the key that turns it back |
//! | [`diagnosis`] | all of these | a verdict, its proof and its remedy |
//! | [`renewal`] | new certificates and the configuration | steps in which no mail is refused |
//! | [`view`] | a report, a plan | text of a given width |
//! | [`probe`] | a sender and a recipient | what Exchange Online says of them now, and the report on it |
//!
//! [`ffi`] is the C ABI over it, declared in `include/eop_relay.h`, for 64-bit processes.
//!
//! # Examples
//!
//! What a refusal means, and what is to be done:
//!
//! ```
//! use eop_relay::reply::{RejectionClass, explain};
//!
//! let explanation = explain("550 5.7.64 TenantAttribution; Relay Access Denied");
//! assert_eq!(explanation.rejection, Some(RejectionClass::RelayDenied));
//! for step in explanation.remedy.iter() {
//!     println!("{} ({})", step.action, step.r#where);
//! }
//! ```
//!
//! Whether a server can send the chain of its certificate, and whether it is accepted:
//!
//! ```
//! use eop_relay::chain::{ChainInput, Completeness, NamedBytes, examine};
//! use eop_relay::timestamp::Timestamp;
//!
//! let bytes = std::fs::read("examples/stories/missing-intermediate/sent.pem")?;
//! let at = Timestamp::parse("2026-11-24").ok_or("no time")?;
//! let report = examine(&ChainInput::new(NamedBytes { name: "sent.pem", bytes: &bytes }, at))?;
//! assert!(!report.is_accepted);
//! assert!(!report.missing_issuers.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Why Exchange Online refuses the mail of a server, out of its logs, as text of 78 columns:
//!
//! ```
//! use eop_relay::diagnosis::{Evidence, Verdict, diagnose};
//! use eop_relay::log::LogInput;
//! use eop_relay::session::{SessionQuery, SessionReader};
//! use eop_relay::timestamp::Timestamp;
//! use eop_relay::view;
//!
//! let input = LogInput { path: "examples/logs".into(), wildcards: false, server: None };
//! let query = SessionQuery { inputs: vec![input], ..SessionQuery::default() };
//! let mut reader = SessionReader::new(query)?;
//! let at = Timestamp::parse("2026-11-17").ok_or("no time")?;
//! let mut evidence = Evidence::new(at);
//! evidence.logs_given = true;
//! while let Some(batch) = reader.next_batch(1024, 16 << 20) {
//!     for session in &batch.sessions {
//!         evidence.add_session(session);
//!     }
//! }
//! let report = diagnose(&evidence);
//! assert_ne!(report.verdict, Verdict::Accepted);
//! println!("{}", view::text(&report, 78));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod certificate;
pub mod chain;
pub mod connector;
pub mod diagnosis;
mod eop_host;
pub mod evidence;
#[cfg(target_pointer_width = "64")]
pub mod ffi;
pub mod finding;
pub mod input;
pub mod log;
mod named_enum;
#[cfg(feature = "probe")]
pub mod probe;
pub mod redaction;
pub mod renewal;
pub mod reply;
pub mod session;
pub mod stated_time;
pub mod timestamp;
pub mod view;
pub mod windows;
