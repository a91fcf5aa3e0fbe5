//! Events of message tracking, as rows of its logs and as objects of Get-MessageTrackingLog have them.

use std::collections::HashMap;

use crate::reply::Reply;

/// Events that report trouble (Microsoft Learn, "Message tracking", event types).
const FAILURES: &[&str] = &[
    "FAIL",
    "DEFER",
    "BADMAIL",
    "DSN",
    "POISONMESSAGE",
    "DELIVERFAIL",
    "SUBMITFAIL",
    "SUBMITDEFER",
    "RESUBMITFAIL",
    "RESUBMITDEFER",
    "HAREDIRECTFAIL",
];

/// Whether an event of that name reports trouble.
pub(super) fn is_failure(event: &str) -> bool {
    FAILURES.iter().any(|known| event.eq_ignore_ascii_case(known))
}

/// The servers of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Servers {
    /// The one that wrote the event.
    pub reporting: Option<String>,
    /// The one to which it was to hand over.
    pub next_hop: Option<String>,
}

impl Servers {
    /// Of its client and its server: in an event of SMTP the server is the other side, unless it has a
    /// name without a domain, as this organisation's own have; in all others it is the one that writes.
    pub fn of(source: Option<&str>, client: Option<String>, server: Option<String>) -> Self {
        let is_smtp = source.is_none_or(|source| source.eq_ignore_ascii_case("SMTP"));
        let is_other_side = is_smtp
            && (client.is_some() || server.as_deref().is_some_and(|name| name.contains('.')));
        if is_other_side {
            Self { reporting: client, next_hop: server }
        } else {
            Self { reporting: server.or(client), next_hop: None }
        }
    }
}

/// The statuses of a row, which are joined by semicolons and hold some themselves: each one once, with
/// its recipients where there are as many as statuses, else the first with all.
pub(super) fn statuses(text: &str, recipients: Vec<String>) -> Vec<(String, Vec<String>)> {
    let mut parts: Vec<&str> = Vec::new();
    let mut start = 0;
    for (place, _) in text.match_indices(';') {
        let rest = text[place + 1..].trim_start();
        if rest.starts_with("[{") || Reply::parse(rest).code.is_some() {
            parts.push(text[start..place].trim());
            start = place + 1;
        }
    }
    parts.push(text[start..].trim());
    let is_one_each = parts.len() == recipients.len();
    let mut waiting = recipients.into_iter();
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for part in parts {
        let own: Vec<String> = if is_one_each {
            waiting.next().into_iter().collect()
        } else {
            waiting.by_ref().collect()
        };
        let place = *places.entry(part).or_insert(found.len());
        match found.get_mut(place) {
            Some((_, known)) => known.extend(own),
            None => found.push((part.to_owned(), own)),
        }
    }
    found
}
