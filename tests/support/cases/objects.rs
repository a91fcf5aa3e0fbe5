//! Objects of Exchange from the short forms of the table.

use eop_relay::certificate::{Certificate, Thumbprint};
use eop_relay::connector::{
    CertificateServices, ConnectorType, ExchangeCertificate, InboundConnector, ReceiveConnector,
    SendConnector, TextList,
};
use eop_relay::diagnosis::Located;
use eop_relay::stated_time::StatedTime;
use eop_relay::timestamp::Timestamp;

use super::Write;
use super::setup::chain;

pub(super) const ISSUER: &str = "CN=Trust Server CA 1, O=Trust AS, C=NO";

pub(super) fn located<T>(object: T, path: &str) -> Located<T> {
    Located { object, path: path.to_owned(), line: 1 }
}

fn list(text: &str, write: Write<'_>) -> TextList {
    let shown = text.strip_suffix("...");
    let values = shown.unwrap_or(text).split(',').filter(|value| !value.is_empty());
    let values: Vec<String> = values.map(write).collect();
    TextList { is_truncated: shown.is_some(), ..TextList::complete(values) }
}

/// `name/type/enabled/value/addresses/associated/changed`, the last ones optional.
pub(super) fn inbound(text: &str, write: Write<'_>) -> InboundConnector {
    let fields: Vec<&str> = text.split('/').collect();
    let field = |index: usize| fields.get(index).copied().filter(|field| !field.is_empty());
    InboundConnector {
        name: write(fields[0]),
        connector_type: field(1).map(ConnectorType::from_name),
        enabled: field(2).map(|flag| flag == "on"),
        tls_sender_certificate_name: field(3).map(&mut *write),
        knows_certificate_name: true,
        sender_ip_addresses: Some(list(&field(4).unwrap_or_default().replace('|', "/"), write)),
        associated_accepted_domains: Some(list(field(5).unwrap_or_default(), write)),
        when_changed_utc: field(6).and_then(Timestamp::parse),
        ..InboundConnector::default()
    }
}

/// `name/TlsCertificateName/smart host/logging/source servers/Fqdn/TlsDomain`; `named` stands for ISSUER and
/// CN=mail.contoso.com, `?` for a value that is not known.
pub(super) fn send(text: &str, write: Write<'_>) -> SendConnector {
    let fields: Vec<&str> = text.split('/').collect();
    let field = |index: usize| fields.get(index).copied().filter(|field| !field.is_empty());
    SendConnector {
        name: write(fields[0]),
        tls_certificate_name: field(1).filter(|one| *one != "?").map(|subject| match subject {
            "named" => write(&format!("<I>{ISSUER}<S>CN=mail.contoso.com")),
            subject => write(subject),
        }),
        knows_certificate_name: field(1) != Some("?"),
        tls_auth_level: field(6).map(|_| "DomainValidation".to_owned()),
        tls_domain: field(6).map(str::to_owned),
        smart_hosts: field(2).map(|hosts| list(hosts, write)),
        protocol_logging_level: field(3).map(str::to_owned),
        source_transport_servers: field(4).map(|servers| list(servers, write)),
        fqdn: field(5).map(write),
        ..SendConnector::default()
    }
}

/// `identity/TlsCertificateName/AuthMechanism/Fqdn`; `named` stands for ISSUER and CN=mail.contoso.com,
/// `gone` for another issuer, `?` for a value that is not known.
pub(super) fn receive(text: &str, write: Write<'_>) -> ReceiveConnector {
    let fields: Vec<&str> = text.split('/').collect();
    let field = |index: usize| fields.get(index).copied().filter(|field| !field.is_empty());
    ReceiveConnector {
        identity: write(fields[0]),
        tls_certificate_name: field(1).filter(|one| *one != "?").map(|value| match value {
            "named" => write(&format!("<I>{ISSUER}<S>CN=mail.contoso.com")),
            _ => write("<I>CN=Former CA<S>CN=mail.contoso.com"),
        }),
        knows_certificate_name: field(1) != Some("?"),
        fqdn: field(3).map(write),
        auth_mechanism: Some(list(field(2).unwrap_or("Tls,Integrated"), &mut str::to_owned)),
        ..ReceiveConnector::default()
    }
}

/// `names/services/flags`: flags are `nokey`, `self`, `enterprise`, `public`, `revoked`,
/// `status:STATUS`, `root:TYPE`, `other` (another issuer), `issuer:NAME`, `until:DATE`, `since:DATE`,
/// `serial:TEXT` (another certificate of the same name), `on:SERVER`. Names after `made:` are of a
/// certificate that is made, with its bytes.
pub(super) fn installed_certificate(text: &str, write: Write<'_>) -> ExchangeCertificate {
    let fields: Vec<&str> = text.split('/').collect();
    let flags = fields.get(2).copied().unwrap_or_default();
    let has = |flag: &str| flags.split(',').any(|one| one == flag);
    let value = |key: &str| flags.split(',').find_map(|one| one.strip_prefix(key));
    let made = fields[0].strip_prefix("made:");
    let names: Vec<&str> = made.unwrap_or(fields[0]).split(',').collect();
    let made = made.map(|names| chain(names).0);
    let subject = format!("CN={}", names[0]);
    let issuer = if has("self") {
        subject.clone()
    } else if has("other") {
        "CN=Trust Server CA 2, O=Trust AS, C=NO".to_owned()
    } else {
        value("issuer:").unwrap_or(ISSUER).to_owned()
    };
    let digest = made.as_ref().map_or_else(
        || thumbprint(fields[0], value("serial:").unwrap_or_default()),
        Certificate::thumbprint,
    );
    ExchangeCertificate {
        thumbprint: write(&digest.to_string()).parse().ok(),
        certificate: made,
        subject: Some(write(&subject)),
        issuer: Some(write(&issuer)),
        not_before: value("since:")
            .map_or_else(|| Timestamp::parse("2026-03-01"), Timestamp::parse)
            .map(StatedTime::from),
        not_after: value("until:")
            .map_or_else(|| Timestamp::parse("2027-09-01"), Timestamp::parse)
            .map(StatedTime::from),
        services: fields.get(1).and_then(|services| CertificateServices::parse(services)),
        has_private_key: Some(!has("nokey")),
        is_self_signed: Some(has("self")),
        root_ca_type: has("enterprise")
            .then_some("Enterprise")
            .or_else(|| has("public").then_some("ThirdParty"))
            .or(value("root:"))
            .map(str::to_owned),
        status: value("status:").or_else(|| has("revoked").then_some("Revoked")).map(str::to_owned),
        server: value("on:").map(&mut *write),
        certificate_domains: Some(TextList::complete(names.into_iter().map(&mut *write))),
        ..ExchangeCertificate::default()
    }
}

pub(super) fn thumbprint(names: &str, serial: &str) -> Thumbprint {
    Thumbprint::of(format!("{names}{serial}").as_bytes())
}
