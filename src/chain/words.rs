//! Names of certificates in texts.

use crate::certificate::Certificate;
use crate::finding::cut_name;

/// A certificate by subject and thumbprint.
pub(super) fn named(certificate: &Certificate) -> String {
    format!("{} ({})", shown(&certificate.subject), certificate.thumbprint())
}

/// A name in a text, cut where it is too long for one.
pub(super) fn shown(name: &impl ToString) -> String {
    cut_name(&name.to_string()).into_owned()
}
