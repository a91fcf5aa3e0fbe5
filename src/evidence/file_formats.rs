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
    (b"MZ", "a program"),
];
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

/// Whether content is of no text in any encoding: unprintable characters, not those of UTF-16.
pub(super) fn is_binary(text: &str) -> bool {
    let mut beginning = text.chars().take(512).peekable();
    let is_empty = beginning.peek().is_none();
    let is_odd = |sign: &char| {
        (sign.is_control() && !matches!(sign, '\t' | '\r' | '\n' | '\u{1b}')) || *sign == '\u{FFFD}'
    };
    !is_empty && beginning.filter(is_odd).count() > 8
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
    }
}
