//! Finding the error of a TLS negotiation in a text.

use super::catalogue::CatalogueEntry;
use super::details::Details;
use super::smtp_reply::attr_number;
use super::tls_error::{find_in_prose, tls_error};
use super::tls_error_row::TlsError;
use super::words::find_words;

/// The words after which the name or number of an error stands.
const ERROR_LABELS: &[&str] = &[
    "negotiation failed with error ",
    "Winsock error code: ",
    "Socket error code ",
    "Connection dropped due to ",
    "Security status ",
    "ErrorCode ",
    "Failed to establish appropriate TLS channel: ",
    "Failed to establish appropriate TLS channel ",
    "Certificate validation failure, Reason:",
    "Certificate validation failure, Reason: ",
];

/// What Windows writes of socket errors in place of their names (winerror.h).
const SOCKET_TEXTS: &[(&str, &str)] = &[
    ("operation has been aborted because of either a thread exit", "OperationAborted"),
    ("connection was aborted by the software in your host machine", "ConnectionAborted"),
    ("connection was forcibly closed by the remote host", "ConnectionReset"),
    ("did not properly respond after a period of time", "TimedOut"),
    ("target machine actively refused it", "ConnectionRefused"),
];

pub(super) fn find_tls_error(
    text: &str,
    details: &Details<'_>,
    entry: Option<&CatalogueEntry>,
) -> Option<TlsError> {
    let labelled = ERROR_LABELS.iter().find_map(|label| {
        let rest =
            text[find_words(text, label)?..].trim_start_matches([' ', '(', '\t', '\r', '\n']);
        let end = rest.find(|character: char| {
            !character.is_ascii_alphanumeric() && !matches!(character, '_' | '-')
        });
        let name = &rest[..end.unwrap_or(rest.len())];
        // `TLS channel: Access Denied` holds no error; `ATTR41: CertificateExpired` has it behind.
        if name.eq_ignore_ascii_case("Access") {
            return None;
        }
        if attr_number(name).is_some() {
            return find_in_prose(rest);
        }
        (!name.is_empty()).then(|| tls_error(name))
    });
    let reason = || {
        let name = details.reason?.split_whitespace().next()?;
        Some(tls_error(name)).filter(|error| error.meaning.is_some())
    };
    // In a translated row only the name survives; where a class is known, prose adds nothing.
    let in_prose = || {
        let may_hide_an_error = entry.is_none_or(|entry| entry.cover);
        (may_hide_an_error && text.contains("TLS")).then(|| find_in_prose(text))?
    };
    let bare = || {
        let word = text.trim();
        let is_one_word = !word.is_empty() && !word.contains(char::is_whitespace);
        is_one_word.then(|| tls_error(word)).filter(|error| error.meaning.is_some())
    };
    let of_windows = || {
        let is_open = entry.is_none_or(|entry| entry.cover);
        let is_said = |(words, _): &&(&str, &str)| find_words(text, words).is_some();
        let (_, name) = SOCKET_TEXTS.iter().filter(|_| is_open).find(is_said)?;
        Some(tls_error(name))
    };
    labelled.or_else(reason).or_else(in_prose).or_else(bare).or_else(of_windows)
}
