//! Values as PowerShell literals: the one place that quotes.

use super::printable::is_unprintable;

/// `value` in single quotes, those inside doubled; `None` where it is empty or holds unprintable
/// characters, which never reach a command. PowerShell reads the typographic single quotes like the
/// plain one, so they are doubled too.
#[must_use]
pub fn quoted(value: &str) -> Option<String> {
    if value.is_empty() || value.contains(is_unprintable) {
        return None;
    }
    let mut text = String::with_capacity(value.len() + 2);
    text.push('\'');
    for character in value.chars() {
        text.push(character);
        if matches!(character, '\'' | '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}') {
            text.push(character);
        }
    }
    text.push('\'');
    Some(text)
}

/// [`quoted`], or `placeholder` in angle brackets, which PowerShell refuses to run.
#[must_use]
pub fn literal(value: Option<&str>, placeholder: &str) -> String {
    value.and_then(quoted).unwrap_or_else(|| format!("<{placeholder}>"))
}

/// Several values as an array literal: `'a','b'`.
#[must_use]
pub fn literals<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let literals: Vec<String> =
        values.into_iter().map(|value| literal(Some(value), "value")).collect();
    literals.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_and_unknown_ones_stand_in_angle_brackets() {
        assert_eq!(literal(Some("Bob's \u{2019}x"), "name"), "'Bob''s \u{2019}\u{2019}x'");
        assert_eq!(literal(None, "name"), "<name>");
        assert_eq!(literal(Some(""), "name"), "<name>");
        for hostile in ["a\nRemove-Item", "\u{9B}2J", "gol\u{202E}", "a\u{200B}b", "a\u{2028}b"] {
            assert_eq!(literal(Some(hostile), "name"), "<name>", "{hostile:?}");
        }
        assert_eq!(literals(["203.0.113.5", "203.0.113.6"]), "'203.0.113.5','203.0.113.6'");
    }
}
