//! Send connectors of Exchange Server (Get-SendConnector).

use serde::Serialize;

use super::text_list::TextList;
use crate::eop_host::is_eop_host;

/// A send connector. `None` means that the source does not say; the default of every field is that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SendConnector {
    /// Name, else Identity.
    pub name: String,
    /// Whether it is enabled.
    pub enabled: Option<bool>,
    /// The hosts to which it delivers, `[203.0.113.5]` for addresses; empty: by MX records.
    pub smart_hosts: Option<TextList>,
    /// The recipient domains, as `SMTP:*;1` or `contoso.mail.onmicrosoft.com`.
    pub address_spaces: Option<TextList>,
    /// The name expected in the receiving server's certificate.
    pub tls_domain: Option<String>,
    /// EncryptionOnly, CertificateValidation, DomainValidation.
    pub tls_auth_level: Option<String>,
    /// Whether mail is only sent over TLS.
    #[serde(rename = "RequireTLS")]
    pub require_tls: Option<bool>,
    /// Whether STARTTLS is never used.
    #[serde(rename = "IgnoreSTARTTLS")]
    pub ignore_starttls: Option<bool>,
    /// Whether it carries the headers of hybrid organisations.
    pub cloud_services_mail_enabled: Option<bool>,
    /// The name in EHLO, and for the implicit choice of a certificate.
    pub fqdn: Option<String>,
    /// `<I>issuer<S>subject`, as given; `None` where unset and where not known.
    pub tls_certificate_name: Option<String>,
    /// Whether the source has the property TlsCertificateName at all.
    #[serde(skip)]
    pub knows_certificate_name: bool,
    /// Whether blanks in names are uncertain, as in Format-List text.
    #[serde(skip)]
    pub has_uncertain_blanks: bool,
    /// The servers that use it.
    pub source_transport_servers: Option<TextList>,
    /// Whether mail goes out through the front-end transport service, which has logs of its own.
    pub frontend_proxy_enabled: Option<bool>,
    /// None or Verbose.
    pub protocol_logging_level: Option<String>,
    /// Whether mail is routed by MX records.
    #[serde(rename = "DNSRoutingEnabled")]
    pub dns_routing_enabled: Option<bool>,
    /// The greatest message in bytes; `None` also for unlimited.
    pub max_message_size: Option<u64>,
}

/// The value by which a send connector to EOP is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum EopSign {
    /// This smart host.
    SmartHost(String),
    /// This address space.
    AddressSpace(String),
    /// This TlsDomain.
    TlsDomain(String),
    /// CloudServicesMailEnabled alone.
    CloudServicesMailEnabled,
}

impl SendConnector {
    /// Whether it has that name, in any case; where blanks in its own are uncertain, without them.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        if !self.has_uncertain_blanks {
            return self.name.eq_ignore_ascii_case(name);
        }
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        letters(&self.name).eq_ignore_ascii_case(&letters(name))
    }

    /// The value, not the name, that shows that the connector sends to EOP; `None` without one.
    #[must_use]
    pub fn eop_sign(&self) -> Option<EopSign> {
        let first = |list: &Option<TextList>, host_of: fn(&str) -> &str| {
            let values = &list.as_ref()?.values;
            values.iter().find(|value| is_eop_host(host_of(value))).cloned()
        };
        if let Some(host) = first(&self.smart_hosts, str::trim) {
            return Some(EopSign::SmartHost(host));
        }
        if let Some(space) = first(&self.address_spaces, address_space_domain) {
            return Some(EopSign::AddressSpace(space));
        }
        if let Some(domain) = self.tls_domain.as_ref().filter(|domain| is_eop_host(domain.trim())) {
            return Some(EopSign::TlsDomain(domain.clone()));
        }
        (self.cloud_services_mail_enabled == Some(true))
            .then_some(EopSign::CloudServicesMailEnabled)
    }
}

/// The domain of `SMTP:*.contoso.com;10`, without type and cost.
fn address_space_domain(space: &str) -> &str {
    let without_type = space.split_once(':').map_or(space, |(_, rest)| rest);
    without_type.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_whose_lines_were_broken_is_compared_without_blanks() {
        let mut connector = SendConnector { name: "Out bound".into(), ..SendConnector::default() };
        assert!(connector.is_named("out bound") && !connector.is_named("Outbound"));
        connector.has_uncertain_blanks = true;
        assert!(connector.is_named("Outbound") && !connector.is_named("Inbound"));
    }

    #[test]
    fn a_connector_to_eop_is_known_by_its_values_and_not_by_its_name() {
        let plain =
            SendConnector { name: "Outbound to Office 365".into(), ..SendConnector::default() };
        assert_eq!(plain.eop_sign(), None);
        for host in [
            "contoso-com.mail.protection.outlook.com",
            "contoso-com.mail.protection.partner.outlook.cn",
            "contoso-com.mail.protection.office365.us",
            "contoso-com.k-v1.mx.microsoft",
        ] {
            let smart_hosts = Some(TextList::complete(["[192.0.2.1]", host]));
            let connector = SendConnector { smart_hosts, ..SendConnector::default() };
            assert_eq!(connector.eop_sign(), Some(EopSign::SmartHost(host.to_owned())));
        }
        for (space, expected) in [
            ("SMTP:contoso.mail.onmicrosoft.com;1", true),
            ("smtp:*.mail.onmicrosoft.com;1", true),
            ("contoso.mail.onmicrosoft.us", true),
            ("SMTP:*;1", false),
            ("SMTP:onmicrosoft.example;1", false),
        ] {
            let address_spaces = Some(TextList::complete([space]));
            let connector = SendConnector { address_spaces, ..SendConnector::default() };
            assert_eq!(connector.eop_sign().is_some(), expected, "{space}");
        }
        let tls_domain = Some("mail.protection.outlook.com".to_owned());
        assert!(SendConnector { tls_domain, ..plain.clone() }.eop_sign().is_some());
        let cloud = SendConnector { cloud_services_mail_enabled: Some(true), ..plain };
        assert_eq!(cloud.eop_sign(), Some(EopSign::CloudServicesMailEnabled));
    }
}
