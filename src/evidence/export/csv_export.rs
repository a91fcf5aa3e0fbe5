//! CSV, as Export-Csv writes it: with or without `#TYPE`, separated by comma, semicolon or tab.

use std::sync::Arc;

use csv::{ReaderBuilder, StringRecord};

use super::parsed::{Parsed, TakeBag};
use super::problem::ProblemKind;
use super::value::{PropertyBag, Value};

/// The line that Windows PowerShell writes first.
const TYPE_MARK: &str = "#TYPE ";

pub(super) fn read(text: &str, take: TakeBag<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    let (type_names, start) = type_line(text);
    let body = &text[start..];
    let mut reader = ReaderBuilder::new()
        .has_headers(true)
        .flexible(true)
        .delimiter(delimiter(body.lines().next().unwrap_or_default()).unwrap_or(b','))
        .from_reader(body.as_bytes());
    let names: Vec<Arc<str>> = match reader.headers() {
        Ok(header) => header.iter().map(|name| name.trim().into()).collect(),
        Err(error) => {
            parsed.report(start, ProblemKind::Csv { message: error.to_string() });
            return parsed;
        }
    };
    let mut record = StringRecord::new();
    loop {
        let offset = start + usize::try_from(reader.position().byte()).unwrap_or_default();
        match reader.read_record(&mut record) {
            Ok(false) => return parsed,
            Ok(true) => {
                let position = record.position().and_then(|at| usize::try_from(at.byte()).ok());
                let offset = position.map_or(offset, |byte| start + byte);
                if record.len() == names.len() {
                    take(Arc::new(of_row(&names, &type_names, &record, offset)));
                } else {
                    let (expected, found) = (names.len() as u64, record.len() as u64);
                    parsed.report(offset, ProblemKind::CsvFieldCount { expected, found });
                }
            }
            // Text is valid UTF-8 here, so that a row can hardly fail; the next one may be read.
            Err(error) => parsed.report(offset, ProblemKind::Csv { message: error.to_string() }),
        }
    }
}

fn of_row(
    names: &[Arc<str>],
    type_names: &Arc<[Arc<str>]>,
    record: &StringRecord,
    offset: usize,
) -> PropertyBag {
    let value = |field: &str| if field.is_empty() { Value::Null } else { Value::text(field) };
    PropertyBag {
        type_names: type_names.clone(),
        text: None,
        properties: names.iter().cloned().zip(record.iter().map(value)).collect(),
        was_broken: false,
        offset,
    }
}

/// The type of the `#TYPE` line, and where the header begins.
fn type_line(text: &str) -> (Arc<[Arc<str>]>, usize) {
    let line = text.split_inclusive('\n').next().unwrap_or_default();
    let content = line.trim().trim_matches('"');
    match content.get(..TYPE_MARK.len()) {
        Some(mark) if mark.eq_ignore_ascii_case(TYPE_MARK) => {
            let name = content[TYPE_MARK.len()..].trim_end_matches([',', ';', '"']);
            (Arc::new([name.trim().into()]), line.len())
        }
        _ => (Arc::default(), 0),
    }
}

/// The separator of a header: the commonest of comma, semicolon and tab outside quotation marks.
/// `None` if there is none of them, or if the line is no header of property names.
pub(super) fn delimiter(header: &str) -> Option<u8> {
    let mut is_quoted = false;
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    for byte in header.bytes() {
        is_quoted ^= byte == b'"';
        for (delimiter, count) in &mut counts {
            *count += usize::from(!is_quoted && byte == *delimiter);
        }
    }
    let (delimiter, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    let is_name = |field: &str| {
        let field = field.trim().trim_matches('"');
        !field.is_empty()
            && field.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    (count > 0 && header.split(char::from(delimiter)).all(is_name)).then_some(delimiter)
}

/// Whether a text begins like CSV: with `#TYPE`, or with a header of property names.
pub(super) fn is_csv(text: &str) -> bool {
    let (types, start) = type_line(text);
    let header = text[start..].lines().next().unwrap_or_default().trim();
    let lone = ["DomainName", "Name", "Identity", "Thumbprint", "TlsSenderCertificateName"];
    !types.is_empty()
        || delimiter(header).is_some()
        || lone.iter().any(|name| header.trim_matches('"').eq_ignore_ascii_case(name))
}
