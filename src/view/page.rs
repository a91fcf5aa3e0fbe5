//! Text in lines that fit a page.

use std::fmt;

use crate::finding::{fold, printable};

/// Lines of text to read. Whatever is put into them, no line steers the terminal.
#[derive(Clone, Debug)]
pub struct Page {
    text: String,
    width: usize,
    breaks_words: bool,
}

impl Page {
    /// An empty page whose paragraphs have at most `width` columns. A word that is longer stays
    /// whole, since a host name or path that is broken is hard to copy.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self { text: String::new(), width, breaks_words: false }
    }

    /// A page on which a word that is longer than a line is broken.
    #[must_use]
    pub fn breaking_words(self) -> Self {
        Self { breaks_words: true, ..self }
    }

    /// The columns of a paragraph.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Adds an empty line.
    pub fn blank_line(&mut self) {
        self.text.push('\n');
    }

    /// Adds an empty line, unless the page is empty or ends with one.
    pub fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.blank_line();
        }
    }

    /// Adds a command between empty lines, in lines of its own that can be copied as they stand, of
    /// at most [`COMMAND_WIDTH`](crate::finding::COMMAND_WIDTH) columns where they can be broken.
    pub fn command(&mut self, command: &str) {
        self.gap();
        for line in fold(command).lines() {
            self.line(format_args!("  {line}"));
        }
        self.blank_line();
    }

    /// Adds one line, however long it is.
    pub fn line(&mut self, line: impl fmt::Display) {
        self.text.push_str(&printable(&line.to_string()));
        self.text.push('\n');
    }

    /// Adds a text in lines of at most the page's width, the first with the prefix `first`, the
    /// others with `next`.
    pub fn paragraph(&mut self, first: &str, next: &str, text: &str) {
        let (first, next, text) = (printable(first), printable(next), printable(text));
        let options = textwrap::Options::new(self.width)
            .initial_indent(&first)
            .subsequent_indent(&next)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .break_words(self.breaks_words);
        for line in textwrap::wrap(&text, options) {
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    /// Everything that was added; each line ends with a line feed.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_fits_the_width_and_keeps_longer_words_whole() {
        let mut page = Page::new(16);
        page.paragraph("- ", "  ", "one two three mail.contoso.com.example four");
        page.line("a command that is longer than the page");
        assert_eq!(
            page.into_text(),
            "- one two three\n  mail.contoso.com.example\n  four\n\
             a command that is longer than the page\n"
        );
    }

    #[test]
    fn a_page_that_breaks_words_has_no_longer_line() {
        let mut page = Page::new(10).breaking_words();
        page.paragraph("  ", "  ", "mail.contoso.com");
        assert_eq!(page.into_text(), "  mail.con\n  toso.com\n");
    }

    #[test]
    fn a_command_stands_by_itself_between_empty_lines() {
        let mut page = Page::new(20);
        page.line("Do:");
        page.command("Get-Queue\nGet-Message");
        page.gap();
        page.line("Then");
        assert_eq!(page.into_text(), "Do:\n\n  Get-Queue\n  Get-Message\n\nThen\n");
    }

    #[test]
    fn nothing_on_a_page_steers_the_terminal() {
        let mut page = Page::new(40);
        page.line("a\u{1B}[2J\nb");
        page.paragraph("\u{7}", "", "c\r\nd");
        assert_eq!(page.into_text(), "a\u{FFFD}[2J\u{FFFD}b\n\u{FFFD}c\u{FFFD}\u{FFFD}d\n");
    }
}
