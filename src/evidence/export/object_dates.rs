//! How the dates of exported objects are ordered.

use std::sync::Arc;

use super::dates::Dates;
use super::format::ExportFormat;
use super::value::{PropertyBag, Value};

/// The order of day and month in the texts of objects. CSV and Format-List text are printed by the
/// culture; what JSON and CliXml hold as text is `[string]` of a date, month first in every culture,
/// unless a date there shows that a calculated property printed it.
pub(in crate::evidence) fn dates_of(
    format: Option<ExportFormat>,
    bags: &[Arc<PropertyBag>],
) -> Dates {
    let dates = shown_dates_of(bags);
    match format {
        Some(ExportFormat::Csv | ExportFormat::FormatList) => dates,
        _ => dates.or_month_first(),
    }
}

/// The order that the texts of objects themselves show.
pub(in crate::evidence) fn shown_dates_of(bags: &[Arc<PropertyBag>]) -> Dates {
    let values = bags.iter().flat_map(|bag| &bag.properties);
    Dates::of(values.filter_map(|(_, value)| match value {
        Value::Text(text) => Some(&**text),
        _ => None,
    }))
}
