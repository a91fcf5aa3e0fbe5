//! Objects of Get-Queue, Get-Message and Get-MessageTrackingLog to errors, by the names of their
//! properties: live, rehydrated or exported.

use std::collections::HashMap;

use super::error::{DeliveryError, DeliveryErrorSource};
use super::retry_time::ErrorDates;
use super::tracking_event::{Servers, is_failure};
use super::transport_event::TransportEvent;
use crate::evidence::export::{PropertyBag, TimeReading, Value};
use crate::reply::{RejectionClass, explain};
use crate::timestamp::Timestamp;

/// What an object held.
pub(super) enum ObjectErrors {
    Errors(Vec<DeliveryError>),
    /// A queue, message or event without an error.
    NoError,
    OtherKind,
}

/// Where an object stands, and how the dates of its file are ordered.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub path: &'a str,
    pub line: u64,
    pub dates: &'a ErrorDates,
}

pub(super) fn read(place: Place<'_>, bag: &PropertyBag) -> ObjectErrors {
    let has = |name: &str| bag.get(name).is_some();
    if has("RecipientStatus") && (has("EventId") || has("MessageId")) {
        tracking_event(place, bag)
    } else if has("Detail") && has("Event") {
        trace_event(place, bag)
    } else if has("Message")
        && ((has("Id") && has("ProviderName")) || (has("EventID") && has("Source")))
    {
        application_event(place, bag)
    } else if let Some(errors) = event_of_tool(place, bag).or_else(|| event_of_timeline(place, bag))
    {
        errors
    } else if !has("LastError") {
        ObjectErrors::OtherKind
    } else if text(bag, "FromAddress").or_else(|| text(bag, "InternetMessageId")).is_some() {
        queued_message(place, bag)
    } else {
        queue(place, bag)
    }
}

fn queue(place: Place<'_>, bag: &PropertyBag) -> ObjectErrors {
    let Some(last_error) = last_error(bag) else { return ObjectErrors::NoError };
    let mut error = of_object(DeliveryErrorSource::Queue, place, &last_error);
    error.identity = text(bag, "Identity");
    error.reporting_server = server_of(error.identity.as_deref()).or_else(|| server(bag));
    error.next_hop = text(bag, "NextHopDomain");
    error.message_count = text(bag, "MessageCount").and_then(|count| count.parse().ok());
    set_time(&mut error, place.dates, bag, &["LastRetryTime"]);
    ObjectErrors::Errors(vec![error])
}

fn queued_message(place: Place<'_>, bag: &PropertyBag) -> ObjectErrors {
    let Some(last_error) = last_error(bag) else { return ObjectErrors::NoError };
    let mut error = of_object(DeliveryErrorSource::QueuedMessage, place, &last_error);
    error.identity = text(bag, "Identity");
    error.reporting_server = server_of(error.identity.as_deref()).or_else(|| server(bag));
    error.sender = text(bag, "FromAddress");
    // With -IncludeRecipientInfo: `address;type;status;...`.
    let address = |recipient: String| recipient.split(';').next().unwrap_or_default().to_owned();
    error.recipients = texts(bag, "Recipients").into_iter().map(address).collect();
    error.recipients.retain(|recipient| recipient.contains('@'));
    set_message_id(&mut error, text(bag, "InternetMessageId"));
    set_time(&mut error, place.dates, bag, &["LastRetryTime"]);
    ObjectErrors::Errors(vec![error])
}

/// LastError in one line: no value of it has line feeds of its own. Where its lines can be put
/// together in several ways, the first that is understood.
fn last_error(bag: &PropertyBag) -> Option<String> {
    let in_one_line = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    if let Some(Value::Readings(readings)) = bag.get("LastError") {
        let mut texts = readings.iter().map(|reading| in_one_line(reading));
        let first = texts.next();
        let understood = |text: &String| {
            explain(text).rejection.is_some_and(|class| class != RejectionClass::Unclassified)
        };
        return first.clone().filter(understood).or_else(|| texts.find(understood)).or(first);
    }
    text(bag, "LastError").map(|text| in_one_line(&text))
}

/// RecipientStatus has one status for each of Recipients.
fn tracking_event(place: Place<'_>, bag: &PropertyBag) -> ObjectErrors {
    let is_failure = text(bag, "EventId").is_some_and(|event| is_failure(&event));
    let source = text(bag, "Source");
    let servers =
        Servers::of(source.as_deref(), text(bag, "ClientHostname"), text(bag, "ServerHostname"));
    let recipients = texts(bag, "Recipients");
    let statuses = texts(bag, "RecipientStatus");
    let mut errors: Vec<DeliveryError> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (number, status) in statuses.iter().enumerate() {
        let own = (statuses.len() == recipients.len()).then(|| &recipients[number..=number]);
        let own = own.unwrap_or(if errors.is_empty() { &recipients } else { &[] });
        let known = places.get(status.trim()).and_then(|place| errors.get_mut(*place));
        if let Some(known) = known {
            known.recipients.extend_from_slice(own);
            continue;
        }
        let mut error = of_object(DeliveryErrorSource::TrackingLog, place, status);
        let is_refusal = error.explanation.code.is_some_and(|code| code >= 400)
            || (error.explanation.recognised && is_failure);
        if !is_refusal {
            continue;
        }
        error.identity = text(bag, "InternalMessageId");
        error.reporting_server = servers.reporting.clone().or_else(|| server(bag));
        error.next_hop.clone_from(&servers.next_hop);
        error.sender = text(bag, "Sender");
        error.recipients = own.to_vec();
        error.explanation.send_connector =
            error.explanation.send_connector.take().or_else(|| text(bag, "ConnectorId"));
        set_message_id(&mut error, text(bag, "MessageId"));
        set_time(&mut error, place.dates, bag, &["Timestamp", "TimestampUtc"]);
        places.insert(status.trim(), errors.len());
        errors.push(error);
    }
    if errors.is_empty() { ObjectErrors::NoError } else { ObjectErrors::Errors(errors) }
}

/// An event of Get-MessageTraceDetail or Get-MessageTraceDetailV2: its Detail has the reply.
fn trace_event(place: Place<'_>, bag: &PropertyBag) -> ObjectErrors {
    let Some(detail) = text(bag, "Detail") else { return ObjectErrors::NoError };
    let mut error = of_object(DeliveryErrorSource::MessageTrace, place, &detail);
    let is_refusal =
        error.explanation.code.is_some_and(|code| code >= 400) || error.explanation.recognised;
    if !is_refusal {
        return ObjectErrors::NoError;
    }
    // Get-MessageTraceDetail shows its names with blanks.
    let either = |one: &str, other: &str| text(bag, one).or_else(|| text(bag, other));
    error.identity = either("MessageTraceId", "Message Trace ID");
    error.sender = text(bag, "SenderAddress");
    error.recipients = text(bag, "RecipientAddress").into_iter().collect();
    set_message_id(&mut error, either("MessageId", "Message ID"));
    set_time(&mut error, place.dates, bag, &["Date"]);
    ObjectErrors::Errors(vec![error])
}

/// What stands in place of a value where an export was not deep enough.
const PROPERTY_TYPE: &str = "System.Diagnostics.Eventing.Reader.EventProperty";

/// An object of Get-WinEvent, or of Get-EventLog.
fn application_event(place: Place<'_>, bag: &PropertyBag) -> ObjectErrors {
    let value_of = |value: &Value| match value {
        Value::Bag(bag) => text(bag, "Value"),
        value => value.as_text(),
    };
    let values = bag.get("Properties").or_else(|| bag.get("ReplacementStrings"));
    let values = values.and_then(Value::as_list).unwrap_or_default();
    let either = |one: &str, other: &str| text(bag, one).or_else(|| text(bag, other));
    let event = TransportEvent {
        id: either("Id", "EventID").and_then(|id| id.parse().ok()).unwrap_or_default(),
        provider: either("ProviderName", "Source").unwrap_or_default(),
        computer: text(bag, "MachineName").or_else(|| server(bag)),
        message: text(bag, "Message"),
        values: values.iter().filter_map(value_of).filter(|value| value != PROPERTY_TYPE).collect(),
        ..TransportEvent::default()
    };
    of_event(&event, place, bag, &["TimeCreated", "TimeGenerated"])
}

/// An event as EvtxECmd writes it in a row of CSV, whose Payload is JSON.
fn event_of_tool(place: Place<'_>, bag: &PropertyBag) -> Option<ObjectErrors> {
    let (id, provider) = (text(bag, "EventId")?, text(bag, "Provider")?);
    let data: serde_json::Value = serde_json::from_str(&text(bag, "Payload")?).unwrap_or_default();
    let mut values = Vec::new();
    texts_within(&data["EventData"]["Data"], &mut values);
    let event = TransportEvent {
        id: id.parse().unwrap_or_default(),
        provider,
        computer: text(bag, "Computer"),
        // It writes UTC, and no zone.
        time: text(bag, "TimeCreated").as_deref().and_then(Timestamp::parse),
        values,
        ..TransportEvent::default()
    };
    Some(of_event(&event, place, bag, &["TimeCreated"]))
}

/// An event as a row of hayabusa's timeline in CSV: its values stand in one column, with their numbers. Numbers
/// above 12000 in the Application log are those of Exchange's transport, among the events that are read.
fn event_of_timeline(place: Place<'_>, bag: &PropertyBag) -> Option<ObjectErrors> {
    let (id, channel) = (text(bag, "EventID")?, text(bag, "Channel")?);
    text(bag, "RuleTitle")?;
    let id = id.parse().unwrap_or_default();
    let is_exchange = channel.starts_with("App") && id > 12_000;
    let provider = if is_exchange { "MSExchangeTransport" } else { channel.as_str() };
    let columns = ["AllFieldInfo", "Details", "ExtraFieldInfo"].into_iter();
    let column = columns.filter_map(|name| text(bag, name)).find(|column| column.contains("Data"));
    let values = column.iter().flat_map(|column| column.split(['\u{A6}', '\n']));
    let values = values.filter_map(|value| Some(value.split_once(':')?.1.trim().to_owned()));
    // `2026-11-12 07:08:09.101 +00:00`
    let time = text(bag, "Timestamp").map(|time| time.replacen(' ', "T", 1).replace(' ', ""));
    let event = TransportEvent {
        id,
        provider: text(bag, "Provider").unwrap_or_else(|| provider.to_owned()),
        computer: text(bag, "Computer"),
        time: time.as_deref().and_then(Timestamp::parse),
        values: values.collect(),
        ..TransportEvent::default()
    };
    Some(of_event(&event, place, bag, &[]))
}

/// The texts of JSON, parted at commas where a tool has joined them.
fn texts_within(value: &serde_json::Value, texts: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => texts.extend(text.split(", ").map(str::to_owned)),
        serde_json::Value::Array(values) => {
            for value in values {
                texts_within(value, texts);
            }
        }
        serde_json::Value::Object(object) => {
            if let Some(value) = object.get("#text") {
                texts_within(value, texts);
            }
        }
        _ => {}
    }
}

fn of_event(
    event: &TransportEvent,
    place: Place<'_>,
    bag: &PropertyBag,
    times: &[&str],
) -> ObjectErrors {
    match event.error(place.path, place.line) {
        Some(mut error) => {
            set_time(&mut error, place.dates, bag, times);
            ObjectErrors::Errors(vec![error])
        }
        None => ObjectErrors::OtherKind,
    }
}

fn of_object(source: DeliveryErrorSource, place: Place<'_>, last_error: &str) -> DeliveryError {
    let Place { path, line, .. } = place;
    DeliveryError { source, line, ..DeliveryError::undated(path, last_error) }
}

/// Gives an error its time: the stamp inside the text is nearer to the attempt than the object's,
/// which is used with its zone alone. CSV and Format-List text drop that, and local time taken for UTC
/// would find the wrong session.
fn set_time(error: &mut DeliveryError, dates: &ErrorDates, bag: &PropertyBag, names: &[&str]) {
    let printed = names.iter().find_map(|name| Some((*name, text(bag, name)?)));
    let reading = printed.as_ref().and_then(|(_, printed)| dates.value(printed));
    error.add_retry_time(dates, reading.and_then(TimeReading::stated));
    if error.time.is_some() {
        return;
    }
    match (printed, reading) {
        (_, Some(TimeReading::Utc(time))) => error.time = Some(time.into()),
        (Some((name, printed)), _) => {
            error.explanation.uncertain.push(format!(
                "{name} ({printed}) comes without a time zone, and is not used to find the session: \
                 export with Export-Clixml."
            ));
        }
        (None, _) => {}
    }
}

fn set_message_id(error: &mut DeliveryError, id: Option<String>) {
    if let Some(id) = id {
        error.explanation.internet_message_id = Some(id);
    }
}

/// `EX1\3` and `EX1\3\12345` begin with the server.
fn server_of(identity: Option<&str>) -> Option<String> {
    let (server, _) = identity?.split_once('\\')?;
    (!server.is_empty()).then(|| server.to_owned())
}

fn server(bag: &PropertyBag) -> Option<String> {
    text(bag, "Server").or_else(|| text(bag, "PSComputerName"))
}

fn text(bag: &PropertyBag, name: &str) -> Option<String> {
    let text = bag.get(name)?.as_text()?;
    (!matches!(text.as_str(), "{}" | "[]" | "$null")).then_some(text)
}

/// The values of a list, also of one in the braces of Format-List, where a status can hold commas.
fn texts(bag: &PropertyBag, name: &str) -> Vec<String> {
    let Some(value) = bag.get(name) else { return Vec::new() };
    if let Some(values) = value.as_list() {
        return values.iter().filter_map(Value::as_text).collect();
    }
    let Some(text) = value.as_text() else { return Vec::new() };
    let inner = text
        .strip_prefix('{')
        .filter(|inner| !inner.starts_with("LED="))
        .map_or(text.as_str(), |inner| inner.strip_suffix('}').unwrap_or(inner));
    if inner.contains("LED=") {
        // Put back what the separator took of its neighbours.
        let marked = inner.replace("], [", "]\n[");
        return marked.lines().map(|part| part.trim().to_owned()).collect();
    }
    if !inner.contains('@') {
        return vec![inner.trim().to_owned()];
    }
    inner.split(", ").map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}
