//! The files of a support case: a folder or an archive, each recognised by its content.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::export::ContentDigest;
use super::file_formats::DOCUMENT;
use super::manifest::size_and_digest;
use super::recognition::{EvidenceKind, Recognised, recognise};
use crate::input;

/// Files of one case that are looked at.
const MAXIMUM_FILES: usize = 100_000;
/// Folders inside each other.
const MAXIMUM_DEPTH: usize = 16;

/// A file of a case, and what it was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFile {
    /// Its path below the folder or archive.
    pub name: PathBuf,
    /// What it is, or why it is left out.
    pub taken_for: Recognised,
}

/// The files of a case with what each is, by name: those of a folder or archive, or one file.
///
/// # Errors
/// The folder cannot be read or the archive is damaged, or it holds no file: the reason, without the name of the case.
pub fn files_of_case(case: &Path) -> Result<Vec<(PathBuf, CaseFile)>, String> {
    let refused = |error: std::io::Error| input::unreadable(&error);
    let mut files = Vec::new();
    let mut add = |path: PathBuf, trouble: Option<String>| {
        let name = match path.strip_prefix(case) {
            Ok(below) if below.as_os_str().is_empty() => path.file_name().map(PathBuf::from),
            Ok(below) => Some(below.to_owned()),
            Err(_) => None,
        };
        let name = name.unwrap_or_else(|| path.clone());
        let taken_for = match trouble {
            Some(words) => Recognised { kind: EvidenceKind::Unused, words },
            None => recognise(&path),
        };
        files.push((path, CaseFile { name, taken_for }));
    };
    input::refuse_endless(case).map_err(refused)?;
    if input::is_archive(case) {
        for file in input::packed_files(case).map_err(refused)? {
            add(file.path, file.trouble);
        }
    } else if input::is_standard_input(case) {
        return Err(format!(
            "{}: standard input holds no archive: pipe a .zip, or give the path of a folder or a file",
            case.display()
        ));
    } else if case.is_file() {
        // What is given by itself is a case of one file.
        add(case.to_owned(), None);
    } else {
        for path in paths_below(case).map_err(refused)? {
            if !input::is_archive(&path) {
                add(path, None);
                continue;
            }
            match input::packed_files(&path) {
                Ok(packed) if is_document(&packed) => add(path, Some(DOCUMENT.to_owned())),
                Ok(packed) => packed.into_iter().for_each(|file| add(file.path, file.trouble)),
                Err(error) => add(path, Some(error.to_string())),
            }
        }
    }
    if files.is_empty() {
        return Err("holds no file".to_owned());
    }
    leave_out_copies(&mut files);
    Ok(files)
}

/// Leaves out what is there twice, as it stands or packed: a log would count each of its sessions twice.
/// What lies in no archive stays, else the file with the shorter name.
fn leave_out_copies(files: &mut [(PathBuf, CaseFile)]) {
    /// How much of a file is compared first, in bytes.
    const BEGINNING: u64 = 64 << 10;
    let is_counted = |file: &CaseFile| {
        matches!(
            file.taken_for.kind,
            EvidenceKind::ProtocolLog | EvidenceKind::DeliveryErrors | EvidenceKind::ChainEvents
        )
    };
    let rank = |(path, file): &(PathBuf, CaseFile)| {
        (input::is_packed(path), file.name.as_os_str().len(), file.name.clone())
    };
    let mut by_beginning: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, (path, _)) in files.iter().enumerate().filter(|(_, (_, file))| is_counted(file)) {
        if let Ok(beginning) = input::beginning(path, BEGINNING) {
            by_beginning.entry(ContentDigest::of(&beginning).sha256).or_default().push(place);
        }
    }
    for mut alike in by_beginning.into_values().filter(|alike| alike.len() > 1) {
        alike.sort_by_key(|place| rank(&files[*place]));
        let mut kept: HashMap<(u64, String), PathBuf> = HashMap::new();
        for place in alike {
            let (path, file) = &mut files[place];
            let Ok(measured) = size_and_digest(path) else { continue };
            match kept.get(&measured) {
                Some(first) => {
                    let words = format!("the same as {}, which is read", first.display());
                    file.taken_for = Recognised { kind: EvidenceKind::Unused, words };
                }
                None => {
                    kept.insert(measured, file.name.clone());
                }
            }
        }
    }
}

/// Whether an archive is one of the formats of Office (ECMA-376, part 2).
fn is_document(packed: &[input::PackedFile]) -> bool {
    packed.iter().any(|file| file.path.ends_with("[Content_Types].xml"))
}

/// The files of a folder and of those below, by name.
fn paths_below(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut waiting = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        let mut entries: Vec<PathBuf> =
            fs::read_dir(&folder)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
        entries.sort();
        for path in entries.into_iter().rev() {
            // Not a link, which may lead out of the folder or round in circles.
            match fs::symlink_metadata(&path) {
                Ok(data) if data.is_dir() && depth < MAXIMUM_DEPTH => {
                    waiting.push((path, depth + 1));
                }
                Ok(data) if data.is_file() && files.len() < MAXIMUM_FILES => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    Ok(files)
}
