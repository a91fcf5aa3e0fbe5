//! One entry of a log: its stamp, level, number, context and text.

use std::borrow::Cow;

use crate::named_enum::named_enum;
use crate::timestamp::Timestamp;

named_enum! {
    /// How much the wizard itself makes of an entry.
    HybridLevel {
        /// Nothing stands in the column.
        Information = 1,
        /// `WARNING`.
        Warning = 2,
        /// `*ERROR*`; pages that take asterisks for emphasis leave `ERROR`.
        Error = 3,
    }
}

/// An entry: a line with a stamp, and the lines without one that follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HybridEntry {
    /// The stamp as it stands; `None` for what comes before the first one.
    pub stamp: Option<Timestamp>,
    /// The level.
    pub level: HybridLevel,
    /// The number of the kind of entry: 10276 a cmdlet begins, 10277 it ends.
    pub number: Option<u32>,
    /// `Client=UX, Session=Tenant, Cmdlet=Set-InboundConnector, Thread=9` as pairs.
    pub context: Vec<(String, String)>,
    /// The text, with line feeds where it has several lines.
    pub text: String,
    /// The line, from 1.
    pub line: u64,
    /// The byte offset of that line in the file (of the decoded text in a UTF-16 file).
    pub offset: u64,
    /// Whether the text is longer than what is kept.
    pub is_capped: bool,
}

impl HybridEntry {
    /// A value of the context.
    #[must_use]
    pub fn context(&self, name: &str) -> Option<&str> {
        let named = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        self.context.iter().find(named).map(|(_, value)| value.as_str())
    }

    /// The thread that wrote it.
    #[must_use]
    pub fn thread(&self) -> Option<u32> {
        self.context("Thread")?.parse().ok()
    }

    /// An entry for lines that have no stamp before them.
    pub(super) fn without_stamp(line: u64, offset: u64) -> Self {
        Self {
            stamp: None,
            level: HybridLevel::Information,
            number: None,
            context: Vec::new(),
            text: String::new(),
            line,
            offset,
            is_capped: false,
        }
    }

    /// Reads the first line of an entry; `None` for a line without a stamp. Blanks may be missing,
    /// as they are in pasted text.
    pub(super) fn parse(text: &str, line: u64, offset: u64) -> Option<Self> {
        let (stamp, rest) = split_stamp(text)?;
        let (level, rest) = split_level(rest.trim_start());
        let (number, rest) = split_number(rest.trim_start());
        let (context, rest) = split_context(rest.trim_start());
        Some(Self {
            stamp: Some(stamp),
            level,
            number,
            context,
            text: rest.trim().to_owned(),
            ..Self::without_stamp(line, offset)
        })
    }
}

/// Splits `yyyy.MM.dd HH:mm:ss.fff` off.
fn split_stamp(text: &str) -> Option<(Timestamp, &str)> {
    let date = text.get(..10)?;
    if date.as_bytes()[4] != b'.' || date.as_bytes()[7] != b'.' {
        return None;
    }
    let rest = text.get(10..)?.trim_start();
    let (time, rest) = (rest.get(..12)?, rest.get(12..)?);
    let log_stamp = format!("{}T{time}Z", date.replace('.', "-"));
    Some((Timestamp::from_log_stamp(log_stamp.as_bytes())?, rest))
}

fn split_level(text: &str) -> (HybridLevel, &str) {
    for (word, level) in [
        ("*ERROR*", HybridLevel::Error),
        ("ERROR", HybridLevel::Error),
        ("*WARNING*", HybridLevel::Warning),
        ("WARNING", HybridLevel::Warning),
    ] {
        if let Some(rest) = text.strip_prefix(word) {
            return (level, rest);
        }
    }
    (HybridLevel::Information, text)
}

fn split_number(text: &str) -> (Option<u32>, &str) {
    let end = text.find(|next: char| !next.is_ascii_digit()).unwrap_or(text.len());
    match text[..end].parse() {
        Ok(number) if (4..=6).contains(&end) => (Some(number), &text[end..]),
        _ => (None, text),
    }
}

/// Splits `[Client=UX, ..., Thread=1]` off. A value may hold a bracket, the thread closes it.
fn split_context(text: &str) -> (Vec<(String, String)>, &str) {
    // Pages that escape brackets for Markdown leave the backslashes.
    let text = text.strip_prefix('\\').unwrap_or(text);
    let Some(inner) = text.strip_prefix('[').filter(|inner| inner.starts_with("Client=")) else {
        return (Vec::new(), text);
    };
    let after_thread = inner.find("Thread=").and_then(|thread| {
        let close = inner[thread..].find(']')?;
        // Another entry's thread, quoted in the text, is none of this context.
        (!inner[..thread].contains("] ")).then_some(thread + close)
    });
    let Some(end) = after_thread.or_else(|| inner.find(']')) else {
        return (Vec::new(), text);
    };
    let pairs = inner[..end].trim_end_matches('\\').split(',').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim().to_owned(), value.trim().to_owned()))
    });
    (pairs.collect(), &inner[end + 1..])
}

/// The text in one line, for a message.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(most) {
        line.truncate(end);
        line.push_str("...");
    }
    line
}

/// The line as text: UTF-8, else Windows-1252, the ANSI code page of most servers.
pub(super) fn decode_line(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(line: &str) -> HybridEntry {
        HybridEntry::parse(line, 1, 0).unwrap()
    }

    #[test]
    fn an_entry_has_stamp_level_number_context_and_text() {
        let found = entry(
            "2026.11.02 08:15:30.123 *ERROR* 10277 [Client=UX, Page=Configuring, \
             Session=Tenant, Cmdlet=Set-InboundConnector, Thread=14] FINISH Time=812.4ms \
             Results=denied [x] Thread=3]",
        );
        assert_eq!(found.stamp.unwrap().to_string(), "2026-11-02T08:15:30.123Z");
        assert_eq!((found.level, found.number), (HybridLevel::Error, Some(10277)));
        assert_eq!(found.context("cmdlet"), Some("Set-InboundConnector"));
        assert_eq!(found.thread(), Some(14));
        assert_eq!(found.text, "FINISH Time=812.4ms Results=denied [x] Thread=3]");
    }

    #[test]
    fn blanks_may_be_missing_and_asterisks_too() {
        let dense = entry("2026.11.0208:15:30.12310276[Client=UX,Thread=2]STARTGet-X");
        assert_eq!(dense.number, Some(10276));
        assert_eq!(dense.thread(), Some(2));
        assert_eq!(dense.text, "STARTGet-X");
        let bare = entry("2026.11.02 08:15:30.123 ERROR 10349 [Client=UX, Thread=8] text");
        assert_eq!((bare.level, bare.number), (HybridLevel::Error, Some(10349)));
        let escaped = entry("2026.11.02 08:15:30.123 10333 \\[Client=UX, Thread=8\\] text");
        assert_eq!((escaped.thread(), escaped.text.as_str()), (Some(8), "text"));
        let plain = entry("2026.11.02 08:15:30.123               Current Time Zone: X");
        assert_eq!((plain.number, plain.text.as_str()), (None, "Current Time Zone: X"));
    }

    #[test]
    fn other_lines_begin_no_entry() {
        for line in [
            "",
            "   Name | Equals | Actual | Expected",
            "026.11.02 08:15:30.123 10276 [Client=UX] x",
            "2026-11-02 08:15:30.123 10276",
            "2026.13.02 08:15:30.123 10276",
            "2026.11.02",
            "2026.11.0\u{e9} 08:15:30.123",
        ] {
            assert_eq!(HybridEntry::parse(line, 1, 0), None, "{line}");
        }
    }
}
