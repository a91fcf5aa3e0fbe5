//! Small words of sentences.

use crate::timestamp::Timestamp;

/// A few values in prose: `a, b and 3 more`.
#[must_use]
pub fn listed<'a>(values: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let values: Vec<&str> = values.into_iter().collect();
    let shown = values.get(..most.min(values.len())).unwrap_or_default().join(", ");
    match values.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// `1 session`, `2 sessions`.
#[must_use]
pub fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The text with a capital first letter.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + characters.as_str())
        .unwrap_or_default()
}

/// The text with its first letter small.
#[must_use]
pub fn uncapital(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_lowercase().collect::<String>() + characters.as_str())
        .unwrap_or_default()
}

/// The day of a point in time, by UTC or the clock that stated it: `2026-11-15`.
#[must_use]
pub fn date(time: impl Into<Timestamp>) -> String {
    time.into().to_string().chars().take(10).collect()
}

/// A point in time to the minute, UTC: `2026-11-15 01:02`.
#[must_use]
pub fn minute(time: impl Into<Timestamp>) -> String {
    time.into().to_string().chars().take(16).collect::<String>().replace('T', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_get_their_small_words() {
        assert_eq!(listed(["a", "b", "c"], 2), "a, b and 1 more");
        assert_eq!(listed(["a", "b"], 2), "a, b");
        assert_eq!([counted(1, "row"), counted(2, "row")], ["1 row", "2 rows"]);
        assert_eq!([capital("server"), capital("")], ["Server", ""]);
        let time = Timestamp::parse("2026-11-15T01:02:03Z").unwrap();
        assert_eq!([date(time), minute(time)], ["2026-11-15", "2026-11-15 01:02"]);
    }
}
