//! Colour for the headline, headings and severities of a text.

use std::borrow::Cow;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::settings::{Color, Settings};

/// The text in colour where that is wanted: on a terminal, unless NO_COLOR or `--color` say otherwise.
pub fn painted(text: &str, is_terminal: bool) -> Cow<'_, str> {
    let is_wanted = match Settings::get().color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let choice = anstream::AutoStream::choice(&std::io::stdout());
            is_terminal && choice != anstream::ColorChoice::Never
        }
    };
    if is_wanted { Cow::Owned(paint(text)) } else { Cow::Borrowed(text) }
}

fn paint(text: &str) -> String {
    let mut painted = String::with_capacity(text.len() + 256);
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let (indent, rest) = line.split_at(indent);
        let (word, rest) = match rest.find(':') {
            Some(end) if style_of(&rest[..end]).is_some() => rest.split_at(end),
            _ if indent.is_empty() && is_heading(rest) => rest.split_at(rest.trim_end().len()),
            _ => ("", rest),
        };
        let style = style_of(word).unwrap_or_else(|| Style::new().bold());
        painted.push_str(indent);
        if !word.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(painted, "{style}{word}{style:#}");
        }
        painted.push_str(rest);
    }
    painted
}

/// How a verdict or a severity looks.
fn style_of(word: &str) -> Option<Style> {
    let color = match word {
        "REFUSED" | "error" => AnsiColor::Red,
        "UNCERTAIN" | "warning" => AnsiColor::Yellow,
        "ACCEPTED" => AnsiColor::Green,
        "note" | "past" => AnsiColor::Cyan,
        _ => return None,
    };
    Some(color.on_default().bold())
}

/// Whether a line is a heading: its first word is in capitals.
fn is_heading(line: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or_default();
    word.len() > 3 && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headline_headings_and_severities_are_painted_and_nothing_else() {
        let text = "REFUSED: NameMismatch\n\n    error: in a sentence\n\nPROOF\n    warning: X: y\n\
                    BY now: z\nno line end: error";
        let painted = paint(text);
        for part in ["REFUSED", "error", "PROOF", "warning"] {
            assert!(painted.contains(&format!("m{part}\u{1B}[0m")), "{painted:?}");
        }
        assert_eq!(painted.matches("\u{1B}[0m").count(), 4, "{painted:?}");
        let plain = anstream::adapter::strip_str(&painted).to_string();
        assert_eq!(plain, text);
    }
}
