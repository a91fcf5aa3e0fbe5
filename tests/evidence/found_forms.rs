//! Exports in other forms and encodings than the readers ask for: each is read with what is not certain
//! of it, or left out with what to export in its place.

use std::path::Path;

use eop_relay::evidence::{EvidenceKind, ExchangeObjects, recognise};

/// What a file is taken for; the words of that, the names of its send connectors, and its problems.
fn found(path: &Path) -> (EvidenceKind, String) {
    let found = recognise(path);
    let mut said = vec![found.words];
    if let Ok(objects) = ExchangeObjects::from_file(path) {
        said.extend(objects.send_connectors.iter().map(|one| one.object.name.clone()));
        said.extend(objects.problems.iter().map(ToString::to_string));
    }
    (found.kind, said.join("\n"))
}

/// (the letters as bytes, what is read, what is said of it)
const LETTERS: &[(&[u8], &str, &str)] = &[
    (b"S\xC3\xB8rlig Gr\xC3\xBC\xC3\x9Fe", "Sørlig Grüße", ""),
    (b"S\xF8rlig Gr\xFC\xDFe", "Sørlig Grüße", "windows-1252, which nothing in the file proves"),
    // 0x81 stands for nothing in 1252.
    (b"S\x9Brlig Gr\x81\xE1e", "Sørlig Grüße", "code page 850"),
    (b"S?rlig Gr??e", "S?rlig Gr??e", "became question marks"),
    (b"S\xC3\x83\xC2\xB8rlig Gr\xC3\x83\xC2\xBC\xC3\x83\xC5\xB8e", "", "letters were mistaken"),
];

const LISTED: (&str, &str) = (
    "Name               : ",
    "\r\nFqdn               : relay.adatum.com\r\nEnabled            : True\r\nTlsCertificateName : \
     \r\nAddressSpaces      : {SMTP:*;1}\r\n",
);

#[test]
fn letters_of_each_code_page_are_read_and_what_nothing_proves_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("send");
    for (letters, name, doubt) in LETTERS {
        let content = [LISTED.0.as_bytes(), letters, LISTED.1.as_bytes()].concat();
        std::fs::write(&path, content).unwrap();
        let (kind, said) = found(&path);
        assert_eq!(kind, EvidenceKind::Export, "{said}");
        assert!(said.contains(name) && said.contains(doubt), "{name}: {said}");
        assert_eq!(doubt.is_empty(), said.lines().count() == 2, "{name}: {said}");
    }
}

#[test]
fn wide_encodings_are_read_with_and_without_a_mark_and_with_another_appended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("send");
    let text = format!("{}Sørlig Grüße{}", LISTED.0, LISTED.1);
    let utf16 = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<_>>();
    let utf32 = || text.chars().flat_map(|sign| u32::from(sign).to_le_bytes()).collect::<Vec<_>>();
    let appended = text.replace("Sørlig", "Vestlig").into_bytes();
    for (content, name) in [
        (utf16(u16::to_le_bytes), "Sørlig Grüße"),
        ([&b"\xFF\xFE"[..], &utf16(u16::to_le_bytes)].concat(), "Sørlig Grüße"),
        ([&b"\xFE\xFF"[..], &utf16(u16::to_be_bytes)].concat(), "Sørlig Grüße"),
        ([&b"\xFF\xFE\0\0"[..], &utf32()].concat(), "Sørlig Grüße"),
        (
            [&b"\xFF\xFE"[..], &utf16(u16::to_le_bytes), b"\r\n", &appended].concat(),
            "Vestlig Grüße",
        ),
    ] {
        std::fs::write(&path, &content).unwrap();
        let (kind, said) = found(&path);
        assert_eq!(kind, EvidenceKind::Export, "{said}");
        assert!(said.contains(name), "{name}: {said}");
    }
}

#[test]
fn what_shows_objects_and_exports_none_is_named_with_the_export_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shown");
    for (content, words) in [
        (
            "\r\nIdentity   AddressSpaces Enabled\r\n--------   ------------- -------\r\nTo Adatum \
             {SMTP:*;1}    True\r\n",
            "is a table (Format-Table)",
        ),
        ("\r\nclass SmtpSendConnectorConfig\r\n{\r\n  Name = To Adatum\r\n}\r\n", "Format-Custom"),
        (
            "<html xmlns=\"http://www.w3.org/1999/xhtml\">\r\n<head><title>HTML TABLE</title></head>\
             <body>\r\n<table>\r\n<tr><th>Name</th></tr>\r\n<tr><td>To Adatum</td></tr></table></body>\
             </html>",
            "ConvertTo-Html",
        ),
        (
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<Objects>\r\n  <Object \
             Type=\"System.Object\"><Property Name=\"Name\" Type=\"System.String\">To \
             Adatum</Property></Object></Objects>",
            "ConvertTo-Xml",
        ),
        (
            "\"ClassId2e4f51ef21dd47e99d3c952918aff9cd\",\"pageHeaderEntry\",\"shapeInfo\"\r\n\
             \"033ecb2bc07a4d43b5ef94ed5a35d280\",,\"x\"\r\n",
            "without | Format-List",
        ),
    ] {
        std::fs::write(&path, content).unwrap();
        let (kind, said) = found(&path);
        assert_eq!(kind, EvidenceKind::Unused, "{said}");
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn each_shared_sample_of_another_form_is_what_the_table_says() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/wild/others");
    if !shared.is_dir() {
        println!("not run: {} is not there", shared.display());
        return;
    }
    let table = include_str!("../fixtures/wild/forms.tsv");
    let rows = table.lines().filter(|row| !row.starts_with('#'));
    let mut missing = Vec::new();
    let mut known = Vec::new();
    for row in rows {
        let [file, kind, words] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        known.push(file);
        if !shared.join(file).exists() {
            missing.push(file);
            continue;
        }
        let (found, said) = found(&shared.join(file));
        assert_eq!(found.name(), kind, "{file}: {said}");
        for part in words.split("; ") {
            assert!(said.contains(part), "{file} lacks {part:?}: {said}");
        }
    }
    println!("not found: {missing:?}");
    for entry in std::fs::read_dir(&shared).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            name == "README.md" || known.contains(&name.as_str()),
            "{name} is not in the table"
        );
    }
}
