//! Numbers of the log with their names: results (winerror.h) and trust statuses (wincrypt.h).

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::windows::{error_name, hresult_name};

/// A result: an HRESULT, or 0.
///
/// Serialised as `{"Code": -2146762487, "Hexadecimal": "0x800B0109", "Name": "CERT_E_UNTRUSTEDROOT"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ResultCode(u32);

impl ResultCode {
    /// The result with these 32 bits.
    #[must_use]
    pub const fn new(value: u32) -> Self {
        Self(value)
    }

    /// Reads hexadecimal digits, with or without `0x`, as the log writes them.
    #[must_use]
    pub fn from_hexadecimal(text: &str) -> Option<Self> {
        hexadecimal(text).map(Self)
    }

    /// Its 32 bits.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.0
    }

    /// The number as .NET and PowerShell show it: signed.
    #[must_use]
    pub const fn hresult(self) -> i32 {
        self.0.cast_signed()
    }

    /// Whether it says that nothing is wrong.
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.0 == 0
    }

    /// Its name in winerror.h, where it is one that chains, revocation and private keys meet.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        if self.is_success() { Some("S_OK") } else { hresult_name(self.0) }
    }
}

impl fmt::Display for ResultCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(formatter, "{name} (0x{:08X})", self.0),
            None => write!(formatter, "0x{:08X}", self.0),
        }
    }
}

impl Serialize for ResultCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ResultCode", 3)?;
        object.serialize_field("Code", &self.hresult())?;
        object.serialize_field("Hexadecimal", &format!("0x{:08X}", self.0))?;
        object.serialize_field("Name", &self.name())?;
        object.end()
    }
}

impl<'de> Deserialize<'de> for ResultCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Object {
            code: i32,
        }
        Object::deserialize(deserializer).map(|object| Self(object.code.cast_unsigned()))
    }
}

/// Why a certificate or a chain is not trusted: bits of CERT_TRUST_STATUS.dwErrorStatus.
///
/// Serialised as `{"Value": 65536, "Names": ["CERT_TRUST_IS_PARTIAL_CHAIN"]}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TrustStatus(u32);

impl TrustStatus {
    pub(crate) const NOT_TIME_VALID: u32 = 0x1;
    pub(crate) const REVOKED: u32 = 0x4;
    pub(crate) const NOT_SIGNATURE_VALID: u32 = 0x8;
    pub(crate) const NOT_VALID_FOR_USAGE: u32 = 0x10;
    pub(crate) const UNTRUSTED_ROOT: u32 = 0x20;
    pub(crate) const REVOCATION_STATUS_UNKNOWN: u32 = 0x40;
    pub(crate) const PARTIAL_CHAIN: u32 = 0x1_0000;
    pub(crate) const WEAK_SIGNATURE: u32 = 0x10_0000;
    pub(crate) const OFFLINE_REVOCATION: u32 = 0x100_0000;
    pub(crate) const EXPLICIT_DISTRUST: u32 = 0x400_0000;
    /// Obsolete (wincrypt.h), and no error.
    const NOT_TIME_NESTED: u32 = 0x2;

    /// The status with these bits.
    #[must_use]
    pub const fn new(value: u32) -> Self {
        Self(value)
    }

    /// Reads hexadecimal digits, with or without `0x`, as the log writes them.
    #[must_use]
    pub fn from_hexadecimal(text: &str) -> Option<Self> {
        hexadecimal(text).map(Self)
    }

    /// The bits.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.0
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_trusted(self) -> bool {
        self.0 & !Self::NOT_TIME_NESTED == 0
    }

    /// Whether any of these bits is set.
    #[must_use]
    pub const fn has(self, bits: u32) -> bool {
        self.0 & bits != 0
    }

    /// The names of its bits in wincrypt.h, the lowest first; a bit without a name as a number.
    #[must_use]
    pub fn names(self) -> Vec<String> {
        (0..u32::BITS)
            .map(|bit| 1_u32 << bit)
            .filter(|bit| self.has(*bit))
            .map(|bit| error_name(bit).map_or_else(|| format!("0x{bit:X}"), str::to_owned))
            .collect()
    }
}

impl Serialize for TrustStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("TrustStatus", 2)?;
        object.serialize_field("Value", &self.0)?;
        object.serialize_field("Names", &self.names())?;
        object.end()
    }
}

impl<'de> Deserialize<'de> for TrustStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Object {
            value: u32,
        }
        Object::deserialize(deserializer).map(|object| Self(object.value))
    }
}

/// The log writes `800B0109`; some views of it write `0x800B0109`.
fn hexadecimal(text: &str) -> Option<u32> {
    let text = text.trim();
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let is_plain = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_plain.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}
