//! HealthChecker's export (CSS-Exchange, `HealthChecker-SERVER-*.xml`, Export-Clixml): what it holds
//! of certificates and connectors, as the objects of the cmdlets.

use std::sync::Arc;

use super::value::{PropertyBag, Value};

/// What one export holds.
#[derive(Clone, Debug, Default)]
pub(super) struct HealthCheck {
    /// The server, its build, and what it says of TLS 1.2, in a few words.
    pub words: String,
    /// Certificates, send connectors and receive connectors.
    pub objects: Vec<Arc<PropertyBag>>,
}

/// Objects inside each other in which the server's information is looked for.
const LEVELS: usize = 4;

/// (name here, name there)
const OF_CERTIFICATES: &[(&str, &str)] = &[
    ("Thumbprint", "Thumbprint"),
    ("Issuer", "Issuer"),
    ("Subject", "Subject"),
    ("FriendlyName", "FriendlyName"),
    ("Services", "Services"),
    ("Status", "Status"),
    ("CertificateDomains", "Namespaces"),
];
const OF_CONNECTORS: &[(&str, &str)] = &[
    ("Name", "Name"),
    ("Identity", "Identity"),
    ("Enabled", "Enabled"),
    ("SmartHosts", "SmartHosts"),
    ("AddressSpaces", "AddressSpaces"),
    ("RequireTLS", "RequireTLS"),
    ("TlsAuthLevel", "TlsAuthLevel"),
    ("TlsDomain", "TlsDomain"),
    ("Fqdn", "Fqdn"),
    ("CloudServicesMailEnabled", "CloudEnabled"),
    ("TransportRole", "TransportRole"),
];

/// The type of a receive connector, whose properties are those of send connectors in part.
const RECEIVE_CONNECTOR: &str =
    "Microsoft.Exchange.Data.Directory.SystemConfiguration.ReceiveConnector";

impl HealthCheck {
    /// The export that an object is, if it is one.
    pub fn of(bag: &Arc<PropertyBag>) -> Option<Self> {
        let server = server_within(bag, LEVELS)?;
        let exchange = server.get("ExchangeInformation").and_then(as_bag)?;
        let name = server.get("ServerName").and_then(Value::as_text);
        let certificates = elements(exchange.get("ExchangeCertificates"))
            .map(|certificate| certificate_of(certificate, name.as_deref()));
        let connectors = elements(exchange.get("ExchangeConnectors")).map(connector_of);
        let objects = certificates.chain(connectors).map(Arc::new).collect();
        Some(Self { words: words(name.as_deref(), &server, exchange), objects })
    }
}

fn server_within(bag: &Arc<PropertyBag>, levels: usize) -> Option<Arc<PropertyBag>> {
    if bag.get("ExchangeInformation").is_some() && bag.get("OSInformation").is_some() {
        return Some(Arc::clone(bag));
    }
    let levels = levels.checked_sub(1)?;
    ["HealthCheckerExchangeServer", "HealthServerObject"].iter().find_map(|name| {
        match bag.get(name)? {
            Value::Bag(inner) => server_within(inner, levels),
            _ => None,
        }
    })
}

fn as_bag(value: &Value) -> Option<&PropertyBag> {
    match value {
        Value::Bag(bag) => Some(bag),
        _ => None,
    }
}

/// The objects of a list, or the one that stands where a list has one.
fn elements(value: Option<&Value>) -> impl Iterator<Item = &PropertyBag> {
    let list = value.and_then(Value::as_list);
    let one = value.filter(|_| list.is_none());
    list.into_iter().flatten().chain(one).filter_map(as_bag)
}

fn renamed(bag: &PropertyBag, names: &[(&str, &str)]) -> Vec<(Arc<str>, Value)> {
    let property = |(own, there): &(&str, &str)| Some(((*own).into(), bag.get(there)?.clone()));
    names.iter().filter_map(property).collect()
}

/// The certificate object where the depth of the export reached it, and what was noted of it.
fn certificate_of(noted: &PropertyBag, server: Option<&str>) -> PropertyBag {
    let object = noted.get("CertificateObject").and_then(as_bag);
    let mut properties = object.map(|object| object.properties.clone()).unwrap_or_default();
    properties.extend(renamed(noted, OF_CERTIFICATES));
    properties.extend(server.map(|server| ("Server".into(), Value::text(server))));
    PropertyBag {
        type_names: [Arc::from("ExchangeCertificate")].into(),
        properties,
        offset: noted.offset,
        ..PropertyBag::default()
    }
}

fn connector_of(noted: &PropertyBag) -> PropertyBag {
    let is_send = noted.get("ConnectorType").and_then(Value::as_text).as_deref() == Some("Send");
    let mut properties = renamed(noted, OF_CONNECTORS);
    let details = noted.get("CertificateDetails").and_then(as_bag);
    let name = details.and_then(|details| details.get("TlsCertificateName"));
    properties.extend(name.map(|name| ("TlsCertificateName".into(), name.clone())));
    let type_name = if is_send { "SendConnector" } else { RECEIVE_CONNECTOR };
    PropertyBag {
        type_names: [Arc::from(type_name)].into(),
        properties,
        offset: noted.offset,
        ..PropertyBag::default()
    }
}

/// `HealthChecker of EX01, build 15.2.1748.10, TLS 1.2 client True`
fn words(name: Option<&str>, server: &PropertyBag, exchange: &PropertyBag) -> String {
    let text = |bag: &PropertyBag, name: &str| bag.get(name).and_then(Value::as_text);
    let build = exchange.get("BuildInformation").and_then(as_bag);
    let version = build.and_then(|build| build.get("VersionInformation").and_then(as_bag));
    let build = version
        .and_then(|version| text(version, "BuildVersion"))
        .or_else(|| build.and_then(|build| text(build, "BuildNumber")))
        .or_else(|| {
            let setup = exchange.get("ExchangeSetup").and_then(as_bag);
            setup.or(build).and_then(|setup| text(setup, "FileVersion"))
        });
    let system = server.get("OSInformation").and_then(as_bag);
    let tls =
        system.and_then(|system| system.get("TLSSettings")).and_then(|tls| tls_1_2(tls, LEVELS));
    let mut words = format!("HealthChecker of {}", name.unwrap_or("a server"));
    words.extend(build.map(|build| format!(", build {build}")));
    words.extend(tls.map(|tls| format!(", TLS 1.2 as a client {tls}")));
    words
}

/// Whether TLS 1.2 is on for clients, by the settings: `on`, `off` or as they say it.
fn tls_1_2(value: &Value, levels: usize) -> Option<String> {
    let levels = levels.checked_sub(1)?;
    if let Some(list) = value.as_list() {
        return list.iter().take(64).find_map(|value| tls_1_2(value, levels));
    }
    let bag = as_bag(value)?;
    let version = bag.get("TLSVersion").and_then(Value::as_text);
    if version.as_deref() == Some("1.2") {
        let enabled = bag.get("ClientEnabled").and_then(Value::as_text)?;
        return Some(match enabled.as_str() {
            "True" => "on".to_owned(),
            "False" => "off".to_owned(),
            _ => enabled,
        });
    }
    bag.properties.iter().take(64).find_map(|(_, value)| tls_1_2(value, levels))
}

#[cfg(test)]
mod tests {
    use crate::evidence::ExchangeObjects;

    /// As Export-Clixml writes it, down to the depth that is read.
    const EXPORT: &str = r#"<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">
      <Obj RefId="0"><MS><Obj N="HealthCheckerExchangeServer" RefId="1"><MS>
        <S N="ServerName">MX07</S>
        <Obj N="OSInformation" RefId="2"><MS><Obj N="TLSSettings" RefId="3"><LST>
          <Obj RefId="4"><MS><S N="TLSVersion">1.2</S><B N="ClientEnabled">true</B></MS></Obj>
        </LST></Obj></MS></Obj>
        <Obj N="ExchangeInformation" RefId="5"><MS>
          <Obj N="BuildInformation" RefId="6"><MS><Obj N="VersionInformation" RefId="7"><MS>
            <Version N="BuildVersion">15.2.1748.10</Version></MS></Obj></MS></Obj>
          <Obj N="ExchangeCertificates" RefId="8"><LST><Obj RefId="9"><MS>
            <S N="Thumbprint">0123456789ABCDEF0123456789ABCDEF01234567</S>
            <S N="Issuer">CN=Northwind CA 3, O=Northwind, C=SE</S><S N="Subject">CN=mail.adatum.com</S>
            <Obj N="Namespaces" RefId="10"><LST><S>mail.adatum.com</S></LST></Obj>
            <S N="Services">IIS, SMTP</S><S N="Status">Valid</S>
            <Obj N="CertificateObject" RefId="11"><Props><DT N="NotAfter">2027-03-04T05:06:07Z</DT></Props></Obj>
          </MS></Obj></LST></Obj>
          <Obj N="ExchangeConnectors" RefId="12"><LST>
            <Obj RefId="13"><MS><S N="Identity">To M365</S><S N="Name">To M365</S><B N="Enabled">true</B>
              <B N="CloudEnabled">true</B><S N="ConnectorType">Send</S><S N="AddressSpaces">SMTP:*;1</S>
              <Obj N="CertificateDetails" RefId="14"><MS>
                <S N="TlsCertificateName">&lt;I&gt;CN=Northwind CA 3, O=Northwind, C=SE&lt;S&gt;CN=mail.adatum.com</S>
              </MS></Obj></MS></Obj>
            <Obj RefId="15"><MS><S N="Identity">MX07\Default Frontend MX07</S><S N="ConnectorType">Receive</S>
              <Obj N="CertificateDetails" RefId="16"><MS><Nil N="TlsCertificateName"/></MS></Obj></MS></Obj>
          </LST></Obj>
        </MS></Obj>
      </MS></Obj></MS></Obj></Objs>"#;

    #[test]
    fn certificates_and_connectors_of_health_checker_are_those_of_the_cmdlets() {
        let objects = ExchangeObjects::from_bytes("health.xml", EXPORT.as_bytes()).unwrap();
        assert_eq!(objects.problems, []);
        let [certificate] = &objects.certificates[..] else { panic!("{objects:#?}") };
        let certificate = &certificate.object;
        assert_eq!(certificate.server.as_deref(), Some("MX07"));
        assert_eq!(certificate.subject.as_deref(), Some("CN=mail.adatum.com"));
        assert!(certificate.services.is_some() && certificate.not_after.is_some());
        let [connector] = &objects.send_connectors[..] else { panic!("{objects:#?}") };
        let name = connector.object.tls_certificate_name.as_deref();
        assert_eq!(name, Some("<I>CN=Northwind CA 3, O=Northwind, C=SE<S>CN=mail.adatum.com"));
        assert_eq!(connector.object.cloud_services_mail_enabled, Some(true));
        assert_eq!(objects.receive_connectors.len(), 1);
        assert_eq!(
            objects.description.as_deref(),
            Some("HealthChecker of MX07, build 15.2.1748.10, TLS 1.2 as a client on")
        );
        // Of two servers in one file.
        let (_, check) = EXPORT.split_once("<Obj RefId=\"0\"").unwrap();
        let other = check.replace("MX07", "MX08").replace("RefId=\"", "RefId=\"1");
        let both = EXPORT.replace("</Objs>", &format!("<Obj RefId=\"100\"{other}"));
        let objects = ExchangeObjects::from_bytes("health.xml", both.as_bytes()).unwrap();
        let words = objects.description.unwrap();
        assert!(
            words.contains("of MX07, ") && words.contains("; HealthChecker of MX08, "),
            "{words}"
        );
        let servers = objects.certificates.iter().map(|one| one.object.server.as_deref());
        assert_eq!(servers.collect::<Vec<_>>(), [Some("MX07"), Some("MX08")]);
    }
}
