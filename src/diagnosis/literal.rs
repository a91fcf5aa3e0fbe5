//! Values as PowerShell literals.

use crate::timestamp::Timestamp;

/// `value` in single quotes, those inside doubled; `placeholder` in angle brackets where the value
/// is not known or holds control characters. PowerShell takes the typographic single quotes for
/// the plain one, so they are doubled too.
pub(crate) fn literal(value: Option<&str>, placeholder: &str) -> String {
    let harmless = value.filter(|value| !value.is_empty() && !value.chars().any(char::is_control));
    let Some(value) = harmless else { return format!("<{placeholder}>") };
    let mut text = String::with_capacity(value.len() + 2);
    text.push('\'');
    for character in value.chars() {
        text.push(character);
        if matches!(character, '\'' | '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}') {
            text.push(character);
        }
    }
    text.push('\'');
    text
}

/// Several values as an array literal: `'a','b'`.
pub(crate) fn literals<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let literals: Vec<String> =
        values.into_iter().map(|value| literal(Some(value), "value")).collect();
    literals.join(",")
}

/// A few values in prose: `a, b and 3 more`.
pub(crate) fn listed<'a>(values: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let values: Vec<&str> = values.into_iter().collect();
    let shown = values.get(..most.min(values.len())).unwrap_or_default().join(", ");
    match values.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// `1 session`, `2 sessions`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The text with a capital at its beginning.
pub(crate) fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + characters.as_str())
        .unwrap_or_default()
}

/// The day of a time: `2026-11-28`.
pub(crate) fn date(time: Timestamp) -> String {
    time.to_string().chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_and_unknown_ones_stand_in_angle_brackets() {
        assert_eq!(literal(Some("Bob's \u{2019}x"), "name"), "'Bob''s \u{2019}\u{2019}x'");
        assert_eq!(literal(None, "name"), "<name>");
        assert_eq!(literal(Some("a\nRemove-Item"), "name"), "<name>");
        assert_eq!(literals(["203.0.113.5", "203.0.113.6"]), "'203.0.113.5','203.0.113.6'");
        assert_eq!(listed(["a", "b", "c"], 2), "a, b and 1 more");
    }
}
