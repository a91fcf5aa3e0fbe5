//! The password of a PFX file: from a file, or asked for.

use std::io::{self, IsTerminal};
use std::path::Path;

use encoding_rs::Encoding;
use eop_relay::certificate::{Password, ReadError};
use eop_relay::view::printable;

/// The first line of a file, which a byte order mark says the encoding of; else it is UTF-8.
pub fn from_file(path: &Path) -> Result<Password, String> {
    const MAXIMUM_SIZE: u64 = 1 << 16;
    let failed = |reason: &str| format!("--password-file {}: {reason}", path.display());
    let bytes =
        super::regular_file::read_regular(path, MAXIMUM_SIZE).map_err(|reason| failed(&reason))?;
    let encoding = Encoding::for_bom(&bytes).map_or(encoding_rs::UTF_8, |(encoding, _)| encoding);
    let (text, _, is_damaged) = encoding.decode(&bytes);
    if is_damaged {
        return Err(failed("the text is not UTF-8; save it as such"));
    }
    Ok(Password::new(text.lines().next().unwrap_or_default().to_owned()))
}

/// What is wrong with a file, and, of a PFX without its password, how it is given.
pub fn advised(error: &ReadError) -> String {
    match error {
        ReadError::PfxPassword { is_given: false } => {
            format!("{error}: give it with --password-file FILE")
        }
        _ => error.to_string(),
    }
}

/// Opens a file with the password; where it asks for one and none was given, so does the terminal.
pub fn with_prompt<T>(
    name: &str,
    password: Option<&Password>,
    open: impl Fn(Option<&Password>) -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    match open(password) {
        Err(error @ ReadError::PfxPassword { is_given: false }) => match ask(name) {
            Some(typed) => open(Some(&typed)),
            None => Err(error),
        },
        result => result,
    }
}

/// Asks for the password of a file, if somebody sits at the terminal.
pub fn ask(name: &str) -> Option<Password> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return None;
    }
    let text = rpassword::prompt_password(format!("Password of {}: ", printable(name))).ok()?;
    Some(Password::new(text))
}
