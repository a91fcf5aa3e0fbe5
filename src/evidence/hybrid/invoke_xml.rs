//! `.xhcw` files: the cmdlets of a run as XML, with complete result objects.
//!
//! A file, or a part of one, is a row of `<invoke cmdlet type duration start>` elements without a
//! root, each with `<parameters>` and `<results>` of `<object>` and `<property>`.

use std::io::{self, BufReader, Read};

use encoding_rs::UTF_8;
use encoding_rs_io::DecodeReaderBytesBuilder;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::change::{HybridObjectType, HybridOutcome, HybridSide, Verb, classify};
use super::command::Command;
use super::entry::one_line;
use super::run::{Invocation, Run, RunEvent, RunKind, Seen, whole_milliseconds};
use crate::evidence::export::{Value, parse_time};
use crate::timestamp::{TICKS_PER_MILLISECOND, Timestamp};

/// Bytes without the end of an element: no value of Exchange is as long.
const MAXIMUM_ELEMENT: usize = 4 << 20;
/// Properties of one object that are kept.
const MAXIMUM_PROPERTIES: usize = 1_000;
/// Why the reading of such a file ended early.
#[derive(Debug)]
pub(super) struct XmlDamage {
    pub(super) line: u64,
    pub(super) offset: u64,
    pub(super) message: String,
}

/// Reads a file; what comes before damage is kept.
pub(super) fn read(path: &str, input: impl Read) -> io::Result<(Run, Option<XmlDamage>)> {
    let decoder = DecodeReaderBytesBuilder::new().encoding(Some(UTF_8)).build(input);
    let limiter = ElementLimit { input: decoder, lines: 1, since_end: 0 };
    let mut reader = Reader::from_reader(BufReader::with_capacity(1 << 16, limiter));
    reader.config_mut().expand_empty_elements = true;
    let mut document = Document {
        run: Run { path: path.to_owned(), kind: RunKind::InvokeXml, ..Run::default() },
        invoke: None,
        line: 1,
        skipped: 0,
    };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        document.line = reader.get_ref().get_ref().lines;
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Eof) => break,
            Ok(event) => document.event(&event),
            Err(quick_xml::Error::Io(error)) if error.kind() != io::ErrorKind::InvalidData => {
                return Err(io::Error::new(error.kind(), error.to_string()));
            }
            Err(error) => {
                let damage = XmlDamage {
                    line: document.line,
                    offset: reader.error_position(),
                    message: error.to_string(),
                };
                document.cut_off();
                return Ok((document.run, Some(damage)));
            }
        }
    }
    let damage = document.invoke.is_some().then(|| XmlDamage {
        line: document.line,
        offset: reader.buffer_position(),
        message: "the file ends within <invoke>".to_owned(),
    });
    document.cut_off();
    Ok((document.run, damage))
}

/// Refuses input that would fill the memory with one element, and counts lines.
struct ElementLimit<R> {
    input: R,
    lines: u64,
    since_end: usize,
}

impl<R: Read> Read for ElementLimit<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.input.read(buffer)?;
        let read = &buffer[..length];
        self.lines += memchr::memchr_iter(b'\n', read).count() as u64;
        match memchr::memrchr(b'>', read) {
            Some(end) => self.since_end = length - end,
            None => self.since_end += length,
        }
        if self.since_end > MAXIMUM_ELEMENT {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("more than {MAXIMUM_ELEMENT} bytes without the end of an element"),
            ));
        }
        Ok(length)
    }
}

/// An `<invoke>` that is open.
#[derive(Default)]
struct Invoke {
    cmdlet: String,
    known: Option<(Verb, HybridObjectType)>,
    side: Option<HybridSide>,
    start: Option<Timestamp>,
    duration_milliseconds: Option<u64>,
    line: u64,
    command: Option<Command>,
    parameters: Vec<(String, Value)>,
    object: Vec<(String, Value)>,
    /// The values inside an open `<parameter>` or `<property>`.
    open: Option<(String, Value, Vec<Value>)>,
    is_in_results: bool,
    depth_in_value: usize,
    is_in_error: usize,
    error: Option<String>,
}

struct Document {
    run: Run,
    invoke: Option<Invoke>,
    line: u64,
    /// Open elements below an `<invoke>` that is not reported.
    skipped: usize,
}

impl Document {
    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(start) => self.start(start),
            Event::End(end) => {
                let name = end.local_name();
                let name: &str = name.as_ref();
                self.end(name);
            }
            Event::Text(text) => self.text(text),
            Event::CData(text) => self.text(text),
            Event::Comment(comment) => self.comment(comment),
            _ => {}
        }
    }

    fn start(&mut self, start: &BytesStart<'_>) {
        let name = start.local_name();
        let name: &str = name.as_ref();
        if name.eq_ignore_ascii_case("invoke") {
            self.cut_off();
            self.begin_invoke(start);
            return;
        }
        let Some(invoke) = &mut self.invoke else { return };
        if invoke.known.is_none() {
            self.skipped += 1;
            return;
        }
        if invoke.is_in_error > 0 || name.to_ascii_lowercase().contains("error") {
            invoke.is_in_error += 1;
            let message = ["message", "value"].iter().find_map(|key| attribute(start, key));
            if invoke.error.is_none() {
                invoke.error = Some(message.unwrap_or_default());
            }
            return;
        }
        if invoke.open.is_some() {
            invoke.depth_in_value += 1;
            if let Some((_, _, inner)) = &mut invoke.open
                && let Some(value) = attribute(start, "value")
            {
                inner.push(Value::Text(value.into()));
            }
            return;
        }
        match name.to_ascii_lowercase().as_str() {
            "results" => invoke.is_in_results = true,
            "parameter" | "property" => {
                let Some(name) = attribute(start, "name") else { return };
                let is_null = attribute(start, "valueIsNull")
                    .is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
                let value = attribute(start, "value").filter(|_| !is_null);
                let value = value.filter(|text| !text.is_empty());
                let value = value.map_or(Value::Null, |text| Value::Text(text.into()));
                invoke.open = Some((name, value, Vec::new()));
            }
            _ => {}
        }
    }

    fn begin_invoke(&mut self, start: &BytesStart<'_>) {
        let cmdlet = attribute(start, "cmdlet").unwrap_or_default();
        let started = attribute(start, "start").and_then(|text| invoke_time(&text));
        if let Some(started) = started {
            self.run.started.get_or_insert(started);
        }
        self.skipped = 0;
        self.invoke = Some(Invoke {
            known: classify(&cmdlet),
            side: attribute(start, "type").and_then(|side| HybridSide::from_name(&side)),
            start: started,
            duration_milliseconds: attribute(start, "duration")
                .and_then(|text| text.replace(',', ".").parse().ok())
                .and_then(whole_milliseconds),
            line: self.line,
            cmdlet,
            ..Invoke::default()
        });
    }

    fn end(&mut self, name: &str) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        if name.eq_ignore_ascii_case("invoke") {
            self.end_invoke(HybridOutcome::Succeeded);
            return;
        }
        let Some(invoke) = &mut self.invoke else { return };
        if invoke.is_in_error > 0 {
            invoke.is_in_error -= 1;
        } else if invoke.depth_in_value > 0 {
            invoke.depth_in_value -= 1;
        } else if let Some((name, value, inner)) = invoke.open.take() {
            let value = match inner.len() {
                0 => value,
                _ => Value::List(inner.into()),
            };
            let list =
                if invoke.is_in_results { &mut invoke.object } else { &mut invoke.parameters };
            if list.len() < MAXIMUM_PROPERTIES {
                list.push((name, value));
            }
        } else if name.eq_ignore_ascii_case("object") {
            self.end_object();
        } else if name.eq_ignore_ascii_case("results") {
            invoke.is_in_results = false;
        }
    }

    fn text(&mut self, text: &str) {
        let Some(invoke) = &mut self.invoke else { return };
        let text = text.trim();
        if text.is_empty() {
        } else if let (true, Some(error)) = (invoke.is_in_error > 0, &mut invoke.error) {
            if error.len() < 4096 {
                error.push_str(text);
                error.push(' ');
            }
        } else if let Some((_, _, inner)) = &mut invoke.open
            && inner.len() < MAXIMUM_PROPERTIES
        {
            inner.push(Value::text(text));
        }
    }

    /// The cmdlet as it would be typed stands in a comment.
    fn comment(&mut self, comment: &str) {
        let Some(invoke) = &mut self.invoke else { return };
        if invoke.known.is_some() && !invoke.is_in_results {
            let command = Command::parse(comment);
            invoke.command = command.cmdlet.eq_ignore_ascii_case(&invoke.cmdlet).then_some(command);
        }
    }

    /// What the results say of an object.
    fn end_object(&mut self) {
        let Some(invoke) = &mut self.invoke else { return };
        let properties = std::mem::take(&mut invoke.object);
        let Some((_, object_type)) = invoke.known.filter(|_| !properties.is_empty()) else {
            return;
        };
        let size = properties.iter().map(|(name, _)| name.len() + 64).sum();
        let line = invoke.line;
        let seen = Seen { object_type, properties, wanted: Vec::new(), time: invoke.start, line };
        // What New- returns is there after it.
        if matches!(invoke.known, Some((Verb::Get, _))) {
            self.run.keep(RunEvent::Seen(seen), size, line);
        }
    }

    fn end_invoke(&mut self, outcome: HybridOutcome) {
        let Some(invoke) = self.invoke.take() else { return };
        let Some((verb, object_type)) = invoke.known.filter(|(verb, _)| *verb != Verb::Get) else {
            return;
        };
        let has_failed = invoke.error.is_some();
        let command = invoke.command.unwrap_or(Command {
            cmdlet: invoke.cmdlet,
            parameters: invoke.parameters,
            is_cut: false,
        });
        let line = invoke.line;
        let end = invoke.start.zip(invoke.duration_milliseconds).and_then(|(start, duration)| {
            let ticks = i64::try_from(duration).ok()?.checked_mul(TICKS_PER_MILLISECOND)?;
            Timestamp::from_ticks(start.ticks().checked_add(ticks)?)
        });
        let invocation = Invocation {
            verb,
            object_type,
            command,
            side: invoke.side.unwrap_or_else(|| object_type.usual_side()),
            start: invoke.start,
            end: end.filter(|_| outcome == HybridOutcome::Succeeded),
            duration_milliseconds: invoke.duration_milliseconds,
            outcome: if has_failed { HybridOutcome::Failed } else { outcome },
            error: invoke.error.map(|error| one_line(&error, 500)),
            task: None,
            phase: None,
            line,
        };
        let size = invocation.command.parameters.iter().map(|(name, _)| name.len() + 64).sum();
        self.run.keep(RunEvent::Invoked(invocation), size, line);
    }

    /// What is open at the end of the file, or where the next one begins, has no end.
    fn cut_off(&mut self) {
        self.end_invoke(HybridOutcome::NotShown);
    }
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = start.attributes();
    let found = attributes.with_checks(false).flatten().find(|one| {
        let key = one.key.local_name();
        let key: &str = key.as_ref();
        key.eq_ignore_ascii_case(name)
    })?;
    let text = quick_xml::escape::unescape(&found.value)
        .unwrap_or(std::borrow::Cow::Borrowed(&found.value));
    Some(text.into_owned())
}

/// Reads `11/25/2019 17:42:12.355`, as the invariant culture writes it; the zone is not written.
fn invoke_time(text: &str) -> Option<Timestamp> {
    let (moment, fraction) = match text.rsplit_once('.') {
        Some((moment, fraction)) if moment.contains(':') => (moment, fraction),
        _ => (text, ""),
    };
    let moment = parse_time(moment)?;
    let milliseconds: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Timestamp::from_ticks(moment.ticks() + milliseconds * TICKS_PER_MILLISECOND)
}
