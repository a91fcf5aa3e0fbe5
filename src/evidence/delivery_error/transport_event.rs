//! Events of Exchange's transport in the Application log: no certificate for a connector (12014), an
//! expired one (12016), one that ends soon (12018), a TLS channel that failed (2004).

use quick_xml::Reader;
use quick_xml::events::Event;

use super::error::{DeliveryError, DeliveryErrorSource};
use crate::evidence::capi2::Tag;
use crate::reply::RejectionClass;
use crate::stated_time::StatedTime;
use crate::timestamp::Timestamp;

/// An event, as far as it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::evidence) struct TransportEvent {
    pub id: u32,
    pub provider: String,
    pub channel: String,
    /// The server that wrote it.
    pub computer: Option<String>,
    pub time: Option<Timestamp>,
    /// The time as a text without a zone has it.
    pub date_without_zone: Option<String>,
    /// Its text, where the export has it; in the language of the server.
    pub message: Option<String>,
    /// What the text is made of.
    pub values: Vec<String>,
}

/// The events that are read.
const EVENTS: &[u32] = &[12014, 12016, 12018, 2004];
/// Values of one event; 2004 has the most, with ten.
const MAXIMUM_VALUES: usize = 64;

impl TransportEvent {
    /// Whether it is one of these events.
    pub fn is_known(&self) -> bool {
        EVENTS.contains(&self.id) && self.provider.contains("Transport")
    }

    /// Reads the XML of one event.
    pub fn of_xml(xml: &str) -> Self {
        let mut reader = Reader::from_str(xml);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        let mut event = Self::default();
        let mut path: Vec<String> = Vec::new();
        let mut text = String::new();
        loop {
            match reader.read_event() {
                Ok(Event::Start(start)) => {
                    let tag = Tag::parse(&start);
                    event.start(&tag);
                    text.clear();
                    path.push(tag.element.to_owned());
                }
                Ok(Event::Text(part)) => text.push_str(&part),
                Ok(Event::CData(part)) => text.push_str(&part),
                Ok(Event::GeneralRef(name)) => text.push_str(&resolved(&name)),
                Ok(Event::End(_)) => {
                    if let Some(element) = path.pop() {
                        event.end(&element, path.last().map(String::as_str), text.trim());
                    }
                    text.clear();
                }
                Ok(Event::Eof) | Err(_) => return event,
                Ok(_) => {}
            }
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        let attribute = |name: &str| tag.attribute(name).map(str::to_owned);
        match tag.element {
            "Provider" => self.provider = attribute("Name").unwrap_or_default(),
            "TimeCreated" => self.time = tag.attribute("SystemTime").and_then(Timestamp::parse),
            _ => {}
        }
    }

    fn end(&mut self, element: &str, parent: Option<&str>, text: &str) {
        if text.is_empty() {
            return;
        }
        match (parent, element) {
            (Some("System"), "EventID") => self.id = text.parse().unwrap_or_default(),
            (Some("System"), "Computer") => self.computer = Some(text.to_owned()),
            (Some("System"), "Channel") => text.clone_into(&mut self.channel),
            // The crate evtx writes several values of one name as one element of several texts.
            (Some("EventData"), "Data") | (Some("Data"), "string")
                if self.values.len() < MAXIMUM_VALUES =>
            {
                self.values.push(text.to_owned());
            }
            (Some("RenderingInfo"), "Message") => self.message = Some(text.to_owned()),
            _ => {}
        }
    }

    /// The error that it reports; `None` for other events.
    pub fn error(&self, path: &str, line: u64) -> Option<DeliveryError> {
        if !self.is_known() {
            return None;
        }
        let of_values = text_of_values(self.id, &self.values);
        let text = self.message.as_deref().or(of_values.as_deref())?;
        let mut error = DeliveryError::of_text(path, text);
        if !error.explanation.recognised {
            // The text is translated; what it is made of is not.
            let of_words = || text_of_values(self.id, &values_within(text));
            if let Some(english) = of_values.clone().or_else(of_words) {
                let text = error.text.clone();
                error = DeliveryError { text, ..DeliveryError::of_text(path, &english) };
            }
            if of_values.is_none() && error.explanation.recognised {
                error.explanation.uncertain.push(TRANSLATED.to_owned());
            }
        }
        if let (None, Some(date)) = (self.time, &self.date_without_zone) {
            error.explanation.uncertain.push(format!(
                "Its date ({date}) comes without a time zone, and is not used to find the session: export \
                 the log as XML (wevtutil qe Application /f:xml)."
            ));
        }
        error.source = DeliveryErrorSource::EventLog;
        error.line = line;
        error.identity = Some(self.id.to_string());
        error.reporting_server.clone_from(&self.computer);
        error.time = self.time.map(StatedTime::from).or(error.time);
        Some(error)
    }
}

const TRANSLATED: &str = "The event's text is translated: the connector that it names is not read from \
                          it. Export the log as XML.";

/// The text in English, of the values.
fn text_of_values(id: u32, values: &[String]) -> Option<String> {
    let value = |place: usize| values.get(place).map(String::as_str);
    Some(match id {
        12014 => {
            let missing = format!(
                "Microsoft Exchange could not find a certificate that contains the domain name {} \
                 in the personal store on the local computer.",
                value(0)?
            );
            match value(1) {
                Some(connector) => format!(
                    "{missing} Therefore, it is unable to support the STARTTLS SMTP verb for the \
                     connector {connector} with a FQDN parameter of {}.",
                    value(2).or(value(0))?
                ),
                None => missing,
            }
        }
        12016 => format!(
            "There is no valid SMTP Transport Layer Security (TLS) certificate for the FQDN of \
             {}. The existing certificate for that FQDN has expired.",
            value(0)?
        ),
        12018 => {
            // Later versions write the thumbprint between the two.
            let (of_thumbprint, others): (Vec<&String>, Vec<&String>) =
                values.iter().partition(|value| is_thumbprint(value));
            let thumbprint = of_thumbprint.first().map(|text| format!(", thumbprint: {text}"));
            format!(
                "The STARTTLS certificate will expire soon: subject: {}{}, hours remaining: {}.",
                others.first()?,
                thumbprint.unwrap_or_default(),
                others.get(1).map_or("not known", |hours| hours.as_str())
            )
        }
        2004 => format!(
            "Send connector {}: Message delivery was not successful. {}",
            value(0)?,
            values.get(1..)?.join(" ")
        ),
        _ => return None,
    })
}

/// What can be told of the values of a translated text: the first name of a host, and a thumbprint.
fn values_within(text: &str) -> Vec<String> {
    let signs = |sign: char| !sign.is_alphanumeric() && sign != '*';
    let mut words = text.split_whitespace().map(|word| word.trim_matches(signs));
    let is_host = |word: &&str| {
        let labels = word.split('.').filter(|label| !label.is_empty()).count();
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-*".contains(&byte);
        labels >= 2
            && word.bytes().all(is_name)
            && word.bytes().any(|byte| byte.is_ascii_lowercase())
    };
    let thumbprint = words.clone().find(|word| is_thumbprint(word));
    words.find(is_host).into_iter().chain(thumbprint).map(str::to_owned).collect()
}

fn is_thumbprint(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The character of a reference such as `amp` or `#39`.
fn resolved(name: &str) -> String {
    quick_xml::escape::unescape(&format!("&{name};"))
        .map_or_else(|_| String::new(), std::borrow::Cow::into_owned)
}

/// Errors of events, alike ones as one: a server without a certificate writes 12014 every quarter of
/// an hour.
#[derive(Debug, Default)]
pub(super) struct TransportEvents {
    pub errors: Vec<DeliveryError>,
    /// Other events.
    pub others: u64,
    places: std::collections::HashMap<(String, Option<String>), usize>,
}

/// Kinds of events that are kept apart.
const MAXIMUM_KINDS: usize = 1000;

impl TransportEvents {
    pub fn add(&mut self, path: &str, line: u64, event: &TransportEvent) {
        let Some(mut error) = event.error(path, line) else {
            self.others += 1;
            return;
        };
        // The hours that remain differ from event to event.
        let kind = match error.explanation.rejection {
            Some(RejectionClass::ConnectorCertificateExpiring) => event.values.first().cloned(),
            _ => None,
        };
        let kind = kind.unwrap_or_else(|| error.text.clone());
        let key = (format!("{} {kind}", event.id), event.computer.clone());
        if let Some(known) = self.places.get(&key).and_then(|place| self.errors.get_mut(*place)) {
            known.message_count = known.message_count.map(|count| count + 1);
            if error.time > known.time {
                (known.time, known.line) = (error.time, error.line);
            }
        } else if self.errors.len() < MAXIMUM_KINDS {
            error.message_count = Some(1);
            self.places.insert(key, self.errors.len());
            self.errors.push(error);
        } else {
            self.others += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xml(id: u32, values: &[&str], message: &str) -> String {
        let values: Vec<String> =
            values.iter().map(|value| format!("<Data>{value}</Data>")).collect();
        let values = values.concat();
        format!(
            "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider \
             Name='MSExchangeFrontEndTransport'/><EventID Qualifiers='49156'>{id}</EventID>\
             <TimeCreated SystemTime='2026-10-03T11:22:33.000000000Z'/><Channel>Application\
             </Channel><Computer>MX07.adatum.com</Computer></System><EventData>{values}</EventData>\
             {message}</Event>"
        )
    }

    #[test]
    fn each_event_names_connector_certificate_and_server_in_any_language() {
        let german = "<RenderingInfo Culture='de-DE'><Message>Microsoft Exchange konnte kein \
            Zertifikat finden</Message></RenderingInfo>";
        for (id, values, message, class) in [
            (
                12014,
                &["mail.adatum.com", "Default Frontend MX07", "mail.adatum.com"][..],
                "",
                RejectionClass::ConnectorCertificateMissing,
            ),
            (
                12014,
                &["mail.adatum.com", "Default Frontend MX07", "mail.adatum.com"],
                german,
                RejectionClass::ConnectorCertificateMissing,
            ),
            (12016, &["mail.adatum.com"], "", RejectionClass::ConnectorCertificateExpired),
            (12018, &["mail.adatum.com", "71"], "", RejectionClass::ConnectorCertificateExpiring),
            (
                2004,
                &[
                    "To M365",
                    "The message with message ID &lt;a@adatum.com&gt; was acknowledged \
              with SMTP response 454 4.7.0 Failed to establish appropriate TLS channel: \
              UntrustedRoot: Access Denied.",
                ],
                "",
                RejectionClass::TlsChannelUntrustedRoot,
            ),
        ] {
            let event = TransportEvent::of_xml(&xml(id, values, message));
            let error = event.error("app.xml", 3).unwrap();
            assert_eq!(error.explanation.rejection, Some(class), "{error:#?}");
            assert_eq!(error.reporting_server.as_deref(), Some("MX07.adatum.com"));
            assert_eq!(error.time.map(StatedTime::time), Timestamp::parse("2026-10-03T11:22:33Z"));
        }
        let error = TransportEvent::of_xml(&xml(12014, &["a", "Default Frontend MX07", "b"], ""));
        let error = error.error("app.xml", 1).unwrap();
        assert_eq!(error.explanation.send_connector.as_deref(), Some("Default Frontend MX07"));
        assert_eq!(TransportEvent::of_xml(&xml(1000, &["a"], "")).error("app.xml", 1), None);
    }

    #[test]
    fn alike_events_are_one_with_their_count_and_the_newest_time() {
        let mut events = TransportEvents::default();
        for hours in ["71", "70", "69"] {
            let event = TransportEvent::of_xml(&xml(12018, &["mail.adatum.com", hours], ""));
            events.add("app.xml", 1, &event);
        }
        events.add("app.xml", 1, &TransportEvent::of_xml("<Event/>"));
        assert_eq!((events.errors.len(), events.others), (1, 1));
        assert_eq!(events.errors[0].message_count, Some(3));
    }
}
