//! `null` read as an empty value.

use serde::{Deserialize, Deserializer};

/// Deserialises `null` as the default: PowerShell makes it of empty texts and lists.
pub(super) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
