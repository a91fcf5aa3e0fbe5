//! Public exports of real servers, where they are at hand.

use std::path::PathBuf;

use super::*;

fn sample(name: &str) -> Option<ExchangeObjects> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../shared/samples/connectors").join(name);
    if !path.exists() {
        println!("not run: {} is not here", path.display());
        return None;
    }
    Some(ExchangeObjects::from_file(&path).unwrap())
}

#[test]
fn real_send_connectors_are_read() {
    for (name, has_certificate_name) in [
        ("clixml-sendconnector-tlscertificatename.xml", true),
        ("clixml-sendconnector-relay-by-fqdn.xml", false),
    ] {
        let Some(objects) = sample(name) else { return };
        assert_eq!(objects.problems, [], "{name}");
        let connector = &objects.send_connectors[0].object;
        assert!(connector.eop_sign().is_some(), "{connector:?}");
        assert_eq!(connector.tls_certificate_name.is_some(), has_certificate_name);
        assert!(connector.knows_certificate_name);
        assert_eq!(connector.max_message_size, Some(36_700_160));
    }
}

#[test]
fn real_certificates_are_read_in_the_shape_of_raw_data_only() {
    for (name, count) in [
        ("clixml-exchangecertificate-e2016-broken.xml", None),
        ("clixml-exchangecertificate-e2019.xml", Some(4)),
    ] {
        let Some(objects) = sample(name) else { return };
        assert_eq!(objects.problems, [], "{name}");
        assert!(count.is_none_or(|count| objects.certificates.len() == count), "{name}");
        assert!(objects.certificates.iter().all(|found| found.object.certificate.is_some()));
        assert!(objects.unused.is_empty());
    }
}

#[test]
fn real_accepted_domains_and_cloud_connectors_are_read() {
    let Some(objects) = sample("clixml-accepteddomain.xml") else { return };
    assert_eq!(objects.problems, []);
    let domains = objects.to_accepted_domains();
    assert_eq!(domains.origin(), crate::connector::DomainOrigin::OnPremises);
    assert!(domains.domains.iter().any(|domain| domain.domain_name == "*.contoso.local"));
    let Some(objects) = sample("exo-get-inboundconnector-2026-07.json") else { return };
    assert_eq!((objects.inbound_connectors.len(), objects.problems.len()), (2, 0));
    let Some(objects) = sample("exo-get-outboundconnector-2026-07.json") else { return };
    assert_eq!(objects.unused.values().sum::<u64>(), 1);
    let Some(objects) = sample("clixml-hybridconfiguration.xml") else { return };
    assert_eq!(objects.unused.get("HybridConfiguration"), Some(&1), "{:?}", objects.unused);
}
