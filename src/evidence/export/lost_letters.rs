//! Letters that were lost before the file was made, or that its encoding leaves uncertain.

use super::problem::ProblemKind;
use super::text_encoding::TextEncoding;
use super::text_file::TextFile;

/// What is to be said of the letters of a file, with the offset in its text.
pub(in crate::evidence) fn doubts(file: &TextFile<'_>) -> Vec<(usize, ProblemKind)> {
    let mut doubts = Vec::new();
    if file.is_damaged {
        doubts.push((0, ProblemKind::Encoding { encoding: file.encoding_name() }));
    }
    if file.is_mixed() {
        doubts.push((0, ProblemKind::MixedEncodings));
    }
    let first_letter = file.text.find(|c: char| !c.is_ascii());
    let is_code_page = matches!(file.encoding(), TextEncoding::Windows1252 | TextEncoding::Oem);
    if let Some(offset) = first_letter.filter(|_| is_code_page) {
        doubts.push((offset, ProblemKind::CodePage { encoding: file.encoding_name() }));
    }
    if let Some(offset) = mojibake(&file.text) {
        doubts.push((offset, ProblemKind::Mojibake));
    } else if let Some(offset) = question_mark(&file.text).filter(|_| first_letter.is_none()) {
        doubts.push((offset, ProblemKind::LostLetters));
    }
    doubts
}

/// Where UTF-8 was read as Windows-1252 and written again: the pair of characters that the two
/// bytes of a letter become.
fn mojibake(text: &str) -> Option<usize> {
    let lead = |character: char| matches!(character, '\u{c2}'..='\u{c6}' | '\u{d0}' | '\u{d1}');
    let mut characters = text.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        if lead(character) && characters.peek().is_some_and(|(_, next)| is_continuation(*next)) {
            return Some(offset);
        }
    }
    None
}

/// Whether Windows-1252 shows a byte from 0x80 to 0xBF as this character.
fn is_continuation(character: char) -> bool {
    let mut buffer = [0; 4];
    let (bytes, _, has_none) = encoding_rs::WINDOWS_1252.encode(character.encode_utf8(&mut buffer));
    !has_none && matches!(&*bytes, [0x80..=0xBF])
}

/// A question mark within a word, as Export-Csv of Windows PowerShell leaves for every letter beyond
/// ASCII.
fn question_mark(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'?', bytes).find(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let after = bytes.get(at + 1);
        let is_lower = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_lowercase);
        let is_word_start = before.is_none_or(|byte| matches!(byte, b' ' | b'"' | b'='))
            && is_lower(after)
            && is_lower(bytes.get(at + 2));
        (before.is_some_and(u8::is_ascii_alphabetic) && is_lower(after)) || is_word_start
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_and_uncertain_letters_are_said() {
        let of = |bytes: &[u8]| -> Vec<ProblemKind> {
            doubts(&TextFile::decode(bytes)).into_iter().map(|(_, kind)| kind).collect()
        };
        let code_page = |encoding| vec![ProblemKind::CodePage { encoding }];
        assert_eq!(of("Name : M\u{fc}ller".as_bytes()), []);
        assert_eq!(of(b"Name : Mueller, is it?"), []);
        assert_eq!(of(b"Name : M\xFCller"), code_page("windows-1252"));
        assert_eq!(of(b"Name : M\x81ller"), code_page("code page 850"));
        assert_eq!(of("Name : M\u{c3}\u{bc}ller".as_bytes()), [ProblemKind::Mojibake]);
        assert_eq!(of("Name : \u{c3}\u{2020}rlig".as_bytes()), [ProblemKind::Mojibake]);
        assert_eq!(of(b"Name : ?rlig M?ller"), [ProblemKind::LostLetters]);
        assert_eq!(of(b"\xFF\xFEa\0\n\0b\n"), [ProblemKind::MixedEncodings]);
    }
}
