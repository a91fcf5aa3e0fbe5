//! One extension of a certificate.

use serde::{Deserialize, Serialize};

/// One decoded extension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Extension<T> {
    /// Whether it is marked critical.
    pub critical: bool,
    /// Its content.
    pub value: T,
}
