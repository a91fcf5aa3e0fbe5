//! What the wizard changed.

use serde::Serialize;

use crate::evidence::export::Value;
use crate::named_enum::named_enum;
use crate::timestamp::Timestamp;

named_enum! {
    /// Where a cmdlet ran.
    HybridSide {
        /// In the Exchange organisation on-premises.
        OnPremises = 1,
        /// In Exchange Online.
        Tenant = 2,
    }
}

named_enum! {
    /// The kinds of objects whose changes are reported.
    HybridObjectType {
        /// Get-InboundConnector, of Exchange Online.
        InboundConnector = 1,
        /// Get-OutboundConnector, of Exchange Online.
        OutboundConnector = 2,
        /// Get-SendConnector, on-premises.
        SendConnector = 3,
        /// Get-ReceiveConnector, on-premises.
        ReceiveConnector = 4,
        /// Get-RemoteDomain, of either side.
        RemoteDomain = 5,
        /// Get-HybridConfiguration, on-premises.
        HybridConfiguration = 6,
    }
}

named_enum! {
    /// What came of a change.
    HybridOutcome {
        /// The cmdlet ended without an error.
        Succeeded = 1,
        /// The cmdlet ended with an error.
        Failed = 2,
        /// The log does not show its end.
        NotShown = 3,
    }
}

impl HybridObjectType {
    /// Where its cmdlets run, if the log does not say.
    #[must_use]
    pub fn usual_side(self) -> HybridSide {
        match self {
            Self::InboundConnector | Self::OutboundConnector => HybridSide::Tenant,
            _ => HybridSide::OnPremises,
        }
    }
}

/// The verbs of cmdlets that change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    New,
    Set,
    Remove,
    Enable,
    Disable,
    /// Get: its results say what is there.
    Get,
}

/// The verb and the kind of object of a cmdlet that is reported; `None` for all others.
pub(super) fn classify(cmdlet: &str) -> Option<(Verb, HybridObjectType)> {
    let (verb, noun) = cmdlet.split_once('-')?;
    let verb = match verb.to_ascii_lowercase().as_str() {
        "new" => Verb::New,
        "set" | "update" => Verb::Set,
        "remove" => Verb::Remove,
        "enable" => Verb::Enable,
        "disable" => Verb::Disable,
        "get" => Verb::Get,
        _ => return None,
    };
    Some((verb, HybridObjectType::from_name(noun)?))
}

/// A property that a change is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PropertyChange {
    /// The property.
    pub name: String,
    /// Whether the logs say what it was before.
    pub is_before_known: bool,
    /// What it was; `None` for empty and for not known.
    pub before: Option<String>,
    /// What the wizard set; `None` for empty.
    pub after: Option<String>,
}

impl PropertyChange {
    /// Whether the value is another one than before; not known counts as no.
    #[must_use]
    pub fn is_different(&self) -> bool {
        self.is_before_known && !is_same_text(self.before.as_deref(), self.after.as_deref())
    }
}

/// Names of hosts, certificates and enumerations are the same in any case.
pub(super) fn is_same_text(one: Option<&str>, other: Option<&str>) -> bool {
    let plain = |text: Option<&str>| text.unwrap_or_default().trim().to_lowercase();
    plain(one) == plain(other)
}

/// Something that the wizard changed, tried to change, or set out to change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct HybridChange {
    /// When the cmdlet began; `None` where the log does not say.
    pub start_time: Option<Timestamp>,
    /// When it ended.
    pub end_time: Option<Timestamp>,
    /// Whether the times are known to be UTC; else they are taken as UTC.
    pub is_time_zone_known: bool,
    /// How long it took, by its own account.
    pub duration_milliseconds: Option<u64>,
    /// Where it ran.
    pub side: HybridSide,
    /// The cmdlet; `None` where the log only shows that the wizard wanted another value.
    pub cmdlet: Option<String>,
    /// The kind of object.
    pub object_type: HybridObjectType,
    /// The object.
    pub identity: Option<String>,
    /// What came of it.
    pub outcome: HybridOutcome,
    /// The error, in the language of the server.
    pub error: Option<String>,
    /// Each property that was set.
    pub properties: Vec<PropertyChange>,
    /// TlsSenderCertificateName of an inbound connector before; `None` for empty and for not known.
    pub tls_sender_certificate_name_before: Option<String>,
    /// TlsSenderCertificateName of an inbound connector, as set.
    pub tls_sender_certificate_name_after: Option<String>,
    /// TlsCertificateName of a send or receive connector, or of the hybrid configuration, before.
    pub tls_certificate_name_before: Option<String>,
    /// The same, as set.
    pub tls_certificate_name_after: Option<String>,
    /// Whether it put back by the way what someone had changed by hand since an earlier run.
    pub undoes_manual_change: bool,
    /// The task of the wizard, such as MailFlow.
    pub task: Option<String>,
    /// The phase of the task, such as Configure.
    pub phase: Option<String>,
    /// The file.
    pub log_path: String,
    /// The line where the cmdlet begins, from 1.
    pub line: u64,
}

impl HybridChange {
    /// A property of it.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&PropertyChange> {
        self.properties.iter().find(|one| one.name.eq_ignore_ascii_case(name))
    }

    /// When it took effect, as far as the log says.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        self.end_time.or(self.start_time)
    }
}

/// A value as one text; `None` where it is empty.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::List(values) => {
            let texts: Vec<String> = values.iter().filter_map(Value::as_text).collect();
            (!texts.is_empty()).then(|| texts.join(", "))
        }
        value => value.as_text().filter(|text| !matches!(text.as_str(), "{}" | "[]" | "$null")),
    }
}
