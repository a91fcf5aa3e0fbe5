//! The cells that a text takes, as PowerShell's formatter counts them.

/// Who counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ruler {
    /// `LengthInBufferCells`: East Asian wide characters take two cells, each half of a surrogate
    /// pair and everything else one.
    Console,
    /// Windows PowerShell 5.1 where it writes into files: each UTF-16 code unit one.
    File,
}

impl Ruler {
    /// The cells of a text.
    pub(super) fn cells(self, text: &str) -> usize {
        if text.is_ascii() { text.len() } else { text.chars().map(|c| self.cells_of(c)).sum() }
    }

    pub(super) fn cells_of(self, character: char) -> usize {
        match self {
            Self::Console if is_wide(character) => 2,
            _ => character.len_utf16(),
        }
    }
}

pub(super) fn is_wide(character: char) -> bool {
    matches!(
        character,
        '\u{1100}'..='\u{115F}'
            | '\u{2329}'
            | '\u{232A}'
            | '\u{2E80}'..='\u{303E}'
            | '\u{3040}'..='\u{A4CF}'
            | '\u{AC00}'..='\u{D7A3}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{FE10}'..='\u{FE19}'
            | '\u{FE30}'..='\u{FE6F}'
            | '\u{FF00}'..='\u{FF60}'
            | '\u{FFE0}'..='\u{FFE6}'
    )
}

/// The blanks with which a text begins.
pub(super) fn leading_blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_cells_on_a_console_and_one_in_a_file() {
        for (text, on_console, in_file) in [
            ("", 0, 0),
            ("abc", 3, 3),
            ("\u{e6}\u{2026}", 2, 2),
            ("\u{65e5}\u{672c}", 4, 2),
            ("\u{1F600}a", 3, 3),
        ] {
            let counted = (Ruler::Console.cells(text), Ruler::File.cells(text));
            assert_eq!(counted, (on_console, in_file), "{text}");
        }
    }
}
