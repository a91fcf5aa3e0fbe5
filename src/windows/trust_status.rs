//! The names of what crypt32 says: the bits of CERT_TRUST_STATUS (wincrypt.h) and the results of
//! chain policies (winerror.h).

#![forbid(unsafe_code)]

/// A bit of dwErrorStatus: its value, its name, and the HRESULT that the BASE policy makes of it
/// (0: none by itself).
const ERROR_BITS: &[(u32, &str, u32)] = &[
    (0x0000_0001, "CERT_TRUST_IS_NOT_TIME_VALID", 0x800B_0101),
    (0x0000_0002, "CERT_TRUST_IS_NOT_TIME_NESTED", 0x800B_0102),
    (0x0000_0004, "CERT_TRUST_IS_REVOKED", 0x8009_2010),
    (0x0000_0008, "CERT_TRUST_IS_NOT_SIGNATURE_VALID", 0x8009_6004),
    (0x0000_0010, "CERT_TRUST_IS_NOT_VALID_FOR_USAGE", 0x800B_0110),
    (0x0000_0020, "CERT_TRUST_IS_UNTRUSTED_ROOT", 0x800B_0109),
    (0x0000_0040, "CERT_TRUST_REVOCATION_STATUS_UNKNOWN", 0x8009_2012),
    (0x0000_0080, "CERT_TRUST_IS_CYCLIC", 0x800B_0109),
    (0x0000_0100, "CERT_TRUST_INVALID_EXTENSION", 0x800B_0105),
    (0x0000_0200, "CERT_TRUST_INVALID_POLICY_CONSTRAINTS", 0x800B_0113),
    (0x0000_0400, "CERT_TRUST_INVALID_BASIC_CONSTRAINTS", 0x8009_6019),
    (0x0000_0800, "CERT_TRUST_INVALID_NAME_CONSTRAINTS", 0x800B_0114),
    (0x0000_1000, "CERT_TRUST_HAS_NOT_SUPPORTED_NAME_CONSTRAINT", 0x800B_0114),
    (0x0000_2000, "CERT_TRUST_HAS_NOT_DEFINED_NAME_CONSTRAINT", 0x800B_0114),
    (0x0000_4000, "CERT_TRUST_HAS_NOT_PERMITTED_NAME_CONSTRAINT", 0x800B_0114),
    (0x0000_8000, "CERT_TRUST_HAS_EXCLUDED_NAME_CONSTRAINT", 0x800B_0114),
    (0x0001_0000, "CERT_TRUST_IS_PARTIAL_CHAIN", 0x800B_010A),
    (0x0002_0000, "CERT_TRUST_CTL_IS_NOT_TIME_VALID", 0),
    (0x0004_0000, "CERT_TRUST_CTL_IS_NOT_SIGNATURE_VALID", 0),
    (0x0008_0000, "CERT_TRUST_CTL_IS_NOT_VALID_FOR_USAGE", 0),
    (0x0010_0000, "CERT_TRUST_HAS_WEAK_SIGNATURE", 0x8009_4016),
    (0x0020_0000, "CERT_TRUST_HAS_WEAK_HYGIENE", 0),
    (0x0100_0000, "CERT_TRUST_IS_OFFLINE_REVOCATION", 0x8009_2013),
    (0x0200_0000, "CERT_TRUST_NO_ISSUANCE_CHAIN_POLICY", 0),
    (0x0400_0000, "CERT_TRUST_IS_EXPLICIT_DISTRUST", 0x800B_0111),
    (0x0800_0000, "CERT_TRUST_HAS_NOT_SUPPORTED_CRITICAL_EXT", 0x800B_0105),
];

/// A bit of dwInfoStatus.
const INFORMATION_BITS: &[(u32, &str)] = &[
    (0x0000_0001, "CERT_TRUST_HAS_EXACT_MATCH_ISSUER"),
    (0x0000_0002, "CERT_TRUST_HAS_KEY_MATCH_ISSUER"),
    (0x0000_0004, "CERT_TRUST_HAS_NAME_MATCH_ISSUER"),
    (0x0000_0008, "CERT_TRUST_IS_SELF_SIGNED"),
    (0x0000_0010, "CERT_TRUST_AUTO_UPDATE_CA_REVOCATION"),
    (0x0000_0020, "CERT_TRUST_AUTO_UPDATE_END_REVOCATION"),
    (0x0000_0040, "CERT_TRUST_NO_OCSP_FAILOVER_TO_CRL"),
    (0x0000_0080, "CERT_TRUST_IS_KEY_ROLLOVER"),
    (0x0000_0100, "CERT_TRUST_HAS_PREFERRED_ISSUER"),
    (0x0000_0200, "CERT_TRUST_HAS_ISSUANCE_CHAIN_POLICY"),
    (0x0000_0400, "CERT_TRUST_HAS_VALID_NAME_CONSTRAINTS"),
    (0x0000_0800, "CERT_TRUST_IS_PEER_TRUSTED"),
    (0x0000_1000, "CERT_TRUST_HAS_CRL_VALIDITY_EXTENDED"),
    (0x0000_2000, "CERT_TRUST_IS_FROM_EXCLUSIVE_TRUST_STORE"),
    (0x0000_4000, "CERT_TRUST_IS_CA_TRUSTED"),
    (0x0000_8000, "CERT_TRUST_HAS_AUTO_UPDATE_WEAK_SIGNATURE"),
    (0x0001_0000, "CERT_TRUST_IS_COMPLEX_CHAIN"),
];

/// What chains, their policies, revocation and private keys result in.
const RESULTS: &[(u32, &str)] = &[
    (0x8007_0002, "ERROR_FILE_NOT_FOUND"),
    (0x8007_0005, "E_ACCESSDENIED"),
    (0x8009_0005, "NTE_BAD_DATA"),
    (0x8009_000B, "NTE_BAD_KEY_STATE"),
    (0x8009_000D, "NTE_NO_KEY"),
    (0x8009_0010, "NTE_PERM"),
    (0x8009_0011, "NTE_NOT_FOUND"),
    (0x8009_0014, "NTE_BAD_PROV_TYPE"),
    (0x8009_0016, "NTE_BAD_KEYSET"),
    (0x8009_0019, "NTE_KEYSET_NOT_DEF"),
    (0x8009_0020, "NTE_FAIL"),
    (0x8009_0022, "NTE_SILENT_CONTEXT"),
    (0x8009_0029, "NTE_NOT_SUPPORTED"),
    (0x8009_0030, "NTE_DEVICE_NOT_READY"),
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
    (0x800B_0103, "CERT_E_ROLE"),
    (0x800B_0104, "CERT_E_PATHLENCONST"),
    (0x800B_0105, "CERT_E_CRITICAL"),
    (0x800B_0106, "CERT_E_PURPOSE"),
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

/// The bits that are about revocation only.
pub(super) const REVOCATION_NOT_CHECKED: u32 = 0x0000_0040 | 0x0100_0000;

/// The bit of a chain whose issuer is missing.
pub(super) const IS_PARTIAL_CHAIN: u32 = 0x0001_0000;

/// The names of the bits of a dwErrorStatus; a bit without a name as a hexadecimal number.
#[must_use]
pub fn error_names(status: u32) -> Vec<String> {
    names(status, ERROR_BITS.iter().map(|(bit, name, _)| (*bit, *name)))
}

/// The name of one bit of a dwErrorStatus.
#[must_use]
pub fn error_name(bit: u32) -> Option<&'static str> {
    ERROR_BITS.iter().find(|(known, ..)| *known == bit).map(|(_, name, _)| *name)
}

/// The names of the bits of a dwInfoStatus; a bit without a name as a hexadecimal number.
#[must_use]
pub fn information_names(status: u32) -> Vec<String> {
    names(status, INFORMATION_BITS.iter().copied())
}

/// The HRESULTs that the BASE policy has for the bits of a dwErrorStatus, each once.
#[must_use]
pub fn hresults(status: u32) -> Vec<u32> {
    let set = ERROR_BITS.iter().filter(|(bit, _, result)| status & bit != 0 && *result != 0);
    let mut results: Vec<u32> = set.map(|(.., result)| *result).collect();
    results.sort_unstable();
    results.dedup();
    results
}

/// The name of an HRESULT in winerror.h.
#[must_use]
pub fn hresult_name(result: u32) -> Option<&'static str> {
    RESULTS.iter().find(|(known, _)| *known == result).map(|(_, name)| *name)
}

/// An HRESULT with its name, such as `CERT_E_UNTRUSTEDROOT (0x800B0109)`; 0 is `S_OK`.
#[must_use]
pub fn result_name(result: u32) -> String {
    match hresult_name(result) {
        Some(name) => format!("{name} (0x{result:08X})"),
        None if result == 0 => "S_OK".to_owned(),
        None => format!("0x{result:08X}"),
    }
}

fn names(status: u32, table: impl Iterator<Item = (u32, &'static str)>) -> Vec<String> {
    let mut rest = status;
    let mut found = Vec::new();
    for (bit, name) in table {
        if status & bit != 0 {
            rest &= !bit;
            found.push(name.to_owned());
        }
    }
    if rest != 0 {
        found.push(format!("0x{rest:08X}"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_has_one_name_and_every_result_of_a_bit_too() {
        for (bit, name, result) in ERROR_BITS {
            assert_eq!(bit.count_ones(), 1, "{name}");
            assert_eq!(error_names(*bit), [*name]);
            assert!(*result == 0 || result_name(*result).contains('('), "{name}");
        }
        for (bit, name) in INFORMATION_BITS {
            assert_eq!(bit.count_ones(), 1, "{name}");
            assert_eq!(information_names(*bit), [*name]);
        }
    }

    #[test]
    fn bits_without_a_name_are_told_as_a_number() {
        assert_eq!(error_names(0), Vec::<String>::new());
        assert_eq!(
            error_names(0x8001_0020),
            ["CERT_TRUST_IS_UNTRUSTED_ROOT", "CERT_TRUST_IS_PARTIAL_CHAIN", "0x80000000"]
        );
        assert_eq!(information_names(0x4000_0008), ["CERT_TRUST_IS_SELF_SIGNED", "0x40000000"]);
    }

    /// The table of the facts: the HRESULT of each bit under the BASE policy.
    #[test]
    fn bits_have_the_results_of_the_base_policy() {
        let expected = [
            (0x1, 0x800B_0101),
            (0x4, 0x8009_2010),
            (0x8, 0x8009_6004),
            (0x10, 0x800B_0110),
            (0x20, 0x800B_0109),
            (0x40, 0x8009_2012),
            (0x400, 0x8009_6019),
            (0x4000, 0x800B_0114),
            (0x1_0000, 0x800B_010A),
            (0x10_0000, 0x8009_4016),
            (0x100_0000, 0x8009_2013),
            (0x400_0000, 0x800B_0111),
            (0x800_0000, 0x800B_0105),
        ];
        for (bit, result) in expected {
            assert_eq!(hresults(bit), [result], "{bit:#x}");
        }
        assert_eq!(hresults(0x1_0021), [0x800B_0101, 0x800B_0109, 0x800B_010A]);
        assert_eq!(result_name(0x800B_0109), "CERT_E_UNTRUSTEDROOT (0x800B0109)");
        assert_eq!(result_name(0x8000_FFFF), "0x8000FFFF");
        assert_eq!(result_name(0), "S_OK");
    }
}
