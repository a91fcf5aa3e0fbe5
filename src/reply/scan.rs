//! Replies that stand somewhere inside a text.

use super::enhanced_status::EnhancedStatus;
use super::smtp_reply::Head;

/// Replies that are looked at in one text: an NDR holds one a recipient, a log excerpt many.
const MAX_CANDIDATES: usize = 256;
/// What a reply can be long at most: ten lines of RFC 5321's 512 octets.
const MAX_REPLY: usize = 5120;

/// The refusals inside a text that carry an enhanced status code, in their order; each runs from
/// its code to the end of the text.
pub(super) fn refusals(text: &str) -> impl Iterator<Item = &str> {
    word_starts(text, |byte| matches!(byte, b'4' | b'5'))
        .map(|start| &text[start..])
        .filter(|rest| Head::parse(rest).is_some_and(|head| head.enhanced_status.is_some()))
        .take(MAX_CANDIDATES)
}

/// Refusals without an enhanced status code, where the place says that they are replies: at the
/// beginning of a line, or after `smtp;`, `response` and the like.
pub(super) fn bare_refusals(text: &str) -> impl Iterator<Item = &str> {
    word_starts(text, |byte| matches!(byte, b'4' | b'5'))
        .filter(|start| {
            let before = text[..*start].trim_end_matches([' ', '\t']);
            before.is_empty()
                || before.ends_with(['\n', ';', ':', '#', '<', '"', '\''])
                || before.ends_with("response")
        })
        .map(|start| &text[start..])
        .filter(|rest| Head::parse(rest).is_some_and(|head| head.text.len() > 3))
        .take(MAX_CANDIDATES)
}

/// Enhanced status codes of refusals that stand alone, such as `Status: 5.7.64`.
pub(super) fn statuses(text: &str) -> impl Iterator<Item = EnhancedStatus> {
    word_starts(text, |byte| matches!(byte, b'4' | b'5'))
        .filter_map(|start| EnhancedStatus::parse_prefix(&text[start..]))
        .map(|(status, _)| status)
        .take(MAX_CANDIDATES)
}

/// The places where a byte that `begins` accepts begins a word.
fn word_starts(text: &str, begins: impl Fn(u8) -> bool) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    (0..bytes.len()).filter(move |&start| {
        begins(bytes[start])
            && start.checked_sub(1).is_none_or(|before| {
                !bytes[before].is_ascii_alphanumeric()
                    && !matches!(bytes[before], b'.' | b'-' | b'_' | b'@' | b'/' | b'\\')
            })
    })
}

/// The reply at the beginning of `text`: up to the end of its line and of the lines that continue
/// it, indented (RFC 5322, 2.2.3; so does Format-List break long values).
pub(super) fn folded_line(text: &str) -> &str {
    let text = cap(text);
    let end = memchr::memchr_iter(b'\n', text.as_bytes()).find(|end| {
        let next = &text.as_bytes()[end + 1..];
        !matches!(next.first(), Some(b' ' | b'\t')) || next.trim_ascii_start().is_empty()
    });
    text[..end.unwrap_or(text.len())].trim_end()
}

/// The reply at the beginning of `text` where a mail program broke its line: up to a blank line.
pub(super) fn paragraph(text: &str) -> &str {
    let text = cap(text);
    let end = text.find("\n\n").or_else(|| text.find("\r\n\r\n")).unwrap_or(text.len());
    &text[..end]
}

/// At most [`MAX_REPLY`] bytes of `text`, cut between characters.
fn cap(text: &str) -> &str {
    if text.len() <= MAX_REPLY {
        return text;
    }
    let end = (0..=MAX_REPLY).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}
