use super::super::ProblemKind;
use super::fixtures::CERTIFICATE_BASE64;
use super::*;
use crate::connector::CertificateServices;
use crate::stated_time::StatedTime;
use crate::timestamp::Timestamp;

const THUMBPRINT: &str = "88F6E2C3DBD4DBE70DFFE0C1DD8397F08DED9D33";

/// With all properties, as a session on the server has it.
fn rich() -> String {
    format!(
        r#"{{"Thumbprint": "{THUMBPRINT}", "Subject": "CN=mail.contoso.com, O=\"Contoso, Ltd\", C=NO",
        "Issuer": "CN=Contoso Test Issuing CA, O=\"Contoso, Ltd\", C=NO", "Services": 24, "Status": "Valid",
        "RootCAType": "Enterprise", "IsSelfSigned": false, "HasPrivateKey": true,
        "CertificateDomains": ["mail.contoso.com", "*.contoso.com"], "RawData": "{CERTIFICATE_BASE64}"}}"#
    )
}

fn clixml(properties: &str) -> String {
    format!(
        r#"<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj RefId="0">
        <TN RefId="0"><T>Deserialized.Microsoft.Exchange.Management.SystemConfigurationTasks.ExchangeCertificate</T></TN>
        <ToString>[Subject]_x000D__x000A_  CN=mail.contoso.com</ToString><Props>{properties}</Props>
        <MS><S N="PSComputerName">ex01.contoso.local</S></MS></Obj></Objs>"#
    )
}

#[test]
fn all_three_shapes_tell_the_same_certificate() {
    let raw_data = format!("<BA N=\"RawData\">{CERTIFICATE_BASE64}</BA>");
    let services = "<S N=\"Services\">IIS, SMTP</S><S N=\"Status\">Valid</S>";
    let rich = read(&rich()).to_certificates().remove(0);
    let rehydrated = read(&clixml(&format!("{services}{raw_data}"))).to_certificates().remove(0);
    let raw_only = read(&clixml(&raw_data)).to_certificates().remove(0);
    for certificate in [&rich, &rehydrated, &raw_only] {
        assert_eq!(certificate.thumbprint.unwrap().to_string(), THUMBPRINT);
        let subject = certificate.subject.as_deref();
        assert_eq!(subject, Some("CN=mail.contoso.com, O=\"Contoso, Ltd\", C=NO"));
        assert_eq!(
            certificate.not_after,
            Timestamp::parse("2027-11-21T23:24:21Z").map(StatedTime::from)
        );
        assert_eq!(certificate.is_self_signed, Some(false));
        assert_eq!(certificate.names(), rich.names());
    }
    for certificate in [&rich, &rehydrated] {
        assert!(certificate.services.unwrap().contains(CertificateServices::SMTP));
        assert_eq!(certificate.status.as_deref(), Some("Valid"));
    }
    assert_eq!((raw_only.services, raw_only.status.as_deref()), (None, None));
    assert_eq!(raw_only.server.as_deref(), Some("ex01.contoso.local"));
}

#[test]
fn raw_data_is_read_as_numbers_and_left_alone_where_cut_short() {
    use base64::Engine;
    let der = base64::engine::general_purpose::STANDARD.decode(CERTIFICATE_BASE64).unwrap();
    let numbers: Vec<String> = der.iter().map(u8::to_string).collect();
    let numbers = numbers.join(", ");
    for text in [format!("{{\"RawData\": [{numbers}]}}"), format!("RawData : {{{numbers}}}\n")] {
        let objects = read(&text);
        assert_eq!(objects.certificates[0].object.thumbprint.unwrap().to_string(), THUMBPRINT);
    }
    let text = format!(
        "Thumbprint : {THUMBPRINT}\nSubject    : CN=mail.contoso.com\nRawData    : {{48, 130, 3, 114...}}\n"
    );
    let objects = read(&text);
    assert!(objects.certificates[0].object.certificate.is_none());
    assert_eq!(objects.problems, []);
}

#[test]
fn damaged_raw_data_is_said_and_the_rest_is_used() {
    let text = format!(
        "{{\"Thumbprint\": \"{THUMBPRINT}\", \"RawData\": \"MIIDcjCC\", \"Services\": \"SMTP\"}}"
    );
    let objects = read(&text);
    assert!(matches!(objects.problems[0].kind, ProblemKind::RawData { .. }));
    assert!(objects.certificates[0].object.services.is_some());
    let nothing = read("{\"RawData\": \"MIIDcjCC\"}");
    assert_eq!((nothing.certificates.len(), nothing.unused.len()), (0, 1));
}
