//! Lists of texts as exports hold them.

use serde::Serialize;

/// A property with several values, and whether the source shows all of them: Format-List ends a
/// list after four values with `...`, and CSV may hold the name of its type instead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TextList {
    /// The values that the source shows.
    pub values: Vec<String>,
    /// Whether there are more: what is not among the values may still be listed.
    pub is_truncated: bool,
}

impl TextList {
    /// A list of which all values are known.
    pub fn complete<V: IntoIterator<Item: Into<String>>>(values: V) -> Self {
        Self { values: values.into_iter().map(Into::into).collect(), is_truncated: false }
    }

    /// Whether the source shows that there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && !self.is_truncated
    }
}
