//! Files, texts and objects of the pipeline to errors: the format is recognised by content.

use std::borrow::Cow;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

use super::error::{DeliveryError, DeliveryErrorSource};
use super::html::{is_html, text_of_html};
use super::objects::{ObjectErrors, Place};
use super::packed::DeliveryErrorList;
use super::retry_time::ErrorDates;
use super::returned::answers;
use super::transport_event::{TransportEvent, TransportEvents};
use super::{delivered, event_text, mail, tracking_log};
use crate::evidence::capi2::event_texts;
use crate::evidence::export::{
    EvidenceError, ExportFormat, ObjectDates, Parsed, Problem, ProblemKind, PropertyBag, TextFile,
    doubts, read_file,
};
use crate::input;

/// What one file, or one text, holds.
#[derive(Clone, Debug, Default)]
pub struct DeliveryErrors {
    /// The file, or what else it came from.
    pub source_name: String,
    /// The errors, in the order of the file.
    pub errors: DeliveryErrorList,
    /// Queues, messages and tracking events without an error.
    pub without_error: u64,
    /// Objects of other kinds.
    pub unused: u64,
    /// What was not read, or not as it stands.
    pub problems: Vec<Problem>,
}

impl DeliveryErrors {
    /// Reads a file; see [`DeliveryErrors::from_bytes`].
    ///
    /// # Errors
    /// [`EvidenceError`] if the file cannot be read, is too large, or holds no error.
    pub fn from_file(path: &Path) -> Result<Self, EvidenceError> {
        let source_name = path.display().to_string();
        if input::is_read_once(path) {
            let name = if input::is_standard_input(path) { "standard input" } else { &source_name };
            return Self::from_bytes(name, &read_file(path)?);
        }
        if let Some(log) = tracking_log::open(path) {
            return Self::of_tracking_log(&source_name, log);
        }
        let beginning = input::beginning(path, BEGINNING as u64).unwrap_or_default();
        if is_event_log(&beginning) {
            let of_file = |use_text: UseText<'_>| event_texts::of_file(path, use_text);
            if let Some(read) = Self::of_event_log(&source_name, of_file) {
                return read;
            }
            if beginning.starts_with(EVTX) {
                return Err(nothing(&source_name));
            }
        }
        let bytes = read_file(path)?;
        Self::from_bytes(&source_name, &bytes)
    }

    /// Reads the content of a file: a mail, HTML, objects of Get-Queue, Get-Message and
    /// Get-MessageTrackingLog as CliXml, JSON, CSV or Format-List text, or any other text, in any
    /// encoding of PowerShell. `source_name` stands in errors and problems.
    ///
    /// # Errors
    /// [`EvidenceError::NoDeliveryError`].
    pub fn from_bytes(source_name: &str, bytes: &[u8]) -> Result<Self, EvidenceError> {
        if bytes.starts_with(EVTX) {
            let of_bytes = |use_text: UseText<'_>| event_texts::of_bytes(bytes, use_text);
            let read = Self::of_event_log(source_name, of_bytes);
            return read.unwrap_or_else(|| Err(nothing(source_name)));
        }
        let bytes = &*with_line_feeds(bytes);
        if tracking_log::is_tracking_log(bytes) {
            return Self::of_tracking_log(source_name, bytes);
        }
        if is_event_log(&bytes[..bytes.len().min(BEGINNING)]) {
            let of_bytes = |use_text: UseText<'_>| event_texts::of_bytes(bytes, use_text);
            if let Some(read) = Self::of_event_log(source_name, of_bytes) {
                return read;
            }
        }
        if mail::is_mail(bytes) {
            let errors = mail::read(source_name, bytes);
            return Self::of_errors(source_name, errors);
        }
        let file = TextFile::decode(bytes);
        if file.text.trim().is_empty() {
            return Err(nothing(source_name));
        }
        // The mail as a program without a notion of mails saved it.
        if mail::is_mail(file.text.as_bytes()) {
            let errors = mail::read(source_name, file.text.as_bytes());
            return Self::of_errors(source_name, errors);
        }
        if is_html(&file.text) {
            let errors = Self::from_text(source_name, &text_of_html(&file.text));
            return Self::of_errors(source_name, errors);
        }
        if let Some(read) = Self::of_objects(source_name, &file) {
            return read;
        }
        let text = without_soft_breaks(&file.text);
        Self::of_errors(source_name, Self::from_text(source_name, &text))
    }

    /// Reads any text: events as they are copied, headers as they are pasted, else one error.
    #[must_use]
    pub fn from_text(source_name: &str, text: &str) -> Vec<DeliveryError> {
        let headers = delivered::pasted_headers(text);
        if let Some(message) = headers.and_then(|headers| {
            let read = mail::read(source_name, headers.as_bytes());
            read.into_iter().find(|error| error.source == DeliveryErrorSource::DeliveredMessage)
        }) {
            return vec![message];
        }
        let mut events = TransportEvents::default();
        for (line, event) in event_text::events(text) {
            events.add(source_name, line, &event);
        }
        if !events.errors.is_empty() {
            return events.errors;
        }
        let whole = DeliveryError::of_text(source_name, text);
        let answers = answers(text).into_iter().map(|(line, recipients)| DeliveryError {
            reporting_server: whole.reporting_server.clone(),
            recipients,
            ..DeliveryError::of_text(source_name, &line)
        });
        let answers: Vec<DeliveryError> = answers.collect();
        if answers.is_empty() { vec![whole] } else { answers }
    }

    /// Reads JSON text, as the module passes objects of the pipeline.
    ///
    /// # Errors
    /// [`EvidenceError::NoDeliveryError`] where it is no JSON of objects.
    pub fn from_pipeline(source_name: &str, json: &str) -> Result<Self, EvidenceError> {
        let file = TextFile::decode(json.as_bytes());
        Self::of_objects(source_name, &file).unwrap_or_else(|| Err(nothing(source_name)))
    }

    /// The failures of a message tracking log, read as a stream.
    fn of_tracking_log(source_name: &str, log: impl Read) -> Result<Self, EvidenceError> {
        let read = tracking_log::read(source_name, log);
        if read.errors.is_empty() && read.without_error == 0 && read.problems.is_empty() {
            return Err(nothing(source_name));
        }
        Ok(Self {
            source_name: read.source_name,
            errors: read.errors.into_iter().collect(),
            without_error: read.without_error,
            unused: read.left_out,
            problems: read.problems,
        })
    }

    /// The events of Exchange's transport in an event log; `None` where there are none, so that a
    /// text with such words is read as one.
    fn of_event_log(
        source_name: &str,
        read: impl FnOnce(UseText<'_>) -> std::io::Result<()>,
    ) -> Option<Result<Self, EvidenceError>> {
        let mut events = TransportEvents::default();
        let result = read(&mut |xml, line| {
            events.add(source_name, line, &TransportEvent::of_xml(xml));
            ControlFlow::Continue(())
        });
        if let Err(source) = result {
            return Some(Err(EvidenceError::Unreadable { path: source_name.into(), source }));
        }
        if events.errors.is_empty() {
            return None;
        }
        let (errors, unused) = (events.errors.into_iter().collect(), events.others);
        Some(Ok(Self { source_name: source_name.to_owned(), errors, unused, ..Self::default() }))
    }

    fn of_errors(source_name: &str, errors: Vec<DeliveryError>) -> Result<Self, EvidenceError> {
        if errors.iter().all(|error| error.text.is_empty()) {
            return Err(nothing(source_name));
        }
        let errors = errors.into_iter().collect();
        Ok(Self { source_name: source_name.to_owned(), errors, ..Self::default() })
    }

    /// Objects; `None` where the text is none, or only looks like some.
    fn of_objects(source_name: &str, file: &TextFile<'_>) -> Option<Result<Self, EvidenceError>> {
        // `[{LED=...}]` begins like JSON.
        if file.text.trim_start().trim_start_matches(['{', '[']).starts_with("LED=") {
            return None;
        }
        let format = ExportFormat::of(&file.text)?;
        let mut read = Self { source_name: source_name.to_owned(), ..Self::default() };
        let parsed = read.convert(file, format);
        let is_empty = read.errors.is_empty() && read.without_error == 0;
        // A text with a colon or a comma is no table, and words in brackets are no JSON.
        let may_be_prose = matches!(format, ExportFormat::Csv | ExportFormat::FormatList)
            // `<HOST #5.7.64 smtp;550 ...>`
            || (format == ExportFormat::CliXml && !file.text.contains("<Objs"))
            || (format == ExportFormat::Json && read.unused == 0 && !parsed.problems.is_empty());
        if is_empty && may_be_prose {
            return None;
        }
        read.locate(file, parsed);
        Some(if is_empty { Err(nothing(source_name)) } else { Ok(read) })
    }

    /// The errors of the objects, which are read twice: what all show of the order of day and month,
    /// each is read by, and none is kept.
    fn convert(&mut self, file: &TextFile<'_>, format: ExportFormat) -> Parsed {
        let (mut dates, mut offsets) = (ObjectDates::default(), Vec::new());
        format.read_each(&file.text, &mut |bag| {
            dates.note(&bag);
            offsets.push(bag.offset);
        });
        let of_format = dates.of_format(Some(format));
        let dates = ErrorDates::of_file(&file.text, dates.shown, of_format);
        offsets.sort_unstable();
        let positions = file.positions(&offsets);
        let mut open_dates = Parsed::default();
        let mut parsed = format.read_each(&file.text, &mut |bag| {
            let place = offsets.partition_point(|offset| *offset < bag.offset);
            let line = positions.get(place).map_or(1, |position| position.line);
            self.convert_one(&bag, line, &dates, &mut open_dates);
        });
        parsed.report_all(open_dates);
        parsed
    }

    fn convert_one(
        &mut self,
        bag: &PropertyBag,
        line: u64,
        dates: &ErrorDates,
        open_dates: &mut Parsed,
    ) {
        match super::objects::read(Place { path: &self.source_name, line, dates }, bag) {
            ObjectErrors::Errors(errors) => {
                for error in errors {
                    if let Some(kind) = open_date(&error, dates) {
                        open_dates.report(bag.offset, kind);
                    }
                    self.errors.push(error);
                }
            }
            ObjectErrors::NoError => self.without_error += 1,
            ObjectErrors::OtherKind => self.unused += 1,
        }
    }

    fn locate(&mut self, file: &TextFile<'_>, mut parsed: Parsed) {
        for (offset, kind) in doubts(file) {
            parsed.report(offset, kind);
        }
        if parsed.unlisted_problems > 0 {
            let count = parsed.unlisted_problems;
            parsed.problems.push((file.text.len(), ProblemKind::More { count }));
        }
        parsed.problems.sort_by_key(|(offset, _)| *offset);
        let offsets: Vec<usize> = parsed.problems.iter().map(|(offset, _)| *offset).collect();
        let positions = file.positions(&offsets);
        let problems = parsed.problems.into_iter().zip(positions).map(|((_, kind), position)| {
            let source_name = self.source_name.clone();
            Problem { source_name, line: position.line, offset: position.offset, kind }
        });
        self.problems = problems.collect();
    }
}

/// The last attempt of an error that has no time, because nothing settles its day.
fn open_date(error: &DeliveryError, dates: &ErrorDates) -> Option<ProblemKind> {
    let text = error.explanation.last_retry_time.clone().filter(|_| error.time.is_none())?;
    let (day_first, month_first) = dates.open_days(&text)?;
    let object = error.identity.clone().unwrap_or_else(|| "the error".to_owned());
    Some(ProblemKind::OpenDate { object, property: "LRT", text, day_first, month_first })
}

/// What is called with the XML of each event, and its line.
type UseText<'a> = &'a mut dyn FnMut(&str, u64) -> ControlFlow<()>;

/// How an `.evtx` file begins.
const EVTX: &[u8] = b"ElfFile\0";
/// How much of a file shows that it is an event log, in bytes.
const BEGINNING: usize = 64 << 10;

/// Whether a file begins as an event log does, or as one exported as XML or JSON.
fn is_event_log(beginning: &[u8]) -> bool {
    if beginning.starts_with(EVTX) {
        return true;
    }
    event_texts::is_log(&TextFile::decode(beginning).text)
}

/// Lines that end with CR alone, as some programs save mails, ended with LF.
fn with_line_feeds(bytes: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\n', bytes).is_some() || memchr::memchr(b'\r', bytes).is_none() {
        return Cow::Borrowed(bytes);
    }
    Cow::Owned(bytes.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect())
}

/// The body of a mail that was copied as it was sent: quoted-printable (RFC 2045, 6.7), known by
/// soft line breaks.
fn without_soft_breaks(text: &str) -> Cow<'_, str> {
    let has_soft_breaks = text.contains("=\n") || text.contains("=\r\n");
    let decoded = has_soft_breaks
        .then(|| mail_parser::decoders::quoted_printable::quoted_printable_decode(text.as_bytes()))
        .flatten();
    match decoded {
        Some(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        None => Cow::Borrowed(text),
    }
}

fn nothing(source_name: &str) -> EvidenceError {
    EvidenceError::NoDeliveryError { source_name: source_name.to_owned() }
}
