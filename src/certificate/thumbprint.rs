//! Thumbprints and serial numbers, as Windows writes them and as people paste them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha1::{Digest, Sha1};

use super::hexadecimal::hexadecimal;

/// The SHA-1 digest of a certificate's DER: its name in Windows stores and Exchange cmdlets.
///
/// `Display` writes 40 hexadecimal digits in upper case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Thumbprint([u8; 20]);

/// A text that is not 40 hexadecimal digits, separators aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a thumbprint has 40 hexadecimal digits; {found} were given (copy it from Get-ExchangeCertificate)"
)]
pub struct ThumbprintError {
    /// How many hexadecimal digits the text held.
    pub found: usize,
}

impl Thumbprint {
    /// The thumbprint of a certificate's DER.
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        Self(Sha1::digest(der).into())
    }

    /// The 20 bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl FromStr for Thumbprint {
    type Err = ThumbprintError;

    /// Reads a thumbprint as pasted: any case, with blanks, colons, hyphens and the invisible
    /// U+200E that the certificate dialog of Windows puts before it.
    ///
    /// # Errors
    /// Anything but 40 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_separator = |character: &char| {
            character.is_whitespace()
                || matches!(character, ':' | '-' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{FEFF}')
        };
        let digits: Vec<Option<u32>> = text
            .chars()
            .filter(|character| !is_separator(character))
            .map(|character| character.to_digit(16))
            .collect();
        let found = digits.iter().flatten().count();
        let mut bytes = [0; 20];
        if found != 40 || digits.len() != 40 {
            return Err(ThumbprintError { found });
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let value = pair.iter().flatten().fold(0, |sum, digit| sum * 16 + digit);
            *byte = u8::try_from(value).unwrap_or_default();
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hexadecimal(&self.0))
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Thumbprint({self})")
    }
}

impl Serialize for Thumbprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Thumbprint {
    /// Takes what [`Thumbprint::from_str`] takes.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Whether two serial numbers in hexadecimal digits are the same, leading zeros aside: Exchange
/// logs, .NET and OpenSSL differ in whether they write the leading 00.
#[must_use]
pub fn serial_numbers_match(one: &str, other: &str) -> bool {
    let significant = |text: &str| {
        text.trim().trim_start_matches("0x").trim_start_matches('0').to_ascii_uppercase()
    };
    significant(one) == significant(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbprints_are_read_as_pasted() {
        let plain = "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709";
        assert_eq!(Thumbprint::of(b"").to_string(), plain);
        for text in [
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "\u{200E}da 39 a3 ee 5e 6b 4b 0d 32 55 bf ef 95 60 18 90 af d8 07 09",
            "DA:39:A3:EE:5E:6B:4B:0D:32:55:BF:EF:95:60:18:90:AF:D8:07:09\r\n",
        ] {
            assert_eq!(text.parse(), Ok(Thumbprint::of(b"")), "{text}");
        }
        assert_eq!("DA39".parse::<Thumbprint>(), Err(ThumbprintError { found: 4 }));
        assert!(format!("{plain}g").parse::<Thumbprint>().is_err());
    }

    #[test]
    fn serial_numbers_compare_without_leading_zeros() {
        assert!(serial_numbers_match("00A1b2", "a1B2"));
        assert!(serial_numbers_match("0", "00"));
        assert!(!serial_numbers_match("A1B2", "A1B20"));
    }
}
