//! Format-List text, as it stands on a console or in a file of Out-File: `Name : value` lines, long
//! values wrapped and indented, objects separated by blank lines.

use std::sync::Arc;

use super::parsed::{Parsed, shortened};
use super::problem::ProblemKind;
use super::value::{PropertyBag, Value};

pub(super) fn read(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let width = text.lines().map(|line| line.trim_end().chars().count()).max().unwrap_or_default();
    let mut object = Object::new(width);
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        if content.is_empty() {
            object.finish(&mut parsed);
        } else if object.is_continuation(content) {
            object.continue_value(content);
        } else if let Some((name, column, value)) = split_property(content) {
            // Without a blank line between, the same property again begins the next object.
            if object.has(name) {
                object.finish(&mut parsed);
            }
            object.begin_property(offset, name, column, value, content);
        } else {
            parsed.report(offset, ProblemKind::FormatListLine { text: shortened(content.trim()) });
        }
        offset += line.len();
    }
    object.finish(&mut parsed);
    parsed
}

/// Splits `Name   : value`: the name, the column in which the value begins, the value.
fn split_property(line: &str) -> Option<(&str, usize, &str)> {
    let (before, after) = line.split_once(':')?;
    let name = before.trim_end();
    let is_name = !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && before.len() > name.len();
    let value = after.strip_prefix(' ').or_else(|| after.is_empty().then_some(""))?;
    is_name.then(|| (name, before.chars().count() + 2, value))
}

/// Whether a text holds a line of Format-List among its first ones.
pub(super) fn is_format_list(text: &str) -> bool {
    text.lines().take(50).any(|line| split_property(line.trim_end()).is_some())
}

/// The object whose lines are being read.
struct Object {
    /// The width of the console, as far as the longest line shows it.
    width: usize,
    offset: usize,
    properties: Vec<(Arc<str>, String)>,
    value_column: usize,
    last_line_width: usize,
}

impl Object {
    fn new(width: usize) -> Self {
        let properties = Vec::new();
        Self { width, offset: 0, properties, value_column: 0, last_line_width: 0 }
    }

    fn has(&self, name: &str) -> bool {
        self.properties.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    fn begin_property(
        &mut self,
        offset: usize,
        name: &str,
        column: usize,
        value: &str,
        line: &str,
    ) {
        if self.properties.is_empty() {
            self.offset = offset;
        }
        self.properties.push((name.into(), value.to_owned()));
        self.value_column = column;
        self.last_line_width = line.chars().count();
    }

    fn is_continuation(&self, line: &str) -> bool {
        let indent = line.chars().take_while(|character| *character == ' ').count();
        !self.properties.is_empty() && indent >= self.value_column
    }

    /// Joins a wrapped value. A console breaks at a blank where it can, and drops it; a word longer
    /// than the rest of the line fills the line to its end and goes on without one.
    fn continue_value(&mut self, line: &str) {
        let Some((_, value)) = self.properties.last_mut() else { return };
        let is_full_line = self.last_line_width >= self.width;
        if !is_full_line || value.ends_with([',', ';']) {
            value.push(' ');
        }
        value.push_str(line.trim_start());
        self.last_line_width = line.chars().count();
    }

    fn finish(&mut self, parsed: &mut Parsed) {
        if self.properties.is_empty() {
            return;
        }
        let value = |text: String| match text.trim() {
            "" => Value::Null,
            text => Value::text(text),
        };
        let properties = std::mem::take(&mut self.properties);
        parsed.bags.push(Arc::new(PropertyBag {
            properties: properties.into_iter().map(|(name, text)| (name, value(text))).collect(),
            offset: self.offset,
            ..PropertyBag::default()
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<Vec<(String, Option<String>)>> {
        let texts = |bag: &Arc<PropertyBag>| {
            bag.properties.iter().map(|(name, v)| (name.to_string(), v.as_text())).collect()
        };
        read(text).bags.iter().map(texts).collect()
    }

    #[test]
    fn wrapped_values_are_joined_as_they_were_broken() {
        let text = "\n\nName       : Inbound from Contoso\nComment    : a long text that\n             was broken at a\n             blank\nAddresses  : {192.0.2.1,\n             192.0.2.2}\nThumbprint : 0123456789ABCDEF012\n             3456789ABCDEF012345\n             6789\n\n\nName       : Second\n";
        let objects = texts(text);
        assert_eq!(objects.len(), 2);
        let value = |index: usize| objects[0][index].1.as_deref();
        assert_eq!(value(1), Some("a long text that was broken at a blank"));
        assert_eq!(value(2), Some("{192.0.2.1, 192.0.2.2}"));
        assert_eq!(value(3), Some("0123456789ABCDEF012 3456789ABCDEF012345 6789"));
        // With the widest line filled, the break stands inside the word.
        let filled = text
            .replace("Inbound from Contoso", "Inbound")
            .replace("a long text that", "a text that");
        assert_eq!(
            texts(&filled)[0][3].1.as_deref(),
            Some("0123456789ABCDEF0123456789ABCDEF0123456789")
        );
    }

    #[test]
    fn prompts_are_passed_over_and_said() {
        let parsed =
            read("PS C:\\> Get-InboundConnector | fl\r\n\r\nName : A\r\nComment :\r\nName : B\r\n");
        assert_eq!(parsed.bags.len(), 2);
        assert_eq!(parsed.problems.len(), 1);
        assert_eq!(parsed.bags[0].get("Comment"), Some(&Value::Null));
    }
}
