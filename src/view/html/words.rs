//! Texts, times and names as all parts of a page write them.

use maud::{Markup, html as markup};

use crate::diagnosis::Scope;
use crate::finding::printable;
use crate::finding::words::minute;
use crate::stated_time::StatedTime;
use crate::timestamp::Timestamp;

/// A text of the report, without what would hide or turn round what stands beside it.
pub(super) fn safe(text: &str) -> String {
    printable(text).into_owned()
}

pub(super) fn time_of(time: impl Into<StatedTime>) -> Markup {
    let time = time.into();
    markup! { time datetime=(time) { (minute(time)) } }
}

pub(super) fn connector(scope: &Scope) -> String {
    if scope.connector.is_empty() { "not known".to_owned() } else { safe(&scope.connector) }
}

/// The first digits of the certificate's thumbprint.
pub(super) fn short(scope: &Scope) -> String {
    match scope.identity.certificate.as_deref() {
        None => "not known".to_owned(),
        Some(thumbprint) => safe(&thumbprint.chars().take(11).collect::<String>()),
    }
}

pub(super) fn until(end: StatedTime, now: Option<Timestamp>) -> &'static str {
    if now.is_some_and(|now| end < now) { "expired" } else { "valid until" }
}
