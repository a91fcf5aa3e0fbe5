//! What the command says beside its output, on standard error.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};

use eop_relay::log::{Notice, Severity};

/// Says what is wrong, and that nothing comes of it.
pub fn error(text: &impl Display) {
    line(format_args!("eop-relay: error: {text}"));
}

/// Says what was met on the way, and that the rest goes on.
pub fn note(text: &impl Display) {
    line(format_args!("eop-relay: note: {}", printable(&text.to_string())));
}

/// Says what was met while reading, with its place.
pub fn notice(notice: &Notice) {
    line(format_args!("eop-relay: {}", describe(notice)));
}

/// Writes a line to standard error. That nobody reads it is no reason to stop.
pub fn line(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

fn describe(notice: &Notice) -> String {
    let severity = match notice.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "note",
    };
    let message = printable(&notice.message);
    let path = notice.path.as_ref().map(|path| path.to_string_lossy());
    match (path.as_deref().map(printable), notice.line) {
        (Some(path), Some(line)) => format!("{severity}: {path}:{line}: {message}"),
        (Some(path), None) => format!("{severity}: {path}: {message}"),
        (None, _) => format!("{severity}: {message}"),
    }
}

/// The text without what would steer a terminal: a banner is written by the other server, and a
/// file name by whoever made the file.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.contains(steers_a_terminal) {
        Cow::Owned(text.replace(steers_a_terminal, "\u{FFFD}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Control characters, and those that reverse the direction of text (Unicode Annex #9).
fn steers_a_terminal(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use eop_relay::log::NoticeCode;

    use super::*;

    fn notice(code: NoticeCode, path: Option<&str>, line: Option<u64>) -> Notice {
        Notice {
            code,
            path: path.map(|path| Arc::from(Path::new(path))),
            line,
            offset: None,
            os_error: None,
            count: 1,
            message: "what happened".to_owned(),
        }
    }

    #[test]
    fn a_notice_says_severity_place_and_message() {
        let cases = [
            (
                notice(NoticeCode::DamagedRows, Some("a.log"), Some(7)),
                "warning: a.log:7: what happened",
            ),
            (notice(NoticeCode::Unreadable, Some("a.log"), None), "error: a.log: what happened"),
            (notice(NoticeCode::SessionsEvicted, None, None), "warning: what happened"),
            (
                notice(NoticeCode::LastRowCut, Some("a.log"), Some(9)),
                "note: a.log:9: what happened",
            ),
        ];
        for (notice, expected) in cases {
            assert_eq!(describe(&notice), expected);
        }
    }

    #[test]
    fn what_would_steer_a_terminal_is_not_printed() {
        assert_eq!(printable("Почта *.contoso.com"), "Почта *.contoso.com");
        assert_eq!(printable("220 \u{1b}[2Jhost\u{7}"), "220 \u{FFFD}[2Jhost\u{FFFD}");
        assert_eq!(printable("gol\u{202E}.exe"), "gol\u{FFFD}.exe");
    }
}
