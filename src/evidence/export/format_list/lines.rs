//! Text as lines, with what a console and a browser added to them taken off.

use std::borrow::Cow;

/// A line without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line<'text> {
    /// Where it begins, as a byte offset in the text.
    pub(super) offset: usize,
    pub(super) text: Cow<'text, str>,
}

impl Line<'_> {
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// The lines of a text, ended by LF, CR LF or CR: without escape sequences, without the empty lines
/// that some browsers copy behind each line, without indentation that all lines share.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines = split(text);
    drop_doubled(&mut lines);
    drop_shared_indentation(&mut lines);
    lines
}

fn split(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for end in memchr::memchr2_iter(b'\n', b'\r', text.as_bytes()) {
        if end < start {
            continue;
        }
        lines.push(Line { offset: start, text: without_escapes(&text[start..end]) });
        let is_pair = text.as_bytes()[end..].starts_with(b"\r\n");
        start = end + if is_pair { 2 } else { 1 };
    }
    if start < text.len() {
        lines.push(Line { offset: start, text: without_escapes(&text[start..]) });
    }
    lines
}

/// Takes out `ESC [ parameters letter` (ECMA-48, 5.4), by which PowerShell 7 colours names.
fn without_escapes(line: &str) -> Cow<'_, str> {
    const INTRODUCER: &str = "\u{1b}[";
    if memchr::memchr(0x1b, line.as_bytes()).is_none() {
        return Cow::Borrowed(line);
    }
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, sequence)) = rest.split_once(INTRODUCER) {
        plain.push_str(before);
        let is_final = |byte: u8| (0x40..=0x7e).contains(&byte);
        let end = sequence.bytes().position(is_final).map_or(sequence.len(), |at| at + 1);
        rest = sequence.get(end..).unwrap_or_default();
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// Every second line is empty: copied from a page that shows each line as a paragraph.
fn drop_doubled(lines: &mut Vec<Line<'_>>) {
    const FEWEST: usize = 6;
    let every_second_is_blank =
        |first: usize| lines.iter().skip(first).step_by(2).all(Line::is_blank);
    let Some(blank) = (lines.len() >= FEWEST)
        .then(|| [1, 0].into_iter().find(|first| every_second_is_blank(*first)))
        .flatten()
    else {
        return;
    };
    let mut number = 0;
    lines.retain(|_| {
        number += 1;
        number % 2 == blank
    });
}

fn drop_shared_indentation(lines: &mut [Line<'_>]) {
    let indent = |line: &Line<'_>| line.text.len() - line.text.trim_start_matches(' ').len();
    let shared = lines.iter().filter(|line| !line.is_blank()).map(indent).min().unwrap_or_default();
    for line in lines.iter_mut().filter(|_| shared > 0) {
        let cut = shared.min(indent(line));
        match &mut line.text {
            Cow::Borrowed(text) => *text = &text[cut..],
            Cow::Owned(text) => drop(text.drain(..cut)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        lines(text).into_iter().map(|line| line.text.into_owned()).collect()
    }

    #[test]
    fn all_line_ends_and_escape_sequences_are_read() {
        let text = "a : b\r\n\u{1b}[32;1mc : \u{1b}[0md\re : f\n\u{1b}[";
        assert_eq!(texts(text), ["a : b", "c : d", "e : f", ""]);
        assert_eq!(lines(text)[2].offset, text.find("e :").unwrap());
    }

    #[test]
    fn empty_lines_behind_every_line_and_shared_indentation_are_dropped() {
        let doubled = "Name : a\n\nSize : b\n\nKind : c\n\n\n\nName : d\n\n";
        assert_eq!(texts(doubled), ["Name : a", "Size : b", "Kind : c", "", "Name : d"]);
        assert_eq!(texts("    Name : a\n\n    Kind : b\n"), ["Name : a", "", "Kind : b"]);
        assert_eq!(texts("Name : a\n    Kind : b\n"), ["Name : a", "    Kind : b"]);
    }
}
