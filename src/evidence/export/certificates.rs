//! Property bags to installed certificates, in the three shapes in which Exchange returns them:
//! with all properties, rehydrated by remoting, or with nothing but RawData.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::problem::ProblemKind;
use super::properties::Properties;
use super::value::Value;
use crate::certificate::{Certificate, Thumbprint, X500Name};
use crate::connector::{CertificateServices, ExchangeCertificate};

/// A certificate; `None` if neither thumbprint nor RawData nor subject says which one.
pub(super) fn exchange_certificate(properties: &mut Properties<'_>) -> Option<ExchangeCertificate> {
    let thumbprint = properties.text("Thumbprint").and_then(|text| {
        let parsed = text.parse().ok();
        properties.checked("Thumbprint", &text, parsed, "40 hexadecimal digits")
    });
    let services = properties.text("Services").and_then(|text| {
        let parsed = CertificateServices::parse(&text);
        properties.checked("Services", &text, parsed, "IMAP, POP, UM, IIS, SMTP, Federation, None")
    });
    let own_server = own_server(properties);
    let described = ExchangeCertificate {
        thumbprint,
        services,
        subject: properties.readable_text::<X500Name>("Subject"),
        issuer: properties.readable_text::<X500Name>("Issuer"),
        serial_number: properties.text("SerialNumber"),
        status: properties.text("Status"),
        is_self_signed: properties.flag("IsSelfSigned"),
        has_private_key: properties.flag("HasPrivateKey"),
        root_ca_type: properties.text("RootCAType"),
        certificate_domains: properties.list("CertificateDomains"),
        has_uncertain_blanks: properties.has_uncertain_blanks(),
        friendly_name: properties.text("FriendlyName"),
        knows_server: own_server.is_some(),
        server: own_server.or_else(|| properties.text("PSComputerName")),
        ..ExchangeCertificate::default()
    };
    let certificate = raw_data(properties.bag.get("RawData")).and_then(|der| {
        let decoded = Certificate::from_der(&der);
        decoded
            .map_err(|error| {
                let (object, message) = (properties.object.clone(), error.to_string());
                properties.report(ProblemKind::RawData { object, message });
            })
            .ok()
    });
    let Some(certificate) = certificate else {
        let is_known = described.thumbprint.is_some() || described.subject.is_some();
        let (not_before, not_after) =
            (properties.stated_time("NotBefore"), properties.stated_time("NotAfter"));
        return is_known.then_some(ExchangeCertificate { not_before, not_after, ..described });
    };
    Some(described.with_certificate(certificate))
}

/// The server that has it, as exported or of the identity `SERVER\THUMBPRINT`.
fn own_server(properties: &mut Properties<'_>) -> Option<String> {
    let of_identity = |text: String| {
        let (server, thumbprint) = text.rsplit_once('\\')?;
        thumbprint.parse::<Thumbprint>().is_ok().then(|| server.to_owned())
    };
    let is_filled = |server: &String| !server.trim().is_empty();
    let named = properties.text("Server").filter(is_filled);
    named.or_else(|| properties.text("Identity").and_then(of_identity).filter(is_filled))
}

/// The bytes of RawData: bytes, base64, or numbers. `None` where there are none, or only the
/// beginning of them or the name of their type is shown.
fn raw_data(value: Option<&Value>) -> Option<Vec<u8>> {
    match value? {
        Value::Bytes(bytes) => Some(bytes.to_vec()),
        Value::Text(text) if text.starts_with('{') => {
            let inner = text.strip_prefix('{')?.strip_suffix('}')?;
            inner.split(',').map(|number| number.trim().parse().ok()).collect()
        }
        Value::Text(text) if text.starts_with("System.") => None,
        Value::Text(text) => {
            let compact: String = text.split_ascii_whitespace().collect();
            // A text that is no base64 is passed on, so that it is reported as damaged.
            Some(STANDARD.decode(&compact).unwrap_or_else(|_| compact.into_bytes()))
        }
        value => value.as_list()?.iter().map(byte).collect(),
    }
}

fn byte(value: &Value) -> Option<u8> {
    match value {
        Value::Number(number) => number.as_u64().and_then(|number| u8::try_from(number).ok()),
        value => value.as_text()?.parse().ok(),
    }
}
