//! What a stranger wrote, made fit for a terminal.

use std::borrow::Cow;

/// The text with U+FFFD in place of what would steer a terminal or hide what stands there: a banner
/// is written by the other server, and a file name by whoever made the file.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.contains(is_unprintable) {
        Cow::Owned(text.replace(is_unprintable, "\u{FFFD}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a character would steer a terminal, or is not seen where it stands: control characters;
/// marks, embeddings, overrides and isolates of direction (Unicode Annex #9); line and paragraph
/// separators; characters of no width, those that only arrange others among them; fillers that look like
/// blanks; interlinear annotations; tags and the variation selectors beyond the basic plane.
#[must_use]
pub fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{13430}'..='\u{13438}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E007F}' | '\u{E0100}'..='\u{E01EF}')
}

/// The longest name that a text shows whole, in characters.
pub const LONGEST_NAME: usize = 200;

/// A name in a text: certificates may hold names of any length.
#[must_use]
pub fn cut_name(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => Cow::Owned(format!("{}...", &name[..end])),
        None => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cut_between_characters() {
        let whole = "\u{E9}".repeat(LONGEST_NAME);
        assert_eq!(cut_name(&whole), whole);
        assert_eq!(cut_name(&format!("{whole}x")), format!("{whole}..."));
    }

    #[test]
    fn what_would_steer_a_terminal_or_hide_is_replaced() {
        let cases = [
            ("Почта *.contoso.com", "Почта *.contoso.com"),
            ("邮件 \u{1F4E7} é", "邮件 \u{1F4E7} é"),
            ("220 \u{1b}[2Jhost\u{7}\r\n", "220 \u{FFFD}[2Jhost\u{FFFD}\u{FFFD}\u{FFFD}"),
            ("\u{9B}31m\u{7F}", "\u{FFFD}31m\u{FFFD}"),
            ("gol\u{202E}.exe", "gol\u{FFFD}.exe"),
            (
                "\u{200E}a\u{200F}\u{61C}\u{2066}\u{2069}",
                "\u{FFFD}a\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}",
            ),
            ("a\u{2028}b\u{2029}", "a\u{FFFD}b\u{FFFD}"),
            (
                "a\u{200B}b\u{200D}\u{2060}\u{FEFF}\u{AD}",
                "a\u{FFFD}b\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}",
            ),
            ("a\u{E0041}\u{E007F}", "a\u{FFFD}\u{FFFD}"),
            ("a\u{1D173}b\u{1BCA0}\u{13430}", "a\u{FFFD}b\u{FFFD}\u{FFFD}"),
        ];
        for (text, expected) in cases {
            assert_eq!(printable(text), expected);
        }
    }
}
