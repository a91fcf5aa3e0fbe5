//! How PowerShell's formatter breaks a value into lines, and how the pieces are put together.
//!
//! The language of the culture decides: English, French, German, Italian, Portuguese and Spanish
//! break at words, all others cut after as many cells as the field has. The blank at a break stays
//! at the line's end, where consoles and mails drop it: then the width of the field shows whether
//! there was one. A break that the width does not explain is a line feed of the value itself.

use super::cells::Ruler;

/// How a culture breaks values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Wrapping {
    Words,
    Cells,
}

/// What is left of a value's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineEnds {
    /// Everything.
    Intact,
    /// Blanks at the ends are gone.
    Trimmed,
    /// Blanks at both ends are gone, and runs within are one.
    Flat,
}

/// What stood between two lines of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    /// So many blanks, which are lost; 0 within a word, or where nothing is lost.
    Blanks(usize),
    /// A line feed of the value: no width explains the break.
    LineFeed,
}

/// The most blanks of a run that are taken to be lost at the end of a line.
const MOST_LOST_BLANKS: usize = 2;

/// A line of a value in cells.
#[derive(Clone, Copy, Debug)]
struct Measured {
    cells: usize,
    /// The first word without a blank.
    head: usize,
    /// The last word without a blank.
    tail: usize,
    /// Whether it is one word, maybe with a blank at the end.
    is_one_word: bool,
    ends_blank: bool,
    start: Start,
}

/// With what a line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    Blank,
    /// A character of two cells.
    Wide,
    Other,
}

impl Measured {
    fn starts_blank(&self) -> bool {
        self.start == Start::Blank
    }

    fn of(line: &str, ruler: Ruler) -> Self {
        let is_blank = |character: char| matches!(character, ' ' | '\t');
        let body = line.trim_end_matches(is_blank);
        Self {
            cells: ruler.cells(line),
            head: ruler.cells(line.split(is_blank).next().unwrap_or_default()),
            tail: ruler.cells(body.rsplit(is_blank).next().unwrap_or_default()),
            is_one_word: !body.contains(is_blank),

            ends_blank: line.ends_with(is_blank),
            start: match line.chars().next() {
                Some(first) if is_blank(first) => Start::Blank,
                Some(first) if ruler.cells_of(first) > 1 => Start::Wide,
                _ => Start::Other,
            },
        }
    }
}

/// A value of several lines, measured once for all widths that are tried.
pub(super) struct Value<'text> {
    lines: Vec<&'text str>,
    measured: Vec<Measured>,
    /// The cells before the field.
    indent: usize,
}

impl<'text> Value<'text> {
    pub(super) fn new(lines: Vec<&'text str>, indent: usize, ruler: Ruler) -> Self {
        let measured = lines.iter().map(|line| Measured::of(line, ruler)).collect();
        Self { lines, measured, indent }
    }

    /// The cells that its longest line takes.
    pub(super) fn widest(&self) -> usize {
        self.indent + self.measured.iter().map(|line| line.cells).max().unwrap_or_default()
    }

    /// How badly a width explains the breaks; 0 if it explains all.
    pub(super) fn cost(&self, width: usize, wrapping: Wrapping, ends: LineEnds) -> usize {
        let cost = |joint: &Joint| match joint {
            Joint::Blanks(0 | 1) => 0,
            Joint::Blanks(_) => 1,
            Joint::LineFeed => 2,
        };
        self.joints(width, wrapping, ends).iter().map(cost).sum()
    }

    /// What stood at each break, if the console had that width.
    pub(super) fn joints(&self, width: usize, wrapping: Wrapping, ends: LineEnds) -> Vec<Joint> {
        let field = width.saturating_sub(self.indent);
        match wrapping {
            Wrapping::Cells => {
                self.measured.windows(2).map(|pair| cut(pair[0], pair[1], field, ends)).collect()
            }
            Wrapping::Words => self.between_words(field, ends),
        }
    }

    pub(super) fn text(&self, joints: &[Joint]) -> String {
        let mut text = String::new();
        for (place, line) in self.lines.iter().enumerate() {
            match place.checked_sub(1).and_then(|before| joints.get(before)) {
                Some(Joint::Blanks(count)) => text.extend(std::iter::repeat_n(' ', *count)),
                Some(Joint::LineFeed) => text.push('\n'),
                None => {}
            }
            text.push_str(line);
        }
        text
    }

    fn between_words(&self, field: usize, ends: LineEnds) -> Vec<Joint> {
        let lines = &self.measured;
        let heads = self.first_words(field, ends);
        let mut joints = Vec::with_capacity(lines.len().saturating_sub(1));
        // The cells of the word in which a line ends, from its beginning on an earlier line on.
        let mut tail = 0;
        for (place, pair) in lines.windows(2).enumerate() {
            let [line, next] = pair else { continue };
            let is_inside_word = joints.last() == Some(&Joint::Blanks(0))
                && !line.starts_blank()
                && place.checked_sub(1).is_some_and(|before| !lines[before].ends_blank);
            tail = if is_inside_word && line.is_one_word { tail } else { 0 } + line.tail;
            joints.push(broken(*line, *next, tail, heads[place + 1], field, ends));
        }
        joints
    }

    /// The cells of the word with which each line begins, with its blank, as far as it goes.
    fn first_words(&self, field: usize, ends: LineEnds) -> Vec<usize> {
        let mut heads = vec![0; self.measured.len()];
        let mut next: Option<&Measured> = None;
        for (place, line) in self.measured.iter().enumerate().rev() {
            let has_blank = !line.is_one_word || line.ends_blank;
            heads[place] = match next {
                _ if has_blank => line.head + 1,
                None => line.head,
                Some(next) if is_full(*line, *next, field) => {
                    // It goes on, or its blank begins the next line.
                    let is_at_blank = next.starts_blank() || next.cells == 0;
                    line.head + if is_at_blank { 1 } else { heads[place + 1] }
                }
                // Its blank was taken off the line's end.
                Some(_) => line.head + usize::from(ends != LineEnds::Intact),
            };
            next = Some(line);
        }
        heads
    }
}

/// Cells: every line but the last is full, or one cell short before a wide character.
fn cut(line: Measured, next: Measured, field: usize, ends: LineEnds) -> Joint {
    match field.checked_sub(line.cells) {
        Some(_) if is_full(line, next, field) => Joint::Blanks(0),
        Some(1) if ends != LineEnds::Intact => Joint::Blanks(1),
        _ => Joint::LineFeed,
    }
}

/// Words: `tail` and `head` are the cells of the words at both sides of the break.
fn broken(
    line: Measured,
    next: Measured,
    tail: usize,
    head: usize,
    field: usize,
    ends: LineEnds,
) -> Joint {
    let Some(missing) = field.checked_sub(line.cells) else { return Joint::LineFeed };
    let is_blank_next = next.starts_blank() || next.cells == 0;
    let is_explained = if is_full(line, next, field) {
        // Within a long word, before its blank, or within a run of blanks.
        let is_run = line.ends_blank || next.starts_blank();
        tail + if is_blank_next { 1 } else { head } > field || is_run
    } else if ends == LineEnds::Intact {
        let is_too_long = line.cells + head > field && head <= field;
        line.ends_blank && !next.starts_blank() && is_too_long
    } else if is_blank_next {
        // Lost blanks filled the line, and those of the run that are left begin the next.
        next.starts_blank() && missing <= MOST_LOST_BLANKS
    } else {
        line.cells + 1 + head > field && (head <= field || missing == 1)
    };
    match (is_explained, ends) {
        (false, _) => Joint::LineFeed,
        (true, LineEnds::Intact) => Joint::Blanks(0),
        (true, _) if is_full(line, next, field) => Joint::Blanks(0),
        (true, _) if next.starts_blank() => Joint::Blanks(missing),
        (true, _) => Joint::Blanks(1),
    }
}

/// Whether a line has no room for the next character.
fn is_full(line: Measured, next: Measured, field: usize) -> bool {
    line.cells == field || (line.cells + 1 == field && next.start == Start::Wide)
}

impl Value<'_> {
    /// Whether all its lines but the last reach to that width.
    pub(super) fn is_cut(&self, width: usize) -> bool {
        let (_, broken) = self.measured.split_last().unwrap_or((&self.measured[0], &[]));
        broken.iter().all(|line| self.indent + line.cells == width)
    }
}
