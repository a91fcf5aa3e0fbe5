//! Bytes as hexadecimal digits, in texts and in JSON.

/// Hexadecimal digits in upper case, two for each byte.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02X}");
        text
    })
}

/// The bytes of hexadecimal digits; `None` for an odd number of digits and for other letters.
pub(crate) fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| match *pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

/// Bytes.
pub(crate) mod bytes {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::hexadecimal(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::from_hexadecimal(&text).ok_or_else(|| D::Error::custom("no hexadecimal digits"))
    }
}

/// Bytes that may be absent.
pub(crate) mod optional {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[allow(clippy::ref_option, reason = "serde passes a field as it is")]
    pub fn serialize<S: Serializer>(
        bytes: &Option<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        bytes.as_deref().map(super::hexadecimal).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        let bytes = text.map(|text| super::from_hexadecimal(&text));
        bytes
            .map(|bytes| bytes.ok_or_else(|| D::Error::custom("no hexadecimal digits")))
            .transpose()
    }
}

/// A list of bytes.
pub(crate) mod list {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(list: &[Vec<u8>], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(list.iter().map(|bytes| super::hexadecimal(bytes)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Vec<u8>>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let bytes = texts.iter().map(|text| super::from_hexadecimal(text)).collect::<Option<_>>();
        bytes.ok_or_else(|| D::Error::custom("no hexadecimal digits"))
    }
}

/// An extension whose value is bytes, if it is there.
pub(crate) mod extension {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::certificate::extension::Extension;

    #[allow(clippy::ref_option, reason = "serde passes a field as it is")]
    pub fn serialize<S: Serializer>(
        extension: &Option<Extension<Vec<u8>>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let shown = extension.as_ref().map(|extension| Extension {
            critical: extension.critical,
            value: super::hexadecimal(&extension.value),
        });
        shown.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Extension<Vec<u8>>>, D::Error> {
        let Some(shown) = Option::<Extension<String>>::deserialize(deserializer)? else {
            return Ok(None);
        };
        let value = super::from_hexadecimal(&shown.value);
        let value = value.ok_or_else(|| D::Error::custom("no hexadecimal digits"))?;
        Ok(Some(Extension { critical: shown.critical, value }))
    }
}
