//! Text in lines that fit a page.

use std::io::{self, Write};

use crate::message::printable;

/// Columns of the readable forms.
pub const WIDTH: usize = 100;

/// Writes `text` in lines of at most [`WIDTH`] columns; what a log or a certificate put into it
/// cannot steer the terminal.
pub fn wrapped(
    output: &mut (impl Write + ?Sized),
    first: &str,
    next: &str,
    text: &str,
) -> io::Result<()> {
    let printable = printable(text);
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(next)
        // A host name or path that is broken is hard to copy.
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .break_words(false);
    for line in textwrap::wrap(&printable, options) {
        writeln!(output, "{line}")?;
    }
    Ok(())
}
