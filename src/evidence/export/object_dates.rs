//! How the dates of exported objects are ordered.

use super::dates::Dates;
use super::format::ExportFormat;
use super::value::{PropertyBag, Value};

/// The order of day and month in the texts of objects.
#[derive(Clone, Debug, Default)]
pub(in crate::evidence) struct ObjectDates {
    /// What the texts themselves show.
    pub shown: Dates,
}

impl ObjectDates {
    /// Takes what one object more shows.
    pub fn note(&mut self, bag: &PropertyBag) {
        for (_, value) in &bag.properties {
            if let Value::Text(text) = value {
                self.shown.note(text);
            }
        }
    }

    /// How the dates are read. CSV and Format-List text are printed by the culture; what JSON and CliXml
    /// hold as text is `[string]` of a date, month first in every culture, unless a date there shows that
    /// a calculated property printed it.
    pub fn of_format(&self, format: Option<ExportFormat>) -> Dates {
        match format {
            Some(ExportFormat::Csv | ExportFormat::FormatList) => self.shown.clone(),
            _ => self.shown.clone().or_month_first(),
        }
    }
}
