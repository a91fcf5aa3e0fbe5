//! JSON, as ConvertTo-Json writes it and as the module passes objects of the pipeline: one
//! object, an array of them, or several such texts one after the other.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::parsed::{Parsed, TakeBag};
use super::problem::ProblemKind;
use super::texts::Texts;
use super::value::{PropertyBag, Value};

/// The depth at which serde_json stops.
const RECURSION_LIMIT: usize = 128;

pub(super) fn read(text: &str, take: TakeBag<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    let mut texts = Texts::default();
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.trim().is_empty()) {
        start += rest.len() - rest.trim_start().len();
        let mut stream = serde_json::Deserializer::from_str(&text[start..]);
        let (parsed_so_far, texts) = (&mut parsed, &mut texts);
        let top = TopLevel { parsed: parsed_so_far, take: &mut *take, texts, text, start };
        let result = top.deserialize(&mut stream);
        match result {
            Ok(()) => start += consumed(&text[start..], stream),
            Err(error) => {
                let offset = start + offset_of(&text[start..], error.line(), error.column());
                let kind = if error.is_eof() {
                    ProblemKind::Truncated
                } else {
                    ProblemKind::Json { message: error.to_string() }
                };
                parsed.report(offset, kind);
                break;
            }
        }
    }
    parsed
}

/// How many bytes a deserializer has read.
fn consumed(text: &str, stream: serde_json::Deserializer<serde_json::de::StrRead<'_>>) -> usize {
    // Only the iterator over several values shows the offset; asked for no value it reads none.
    let offset = stream.into_iter::<serde::de::IgnoredAny>().byte_offset();
    if offset == 0 { text.len() } else { offset }
}

/// The offset of a line and column, both from 1, columns in bytes; column 0 is the line's end.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}

/// Hands over what was read of an array before damage.
struct TopLevel<'parsed, 'text> {
    parsed: &'parsed mut Parsed,
    take: TakeBag<'parsed>,
    texts: &'parsed mut Texts,
    text: &'text str,
    start: usize,
}

impl TopLevel<'_, '_> {
    fn add(&mut self, offset: usize, mut value: Value) {
        if let Value::Bag(bag) = &mut value
            && let Some(bag) = Arc::get_mut(bag)
        {
            bag.offset = offset;
            self.texts.share(bag);
        }
        match value {
            Value::Bag(_) | Value::List(_) => self.parsed.hand_over(value, self.take),
            Value::Null => {}
            other => self.parsed.refuse(offset, &other),
        }
    }
}

impl<'de> DeserializeSeed<'de> for TopLevel<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TopLevel<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object or an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut sequence: A) -> Result<(), A::Error> {
        // Elements are read one by one, from their place in the text.
        while let Some(element) = sequence.next_element::<&'de RawValue>()? {
            let offset = element.get().as_ptr() as usize - self.text.as_ptr() as usize;
            if let Ok(value) = serde_json::from_str(element.get()) {
                self.add(offset, value);
            } else {
                // Its syntax was checked before, so that only its depth can be refused.
                let kind = ProblemKind::TooDeep { maximum: RECURSION_LIMIT };
                self.parsed.report(offset, kind);
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, map: A) -> Result<(), A::Error> {
        let value = ValueVisitor.visit_map(map)?;
        // The array in an object that Windows PowerShell makes of some lists.
        match value.as_list() {
            Some(values) => values.iter().for_each(|value| self.add(self.start, value.clone())),
            None => self.add(self.start, value),
        }
        Ok(())
    }

    fn visit_str<E>(mut self, text: &str) -> Result<(), E> {
        self.add(self.start, Value::text(text));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

struct ValueVisitor;

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = sequence.next_element()? {
            values.push(value);
        }
        Ok(Value::List(values.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut bag = PropertyBag::default();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if name.eq_ignore_ascii_case("PSTypeNames") {
                let names = value.as_list().unwrap_or_default();
                bag.type_names = names.iter().filter_map(Value::as_text).map(Into::into).collect();
            } else {
                bag.properties.push((name.into(), value));
            }
        }
        Ok(Value::Bag(Arc::new(bag)))
    }
}
