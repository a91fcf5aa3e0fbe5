//! Events as text, in any language of Windows: as the Event Viewer copies them, as `wevtutil qe /f:text`
//! prints them, and as the Event Viewer saves a list of them (.txt, .csv).

use std::iter::once;

use csv::ReaderBuilder;

use super::transport_event::TransportEvent;
use crate::timestamp::Timestamp;

/// Lines between the number of an event and its text.
const MAXIMUM_HEADER: usize = 12;
/// The longest label: `Catégorie de la tâche`, `Aufgabenkategorie`.
const MAXIMUM_LABEL: usize = 40;

/// The events of a text, each with its line; none where it is no such text.
pub(in crate::evidence) fn events(text: &str) -> Vec<(u64, TransportEvent)> {
    let copied = copied(text);
    if copied.is_empty() { saved(text) } else { copied }
}

/// `Label: value`.
fn labelled(line: &str) -> Option<(&str, &str)> {
    let (label, value) = line.split_once([':', '\u{FF1A}'])?;
    let label = label.trim();
    let is_label = !label.is_empty() && label.chars().count() <= MAXIMUM_LABEL;
    is_label.then(|| (label, value.trim()))
}

/// Whether an event begins here: its log, its source, its date and its number stand in this order, under
/// labels of any language.
fn begins(lines: &[&str]) -> bool {
    let value = |place: usize| {
        let (_, value) = labelled(lines.get(place)?)?;
        Some(value).filter(|value| !value.is_empty())
    };
    let is_number = |text: &str| text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = |text: &str| text.contains(char::is_numeric) && text.contains([':', '.', 'h']);
    value(0).is_some()
        && value(1).is_some()
        && value(2).is_some_and(is_date)
        && value(3).is_some_and(is_number)
}

fn copied(text: &str) -> Vec<(u64, TransportEvent)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut starts = (0..lines.len()).filter(|place| begins(&lines[*place..])).peekable();
    let mut events = Vec::new();
    while let Some(start) = starts.next() {
        let end = starts.peek().copied().unwrap_or(lines.len());
        events.push((start as u64 + 1, of_lines(&lines[start..end])));
    }
    events
}

/// The event of lines that begin with it. Its text follows a label without a value, above which the server
/// stands.
fn of_lines(lines: &[&str]) -> TransportEvent {
    let value = |place: usize| labelled(lines.get(place)?).map(|(_, value)| value);
    let is_server = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    let label = (5..lines.len().min(4 + MAXIMUM_HEADER))
        .rev()
        .find(|place| value(*place) == Some("") && value(*place - 1).is_some_and(is_server));
    let message = lines.get(label.map_or(lines.len(), |label| label + 1)..).unwrap_or_default();
    let message: Vec<&str> = message
        .iter()
        .map(|line| line.trim())
        .take_while(|line| !line.starts_with("<Event") && !line.starts_with("Event["))
        .filter(|line| !line.is_empty())
        .collect();
    let date = value(2).unwrap_or_default();
    TransportEvent {
        id: value(3).and_then(|id| id.parse().ok()).unwrap_or_default(),
        provider: value(1).unwrap_or_default().to_owned(),
        channel: value(0).unwrap_or_default().to_owned(),
        computer: label.and_then(|label| value(label - 1)).map(str::to_owned),
        time: in_utc(date),
        date_without_zone: Some(date).filter(|date| in_utc(date).is_none()).map(str::to_owned),
        message: Some(message.join(" ")).filter(|message| !message.is_empty()),
        ..TransportEvent::default()
    }
}

fn in_utc(date: &str) -> Option<Timestamp> {
    Timestamp::parse(date).filter(|_| date.ends_with('Z'))
}

/// Rows of level, date, source, number and category, with the text of the event last, for which the header
/// has no name.
fn saved(text: &str) -> Vec<(u64, TransportEvent)> {
    let header = text.trim_start_matches('\u{FEFF}').lines().next().unwrap_or_default();
    let separator = [b'\t', b';', b','].into_iter().find(|sign| header.as_bytes().contains(sign));
    let Some(separator) = separator.filter(|_| text.contains("Transport")) else {
        return Vec::new();
    };
    let columns = header.split(char::from(separator)).count();
    let mut reader =
        ReaderBuilder::new().flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let rows = reader.byte_records().map_while(Result::ok).filter(|row| row.len() == columns + 1);
    let events = rows.filter_map(|row| {
        let field = |place: usize| Some(String::from_utf8_lossy(row.get(place)?).trim().to_owned());
        let line = row.position().map_or(0, csv::Position::line);
        let event = TransportEvent {
            id: field(3)?.parse().ok()?,
            provider: field(2)?,
            date_without_zone: field(1),
            message: field(row.len() - 1),
            ..TransportEvent::default()
        };
        Some((line, event))
    });
    events.collect()
}

/// The sources of the events of a text, each once, in a few words; `None` where it holds no event.
pub(in crate::evidence) fn sources(text: &str) -> Option<String> {
    let mut names: Vec<String> =
        events(text).into_iter().map(|(_, event)| event.provider).collect();
    names.sort();
    names.dedup();
    let more = names.len().checked_sub(3).filter(|more| *more > 0);
    let more = more.map(|more| format!("{more} more"));
    let listed = names.iter().take(3).cloned();
    let text = listed.chain(more).chain(once(String::new())).collect::<Vec<_>>().join(", ");
    Some(text.trim_end_matches([',', ' ']).to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "Log Name:      Application\r\nSource:        MSExchangeTransport\r\n\
        Date:          11/18/2026 6:02:11 AM\r\nEvent ID:      12014\r\nTask Category: TransportService\r\n\
        Level:         Error\r\nKeywords:      \r\nUser:          N/A\r\nComputer:      MX07.adatum.com\r\n\
        Description:\r\nMicrosoft Exchange could not find a certificate that contains the domain name \
        mail.adatum.com in the personal store on the local computer.\r\n";
    const GERMAN: &str = "Protokollname: Application\nQuelle:        MSExchangeFrontEndTransport\n\
        Datum:         18.11.2026 06:02:11\nEreignis-ID:   12016\nAufgabenkategorie:TransportService\n\
        Ebene:         Fehler\nSchlüsselwörter:Klassisch\nBenutzer:      Nicht zutreffend\n\
        Computer:      MX08.adatum.com\nBeschreibung:\nEs ist kein gültiges Zertifikat für den FQDN \
        mail.adatum.com vorhanden.\n";
    const WEVTUTIL: &str = "Event[0]:\n  Log Name: Application\n  Source: MSExchangeTransport\n  Date: \
        2026-11-18T08:02:11.0000000Z\n  Event ID: 2004\n  Task: SmtpSend\n  Level: Error\n  Opcode: N/A\n  \
        Keyword: Classic\n  User: N/A\n  User Name: N/A\n  Computer: MX07.adatum.com\n  Description: \nSend \
        connector Out: Message delivery was not successful.\n\nEvent[1]\n  Log Name: System\n  Source: Schannel\n  \
        Date: 2026-11-18T06:02:11.000\n  Event ID: 36874\n  Task: None\n";

    #[test]
    fn events_are_told_apart_with_source_number_server_and_text_in_any_language() {
        let all = events(&format!("{ENGLISH}\r\n{GERMAN}\n{WEVTUTIL}"));
        let found: Vec<_> = all
            .iter()
            .map(|(line, event)| {
                (*line, event.provider.as_str(), event.id, event.computer.as_deref())
            })
            .collect();
        assert_eq!(
            found,
            [
                (1, "MSExchangeTransport", 12014, Some("MX07.adatum.com")),
                (13, "MSExchangeFrontEndTransport", 12016, Some("MX08.adatum.com")),
                (26, "MSExchangeTransport", 2004, Some("MX07.adatum.com")),
                (41, "Schannel", 36874, None),
            ]
        );
        let message = |place: usize| all[place].1.message.as_deref().unwrap_or_default();
        assert!(message(0).ends_with("local computer."), "{}", message(0));
        assert_eq!(message(2), "Send connector Out: Message delivery was not successful.");
        assert_eq!(all[0].1.date_without_zone.as_deref(), Some("11/18/2026 6:02:11 AM"));
        assert_eq!(all[2].1.time, Timestamp::parse("2026-11-18T08:02:11Z"));
        assert_eq!(
            sources(&format!("{ENGLISH}{WEVTUTIL}")).as_deref(),
            Some("MSExchangeTransport, Schannel")
        );
        for text in ["", "550 5.7.64 x", "Name : a\nb : c\nd : e\nf : 7\n", "a,b\nTransport,1,2\n"]
        {
            assert_eq!(sources(text), None, "{text}");
        }
    }

    #[test]
    fn a_list_that_the_event_viewer_saved_has_the_text_in_a_column_without_a_name() {
        let rows = [
            ["Level", "Date and Time", "Source", "Event ID", "Task Category"].as_slice(),
            &[
                "Error",
                "11/18/2026 6:02:11 AM",
                "MSExchangeTransport",
                "12018",
                "x",
                "\"The \"\"STARTTLS\"\", certificate\r\nwill\"",
            ],
            &["Information", "11/18/2026 6:02:12 AM", "Outlook", "27", "None", "hello"],
        ];
        for separator in [",", "\t", ";"] {
            let text: Vec<String> = rows.iter().map(|row| row.join(separator)).collect();
            let found = events(&text.join("\r\n"));
            assert_eq!(found.len(), 2, "{separator:?}");
            let event = &found[0].1;
            assert_eq!((event.id, found[1].1.id), (12018, 27));
            assert_eq!(event.message.as_deref(), Some("The \"STARTTLS\", certificate\r\nwill"));
        }
    }
}
