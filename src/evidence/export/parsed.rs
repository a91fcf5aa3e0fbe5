//! What the readers of all formats return: objects, and what went wrong, by offset in the text.

use std::sync::Arc;

use super::problem::ProblemKind;
use super::value::{PropertyBag, Value};

/// The most problems of one file that are listed; further ones are counted.
const MAXIMUM_PROBLEMS: usize = 200;

/// What is called with each object of a text, in its order.
pub(in crate::evidence) type TakeBag<'a> = &'a mut dyn FnMut(Arc<PropertyBag>);

#[derive(Debug, Default)]
pub(in crate::evidence) struct Parsed {
    /// The objects, where they are kept.
    pub(in crate::evidence) bags: Vec<Arc<PropertyBag>>,
    pub(in crate::evidence) problems: Vec<(usize, ProblemKind)>,
    pub(in crate::evidence) unlisted_problems: u64,
    /// Objects of the file that were lost to damage.
    pub(in crate::evidence) is_incomplete: bool,
    /// Texts that stand in the place of objects, with their offsets.
    pub(super) texts: Vec<(usize, String)>,
}

impl Parsed {
    pub(in crate::evidence) fn report(&mut self, offset: usize, kind: ProblemKind) {
        self.is_incomplete |= matches!(
            kind,
            ProblemKind::Xml { .. }
                | ProblemKind::Truncated
                | ProblemKind::TooManyValues { .. }
                | ProblemKind::Json { .. }
                | ProblemKind::Csv { .. }
                | ProblemKind::CsvFieldCount { .. }
        );
        if self.problems.len() < MAXIMUM_PROBLEMS {
            self.problems.push((offset, kind));
        } else {
            self.unlisted_problems += 1;
        }
    }

    /// Reports what another one holds, too.
    pub(in crate::evidence) fn report_all(&mut self, other: Self) {
        for (offset, kind) in other.problems {
            self.report(offset, kind);
        }
        self.unlisted_problems += other.unlisted_problems;
    }

    /// Hands over an object, or the objects of a list.
    pub(super) fn hand_over(&mut self, value: Value, take: TakeBag<'_>) {
        match value {
            Value::Bag(bag) => take(bag),
            Value::List(values) => {
                for value in values.iter() {
                    match value {
                        Value::Bag(bag) => take(bag.clone()),
                        Value::Null => {}
                        other => self.refuse(0, other),
                    }
                }
            }
            Value::Null => {}
            other => self.refuse(0, &other),
        }
    }

    pub(super) fn refuse(&mut self, offset: usize, value: &Value) {
        let text = value.as_text();
        let shown = text.as_deref().map_or_else(|| "a list or bytes".to_owned(), shortened);
        self.report(offset, ProblemKind::NotAnObject { text: shown });
        self.texts.extend(text.map(|text| (offset, text)));
    }
}

/// The beginning of a text in one line, for a message.
pub(in crate::evidence) fn shortened(text: &str) -> String {
    const MAXIMUM: usize = 60;
    let mut short: String = text.chars().take(MAXIMUM).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    short.split_whitespace().collect::<Vec<_>>().join(" ")
}
