//! Which files to read: those given, those of a folder, those of every profile of a computer.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::file_kind::stem_time;
use super::notice::HybridNotice;
use crate::finding::Severity;
use crate::input::{
    has_wildcards, is_archive, is_packed, is_standard_input, nothing_by, packed_files, walk_error,
};
use crate::log::{LogInput, NoticeCode};
use crate::timestamp::Timestamp;

/// Where the wizard writes, below a profile.
const BELOW_PROFILE: [&str; 4] =
    ["AppData", "Roaming", "Microsoft", "Exchange Hybrid Configuration"];

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HybridFile {
    /// Where it is.
    pub path: PathBuf,
    /// When its run began, by its name; else when it was last written.
    pub time: Option<Timestamp>,
    /// Whether it was named by the caller, and not found in a folder.
    pub is_named: bool,
}

/// The files to read, and what went wrong on the way to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HybridDiscovery {
    /// Newest first.
    pub files: Vec<HybridFile>,
    /// Trouble with single paths.
    pub notices: Vec<HybridNotice>,
}

/// Finds the logs of the wizard: files as they are, the `.log` and `.xhcw` files of folders,
/// patterns. A folder that holds none and is a profile, or holds profiles (`C:\Users`), gives those
/// of the profiles. With `recurse` a folder gives also those of the folders below it. Each file once,
/// newest first.
#[must_use]
pub fn discover_hybrid_files(inputs: &[LogInput], recurse: bool) -> HybridDiscovery {
    let mut found = FoundFiles { recurse, ..FoundFiles::default() };
    for input in inputs {
        found.add(&input.path, input.wildcards);
    }
    found.into_discovery()
}

/// The folder of this computer that holds the profiles: that of `%PUBLIC%`, `C:\Users` on nearly
/// every server; `None` where there is no such thing.
#[must_use]
pub fn hybrid_profile_folders() -> Option<PathBuf> {
    let public = std::env::var_os("PUBLIC")?;
    Path::new(&public).parent().map(Path::to_owned)
}

/// Whether a file of a folder is called like one of the wizard.
fn is_log(path: &Path) -> bool {
    let extension = path.extension();
    extension.is_some_and(|own| ["log", "xhcw"].iter().any(|known| own.eq_ignore_ascii_case(known)))
}

#[derive(Default)]
struct FoundFiles {
    recurse: bool,
    discovery: HybridDiscovery,
    /// Which of the files each is.
    seen: HashMap<PathBuf, usize>,
}

impl FoundFiles {
    fn add(&mut self, path: &Path, wildcards: bool) {
        if std::fs::symlink_metadata(path).is_ok() || is_standard_input(path) || is_packed(path) {
            self.add_path(path);
            return;
        }
        let pattern = path.to_string_lossy();
        let mut matches = Vec::new();
        let before = self.discovery.notices.len();
        if let Ok(found) = glob::glob(&pattern)
            && wildcards
            && has_wildcards(&pattern)
        {
            for path in found {
                match path {
                    Ok(path) => matches.push(path),
                    Err(error) => self.unreadable(error.path(), error.error()),
                }
            }
        }
        if matches.is_empty() && before == self.discovery.notices.len() {
            self.error(path, nothing_by(&pattern));
        }
        for path in matches {
            self.add_path(&path);
        }
    }

    fn add_path(&mut self, path: &Path) {
        if !is_packed(path) && is_archive(path) {
            self.add_archive(path);
            return;
        }
        if is_standard_input(path) || is_packed(path) {
            self.add_file(path, true);
            return;
        }
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                let before = self.seen.len();
                let has_files = self.add_folder(path) || self.add_profiles(path);
                if !has_files && before == self.seen.len() {
                    let advice = if self.recurse {
                        ""
                    } else {
                        "; to read the folders below it too, ask to recurse"
                    };
                    let message = format!(
                        "holds no log of the Hybrid Configuration Wizard (yyyyMMdd_HHmmss.log); it \
                         writes to %AppData%\\Microsoft\\Exchange Hybrid Configuration of whoever \
                         ran it{advice}"
                    );
                    self.error(path, &message);
                }
            }
            Ok(_) => self.add_file(path, true),
            Err(error) => self.unreadable(path, &error),
        }
    }

    fn add_archive(&mut self, archive: &Path) {
        let packed = match packed_files(archive) {
            Ok(packed) => packed,
            Err(error) => return self.unreadable(archive, &error),
        };
        let before = self.discovery.notices.len() + self.seen.len();
        for file in packed {
            match file.trouble {
                Some(trouble) => self.unreadable(&file.path, &std::io::Error::other(trouble)),
                None if is_log(&file.path) => self.add_file(&file.path, false),
                None => {}
            }
        }
        if before == self.discovery.notices.len() + self.seen.len() {
            self.error(archive, "the archive holds no log of the Hybrid Configuration Wizard");
        }
    }

    /// Whether the folder holds a file of the wizard, or something in it cannot be read.
    fn add_folder(&mut self, folder: &Path) -> bool {
        let depth = if self.recurse { usize::MAX } else { 1 };
        let mut has_files = false;
        // A link is followed: a file that is called like a log may be one to a folder.
        for entry in WalkDir::new(folder).min_depth(1).max_depth(depth).follow_links(true) {
            match entry {
                Ok(entry) if entry.file_type().is_file() && is_log(entry.path()) => {
                    has_files = true;
                    self.add_file(entry.path(), false);
                }
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().unwrap_or(folder).to_owned();
                    // Of a folder alone, what is called otherwise is nobody's concern.
                    if !self.recurse && path != folder && !is_log(&path) {
                        continue;
                    }
                    has_files = true;
                    self.unreadable(&path, &walk_error(error));
                }
            }
        }
        has_files
    }

    /// The folder of a profile, or of each profile in it; whether there was any.
    fn add_profiles(&mut self, folder: &Path) -> bool {
        let wizard =
            |profile: &Path| BELOW_PROFILE.iter().fold(profile.to_owned(), |p, n| p.join(n));
        let mut has_any = self.add_profile(&wizard(folder));
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.unreadable(folder, &error);
                return true;
            }
        };
        let mut profiles = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => profiles.push(entry.path()),
                Err(error) => self.unreadable(folder, &error),
            }
        }
        profiles.sort();
        for profile in profiles {
            has_any |= self.add_profile(&wizard(&profile));
        }
        has_any
    }

    fn add_profile(&mut self, wizard: &Path) -> bool {
        match std::fs::metadata(wizard) {
            Ok(metadata) => metadata.is_dir() && self.add_folder(wizard),
            // That there is none is no trouble; that it cannot be looked at is.
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
                ) =>
            {
                false
            }
            Err(error) => {
                self.unreadable(wizard, &error);
                true
            }
        }
    }

    fn add_file(&mut self, path: &Path, is_named: bool) {
        let identity = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if let Some(known) = self.seen.get(&identity) {
            self.discovery.files[*known].is_named |= is_named;
            return;
        }
        self.seen.insert(identity, self.discovery.files.len());
        let written = || {
            let modified = std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()?;
            Timestamp::try_from(time::OffsetDateTime::from(modified)).ok()
        };
        let time = stem_time(path).or_else(written);
        self.discovery.files.push(HybridFile { path: path.to_owned(), time, is_named });
    }

    fn error(&mut self, path: &Path, message: &str) {
        let path = path.display().to_string();
        let code = NoticeCode::NothingFound;
        self.discovery.notices.push(HybridNotice::new(code, Severity::Error, &path, message));
    }

    fn unreadable(&mut self, path: &Path, error: &std::io::Error) {
        let path = path.display().to_string();
        self.discovery.notices.push(HybridNotice::unreadable(&path, error));
    }

    fn into_discovery(mut self) -> HybridDiscovery {
        self.discovery.files.sort_by(|one, other| {
            (Reverse(one.time), &one.path).cmp(&(Reverse(other.time), &other.path))
        });
        self.discovery
    }
}
