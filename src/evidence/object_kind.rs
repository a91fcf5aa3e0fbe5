//! Which Exchange object a property bag is: by its type, else by its properties.

use super::value::PropertyBag;

/// The kinds of objects that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ObjectKind {
    InboundConnector,
    AcceptedDomain,
    SendConnector,
    Certificate,
}

/// (kind, ends of the names of its types)
const TYPES: &[(ObjectKind, &[&str])] = &[
    (ObjectKind::InboundConnector, &["InboundConnector"]),
    (ObjectKind::AcceptedDomain, &["AcceptedDomain"]),
    (ObjectKind::SendConnector, &["SmtpSendConnectorConfig", "SendConnector"]),
    (ObjectKind::Certificate, &["ExchangeCertificate", "X509Certificate2", "X509Certificate"]),
];

/// (kind, properties of which each alone tells it); the first that fits is taken.
const PROPERTIES: &[(ObjectKind, &[&str])] = &[
    (
        ObjectKind::InboundConnector,
        &["TlsSenderCertificateName", "SenderIPAddresses", "RestrictDomainsToCertificate"],
    ),
    (
        ObjectKind::SendConnector,
        &["TlsCertificateName", "SourceTransportServers", "AddressSpaces", "FrontendProxyEnabled"],
    ),
    (ObjectKind::Certificate, &["Thumbprint", "RawData"]),
    (ObjectKind::AcceptedDomain, &["DomainName", "MatchSubDomains"]),
];

impl ObjectKind {
    pub(super) fn of(bag: &PropertyBag) -> Option<Self> {
        let names_of_types = bag.type_names.iter().map(|name| last_part(name));
        let by_type = names_of_types.filter_map(Self::of_type).next();
        let has =
            |name: &&str| bag.properties.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        by_type.or_else(|| {
            let fits = |(_, names): &&(Self, &[&str])| names.iter().any(has);
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
    match bag.type_names.first() {
        Some(name) => last_part(name).to_owned(),
        None => {
            let names: Vec<&str> = bag.properties.iter().take(3).map(|(name, _)| &**name).collect();
            format!("object with {}", names.join(", "))
        }
    }
}
