//! The wrappers that Exchange puts around a reply, taken off.

use super::scan::folded_line;
use super::smtp_reply::Head;

/// Wrappers inside wrappers that are taken off; three are the most that Exchange is known to use.
const MAX_DEPTH: usize = 8;

/// The quotes that can stand around a reply, with what can close each.
const QUOTES: &[(char, &[char])] = &[
    ('"', &['"']),
    ('\'', &['\'']),
    ('\u{201C}', &['\u{201D}', '\u{201C}']),
    ('\u{201D}', &['\u{201D}']),
    ('\u{201E}', &['\u{201C}', '\u{201D}']),
    ('\u{2018}', &['\u{2019}']),
    ('\u{2019}', &['\u{2019}']),
    ('\u{00AB}', &['\u{00BB}']),
];

/// A text without its wrappers.
#[derive(Debug)]
pub(super) struct Unwrapped<'a> {
    /// The wrappers' own words, the outermost first.
    pub wrappers: Vec<&'a str>,
    /// What stood inside; without a wrapper, the whole text.
    pub inner: &'a str,
}

/// How a wrapper opens.
struct Opening {
    /// Where the wrapper's own words end.
    outer_end: usize,
    /// Where the content begins.
    inner_start: usize,
    /// What ends the content.
    closers: &'static [char],
}

/// Takes the wrappers off: `{LED=...}`, `... responded with: "..."`, `... failed with '...'`,
/// `... -> ...` and `[Message=...]`, in any nesting.
pub(super) fn unwrap(text: &str) -> Unwrapped<'_> {
    let mut inner = text.trim();
    let mut wrappers = Vec::new();
    let mut closers: &[char] = &[];
    while wrappers.len() < MAX_DEPTH {
        // A reply at hand: what it wraps stands in its own lines. Else anywhere in the text.
        let scope = if Head::parse(inner).is_some() { folded_line(inner) } else { inner };
        let Some(opening) = first_opening(scope) else { break };
        wrappers.push(last_paragraph(&scope[..opening.outer_end]));
        inner = scope[opening.inner_start..].trim_start();
        if !opening.closers.is_empty() {
            closers = opening.closers;
        }
    }
    if !wrappers.is_empty() {
        inner = until_closer(inner, closers).trim();
    }
    Unwrapped { wrappers, inner }
}

fn first_opening(text: &str) -> Option<Opening> {
    [led(text), message(text), quoted(text), arrow(text)]
        .into_iter()
        .flatten()
        .min_by_key(|opening| opening.inner_start)
}

/// `[{LED=450 4.4.317 ...};{MSG=};{FQDN=...};...]`
fn led(text: &str) -> Option<Opening> {
    let start = text.find("{LED=")?;
    Some(Opening { outer_end: start, inner_start: start + "{LED=".len(), closers: &['}'] })
}

/// `[Message=421 4.4.1 Connection timed out]`; `[Message=SubjectMismatch ...]` holds no reply.
fn message(text: &str) -> Option<Opening> {
    let start = text.find("[Message=")?;
    let inner_start = start + "[Message=".len();
    begins_with_refusal(&text[inner_start..]).then_some(Opening {
        outer_end: start,
        inner_start,
        closers: &[']'],
    })
}

/// A reply in quotes.
fn quoted(text: &str) -> Option<Opening> {
    text.char_indices().find_map(|(start, quote)| {
        let (_, closers) = QUOTES.iter().find(|(open, _)| *open == quote)?;
        let inner_start = start + quote.len_utf8();
        // A tab parts the fields of a log line: hMailServer's fields are quoted.
        let is_field = text[inner_start..].starts_with('\t');
        (!is_field && begins_with_refusal(&text[inner_start..])).then_some(Opening {
            outer_end: start,
            inner_start,
            closers,
        })
    })
}

/// `451 4.4.395 Target host responded with error. -> 421 4.4.1 Connection timed out`
fn arrow(text: &str) -> Option<Opening> {
    text.match_indices("->").find_map(|(start, arrow)| {
        let inner_start = start + arrow.len();
        begins_with_refusal(&text[inner_start..]).then_some(Opening {
            outer_end: start,
            inner_start,
            closers: &[],
        })
    })
}

/// The wrapper's own words: an NDR or an article says much else before them.
fn last_paragraph(text: &str) -> &str {
    let text = text.trim();
    let start = ["\n\n", "\n\r\n"].iter().filter_map(|blank| text.rfind(blank)).max();
    text[start.unwrap_or(0)..].trim()
}

fn begins_with_refusal(text: &str) -> bool {
    let text = text.trim_start().trim_start_matches('#');
    Head::parse(text).is_some_and(|head| head.is_refusal())
}

/// The content up to its closing character; an apostrophe inside a word closes nothing, nor does
/// a bracket or brace that was opened inside the content.
fn until_closer<'a>(text: &'a str, closers: &[char]) -> &'a str {
    let (mut open_brackets, mut open_braces) = (0_usize, 0_usize);
    for (end, character) in text.char_indices() {
        open_brackets += usize::from(character == '[');
        open_braces += usize::from(character == '{');
        if closers.contains(&character) {
            let next = text[end + character.len_utf8()..].chars().next();
            let in_word = matches!(character, '\'' | '\u{2019}')
                && next.is_some_and(char::is_alphanumeric)
                && text[..end].ends_with(char::is_alphanumeric);
            let in_bracket =
                (character == ']' && open_brackets > 0) || (character == '}' && open_braces > 0);
            if !in_word && !in_bracket {
                return &text[..end];
            }
        }
        open_brackets = open_brackets.saturating_sub(usize::from(character == ']'));
        open_braces = open_braces.saturating_sub(usize::from(character == '}'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrapper_comes_off() {
        for (text, inner, wrappers) in [
            ("550 5.7.64 x", "550 5.7.64 x", 0),
            (
                "451 4.4.0 Primary target IP address responded with: \"421 4.4.1 Connection timed \
                 out.\" Attempted failover to alternate host, but that did not succeed.",
                "421 4.4.1 Connection timed out.",
                1,
            ),
            (
                "441 4.4.1 Error encountered while communicating with primary target IP address: \
                 \"Failed to connect. Winsock error code: 10061\"",
                "441 4.4.1 Error encountered while communicating with primary target IP address: \
                 \"Failed to connect. Winsock error code: 10061\"",
                0,
            ),
            (
                "450 4.4.101 Proxy session setup failed on Frontend with '451 4.4.0 Primary target \
                 IP address responded with: \"421 4.2.1 Unable to connect.\" Attempted failover to \
                 alternate host, but that didn't succeed.'",
                "421 4.2.1 Unable to connect.",
                2,
            ),
            (
                "451 4.4.0 Primary target IP address responded with: \"451 4.4.0 Primary target IP \
                 address responded with: \"421 4.4.2 Connection dropped due to SocketError.\" x\" \
                                           y",
                "421 4.4.2 Connection dropped due to SocketError.",
                2,
            ),
            (
                "[{LED=451 4.4.395 Target host responded with error. -> 421 4.4.1 Connection timed \
                 out};{MSG=};{FQDN=a.example};{IP=192.0.2.1};{LRT=1/2/2026 3:04:05 AM}]",
                "421 4.4.1 Connection timed out",
                2,
            ),
            (
                "450 4.4.317 Cannot connect to remote server [Message=454 4.7.0 Failed [mx.example \
                 1] to] [LastAttemptedServerName=b.example]",
                "454 4.7.0 Failed [mx.example 1] to",
                1,
            ),
            (
                "Remote Server returned '550 5.7.64 didn't [a.example]'",
                "550 5.7.64 didn't [a.example]",
                1,
            ),
            (
                "\u{201E}550 5.7.64 TenantAttribution\u{201C} beim Senden",
                "550 5.7.64 TenantAttribution",
                1,
            ),
            ("451 4.4.0 a: \"421 4.4.1 cut off", "421 4.4.1 cut off", 1),
        ] {
            let unwrapped = unwrap(text);
            assert_eq!(unwrapped.inner, inner, "{text}");
            assert_eq!(unwrapped.wrappers.len(), wrappers, "{text}");
        }
    }

    #[test]
    fn nesting_without_end_is_cut_at_a_bounded_depth() {
        let text = "451 4.4.0 a: \"".repeat(10_000);
        assert_eq!(unwrap(&text).wrappers.len(), MAX_DEPTH);
    }
}
