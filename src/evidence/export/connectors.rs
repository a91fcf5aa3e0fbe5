//! Property bags to connectors and accepted domains.

use super::properties::Properties;
use crate::certificate::TlsCertificateName;
use crate::connector::{
    AcceptedDomain, ConnectorType, DomainOrigin, InboundConnector, ReceiveConnector, SendConnector,
};

pub(in crate::evidence) fn inbound_connector(properties: &mut Properties<'_>) -> InboundConnector {
    InboundConnector {
        name: properties.object.clone(),
        enabled: properties.flag("Enabled"),
        connector_type: properties
            .text("ConnectorType")
            .map(|name| ConnectorType::from_name(&name)),
        connector_source: properties.text("ConnectorSource"),
        tls_sender_certificate_name: properties.text("TlsSenderCertificateName"),
        knows_certificate_name: properties.knows("TlsSenderCertificateName"),
        sender_ip_addresses: properties.list("SenderIPAddresses"),
        require_tls: properties.flag("RequireTls"),
        restrict_domains_to_certificate: properties.flag("RestrictDomainsToCertificate"),
        restrict_domains_to_ip_addresses: properties.flag("RestrictDomainsToIPAddresses"),
        sender_domains: properties.list("SenderDomains"),
        associated_accepted_domains: properties.list("AssociatedAcceptedDomains"),
        ef_skip_ips: properties.list("EFSkipIPs"),
        ef_skip_last_ip: properties.flag("EFSkipLastIP"),
        ef_users: properties.list("EFUsers"),
        ef_test_mode: properties.flag("EFTestMode"),
        cloud_services_mail_enabled: properties.flag("CloudServicesMailEnabled"),
        treat_messages_as_internal: properties.flag("TreatMessagesAsInternal"),
        comment: properties.text("Comment"),
        organization_id: organization(properties),
        when_changed_utc: properties.time("WhenChangedUTC"),
        when_created_utc: properties.time("WhenCreatedUTC"),
    }
}

pub(in crate::evidence) fn send_connector(properties: &mut Properties<'_>) -> SendConnector {
    SendConnector {
        name: properties.object.clone(),
        enabled: properties.flag("Enabled"),
        smart_hosts: properties.list("SmartHosts"),
        address_spaces: properties.list("AddressSpaces"),
        tls_domain: properties.text("TlsDomain"),
        tls_auth_level: properties.text("TlsAuthLevel"),
        require_tls: properties.flag("RequireTLS"),
        ignore_starttls: properties.flag("IgnoreSTARTTLS"),
        cloud_services_mail_enabled: properties.flag("CloudServicesMailEnabled"),
        fqdn: properties.text("Fqdn"),
        tls_certificate_name: properties.readable_text::<TlsCertificateName>("TlsCertificateName"),
        knows_certificate_name: properties.knows("TlsCertificateName"),
        has_uncertain_blanks: properties.has_uncertain_blanks(),
        source_transport_servers: properties.list("SourceTransportServers"),
        frontend_proxy_enabled: properties.flag("FrontendProxyEnabled"),
        protocol_logging_level: properties.text("ProtocolLoggingLevel"),
        dns_routing_enabled: properties.flag("DNSRoutingEnabled"),
        max_message_size: properties.size("MaxMessageSize"),
    }
}

pub(super) fn receive_connector(properties: &mut Properties<'_>) -> ReceiveConnector {
    ReceiveConnector {
        identity: properties.text("Identity").unwrap_or_else(|| properties.object.clone()),
        server: properties.text("Server"),
        fqdn: properties.text("Fqdn"),
        tls_certificate_name: properties.readable_text::<TlsCertificateName>("TlsCertificateName"),
        knows_certificate_name: properties.knows("TlsCertificateName"),
        has_uncertain_blanks: properties.has_uncertain_blanks(),
        auth_mechanism: properties.list("AuthMechanism"),
    }
}

/// An accepted domain; `None` without a domain.
pub(super) fn accepted_domain(properties: &mut Properties<'_>) -> Option<AcceptedDomain> {
    let domain_name = properties.text("DomainName").or_else(|| properties.text("Name"))?;
    Some(AcceptedDomain {
        name: properties.object.clone(),
        domain_type: properties.text("DomainType"),
        match_sub_domains: properties.flag("MatchSubDomains"),
        default: properties.flag("Default"),
        origin: origin(properties, &domain_name),
        organization_id: organization(properties),
        domain_name,
    })
}

/// The tenant that an object belongs to; empty on-premises.
fn organization(properties: &mut Properties<'_>) -> Option<String> {
    properties.text("OrganizationId").filter(|text| !text.trim().is_empty())
}

/// Where the object was read: directory names and servers of Exchange Online are Microsoft's; every
/// tenant has one initial domain `name.onmicrosoft.com`.
fn origin(properties: &Properties<'_>, domain_name: &str) -> DomainOrigin {
    const CLOUD_SIGNS: &[&str] = &[
        "dc=outlook,dc=com",
        "ou=microsoft exchange hosted organizations",
        "cn=configurationunits",
        ".outlook.com",
        "office365.com",
        "office365.us",
        "partner.outlook.cn",
    ];
    let places = ["DistinguishedName", "OriginatingServer", "PSComputerName"];
    let places: Vec<String> = places
        .iter()
        .filter_map(|name| properties.text(name))
        .map(|t| t.to_ascii_lowercase())
        .collect();
    let is_cloud = |place: &String| CLOUD_SIGNS.iter().any(|sign| place.contains(sign));
    let labels: Vec<&str> = domain_name.split('.').collect();
    let is_initial_domain = matches!(
        labels.as_slice(),
        [_, second, _] if second.eq_ignore_ascii_case("onmicrosoft")
    );
    if places.iter().any(is_cloud) || is_initial_domain {
        DomainOrigin::Cloud
    } else if places.is_empty() {
        DomainOrigin::Unknown
    } else {
        DomainOrigin::OnPremises
    }
}
