//! Files as text, in any of the encodings that PowerShell writes, with positions in the file.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The text of a file, and how its positions translate into those of the file.
pub(in crate::evidence) struct TextFile<'bytes> {
    pub(in crate::evidence) text: Cow<'bytes, str>,
    encoding: &'static Encoding,
    mark_length: usize,
    /// Whether bytes that the encoding does not allow were replaced.
    pub(in crate::evidence) is_damaged: bool,
}

/// A position in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::evidence) struct Position {
    pub(in crate::evidence) line: u64,
    pub(in crate::evidence) offset: u64,
}

impl<'bytes> TextFile<'bytes> {
    /// Decodes by the byte order mark; without one UTF-16 is known by its zero bytes, and what is
    /// not valid UTF-8 is taken for Windows-1252, the ANSI code page of most servers.
    pub(in crate::evidence) fn decode(bytes: &'bytes [u8]) -> Self {
        let (encoding, mark_length) =
            Encoding::for_bom(bytes).unwrap_or_else(|| (guess_encoding(bytes), 0));
        let body = &bytes[mark_length..];
        let (text, is_damaged) = encoding.decode_without_bom_handling(body);
        Self { text, encoding, mark_length, is_damaged }
    }

    pub(in crate::evidence) fn encoding_name(&self) -> &'static str {
        self.encoding.name()
    }

    /// The positions of ascending offsets in the text, in one pass over it. Byte offsets are exact
    /// where nothing was replaced.
    pub(in crate::evidence) fn positions(&self, offsets: &[usize]) -> Vec<Position> {
        let mut reached = 0;
        let mut position = Position { line: 1, offset: self.mark_length as u64 };
        let to_position = |wanted: &usize| {
            let wanted = self.character_start(*wanted);
            let passed = self.text.get(reached..wanted).unwrap_or_default();
            position.line += memchr::memchr_iter(b'\n', passed.as_bytes()).count() as u64;
            position.offset += self.encoded_length(passed) as u64;
            reached = reached.max(wanted);
            position
        };
        offsets.iter().map(to_position).collect()
    }

    /// The start of the character in which that offset lies.
    fn character_start(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        (0..=offset).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or_default()
    }

    fn encoded_length(&self, text: &str) -> usize {
        if self.encoding == UTF_16LE || self.encoding == UTF_16BE {
            text.chars().map(char::len_utf16).sum::<usize>() * 2
        } else if self.encoding == UTF_8 {
            text.len()
        } else {
            text.chars().count()
        }
    }
}

fn guess_encoding(bytes: &[u8]) -> &'static Encoding {
    // Every export begins with an ASCII character.
    match bytes {
        [0, first, ..] if *first != 0 => UTF_16BE,
        [first, 0, ..] if *first != 0 => UTF_16LE,
        _ if std::str::from_utf8(bytes).is_ok() => UTF_8,
        // Cut inside a character, as truncated files are.
        _ if is_utf8_but_for_its_end(bytes) => UTF_8,
        _ => WINDOWS_1252,
    }
}

fn is_utf8_but_for_its_end(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes)
        .is_err_and(|error| error.error_len().is_none() && error.valid_up_to() > 0)
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
        let little = utf16(u16::to_le_bytes);
        let big = utf16(u16::to_be_bytes);
        let with_mark = |mark: &[u8], body: &[u8]| [mark, body].concat();
        for (bytes, end) in [
            (text.as_bytes().to_vec(), 9),
            (with_mark(b"\xEF\xBB\xBF", text.as_bytes()), 12),
            (with_mark(b"\xFF\xFE", &little), 14),
            (with_mark(b"\xFE\xFF", &big), 14),
            (little, 12),
            (big, 12),
            (b"a\xFC\nb\x80\nc".to_vec(), 6),
        ] {
            let file = TextFile::decode(&bytes);
            assert_eq!(file.text, text, "{bytes:?}");
            let positions = file.positions(&[0, text.find('c').unwrap()]);
            assert_eq!(positions[1], Position { line: 3, offset: end }, "{bytes:?}");
            assert!(!file.is_damaged);
        }
    }
}
