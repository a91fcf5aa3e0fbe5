//! A support case without private values: every file of a folder or archive, and the key.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::destination::{Destination, not_written};
use super::key::Key;
use super::redactor::Redactor;
use crate::certificate::{Certificate, read_certificates};
use crate::evidence::{
    CaseFile, EvidenceKind, ExchangeObjects, Manifest, ManifestFile, ManifestGap, Manifests,
    decode_text, event_log_as_xml, files_of_case,
};
use crate::input;

/// A file that is changed in memory is not larger, in bytes.
const MAXIMUM_FILE: u64 = 256 << 20;

/// How an event log of Windows begins.
const EVENT_LOG: &[u8] = b"ElfFile\0";

/// What became of the files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Redaction {
    /// Every file, by name.
    pub files: Vec<RedactedFile>,
    /// The key, which stays at home.
    pub key: PathBuf,
    /// How many values were replaced.
    pub replaced: usize,
    /// How many contents (base64) that are no certificates were left out.
    pub contents_left_out: u64,
}

/// A file, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RedactedFile {
    /// Its path below the folder or archive.
    pub path: PathBuf,
    /// Its path in what was written.
    pub redacted_as: Option<String>,
    /// Why it is left out, if it is.
    pub left_out: Option<String>,
}

/// Why nothing was redacted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct RedactionError {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

impl RedactionError {
    fn new(path: &Path, reason: impl Into<String>) -> Self {
        Self { path: path.to_owned(), reason: reason.into() }
    }
}

/// Redacts a folder, an archive or a file into a folder or archive (`.zip`) that is not there yet, and
/// writes the key. `report` is called with each file once it is done.
///
/// What is there afterwards is whole: on an error neither the key nor anything of the case is left.
///
/// # Errors
/// The input cannot be read or holds nothing that can be redacted; something is there already where the
/// output or the key goes, or they cannot be written.
pub fn redact_case(
    input: &Path,
    out: &Path,
    key: &Path,
    mut report: impl FnMut(&RedactedFile),
) -> Result<Redaction, RedactionError> {
    if key.exists() {
        return Err(RedactionError::new(key, "is there already; name another key"));
    }
    let files = files_of_case(input).map_err(|reason| RedactionError::new(input, reason))?;
    let mut redactor = Redactor::new(secret());
    redactor.learn(&certificates_of(&files));
    let mut output = Output::create(out)?;
    let mut done = Vec::new();
    for (path, file) in &files {
        if Manifest::is_named(path) && Manifest::read(path).is_ok() {
            continue;
        }
        let content = content_of(path, file, &mut redactor);
        let added = content.map(|content| output.add(&file.name, content, &mut redactor));
        let (redacted_as, left_out) = match added.unwrap_or_else(|reason| Ok(Err(reason)))? {
            Ok(name) => (Some(name), None),
            Err(reason) => (None, Some(reason)),
        };
        let file = RedactedFile { path: file.name.clone(), redacted_as, left_out };
        report(&file);
        done.push(file);
    }
    if output.written.is_empty() {
        return Err(RedactionError::new(input, "holds nothing that can be redacted"));
    }
    let manifests = Manifests::of(files.iter().map(|(path, _)| path.as_path()));
    for (folder, manifest) in manifests.iter() {
        let below = folder.strip_prefix(input).unwrap_or(Path::new(""));
        output.add_manifest(below, manifest, &mut redactor)?;
    }
    let written = redactor.key();
    write_key(key, &written)?;
    if let Err(error) = output.destination.finish() {
        // A key without what it opens is of no use.
        let _ = fs::remove_file(key);
        return Err(RedactionError::new(out, error));
    }
    Ok(Redaction {
        files: done,
        key: key.to_owned(),
        replaced: written.count(),
        contents_left_out: redactor.removed(),
    })
}

/// Every certificate of the case, as file or in an export.
fn certificates_of(files: &[(PathBuf, CaseFile)]) -> Vec<Certificate> {
    let mut certificates = Vec::new();
    for (path, file) in files {
        match file.taken_for.kind {
            EvidenceKind::Certificates => {
                let content = input::read(path, MAXIMUM_FILE).ok();
                let content = content.and_then(|bytes| read_certificates(&bytes).ok());
                certificates
                    .extend(content.map(|content| content.certificates).unwrap_or_default());
            }
            EvidenceKind::Export => {
                let objects = ExchangeObjects::from_file(path);
                let objects = objects.map(|objects| objects.certificates).unwrap_or_default();
                certificates.extend(objects.into_iter().filter_map(|one| one.object.certificate));
            }
            _ => {}
        }
    }
    certificates
}

/// What a redacted file holds, and how its name ends.
struct Content<'p> {
    body: Body<'p>,
    /// Another form than before: the end that files of it have.
    extension: Option<&'static str>,
}

enum Body<'p> {
    /// All of it.
    Bytes(Vec<u8>),
    /// What the text of a file becomes, line by line: its size does not matter.
    Stream(&'p Path),
}

/// The redacted content of a file, or why it is left out.
fn content_of<'p>(
    path: &'p Path,
    file: &CaseFile,
    redactor: &mut Redactor,
) -> Result<Content<'p>, String> {
    let stream = Content { body: Body::Stream(path), extension: None };
    match file.taken_for.kind {
        EvidenceKind::Unused => return Err(file.taken_for.words.clone()),
        EvidenceKind::ProtocolLog => return Ok(stream),
        _ => {}
    }
    let bytes = match input::read(path, MAXIMUM_FILE) {
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge && is_of_lines(path, file) => {
            return Ok(stream);
        }
        read => read.map_err(|error| error.to_string())?,
    };
    let (bytes, extension) = if file.taken_for.kind == EvidenceKind::Certificates {
        (certificates(&bytes, redactor)?, Some("pem"))
    } else if bytes.starts_with(EVENT_LOG) {
        let xml = event_log_as_xml(path, MAXIMUM_FILE).map_err(|error| error.to_string())?;
        (redactor.redact_file(&xml).into_bytes(), Some("xml"))
    } else {
        let text = decode_text(&bytes);
        if text.contains('\0') {
            return Err("no text".to_owned());
        }
        (redactor.redact_file(&text).into_bytes(), None)
    };
    Ok(Content { body: Body::Bytes(bytes), extension })
}

/// Whether a file is text in which nothing goes over lines.
fn is_of_lines(path: &Path, file: &CaseFile) -> bool {
    let kinds = [EvidenceKind::DeliveryErrors, EvidenceKind::ChainEvents, EvidenceKind::WizardLog];
    let beginning = input::beginning(path, EVENT_LOG.len() as u64);
    kinds.contains(&file.taken_for.kind) && beginning.is_ok_and(|bytes| bytes != EVENT_LOG)
}

/// The facts of certificates, and those of public authorities as they are, in blocks.
fn certificates(bytes: &[u8], redactor: &Redactor) -> Result<Vec<u8>, String> {
    let content = read_certificates(bytes).map_err(|error| error.to_string())?;
    let mut blocks = Vec::new();
    for certificate in &content.certificates {
        if let Some(facts) = redactor.facts_of(certificate) {
            blocks.extend(facts.to_block().into_bytes());
            continue;
        }
        let body = STANDARD.encode(certificate.der());
        blocks.extend_from_slice(b"-----BEGIN CERTIFICATE-----\n");
        for line in body.as_bytes().chunks(64) {
            blocks.extend_from_slice(line);
            blocks.push(b'\n');
        }
        blocks.extend_from_slice(b"-----END CERTIFICATE-----\n");
    }
    Ok(blocks)
}

/// Where the files go, and what is known of them.
struct Output<'p> {
    destination: Destination,
    path: &'p Path,
    names: HashSet<String>,
    /// Name before -> name, size and digest afterwards.
    written: BTreeMap<PathBuf, (String, u64, String)>,
}

impl<'p> Output<'p> {
    fn create(path: &'p Path) -> Result<Self, RedactionError> {
        let destination =
            Destination::create(path).map_err(|reason| RedactionError::new(path, reason))?;
        Ok(Self { destination, path, names: HashSet::new(), written: BTreeMap::new() })
    }

    /// Adds a file; its name afterwards, or why it is left out.
    fn add(
        &mut self,
        name: &Path,
        content: Content<'_>,
        redactor: &mut Redactor,
    ) -> Result<Result<String, String>, RedactionError> {
        let other = content.extension.map(|extension| name.with_extension(extension));
        let redact = |name: &Path, redactor: &mut Redactor| redactor.redact(&slashed(name));
        let mut redacted = redact(other.as_deref().unwrap_or(name), redactor);
        if self.names.contains(&redacted) {
            redacted = redact(name, redactor);
        }
        let (size, digest) = match content.body {
            Body::Bytes(bytes) => self.write(&redacted, &bytes)?,
            Body::Stream(path) => {
                let redact = |out: &mut dyn Write| redactor.redact_stream(input::open(path)?, out);
                match self.destination.add(&redacted, redact) {
                    Ok(written) => written,
                    Err(error) => return Ok(Err(error.to_string())),
                }
            }
        };
        self.names.insert(redacted.clone());
        self.written.insert(name.to_owned(), (redacted.clone(), size, digest));
        Ok(Ok(redacted))
    }

    fn write(&mut self, name: &str, content: &[u8]) -> Result<(u64, String), RedactionError> {
        let written = self.destination.add(name, |out| out.write_all(content));
        written.map_err(|error| RedactionError::new(self.path, not_written(&error)))
    }

    /// Adds the manifest of a folder of the case, for what was written.
    fn add_manifest(
        &mut self,
        folder: &Path,
        manifest: &Manifest,
        redactor: &mut Redactor,
    ) -> Result<(), RedactionError> {
        let folder_after = redactor.redact(&slashed(folder));
        let prefix = if folder_after.is_empty() { String::new() } else { folder_after + "/" };
        let mut files = Vec::new();
        for file in &manifest.files {
            let before =
                file.path.split(['/', '\\']).fold(folder.to_owned(), |path, part| path.join(part));
            if let Some((path, length, sha256)) = self.written.get(&before) {
                files.push(ManifestFile {
                    path: path.strip_prefix(&prefix).unwrap_or(path).to_owned(),
                    length: *length,
                    sha256: sha256.clone(),
                    server: redactor.redact(&file.server),
                    source: redactor.redact(&file.source),
                });
            }
        }
        let missing = manifest.missing.iter().map(|gap| ManifestGap {
            what: redactor.redact(&gap.what),
            server: redactor.redact(&gap.server),
            reason: redactor.redact(&gap.reason),
        });
        let redacted = Manifest {
            missing: missing.collect(),
            files,
            computer: redactor.redact(&manifest.computer),
            confidentiality: "Names, addresses, domains, hosts, thumbprints and IP addresses are \
                              stand-ins. The key that turns them back is not in it."
                .to_owned(),
            redacted: true,
            ..manifest.clone()
        };
        let json = serde_json::to_vec_pretty(&redacted)
            .map_err(|error| RedactionError::new(self.path, error.to_string()))?;
        self.write(&format!("{prefix}manifest.json"), &json).map(drop)
    }
}

fn slashed(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// 32 bytes that nobody knows: of the operating system, as the standard library takes them for its maps.
fn secret() -> [u8; 32] {
    use std::hash::{BuildHasher, RandomState};

    let mut secret = [0; 32];
    for (number, part) in secret.chunks_mut(8).enumerate() {
        part.copy_from_slice(&RandomState::new().hash_one(number).to_le_bytes());
    }
    secret
}

fn write_key(path: &Path, key: &Key) -> Result<(), RedactionError> {
    let mut options = fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let json = serde_json::to_vec_pretty(key).map_err(std::io::Error::other);
    let written = json.and_then(|json| options.open(path)?.write_all(&json));
    written.map_err(|error| RedactionError::new(path, format!("cannot be written: {error}")))
}
