//! Events that tools write as flat rows: EvtxECmd (its Payload is JSON again, with attributes as `@x`),
//! winlogbeat (`winlog.event_data`, as it writes them to a file or Elasticsearch gives them back),
//! Velociraptor (`parse_evtx`) and the timelines of hayabusa. Each becomes the object `Event` that other tools write.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A member of such rows alone, in whatever order they have them.
pub(super) const MARKS: &[&[u8]] =
    &[b"\"Payload\"", b"\"winlog\"", b"\"RuleTitle\"", b"\"System\""];

/// The rows of an answer of Elasticsearch (`hits.hits`); other values as they are.
pub(super) fn rows_of(mut value: Value) -> Value {
    match value.pointer_mut("/hits/hits") {
        Some(rows) => rows.take(),
        None => value,
    }
}

/// The event of a row; `None` of other objects.
pub(super) fn event_of(row: &Map<String, Value>) -> Option<Map<String, Value>> {
    of_evtx_e_cmd(row)
        .or_else(|| of_winlogbeat(row))
        .or_else(|| of_velociraptor(row))
        .or_else(|| of_hayabusa(row))
}

/// The XML of an event, where winlogbeat was told to keep it (`include_xml`).
pub(super) fn original_xml(row: &Map<String, Value>) -> Option<&str> {
    let source = row.get("_source").and_then(Value::as_object).unwrap_or(row);
    source.get("event")?.get("original")?.as_str().filter(|text| text.starts_with("<Event"))
}

fn of_evtx_e_cmd(row: &Map<String, Value>) -> Option<Map<String, Value>> {
    let payload: Value = serde_json::from_str(row.get("Payload")?.as_str()?).ok()?;
    let Value::Object(mut event) = payload else { return None };
    // Values without a name are joined.
    if let Some(data) = event.get_mut("EventData").and_then(|data| data.get_mut("Data"))
        && let Value::String(joined) = data
    {
        *data = joined.split(", ").map(Value::from).collect();
    }
    let system = json!({
        "Provider": attribute("Name", row.get("Provider")?),
        "EventID": row.get("EventId")?,
        "TimeCreated": attribute("SystemTime", row.get("TimeCreated")?),
        "EventRecordID": row.get("EventRecordId"),
        "Channel": row.get("Channel"),
        "Computer": row.get("Computer"),
    });
    event.insert("System".to_owned(), system);
    Some(event)
}

fn of_winlogbeat(row: &Map<String, Value>) -> Option<Map<String, Value>> {
    let source = row.get("_source").and_then(Value::as_object).unwrap_or(row);
    let log = source.get("winlog")?.as_object()?;
    let system = json!({
        "Provider": attribute("Name", log.get("provider_name")?),
        "EventID": log.get("event_id").or_else(|| source.get("event")?.get("code"))?,
        "TimeCreated": attribute("SystemTime", source.get("@timestamp").unwrap_or(&Value::Null)),
        "EventRecordID": log.get("record_id"),
        "Channel": log.get("channel"),
        "Computer": log.get("computer_name"),
    });
    let values = ["event_data", "user_data"].into_iter().find_map(|name| log.get(name));
    Some(event(system, &values.map(numbered).unwrap_or_default(), source.get("message")))
}

/// A row has System and EventData as Windows has them, with objects in place of attributes, and the time in
/// seconds since 1970.
fn of_velociraptor(row: &Map<String, Value>) -> Option<Map<String, Value>> {
    let own = row.get("System")?.as_object()?;
    let id = own.get("EventID")?;
    let time = own.get("TimeCreated").and_then(|time| time.get("SystemTime"));
    let time = match time {
        Some(Value::Number(seconds)) => seconds.as_f64().and_then(of_unix).map(Value::from),
        time => time.cloned(),
    };
    let system = json!({
        "Provider": attribute("Name", own.get("Provider")?.get("Name")?),
        "EventID": id.get("Value").unwrap_or(id),
        "TimeCreated": attribute("SystemTime", &time.unwrap_or_default()),
        "EventRecordID": own.get("EventRecordID"),
        "Channel": own.get("Channel"),
        "Computer": own.get("Computer"),
    });
    Some(event(system, &numbered(row.get("EventData")?), row.get("Message")))
}

/// Seconds since 1970 as RFC 3339 has them.
fn of_unix(seconds: f64) -> Option<String> {
    // Milliseconds are exact in a number of that size.
    #[expect(clippy::cast_possible_truncation, reason = "out of range is at the edge of the range")]
    let milliseconds = (seconds * 1000.0).round() as i128;
    let time = OffsetDateTime::from_unix_timestamp_nanos(milliseconds * 1_000_000).ok()?;
    time.format(&Rfc3339).ok()
}

/// A row of a timeline has the provider in some profiles only. Numbers above 12000 in the
/// Application log are those of Exchange's transport, among the events that are read.
fn of_hayabusa(row: &Map<String, Value>) -> Option<Map<String, Value>> {
    let id = row.get("EventID")?;
    let (channel, time) = (row.get("Channel")?.as_str()?, row.get("Timestamp")?.as_str()?);
    let of_number = || {
        let is_exchange = channel.starts_with("App") && id.as_u64()? > 12_000;
        is_exchange.then(|| Value::from("MSExchangeTransport"))
    };
    let provider = row.get("Provider").cloned().or_else(of_number)?;
    // `2026-11-12 07:08:09.101 +00:00`, or as RFC 3339 has it.
    let time = time.replacen(' ', "T", 1).replace(' ', "");
    let system = json!({
        "Provider": attribute("Name", &provider),
        "EventID": id,
        "TimeCreated": attribute("SystemTime", &Value::from(time)),
        "EventRecordID": row.get("RecordID"),
        "Channel": channel,
        "Computer": row.get("Computer"),
    });
    let fields = ["AllFieldInfo", "Details", "ExtraFieldInfo"].into_iter();
    let mut values = fields.filter_map(|name| row.get(name)).map(numbered);
    let values = values.find(|values| !values.is_empty()).unwrap_or_default();
    Some(event(system, &values, None))
}

fn event(system: Value, values: &[Value], message: Option<&Value>) -> Map<String, Value> {
    let mut event = Map::new();
    event.insert("System".to_owned(), system);
    event.insert("EventData".to_owned(), json!({ "Data": values }));
    if let Some(message) = message {
        event.insert("RenderingInfo".to_owned(), json!({ "Message": message }));
    }
    event
}

fn attribute(name: &str, value: &Value) -> Value {
    json!({ format!("@{name}"): value })
}

/// The values of an object in the order of the numbers in their names (`param1`, `Data[1]`), those of a
/// list below one name in their own.
fn numbered(values: &Value) -> Vec<Value> {
    let Some(object) = values.as_object() else { return Vec::new() };
    let number = |name: &str| -> u64 {
        let digits: String = name.chars().filter(char::is_ascii_digit).collect();
        digits.parse().unwrap_or(u64::MAX)
    };
    let mut named: Vec<(&String, &Value)> = object.iter().collect();
    named.sort_by_key(|(name, _)| number(name));
    let values = named.into_iter().flat_map(|(_, value)| match value {
        Value::Array(values) => values.clone(),
        value => vec![value.clone()],
    });
    values.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(json: &Value) -> Map<String, Value> {
        json.as_object().unwrap().clone()
    }

    #[test]
    fn values_stand_in_the_order_of_their_numbers_whatever_that_of_the_row() {
        let values = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"];
        let named = |form: &dyn Fn(usize) -> String| -> Value {
            values.iter().enumerate().rev().map(|(at, v)| (form(at + 1), json!(v))).collect()
        };
        let winlogbeat = json!({
            "@timestamp": "2026-10-03T11:22:33.123Z",
            "winlog": {
                "provider_name": "MSExchangeTransport", "event_id": "12014", "channel": "Application",
                "computer_name": "MX07", "event_data": named(&|number| format!("param{number}")),
            },
        });
        let hayabusa = json!({
            "Timestamp": "2026-10-03 13:22:33.123 +02:00", "RuleTitle": "x", "Channel": "App",
            "EventID": 12014, "Computer": "MX07",
            "AllFieldInfo": named(&|number| format!("Data[{number}]")),
        });
        let velociraptor = json!({
            "System": {
                "Provider": { "Name": "MSExchangeTransport" }, "EventID": { "Value": 12014 },
                "TimeCreated": { "SystemTime": 1_790_939_553.25 }, "Computer": "MX07",
            },
            "EventData": { "Data": values },
        });
        let event = event_of(&row(&velociraptor)).unwrap();
        let time = &event["System"]["TimeCreated"]["@SystemTime"];
        assert_eq!(time, "2026-10-02T11:12:33.25Z");
        assert_eq!(event["System"]["EventID"], 12014);
        for row in [
            row(&velociraptor),
            row(&winlogbeat),
            row(&json!({ "_source": winlogbeat })),
            row(&hayabusa),
        ] {
            let event = event_of(&row).unwrap();
            assert_eq!(event["EventData"]["Data"], json!(values));
            assert_eq!(event["System"]["Provider"]["@Name"], "MSExchangeTransport");
            assert_eq!(event["System"]["Computer"], "MX07");
        }
    }

    #[test]
    fn what_names_no_provider_is_of_exchange_by_its_log_and_number_alone() {
        for (channel, id, is_known) in [
            ("App", 12016, true),
            ("Application", 12018, true),
            ("App", 1000, false),
            ("Sys", 12014, false),
        ] {
            let row = row(&json!({
                "Timestamp": "2026-10-03T11:22:33Z", "RuleTitle": "x", "Channel": channel,
                "EventID": id, "Details": { "Data[1]": "mail.adatum.com" },
            }));
            assert_eq!(event_of(&row).is_some(), is_known, "{channel} {id}");
        }
        assert_eq!(event_of(&row(&json!({ "Name": "x" }))), None);
        let kept = row(&json!({ "winlog": {}, "event": { "original": "<Event></Event>" } }));
        assert_eq!(original_xml(&kept), Some("<Event></Event>"));
    }
}
