//! Typed access to the properties of one object; what is not of its type is reported.

use std::str::FromStr;

use super::dates::{Dates, TimeReading};
use super::parsed::{Parsed, shortened};
use super::problem::ProblemKind;
use super::scalar::{parse_bool, parse_size, to_list};
use super::value::{PropertyBag, Value};
use crate::connector::TextList;
use crate::stated_time::StatedTime;
use crate::timestamp::Timestamp;

/// Properties in whose values no blank can stand.
const WITHOUT_BLANKS: &[&str] = &[
    "DomainName",
    "Fqdn",
    "PSComputerName",
    "SerialNumber",
    "Server",
    "Thumbprint",
    "TlsDomain",
    "TlsSenderCertificateName",
];

/// Properties that are used and in which blanks matter.
const WITH_BLANKS: &[&str] = &["Name", "TlsCertificateName", "Subject", "Issuer"];

pub(in crate::evidence) struct Properties<'a> {
    pub(in crate::evidence) bag: &'a PropertyBag,
    parsed: &'a mut Parsed,
    dates: &'a Dates,
    /// The object's name in reports.
    pub(in crate::evidence) object: String,
}

impl<'a> Properties<'a> {
    pub(in crate::evidence) fn new(
        bag: &'a PropertyBag,
        parsed: &'a mut Parsed,
        dates: &'a Dates,
    ) -> Self {
        let named = ["Name", "Identity", "DomainName", "Thumbprint", "FriendlyName"];
        let object = named
            .iter()
            .find_map(|name| bag.get(name).and_then(Value::as_text))
            .or_else(|| bag.text.as_deref().map(shortened))
            .unwrap_or_default();
        Self { bag, parsed, dates, object }
    }

    /// Whether lines of its values were broken, so that blanks in names are uncertain.
    pub(in crate::evidence) fn has_uncertain_blanks(&self) -> bool {
        self.bag.was_broken
    }

    /// Reports the values of which it is not certain where blanks stand.
    pub(in crate::evidence) fn report_readings(&mut self) {
        for name in WITH_BLANKS {
            if let Some(Value::Readings(readings)) = self.bag.get(name) {
                let (object, count) = (self.object.clone(), readings.len());
                self.report(ProblemKind::BlanksLost { object, property: name, count });
            }
        }
    }

    /// Whether the source has the property, be it empty.
    pub(in crate::evidence) fn knows(&self, name: &str) -> bool {
        self.bag.get(name).is_some()
    }

    /// The text of a property; null, `{}` and empty texts are `None`. Where blanks were lost, the
    /// likeliest reading; of a value that holds none, that without any.
    pub(in crate::evidence) fn text(&self, name: &str) -> Option<String> {
        let value = self.bag.get(name)?;
        let text = value.as_text()?;
        let has_no_blanks = WITHOUT_BLANKS.iter().any(|known| known.eq_ignore_ascii_case(name));
        let text = match value {
            Value::Readings(_) if has_no_blanks => text.split_whitespace().collect(),
            _ => text,
        };
        (!matches!(text.as_str(), "{}" | "[]" | "$null")).then_some(text)
    }

    /// The text of a property; where blanks were lost, the likeliest reading that can be read.
    pub(in crate::evidence) fn readable_text<T: FromStr>(&self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        let readable = match self.bag.get(name) {
            Some(Value::Readings(readings)) => {
                readings.iter().find(|reading| reading.parse::<T>().is_ok())
            }
            _ => None,
        };
        Some(readable.map_or(text, |reading| reading.trim().to_owned()))
    }

    pub(in crate::evidence) fn flag(&mut self, name: &'static str) -> Option<bool> {
        let text = self.text(name)?;
        let flag = parse_bool(&text);
        self.checked(name, &text, flag, "True or False")
    }

    /// A time; `None` also where day and month may be exchanged, which is reported.
    pub(in crate::evidence) fn time(&mut self, name: &'static str) -> Option<Timestamp> {
        self.time_reading(name)?.time()
    }

    /// A time, and whether its zone is given.
    pub(in crate::evidence) fn stated_time(&mut self, name: &'static str) -> Option<StatedTime> {
        self.time_reading(name)?.stated()
    }

    fn time_reading(&mut self, name: &'static str) -> Option<TimeReading> {
        let text = self.text(name)?;
        let reading = self.dates.read(&text);
        if let Some(TimeReading::Open { day_first, month_first }) = reading {
            let (object, text) = (self.object.clone(), shortened(&text));
            let kind =
                ProblemKind::OpenDate { object, property: name, text, day_first, month_first };
            self.report(kind);
            return None;
        }
        self.checked(name, &text, reading, "a time such as 2026-07-23T22:55:13Z")
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
