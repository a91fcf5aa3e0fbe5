//! Formats of files that lie in a case and hold no evidence that is read, by how they begin.

/// (how it begins, what it is and what to give in its place)
const BEGINNINGS: &[(&[u8], &str)] = &[
    (b"\x89PNG", PICTURE),
    (b"\xFF\xD8\xFF", PICTURE),
    (b"GIF8", PICTURE),
    (b"BM", PICTURE),
    // MS-CFB 2.2: .msg, .doc, .xls, Thumbs.db.
    (
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        "a file of Outlook (.msg) or of an old Office: save the mail as .eml or as text",
    ),
    (b"%PDF", "a PDF: give the text, or the file that it was printed from"),
    (b"7z\xBC\xAF\x27\x1C", ARCHIVE),
    (b"Rar!", ARCHIVE),
    (b"MSCF", ARCHIVE),
    (b"BZh", ARCHIVE),
    (b"\xFD7zXZ", ARCHIVE),
    (b"\x28\xB5\x2F\xFD", ARCHIVE),
    (b"MZ", "a program; what an archive holds that unpacks itself: unpack it, or pack it as .zip"),
    (b"\x00\x00\x00\x01Bud1", FOLDER_VIEW),
    (b"\xD4\xC3\xB2\xA1", CAPTURE),
    (b"\xA1\xB2\xC3\xD4", CAPTURE),
    (b"\x4D\x3C\xB2\xA1", CAPTURE),
    (b"\x0A\x0D\x0D\x0A", CAPTURE),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "a shortcut: give the file that it leads to"),
    (b"!BDN", "a data file of Outlook (.pst): save the mail as .eml or as text"),
    (b"PAGEDU64", "a memory dump"),
    (b"PAGEDUMP", "a memory dump"),
    (b"MDMP", "a memory dump"),
    (b"{\\rtf", DOCUMENT),
    (b"Windows Registry Editor", REGISTRY),
    (b"REGEDIT4", REGISTRY),
    (b"[.ShellClassInfo]", FOLDER_VIEW),
    (b"[InternetShortcut]", "a shortcut to a web page: give what it shows, saved as a file"),
];
const CAPTURE: &str = "a network capture: what was said is encrypted from STARTTLS on; give the send log of that time";
const FOLDER_VIEW: &str = "how a folder is shown, which says nothing of mail";
const REGISTRY: &str = "a part of the registry: HealthChecker's .xml has what it says of TLS";
/// What Office packs as an archive (ECMA-376, part 2), and what it wrote before.
pub(super) const DOCUMENT: &str = "a document of Office: save what it holds as text or CSV";
/// The entry that every document of Office has, mostly the first one.
const CONTENT_TYPES: &[u8] = b"[Content_Types].xml";
const PICTURE: &str = "a picture: what it shows is read as text only, such as the NDR or the output of the \
                       command";
const ARCHIVE: &str = "an archive of a format that is not read: unpack it, or pack it as .zip";

/// What a file is that no reader takes, with what to give in its place; `None` of texts and of
/// formats that are not known.
pub(super) fn format_of(beginning: &[u8]) -> Option<&'static str> {
    // `BM` and `MZ` begin texts, too.
    let is_text = !beginning[..beginning.len().min(1024)].contains(&0);
    let known = BEGINNINGS.iter().find(|(start, _)| beginning.starts_with(start));
    if let Some((start, words)) = known
        && (start.len() > 3 || !is_text || start[0] > 0x7F)
    {
        return Some(*words);
    }
    if let (b"RIFF", Some(b"WEBP")) = (&beginning[..beginning.len().min(4)], beginning.get(8..12)) {
        return Some(PICTURE);
    }
    // ISO/IEC 14496-12, 4.3.
    if let (Some(b"ftyp"), Some(brand)) = (beginning.get(4..8), beginning.get(8..11)) {
        let is_picture = [b"hei", b"hev", b"mif", b"avi"]
            .contains(&<&[u8; 3]>::try_from(brand).unwrap_or(b"   "));
        return Some(if is_picture { PICTURE } else { "a film" });
    }
    if beginning.starts_with(b"PK\x03\x04")
        && memchr::memmem::find(beginning, CONTENT_TYPES).is_some()
    {
        return Some(DOCUMENT);
    }
    if beginning.get(257..262) == Some(b"ustar") {
        return Some(ARCHIVE);
    }
    // PFX (RFC 7292): a sequence that begins with version 3.
    if beginning.starts_with(&[0x30]) && beginning.get(1..8).is_some_and(has_version_3) {
        return Some(
            "a PFX file with a private key, which needs its password: give it by itself, as \
             the certificate, or the certificate alone (.cer)",
        );
    }
    None
}

/// Whether the version 3 follows a length of one to five bytes.
fn has_version_3(behind_tag: &[u8]) -> bool {
    let length = match behind_tag[0] {
        first if first > 0x80 => usize::from(first - 0x80) + 1,
        _ => 1,
    };
    behind_tag.get(length..length + 3) == Some(&[0x02, 0x01, 0x03])
}

/// Texts of other programs, by words of their beginning: what they are and what to give in their place.
const TEXTS: &[(&[&str], &str)] = &[
    (
        &["Exchange Health Checker", "HealthChecker"],
        "HealthChecker's report for reading: give the .xml that it wrote beside it",
    ),
    (
        &["================ Certificate 0 ================", "CertUtil: -"],
        "what certutil prints: give the certificate (.cer), or Get-ExchangeCertificate | Export-Clixml",
    ),
];

/// What a text is that no reader takes, with what to give in its place.
pub(super) fn text_of(text: &str) -> Option<&'static str> {
    let is_meant = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    TEXTS.iter().find(|(marks, _)| is_meant(marks)).map(|(_, words)| *words)
}

/// Whether content is of no text in any encoding: characters that cannot be printed, and bytes that came to
/// characters of any script, without a blank between them.
pub(super) fn is_binary(text: &str) -> bool {
    let beginning = || text.chars().take(512);
    let is_odd = |sign: &char| {
        (sign.is_control() && !matches!(sign, '\t' | '\r' | '\n' | '\u{1b}')) || *sign == '\u{FFFD}'
    };
    let odd = beginning().filter(is_odd).count();
    odd > 8 || (odd > 0 && !text.chars().take(64).any(|sign| sign.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_is_named_with_what_to_give_and_no_text_is() {
        for (beginning, words) in [
            (&b"\x89PNG\r\n\x1a\n"[..], Some("a picture")),
            (b"\xFF\xD8\xFF\xE0", Some("a picture")),
            (b"BM\x36\0\0\0", Some("a picture")),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0", Some(".msg")),
            (b"%PDF-1.4", Some("a PDF")),
            (b"7z\xBC\xAF\x27\x1C\0", Some("pack it as .zip")),
            (b"Rar!\x1a\x07", Some("pack it as .zip")),
            (b"\x30\x82\x09\xEE\x02\x01\x03\x30", Some("a PFX")),
            (b"\x30\x80\x02\x01\x03\x30\0\0", Some("a PFX")),
            (b"\x30\x82\x03\x33\x30\x82\x02\x1B", None),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some("a picture")),
            (b"\0\0\0\x18ftypheic", Some("a picture")),
            (b"\0\0\0\x20ftypisom", Some("a film")),
            (b"\x0A\x0D\x0D\x0A\x1c\0\0\0", Some("a network capture")),
            (b"PK\x03\x04\x14\0\x06\0[Content_Types].xml", Some("a document of Office")),
            (b"Windows Registry Editor Version 5.00\r\n", Some("HealthChecker")),
            (b"L\0\0\0\x01\x14\x02\0\0\0", Some("a shortcut")),
            (b"BMW", None),
            (b"MZ in the subject", None),
            (b"", None),
            (b"0", None),
        ] {
            let found = format_of(beginning);
            assert_eq!(found.is_some(), words.is_some(), "{beginning:?}");
            assert!(found.unwrap_or_default().contains(words.unwrap_or_default()), "{found:?}");
        }
        assert!(is_binary(&"\u{1}\u{2}".repeat(9)) && !is_binary("Hallo,\r\n\tGrüße"));
        assert!(is_binary("\u{FFFD}\u{3C4D}\u{2B1A}") && !is_binary("\u{65E5}\u{672C}"));
        let printed = "my \"Personal\"\n================ Certificate 0 ================\n";
        assert!(text_of(printed).is_some_and(|words| words.contains(".cer")));
        assert_eq!(text_of("Certificate 0"), None);
    }
}
