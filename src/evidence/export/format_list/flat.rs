//! Text that lost its indentation, as when it is pasted into a ticket: runs of blanks are one blank,
//! and lines begin with their first word.

use std::collections::HashSet;

use super::lines::Line;
use super::raw_object::{Layout, OpenObject, is_plain_name};
use super::wrapping::LineEnds;

/// `Name : value` without padding.
fn property(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(" :")?;
    let value = value.strip_prefix(' ').or_else(|| value.is_empty().then_some(""))?;
    is_plain_name(name).then_some((name, value))
}

/// Whether names of different lengths stand below each other, all without padding.
pub(super) fn is_flat(lines: &[Line<'_>]) -> bool {
    let names: Vec<Option<&str>> =
        lines.iter().map(|line| property(&line.text).map(|(name, _)| name)).collect();
    let is_padded = |line: &Line<'_>| {
        let name = line.text.split_once(" :").map(|(name, _)| name);
        name.is_some_and(|name| name.ends_with(' ') && is_plain_name(name.trim_end()))
    };
    let differ =
        |pair: &[Option<&str>]| matches!(pair, [Some(one), Some(two)] if one.len() != two.len());
    let unpadded = names.windows(2).filter(|pair| differ(pair)).count();
    unpadded > 0 && !lines.iter().any(is_padded)
}

pub(super) fn layout<'text>(lines: &'text [Line<'text>]) -> Layout<'text> {
    let mut layout = Layout { objects: Vec::new(), strays: Vec::new(), ends: LineEnds::Flat };
    let strangers = strangers(lines);
    let mut object = OpenObject::default();
    let mut first_names = HashSet::new();
    let mut blank_lines = 0;
    for (number, line) in lines.iter().enumerate() {
        let text = line.text.trim();
        if text.is_empty() {
            blank_lines += 1;
            continue;
        }
        let named = property(text).filter(|_| !strangers.contains(&number));
        if let Some((name, value)) = named {
            let is_apart = blank_lines > 1 || first_names.contains(name);
            if object.has(name) || (blank_lines > 0 && is_apart) {
                layout.objects.extend(object.finish());
            } else {
                object.add_blank_lines(blank_lines);
            }
            if object.is_empty() {
                first_names.insert(name);
            }
            object.begin_property(line.offset, name, value);
        } else if object.is_empty() || blank_lines > 1 {
            layout.objects.extend(object.finish());
            layout.strays.push(line.clone());
        } else {
            object.continue_value(blank_lines, text);
        }
        blank_lines = 0;
    }
    layout.objects.extend(object.finish());
    layout
}

/// The numbers of lines that look like properties and belong to the value before: their names occur
/// once, between two that follow each other elsewhere.
fn strangers(lines: &[Line<'_>]) -> HashSet<usize> {
    let named: Vec<(usize, &str)> = lines
        .iter()
        .enumerate()
        .filter_map(|(number, line)| Some((number, property(line.text.trim())?.0)))
        .collect();
    let pairs: HashSet<(&str, &str)> =
        named.windows(2).map(|pair| (pair[0].1, pair[1].1)).collect();
    let mut seen = HashSet::new();
    let repeated: HashSet<&str> =
        named.iter().map(|(_, name)| *name).filter(|name| !seen.insert(*name)).collect();
    let is_stranger = |three: &&[(usize, &str)]| {
        let [(_, before), (_, name), (_, after)] = three else { return false };
        !repeated.contains(name) && pairs.contains(&(*before, *after))
    };
    named.windows(3).filter(is_stranger).map(|three| three[1].0).collect()
}
