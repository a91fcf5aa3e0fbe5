//! Numbers of the log with their names: results (winerror.h) and trust statuses (wincrypt.h).

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
        RESULTS.iter().find(|(value, _)| *value == self.0).map(|(_, name)| *name)
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
            .map(|bit| {
                let known = ERROR_STATUSES.iter().find(|(value, _)| *value == bit);
                known.map_or_else(|| format!("0x{bit:X}"), |(_, name)| format!("CERT_TRUST_{name}"))
            })
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

/// winerror.h.
const RESULTS: &[(u32, &str)] = &[
    (0x0000_0000, "S_OK"),
    (0x8007_0002, "ERROR_FILE_NOT_FOUND"),
    (0x8007_0005, "E_ACCESSDENIED"),
    (0x8009_0005, "NTE_BAD_DATA"),
    (0x8009_000D, "NTE_NO_KEY"),
    (0x8009_0010, "NTE_PERM"),
    (0x8009_0011, "NTE_NOT_FOUND"),
    (0x8009_0014, "NTE_BAD_PROV_TYPE"),
    (0x8009_0016, "NTE_BAD_KEYSET"),
    (0x8009_0019, "NTE_KEYSET_NOT_DEF"),
    (0x8009_0020, "NTE_FAIL"),
    (0x8009_0022, "NTE_SILENT_CONTEXT"),
    (0x8009_0029, "NTE_NOT_SUPPORTED"),
    (0x8009_030D, "SEC_E_UNKNOWN_CREDENTIALS"),
    (0x8009_030E, "SEC_E_NO_CREDENTIALS"),
    (0x8009_0325, "SEC_E_UNTRUSTED_ROOT"),
    (0x8009_0328, "SEC_E_CERT_EXPIRED"),
    (0x8009_0331, "SEC_E_ALGORITHM_MISMATCH"),
    (0x8009_2004, "CRYPT_E_NOT_FOUND"),
    (0x8009_200B, "CRYPT_E_NO_KEY_PROPERTY"),
    (0x8009_2010, "CRYPT_E_REVOKED"),
    (0x8009_2011, "CRYPT_E_NO_REVOCATION_DLL"),
    (0x8009_2012, "CRYPT_E_NO_REVOCATION_CHECK"),
    (0x8009_2013, "CRYPT_E_REVOCATION_OFFLINE"),
    (0x8009_2014, "CRYPT_E_NOT_IN_REVOCATION_DATABASE"),
    (0x8009_4016, "CERTSRV_E_WEAK_SIGNATURE_OR_KEY"),
    (0x8009_6004, "TRUST_E_CERT_SIGNATURE"),
    (0x8009_6010, "TRUST_E_BAD_DIGEST"),
    (0x8009_6019, "TRUST_E_BASIC_CONSTRAINTS"),
    (0x800B_0101, "CERT_E_EXPIRED"),
    (0x800B_0102, "CERT_E_VALIDITYPERIODNESTING"),
    (0x800B_0104, "CERT_E_PATHLENCONST"),
    (0x800B_0105, "CERT_E_CRITICAL"),
    (0x800B_0109, "CERT_E_UNTRUSTEDROOT"),
    (0x800B_010A, "CERT_E_CHAINING"),
    (0x800B_010B, "TRUST_E_FAIL"),
    (0x800B_010C, "CERT_E_REVOKED"),
    (0x800B_010D, "CERT_E_UNTRUSTEDTESTROOT"),
    (0x800B_010E, "CERT_E_REVOCATION_FAILURE"),
    (0x800B_010F, "CERT_E_CN_NO_MATCH"),
    (0x800B_0110, "CERT_E_WRONG_USAGE"),
    (0x800B_0111, "TRUST_E_EXPLICIT_DISTRUST"),
    (0x800B_0112, "CERT_E_UNTRUSTEDCA"),
    (0x800B_0113, "CERT_E_INVALID_POLICY"),
    (0x800B_0114, "CERT_E_INVALID_NAME"),
];

/// wincrypt.h, CERT_TRUST_STATUS.dwErrorStatus, without the prefix CERT_TRUST_.
const ERROR_STATUSES: &[(u32, &str)] = &[
    (0x1, "IS_NOT_TIME_VALID"),
    (0x2, "IS_NOT_TIME_NESTED"),
    (0x4, "IS_REVOKED"),
    (0x8, "IS_NOT_SIGNATURE_VALID"),
    (0x10, "IS_NOT_VALID_FOR_USAGE"),
    (0x20, "IS_UNTRUSTED_ROOT"),
    (0x40, "REVOCATION_STATUS_UNKNOWN"),
    (0x80, "IS_CYCLIC"),
    (0x100, "INVALID_EXTENSION"),
    (0x200, "INVALID_POLICY_CONSTRAINTS"),
    (0x400, "INVALID_BASIC_CONSTRAINTS"),
    (0x800, "INVALID_NAME_CONSTRAINTS"),
    (0x1000, "HAS_NOT_SUPPORTED_NAME_CONSTRAINT"),
    (0x2000, "HAS_NOT_DEFINED_NAME_CONSTRAINT"),
    (0x4000, "HAS_NOT_PERMITTED_NAME_CONSTRAINT"),
    (0x8000, "HAS_EXCLUDED_NAME_CONSTRAINT"),
    (0x1_0000, "IS_PARTIAL_CHAIN"),
    (0x2_0000, "CTL_IS_NOT_TIME_VALID"),
    (0x4_0000, "CTL_IS_NOT_SIGNATURE_VALID"),
    (0x8_0000, "CTL_IS_NOT_VALID_FOR_USAGE"),
    (0x10_0000, "HAS_WEAK_SIGNATURE"),
    (0x20_0000, "HAS_WEAK_HYGIENE"),
    (0x100_0000, "IS_OFFLINE_REVOCATION"),
    (0x200_0000, "NO_ISSUANCE_CHAIN_POLICY"),
    (0x400_0000, "IS_EXPLICIT_DISTRUST"),
    (0x800_0000, "HAS_NOT_SUPPORTED_CRITICAL_EXT"),
];
