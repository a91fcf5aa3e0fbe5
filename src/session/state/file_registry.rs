//! Files, folders and whose session ids they hold, by names that last from run to run.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::log::LogFile;

/// The files of a run: those it reads, and after them those of which it only remembers rows.
pub(super) struct FileRegistry {
    pub(super) files: Vec<LogFile>,
    by_key: HashMap<PathBuf, usize>,
    sources: HashMap<Source, u32>,
}

/// Whose session ids: those of one server, else of one folder.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Source {
    server: Option<String>,
    folder: PathBuf,
}

impl Source {
    fn new(server: Option<&str>, folder: &Path) -> Self {
        match server {
            Some(server) => Self { server: Some(server.to_lowercase()), folder: PathBuf::new() },
            None => Self { server: None, folder: key_of(folder) },
        }
    }
}

impl FileRegistry {
    pub(super) fn new(files: Vec<LogFile>) -> Self {
        let source = |file: &LogFile| (source_of(file), file.source);
        let key = |(index, file): (usize, &LogFile)| (key_of(&file.path), index);
        Self {
            sources: files.iter().map(source).collect(),
            by_key: files.iter().enumerate().map(key).collect(),
            files,
        }
    }

    /// Whether the run reads or remembers a file with that key.
    pub(super) fn holds(&self, key: &Path) -> bool {
        self.by_key.contains_key(key)
    }

    /// The files of the run that have none of these keys.
    pub(super) fn files_beside(&self, keys: &HashSet<PathBuf>) -> Vec<PathBuf> {
        let own = self.files.iter().map(|file| absolute(&file.path));
        own.filter(|path| !keys.contains(&key_of(path))).collect()
    }

    /// The index of a file, which is remembered if the run does not read it.
    pub(super) fn index_of(&mut self, path: &Path, server: Option<&str>) -> usize {
        let key = key_of(path);
        if let Some(index) = self.by_key.get(&key) {
            return *index;
        }
        let source = self.number_of(server, folder_of(path));
        let server = server.map(Arc::from);
        self.files.push(LogFile { path: path.into(), server, source, size: 0 });
        self.by_key.insert(key, self.files.len() - 1);
        self.files.len() - 1
    }

    /// The number of whose session ids they are.
    pub(super) fn number_of(&mut self, server: Option<&str>, folder: &Path) -> u32 {
        let next = self.sources.values().max().map_or(0, |last| last.saturating_add(1));
        *self.sources.entry(Source::new(server, folder)).or_insert(next)
    }

    /// The server, or else the folder, that has that number.
    pub(super) fn source(&self, number: u32) -> Option<(Option<String>, PathBuf)> {
        let (source, _) = self.sources.iter().find(|(_, known)| **known == number)?;
        Some((source.server.clone(), source.folder.clone()))
    }
}

fn source_of(file: &LogFile) -> Source {
    Source::new(file.server.as_deref(), folder_of(&absolute(&file.path)))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

/// A path that means the same wherever the next run begins.
pub(super) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// By what a path is found again.
pub(super) fn key_of(path: &Path) -> PathBuf {
    let path = absolute(path);
    if cfg!(windows) { PathBuf::from(path.to_string_lossy().to_lowercase()) } else { path }
}

/// Whether a file was deleted; not being able to look is no answer.
pub(super) fn is_gone(path: &Path) -> bool {
    let is_missing = std::fs::symlink_metadata(path)
        .is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
    is_missing && std::fs::read_dir(folder_of(path)).is_ok()
}

/// Which files are the newest of their kind in their folder, so that Exchange may write on: those
/// that no other with contents follows. Files are given in the order in which they were written.
pub(super) fn growing(files: &[LogFile]) -> Vec<bool> {
    let mut followed = HashSet::new();
    let mut growing: Vec<bool> = files
        .iter()
        .rev()
        .map(|file| {
            let name = file.path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            let kind = name.split(|next: char| next.is_ascii_digit()).next().unwrap_or_default();
            let kind = (folder_of(&file.path).to_owned(), kind.to_owned());
            let is_newest = !followed.contains(&kind);
            if file.size > 0 {
                followed.insert(kind);
            }
            is_newest
        })
        .collect();
    growing.reverse();
    growing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, size: u64) -> LogFile {
        LogFile { path: Path::new(path).into(), server: None, source: 0, size }
    }

    #[test]
    fn the_newest_file_of_each_kind_and_folder_may_grow() {
        let files = [
            file("x/SEND2026111501-1.LOG", 5),
            file("x/SEND2026111501-2.LOG", 5),
            file("x/RECV2026111501-1.LOG", 5),
            file("y/SEND2026111501-1.LOG", 5),
            file("x/SEND2026111502-1.LOG", 0),
        ];
        assert_eq!(growing(&files), [false, true, true, true, true], "an empty one has not begun");
    }

    #[test]
    fn ids_belong_to_a_server_or_else_to_a_folder() {
        let mut other = file("/logs/y/a.log", 1);
        other.source = 1;
        let mut registry = FileRegistry::new(vec![file("/logs/x/a.log", 1), other]);
        assert_eq!(registry.index_of(Path::new("/logs/y/a.log"), None), 1);
        assert_eq!(registry.index_of(Path::new("/logs/y/gone.log"), None), 2);
        assert_eq!(registry.files[2].source, 1);
        let server = registry.number_of(Some("EX1"), Path::new("/a"));
        assert_eq!(server, 2);
        assert_eq!(registry.number_of(Some("ex1"), Path::new("/b")), server);
        assert_eq!(registry.source(server), Some((Some("ex1".to_owned()), PathBuf::new())));
        assert_eq!(registry.source(9), None);
    }

    #[test]
    fn a_file_is_gone_only_where_its_folder_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        assert!(is_gone(&folder.path().join("a.log")));
        assert!(!is_gone(&folder.path().join("unreachable/a.log")));
        assert!(!is_gone(folder.path()));
    }
}
