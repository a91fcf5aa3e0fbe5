//! Files of certificates, Windows names, and logged certificates.

use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use eop_relay::certificate::{
    Certificate, DistinguishedName, LoggedCertificate, LoggedMatch, NameRelation, ReadError,
    TlsCertificateName, X500Name, compare_logged, read_certificates, read_revocation_lists,
};

use crate::support::forge::{
    Forge, ForgeList, SUBJECT_ALT_NAME, dns_names, element, oid, sequence,
};

fn pem(label: &str, der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\r\n{}\r\n-----END {label}-----\r\n", lines.join("\r\n"))
}

fn pair() -> [Vec<u8>; 2] {
    [
        Forge::server("mail.contoso.com", "Issuing CA").der(),
        Forge::authority("Issuing CA", "Root").der(),
    ]
}

/// SignedData without signers, in DER or with indefinite lengths throughout the frame.
fn p7b(certificates: &[Vec<u8>], lists: &[Vec<u8>], is_indefinite: bool) -> Vec<u8> {
    let wrap = |tag: u8, content: Vec<u8>| {
        if is_indefinite {
            [&[tag, 0x80][..], &content, &[0, 0]].concat()
        } else {
            element(tag, content)
        }
    };
    let data = wrap(0x30, oid("1.2.840.113549.1.7.1"));
    let lists = if lists.is_empty() { Vec::new() } else { wrap(0xA1, lists.concat()) };
    let signed = [
        element(0x02, [1]),
        element(0x31, []),
        data,
        wrap(0xA0, certificates.concat()),
        lists,
        element(0x31, []),
    ];
    let content = wrap(0xA0, wrap(0x30, signed.concat()));
    wrap(0x30, [oid("1.2.840.113549.1.7.2"), content].concat())
}

#[test]
fn every_usual_form_of_a_file_is_read() {
    let certificates = pair();
    let der_p7b = p7b(&certificates, &[], false);
    let pem_file = format!(
        "subject=CN = mail.contoso.com\n{}issuer\n{}",
        pem("CERTIFICATE", &certificates[0]),
        pem("X509 CERTIFICATE", &certificates[1])
    );
    let base64_only = base64::engine::general_purpose::STANDARD.encode(&der_p7b);
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(pem_file.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let files: [(&str, Vec<u8>); 8] = [
        ("DER P7B", der_p7b.clone()),
        ("BER P7B", p7b(&certificates, &[], true)),
        ("PEM P7B", pem("PKCS7", &der_p7b).into_bytes()),
        ("PEM", pem_file.clone().into_bytes()),
        ("PEM after the output of a tool", [b"0 s:CN = x\n", pem_file.as_bytes()].concat()),
        ("PEM with a byte order mark", [b"\xEF\xBB\xBF", pem_file.as_bytes()].concat()),
        ("PEM in UTF-16", utf16),
        ("base64", base64_only.into_bytes()),
    ];
    for (form, bytes) in files {
        let content = read_certificates(&bytes).unwrap();
        let found: Vec<&[u8]> = content.certificates.iter().map(|c| c.der().as_ref()).collect();
        assert_eq!(found, [&certificates[0][..], &certificates[1][..]], "{form}");
        assert!(content.skipped.is_empty(), "{form}");
    }
    assert_eq!(read_certificates(&certificates[0]).unwrap().certificates.len(), 1);
}

#[test]
fn damaged_parts_are_told_beside_sound_ones() {
    let certificates = pair();
    let mut cut = certificates[1].clone();
    cut.truncate(200);
    let text = [
        pem("RSA PRIVATE KEY", b"secret"),
        pem("CERTIFICATE", &cut),
        pem("CERTIFICATE", &certificates[0]),
        "-----BEGIN CERTIFICATE-----\nMII".to_owned(),
    ]
    .concat();
    let content = read_certificates(text.as_bytes()).unwrap();
    assert_eq!(content.certificates.len(), 1);
    let labels: Vec<&str> = content.skipped.iter().map(|skipped| &*skipped.label).collect();
    assert_eq!(labels, ["RSA PRIVATE KEY", "CERTIFICATE", "CERTIFICATE"]);
    assert_eq!(content.skipped[1].offset, pem("RSA PRIVATE KEY", b"secret").len());
    assert_eq!(content.skipped[2].reason, "the END line is missing");
}

#[test]
fn files_without_certificates_are_refused_with_a_reason() {
    assert_eq!(read_certificates(b"").unwrap_err(), ReadError::Empty);
    assert_eq!(read_certificates(b"\r\n ").unwrap_err(), ReadError::Empty);
    assert!(matches!(read_certificates(b"hello, world"), Err(ReadError::Unrecognised { .. })));
    let pfx = sequence(&[&element(0x02, [3]), &element(0x30, [0; 200])]);
    assert!(matches!(read_certificates(&pfx), Err(ReadError::PfxNotOpened { .. })));
    let key = pem("PRIVATE KEY", b"secret");
    assert!(matches!(
        read_certificates(key.as_bytes()),
        Err(ReadError::NothingUsable { offset: 0, .. })
    ));
    // Frames within frames end at a depth that no message has.
    let deep = [0x30, 0x80].repeat(100_000);
    assert!(read_certificates(&deep).is_err());
}

#[test]
fn what_follows_a_certificate_is_reported_and_not_read() {
    let [first, second] = pair();
    let bytes = [first.clone(), second].concat();
    let content = read_certificates(&bytes).unwrap();
    assert_eq!(content.certificates.len(), 1);
    assert_eq!((content.skipped.len(), content.skipped[0].offset), (1, first.len()));
    assert!(!content.skipped[0].is_damaged);
}

#[test]
fn other_labels_and_utf_16_without_its_mark_are_read() {
    let [first, _] = pair();
    for label in ["NEW CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE"] {
        let text = pem(label, &first);
        assert_eq!(read_certificates(text.as_bytes()).unwrap().certificates.len(), 1, "{label}");
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let units = format!("\u{DC}bersicht\r\n{text}").encode_utf16().collect::<Vec<_>>();
        let words_first = units.iter().copied().flat_map(u16::to_le_bytes).collect();
        let words_first_big = units.into_iter().flat_map(u16::to_be_bytes).collect();
        for bytes in [little, big, words_first, words_first_big] {
            assert_eq!(read_certificates(&bytes).unwrap().certificates.len(), 1, "{label}");
        }
    }
}

#[test]
fn what_is_wrong_with_a_block_is_said_in_words() {
    let [first, second] = pair();
    let good = pem("CERTIFICATE", &first);
    let block =
        |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    let whole = pem("CERTIFICATE", &second);
    for (damaged, words) in [
        (block(""), "it is empty"),
        (block("MII\\nAAAA"), "its character 4 is \\, which base64 does not have"),
        (block("MII\u{E4}AAA"), "its byte 4 is 0xC3, which base64 does not have"),
        (block("MIIBo"), "its 5 characters of base64 are cut or damaged at their end"),
        (block("MIIB"), "not an X.509 certificate: it ends before the length that it states"),
        (whole.replace("-----END", "-----FIN"), "the END line is missing"),
    ] {
        let content = read_certificates(format!("{good}{damaged}").as_bytes()).unwrap();
        let [skipped] = &content.skipped[..] else { panic!("{words}: {:?}", content.skipped) };
        assert_eq!((skipped.offset, skipped.reason.as_str()), (good.len(), words));
    }
}

#[test]
fn a_serialised_store_is_read_and_a_damaged_entry_reported() {
    let property = |number: u32, content: &[u8]| {
        let length = u32::try_from(content.len()).unwrap();
        [&number.to_le_bytes()[..], &[1, 0, 0, 0], &length.to_le_bytes(), content].concat()
    };
    let [first, second] = pair();
    let store = [
        b"\0\0\0\0CERT".to_vec(),
        property(3, &[7; 20]),
        property(32, &first),
        property(32, b"no certificate"),
        property(32, &second),
        property(0, b""),
    ]
    .concat();
    let content = read_certificates(&store).unwrap();
    assert_eq!(content.certificates.len(), 2);
    let [damaged] = content.skipped.as_slice() else { panic!("{:?}", content.skipped) };
    assert!(damaged.is_damaged && store[damaged.offset..].starts_with(b"no certificate"));
}

#[test]
fn revocation_lists_are_read_from_der_pem_and_p7b() {
    let list = ForgeList::new("Issuing CA", &[&[7]]).der();
    for bytes in [
        list.clone(),
        pem("X509 CRL", &list).into_bytes(),
        p7b(&pair(), std::slice::from_ref(&list), false),
    ] {
        assert_eq!(read_revocation_lists(&bytes).unwrap(), std::slice::from_ref(&list));
    }
    for (bytes, reason) in [
        (pem("CERTIFICATE", &pair()[0]).into_bytes(), "the file holds certificates"),
        (pem("X509 CRL", b"").into_bytes(), "at byte 0, X509 CRL: it is empty"),
        (b"junk?".to_vec(), "as base64: its character 5 is ?, which base64 does not have"),
    ] {
        let error = ReadError::NoRevocationList { reason: reason.to_owned() };
        assert_eq!(read_revocation_lists(&bytes), Err(error));
    }
}

/// The name of a certificate with that DER as its subject.
fn named(der: &[u8]) -> DistinguishedName {
    Forge::server("x", "y").but(|forge| forge.subject = der.to_vec()).certificate().subject
}

#[test]
fn names_are_written_as_windows_writes_them_and_read_back() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/names/x500-names.tsv");
    let Ok(table) = std::fs::read_to_string(&path) else {
        println!("not run: {} is not there", path.display());
        return;
    };
    let mut count = 0;
    for line in table.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        // The documents leave open how Windows writes a UniversalString.
        if columns[0] == "universalstring" {
            continue;
        }
        let der: Vec<u8> = (0..columns[1].len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&columns[1][at..at + 2], 16).unwrap())
            .collect();
        let expected = unescape(columns.get(4).copied().unwrap_or_default());
        let name = named(&der);
        assert_eq!(name.to_string(), expected, "{}", columns[0]);
        let read: X500Name = expected.parse().unwrap();
        assert_eq!(read.relation_to(&name.to_x500()), NameRelation::Same, "{}", columns[0]);
        count += 1;
    }
    assert!(count >= 39, "{count}");
}

fn unescape(text: &str) -> String {
    let mut result = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, character == '\\') {
            (_, true) => result.push(match characters.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('0') => '\0',
                Some(other) => other,
                None => '\\',
            }),
            (other, false) => result.push(other),
        }
    }
    result
}

/// A name of one attribute, its value in any string type.
fn name_of(tag: u8, value: &[u8]) -> Vec<u8> {
    sequence(&[&element(0x31, sequence(&[&oid("2.5.4.10"), &element(tag, value)]))])
}

#[test]
fn names_compare_without_case_blanks_and_string_type() {
    let utf8 = named(&name_of(0x0C, "Müller  GmbH ".as_bytes()));
    let latin1 = named(&name_of(0x14, b"m\xFCLLER GmbH"));
    let bmp: Vec<u8> = "Müller GmbH".encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(utf8, latin1);
    assert_eq!(utf8, named(&name_of(0x1E, &bmp)));
    assert_ne!(utf8, named(&name_of(0x0C, "MüllerGmbH".as_bytes())));
    assert_ne!(utf8, named(&sequence(&[])));
    assert!(utf8.is_within(&named(&sequence(&[]))) && !named(&sequence(&[])).is_within(&utf8));
}

fn logged(certificate: &Certificate) -> LoggedCertificate {
    let text = |text: String| Some(Arc::from(text.as_str()));
    LoggedCertificate {
        subject: text(certificate.subject.to_string()),
        issuer: text(certificate.issuer.to_string()),
        serial_number: text(format!("00{}", certificate.serial_number())),
        thumbprint: text(certificate.thumbprint().to_string()),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        ..LoggedCertificate::default()
    }
}

#[test]
fn logged_certificates_are_recognised_by_the_surest_mark() {
    let certificate = Forge::server("mail.contoso.com", "Issuing CA").certificate();
    let renewed = Forge::server("mail.contoso.com", "Issuing CA")
        .but(|forge| {
            forge.serial = vec![5];
            forge.not_after = "20281231235959Z".to_owned();
        })
        .certificate();
    let whole = logged(&certificate);
    let without_thumbprint = LoggedCertificate { thumbprint: None, ..whole.clone() };
    let masked = LoggedCertificate { thumbprint: Some("*****".into()), ..whole.clone() };
    let names_only = LoggedCertificate {
        serial_number: None,
        not_before: None,
        not_after: None,
        ..without_thumbprint.clone()
    };
    let subject_only = LoggedCertificate { issuer: None, ..names_only.clone() };
    for (log, own, other) in [
        (&whole, LoggedMatch::Thumbprint, LoggedMatch::Different),
        (&without_thumbprint, LoggedMatch::SerialNumberAndIssuer, LoggedMatch::Different),
        (&masked, LoggedMatch::SerialNumberAndIssuer, LoggedMatch::Different),
        (&names_only, LoggedMatch::Names, LoggedMatch::Names),
        (&subject_only, LoggedMatch::Unknown, LoggedMatch::Unknown),
        (&LoggedCertificate::default(), LoggedMatch::Unknown, LoggedMatch::Unknown),
    ] {
        assert_eq!(compare_logged(log, &certificate), own);
        assert_eq!(compare_logged(log, &renewed), other);
    }
}

#[test]
fn a_send_connector_names_the_certificate_that_expires_last() {
    let old = Forge::server("mail.contoso.com", "Issuing CA").certificate();
    let new = Forge::server("mail.contoso.com", "Issuing CA")
        .but(|forge| forge.not_after = "20281231235959Z".to_owned())
        .certificate();
    let begun_last = Forge::server("mail.contoso.com", "Issuing CA")
        .but(|forge| forge.not_before = "20260601000000Z".to_owned())
        .certificate();
    let other = Forge::server("mail.contoso.com", "Other CA").certificate();
    let name: TlsCertificateName =
        TlsCertificateName::of(&old).to_string().to_lowercase().parse().unwrap();
    assert!(name.matches(&new) && !name.matches(&other));
    let store = [other, old, new.clone(), begun_last.clone()];
    assert_eq!(name.select(&store), [&new, &begun_last]);
    assert_eq!(name.select(&store[..3]), [&new]);
    assert!(name.select(&store[..1]).is_empty());
}

#[test]
fn host_names_come_from_the_common_name_and_the_alternative_names_once() {
    let certificate = Forge::server("Mail.contoso.com", "Issuing CA")
        .with(SUBJECT_ALT_NAME, false, dns_names(&["mail.contoso.com", "autodiscover.contoso.com"]))
        .certificate();
    assert_eq!(certificate.dns_names(), ["Mail.contoso.com", "autodiscover.contoso.com"]);
}
