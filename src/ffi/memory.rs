//! Memory of which an input decides the size: where there is none, a call fails with a status, and the
//! caller's process goes on.

use std::io;

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeSliceError, Engine, decoded_len_estimate};
use serde::Serialize;
use widestring::U16String;

use super::error::Failure;
use super::status::{EOP_INTERNAL, EOP_OUT_OF_MEMORY};

fn out_of_memory(bytes: usize) -> Failure {
    let message = format!("there is no memory for the {bytes} bytes that an input demands");
    Failure::new(EOP_OUT_OF_MEMORY, message)
}

/// The characters as a text.
pub(super) fn text_of(characters: impl Iterator<Item = char> + Clone) -> Result<String, Failure> {
    let length = characters.clone().map(char::len_utf8).sum();
    let mut text = String::new();
    text.try_reserve_exact(length).map_err(|_| out_of_memory(length))?;
    text.extend(characters);
    Ok(text)
}

/// The text in UTF-16.
pub(super) fn utf16_of(text: &str) -> Result<U16String, Failure> {
    let length = text.encode_utf16().count();
    let mut units: Vec<u16> = Vec::new();
    units.try_reserve_exact(length).map_err(|_| out_of_memory(length.saturating_mul(2)))?;
    units.extend(text.encode_utf16());
    Ok(U16String::from_vec(units))
}

/// The value as JSON.
pub(super) fn json_of(value: &impl Serialize) -> Result<String, Failure> {
    let mut written = Growing(Vec::new());
    if let Err(error) = serde_json::to_writer(&mut written, value) {
        return Err(if error.is_io() {
            out_of_memory(written.0.len())
        } else {
            Failure::new(EOP_INTERNAL, format!("a report is not JSON: {error}"))
        });
    }
    String::from_utf8(written.0)
        .map_err(|error| Failure::new(EOP_INTERNAL, format!("a report is not JSON: {error}")))
}

/// The bytes of a base64 text.
///
/// # Errors
/// What is wrong with it, or that there is no memory for it.
pub(super) fn base64_of(text: &str) -> Result<Vec<u8>, String> {
    let length = decoded_len_estimate(text.len());
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length).map_err(|_| out_of_memory(length).message)?;
    bytes.resize(length, 0);
    let written = STANDARD.decode_slice(text, &mut bytes).map_err(|error| match error {
        DecodeSliceError::DecodeError(error) => format!("its Content is no base64: {error}"),
        DecodeSliceError::OutputSliceTooSmall => "its Content is no base64".to_owned(),
    })?;
    bytes.truncate(written);
    Ok(bytes)
}

/// Bytes that grow as far as there is memory.
struct Growing(Vec<u8>);

impl io::Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_reserve(bytes.len()).map_err(|_| io::ErrorKind::OutOfMemory)?;
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_json_come_out_as_they_went_in() {
        let text = "M\u{FC}ller \u{1F4E8} \u{FFFD}";
        assert_eq!(text_of(text.chars()).unwrap(), text);
        assert_eq!(utf16_of(text).unwrap().to_string().unwrap(), text);
        assert_eq!(json_of(&[text]).unwrap(), format!("[\"{text}\"]"));
        for bytes in [&b""[..], b"a", b"ab", b"abc", b"abcd"] {
            assert_eq!(base64_of(&STANDARD.encode(bytes)).unwrap(), bytes);
        }
        assert!(base64_of("=").is_err() && base64_of("YQ").is_err());
    }

    /// In a process of its own, whose memory is limited to what it has and a little more.
    #[test]
    #[cfg(target_os = "linux")]
    #[cfg_attr(miri, ignore = "no processes and limits")]
    fn a_request_for_which_there_is_no_memory_is_an_error_and_the_process_goes_on() {
        const NAME: &str = "ffi::memory::tests::a_request_for_which_there_is_no_memory_is_an_error_and_the_process_goes_on";
        const CHILD: &str = "EOP_RELAY_WITHOUT_MEMORY";
        if std::env::var_os(CHILD).is_none() {
            let mut child = std::process::Command::new(std::env::current_exe().unwrap());
            let output = child.args(["--exact", NAME]).env(CHILD, "1").output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && text.contains("1 passed"), "{output:?}");
            return;
        }
        let request = vec![u16::from(b' '); 64 << 20];
        let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
        let pages: u64 = pages.split(' ').next().unwrap().parse().unwrap();
        // SAFETY: a name that every Linux has.
        let page = u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap();
        let most = pages * page + (16 << 20);
        let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
        // SAFETY: a local variable of that type.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) }, 0);
        let mut report = 0;
        // SAFETY: request and report are local variables.
        let status = unsafe {
            crate::ffi::eop_test(
                request.as_ptr(),
                request.len(),
                &raw mut report,
                std::ptr::null_mut(),
            )
        };
        assert_eq!((status, report), (EOP_OUT_OF_MEMORY, 0));
    }
}
