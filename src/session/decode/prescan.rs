//! A quick look at the rows of a session before they are read: enough to pass over most of those that
//! a filter does not want.

use memchr::memchr2_iter;

use super::information::{CertificateRole, CertificateValue, Information};
use super::session_rows::SessionRows;
use crate::log::{Event, Field, LogType, RowSpans};
use crate::session::filter::{CompiledFilter, Condition};
use crate::session::model::Outcome;
use crate::timestamp::Timestamp;

/// `may_...` can be true by mistake, never false by mistake; `is_whole` the other way round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prescan {
    /// It has a certificate and a mail and names no other session: it is not one half of a proxied
    /// session.
    pub(super) is_whole: bool,
    /// Something was refused or failed. A whole session without it was delivered or is incomplete.
    pub(super) may_have_failed: bool,
    /// A row of a certificate holds the thumbprint asked for.
    pub(super) may_hold_thumbprint: bool,
}

/// What is gathered from row to row.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact seen on its own in the rows")]
struct Scan<'filter> {
    thumbprint: Option<&'filter str>,
    command: Option<Event>,
    opened: Option<CertificateRole>,
    has_certificate: bool,
    has_mail: bool,
    names_other: bool,
    may_have_failed: bool,
    may_hold_thumbprint: bool,
}

/// Whether a prescan can show that the filter does not want a session.
pub(super) fn can_reject_by_prescan(filter: &CompiledFilter) -> bool {
    filter.limits_time()
        || filter.thumbprint().is_some()
        || !filter.wants_outcome(Outcome::Delivered)
        || !filter.wants_outcome(Outcome::Incomplete)
}

impl Prescan {
    /// A condition that a session which begins at that time and looks like this cannot meet.
    pub(super) fn unmet(self, start: Timestamp, filter: &CompiledFilter) -> Option<Condition> {
        let wants_a_success =
            filter.wants_outcome(Outcome::Delivered) || filter.wants_outcome(Outcome::Incomplete);
        if !self.is_whole {
            None
        } else if !filter.wants_start(start) {
            Some(Condition::Time)
        } else if !self.may_have_failed && !wants_a_success {
            Some(Condition::Outcome)
        } else if !self.may_hold_thumbprint && filter.thumbprint().is_some() {
            Some(Condition::Thumbprint)
        } else {
            None
        }
    }

    /// Looks at the rows, whose text is that.
    pub(super) fn of(rows: &SessionRows, text: &[u8], thumbprint: Option<&str>) -> Self {
        let command = match rows.start.and_then(|start| start.log_type) {
            Some(LogType::Send | LogType::IisSmtp) => Some(Event::Sent),
            Some(LogType::Receive) => Some(Event::Received),
            None => None,
        };
        let mut look = Scan {
            thumbprint,
            command,
            opened: None,
            has_certificate: false,
            has_mail: false,
            names_other: false,
            may_have_failed: false,
            may_hold_thumbprint: false,
        };
        for row in &rows.rows {
            if row.event == Event::Information {
                look.at_information(row, text);
            } else {
                look.at_line(row, text);
            }
        }
        Self {
            is_whole: look.has_certificate && look.has_mail && !look.names_other,
            may_have_failed: look.may_have_failed,
            may_hold_thumbprint: look.may_hold_thumbprint,
        }
    }
}

impl Scan<'_> {
    #[inline]
    fn at_line(&mut self, row: &RowSpans, text: &[u8]) {
        match row.data.get(text) {
            [b'4' | b'5', ..] | [b'"', b'4' | b'5', ..] => self.may_have_failed = true,
            line @ [b'M', ..] if !self.has_mail => {
                self.has_mail = Some(row.event) == self.command && line.starts_with(b"MAIL FROM:");
            }
            _ => {}
        }
    }

    #[inline]
    fn at_information(&mut self, row: &RowSpans, text: &[u8]) {
        let (data, context) = (Field::new(row.data.get(text)), Field::new(row.context.get(text)));
        let label = if context.is_empty() { data } else { context };
        let within_quotes = match label.raw() {
            [b'"', inner @ .., b'"'] => inner,
            plain => plain,
        };
        // Doubled quotes stand in no usual label, at most in its values, which do not matter here.
        match Information::parse_usual(within_quotes) {
            Some(information) => self.at(information, data),
            None => self.at(Information::parse_any(&label.value()), data),
        }
    }

    #[inline]
    fn at(&mut self, information: Information<'_>, data: Field<'_>) {
        match information {
            Information::Certificate(role) => {
                self.opened = Some(role);
                if role == CertificateRole::Sent {
                    self.has_certificate = is_certainly_something(data);
                }
                self.look_for_thumbprint(data);
            }
            Information::CertificateAgain => {
                self.opened = Some(CertificateRole::Remote);
                self.look_for_thumbprint(data);
            }
            Information::CertificateValue(value) => {
                self.has_certificate |= self.opened == Some(CertificateRole::Sent);
                if value == CertificateValue::Thumbprint {
                    self.look_for_thumbprint(data);
                }
            }
            Information::TlsFailed(_)
            | Information::ConnectFailed(_)
            | Information::AuthenticationFailed(_) => {
                self.may_have_failed = true;
            }
            Information::ProxySession(_) => self.names_other = true,
            Information::TlsSucceeded(_)
            | Information::Message(_)
            | Information::Connecting
            | Information::Other => {}
        }
    }

    #[inline]
    fn look_for_thumbprint(&mut self, data: Field<'_>) {
        if let Some(thumbprint) = self.thumbprint {
            self.may_hold_thumbprint |= holds(data.raw(), thumbprint.as_bytes());
        }
    }
}

fn holds(data: &[u8], thumbprint: &[u8]) -> bool {
    let Some(first) = thumbprint.first() else { return false };
    memchr2_iter(first.to_ascii_lowercase(), *first, data).any(|at| {
        data.get(at..at + thumbprint.len())
            .is_some_and(|digits| digits.eq_ignore_ascii_case(thumbprint))
    })
}

/// Whether the value of a field is more than blanks. Quotes alone are not looked into.
fn is_certainly_something(field: Field<'_>) -> bool {
    field.raw().iter().any(|byte| *byte != b'"' && !byte.is_ascii_whitespace())
}
