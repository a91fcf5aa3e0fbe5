//! Which sessions a reader returns.

use glob::{MatchOptions, Pattern};

use super::model::{Outcome, Session};
use crate::certificate::LoggedCertificate;
use crate::timestamp::Timestamp;

/// Which sessions a reader returns: those that pass every condition given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionFilter {
    /// A pattern (`*`, `?`, `[...]`, any case) for the connector.
    pub connector: Option<String>,
    /// A pattern for the remote host, or for the remote endpoint with or without its port.
    pub remote_host: Option<String>,
    /// The thumbprint of the sent or remote certificate, as pasted (blanks, colons, U+200E).
    pub thumbprint: Option<String>,
    /// Sessions that start at that time or later.
    pub start: Option<Timestamp>,
    /// Sessions that start before that time.
    pub end: Option<Timestamp>,
    /// Sessions that ended in one of these ways; empty = in any.
    pub outcomes: Vec<Outcome>,
    /// Only sessions that failed ([`Outcome::is_failure`]).
    pub failed: bool,
    /// Only sessions known to go to EOP.
    pub eop_only: bool,
}

/// A condition that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// A pattern is not valid.
    #[error("the pattern '{pattern}' is not valid: {reason}")]
    InvalidPattern {
        /// The pattern as given.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A thumbprint is not 40 hexadecimal digits.
    #[error("the thumbprint '{0}' is not 40 hexadecimal digits")]
    InvalidThumbprint(String),
}

/// A filter ready for use.
#[derive(Clone, Debug, Default)]
pub(super) struct CompiledFilter {
    connector: Option<Wildcard>,
    remote_host: Option<Wildcard>,
    thumbprint: Option<String>,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    outcomes: Vec<Outcome>,
    failed: bool,
    eop_only: bool,
    wants_all: bool,
}

impl CompiledFilter {
    pub(super) fn new(filter: &SessionFilter) -> Result<Self, FilterError> {
        let wildcard = |pattern: &Option<String>| pattern.as_deref().map(Wildcard::new).transpose();
        Ok(Self {
            connector: wildcard(&filter.connector)?,
            remote_host: wildcard(&filter.remote_host)?,
            thumbprint: filter.thumbprint.as_deref().map(pasted_thumbprint).transpose()?,
            start: filter.start,
            end: filter.end,
            outcomes: filter.outcomes.clone(),
            failed: filter.failed,
            eop_only: filter.eop_only,
            wants_all: *filter == SessionFilter::default(),
        })
    }

    /// Whether sessions are asked for by their time.
    pub(super) fn limits_time(&self) -> bool {
        self.start.is_some() || self.end.is_some()
    }

    pub(super) fn thumbprint(&self) -> Option<&str> {
        self.thumbprint.as_deref()
    }

    pub(super) fn wants_start(&self, start: Timestamp) -> bool {
        self.start.is_none_or(|from| start >= from) && self.end.is_none_or(|to| start < to)
    }

    pub(super) fn wants_outcome(&self, outcome: Outcome) -> bool {
        (self.outcomes.is_empty() || self.outcomes.contains(&outcome))
            && (!self.failed || outcome.is_failure())
    }

    pub(super) fn wants_session(&self, session: &Session) -> bool {
        self.wants_all || self.wants(&FilterInput::from(session))
    }

    pub(super) fn wants(&self, input: &FilterInput<'_>) -> bool {
        let has_thumbprint = |thumbprint: &String| {
            let certificates = input.certificates.iter().flatten();
            certificates.into_iter().any(|known| known.thumbprint.as_deref() == Some(thumbprint))
        };
        let has_host = |pattern: &Wildcard| {
            let endpoint = input.remote_endpoint;
            let address = endpoint.rsplit_once(':').map_or("", |(host, _)| host);
            [input.remote_host, endpoint, address]
                .into_iter()
                .any(|text| !text.is_empty() && pattern.matches(text))
        };
        self.wants_start(input.start_time)
            && self.wants_outcome(input.outcome)
            && (!self.eop_only || input.is_eop == Some(true))
            && self.connector.as_ref().is_none_or(|pattern| pattern.matches(input.connector))
            && self.thumbprint.as_ref().is_none_or(has_thumbprint)
            && self.remote_host.as_ref().is_none_or(has_host)
    }
}

/// What a filter looks at of a session. Empty texts are those that the log does not hold.
pub(super) struct FilterInput<'session> {
    pub(super) start_time: Timestamp,
    pub(super) outcome: Outcome,
    pub(super) is_eop: Option<bool>,
    pub(super) connector: &'session str,
    pub(super) remote_host: &'session str,
    pub(super) remote_endpoint: &'session str,
    pub(super) certificates: [Option<&'session LoggedCertificate>; 2],
}

impl<'session> From<&'session Session> for FilterInput<'session> {
    fn from(session: &'session Session) -> Self {
        Self {
            start_time: session.start_time,
            outcome: session.outcome,
            is_eop: session.is_eop,
            connector: session.connector(),
            remote_host: session.remote_host().unwrap_or_default(),
            remote_endpoint: session.remote_endpoint().unwrap_or_default(),
            certificates: [
                session.sent_certificate.as_deref(),
                session.remote_certificate.as_deref(),
            ],
        }
    }
}

/// A pattern as PowerShell's -like reads it, in any case.
#[derive(Clone, Debug)]
struct Wildcard(Pattern);

impl Wildcard {
    fn new(pattern: &str) -> Result<Self, FilterError> {
        let mut lower = pattern.to_lowercase();
        // Runs of asterisks mean nothing more here; to the glob crate they are path components.
        while lower.contains("**") {
            lower = lower.replace("**", "*");
        }
        Pattern::new(&lower).map(Self).map_err(|error| FilterError::InvalidPattern {
            pattern: pattern.to_owned(),
            reason: error.msg.to_owned(),
        })
    }

    fn matches(&self, text: &str) -> bool {
        let options = MatchOptions {
            case_sensitive: true,
            require_literal_separator: false,
            require_literal_leading_dot: false,
        };
        self.0.matches_with(&text.to_lowercase(), options)
    }
}

/// Reads a thumbprint as it comes out of the certificate dialog: with blanks, colons, and the
/// invisible U+200E before it.
fn pasted_thumbprint(text: &str) -> Result<String, FilterError> {
    let digits: String = text
        .chars()
        .filter(|character| {
            !character.is_whitespace()
                && !matches!(character, ':' | '-' | '\u{200E}' | '\u{200F}' | '\u{FEFF}')
        })
        .collect();
    if digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(digits.to_ascii_uppercase())
    } else {
        Err(FilterError::InvalidThumbprint(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_is_taken_as_pasted() {
        let expected = "1234567890ABCDEF1234567890ABCDEF12345678";
        for text in [
            expected,
            "\u{200e}12 34 56 78 90 ab cd ef 12 34 56 78 90 ab cd ef 12 34 56 78",
            "12:34:56:78:90:AB:CD:EF:12:34:56:78:90:AB:CD:EF:12:34:56:78",
        ] {
            assert_eq!(pasted_thumbprint(text).as_deref(), Ok(expected));
        }
        assert!(pasted_thumbprint("1234").is_err());
        assert!(pasted_thumbprint("").is_err());
    }

    #[test]
    fn patterns_match_in_any_case_and_language() {
        for (pattern, text, expected) in [
            ("outbound to *", "Outbound to Office 365", true),
            ("*ОБЛАКО*", "В облако", true),
            ("a**b", "a/x/b", true),
            ("***", "anything", true),
            ("EX[0-9]?\\*", "ex01\\Default", true),
            ("Outbound", "Outbound to Office 365", false),
        ] {
            assert_eq!(Wildcard::new(pattern).unwrap().matches(text), expected, "{pattern}");
        }
        assert!(Wildcard::new("[a").is_err());
    }
}
