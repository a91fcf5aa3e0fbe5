//! The errors of a failed TLS negotiation or connection: names, numbers, meaning and remedy.

use super::socket_error_table::SOCKET_ERRORS;
use super::tls_error_row::{TlsError, TlsErrorRow};
use super::tls_error_table::TLS_ERRORS;

/// What is known of the X in `TLS negotiation failed with error X`: an SSPI status name or its
/// symbol in winerror.h, a .NET SocketError name or its symbol in winsock2.h, a decimal number
/// (signed or unsigned), or a hexadecimal one (`0x8009030D`, or 8 digits that begin with 8).
#[must_use]
pub fn tls_error(name_or_number: &str) -> TlsError {
    let text = name_or_number.trim().trim_end_matches('.');
    let code = parse_code(text);
    known(text, code).map_or_else(
        || TlsError { name: text.to_owned(), symbol: None, code, meaning: None, remedy: &[] },
        TlsErrorRow::to_error,
    )
}

/// The first word of `text` that names an error; words of one hump only (`Shutdown`) are too
/// common to mean anything in prose.
pub(super) fn find_in_prose(text: &str) -> Option<TlsError> {
    text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .filter(|word| word.bytes().filter(u8::is_ascii_uppercase).count() >= 2)
        .find_map(|word| known(word, None))
        .map(TlsErrorRow::to_error)
}

fn known(name: &str, code: Option<i32>) -> Option<TlsErrorRow> {
    TLS_ERRORS
        .iter()
        .chain(SOCKET_ERRORS)
        .find(|row| row.is_named(name) || (code.is_some() && row.code == code))
        .copied()
}

fn parse_code(text: &str) -> Option<i32> {
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return u32::from_str_radix(digits, 16).ok().map(u32::cast_signed);
    }
    // Eight digits that begin with 8 are an HRESULT without its 0x, even where all are decimal:
    // no status code has the number eighty million.
    if text.len() == 8
        && text.starts_with('8')
        && let Ok(code) = u32::from_str_radix(text, 16)
    {
        return Some(code.cast_signed());
    }
    let number: i64 = text.parse().ok()?;
    i32::try_from(number).ok().or_else(|| u32::try_from(number).ok().map(u32::cast_signed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_found_by_name_symbol_and_every_form_of_its_number() {
        for text in [
            "UnknownCredentials",
            "unknowncredentials",
            "SEC_E_UNKNOWN_CREDENTIALS",
            "0x8009030D",
            "0X8009030d",
            "8009030D",
            "-2146893043",
            "2148074253",
            " UnknownCredentials. ",
        ] {
            let error = tls_error(text);
            assert_eq!(error.name, "UnknownCredentials", "{text}");
            assert_eq!(error.code, Some(-2_146_893_043), "{text}");
            assert!(error.meaning.is_some() && !error.remedy.is_empty(), "{text}");
        }
    }

    #[test]
    fn eight_decimal_digits_that_begin_with_8_are_hexadecimal() {
        assert_eq!(tls_error("80090308").name, "InvalidToken");
    }

    #[test]
    fn a_winsock_number_has_its_net_name() {
        assert_eq!(tls_error("10060").name, "TimedOut");
        assert_eq!(tls_error("WSAECONNRESET").name, "ConnectionReset");
        assert_eq!(tls_error("ConnectionReset").code, Some(10054));
    }

    #[test]
    fn what_is_not_known_keeps_its_text_and_its_number() {
        let error = tls_error("0x80091234");
        assert_eq!((error.name.as_str(), error.meaning), ("0x80091234", None));
        assert_eq!(error.code, Some(0x8009_1234_u32.cast_signed()));
        let error = tls_error("SomethingNew");
        assert_eq!((error.name.as_str(), error.code, error.meaning), ("SomethingNew", None, None));
        assert_eq!(tls_error("99999999999999999999").code, None);
        assert_eq!(tls_error("").code, None);
    }

    #[test]
    fn names_and_numbers_are_unique() {
        let rows: Vec<_> = TLS_ERRORS.iter().chain(SOCKET_ERRORS).collect();
        for (index, row) in rows.iter().enumerate() {
            for other in &rows[index + 1..] {
                assert_ne!(row.name, other.name);
                assert!(
                    row.code.is_none() || row.code != other.code,
                    "{} {}",
                    row.name,
                    other.name
                );
                assert!(row.symbol.is_none() || row.symbol != other.symbol, "{}", row.name);
            }
        }
    }

    /// winerror.h, as the documentation of the logs names them.
    #[test]
    fn the_numbers_are_those_of_winerror_h() {
        for (name, code) in [
            ("InvalidToken", 0x8009_0308_u32),
            ("UnknownCredentials", 0x8009_030D),
            ("NoCredentials", 0x8009_030E),
            ("IllegalMessage", 0x8009_0326),
            ("UntrustedRoot", 0x8009_0325),
            ("WrongPrincipal", 0x8009_0322),
            ("CertUnknown", 0x8009_0327),
            ("CertExpired", 0x8009_0328),
            ("AlgorithmMismatch", 0x8009_0331),
        ] {
            assert_eq!(tls_error(name).code, Some(code.cast_signed()), "{name}");
        }
    }
}
