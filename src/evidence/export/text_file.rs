//! Files as text, in any of the encodings that PowerShell writes, with positions in the file.

use std::borrow::Cow;

use super::code_page_850::decode_oem;
use super::text_encoding::{TextEncoding, split};

/// The text of a file, and how its positions translate into those of the file.
pub(in crate::evidence) struct TextFile<'bytes> {
    pub(in crate::evidence) text: Cow<'bytes, str>,
    parts: Vec<Part>,
    /// Whether bytes that the encoding does not allow were replaced.
    pub(in crate::evidence) is_damaged: bool,
}

/// A piece of a file in one encoding: where its text begins, and its bytes.
struct Part {
    text_start: usize,
    byte_start: usize,
    encoding: TextEncoding,
}

/// A position in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::evidence) struct Position {
    pub(in crate::evidence) line: u64,
    pub(in crate::evidence) offset: u64,
}

impl<'bytes> TextFile<'bytes> {
    /// Decodes by the byte order mark; without one by the bytes themselves. A file to which a
    /// program appended text of another encoding has two parts.
    pub(in crate::evidence) fn decode(bytes: &'bytes [u8]) -> Self {
        let mut file = Self { text: Cow::Borrowed(""), parts: Vec::new(), is_damaged: false };
        for (byte_start, end, encoding) in split(bytes) {
            let (text, is_damaged) = decode(&bytes[byte_start..end], encoding);
            file.parts.push(Part { text_start: file.text.len(), byte_start, encoding });
            file.is_damaged |= is_damaged;
            if file.text.is_empty() {
                file.text = text;
            } else {
                file.text.to_mut().push_str(&text);
            }
        }
        file
    }

    pub(in crate::evidence) fn encoding_name(&self) -> &'static str {
        self.encoding().name()
    }

    /// The encoding of its beginning.
    pub(in crate::evidence) fn encoding(&self) -> TextEncoding {
        self.parts.first().map_or(TextEncoding::Utf8, |part| part.encoding)
    }

    /// Whether text of another encoding was appended.
    pub(in crate::evidence) fn is_mixed(&self) -> bool {
        self.parts.len() > 1
    }

    /// The positions of ascending offsets in the text, in one pass over it. Byte offsets are exact
    /// where nothing was replaced. Lines end with LF, CR LF or CR.
    pub(in crate::evidence) fn positions(&self, offsets: &[usize]) -> Vec<Position> {
        let mut parts = self.parts.iter().peekable();
        let mut encoding = TextEncoding::Utf8;
        let (mut reached, mut position) = (0, Position { line: 1, offset: 0 });
        let mut to_position = |wanted: usize| {
            let wanted = self.character_start(wanted);
            while reached <= wanted {
                if let Some(part) = parts.next_if(|part| part.text_start <= reached) {
                    encoding = part.encoding;
                    position.offset = part.byte_start as u64;
                    continue;
                }
                let end = parts.peek().map_or(wanted, |part| part.text_start.min(wanted));
                if end <= reached {
                    break;
                }
                position.line += self.line_ends(reached, end);
                position.offset += encoding.encoded_length(&self.text[reached..end]) as u64;
                reached = end;
            }
            position
        };
        offsets.iter().map(|wanted| to_position(*wanted)).collect()
    }

    fn line_ends(&self, start: usize, end: usize) -> u64 {
        let bytes = self.text.as_bytes();
        let is_end =
            |at: &usize| bytes[start + at] == b'\n' || bytes.get(start + at + 1) != Some(&b'\n');
        memchr::memchr2_iter(b'\n', b'\r', &bytes[start..end]).filter(is_end).count() as u64
    }

    /// The start of the character in which that offset lies.
    fn character_start(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        (0..=offset).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or_default()
    }
}

fn decode(bytes: &[u8], encoding: TextEncoding) -> (Cow<'_, str>, bool) {
    match encoding {
        TextEncoding::Utf32LittleEndian => decode_utf32(bytes, u32::from_le_bytes),
        TextEncoding::Utf32BigEndian => decode_utf32(bytes, u32::from_be_bytes),
        TextEncoding::Oem => (Cow::Owned(decode_oem(bytes)), false),
        TextEncoding::Utf16LittleEndian => encoding_rs::UTF_16LE.decode_without_bom_handling(bytes),
        TextEncoding::Utf16BigEndian => encoding_rs::UTF_16BE.decode_without_bom_handling(bytes),
        TextEncoding::Utf8 => encoding_rs::UTF_8.decode_without_bom_handling(bytes),
        TextEncoding::Windows1252 => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes),
    }
}

fn decode_utf32(bytes: &[u8], to_number: fn([u8; 4]) -> u32) -> (Cow<'_, str>, bool) {
    let (units, rest) = bytes.as_chunks::<4>();
    let mut is_damaged = !rest.is_empty();
    let text = units.iter().map(|unit| {
        let character = char::from_u32(to_number(*unit));
        is_damaged |= character.is_none();
        character.unwrap_or(char::REPLACEMENT_CHARACTER)
    });
    let text = text.collect();
    (Cow::Owned(text), is_damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_of_powershell_is_read_with_positions_in_the_file() {
        let text = "a\u{fc}\nb\u{20ac}\nc";
        let utf16 = |to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(to_bytes).collect()
        };
        let utf32 = |to_bytes: fn(u32) -> [u8; 4]| -> Vec<u8> {
            text.chars().flat_map(|character| to_bytes(character as u32)).collect()
        };
        let little = utf16(u16::to_le_bytes);
        let big = utf16(u16::to_be_bytes);
        let with_mark = |mark: &[u8], body: &[u8]| [mark, body].concat();
        let mixed = |head: &[u8], tail: &[u8]| [head, b"\r\0\n\0", tail].concat();
        for (bytes, text, end) in [
            (text.as_bytes().to_vec(), text, 9),
            (with_mark(b"\xEF\xBB\xBF", text.as_bytes()), text, 12),
            (with_mark(b"\xFF\xFE", &little), text, 14),
            (with_mark(b"\xFE\xFF", &big), text, 14),
            (with_mark(b"\xFF\xFE\0\0", &utf32(u32::to_le_bytes)), text, 28),
            (with_mark(b"\0\0\xFE\xFF", &utf32(u32::to_be_bytes)), text, 28),
            (little.clone(), text, 12),
            (big, text, 12),
            (b"a\xFC\nb\x80\nc".to_vec(), text, 6),
            (b"a\x81\nb\x9B\nc".to_vec(), "a\u{fc}\nb\u{f8}\nc", 6),
            (with_mark(b"\xFF\xFE", &mixed(b"a\0", b"b\xC3\xBC\nc")), "a\r\nb\u{fc}\nc", 12),
            ([&b"a\nb\n"[..], b"c\0\r\0\n\0"].concat(), "a\nb\nc\r\n", 4),
            (b"a\rb\rc".to_vec(), "a\rb\rc", 4),
        ] {
            let file = TextFile::decode(&bytes);
            assert_eq!(file.text, text, "{bytes:?}");
            let positions = file.positions(&[0, text.find('c').unwrap()]);
            assert_eq!(positions[1], Position { line: 3, offset: end }, "{bytes:?}");
            assert!(!file.is_damaged);
        }
    }
}
