//! The texts of CliXml: `_x000A_` stands for a character that XML cannot hold (MS-PSRP, 2.2.5.3.2).

use std::borrow::Cow;

/// Resolves `_xHHHH_`: one UTF-16 code unit each, so that pairs stand for characters beyond U+FFFF.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") && !text.contains("_X") {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len());
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(unit) = escaped_unit(rest) {
            units.push(unit);
            rest = &rest[7..];
            continue;
        }
        flush(&mut units, &mut result);
        let skipped = usize::from(rest.starts_with('_'));
        let length = rest[skipped..].find('_').map_or(rest.len(), |at| at + skipped);
        result.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    flush(&mut units, &mut result);
    Cow::Owned(result)
}

fn escaped_unit(text: &str) -> Option<u16> {
    let bytes = text.as_bytes().get(..7)?;
    let is_escape = bytes[0] == b'_' && matches!(bytes[1], b'x' | b'X') && bytes[6] == b'_';
    let digits = text.get(2..6).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    u16::from_str_radix(digits.filter(|_| is_escape)?, 16).ok()
}

fn flush(units: &mut Vec<u16>, result: &mut String) {
    let characters = char::decode_utf16(units.drain(..));
    result.extend(characters.map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_stand_for_code_units() {
        for (text, expected) in [
            ("plain_text", "plain_text"),
            ("a_x000D__x000A_b", "a\r\nb"),
            ("_x005F_x000A_", "_x000A_"),
            ("_xD83D__xDE00_", "\u{1F600}"),
            ("_xD83D_!", "\u{FFFD}!"),
            ("_x00ZZ_", "_x00ZZ_"),
            ("_x000", "_x000"),
            ("__x0041_", "_A"),
            ("\u{e4}_x\u{e4}", "\u{e4}_x\u{e4}"),
        ] {
            assert_eq!(unescape(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "(_x[0-9A-Fa-f]{4}_|[_x0A\u{e4}]|\\PC){0,40}") {
            let _ = unescape(&text);
        }
    }
}
