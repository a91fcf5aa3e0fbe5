//! Format-List text to objects, each property with every reading that explains its lines.

use super::cells::Ruler;
use super::flat;
use super::layout::layout;
use super::lines::lines;
use super::raw_object::{Layout, RawObject, RawProperty};
use super::widths::{Shape, shapes};
use super::wrapping::{LineEnds, Value};

/// An object of the text.
#[derive(Debug)]
pub(super) struct ListedObject<'text> {
    pub(super) offset: usize,
    pub(super) properties: Vec<ListedProperty<'text>>,
}

#[derive(Debug)]
pub(super) struct ListedProperty<'text> {
    pub(super) name: &'text str,
    /// At least one, the likeliest first; they differ in blanks and line feeds only.
    pub(super) readings: Vec<String>,
}

/// Widths that are asked for readings of a value: more of them agree with one of these.
const MOST_SHAPES: usize = 64;

/// Gives the objects one by one to `take`, so that a large text is not held twice; then come the lines
/// that belong to none, each with the byte offset where it begins.
pub(super) fn read(text: &str, mut take: impl FnMut(ListedObject<'_>)) -> Vec<(usize, String)> {
    let lines = lines(text);
    let is_flat = flat::is_flat(&lines);
    let Layout { objects, strays, ends } =
        if is_flat { flat::layout(&lines) } else { layout(&lines) };
    let (mut ruler, (mut shapes, cost)) =
        (Ruler::Console, shapes_of(&objects, ends, text, Ruler::Console));
    if cost > 0 && !text.is_ascii() {
        let (of_file, cost_of_file) = shapes_of(&objects, ends, text, Ruler::File);
        if cost_of_file < cost {
            (ruler, shapes) = (Ruler::File, of_file);
        }
    }
    shapes.truncate(MOST_SHAPES);
    for object in objects {
        take(listed(object, &shapes, ends, ruler));
    }
    strays.into_iter().map(|line| (line.offset, line.text.into_owned())).collect()
}

fn shapes_of(
    objects: &[RawObject<'_>],
    ends: LineEnds,
    text: &str,
    ruler: Ruler,
) -> (Vec<Shape>, usize) {
    let mut values = Vec::new();
    let mut longest = 0;
    for object in objects {
        let indent = object.indent(ruler);
        for property in &object.properties {
            match property.several_lines() {
                None => longest = longest.max(indent + ruler.cells(property.line)),
                Some(lines) => {
                    let value = Value::new(lines, indent, ruler);
                    longest = longest.max(value.widest());
                    values.push(value);
                }
            }
        }
    }
    shapes(&values, longest, ends, has_english_clock(text))
}

/// Whether a time of day in English stands in the text: English wraps at words.
fn has_english_clock(text: &str) -> bool {
    [" AM", " PM", "\u{202f}AM", "\u{202f}PM"].iter().any(|mark| text.contains(mark))
}

fn listed<'text>(
    object: RawObject<'text>,
    shapes: &[Shape],
    ends: LineEnds,
    ruler: Ruler,
) -> ListedObject<'text> {
    let indent = object.indent(ruler);
    let to_listed = |property: RawProperty<'text>| {
        let Some(lines) = property.several_lines() else {
            return ListedProperty {
                readings: vec![property.line.to_owned()],
                name: property.name,
            };
        };
        let value = Value::new(lines, indent, ruler);
        let mut known = Vec::new();
        for (width, wrapping) in shapes {
            let joints = value.joints(*width, *wrapping, ends);
            if !known.contains(&joints) {
                known.push(joints);
            }
        }
        let readings = known.iter().map(|joints| value.text(joints)).collect();
        ListedProperty { name: property.name, readings }
    };
    let properties = object.properties.into_iter().map(to_listed).collect();
    ListedObject { offset: object.offset, properties }
}
