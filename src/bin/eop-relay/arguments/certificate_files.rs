//! Files and folders of certificates and revocation lists.

use std::path::{Path, PathBuf};

use eop_relay::certificate::{Password, read_certificates, read_revocation_lists};
use eop_relay::chain::NamedBytes;
use eop_relay::input;
use walkdir::WalkDir;

use super::password;
use super::regular_file::read_regular;
use crate::message;

/// What counts as a certificate in a folder.
pub const CERTIFICATES: &[&str] = &["cer", "crt", "der", "pem", "p7b", "p7c", "sst"];
/// What counts as a revocation list in a folder.
pub const REVOCATION_LISTS: &[&str] = &["crl"];

/// Larger files hold no certificates.
const MAXIMUM_SIZE: u64 = 64 << 20;

/// The certificates of the server's stores.
#[derive(Debug, clap::Args)]
pub struct StoreArguments {
    /// Certificates of the server's intermediate store (LocalMachine\CA): files, or folders of .cer,
    /// .crt, .der, .pem, .p7b and .p7c files. Can be repeated.
    #[arg(long, value_name = "PATH")]
    pub intermediates: Vec<PathBuf>,

    /// Roots of this server (LocalMachine\Root): files or folders. They end a chain; whether Exchange
    /// Online trusts them, only the embedded lists say. Can be repeated.
    #[arg(long, value_name = "PATH")]
    pub roots: Vec<PathBuf>,

    /// The password of a PFX: the first line of this file. Without it a terminal is asked.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

impl StoreArguments {
    /// The password that opens the files which are PFX.
    pub fn password(&self) -> Result<Option<Password>, String> {
        self.password_file.as_deref().map(password::from_file).transpose()
    }
}

/// A file that was read.
#[derive(Debug)]
pub struct File {
    name: String,
    bytes: Vec<u8>,
}

impl File {
    /// The file as the library takes it.
    pub fn named(&self) -> NamedBytes<'_> {
        NamedBytes { name: &self.name, bytes: &self.bytes }
    }
}

/// Reads a file.
pub fn read(path: &Path) -> Result<File, String> {
    let name = path.display().to_string();
    match read_regular(path, MAXIMUM_SIZE) {
        Ok(bytes) => Ok(File { name, bytes }),
        Err(reason) => Err(format!("{name}: {reason}")),
    }
}

/// Reads files, and from folders the files with one of the extensions, in the order of their names;
/// with `recurse` also those of the folders below. A file of a folder that holds none of what is
/// wanted is reported, and the others are read; a folder without any is an error.
pub fn read_all(
    paths: &[PathBuf],
    recurse: bool,
    extensions: &[&str],
) -> Result<Vec<File>, String> {
    let mut files = Vec::new();
    for path in paths {
        let is_archive = input::is_archive(path);
        if !path.is_dir() && !is_archive {
            files.push(read(path)?);
            continue;
        }
        let mut entries = Vec::new();
        if is_archive {
            let packed = input::packed_files(path)
                .map_err(|error| format!("{}: {}", path.display(), input::unreadable(&error)))?;
            entries.extend(packed.into_iter().map(|file| file.path));
        } else {
            let depth = if recurse { usize::MAX } else { 1 };
            for entry in WalkDir::new(path).min_depth(1).max_depth(depth) {
                let entry = entry.map_err(|error| {
                    let at = error.path().unwrap_or(path).display().to_string();
                    format!("{at}: {}", input::unreadable(&error.into()))
                })?;
                if !entry.file_type().is_dir() {
                    entries.push(entry.into_path());
                }
            }
        }
        entries.sort();
        let is_wanted = |path: &PathBuf| {
            let extension = path.extension().and_then(|extension| extension.to_str());
            extension.is_some_and(|own| extensions.iter().any(|e| e.eq_ignore_ascii_case(own)))
        };
        let before = files.len();
        for entry in entries.iter().filter(|entry| is_wanted(entry)) {
            match read(entry).and_then(|file| usable(file, extensions)) {
                Ok(file) => files.push(file),
                Err(reason) => message::note(&format_args!("{reason}: left out")),
            }
        }
        if files.len() == before {
            let wanted = if extensions == REVOCATION_LISTS { "list" } else { "certificate" };
            let advice = if recurse || is_archive {
                ""
            } else {
                "; --recurse reads the folders below it too"
            };
            return Err(format!(
                "{}: the folder holds no usable {wanted} file (.{}){advice}",
                path.display(),
                extensions.join(", .")
            ));
        }
    }
    Ok(files)
}

/// The file, if it holds what its kind should.
fn usable(file: File, extensions: &[&str]) -> Result<File, String> {
    let read = if extensions == REVOCATION_LISTS {
        read_revocation_lists(&file.bytes).err()
    } else {
        read_certificates(&file.bytes).err()
    };
    match read {
        None => Ok(file),
        Some(error) => Err(format!("{}: {error}", file.name)),
    }
}
