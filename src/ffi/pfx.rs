//! Opening a PFX file.

use std::slice;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use libc::size_t;

use super::answer::answer;
use super::chain::EOP_MAXIMUM_CHAIN_FILE_LENGTH;
use super::error::{ErrorDetail, Failure};
use super::input::Utf16;
use super::output::require;
use super::status::{EOP_INVALID_CERTIFICATE, EOP_WRONG_PASSWORD};
use crate::certificate::{Password, ReadError, is_pfx, read_certificates_with};

/// The most units of the password of a PFX file.
pub const EOP_MAXIMUM_PASSWORD_LENGTH: usize = 32_767;

/// Returns the certificates of a PFX (PKCS #12) file, without their keys.
///
/// `content` has `length` bytes, at most EOP_MAXIMUM_CHAIN_FILE_LENGTH. `password` has
/// `password_length` units; NULL, without a length = none, and the empty one is tried. Both are read
/// during the call only, and nothing of them is kept. `certificates` receives a text handle with the
/// certificates as PEM, that of the private key first; free it with eop_text_free. The text is empty
/// where the content is no PFX.
///
/// EOP_OK; EOP_NULL_ARGUMENT: content or certificates is NULL, or a password has a length alone;
/// EOP_INVALID_ARGUMENT: a length is above its limit; EOP_INVALID_TEXT: the password has an unpaired
/// surrogate; EOP_WRONG_PASSWORD: the password is missing or does not open the file;
/// EOP_INVALID_CERTIFICATE: the file is damaged, of a kind that is not read, or holds no certificate;
/// EOP_TOO_MANY_HANDLES. From any thread.
///
/// # Safety
/// Each pointer is NULL or points to what is described; outputs are writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eop_pfx_certificates(
    content: *const u8,
    length: size_t,
    password: *const u16,
    password_length: size_t,
    certificates: *mut u64,
    error: *mut ErrorDetail,
) -> i32 {
    let make = || {
        require(content, "content")?;
        if length > EOP_MAXIMUM_CHAIN_FILE_LENGTH {
            return Err(Failure::invalid(format!(
                "length is {length}; at most {EOP_MAXIMUM_CHAIN_FILE_LENGTH} bytes are accepted"
            )));
        }
        let password = Utf16 { text: password, length: password_length };
        // SAFETY: the caller promises that the text is readable.
        let password = unsafe { password.to_text("password", EOP_MAXIMUM_PASSWORD_LENGTH) }?;
        // SAFETY: not NULL, and the caller promises that many bytes.
        let content = unsafe { slice::from_raw_parts(content, length) };
        pem_of(content, password.map(Password::new).as_ref())
    };
    // SAFETY: promised by the caller.
    unsafe { answer("eop_pfx_certificates", (certificates, "certificates"), error, make) }
}

fn pem_of(content: &[u8], password: Option<&Password>) -> Result<String, Failure> {
    if !is_pfx(content) {
        return Ok(String::new());
    }
    let file = read_certificates_with(content, password).map_err(|error| {
        let status = match error {
            ReadError::PfxPassword { .. } => EOP_WRONG_PASSWORD,
            _ => EOP_INVALID_CERTIFICATE,
        };
        Failure::new(status, error.to_string())
    })?;
    let blocks = file.certificates.iter().map(|certificate| {
        let body = STANDARD.encode(certificate.der());
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
    });
    Ok(blocks.collect())
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;
    use crate::certificate::read_certificates;
    use crate::ffi::status::{EOP_INVALID_ARGUMENT, EOP_NULL_ARGUMENT, EOP_OK};
    use crate::ffi::{eop_text_free, eop_text_get};

    const PFX: &[u8] = include_bytes!("../../tests/fixtures/certificates/mail.contoso.com.pfx");

    fn opened(content: &[u8], password: Option<&str>) -> Result<String, i32> {
        let password: Option<Vec<u16>> = password.map(|text| text.encode_utf16().collect());
        let (units, count) = match &password {
            Some(units) => (units.as_ptr(), units.len()),
            None => (ptr::null(), 0),
        };
        let (mut handle, error) = (0, ptr::null_mut());
        let (bytes, length) = (content.as_ptr(), content.len());
        // SAFETY: slices and a local variable.
        let status =
            unsafe { eop_pfx_certificates(bytes, length, units, count, &raw mut handle, error) };
        if status != EOP_OK {
            return Err(status);
        }
        let (mut first, mut count) = (ptr::null(), 0);
        // SAFETY: the outputs are local variables.
        let status = unsafe { eop_text_get(handle, &raw mut first, &raw mut count, error) };
        assert_eq!(status, EOP_OK);
        // SAFETY: the view is valid until the handle is freed below.
        let text = unsafe { slice::from_raw_parts(first, count) };
        let text = String::from_utf16(text).unwrap();
        // SAFETY: no detail is asked for.
        assert_eq!(unsafe { eop_text_free(handle, error) }, EOP_OK);
        Ok(text)
    }

    #[test]
    fn a_pfx_gives_its_certificates_and_never_its_key() {
        let pem = opened(PFX, Some("correct horse")).unwrap();
        assert!(!pem.contains("PRIVATE"));
        let first = &read_certificates(pem.as_bytes()).unwrap().certificates[0];
        assert_eq!(first.dns_names()[0], "mail.contoso.com");
    }

    #[test]
    fn a_password_that_does_not_open_it_has_its_own_status() {
        assert_eq!(opened(PFX, None), Err(EOP_WRONG_PASSWORD));
        assert_eq!(opened(PFX, Some("Correct horse")), Err(EOP_WRONG_PASSWORD));
        assert_eq!(opened(&PFX[..200], Some("correct horse")), Err(EOP_INVALID_CERTIFICATE));
    }

    #[test]
    fn another_file_gives_an_empty_text() {
        assert_eq!(opened(b"hello", None), Ok(String::new()));
        assert_eq!(opened(b"", None), Ok(String::new()));
    }

    #[test]
    fn pointers_and_lengths_are_checked() {
        let (mut handle, byte, error) = (0, 0_u8, ptr::null_mut());
        let too_long = EOP_MAXIMUM_CHAIN_FILE_LENGTH + 1;
        for (content, length, password_length, expected) in [
            (ptr::null(), 0, 0, EOP_NULL_ARGUMENT),
            (&raw const byte, too_long, 0, EOP_INVALID_ARGUMENT),
            (&raw const byte, 1, 1, EOP_NULL_ARGUMENT),
        ] {
            // SAFETY: NULL and the lengths are checked before anything is read.
            let status = unsafe {
                eop_pfx_certificates(
                    content,
                    length,
                    ptr::null(),
                    password_length,
                    &raw mut handle,
                    error,
                )
            };
            assert_eq!(status, expected);
        }
    }
}
