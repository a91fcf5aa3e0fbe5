//! Files that are read whole.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use eop_relay::input;

/// The content of a file, unpacked. `-` is standard input.
pub fn read_regular(path: &Path, maximum_size: u64) -> Result<Vec<u8>, String> {
    if !input::is_standard_input(path) && !input::is_packed(path) {
        let metadata = fs::metadata(path).map_err(|error| input::unreadable(&error))?;
        if metadata.is_dir() {
            return Err("is a folder; a file is expected".to_owned());
        }
    }
    input::read(path, maximum_size).map_err(|error| match error.kind() {
        ErrorKind::FileTooLarge if error.get_ref().is_none() => {
            format!(
                "more than {maximum_size} bytes, which is the most that is read of such a file: give the \
                 part that matters by itself"
            )
        }
        _ => input::unreadable(&error),
    })
}
