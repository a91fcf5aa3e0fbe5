//! Which files to read, and in which order.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use super::notice::{Notice, NoticeCode};
use crate::input::{
    NOT_FOUND, is_archive, is_own_input, is_packed, is_standard_input, nothing_by, packed_files,
    walk_error,
};

/// A place to read logs from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogInput {
    /// A file, a folder, or a pattern.
    pub path: PathBuf,
    /// Whether `path` may hold the wildcards `*`, `?` and `[...]`. A path that exists is taken as
    /// it is, brackets and all.
    pub wildcards: bool,
    /// The server whose logs they are, where the caller knows it.
    pub server: Option<String>,
}

impl LogInput {
    /// A path, or `NAME=PATH`: the logs of the server NAME, which has none of `\`, `/` and `:`. What
    /// exists under the text as a whole is a path. The path may hold wildcards.
    #[must_use]
    pub fn of_text(text: &OsStr) -> Self {
        let whole = |text: &OsStr| Self { path: text.into(), wildcards: true, ..Self::default() };
        let Some(readable) = text.to_str() else { return whole(text) };
        let named = readable.split_once('=').filter(|(name, path)| {
            !name.trim().is_empty() && !name.contains(['\\', '/', ':']) && !path.is_empty()
        });
        match named {
            Some((name, path)) if std::fs::symlink_metadata(text).is_err() => {
                Self { server: Some(name.trim().to_owned()), ..whole(path.as_ref()) }
            }
            _ => whole(text),
        }
    }
}

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// Where it is.
    pub path: Arc<Path>,
    /// The server whose log it is: as given, else the host of a UNC path.
    pub server: Option<Arc<str>>,
    /// Files with the same number share their session ids: those of one server, else of one folder.
    pub source: u32,
    /// Its size in bytes when it was found.
    pub size: u64,
}

/// The files to read, in order, and what went wrong on the way to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovery {
    /// In the order in which Exchange wrote them: by date, hour and number in their names; files
    /// that are named otherwise follow in natural order.
    pub files: Vec<LogFile>,
    /// Trouble with single inputs.
    pub notices: Vec<Notice>,
    /// How many different folders the files lie in.
    pub folders: usize,
}

/// Finds the files of all inputs; each file once, even if several inputs lead to it.
#[must_use]
pub fn discover(inputs: &[LogInput], recurse: bool) -> Discovery {
    discover_files(inputs, recurse, &["log"])
}

/// Finds the files of all inputs, of a folder those with one of the extensions; each file once.
#[must_use]
pub fn discover_files(
    inputs: &[LogInput],
    recurse: bool,
    extensions: &'static [&'static str],
) -> Discovery {
    let mut found = FoundFiles { recurse, extensions, ..FoundFiles::default() };
    for input in inputs {
        found.add_input(input);
    }
    found.into_discovery()
}

#[derive(Default)]
struct FoundFiles {
    recurse: bool,
    /// Of the files that are read of a folder.
    extensions: &'static [&'static str],
    files: Vec<(PathBuf, Option<Arc<str>>, u64)>,
    seen: HashSet<PathBuf>,
    notices: Vec<Notice>,
}

impl FoundFiles {
    fn add_input(&mut self, input: &LogInput) {
        let server = input.server.as_deref().map(Arc::from);
        let is_path = std::fs::symlink_metadata(&input.path).is_ok()
            || is_standard_input(&input.path)
            || is_packed(&input.path);
        if is_path || !input.wildcards {
            self.add_path(&input.path, server.as_ref());
            return;
        }
        let pattern = input.path.to_string_lossy();
        match glob::glob_with(&pattern, PATTERN_OPTIONS) {
            Ok(matches) => {
                let mut is_empty = true;
                for path in matches {
                    is_empty = false;
                    match path {
                        Ok(path) => self.add_path(&path, server.as_ref()),
                        Err(error) => self.unreadable(error.path(), error.error()),
                    }
                }
                if is_empty {
                    self.nothing_found(&input.path, nothing_by(&pattern));
                }
            }
            Err(error) => self.notices.push(Notice {
                message: format!("the pattern is not valid: {}", error.msg),
                ..Notice::new(NoticeCode::InvalidPattern, &input.path)
            }),
        }
    }

    fn add_path(&mut self, path: &Path, server: Option<&Arc<str>>) {
        if is_standard_input(path) && is_archive(path) {
            self.add_archive(path, server);
            return;
        }
        if is_standard_input(path) || is_packed(path) {
            self.add_file(path, server, 0);
            return;
        }
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => self.add_folder(path, server),
            Ok(metadata) if metadata.is_file() && is_archive(path) => {
                self.add_archive(path, server);
            }
            Ok(metadata) if metadata.is_file() || is_own_input(path) => {
                self.add_file(path, server, metadata.len());
            }
            Ok(_) => self.notices.push(Notice {
                message: "a pipe, socket or device and no file: it might never end; give its \
                          contents as a file"
                    .to_owned(),
                ..Notice::new(NoticeCode::OtherContent, path)
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                self.nothing_found(path, NOT_FOUND);
            }
            Err(error) => self.unreadable(path, &error),
        }
    }

    fn add_folder(&mut self, folder: &Path, server: Option<&Arc<str>>) {
        let depth = if self.recurse { usize::MAX } else { 1 };
        let before = self.seen.len();
        let mut is_empty = true;
        for entry in WalkDir::new(folder).min_depth(1).max_depth(depth).follow_links(true) {
            match entry {
                Ok(entry) if entry.file_type().is_file() && self.has_extension(entry.path()) => {
                    is_empty = false;
                    match entry.metadata() {
                        Ok(metadata) => self.add_file(entry.path(), server, metadata.len()),
                        Err(error) => self.unreadable(entry.path(), &error.into()),
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    is_empty = false;
                    let path = error.path().unwrap_or(folder).to_owned();
                    self.unreadable(&path, &walk_error(error));
                }
            }
        }
        if is_empty && before == self.seen.len() {
            let names = format!(".{}", self.extensions.join(" or ."));
            let advice = match (self.recurse, self.extensions) {
                (true, ["log"]) => {
                    "the folder and those below it hold no .log file; is protocol logging on \
                     (Set-SendConnector ... -ProtocolLoggingLevel Verbose)?"
                        .to_owned()
                }
                (true, _) => format!("the folder and those below it hold no {names} file"),
                (false, _) => format!(
                    "the folder holds no {names} file; to read the folders below it too, ask to \
                     recurse"
                ),
            };
            self.nothing_found(folder, &advice);
        }
    }

    fn add_archive(&mut self, archive: &Path, server: Option<&Arc<str>>) {
        let packed = match packed_files(archive) {
            Ok(packed) => packed,
            Err(error) => return self.unreadable(archive, &error),
        };
        let before = self.seen.len();
        let mut has_trouble = false;
        for file in packed {
            has_trouble |= file.trouble.is_some();
            match file.trouble {
                Some(trouble) => self.unreadable(&file.path, &std::io::Error::other(trouble)),
                None if self.has_extension(&file.path) => {
                    self.add_file(&file.path, server, file.size);
                }
                None => {}
            }
        }
        if before == self.seen.len() && !has_trouble {
            let names = format!(".{}", self.extensions.join(" or ."));
            self.nothing_found(archive, &format!("the archive holds no {names} file"));
        }
    }

    fn has_extension(&self, path: &Path) -> bool {
        let is_compressed =
            path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
        let path =
            if is_compressed { Path::new(path.file_stem().unwrap_or_default()) } else { path };
        path.extension().is_some_and(|extension| {
            self.extensions.iter().any(|wanted| extension.eq_ignore_ascii_case(wanted))
        })
    }

    fn add_file(&mut self, path: &Path, server: Option<&Arc<str>>, size: u64) {
        let identity = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if self.seen.insert(identity) {
            let server = server.cloned().or_else(|| unc_host(path).map(Arc::from));
            self.files.push((path.to_owned(), server, size));
        }
    }

    fn nothing_found(&mut self, path: &Path, message: &str) {
        self.notices.push(Notice {
            message: message.to_owned(),
            ..Notice::new(NoticeCode::NothingFound, path)
        });
    }

    fn unreadable(&mut self, path: &Path, error: &std::io::Error) {
        self.notices.push(Notice::unreadable(path, error));
    }

    fn into_discovery(mut self) -> Discovery {
        self.files.sort_by(|(left, ..), (right, ..)| reading_order(left, right));
        let mut sources: HashMap<(Option<Arc<str>>, PathBuf), usize> = HashMap::new();
        let mut folders = HashSet::new();
        let mut files = Vec::with_capacity(self.files.len());
        for (path, server, size) in self.files {
            let folder = path.parent().unwrap_or(Path::new("")).to_owned();
            folders.insert(folder.clone());
            let source = match &server {
                Some(server) => (Some(Arc::from(server.to_lowercase())), PathBuf::new()),
                None => (None, folder),
            };
            let next = sources.len();
            let number = *sources.entry(source).or_insert(next);
            let source = u32::try_from(number).unwrap_or(u32::MAX);
            files.push(LogFile { path: path.into(), server, source, size });
        }
        Discovery { files, notices: self.notices, folders: folders.len() }
    }
}

const PATTERN_OPTIONS: glob::MatchOptions = glob::MatchOptions {
    case_sensitive: false,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

/// The host of `\\host\share\...` or `\\?\UNC\host\share\...`.
fn unc_host(path: &Path) -> Option<String> {
    let text = path.to_str()?;
    let rest = match text.get(..8) {
        Some(prefix) if prefix.eq_ignore_ascii_case(r"\\?\UNC\") => &text[8..],
        _ => text.strip_prefix(r"\\")?,
    };
    let host = rest.split('\\').next()?;
    (!matches!(host, "" | "?" | ".")).then(|| host.to_owned())
}

/// Files named as Exchange names them come first, by (date, hour, number): `-9` before `-10`.
pub(crate) fn reading_order(left: &Path, right: &Path) -> Ordering {
    let (left_name, right_name) = (file_name(left), file_name(right));
    let by_name = match (rotation(&left_name), rotation(&right_name)) {
        (Some(left), Some(right)) => left.cmp(&right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => natural_order(&left_name, &right_name),
    };
    by_name.then_with(|| left.cmp(right))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase()
}

/// (date, hour, number) of `SENDyyyymmdd-n.LOG` or `SENDyyyymmddhh-n.LOG`; the same with `RECV`.
fn rotation(lower_case_name: &str) -> Option<(u32, u32, u64)> {
    let rest = lower_case_name
        .strip_prefix("send")
        .or_else(|| lower_case_name.strip_prefix("recv"))?
        .trim_end_matches(".gz")
        .strip_suffix(".log")?;
    let (stamp, number) = rest.split_once('-')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(stamp) || !is_number(number) || !matches!(stamp.len(), 8 | 10) {
        return None;
    }
    let hour = if stamp.len() == 10 { stamp[8..].parse().ok()? } else { 0 };
    Some((stamp[..8].parse().ok()?, hour, number.parse().ok()?))
}

/// Compares names with their runs of digits as numbers.
fn natural_order(left: &str, right: &str) -> Ordering {
    let mut pieces = pieces(left).zip(pieces(right));
    pieces
        .find_map(|(left, right)| {
            let order = match (left.parse::<u64>(), right.parse::<u64>()) {
                (Ok(left), Ok(right)) => left.cmp(&right),
                _ => left.cmp(right),
            };
            (order != Ordering::Equal).then_some(order)
        })
        .unwrap_or_else(|| left.len().cmp(&right.len()))
}

/// Splits a name into runs of digits and runs of everything else.
fn pieces(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = name;
    std::iter::from_fn(move || {
        let is_digit = rest.chars().next()?.is_ascii_digit();
        let end = rest.find(|next: char| next.is_ascii_digit() != is_digit).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests;
