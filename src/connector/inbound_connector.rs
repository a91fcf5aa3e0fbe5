//! Inbound connectors of Exchange Online (Get-InboundConnector).

use serde::Serialize;

use super::text_list::TextList;
use crate::timestamp::Timestamp;

/// The type of an inbound connector. Only OnPremises grants relay to the internet (documented).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum ConnectorType {
    /// A server of the own organisation.
    OnPremises,
    /// A partner organisation: never grants relay.
    Partner,
    /// Any other text, as given.
    Other(String),
}

impl ConnectorType {
    /// Reads the type as Exchange prints it, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name.trim() {
            name if name.eq_ignore_ascii_case("OnPremises") => Self::OnPremises,
            name if name.eq_ignore_ascii_case("Partner") => Self::Partner,
            name => Self::Other(name.to_owned()),
        }
    }
}

/// An inbound connector. `None` means that the source does not say; the default of every field is
/// that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InboundConnector {
    /// Name, else Identity.
    pub name: String,
    /// Whether it is enabled.
    pub enabled: Option<bool>,
    /// Its type.
    pub connector_type: Option<ConnectorType>,
    /// Default, HybridWizard, Migrated, AdminUI or another text.
    pub connector_source: Option<String>,
    /// The name expected in the certificate; empty and null are `None`.
    pub tls_sender_certificate_name: Option<String>,
    /// Whether the source has the property TlsSenderCertificateName at all.
    #[serde(skip)]
    pub knows_certificate_name: bool,
    /// IPv4 addresses and CIDR ranges of the senders, as given.
    #[serde(rename = "SenderIPAddresses")]
    pub sender_ip_addresses: Option<TextList>,
    /// Documented as applying to Partner connectors only; no part in the match.
    pub require_tls: Option<bool>,
    /// Documented as applying to Partner connectors only; no part in the match.
    pub restrict_domains_to_certificate: Option<bool>,
    /// Documented as applying to Partner connectors only; no part in the match.
    #[serde(rename = "RestrictDomainsToIPAddresses")]
    pub restrict_domains_to_ip_addresses: Option<bool>,
    /// Documented as applying to Partner connectors only; no part in the match.
    pub sender_domains: Option<TextList>,
    /// Accepted domains to which the connector is confined; empty: all of them.
    pub associated_accepted_domains: Option<TextList>,
    /// Enhanced filtering: nothing to do with relay.
    #[serde(rename = "EFSkipIPs")]
    pub ef_skip_ips: Option<TextList>,
    /// Enhanced filtering: nothing to do with relay.
    #[serde(rename = "EFSkipLastIP")]
    pub ef_skip_last_ip: Option<bool>,
    /// Enhanced filtering: nothing to do with relay.
    #[serde(rename = "EFUsers")]
    pub ef_users: Option<TextList>,
    /// Enhanced filtering: nothing to do with relay.
    #[serde(rename = "EFTestMode")]
    pub ef_test_mode: Option<bool>,
    /// No part in the match.
    pub cloud_services_mail_enabled: Option<bool>,
    /// No part in the match.
    pub treat_messages_as_internal: Option<bool>,
    /// OrganizationId of the object, which is the same for all objects of a tenant.
    #[serde(skip)]
    pub organization_id: Option<String>,
    /// The comment.
    pub comment: Option<String>,
    /// The last change: one shortly before the first refusal is a hint.
    #[serde(rename = "WhenChangedUTC")]
    pub when_changed_utc: Option<Timestamp>,
    /// Its creation.
    #[serde(rename = "WhenCreatedUTC")]
    pub when_created_utc: Option<Timestamp>,
}

/// Whether a connector can grant relay at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum Eligibility {
    /// Enabled and of type OnPremises.
    Eligible,
    /// Not enabled.
    Disabled,
    /// Of type Partner, enabled or not.
    Partner,
    /// The source does not say whether it is enabled, or what type it is.
    Unknown,
}

impl InboundConnector {
    /// Whether it can grant relay at all.
    #[must_use]
    pub fn eligibility(&self) -> Eligibility {
        match (&self.connector_type, self.enabled) {
            (Some(ConnectorType::Partner), _) => Eligibility::Partner,
            (_, Some(false)) => Eligibility::Disabled,
            (Some(ConnectorType::OnPremises), Some(true)) => Eligibility::Eligible,
            _ => Eligibility::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_enabled_connectors_of_type_on_premises_grant_relay() {
        let eligibility = |name: &str, enabled| {
            let connector_type = (!name.is_empty()).then(|| ConnectorType::from_name(name));
            InboundConnector { enabled, connector_type, ..InboundConnector::default() }
                .eligibility()
        };
        assert_eq!(eligibility("onpremises", Some(true)), Eligibility::Eligible);
        assert_eq!(eligibility("OnPremises", Some(false)), Eligibility::Disabled);
        assert_eq!(eligibility("Partner", Some(true)), Eligibility::Partner);
        assert_eq!(eligibility("Partner", None), Eligibility::Partner);
        assert_eq!(eligibility("OnPremises", None), Eligibility::Unknown);
        assert_eq!(eligibility("", Some(true)), Eligibility::Unknown);
        assert_eq!(eligibility("2", Some(true)), Eligibility::Unknown);
        assert_eq!(eligibility("2", Some(false)), Eligibility::Disabled);
    }
}
