//! The plan: what is renewed, the steps in order, and every state between them.

use serde::{Deserialize, Serialize};

use crate::connector::CertificateDifference;
use crate::finding::{Confidence, Severity, Step};
use crate::named_enum::named_enum;
use crate::stated_time::StatedTime;
use crate::timestamp::Timestamp;

/// The version of the JSON of a plan: members are added under the same number.
pub const RENEWAL_SCHEMA_VERSION: u32 = 1;

named_enum! {
    /// What a plan comes to.
    RenewalVerdict {
        /// Nothing is to be set: the new certificate is sent, or will be, as things stand.
        NothingToSet = 1,
        /// Steps are needed, and none of them costs mail that is delivered today, but where the plan
        /// says so.
        StepsNeeded = 2,
        /// Mail with the new certificate would be refused.
        Refused = 3,
        /// The evidence does not decide: what is missing is said.
        Uncertain = 4,
    }
}

named_enum! {
    /// Whether a step is needed.
    StepNeed {
        /// The evidence shows that it is.
        Required = 1,
        /// Only where it is not done yet: the evidence does not show it.
        IfMissing = 2,
        /// It changes nothing: it shows whether the steps before did what they should.
        Check = 3,
        /// It tidies up, and may be left out.
        Optional = 4,
    }
}

named_enum! {
    /// What a place is.
    PlaceKind {
        /// A send connector on a server.
        SendConnector = 1,
        /// A receive connector, which shows the certificate to whoever sends to it.
        ReceiveConnector = 2,
    }
}

named_enum! {
    /// Whether mail of a place passes.
    Passing {
        /// Nothing speaks against it.
        Yes = 1,
        /// It is refused, or TLS fails.
        No = 2,
        /// The evidence does not say.
        Unknown = 3,
    }
}

/// A new certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NewCertificate {
    /// The SHA-1 thumbprint.
    pub thumbprint: String,
    /// The subject, a Windows X.500 string.
    pub subject: String,
    /// The issuer, a Windows X.500 string.
    pub issuer: String,
    /// The beginning of its validity.
    pub not_before: Option<Timestamp>,
    /// The end of its validity.
    pub not_after: Option<Timestamp>,
    /// Its names, the common name first.
    pub dns_names: Vec<String>,
    /// Type and size of its key, such as `RSA 2048`.
    pub public_key: String,
    /// The file, or what else it came from.
    pub path: String,
    /// What it takes the place of.
    pub replaces: Vec<ReplacedCertificate>,
    /// In what it differs from that, as far as both are known.
    pub differences: Vec<CertificateDifference>,
}

/// A certificate that a new one takes the place of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReplacedCertificate {
    /// The SHA-1 thumbprint.
    pub thumbprint: Option<String>,
    /// The subject, a Windows X.500 string.
    pub subject: Option<String>,
    /// The end of its validity.
    pub not_after: Option<StatedTime>,
}

/// A connector on a server, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RenewalPlace {
    /// What it is.
    pub kind: PlaceKind,
    /// The connector.
    pub connector: String,
    /// The server; `None`: not known.
    pub server: Option<String>,
    /// Whether it sends to Exchange Online; `None` of a receive connector.
    pub is_eop: Option<bool>,
    /// The thumbprint that is sent today; `None`: none, or not known.
    pub now: Option<String>,
    /// Whether the server has the new certificate; `None`: not known.
    pub has_new: Option<bool>,
    /// Whether it has its private key there; `None`: not known, or it is not there.
    #[serde(default)]
    pub has_private_key: Option<bool>,
    /// Whether it is enabled for SMTP there; `None`: not known, or it is not there.
    pub is_enabled: Option<bool>,
    /// The thumbprint that is sent after all steps; `None`: none, or not known.
    pub afterwards: Option<String>,
}

/// What a place does in a state between two steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PlaceState {
    /// What it is.
    pub kind: PlaceKind,
    /// The connector.
    pub connector: String,
    /// The server; `None`: not known.
    pub server: Option<String>,
    /// The thumbprint that is sent.
    pub sends: Option<String>,
    /// Whether mail passes: the worst of own senders, automatic replies and forwarded mail, of those
    /// that pass today.
    pub passes: Passing,
    /// Why it does not, or why that is not known.
    pub reason: Option<String>,
}

/// A step, and the state that it leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RenewalStep {
    /// What to do: action, command, where, check and way back.
    #[serde(flatten)]
    pub step: Step,
    /// Whether it is needed.
    pub need: StepNeed,
    /// The time before which it must not be done, where there is one.
    pub not_before: Option<Timestamp>,
    /// What mail it costs, where and for how long; `None`: none.
    pub interruption: Option<String>,
    /// Every place afterwards.
    pub state: Vec<PlaceState>,
}

/// What is good to know of a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RenewalNote {
    /// What it is.
    pub text: String,
    /// How well it is founded.
    pub confidence: Confidence,
    /// Where it is written.
    pub reference: String,
}

/// An input that was not read, or in part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RenewalProblem {
    /// Error: not read; Warning: in part.
    pub severity: Severity,
    /// The input.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

/// How a certificate is renewed without a gap.
///
/// Serialised with the names of its fields in PascalCase, absent values as `null`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RenewalPlan {
    /// [`RENEWAL_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The version of the product.
    pub product_version: String,
    /// The time of the judgement.
    pub judged_at: Timestamp,
    /// What it comes to.
    pub verdict: RenewalVerdict,
    /// The same in one line.
    pub summary: String,
    /// The new certificates.
    pub certificates: Vec<NewCertificate>,
    /// Every connector on every server that is concerned.
    pub places: Vec<RenewalPlace>,
    /// The steps, in the order in which they are done.
    pub steps: Vec<RenewalStep>,
    /// Why mail would be refused, or what is not known.
    pub reasons: Vec<String>,
    /// What is good to know.
    pub notes: Vec<RenewalNote>,
    /// What could not be read.
    pub problems: Vec<RenewalProblem>,
    /// 0 nothing to set, 10 steps are needed, 20 would be refused, 30 the evidence does not decide, 40
    /// an input cannot be read.
    pub exit_code: u8,
}
