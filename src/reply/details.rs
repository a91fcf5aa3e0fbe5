//! What the wrappers around a reply show beside it.

use super::smtp_reply::is_host;

/// The named values in a queue's LastError, a tracking RecipientStatus, a message trace or an
/// event; each borrows from the text, and is absent where it is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Details<'a> {
    pub fqdn: Option<&'a str>,
    pub ip_address: Option<&'a str>,
    pub last_retry_time: Option<&'a str>,
    pub host: Option<&'a str>,
    pub reason: Option<&'a str>,
    pub expected_subject: Option<&'a str>,
    pub presented_subject: Option<&'a str>,
    pub thumbprint: Option<&'a str>,
    pub send_connector: Option<&'a str>,
    pub internet_message_id: Option<&'a str>,
}

/// Where the next part of `[Message=... Expected Subject: ... Thumbprint: ...]` begins.
const PART_ENDS: &[&str] =
    &["]", " Expected Subject:", " Presented Subject:", " Thumbprint:", "\n"];

impl<'a> Details<'a> {
    pub fn read(text: &'a str) -> Self {
        let fqdn = after(text, "{FQDN=", &["}"]);
        let attempted = after(text, "[LastAttemptedServerName=", &["]", "\n"]);
        Self {
            fqdn,
            ip_address: after(text, "{IP=", &["}"])
                .or_else(|| after(text, "[LastAttemptedIP=", &["]", "\n"])),
            last_retry_time: after(text, "{LRT=", &["}"]),
            host: attempted.or(fqdn).filter(|host| is_host(host)),
            reason: after(text, "[Message=", PART_ENDS).or_else(|| after(text, "{MSG=", &["}"])),
            expected_subject: after(text, "Expected Subject:", PART_ENDS),
            presented_subject: after(text, "Presented Subject:", PART_ENDS),
            thumbprint: after(text, "Thumbprint:", PART_ENDS)
                // Event 12018.
                .or_else(|| after(text, "thumbprint:", &[",", "\n"]))
                .filter(|value| value.bytes().all(|byte| byte.is_ascii_hexdigit())),
            // Application event 2004 (MSExchangeTransport, SmtpSend).
            send_connector: between(text, "Send connector ", ": Message delivery")
                // Event 12014.
                .or_else(|| between(text, "SMTP verb for the connector ", " with a FQDN")),
            internet_message_id: after(text, "message with message ID ", &[" was ", " ;", "\n"]),
        }
    }
}

/// What stands on one line between the first `label` and the `end`, which must be there.
fn between<'a>(text: &'a str, label: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(label)?;
    let (value, _) = rest.lines().next()?.split_once(end)?;
    (!value.trim().is_empty()).then_some(value.trim())
}

/// What stands between the first `label` and the nearest of `ends`, or the end of the text.
fn after<'a>(text: &'a str, label: &str, ends: &[&str]) -> Option<&'a str> {
    let (_, rest) = text.split_once(label)?;
    let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    let value = rest[..end].trim().trim_end_matches(['.', ',']);
    (!value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connector_is_named_by_the_texts_of_events_alone() {
        let event = "Send connector Outbound; A: Message delivery will be tried again.";
        assert_eq!(Details::read(event).send_connector, Some("Outbound; A"));
        let queue = "{LED=454 4.7.5 failed on Send connector Outbound.};{MSG=};{FQDN=mx.example}";
        assert_eq!(Details::read(queue).send_connector, None);
    }
}
