use super::key::Key;
use super::redactor::Redactor;

fn redactor() -> Redactor {
    Redactor::new([7; 32])
}

/// Redacts, and turns back: equal but for what was left out.
fn turned(text: &str) -> (String, String) {
    let mut redactor = redactor();
    let redacted = redactor.redact(text);
    let key = serde_json::to_vec(&redactor.key()).unwrap();
    let restored = Key::parse(&key).unwrap().restore(&redacted);
    (redacted, restored)
}

#[test]
fn private_values_are_replaced_and_turned_back() {
    let texts = [
        ("MAIL FROM:<alice.b@contoso.com> SIZE=1204", &["alice", "contoso"][..]),
        ("CN=mail.contoso.com, O=\"Contoso, Ltd\", L=Oslo, C=NO", &["contoso", "Contoso", "Oslo"]),
        ("5D0B1E77C2A94F6688D3107BA4E95C21F06D83AB", &["5D0B1E77"]),
        ("5d 0b 1e 77 c2 a9 4f 66 88 d3 10 7b a4 e9 5c 21 f0 6d 83 ab", &["5d 0b", "c2 a9"]),
        ("EX01\\Default Frontend EX01,08DE24A1D0B7C3E2", &["EX01", "24A1D0B7"]),
        ("84c2d1f0-77aa-4b1c-9e21-0d5c6b7a8f90", &["84c2d1f0", "0d5c6b7a8f90"]),
        (
            "Hello [81.93.160.7] from [10.20.30.40] and 2a02:c0:1::25",
            &["81.93", "20.30.40", "c0:1::25"],
        ),
        ("Bjørn Østberg, \u{90AE}\u{4EF6}", &["Bjørn", "Østberg", "\u{90AE}\u{4EF6}"]),
        ("contoso-com.mail.protection.outlook.com contoso.onmicrosoft.com", &["contoso"]),
        ("\\\\nas-07.corp.fabrikam.co.uk\\share", &["nas", "fabrikam"]),
        ("delivery.com", &["delivery"]),
    ];
    for (text, private) in texts {
        let (redacted, restored) = turned(text);
        for value in private {
            assert!(!redacted.contains(value), "{value} in {redacted}");
        }
        assert_eq!(restored, text, "{redacted}");
    }
}

#[test]
fn counts_and_codes_of_an_answer_stay_although_local_parts_are_such_numbers() {
    let mut redactor = redactor();
    let ids: Vec<String> = (10..50).map(|number| format!("<{number}@contoso.com>")).collect();
    let redacted = redactor.redact(&ids.join(" "));
    let key = redactor.key();
    assert_eq!(key.restore(&redacted), ids.join(" "));
    let answer = "15 of 42 sessions, 15.20.43, row 25, 2026-11-20 18:31";
    assert_eq!(key.restore(answer), answer);
}

/// A row whose serial number were none could not be read.
#[test]
fn a_short_serial_number_stays_hexadecimal() {
    for secret in 0..50 {
        let redacted = Redactor::new([secret; 32]).redact("O=Trust 0A 3 AB 7F1C 2024-11-01");
        let numbers = redacted.split(' ').skip(1).take(4);
        assert!(numbers.clone().all(|it| it.bytes().all(|b| b.is_ascii_hexdigit())), "{redacted}");
    }
}

#[test]
fn what_is_nobodys_stays() {
    for text in [
        "550 5.7.64 TenantAttribution; Relay Access Denied",
        "DB9EUR01FT019.eop-eur01.prod.protection.outlook.com 2026-11-16T02:14:07.100Z",
        "#Version: 15.1.225.42",
        "<Obj RefId=\"0\"><TN RefId=\"0\"><T>System.Object</T></TN><MS><S N=\"TlsSenderCertificateName\">",
        "CN=Microsoft Exchange Server Auth Certificate",
        "CN=DigiCert Global Root G2, OU=www.digicert.com, O=DigiCert Inc, C=US",
        "454 4.7.5 Certificate validation failure, Reason:UntrustedRoot",
        "40.107.22.36:25",
        "CertGetCertificateChain 0x800B0109 -2146762487",
        "TLS negotiation failed with error SocketError",
        "SEND2026111601-1.LOG",
        "Get-InboundConnector | Export-Clixml inbound.xml",
    ] {
        assert_eq!(redactor().redact(text), text);
    }
}

#[test]
fn the_same_value_has_one_stand_in_of_its_length_and_parents_stay_parents() {
    let mut redactor = redactor();
    let text =
        "mail.contoso.com *.contoso.com MAIL.CONTOSO.COM a@contoso.com EX01 ex01.contoso.com";
    let redacted = redactor.redact(text);
    let words: Vec<&str> = redacted.split(' ').collect();
    assert_eq!(redacted.len(), text.len());
    assert_eq!(words[0].to_uppercase(), words[2]);
    let parent = words[0].split_once('.').unwrap().1;
    assert_eq!(words[1], format!("*.{parent}"));
    assert!(words[3].ends_with(&format!("@{parent}")) && words[5].ends_with(&format!(".{parent}")));
    assert!(words[5].starts_with(&words[4].to_lowercase()));
}

#[test]
fn addresses_of_one_network_stay_in_one_and_special_ones_what_they_are() {
    let mut redactor = redactor();
    let redacted =
        redactor.redact("81.93.160.0/20 81.93.163.9 81.93.200.1 10.1.2.3 192.168.7.8 203.0.113.40");
    let parsed: Vec<std::net::Ipv4Addr> =
        redacted.split(' ').map(|text| text.split('/').next().unwrap().parse().unwrap()).collect();
    let network = |address: std::net::Ipv4Addr| u32::from(address) >> 12;
    assert_eq!(network(parsed[0]), network(parsed[1]));
    assert_ne!(network(parsed[0]), network(parsed[2]));
    assert!(parsed[3].is_private() && parsed[4].is_private() && !parsed[5].is_private());
}

#[test]
fn contents_of_certificates_are_left_out() {
    let mut redactor = redactor();
    let body = "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJRTESMBAG";
    let redacted = redactor.redact(&format!("<BA N=\"RawData\">{body}</BA>"));
    assert_eq!(redacted, "<BA N=\"RawData\"></BA>");
    assert_eq!(redactor.removed(), 1);
}

#[test]
fn a_long_line_takes_work_in_its_length() {
    for unit in ["_a", "a-", "a/", "a.", "aa ", "CN=", "a@", "1.2.3.4 ", ":", "aB3"] {
        let text = unit.repeat(20_000 / unit.len());
        let started = std::time::Instant::now();
        let redacted = redactor().redact(&text);
        assert!(redacted.len() <= 2 * text.len() + 64, "{unit}");
        assert!(started.elapsed().as_secs() < 20, "{unit}");
    }
}

#[test]
fn a_stream_becomes_what_the_text_becomes_whatever_its_encoding_and_lines() {
    let rows = "#Software: Microsoft Exchange Server\r\n2026-11-24T04:10:00.100Z,Outbound to Øst,\
                08DE24A1D0B7C3E2,0,10.1.0.21:25,,>,MAIL FROM:<anna@contoso.com>,\r\n\0\0\0,cut";
    let expected = redactor().redact_file(rows);
    let utf16: Vec<u8> =
        std::iter::once(0xFEFF).chain(rows.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let marked = format!("\u{FEFF}{rows}").into_bytes();
    let windows1252: Vec<u8> = rows.chars().map(|letter| u8::try_from(letter).unwrap()).collect();
    for (name, bytes) in [
        ("UTF-8", rows.as_bytes().to_vec()),
        ("UTF-8 with a mark", marked),
        ("UTF-16", utf16),
        ("Windows-1252", windows1252),
    ] {
        let mut out = Vec::new();
        redactor().redact_stream(&*bytes, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.trim_start_matches('\u{FEFF}'), expected, "{name}");
    }
}

#[test]
fn a_line_that_does_not_end_is_cut_between_words() {
    let expected = redactor().redact("anna@contoso.com");
    for end in [',', '\r', ' '] {
        let text = format!("anna@contoso.com{end}").repeat(10_000);
        let mut out = Vec::new();
        redactor().redact_stream(text.as_bytes(), &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.split_terminator(end).all(|part| part == expected), "{end:?}");
        assert_eq!(out.len(), text.len(), "{end:?}");
    }
}
