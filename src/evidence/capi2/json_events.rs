//! Events as tools for `.evtx` files write them in JSON: evtx_dump and chainsaw (an object `Event`, with
//! attributes below `#attributes` or beside it as `X_attributes`), and those that write flat rows. Each
//! becomes the XML that it was made of.

use std::collections::VecDeque;
use std::fmt::Write;
use std::io::{self, BufRead, BufReader, Cursor, Read};

use quick_xml::escape::escape;
use serde_json::de::IoRead;
use serde_json::{Deserializer, Map, StreamDeserializer, Value};

use super::flat_rows;

/// The most that one value of a file may take, in bytes: of a file that is one list, the file.
const MAXIMUM_VALUE: u64 = 512 << 20;

/// The events of a file of JSON: one value, a list, or one value a line.
pub(super) struct JsonEvents {
    values: StreamDeserializer<'static, IoRead<Box<dyn Read + Send>>, Value>,
    waiting: VecDeque<Value>,
    count: u64,
}

impl JsonEvents {
    /// Whether content begins as JSON does, and with a member of events; XML may stand among any text.
    pub(super) fn begin(start: &[u8]) -> bool {
        let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
        let start = match start.iter().position(|byte| *byte == b'\n') {
            Some(end) if is_record_line(&start[..end]) => &start[end + 1..],
            _ => start,
        };
        let place = |words: &[u8]| memchr::memmem::find(start, words);
        let names = [&b"\"Event\""[..]].into_iter().chain(flat_rows::MARKS.iter().copied());
        let member = names.filter_map(place).min();
        // A row may hold the XML that it was made of.
        let xml =
            place(b"<Event").filter(|_| place(b"\"winlog\"").is_none()).unwrap_or(start.len());
        matches!(start.trim_ascii_start().first(), Some(b'{' | b'['))
            && member.is_some_and(|member| member < xml)
    }

    pub(super) fn new(input: impl Read + Send + 'static) -> Self {
        let mut input = BufReader::new(WithoutMark::new(input).take(MAXIMUM_VALUE));
        let mut start = Vec::new();
        // What cannot be read here cannot be read below either, and is said there.
        let _ = input.by_ref().take(RECORD.len() as u64).read_to_end(&mut start);
        let has_records = start == RECORD;
        let input = Cursor::new(start).chain(input);
        let input: Box<dyn Read + Send> = if has_records {
            Box::new(BufReader::new(WithoutRecordLines::new(input)))
        } else {
            Box::new(input)
        };
        let values = Deserializer::from_reader(input).into_iter();
        Self { values, waiting: VecDeque::new(), count: 0 }
    }

    /// The number of the value that was read last, from 1.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The XML of the next event; `None` at the end.
    ///
    /// # Errors
    /// The file cannot be read, or is no JSON from there on.
    pub(super) fn next(&mut self) -> io::Result<Option<String>> {
        loop {
            while let Some(value) = self.waiting.pop_front() {
                self.count += 1;
                if let Some(xml) = event_xml(value) {
                    return Ok(Some(xml));
                }
            }
            match self.values.next() {
                None => return Ok(None),
                Some(Ok(value)) => match flat_rows::rows_of(value) {
                    Value::Array(values) => self.waiting.extend(values),
                    value => self.waiting.push_back(value),
                },
                Some(Err(error)) => return Err(error.into()),
            }
        }
    }
}

/// How a line begins that evtx_dump writes above each event: `Record 4711`.
const RECORD: &[u8] = b"Record ";

fn is_record_line(line: &[u8]) -> bool {
    let number = line.trim_ascii_end().strip_prefix(RECORD);
    number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

/// The output of evtx_dump without the lines that stand above the events.
struct WithoutRecordLines<R> {
    input: R,
    line: Vec<u8>,
    given: usize,
}

impl<R> WithoutRecordLines<R> {
    fn new(input: R) -> Self {
        Self { input, line: Vec::new(), given: 0 }
    }
}

impl<R: BufRead> Read for WithoutRecordLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.line.len() {
            self.line.clear();
            self.given = 0;
            if self.input.read_until(b'\n', &mut self.line)? == 0 {
                return Ok(0);
            }
            if is_record_line(&self.line) {
                self.line.clear();
            }
        }
        let rest = &self.line[self.given..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.given += length;
        Ok(length)
    }
}

/// An input without the byte order mark of UTF-8.
struct WithoutMark<R> {
    input: R,
    is_begun: bool,
}

impl<R> WithoutMark<R> {
    fn new(input: R) -> Self {
        Self { input, is_begun: false }
    }
}

impl<R: Read> Read for WithoutMark<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_begun || buffer.len() < 3 {
            return self.input.read(buffer);
        }
        self.is_begun = true;
        let mut start = Vec::with_capacity(3);
        self.input.by_ref().take(3).read_to_end(&mut start)?;
        let kept = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start);
        buffer[..kept.len()].copy_from_slice(kept);
        if kept.is_empty() { self.input.read(buffer) } else { Ok(kept.len()) }
    }
}

/// The XML of an event; `None` of other values.
fn event_xml(value: Value) -> Option<String> {
    let Value::Object(mut object) = value else { return None };
    // What chainsaw found stands inside what it says of it.
    for name in ["document", "data"] {
        if let Some(Value::Object(inner)) = object.remove(name) {
            object = inner;
        }
    }
    if let Some(xml) = flat_rows::original_xml(&object) {
        return Some(xml.to_owned());
    }
    let event = match object.remove("Event") {
        Some(event) => event,
        None => Value::Object(flat_rows::event_of(&object)?),
    };
    let mut xml = String::new();
    write_element(&mut xml, "Event", &event);
    Some(xml)
}

fn write_element(xml: &mut String, name: &str, value: &Value) {
    let is_name = |name: &str| {
        !name.is_empty()
            && !name.starts_with(|first: char| first.is_ascii_digit())
            && name
                .chars()
                .all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-' | '.'))
    };
    if !is_name(name) {
        return;
    }
    let empty = Map::new();
    let object = match value {
        Value::Array(values) => {
            for value in values {
                write_element(xml, name, value);
            }
            return;
        }
        Value::Object(object) => object,
        _ => &empty,
    };
    if let Some(Value::Array(texts)) = object.get("#text") {
        for text in texts {
            write_element(xml, name, text);
        }
        return;
    }
    // Writing to a string cannot fail.
    let _ = write!(xml, "<{name}");
    let own = object.get("#attributes").and_then(Value::as_object).into_iter().flatten();
    let marked = object.iter().filter_map(|(name, value)| Some((name.strip_prefix('@')?, value)));
    for (name, value) in own.map(|(name, value)| (name.as_str(), value)).chain(marked) {
        if is_name(name) {
            let _ = write!(xml, " {name}=\"{}\"", escape(text_of(value)));
        }
    }
    xml.push('>');
    let text = object.get("#text").unwrap_or(value);
    xml.push_str(&escape(text_of(text)));
    for (name, value) in object {
        if name.starts_with(['#', '@']) || name.ends_with("_attributes") {
            continue;
        }
        match object.get(&format!("{name}_attributes")) {
            Some(attributes) => {
                write_element(xml, name, &with_attributes(value, attributes));
            }
            None => write_element(xml, name, value),
        }
    }
    for (name, attributes) in object {
        let own = name.strip_suffix("_attributes");
        if let Some(name) = own.filter(|name| !object.contains_key(*name)) {
            write_element(xml, name, &with_attributes(&Value::Null, attributes));
        }
    }
    let _ = write!(xml, "</{name}>");
}

fn with_attributes(value: &Value, attributes: &Value) -> Value {
    let mut object = match value {
        Value::Object(object) => object.clone(),
        value => Map::from_iter([("#text".to_owned(), value.clone())]),
    };
    object.insert("#attributes".to_owned(), attributes.clone());
    Value::Object(object)
}

/// A scalar as text; nothing of all else.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r##"{"Event":{"System":{"EventID":30,"Provider":{"#attributes":{"Name":"P & Q"}}},
        "UserData":{"Result":{"#attributes":{"value":"800B0109"},"#text":"a < b"}}}}"##;
    const XML: &str = "<Event><System><EventID>30</EventID><Provider Name=\"P &amp; Q\"></Provider></System>\
        <UserData><Result value=\"800B0109\">a &lt; b</Result></UserData></Event>";

    fn events(json: &str) -> Vec<String> {
        let mut events = JsonEvents::new(io::Cursor::new(json.as_bytes().to_vec()));
        std::iter::from_fn(|| events.next().unwrap()).collect()
    }

    #[test]
    fn each_tool_gives_the_xml_that_it_read() {
        let one_line = EVENT.replace('\n', "");
        let flat = r##"{"EventId":30,"Provider":"P & Q","TimeCreated":"T","EventRecordId":1,
            "Channel":"C","Computer":"X",
            "Payload":"{\"UserData\":{\"Result\":{\"@value\":\"800B0109\",\"#text\":\"a < b\"}}}"}"##;
        assert_eq!(events(EVENT), [XML]);
        assert_eq!(events(&format!("\u{FEFF}[{EVENT},{EVENT}]")), [XML, XML]);
        assert_eq!(events(&format!("{one_line}\n{one_line}\n")), [XML, XML]);
        assert_eq!(events(&format!("[{{\"document\":{{\"data\":{EVENT}}}}}]")), [XML]);
        let separate = r#"{"Event":{"System":{"EventID":30,"Provider_attributes":{"Name":"P & Q"}},
            "UserData":{"Result_attributes":{"value":"800B0109"},"Result":"a < b"}}}"#;
        assert_eq!(events(separate), [XML]);
        let [xml] = &events(flat)[..] else { panic!() };
        for part in
            ["<Result value=\"800B0109\">a &lt; b</Result>", "SystemTime=\"T\"", "<EventID>30<"]
        {
            assert!(xml.contains(part), "{xml}");
        }
        let list = r##"{"Event":{"EventData":{"Data":{"#text":["a","b"]}}}}"##;
        assert_eq!(
            events(list),
            ["<Event><EventData><Data>a</Data><Data>b</Data></EventData></Event>"]
        );
        assert!(events(r#"{"Name":"no event"} 7 [8]"#).is_empty());
        let dump = format!("Record 4711\r\n{EVENT}\r\nRecord 4712\n{EVENT}\n");
        assert!(JsonEvents::begin(dump.as_bytes()));
        assert_eq!(events(&dump), [XML, XML]);
        assert!(!JsonEvents::begin(b"Record of {\"Event\": 1}\n"));
    }
}
