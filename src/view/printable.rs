//! What a stranger wrote, made fit for a terminal.

use std::borrow::Cow;

/// The text with U+FFFD in place of what would steer a terminal: a banner is written by the other
/// server, and a file name by whoever made the file.
#[must_use]
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
    use super::*;

    #[test]
    fn what_would_steer_a_terminal_is_not_printed() {
        assert_eq!(printable("Почта *.contoso.com"), "Почта *.contoso.com");
        assert_eq!(printable("220 \u{1b}[2Jhost\u{7}"), "220 \u{FFFD}[2Jhost\u{FFFD}");
        assert_eq!(printable("gol\u{202E}.exe"), "gol\u{FFFD}.exe");
    }
}
