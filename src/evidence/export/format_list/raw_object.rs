//! Objects of a text before their values are put together.

use std::collections::HashSet;

use super::cells::Ruler;
use super::lines::Line;
use super::wrapping::LineEnds;

/// The text of one object, its values still in the pieces that the formatter made.
#[derive(Debug, Default)]
pub(super) struct RawObject<'text> {
    pub(super) offset: usize,
    pub(super) properties: Vec<RawProperty<'text>>,
}

#[derive(Debug)]
pub(super) struct RawProperty<'text> {
    pub(super) name: &'text str,
    /// The first line of the value.
    pub(super) line: &'text str,
    /// Its further lines, without the indentation.
    pub(super) more: Vec<&'text str>,
}

/// What a text consists of.
#[derive(Debug)]
pub(super) struct Layout<'text> {
    pub(super) objects: Vec<RawObject<'text>>,
    /// Lines that belong to no object.
    pub(super) strays: Vec<Line<'text>>,
    pub(super) ends: LineEnds,
}

impl<'text> RawProperty<'text> {
    /// The lines of the value, where there are several.
    pub(super) fn several_lines(&self) -> Option<Vec<&'text str>> {
        let all = || std::iter::once(self.line).chain(self.more.iter().copied()).collect();
        (!self.more.is_empty()).then(all)
    }
}

impl RawObject<'_> {
    /// The cells before the values: the longest name and ` : `.
    pub(super) fn indent(&self, ruler: Ruler) -> usize {
        self.properties.iter().map(|one| ruler.cells(one.name)).max().unwrap_or_default() + 3
    }
}

/// The object that is being read.
#[derive(Default)]
pub(super) struct OpenObject<'text> {
    object: RawObject<'text>,
    /// Its names in lower case.
    names: HashSet<String>,
}

impl<'text> OpenObject<'text> {
    pub(super) fn is_empty(&self) -> bool {
        self.object.properties.is_empty()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(&name.to_ascii_lowercase())
    }

    pub(super) fn begin_property(&mut self, offset: usize, name: &'text str, value: &'text str) {
        if self.is_empty() {
            self.object.offset = offset;
        }
        self.names.insert(name.to_ascii_lowercase());
        self.object.properties.push(RawProperty { name, line: value, more: Vec::new() });
    }

    pub(super) fn continue_value(&mut self, blank_lines: usize, piece: &'text str) {
        self.add_blank_lines(blank_lines);
        if let Some(last) = self.object.properties.last_mut() {
            last.more.push(piece);
        }
    }

    /// Adds blank lines that turned out to belong to the last value.
    pub(super) fn add_blank_lines(&mut self, count: usize) {
        if let Some(last) = self.object.properties.last_mut() {
            last.more.extend(std::iter::repeat_n("", count));
        }
    }

    /// The object, if it has any property; another one can begin.
    pub(super) fn finish(&mut self) -> Option<RawObject<'text>> {
        self.names.clear();
        let mut object = std::mem::take(&mut self.object);
        object.properties.shrink_to_fit();
        (!object.properties.is_empty()).then_some(object)
    }
}

/// Whether it can be the name of a property of an object of Exchange.
pub(super) fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}
