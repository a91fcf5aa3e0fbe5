//! manifest.json of a package of evidence: what was collected of which server, and what was not.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::input;
use crate::timestamp::Timestamp;

/// The file's name in a package.
pub const MANIFEST: &str = "manifest.json";

/// The newest version of the format that is read.
const VERSION: u32 = 1;

/// A manifest is not larger, in bytes: 100,000 files have each less than a kilobyte.
const MAXIMUM: u64 = 128 << 20;

/// What a package says of itself; the names of its JSON are these in PascalCase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Manifest {
    /// The version of the format.
    pub schema_version: u32,
    /// The version of the program that collected.
    pub product_version: String,
    /// The computer on which it was collected.
    pub computer: String,
    /// The beginning of what was collected.
    pub start: Timestamp,
    /// The end of what was collected.
    pub end: Timestamp,
    /// Who can read what in it.
    pub confidentiality: String,
    /// Whether private values were replaced by stand-ins.
    #[serde(default)]
    pub redacted: bool,
    /// Its files but for the manifest.
    pub files: Vec<ManifestFile>,
    /// What could not be collected.
    pub missing: Vec<ManifestGap>,
}

/// A file of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManifestFile {
    /// Its path in the package, with slashes.
    pub path: String,
    /// Its size in bytes.
    pub length: u64,
    /// The SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// The server it tells of, or empty.
    pub server: String,
    /// The file or cmdlet that it comes from.
    pub source: String,
}

/// What a package does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManifestGap {
    /// What is missing.
    pub what: String,
    /// Of which server, or empty.
    pub server: String,
    /// Why, and how it is got.
    pub reason: String,
}

/// How a file compares with what its manifest says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Comparison {
    /// Size and SHA-256 are those of the manifest.
    Same,
    /// It has another size or content.
    Differs,
    /// The manifest does not name it.
    NotListed,
    /// It is the manifest.
    Manifest,
    /// No manifest lies at or above its folder.
    NoManifest,
}

impl Manifest {
    /// Whether a file is one by its name.
    #[must_use]
    pub fn is_named(path: &Path) -> bool {
        path.file_name().is_some_and(|name| name.eq_ignore_ascii_case(MANIFEST))
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// It cannot be read, is no manifest, or is one of a newer version: the reason.
    pub fn read(path: &Path) -> Result<Self, String> {
        let bytes = input::read(path, MAXIMUM).map_err(|error| error.to_string())?;
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        let manifest: Self = serde_json::from_slice(bytes)
            .map_err(|error| format!("no manifest of a package: {error}"))?;
        if manifest.schema_version > VERSION {
            return Err(format!(
                "a manifest of version {}, and this program reads up to version {VERSION}: take a \
                 newer one",
                manifest.schema_version
            ));
        }
        Ok(manifest)
    }
}

/// The manifests of a case, each for the files beside and below it.
#[derive(Debug, Default)]
pub struct Manifests {
    /// (folder, manifest), the deepest folder first.
    list: Vec<(PathBuf, Manifest)>,
    /// Folder and path below it -> manifest and file.
    files: HashMap<PathBuf, (usize, usize)>,
    /// Manifests that cannot be read, with the reason.
    pub unreadable: Vec<(PathBuf, String)>,
}

impl Manifests {
    /// Those among the files of a case.
    pub fn of<'f>(files: impl IntoIterator<Item = &'f Path>) -> Self {
        let mut manifests = Self::default();
        for path in files.into_iter().filter(|path| Manifest::is_named(path)) {
            match Manifest::read(path) {
                Ok(manifest) => {
                    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
                    manifests.list.push((folder, manifest));
                }
                Err(reason) => manifests.unreadable.push((path.to_owned(), reason)),
            }
        }
        manifests.list.sort_by_key(|(folder, _)| std::cmp::Reverse(folder.components().count()));
        for (number, (folder, manifest)) in manifests.list.iter().enumerate() {
            for (index, file) in manifest.files.iter().enumerate() {
                let path =
                    file.path.split(['/', '\\']).fold(folder.clone(), |path, part| path.join(part));
                manifests.files.entry(path).or_insert((number, index));
            }
        }
        manifests
    }

    /// The manifests with the folders that they stand in.
    pub fn iter(&self) -> impl Iterator<Item = (&Path, &Manifest)> {
        self.list.iter().map(|(folder, manifest)| (folder.as_path(), manifest))
    }

    /// What is said of a file.
    #[must_use]
    pub fn entry(&self, path: &Path) -> Option<&ManifestFile> {
        let (number, index) = self.files.get(path)?;
        self.list.get(*number)?.1.files.get(*index)
    }

    /// The server that a file tells of, where a manifest names one.
    #[must_use]
    pub fn server(&self, path: &Path) -> Option<String> {
        let server = &self.entry(path)?.server;
        (!server.trim().is_empty()).then(|| server.clone())
    }

    /// The files that manifests name and that are not among these, by their paths.
    pub fn absent<'f>(&self, files: impl IntoIterator<Item = &'f Path>) -> Vec<PathBuf> {
        let there: HashSet<&Path> = files.into_iter().collect();
        let named = self.files.keys().filter(|path| !there.contains(path.as_path()));
        let mut absent: Vec<PathBuf> = named.cloned().collect();
        absent.sort();
        absent
    }

    /// Compares a file, of which size and digest are known, with what is said of it.
    #[must_use]
    pub fn compare(&self, path: &Path, length: u64, sha256: &str) -> Comparison {
        if Manifest::is_named(path) {
            return Comparison::Manifest;
        }
        match self.entry(path) {
            Some(file) if file.length == length && file.sha256.eq_ignore_ascii_case(sha256) => {
                Comparison::Same
            }
            Some(_) => Comparison::Differs,
            None if self.list.iter().any(|(folder, _)| path.starts_with(folder)) => {
                Comparison::NotListed
            }
            None => Comparison::NoManifest,
        }
    }
}

/// The size of a file and its SHA-256, 64 hexadecimal digits in small letters.
///
/// # Errors
/// It cannot be read to its end.
pub fn size_and_digest(path: &Path) -> io::Result<(u64, String)> {
    let mut measured = Measured::new(io::sink());
    io::copy(&mut input::open(path)?, &mut measured)?;
    Ok(measured.size_and_digest())
}

/// Passes on what is written, and measures it.
pub struct Measured<W> {
    out: W,
    size: u64,
    hash: Sha256,
}

impl<W> Measured<W> {
    /// One that passes on to `out`.
    pub fn new(out: W) -> Self {
        Self { out, size: 0, hash: Sha256::new() }
    }

    /// The bytes that were written, and their SHA-256, 64 hexadecimal digits in small letters.
    pub fn size_and_digest(self) -> (u64, String) {
        let sha256 = crate::certificate::hexadecimal(&self.hash.finalize());
        (self.size, sha256.to_ascii_lowercase())
    }
}

impl<W: Write> Write for Measured<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.out.write(bytes)?;
        self.hash.update(&bytes[..length]);
        self.size += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
