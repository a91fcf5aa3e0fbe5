//! Messages beside the output, on standard error.

use std::fmt::Display;
use std::io::{self, Write};

use eop_relay::log::{Notice, Severity};
use eop_relay::view::printable;

/// Reports what is wrong, and that nothing comes of it.
pub fn error(text: &impl Display) {
    line(format_args!("eop-relay: error: {text}"));
}

/// Reports what was met on the way, while the rest goes on.
pub fn note(text: &impl Display) {
    line(format_args!("eop-relay: note: {text}"));
}

/// Reports what was met while reading, with its place.
pub fn notice(notice: &Notice) {
    line(format_args!("eop-relay: {}", describe(notice)));
}

/// Writes a line to standard error. That nobody reads it is no reason to stop.
pub fn line(text: impl Display) {
    let _ = writeln!(io::stderr(), "{}", printable(&text.to_string()));
}

/// Writes a text of the command's own, of one or more lines, to standard error.
pub fn own_text(text: &'static str) {
    text.lines().for_each(line);
}

fn describe(notice: &Notice) -> String {
    let severity = match notice.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "note",
    };
    let message = &notice.message;
    let path = notice.path.as_ref().map(|path| path.to_string_lossy());
    match (path, notice.line) {
        (Some(path), Some(line)) => format!("{severity}: {path}:{line}: {message}"),
        (Some(path), None) => format!("{severity}: {path}: {message}"),
        (None, _) => format!("{severity}: {message}"),
    }
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
}
