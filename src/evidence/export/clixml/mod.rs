//! CliXml, as Export-Clixml writes it (MS-PSRP, section 2.2.5).
//!
//! Read as a stream of events on a stack of its own, so that neither depth nor size of a file can
//! exhaust the call stack; entities other than those of XML itself are never expanded, and
//! references share what they point to.

mod frame;
mod text;

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use self::frame::{Frame, Role};
use self::text::unescape;
use super::parsed::{Parsed, TakeBag};
use super::problem::ProblemKind;
use super::texts::Texts;
use super::value::{PropertyBag, Value};

/// Levels of objects inside each other; Export-Clixml writes 2 unless -Depth says otherwise.
const MAXIMUM_DEPTH: usize = 48;
/// Values in one file: about two thousand objects of Exchange with everything they hold.
const MAXIMUM_VALUES: usize = 2_000_000;

pub(super) fn read(text: &str, take: TakeBag<'_>) -> Parsed {
    let mut document = Document::new(take);
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    loop {
        let offset = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(event) => document.event(&event, offset),
            Err(error) => {
                let offset = usize::try_from(reader.error_position()).unwrap_or(offset);
                document.cut_off();
                let message = error.to_string();
                document.parsed.report(offset, ProblemKind::Xml { message });
                return document.parsed;
            }
        }
        if document.value_count > MAXIMUM_VALUES {
            document.parsed.report(offset, ProblemKind::TooManyValues { maximum: MAXIMUM_VALUES });
            return document.parsed;
        }
    }
    document.cut_off();
    document.parsed
}

struct Document<'a> {
    parsed: Parsed,
    take: TakeBag<'a>,
    frames: Vec<Frame>,
    /// Elements below one that is passed over.
    skipped_depth: usize,
    objects: HashMap<String, (Value, usize)>,
    type_names: HashMap<String, Arc<[Arc<str>]>>,
    texts: Texts,
    value_count: usize,
}

impl<'a> Document<'a> {
    fn new(take: TakeBag<'a>) -> Self {
        Self {
            parsed: Parsed::default(),
            take,
            frames: Vec::new(),
            skipped_depth: 0,
            objects: HashMap::new(),
            type_names: HashMap::new(),
            texts: Texts::default(),
            value_count: 0,
        }
    }

    fn event(&mut self, event: &Event<'_>, offset: usize) {
        match event {
            Event::Start(start) => self.start(start, offset),
            Event::End(_) => self.end(),
            Event::Text(text) => self.characters(text),
            Event::CData(text) => self.characters(text),
            Event::GeneralRef(reference) => self.reference(reference, offset),
            Event::DocType(_) => {
                let what = "a document type".to_owned();
                self.parsed.report(offset, ProblemKind::Declaration { what });
            }
            _ => {}
        }
    }

    fn start(&mut self, start: &BytesStart<'_>, offset: usize) {
        if self.skipped_depth > 0 {
            self.skipped_depth += 1;
            return;
        }
        let local_name = start.local_name();
        let element: &str = local_name.as_ref();
        let Some(role) = Role::of(element) else {
            let element = element.chars().take(40).collect();
            self.parsed.report(offset, ProblemKind::NotCliXml { element });
            self.skipped_depth = 1;
            return;
        };
        if self.frames.len() >= MAXIMUM_DEPTH * 2 {
            self.parsed.report(offset, ProblemKind::TooDeep { maximum: MAXIMUM_DEPTH });
            self.skipped_depth = 1;
            return;
        }
        let mut frame = Frame::new(role, offset);
        // Without the check for duplicates, whose cost grows with the square of their number.
        for attribute in start.attributes().with_checks(false).flatten() {
            let key = attribute.key.local_name();
            let key: &str = key.as_ref();
            if key == "N" {
                let name = resolve_entities(&attribute.value);
                frame.name = Some(self.texts.shared(&unescape(&name)));
            } else if key == "RefId" {
                frame.id = Some(attribute.value.trim().to_owned());
            }
        }
        self.frames.push(frame);
    }

    fn characters(&mut self, text: &str) {
        if self.skipped_depth == 0
            && let Some(frame) = self.frames.last_mut().filter(|frame| frame.role.holds_text())
        {
            frame.text.push_str(text);
        }
    }

    fn reference(&mut self, reference: &BytesRef<'_>, offset: usize) {
        let name: &str = reference;
        if let Some(text) = quick_xml::escape::resolve_predefined_entity(name) {
            self.characters(text);
        } else if let Ok(Some(character)) = reference.resolve_char_ref() {
            self.characters(character.encode_utf8(&mut [0; 4]));
        } else {
            let name: String = name.chars().take(40).collect();
            let what = format!("the entity &{name};");
            self.parsed.report(offset, ProblemKind::Declaration { what });
        }
    }

    fn end(&mut self) {
        if self.skipped_depth > 0 {
            self.skipped_depth -= 1;
            return;
        }
        let Some(mut frame) = self.frames.pop() else { return };
        let text = unescape(&frame.text);
        match frame.role {
            Role::Document | Role::Properties | Role::DictionaryEntry => self.merge_up(frame),
            Role::TypeName => {
                if let Some(parent) = self.frames.last_mut() {
                    parent.type_names.push(text.into());
                }
            }
            Role::TypeNames => {
                let names: Arc<[Arc<str>]> = frame.type_names.into();
                if let Some(id) = frame.id {
                    self.type_names.insert(id, names.clone());
                }
                self.set_type(names);
            }
            Role::TypeNamesReference => {
                let id = frame.id.unwrap_or_default();
                match self.type_names.get(&id).cloned() {
                    Some(names) => self.set_type(names),
                    None => {
                        self.parsed.report(frame.offset, ProblemKind::UndefinedReference { id });
                    }
                }
            }
            Role::ObjectText => {
                let text = text.into();
                if let Some(parent) = self.frames.last_mut() {
                    parent.object_text = Some(text);
                }
            }
            Role::List | Role::Dictionary => {
                if let Some(parent) = self.frames.last_mut() {
                    parent.height = parent.height.max(frame.height);
                    if frame.role == Role::List {
                        parent.elements = Some(frame.values.into());
                    } else {
                        parent.properties.append(&mut frame.properties);
                    }
                }
            }
            Role::Object => {
                let (id, height, name) = (frame.id.take(), frame.height + 1, frame.name.take());
                let value = frame.into_value();
                if let Some(id) = id {
                    self.objects.insert(id, (value.clone(), height));
                }
                self.add(name, value, height);
            }
            Role::Reference => self.resolve(frame),
            Role::Null | Role::Secret => self.add(frame.name, Value::Null, 0),
            Role::Text => {
                let value = Value::Text(self.texts.shared(&text));
                self.add(frame.name, value, 0);
            }
            Role::Bool => {
                let value = match text.trim() {
                    "true" | "True" | "1" => Value::Bool(true),
                    "false" | "False" | "0" => Value::Bool(false),
                    other => Value::text(other),
                };
                self.add(frame.name, value, 0);
            }
            Role::Number => {
                let number = text.trim().parse().map(Value::Number);
                let value = number.unwrap_or_else(|_| Value::text(&text));
                self.add(frame.name, value, 0);
            }
            Role::Bytes => {
                let compact: String = text.split_ascii_whitespace().collect();
                let value = match STANDARD.decode(compact.as_bytes()) {
                    Ok(bytes) => Value::Bytes(bytes.into()),
                    Err(_) => Value::text(&text),
                };
                self.add(frame.name, value, 0);
            }
        }
    }

    /// Gives what an element without a value of its own holds to the element around it.
    fn merge_up(&mut self, mut frame: Frame) {
        let Some(parent) = self.frames.last_mut() else { return };
        parent.height = parent.height.max(frame.height);
        if frame.role == Role::DictionaryEntry {
            let mut values = frame.properties.into_iter();
            let (Some((_, key)), Some((_, value))) = (values.next(), values.next()) else { return };
            parent.properties.push((key.as_text().unwrap_or_default().into(), value));
        } else {
            parent.properties.append(&mut frame.properties);
        }
    }

    fn set_type(&mut self, names: Arc<[Arc<str>]>) {
        if let Some(object) = self.frames.last_mut() {
            object.type_name_list = names;
        }
    }

    fn resolve(&mut self, frame: Frame) {
        let id = frame.id.unwrap_or_default();
        match self.objects.get(&id).cloned() {
            // A chain of references must not build what could not be written openly.
            Some((value, height)) if height + self.frames.len() <= MAXIMUM_DEPTH * 2 => {
                self.add(frame.name, value, height);
            }
            Some(_) => {
                self.parsed.report(frame.offset, ProblemKind::TooDeep { maximum: MAXIMUM_DEPTH });
                self.add(frame.name, Value::Null, 0);
            }
            None => {
                self.parsed.report(frame.offset, ProblemKind::UndefinedReference { id });
                self.add(frame.name, Value::Null, 0);
            }
        }
    }

    /// Adds a value to the element around it; a value of the document itself is an object found.
    fn add(&mut self, name: Option<Arc<str>>, value: Value, height: usize) {
        self.value_count += 1;
        match self.frames.last_mut() {
            Some(parent) if parent.role != Role::Document => {
                parent.height = parent.height.max(height);
                parent.add(name, value);
            }
            // The document itself, or a fragment without the element Objs around it.
            _ => self.parsed.hand_over(value, self.take),
        }
    }

    /// Reports the outermost object that the file breaks off in.
    fn cut_off(&mut self) {
        if let Some(frame) = self.frames.iter().find(|frame| frame.role != Role::Document) {
            self.parsed.report(frame.offset, ProblemKind::Truncated);
        } else if let Some(frame) = self.frames.first() {
            self.parsed.report(frame.offset, ProblemKind::Truncated);
        }
        self.frames.clear();
    }
}

/// The predefined entities of XML in an attribute; others stay as they are.
fn resolve_entities(text: &str) -> std::borrow::Cow<'_, str> {
    quick_xml::escape::unescape(text).unwrap_or(std::borrow::Cow::Borrowed(text))
}

impl Frame {
    /// The value of a complete object.
    fn into_value(self) -> Value {
        let has_properties = !self.properties.is_empty();
        if let Some(elements) = self.elements {
            return Value::List(elements);
        }
        if !has_properties || self.values.len() == 1 {
            // An enumeration value, or a value that carries notes: the text says more than a number.
            match (self.values.into_iter().next(), &self.object_text) {
                (Some(Value::Number(_)), Some(text)) if !text.is_empty() => {
                    return Value::Text(text.clone());
                }
                (Some(value), _) => return value,
                (None, _) => {}
            }
        }
        Value::Bag(Arc::new(PropertyBag {
            type_names: self.type_name_list,
            text: self.object_text,
            properties: self.properties.into_boxed_slice().into_vec(),
            was_broken: false,
            offset: self.offset,
        }))
    }
}
