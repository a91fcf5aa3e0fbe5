//! In which encoding a file is, by its byte order mark and its bytes.

/// The encodings that PowerShell and the programs around it write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::evidence) enum TextEncoding {
    Utf8,
    Utf16LittleEndian,
    Utf16BigEndian,
    Utf32LittleEndian,
    Utf32BigEndian,
    Windows1252,
    /// Code page 850, and 437 as far as their letters agree.
    Oem,
}

impl TextEncoding {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16LittleEndian => "UTF-16LE",
            Self::Utf16BigEndian => "UTF-16BE",
            Self::Utf32LittleEndian => "UTF-32LE",
            Self::Utf32BigEndian => "UTF-32BE",
            Self::Windows1252 => "windows-1252",
            Self::Oem => "code page 850",
        }
    }

    /// The bytes that a text takes.
    pub(super) fn encoded_length(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16LittleEndian | Self::Utf16BigEndian => {
                text.chars().map(char::len_utf16).sum::<usize>() * 2
            }
            Self::Utf32LittleEndian | Self::Utf32BigEndian => text.chars().count() * 4,
            Self::Windows1252 | Self::Oem => text.chars().count(),
        }
    }
}

/// The parts of a file, each in one encoding: (begin, end, encoding).
pub(super) fn split(bytes: &[u8]) -> Vec<(usize, usize, TextEncoding)> {
    let (mark_length, encoding) = match bytes {
        [0xFF, 0xFE, 0, 0, ..] => (4, TextEncoding::Utf32LittleEndian),
        [0, 0, 0xFE, 0xFF, ..] => (4, TextEncoding::Utf32BigEndian),
        [0xFF, 0xFE, ..] => (2, TextEncoding::Utf16LittleEndian),
        [0xFE, 0xFF, ..] => (2, TextEncoding::Utf16BigEndian),
        [0xEF, 0xBB, 0xBF, ..] => (3, TextEncoding::Utf8),
        _ => (0, without_mark(bytes)),
    };
    let appended = match encoding {
        TextEncoding::Utf16LittleEndian => {
            appended_to_utf16(bytes, mark_length).map(|at| (at, TextEncoding::Utf8))
        }
        TextEncoding::Utf8 => {
            appended_to_utf8(bytes, mark_length).map(|at| (at, TextEncoding::Utf16LittleEndian))
        }
        _ => None,
    };
    match appended {
        Some((at, other)) => {
            vec![(mark_length, at, encoding), (at, bytes.len(), other)]
        }
        None => vec![(mark_length, bytes.len(), encoding)],
    }
}

fn without_mark(bytes: &[u8]) -> TextEncoding {
    // Every export begins with an ASCII character.
    match bytes {
        [0, first, ..] if *first != 0 => TextEncoding::Utf16BigEndian,
        [first, 0, ..] if *first != 0 => TextEncoding::Utf16LittleEndian,
        _ if is_utf8(bytes) || appended_to_utf8(bytes, 0).is_some() => TextEncoding::Utf8,
        // Bytes for which Windows-1252 has no character.
        _ if bytes.iter().any(|byte| matches!(byte, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D)) => {
            TextEncoding::Oem
        }
        _ => TextEncoding::Windows1252,
    }
}

/// Whether bytes are UTF-8, maybe cut inside the last character, as truncated files are.
fn is_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes)
        .is_err_and(|error| error.error_len().is_none() && error.valid_up_to() > 0)
        || std::str::from_utf8(bytes).is_ok()
}

/// Where UTF-8 begins that another program appended to UTF-16 with `>>`: behind the last line end
/// of UTF-16 no byte is zero.
fn appended_to_utf16(bytes: &[u8], start: usize) -> Option<usize> {
    let last_zero = memchr::memrchr(0, bytes)?;
    let at = last_zero + 1;
    let is_line_end = at >= start + 2 && bytes[at - 2] == b'\n' && (at - start).is_multiple_of(2);
    let appended = &bytes[at..];
    (is_line_end && appended.len() > 1 && is_utf8(appended)).then_some(at)
}

/// Where UTF-16 begins that Windows PowerShell appended to UTF-8 with `>>`: behind a line end, with a
/// character whose second byte is zero.
fn appended_to_utf8(bytes: &[u8], start: usize) -> Option<usize> {
    let first_zero = memchr::memchr(0, bytes)?;
    let at = first_zero.checked_sub(1).filter(|at| *at > start)?;
    (bytes[at - 1] == b'\n' && is_utf8(&bytes[start..at])).then_some(at)
}
