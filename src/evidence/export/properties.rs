//! Typed access to the properties of one object; what is not of its type is reported.

use super::parsed::{Parsed, shortened};
use super::problem::ProblemKind;
use super::scalar::{parse_bool, parse_size, parse_time, to_list};
use super::value::{PropertyBag, Value};
use crate::connector::TextList;
use crate::timestamp::Timestamp;

pub(in crate::evidence) struct Properties<'a> {
    pub(in crate::evidence) bag: &'a PropertyBag,
    parsed: &'a mut Parsed,
    /// The object's name in reports.
    pub(in crate::evidence) object: String,
}

impl<'a> Properties<'a> {
    pub(in crate::evidence) fn new(bag: &'a PropertyBag, parsed: &'a mut Parsed) -> Self {
        let named = ["Name", "Identity", "DomainName", "Thumbprint", "FriendlyName"];
        let object = named
            .iter()
            .find_map(|name| bag.get(name).and_then(Value::as_text))
            .or_else(|| bag.text.as_deref().map(shortened))
            .unwrap_or_default();
        Self { bag, parsed, object }
    }

    /// Whether the source has the property, be it empty.
    pub(in crate::evidence) fn tells(&self, name: &str) -> bool {
        self.bag.get(name).is_some()
    }

    /// The text of a property; null, `{}` and empty texts are `None`.
    pub(in crate::evidence) fn text(&self, name: &str) -> Option<String> {
        let text = self.bag.get(name)?.as_text()?;
        (!matches!(text.as_str(), "{}" | "[]" | "$null")).then_some(text)
    }

    pub(in crate::evidence) fn flag(&mut self, name: &'static str) -> Option<bool> {
        let text = self.text(name)?;
        let flag = parse_bool(&text);
        self.checked(name, &text, flag, "True or False")
    }

    pub(in crate::evidence) fn time(&mut self, name: &'static str) -> Option<Timestamp> {
        let text = self.text(name)?;
        let time = parse_time(&text);
        self.checked(name, &text, time, "a time such as 2026-07-23T22:55:13Z")
    }

    /// A size in bytes; unlimited is `None`.
    pub(in crate::evidence) fn size(&mut self, name: &'static str) -> Option<u64> {
        let text = self.text(name).filter(|text| !text.eq_ignore_ascii_case("Unlimited"))?;
        let size = parse_size(&text);
        self.checked(name, &text, size, "a size such as 250 MB (262,144,000 bytes)")
    }

    /// A list; `None` where the source does not have the property.
    pub(in crate::evidence) fn list(&mut self, name: &'static str) -> Option<TextList> {
        let value = self.bag.get(name)?;
        if let Some(list) = to_list(value) {
            return Some(list);
        }
        let text = shortened(&value.as_text().unwrap_or_default());
        let object = self.object.clone();
        self.report(ProblemKind::ListNotExported { object, property: name, text });
        Some(TextList { values: Vec::new(), is_truncated: true })
    }

    pub(in crate::evidence) fn checked<T>(
        &mut self,
        property: &'static str,
        text: &str,
        value: Option<T>,
        expected: &'static str,
    ) -> Option<T> {
        if value.is_none() {
            let (object, text) = (self.object.clone(), shortened(text));
            self.report(ProblemKind::Value { object, property, text, expected });
        }
        value
    }

    pub(in crate::evidence) fn report(&mut self, kind: ProblemKind) {
        self.parsed.report(self.bag.offset, kind);
    }
}
