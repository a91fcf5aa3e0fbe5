//! Which Exchange object a property bag is: by its type, else by its properties.

use super::value::{PropertyBag, Value};

/// The kinds of objects that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ObjectKind {
    InboundConnector,
    AcceptedDomain,
    SendConnector,
    ReceiveConnector,
    Certificate,
}

/// (kind, ends of the names of its types)
const TYPES: &[(ObjectKind, &[&str])] = &[
    (ObjectKind::InboundConnector, &["InboundConnector"]),
    (ObjectKind::AcceptedDomain, &["AcceptedDomain"]),
    (ObjectKind::SendConnector, &["SmtpSendConnectorConfig", "SendConnector"]),
    (ObjectKind::ReceiveConnector, &["ReceiveConnector"]),
    (ObjectKind::Certificate, &["ExchangeCertificate", "X509Certificate2", "X509Certificate"]),
];

/// (kind, properties of which each alone is enough); the first that fits is taken.
const PROPERTIES: &[(ObjectKind, &[&str])] = &[
    (
        ObjectKind::InboundConnector,
        &["TlsSenderCertificateName", "SenderIPAddresses", "RestrictDomainsToCertificate"],
    ),
    (ObjectKind::ReceiveConnector, &["RemoteIPRanges", "AuthMechanism", "PermissionGroups"]),
    (
        ObjectKind::SendConnector,
        &["TlsCertificateName", "SourceTransportServers", "AddressSpaces", "FrontendProxyEnabled"],
    ),
    (ObjectKind::Certificate, &["Thumbprint", "RawData"]),
    (ObjectKind::AcceptedDomain, &["DomainName", "MatchSubDomains"]),
];

/// Properties of receive connectors and of the hybrid configuration, which share some with send
/// connectors; what has them is no send connector.
const OF_OTHERS: &[&str] = &["Bindings", "RemoteIPRanges", "ReceivingTransportServers"];

impl ObjectKind {
    pub(super) fn of(bag: &PropertyBag) -> Option<Self> {
        let mut names_of_types = bag.type_names.iter().map(|name| last_part(name));
        let has =
            |name: &&str| bag.properties.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        let by_type = names_of_types.find_map(Self::of_type);
        by_type.or_else(|| {
            // Another type of Exchange is believed; only inbound connectors have names of their own.
            let is_other =
                bag.type_names.first().is_some_and(|name| name.contains("Microsoft.Exchange"))
                    || OF_OTHERS.iter().any(has);
            let fits = |(kind, names): &&(Self, &[&str])| {
                (!is_other || matches!(kind, Self::InboundConnector | Self::ReceiveConnector))
                    && names.iter().any(has)
            };
            PROPERTIES.iter().find(fits).map(|(kind, _)| *kind)
        })
    }

    fn of_type(name: &str) -> Option<Self> {
        let fits = |(_, ends): &&(Self, &[&str])| {
            ends.iter().any(|end| name == *end || name.strip_prefix("Tenant") == Some(end))
        };
        TYPES.iter().find(fits).map(|(kind, _)| *kind)
    }
}

/// `Deserialized.Microsoft.Exchange...AcceptedDomain` without its namespace.
fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// What an object that is not used is called in reports: its type, else its first properties.
pub(super) fn describe(bag: &PropertyBag) -> String {
    if let Some(name) = bag.type_names.first() {
        return last_part(name).to_owned();
    }
    let names: Vec<&str> = bag.properties.iter().take(3).map(|(name, _)| &**name).collect();
    format!("object with {}", names.join(", "))
}

/// The same, with the name that the object has.
pub(super) fn describe_with_name(bag: &PropertyBag) -> String {
    let name = bag.properties.iter().find_map(|(property, value)| match value {
        Value::Text(text) if property.eq_ignore_ascii_case("Name") => Some(text),
        _ => None,
    });
    match name {
        Some(name) => format!("{}, Name {name}", describe(bag)),
        None => describe(bag),
    }
}
