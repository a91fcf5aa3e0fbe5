//! Messages beside the output, on standard error.

use std::fmt::Display;
use std::io::{self, Write};

use eop_relay::log::{Notice, Severity};
use eop_relay::view::printable;

use crate::settings::Settings;

/// Reports what is wrong, and that nothing comes of it.
pub fn error(text: &impl Display) {
    graded(Severity::Error, text);
}

/// Reports what was met on the way, while the rest goes on.
pub fn note(text: &impl Display) {
    graded(Severity::Information, text);
}

/// Reports what was met while reading, with its place.
pub fn notice(notice: &Notice) {
    if !Settings::get().quiet || notice.severity() == Severity::Error {
        line(format_args!("eop-relay: {}", describe(notice)));
    }
}

/// Reports what was met while reading and needs no attention.
pub fn detail(met: &Notice) {
    if Settings::get().verbose {
        notice(met);
    }
}

/// Reports what weighs that much.
pub fn graded(severity: Severity, text: &impl Display) {
    if !Settings::get().quiet || severity == Severity::Error {
        line(format_args!("eop-relay: {}: {text}", word(severity)));
    }
}

/// Reports, in one line, what was done.
pub fn summary(text: &impl Display) {
    if !Settings::get().quiet {
        line(text);
    }
}

/// Reports how the command is used rightly, in a text of its own of one or more lines.
pub fn usage(text: &'static str) {
    text.lines().for_each(line);
}

/// Writes a line to standard error. That nobody reads it is no reason to stop.
fn line(text: impl Display) {
    let _ = writeln!(io::stderr(), "{}", printable(&text.to_string()));
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "note",
    }
}

fn describe(notice: &Notice) -> String {
    let severity = word(notice.severity());
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
