//! An error and its session in one sentence.

use super::error::DeliveryError;
use super::session_match::MatchBasis;
use crate::session::{Outcome, Session};

/// "The queue EX1\3 says '421 4.4.1 Connection timed out'; the log says UnknownCredentials with the
/// certificate 1234...", and how certain it is that both are about the same.
pub(super) fn message(error: &DeliveryError, session: &Session, basis: MatchBasis) -> String {
    format!(
        "{} says '{}'; the log says {}. {}",
        error.reporter(),
        error.short_text().trim_end_matches('.'),
        what(error, session),
        why(basis)
    )
}

fn what(error: &DeliveryError, session: &Session) -> String {
    let certificate = match (session.sent_thumbprint(), session.sent_subject()) {
        (Some(thumbprint), _) => format!(" with the certificate {thumbprint}"),
        (None, Some(subject)) => format!(" with the certificate of {subject}"),
        (None, None) => String::new(),
    };
    let reply = session.reply().unwrap_or_default();
    let is_same = error.explanation.reply.as_deref() == Some(reply);
    match (session.outcome, session.tls_error()) {
        (_, Some(error)) => format!("{error}{certificate}"),
        (Outcome::TlsFailed, None) => format!("that the TLS negotiation failed{certificate}"),
        (Outcome::ConnectFailed, None) => format!("that no connection came about ({reply})"),
        (Outcome::Delivered, None) => "that a mail was delivered".to_owned(),
        (Outcome::Refused | Outcome::PartlyRefused, None) if is_same && certificate.is_empty() => {
            "the same".to_owned()
        }
        (Outcome::Refused | Outcome::PartlyRefused, None) if is_same => {
            format!("the same,{certificate}")
        }
        (Outcome::Refused | Outcome::PartlyRefused, None) => format!("'{reply}'{certificate}"),
        (Outcome::Incomplete, None) => "no more: the session is cut off".to_owned(),
        (Outcome::NoMail, None) => format!("'{reply}', and no mail"),
    }
}

fn why(basis: MatchBasis) -> &'static str {
    match basis {
        MatchBasis::ServerSessionId => "The other server's session id in both is the same.",
        MatchBasis::InternetMessageId => "The Message-ID in both is the same.",
        MatchBasis::TimeAndHost => {
            "Likely the same: time and host agree; the log names no mail there."
        }
        MatchBasis::Time => "Possibly the same: the time agrees; nothing else can be compared.",
        MatchBasis::Host => {
            "Possibly the same: the newest session with that host that failed alike; the error has \
             no time."
        }
        MatchBasis::SameFailure => {
            "Possibly the same: the newest session that failed alike; the error has neither time \
             nor host."
        }
    }
}
