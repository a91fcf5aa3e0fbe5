//! Lines to objects: which lines are properties, which go on with a value, where an object ends.

use std::collections::HashSet;

use super::cells::{Ruler, leading_blanks};
use super::lines::Line;
use super::raw_object::{Layout, OpenObject, RawObject, is_plain_name};
use super::wrapping::LineEnds;

/// Reads text that kept its indentation.
pub(super) fn layout<'text>(lines: &'text [Line<'text>]) -> Layout<'text> {
    let is_intact = lines.iter().any(ends_in_blank);
    let mut reader = Reader { is_intact, ..Reader::default() };
    for at in 0..lines.len() {
        reader.read(lines, at);
    }
    reader.finish();
    let ends = if is_intact { LineEnds::Intact } else { LineEnds::Trimmed };
    Layout { objects: reader.objects, strays: reader.strays, ends }
}

/// Whether a line of an object ends in a blank, as those of empty values do.
fn ends_in_blank(line: &Line<'_>) -> bool {
    line.text.ends_with(' ')
        && (line.text.starts_with(' ') || line.text.contains(" : ") || line.is_blank())
}

#[derive(Default)]
struct Reader<'text> {
    is_intact: bool,
    objects: Vec<RawObject<'text>>,
    strays: Vec<Line<'text>>,
    object: OpenObject<'text>,
    /// The names with which objects began.
    first_names: HashSet<&'text str>,
    /// The cell of the colon in the object's lines.
    column: usize,
    /// Blank lines since the object's last line.
    blank_lines: usize,
}

impl<'text> Reader<'text> {
    fn read(&mut self, lines: &'text [Line<'text>], at: usize) {
        let line = &lines[at];
        let is_open = !self.object.is_empty();
        // One blank more than the column: the value begins behind `: `.
        let indent = self.column + 2;
        if is_open && leading_blanks(&line.text) >= indent {
            // Also a line of nothing but blanks, an empty line of the value.
            let blank_lines = std::mem::take(&mut self.blank_lines);
            self.object.continue_value(blank_lines, &line.text[indent..]);
        } else if line.is_blank() {
            self.blank_lines += usize::from(is_open);
        } else if let Some((name, value)) = property_at(&line.text, self.column).filter(|_| is_open)
        {
            if self.is_next_object(name) {
                self.finish();
            } else {
                self.object.add_blank_lines(self.blank_lines);
            }
            self.blank_lines = 0;
            self.object.begin_property(line.offset, name, value);
        } else if let Some(column) = column_of(&lines[at..]) {
            self.finish();
            self.column = column;
            if let Some((name, value)) = property_at(&line.text, column) {
                self.object.begin_property(line.offset, name, value);
            }
        } else {
            if self.blank_lines > 0 {
                self.finish();
            }
            self.strays.push(line.clone());
        }
    }

    /// Whether a property of that name, in the same column, begins another object. Blank lines can
    /// stand within a value, but where line ends are intact those are not empty.
    fn is_next_object(&self, name: &str) -> bool {
        // Two lists, one below the other, have at least two blank lines between them.
        let is_apart = self.is_intact || self.blank_lines > 1 || self.first_names.contains(name);
        self.object.has(name) || (self.blank_lines > 0 && is_apart)
    }

    fn finish(&mut self) {
        self.blank_lines = 0;
        if let Some(object) = self.object.finish() {
            self.first_names.extend(object.properties.first().map(|first| first.name));
            self.objects.push(object);
        }
    }
}

/// The name and the beginning of the value, of a line with its colon in that cell.
fn property_at(line: &str, column: usize) -> Option<(&str, &str)> {
    if line.starts_with(char::is_whitespace) {
        return None;
    }
    let mut cell = 0;
    let (at, _) = line.char_indices().find(|(_, character)| {
        let is_there = cell >= column;
        cell += Ruler::Console.cells_of(*character);
        is_there
    })?;
    let (before, after) = line.split_at(at);
    let value = after.strip_prefix(':')?;
    let value = value.strip_prefix(' ').or_else(|| value.is_empty().then_some(""))?;
    let name = before.strip_suffix(' ')?.trim_end();
    (!name.is_empty() && Ruler::Console.cells(before) == column).then_some((name, value))
}

/// The cell of the colon in an object that begins with the first of the lines: in all lines of an
/// object it is the same, and in one of them, that of the longest name, one blank stands before it.
pub(super) fn column_of(lines: &[Line<'_>]) -> Option<usize> {
    /// Colons of a line, in the longest names, and lines of an object that are tried.
    const TRIED: usize = 16;
    const LONGEST_NAME: usize = 512;
    const LOOKED_AT: usize = 200;
    let first = &lines.first()?.text;
    let mut best: Option<((usize, usize), usize)> = None;
    let colons = first.match_indices(" :").take_while(|(at, _)| *at < LONGEST_NAME);
    for (at, _) in colons.take(TRIED) {
        let column = Ruler::Console.cells(&first[..=at]);
        let Some((name, _)) = property_at(first, column) else { continue };
        let (mut properties, mut misfits, mut is_filled) = (0, 0, false);
        let object = lines.iter().take(LOOKED_AT).take_while(|line| !line.is_blank());
        for line in object {
            if let Some((name, _)) = property_at(&line.text, column) {
                properties += 1;
                is_filled |= Ruler::Console.cells(name) + 1 == column;
            } else if leading_blanks(&line.text) < column + 2 {
                misfits += 1;
            }
        }
        let is_name = properties > 1 || is_plain_name(name);
        let rank = (usize::from(!is_filled), misfits);
        if is_name && best.is_none_or(|(known, _)| rank < known) {
            best = Some((rank, column));
        }
    }
    best.map(|(_, column)| column)
}
