//! Which sessions a reader returns.

use std::sync::atomic::{AtomicU64, Ordering};

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

/// How many sessions each condition left out. A session counts for the first one, in this order,
/// that it does not meet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// [`SessionFilter::start`] and [`SessionFilter::end`].
    pub time: u64,
    /// [`SessionFilter::outcomes`] and [`SessionFilter::failed`].
    pub outcome: u64,
    /// [`SessionFilter::thumbprint`].
    pub thumbprint: u64,
    /// [`SessionFilter::eop_only`].
    pub eop_only: u64,
    /// [`SessionFilter::connector`].
    pub connector: u64,
    /// [`SessionFilter::remote_host`].
    pub remote_host: u64,
}

/// A condition of a filter, numbered in the order in which they are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Time,
    Outcome,
    Thumbprint,
    EopOnly,
    Connector,
    RemoteHost,
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
#[derive(Debug, Default)]
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
    left_out: [AtomicU64; 6],
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
            left_out: Default::default(),
        })
    }

    /// Whether there is no condition that a session does not meet; one that it does not is counted,
    /// so that each session is asked about once, or passes.
    pub(super) fn passes(&self, unmet: Option<Condition>) -> bool {
        if let Some(condition) = unmet {
            self.left_out[condition as usize].fetch_add(1, Ordering::Relaxed);
        }
        unmet.is_none()
    }

    /// What was left out so far.
    pub(super) fn left_out(&self) -> LeftOut {
        let count =
            |condition: Condition| self.left_out[condition as usize].load(Ordering::Relaxed);
        LeftOut {
            time: count(Condition::Time),
            outcome: count(Condition::Outcome),
            thumbprint: count(Condition::Thumbprint),
            eop_only: count(Condition::EopOnly),
            connector: count(Condition::Connector),
            remote_host: count(Condition::RemoteHost),
        }
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

    /// The first of the conditions on time and outcome that is not met.
    pub(super) fn unmet_early(&self, start: Timestamp, outcome: Outcome) -> Option<Condition> {
        if !self.wants_start(start) {
            return Some(Condition::Time);
        }
        (!self.wants_outcome(outcome)).then_some(Condition::Outcome)
    }

    pub(super) fn unmet_by(&self, session: &Session) -> Option<Condition> {
        if self.wants_all { None } else { self.unmet(&FilterInput::from(session)) }
    }

    /// The first condition that is not met.
    pub(super) fn unmet(&self, input: &FilterInput<'_>) -> Option<Condition> {
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
        if let Some(condition) = self.unmet_early(input.start_time, input.outcome) {
            return Some(condition);
        }
        if !self.thumbprint.as_ref().is_none_or(has_thumbprint) {
            return Some(Condition::Thumbprint);
        }
        if self.eop_only && input.is_eop != Some(true) {
            return Some(Condition::EopOnly);
        }
        if !self.connector.as_ref().is_none_or(|pattern| pattern.matches(input.connector)) {
            return Some(Condition::Connector);
        }
        (!self.remote_host.as_ref().is_none_or(has_host)).then_some(Condition::RemoteHost)
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
