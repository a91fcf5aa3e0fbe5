//! Format-List text, as it stands on a console, in a transcript, in a file of Out-File, or where any
//! of these was copied to.
//!
//! # The formatter's rule
//!
//! Observed with PowerShell 7.6 and held against the published source of 5.1. A line is the name of
//! a property, padded to the longest name of its object, ` : `, and the value; the value has a field
//! of `n` cells, the width of the console without what stands before. A value is cut at its own
//! line feeds, and each piece that is longer than `n` is wrapped, at words or at cells by the language
//! of the culture. All lines of a value but the first are indented to the field.
//!
//! # How it is read
//!
//! [`lines`] takes off what consoles and browsers add, [`layout`] (or [`flat`], where indentation was
//! lost) finds objects, properties and the pieces of their values, [`widths`] finds which widths and
//! ways of wrapping explain all breaks, and [`wrapping`] puts the pieces together. Where line ends
//! are intact, that is exact. Where blanks at line ends were lost, several widths can explain the
//! text and disagree on a blank: then a value has several readings, and nothing may be concluded
//! from one of them.

mod cells;
mod flat;
mod layout;
mod lines;
mod raw_object;
mod reading;
mod widths;
mod wrapping;

use std::sync::Arc;

use self::reading::ListedProperty;
use super::parsed::{Parsed, TakeBag, shortened};
use super::problem::ProblemKind;
use super::texts::Texts;
use super::value::{PropertyBag, Value};

pub(super) fn read(text: &str, take: TakeBag<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    let mut bags: Vec<Arc<PropertyBag>> = Vec::new();
    let mut texts = Texts::default();
    let strays = reading::read(text, |object| {
        let to_property = |property: ListedProperty<'_>| to_property(&property, &mut texts);
        bags.push(Arc::new(PropertyBag {
            properties: object.properties.into_iter().map(to_property).collect(),
            was_broken: true,
            offset: object.offset,
            ..PropertyBag::default()
        }));
    });
    for (offset, line) in strays {
        if !begins_group(&bags, offset, &line) {
            let text = shortened(line.trim());
            parsed.report(offset, ProblemKind::FormatListLine { text });
        }
    }
    bags.into_iter().for_each(take);
    parsed
}

/// Whether a line stands above an object as -GroupBy puts it there: `Name: value`, the value being that
/// of the object's own property.
fn begins_group(bags: &[Arc<PropertyBag>], offset: usize, line: &str) -> bool {
    let Some((name, value)) = line.trim().split_once(": ") else { return false };
    let next = bags.get(bags.partition_point(|bag| bag.offset < offset));
    let own = next.and_then(|bag| bag.get(name)).and_then(Value::as_text).unwrap_or_default();
    own == value.trim()
}

fn to_property(property: &ListedProperty<'_>, texts: &mut Texts) -> (Arc<str>, Value) {
    let mut readings: Vec<Arc<str>> = Vec::new();
    for reading in &property.readings {
        let reading = texts.shared(reading.trim());
        if !readings.contains(&reading) {
            readings.push(reading);
        }
    }
    let value = match readings.as_slice() {
        [] => Value::Null,
        [one] if one.is_empty() => Value::Null,
        [one] => Value::Text(one.clone()),
        several => Value::Readings(several.into()),
    };
    (texts.shared(property.name), value)
}

/// Whether a text holds a line of Format-List among its first ones.
pub(super) fn is_format_list(text: &str) -> bool {
    const LOOKED_AT: usize = 8192;
    let mut end = text.len().min(LOOKED_AT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let lines = lines::lines(&text[..end]);
    (0..lines.len()).any(|at| layout::column_of(&lines[at..]).is_some())
}

#[cfg(test)]
mod tests;
