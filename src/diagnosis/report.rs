//! The report: what was found, what follows from it, and what is to be done.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::chain::ChainReport;
use crate::connector::ConnectorAssessment;
use crate::diagnosis::evidence::inputs::Input;
use crate::diagnosis::finding_id::FindingId;
pub use crate::finding::{Confidence, Severity, Step as Remedy};
use crate::named_enum::named_enum;
use crate::stated_time::StatedTime;
use crate::timestamp::Timestamp;

named_enum! {
    /// What EOP makes of the server's mail.
    Verdict {
        /// It relays it, or would.
        Accepted = 1,
        /// It refuses it, or would.
        Refused = 2,
        /// The evidence does not decide, or contradicts itself.
        Uncertain = 3,
    }
}

named_enum! {
    /// What a finding is to the verdict.
    Status {
        /// It is the cause that the report names.
        Cause = 1,
        /// It holds as well.
        Present = 2,
        /// It may hold: the evidence does not decide.
        Possible = 3,
        /// It held, and later sessions show that it does no more.
        Past = 4,
    }
}

/// A row of a log, or an object of an export, that shows what a finding says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct EvidenceLine {
    /// The file.
    pub path: String,
    /// The line, from 1; 0 where a whole file is meant.
    pub line: u64,
    /// What stands there.
    pub text: String,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Finding {
    /// What it is.
    pub id: FindingId,
    /// How much it matters.
    pub severity: Severity,
    /// What it is to the verdict.
    pub status: Status,
    /// What was found, in plain words.
    pub message: String,
    /// What shows it.
    pub evidence: Vec<EvidenceLine>,
    /// What to do, the smallest change first.
    pub remedy: Vec<Remedy>,
    /// Where it is documented.
    pub reference: Cow<'static, str>,
    /// How well it is founded.
    pub confidence: Confidence,
    /// How many sessions show it; 0 where it is about something else than sessions.
    pub sessions: u64,
    /// The beginning of the first of them.
    pub first_session: Option<Timestamp>,
    /// The end of the last of them.
    pub last_session: Option<Timestamp>,
    /// The servers of these sessions, at most 32.
    pub servers: Vec<String>,
    /// The domains of their recipients, at most 32.
    pub recipient_domains: Vec<String>,
}

/// The certificate that the report is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CertificateSummary {
    /// The SHA-1 thumbprint.
    pub thumbprint: Option<String>,
    /// The subject, a Windows X.500 string.
    pub subject: Option<String>,
    /// The issuer, a Windows X.500 string.
    pub issuer: Option<String>,
    /// The serial number in hexadecimal digits.
    pub serial_number: Option<String>,
    /// The beginning of its validity.
    pub not_before: Option<StatedTime>,
    /// The end of its validity.
    pub not_after: Option<StatedTime>,
    /// Its names, the common name first.
    pub dns_names: Vec<String>,
}

/// What Exchange Online can see of a sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Identity {
    /// The thumbprint of the certificate, or `none` where none was offered; `None`: not known.
    pub certificate: Option<String>,
    /// The public address.
    pub public_address: Option<String>,
}

/// One identity at one place, a server and a send connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Scope {
    /// The server, or the label of its folder; `None`: not known.
    pub server: Option<String>,
    /// The send connector; empty: not known.
    pub connector: String,
    /// What Exchange Online can see of it.
    pub identity: Identity,
    /// Sessions that were refused, 0 where none was.
    pub refused: u64,
    /// Sessions that compare with them; where none was refused, all of the identity.
    pub total: u64,
    /// Whether they are refused today.
    pub is_refused: bool,
    /// The end of the first session that was refused.
    pub since: Option<Timestamp>,
    /// The end of the last session that was refused; where none was, of the last session.
    pub last: Option<Timestamp>,
    /// The end of the last session that delivered.
    pub last_delivery: Option<Timestamp>,
    /// Errors of queues and NDRs that belong to no session and hold today.
    #[serde(default)]
    pub errors: u64,
    /// The time of the last of them.
    #[serde(default)]
    pub last_error: Option<Timestamp>,
    /// Why they are refused.
    pub cause: Option<FindingId>,
    /// How the sessions of the identity ended in the course of time, at most 96 parts of the time of
    /// all logs; parts without a session are left out.
    #[serde(default)]
    pub timeline: Vec<TimelineBucket>,
}

/// Sessions that ended in one part of the time. A session counts once, by the gravest of its ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TimelineBucket {
    /// The beginning of the part.
    pub start: Timestamp,
    /// Its end, which belongs to the next one.
    pub end: Timestamp,
    /// Sessions that delivered everything.
    pub delivered: u64,
    /// Sessions that were refused: not for a single recipient or message.
    pub refused: u64,
    /// Sessions in which TLS failed.
    pub tls_failed: u64,
    /// Connections that did not come about.
    pub connect_failed: u64,
    /// Sessions without mail, or with trouble of one recipient or message.
    pub other: u64,
}

impl TimelineBucket {
    /// One without sessions.
    #[must_use]
    pub fn between(start: Timestamp, end: Timestamp) -> Self {
        Self { start, end, delivered: 0, refused: 0, tls_failed: 0, connect_failed: 0, other: 0 }
    }
}

named_enum! {
    /// Who changed something.
    ChangeSource {
        /// The Hybrid Configuration Wizard, by its logs.
        Wizard = 1,
        /// Whoever did, by WhenChangedUTC of an export.
        Export = 2,
    }
}

/// Something that was changed, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Change {
    /// When it took effect.
    pub time: Timestamp,
    /// How it is known.
    pub source: ChangeSource,
    /// What was changed, in words.
    pub text: String,
    /// The file that shows it.
    pub path: String,
    /// The line, from 1.
    pub line: u64,
}

impl Report {
    /// Headline and reason, without the place that the first lines of a view name; the summary where
    /// there are no scopes to make these of, or the report was made before it had a headline.
    #[must_use]
    pub fn conclusion(&self) -> String {
        if self.scopes.is_empty() || self.headline.is_empty() {
            return self.summary.clone();
        }
        match (self.headline.as_str(), self.reason.as_str()) {
            (headline, "") => headline.to_owned(),
            (headline, reason) => format!("{headline} {reason}"),
        }
    }
}

/// The version of the report's JSON: it grows by 1 when a member changes its meaning or goes.
pub const REPORT_SCHEMA_VERSION: u32 = 1;

/// What the server's mail met, and what is to be done.
///
/// Serialised with the names of its fields in PascalCase, absent values as `null`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Report {
    /// [`REPORT_SCHEMA_VERSION`].
    #[serde(default)]
    pub schema_version: u32,
    /// The version of EopRelay that made it.
    #[serde(default)]
    pub product_version: String,
    /// The time of the judgement.
    #[serde(default)]
    pub judged_at: Option<Timestamp>,
    /// The files that it rests on, in the order in which they came.
    #[serde(default)]
    pub inputs: Vec<Input>,
    /// What EOP makes of the server's mail.
    pub verdict: Verdict,
    /// Why.
    pub cause: FindingId,
    /// Every identity at every place, the gravest first.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// What the wizard or anybody else changed, the oldest first; the newest 200.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// The verdict in a sentence.
    #[serde(default)]
    pub headline: String,
    /// The cause in a few sentences, with the sessions.
    #[serde(default)]
    pub reason: String,
    /// Headline and reason, then thumbprint, server, connector and log line.
    pub summary: String,
    /// Everything that was found: the cause first, then by weight.
    pub findings: Vec<Finding>,
    /// The certificate of the cause.
    pub certificate: Option<CertificateSummary>,
    /// Its chain, where the certificate itself was given. It is not read back out of JSON.
    #[serde(skip_deserializing)]
    pub chain: Option<ChainReport>,
    /// The inbound connector of the cause. It is not read back out of JSON.
    #[serde(skip_deserializing)]
    pub connector: Option<ConnectorAssessment>,
    /// 0 fine, 10 warning, 20 refused, 30 uncertain or no evidence, 40 an input cannot be read.
    pub exit_code: u8,
}
