//! Objects of a text before their values are put together.

use std::collections::HashSet;

use super::cells::Ruler;
use super::lines::Line;
use super::wrapping::LineEnds;

/// The text of one object, its values still in the pieces that the formatter made.
#[derive(Debug, Default)]
pub(super) struct RawObject {
    pub(super) offset: usize,
    pub(super) properties: Vec<RawProperty>,
    /// Its names in lower case.
    names: HashSet<String>,
}

#[derive(Debug)]
pub(super) struct RawProperty {
    pub(super) name: String,
    /// The lines of the value, without the indentation; at least one.
    pub(super) lines: Vec<String>,
}

/// What a text consists of.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) objects: Vec<RawObject>,
    /// Lines that belong to no object.
    pub(super) strays: Vec<Line>,
    pub(super) ends: LineEnds,
}

impl RawObject {
    /// The cells before the values: the longest name and ` : `.
    pub(super) fn indent(&self, ruler: Ruler) -> usize {
        self.properties.iter().map(|one| ruler.cells(&one.name)).max().unwrap_or_default() + 3
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(&name.to_ascii_lowercase())
    }

    pub(super) fn begin_property(&mut self, line: &Line, name: &str, value: &str) {
        if self.properties.is_empty() {
            self.offset = line.offset;
        }
        self.names.insert(name.to_ascii_lowercase());
        self.properties.push(RawProperty { name: name.to_owned(), lines: vec![value.to_owned()] });
    }

    pub(super) fn continue_value(&mut self, blank_lines: usize, piece: &str) {
        if let Some(last) = self.properties.last_mut() {
            last.lines.extend(std::iter::repeat_n(String::new(), blank_lines));
            last.lines.push(piece.to_owned());
        }
    }

    /// Adds blank lines that turned out to belong to the last value.
    pub(super) fn add_blank_lines(&mut self, count: usize) {
        if let Some(last) = self.properties.last_mut() {
            last.lines.extend(std::iter::repeat_n(String::new(), count));
        }
    }
}

/// Whether it can be the name of a property of an object of Exchange.
pub(super) fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}
