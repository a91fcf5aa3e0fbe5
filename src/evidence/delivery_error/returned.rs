//! The lines `... returned '550 ...'` of an NDR: what each server answered, and when.

use super::retry_time::split_date;
use crate::evidence::export::{Dates, TimeReading};
use crate::reply::{EnhancedStatus, Explanation, RejectionClass, explain};
use crate::timestamp::Timestamp;

/// One line, and for whom it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Returned {
    /// The recipient above it, where the text names one.
    recipient: Option<String>,
    /// By the clock of the text, to compare the lines with each other; with the day first and with
    /// the month first where nothing settles it.
    times: Option<[Timestamp; 2]>,
    host: Option<String>,
    line: String,
}

/// Lines of one text that are looked at.
const MAXIMUM_LINES: usize = 1000;

/// All such lines of a text.
pub(super) fn returned_lines(text: &str) -> Vec<Returned> {
    let split: Vec<(Option<&str>, &str)> = text.lines().map(split_date).collect();
    let dates = Dates::of(split.iter().filter_map(|(date, _)| *date));
    let mut recipient = None;
    let mut lines = Vec::new();
    for (date, rest) in split {
        let line = rest.trim();
        if is_address(line) {
            recipient = Some(line.trim_matches(['<', '>']).to_owned());
        } else if line.contains(" returned '") && lines.len() < MAXIMUM_LINES {
            let times = date.and_then(|date| dates.read(date)).map(|reading| match reading {
                TimeReading::Utc(time) | TimeReading::Local(time) => [time; 2],
                TimeReading::Open { day_first, month_first } => [day_first, month_first],
            });
            lines.push(Returned {
                recipient: recipient.clone(),
                times,
                host: host_of(line),
                line: line.to_owned(),
            });
        }
    }
    lines
}

/// What the servers of several recipients answered, where it is not the same: each line that says why, or
/// the first one where all are covers, with the recipients above it. Empty where one answer is all.
pub(super) fn answers(text: &str) -> Vec<(String, Vec<String>)> {
    let lines = returned_lines(text);
    let mut answers: Vec<(String, Vec<String>)> = Vec::new();
    for line in &lines {
        let Some(recipient) = &line.recipient else { return Vec::new() };
        if answers.iter().any(|(_, known)| known.contains(recipient)) {
            continue;
        }
        let own = std::slice::from_ref(recipient);
        let said = cause_line(&lines, own).map_or(line, |(line, _)| line);
        match answers.iter_mut().find(|(known, _)| *known == said.line) {
            Some((_, known)) => known.push(recipient.clone()),
            None => answers.push((said.line.clone(), own.to_vec())),
        }
    }
    if answers.len() > 1 { answers } else { Vec::new() }
}

/// The line that says why: the newest dated one that is no cover, else the first without a date.
/// `None` where all are covers, or where the newest is one line if the day comes first and another
/// if the month does.
pub(super) fn cause(
    lines: &[Returned],
    recipients: &[String],
) -> Option<(Explanation, Option<String>)> {
    let (line, explanation) = cause_line(lines, recipients)?;
    Some((explanation, line.host.clone()))
}

fn cause_line<'l>(
    lines: &'l [Returned],
    recipients: &[String],
) -> Option<(&'l Returned, Explanation)> {
    let is_for = |line: &&Returned| {
        recipients.is_empty()
            || line.recipient.as_ref().is_none_or(|recipient| {
                recipients.iter().any(|known| known.eq_ignore_ascii_case(recipient))
            })
    };
    let explained = lines.iter().filter(is_for).map(|line| (line, explain(&line.line)));
    let significant: Vec<(&Returned, Explanation)> =
        explained.filter(|(_, explanation)| !is_cover(explanation)).collect();
    // Of lines with the same time the first.
    let newest = |order: usize| {
        let time = |place: &usize| significant[*place].0.times.map(|times| times[order]);
        (0..significant.len()).rev().max_by_key(time)
    };
    let (place, other) = (newest(0)?, newest(1)?);
    let is_settled = significant[place].1.rejection == significant[other].1.rejection;
    significant.into_iter().nth(place).filter(|_| is_settled)
}

/// Whether a reply only says that the message was given up: 4.4.7, and the 5.4.3xx of Exchange
/// Online.
pub(super) fn is_cover(explanation: &Explanation) -> bool {
    let is_given_up = |status: EnhancedStatus| {
        status.class == 5 && status.subject == 4 && (300..400).contains(&status.detail)
    };
    !explanation.recognised
        || explanation.rejection == Some(RejectionClass::MessageExpired)
        || explanation.enhanced_status.is_some_and(is_given_up)
}

/// `Remote Server at HOST (ADDRESS) returned '...'`.
fn host_of(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("erver at ")?;
    let host = rest.split([' ', '(']).next()?;
    (host.contains('.') && host.parse::<std::net::IpAddr>().is_err()).then(|| host.to_owned())
}

/// Whom the text of an NDR names: the server that wrote it, and for whom the mail was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub generating_server: Option<String>,
    pub recipients: Vec<String>,
}

impl Named {
    /// In any language: the server stands behind a colon above the first recipient, and a recipient
    /// above what its server answered.
    pub fn of(text: &str) -> Self {
        let mut named = Self::default();
        let lines: Vec<&str> =
            text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        for two in lines.windows(2).take(MAXIMUM_LINES) {
            let [line, next] = *two else { continue };
            if is_address(line) {
                let recipient = line.trim_matches(['<', '>']);
                let is_answer = next.contains(" returned '") || next.contains('#') || is_host(next);
                if is_answer && !named.recipients.iter().any(|known| known == recipient) {
                    named.recipients.push(recipient.to_owned());
                }
            } else if is_address(next) && named.generating_server.is_none() {
                let value = line.split_once(':').map(|(_, value)| value.trim());
                named.generating_server = value.filter(|value| is_host(value)).map(str::to_owned);
            }
        }
        named
    }
}

fn is_host(text: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    text.contains('.')
        && text.bytes().all(is_sign)
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn is_address(line: &str) -> bool {
    let bare = line.trim_matches(['<', '>']);
    bare.len() < 320
        && !bare.contains(char::is_whitespace)
        && bare.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !domain.contains('@')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPIRED: &str = "Remote Server at mx.example (192.0.2.1) returned '550 4.4.7 QUEUE.Expired; message expired'";
    const UNTRUSTED: &str = "Remote Server at mx.example (192.0.2.1) returned '454 4.7.5 Certificate validation failure, Reason:UntrustedRoot'";
    const DENIED: &str = "Server at mx.example (192.0.2.1) returned '550 5.7.64 TenantAttribution; Relay Access Denied'";

    #[test]
    fn the_newest_dated_line_that_is_no_cover_is_the_cause() {
        for (lines, expected) in [
            (vec![EXPIRED.to_owned()], None),
            (
                vec![EXPIRED.to_owned(), format!("11/2/2026 9:11:58 AM - {DENIED}")],
                Some(RejectionClass::RelayDenied),
            ),
            (
                vec![
                    EXPIRED.to_owned(),
                    format!("11/2/2026 9:11:58 AM - {UNTRUSTED}"),
                    format!("11/2/2026 9:31:58 AM - {DENIED}"),
                    format!("11/2/2026 9:41:58 AM - {EXPIRED}"),
                ],
                Some(RejectionClass::RelayDenied),
            ),
            (
                vec![
                    format!("3/11/2026 9:31:58 - {UNTRUSTED}"),
                    format!("25/10/2026 9:11:58 - {DENIED}"),
                ],
                Some(RejectionClass::RemoteCertificateInvalid),
            ),
            // Whatever comes first, the second line is the newer one.
            (
                vec![
                    format!("11/2/2026 9:31:58 AM - {UNTRUSTED}"),
                    format!("11/3/2026 9:11:58 AM - {DENIED}"),
                ],
                Some(RejectionClass::RelayDenied),
            ),
            // Which is the newer one hangs on what comes first.
            (
                vec![
                    format!("11/2/2026 9:31:58 AM - {UNTRUSTED}"),
                    format!("2/11/2026 9:11:58 AM - {DENIED}"),
                ],
                None,
            ),
        ] {
            let found = cause(&returned_lines(&lines.join("\r\n")), &[]);
            let class = found.and_then(|(explanation, _)| explanation.rejection);
            assert_eq!(class, expected, "{lines:?}");
        }
    }

    #[test]
    fn several_recipients_have_each_the_answer_of_its_own_server() {
        let dated = format!("11/2/2026 9:11:58 AM - {DENIED}");
        let text = format!(
            "one@a.example\n{EXPIRED}\n{dated}\n\ntwo@b.example\n{UNTRUSTED}\nthree@a.example\n{DENIED}"
        );
        let expected = [
            (DENIED.to_owned(), vec!["one@a.example".to_owned(), "three@a.example".to_owned()]),
            (UNTRUSTED.to_owned(), vec!["two@b.example".to_owned()]),
        ];
        assert_eq!(answers(&text), expected);
        for text in [DENIED, &format!("one@a.example\n{DENIED}\ntwo@b.example\n{DENIED}"), ""] {
            assert_eq!(answers(text), []);
        }
    }

    #[test]
    fn an_ndr_as_text_names_its_server_and_recipients_in_any_language() {
        for (text, server, recipients) in [
            (
                format!("Generating server: MX07.adatum.com\r\n\r\none@b.example\r\n{DENIED}"),
                Some("MX07.adatum.com"),
                &["one@b.example"][..],
            ),
            (
                format!(
                    "Generierender Server: MX07.adatum.com\none@b.example\nmx.example\n{DENIED}\n<two@b.example>\n#550 5.7.64 x ##"
                ),
                Some("MX07.adatum.com"),
                &["one@b.example", "two@b.example"],
            ),
            (
                format!("one@b.example\n{DENIED}\none@b.example\n{EXPIRED}"),
                None,
                &["one@b.example"],
            ),
            ("From: kim@adatum.com\nkim@adatum.com\nHello".to_owned(), None, &[]),
            (String::new(), None, &[]),
        ] {
            let named = Named::of(&text);
            assert_eq!(named.generating_server.as_deref(), server, "{text}");
            assert_eq!(named.recipients, recipients, "{text}");
        }
    }

    #[test]
    fn each_recipient_has_its_own_lines() {
        let text = format!("one@a.example\n{EXPIRED}\n{DENIED}\n\n<two@b.example>\n{UNTRUSTED}\n");
        let lines = returned_lines(&text);
        let class = |recipient: &str| cause(&lines, &[recipient.to_owned()]).unwrap().0.rejection;
        assert_eq!(class("One@a.example"), Some(RejectionClass::RelayDenied));
        assert_eq!(class("two@b.example"), Some(RejectionClass::RemoteCertificateInvalid));
    }
}
