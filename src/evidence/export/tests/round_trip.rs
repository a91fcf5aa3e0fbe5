use super::super::{ExportFormat, ProblemKind};
use super::fixtures::{
    INBOUND_CLIXML, INBOUND_CSV, INBOUND_JSON, INBOUND_LIST, SEND_CLIXML, SEND_DEEP_JSON, SEND_JSON,
};
use super::*;
use crate::connector::{ConnectorType, DomainOrigin, EopSign, TextList};
use crate::timestamp::Timestamp;

#[test]
fn inbound_connectors_are_the_same_in_all_four_formats() {
    let semicolons = INBOUND_CSV.replace("\",\"", "\";\"");
    let without_type = INBOUND_CSV.split_once("\r\n").unwrap().1;
    let expected = read(INBOUND_JSON).to_inbound_connectors();
    let second = &expected[1];
    assert_eq!(expected[0].connector_type, Some(ConnectorType::OnPremises));
    assert_eq!(expected[0].sender_ip_addresses, Some(TextList::default()));
    assert_eq!(second.name, "Branch office");
    assert_eq!(second.tls_sender_certificate_name, None);
    assert!(second.knows_certificate_name);
    assert_eq!(second.require_tls, Some(false));
    assert_eq!(second.sender_ip_addresses.as_ref().unwrap().values.len(), 2);
    assert_eq!(second.when_changed_utc, Timestamp::parse("2026-07-23T22:55:13Z"));
    for (name, text, format) in [
        ("CliXml", INBOUND_CLIXML, ExportFormat::CliXml),
        ("CSV", INBOUND_CSV, ExportFormat::Csv),
        ("CSV with semicolons", &semicolons, ExportFormat::Csv),
        ("CSV without #TYPE", without_type, ExportFormat::Csv),
        ("Format-List", INBOUND_LIST, ExportFormat::FormatList),
    ] {
        let objects = read(text);
        assert_eq!(objects.format, Some(format), "{name}");
        assert_eq!(objects.problems, [], "{name}");
        assert_eq!(objects.to_inbound_connectors(), expected, "{name}");
    }
}

#[test]
fn the_encoding_changes_nothing() {
    let expected = read(INBOUND_CLIXML).to_inbound_connectors();
    let utf16: Vec<u8> = std::iter::once(0xFEFF)
        .chain(INBOUND_CLIXML.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let objects = ExchangeObjects::from_bytes("utf16.xml", &utf16).unwrap();
    assert_eq!(objects.to_inbound_connectors(), expected);
}

#[test]
fn send_connectors_are_the_same_from_file_pipeline_and_live_object() {
    let expected = read(SEND_CLIXML).to_send_connectors();
    let connector = &expected[0];
    let host = "contoso-com.mail.protection.outlook.com".to_owned();
    assert_eq!(connector.eop_sign(), Some(EopSign::SmartHost(host)));
    assert_eq!(connector.max_message_size, Some(36_700_160));
    assert_eq!(connector.source_transport_servers, Some(TextList::complete(["EX01", "EX02"])));
    let name = "<I>CN=Contoso Issuing CA, O=\"Contoso, Ltd\"<S>CN=mail.contoso.com";
    assert_eq!(connector.tls_certificate_name.as_deref(), Some(name));
    for json in [SEND_JSON, SEND_DEEP_JSON] {
        let objects = ExchangeObjects::from_pipeline(json).unwrap();
        assert_eq!(objects.problems, []);
        assert_eq!(objects.to_send_connectors(), expected);
    }
}

#[test]
fn accepted_domains_tell_where_they_come_from() {
    let json = r#"[
        {"DomainName": "contoso.com", "DomainType": "Authoritative", "MatchSubDomains": "False"},
        {"DomainName": "contoso.onmicrosoft.com", "MatchSubDomains": false},
        {"DomainName": {"Domain": "contoso.com", "Address": "*.contoso.com"}, "OriginatingServer": "dc1.contoso.local"},
        {"DomainName": "fabrikam.com", "DistinguishedName": "CN=fabrikam.com,CN=Accepted Domains,CN=Transport Settings,CN=Configuration,CN=contoso.onmicrosoft.com,CN=ConfigurationUnits,DC=EURP00A001,DC=PROD,DC=OUTLOOK,DC=COM"}
    ]"#;
    let domains = read(json).to_accepted_domains();
    let origins: Vec<DomainOrigin> = domains.domains.iter().map(|domain| domain.origin).collect();
    let (cloud, local) = (DomainOrigin::Cloud, DomainOrigin::OnPremises);
    assert_eq!(origins, [DomainOrigin::Unknown, cloud, local, cloud]);
    assert_eq!(domains.domains[0].match_sub_domains, Some(false));
    let lone = read("DomainName\r\ncontoso.com\r\nfabrikam.com\r\n").to_accepted_domains();
    assert_eq!(lone.domains.len(), 2);
}

#[test]
fn lists_that_the_source_cuts_short_are_known_as_such() {
    let text = "Name              : A\nConnectorType     : OnPremises\nSenderIPAddresses : {203.0.113.1, 203.0.113.2, 203.0.113.3, 203.0.113.4...}\n";
    let list = read(text).to_inbound_connectors().remove(0).sender_ip_addresses.unwrap();
    assert_eq!((list.values.len(), list.is_truncated), (4, true));
    let text = "\"Name\",\"SenderIPAddresses\"\r\n\"A\",\"System.Collections.ArrayList\"\r\n";
    let objects = read(text);
    assert!(
        objects.inbound_connectors[0].object.sender_ip_addresses.as_ref().unwrap().is_truncated
    );
    assert!(matches!(objects.problems[0].kind, ProblemKind::ListNotExported { .. }));
}

#[test]
fn objects_of_other_kinds_are_counted_and_named() {
    let json = r#"[{"Name": "Out", "UseMXRecord": false, "SmartHosts": []},
        {"PSTypeNames": ["Deserialized.Microsoft.Exchange.Data.HybridConfiguration"], "Name": "x"},
        {"Name": "Out 2", "UseMXRecord": false, "SmartHosts": []}, "text",
        {"Bindings": ["0.0.0.0:25"], "TlsCertificateName": null}]"#;
    let objects = read(json);
    let unused: Vec<(&str, u64)> = objects.unused.iter().map(|(k, v)| (&**k, *v)).collect();
    let expected = [
        ("HybridConfiguration", 1),
        ("object with Bindings, TlsCertificateName", 1),
        ("object with Name, UseMXRecord, SmartHosts", 2),
    ];
    assert_eq!(unused, expected);
    assert!(matches!(objects.problems[0].kind, ProblemKind::NotAnObject { .. }));
}

#[test]
fn a_value_of_the_wrong_type_is_said_with_its_place() {
    let text = "[\n{\"TlsSenderCertificateName\": \"a.example\", \"Name\": \"A\"},\n {\"TlsSenderCertificateName\": \"b.example\", \"Name\": \"B\", \"Enabled\": \"maybe\"}]";
    let objects = read(text);
    assert_eq!(objects.inbound_connectors[1].line, 3);
    assert_eq!(&text[59..90], "{\"TlsSenderCertificateName\": \"b");
    assert_eq!(
        objects.problems[0].to_string(),
        "export, line 3, byte 59: Enabled of B reads \"maybe\", expected True or False: it counts as not known"
    );
}

#[test]
fn several_json_texts_in_a_row_are_read() {
    let text = "{\"Name\": \"A\", \"TlsCertificateName\": null}\r\n{\"Name\": \"B\", \"TlsCertificateName\": null}\r\n";
    let objects = read(text);
    assert_eq!((objects.send_connectors.len(), objects.send_connectors[1].line), (2, 2));
}
