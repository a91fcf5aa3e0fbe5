//! What a package of evidence holds, held against its manifest.

use std::path::{Path, PathBuf};

use eop_relay::evidence::{
    CaseFile, Comparison, EvidenceKind, Manifest, ManifestGap, Manifests, size_and_digest,
};
use eop_relay::input::unreadable;
use eop_relay::timestamp::Timestamp;
use serde::Serialize;

use crate::exit::Exit;

/// What a package holds.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listing<'a> {
    pub schema_version: u32,
    pub path: &'a Path,
    pub collected: Vec<Collected<'a>>,
    pub files: Vec<File<'a>>,
    /// Files that a manifest names and that are not there.
    pub absent: Vec<PathBuf>,
    /// What could not be collected.
    pub missing: Vec<&'a ManifestGap>,
    pub unreadable: Vec<Unreadable<'a>>,
}

/// What a manifest says of the whole.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Collected<'a> {
    pub computer: &'a str,
    pub start: Timestamp,
    pub end: Timestamp,
    pub product_version: &'a str,
    pub redacted: bool,
    pub confidentiality: &'a str,
}

/// A file of the package.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct File<'a> {
    pub path: &'a Path,
    pub kind: EvidenceKind,
    pub description: &'a str,
    pub server: Option<&'a str>,
    pub source: Option<&'a str>,
    pub length: Option<u64>,
    pub sha256: Option<String>,
    pub comparison: Option<Comparison>,
    /// Why it cannot be read to its end.
    pub trouble: Option<String>,
}

/// A manifest that cannot be read.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Unreadable<'a> {
    pub path: &'a Path,
    pub reason: &'a str,
}

impl<'a> Listing<'a> {
    pub fn new(
        package: &'a Path,
        files: &'a [(PathBuf, CaseFile)],
        manifests: &'a Manifests,
    ) -> Self {
        let collected = |manifest: &'a Manifest| Collected {
            computer: &manifest.computer,
            start: manifest.start,
            end: manifest.end,
            product_version: &manifest.product_version,
            redacted: manifest.redacted,
            confidentiality: &manifest.confidentiality,
        };
        let below = |path: PathBuf| {
            path.strip_prefix(package).map_or_else(|_| path.clone(), Path::to_owned)
        };
        let absent = manifests.absent(files.iter().map(|(path, _)| path.as_path()));
        Self {
            schema_version: 1,
            path: package,
            collected: manifests.iter().map(|(_, manifest)| collected(manifest)).collect(),
            files: files.iter().map(|(path, file)| File::new(path, file, manifests)).collect(),
            absent: absent.into_iter().map(below).collect(),
            missing: manifests.iter().flat_map(|(_, manifest)| &manifest.missing).collect(),
            unreadable: manifests
                .unreadable
                .iter()
                .map(|(path, reason)| Unreadable { path, reason })
                .collect(),
        }
    }

    /// How the command ends.
    pub fn exit(&self) -> Exit {
        let is_other = |file: &File<'_>| {
            matches!(file.comparison, Some(Comparison::Differs | Comparison::NotListed))
        };
        if self.files.iter().any(|file| file.trouble.is_some()) || !self.unreadable.is_empty() {
            Exit::CouldNotCheck
        } else if self.files.iter().any(is_other) || !self.absent.is_empty() {
            Exit::Warning
        } else {
            Exit::Fine
        }
    }
}

impl<'a> File<'a> {
    fn new(path: &Path, file: &'a CaseFile, manifests: &'a Manifests) -> Self {
        let entry = manifests.entry(path);
        let named = |text: &'a String| Some(text.as_str()).filter(|text| !text.is_empty());
        let listed = Self {
            path: &file.name,
            kind: file.taken_for.kind,
            description: &file.taken_for.words,
            server: entry.and_then(|entry| named(&entry.server)),
            source: entry.and_then(|entry| named(&entry.source)),
            length: None,
            sha256: None,
            comparison: None,
            trouble: None,
        };
        match size_and_digest(path) {
            Ok((length, sha256)) => Self {
                comparison: Some(manifests.compare(path, length, &sha256)),
                length: Some(length),
                sha256: Some(sha256),
                ..listed
            },
            Err(error) => Self { trouble: Some(unreadable(&error)), ..listed },
        }
    }
}
