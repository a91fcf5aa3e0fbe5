//! The state file: held by one run at a time, and replaced as a whole.
//!
//! A new state is written beside the file, and takes its name when it is whole. Where that name cannot
//! be given, or the run is killed in between, what was written lies beside the file, and names the
//! state that it follows: the next run goes on from it, as its sessions were given.

use std::fs::{File, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::state_memory::StateMemory;
use super::stored::{State, hexadecimal};
use crate::input::refuse_endless;

/// A state file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the state file '{}' {trouble}", path.display())]
pub struct StateError {
    /// The state file.
    pub path: PathBuf,
    /// What is the matter with it.
    pub trouble: StateTrouble,
}

/// What is the matter with a state file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateTrouble {
    /// Another run holds it.
    #[error(
        "is in use by another run or program: wait until that has ended, or give each task a state \
         file of its own"
    )]
    InUse,
    /// It was not written by EopRelay.
    #[error("is not a state file of EopRelay: give another path")]
    Foreign,
    /// It is not as it was written.
    #[error(
        "is damaged ({0}): delete it to begin anew; all logs are then read from their beginning"
    )]
    Damaged(String),
    /// It has a form that this version does not know.
    #[error(
        "has the form {0} of another version of EopRelay, and this version knows {VERSION}: use \
         that version, or delete the file to begin anew; all logs are then read from their beginning"
    )]
    OtherVersion(u32),
    /// It, or the lock file beside it, cannot be opened, read or written.
    #[error(
        "cannot be {action}: {message}; check that its folder exists, is writable and has room"
    )]
    Io {
        /// `opened`, `read` or `written`.
        action: &'static str,
        /// The operating system's words.
        message: String,
        /// The operating system's error number.
        os_error: Option<i32>,
    },
    /// The logs were not read to their end, so that nothing can be saved yet.
    #[error("can be saved only when the last batch was taken: read on to the end first")]
    NotAtEnd,
}

/// The version of the file's form, raised with every change that an older one would not understand.
const VERSION: u32 = 1;
/// No first line of a state file is longer.
const MAXIMUM_HEADER: u64 = 200;
/// No state file is larger: the rows it keeps are bounded.
const MAXIMUM_BODY: u64 = 1 << 30;

/// The first line of the file; what follows is the state.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Header {
    eop_relay_state: u32,
    sha256: String,
    /// That of the state that it replaces.
    #[serde(default)]
    after: Option<String>,
}

/// A state file in the hands of this run, until it is dropped.
#[derive(Debug)]
pub(super) struct StateFile {
    path: PathBuf,
    /// The digest of the state that it holds.
    sha256: Option<String>,
    /// In place of the file.
    memory: Option<StateMemory>,
    /// The lock lies beside the file: the file itself is replaced by another. Memory needs none.
    _lock: Option<File>,
}

impl StateFile {
    /// Takes the file; what it holds, `None` if there is none yet.
    pub(super) fn open(path: PathBuf) -> Result<(Self, Option<State>), StateError> {
        let path = behind_link(path)?;
        let lock_path = beside(&path, ".lock");
        // A link is followed when a file is created, to wherever it points.
        if std::fs::symlink_metadata(&lock_path).is_ok_and(|metadata| metadata.is_symlink()) {
            let error = io::Error::other("the lock file beside it is a link: delete that");
            return Err(io_error(&path, "opened", &error));
        }
        let new_path = beside(&path, ".new");
        [&lock_path, &path, &new_path]
            .into_iter()
            .try_for_each(|path| refuse_endless(path))
            .map_err(|error| io_error(&path, "opened", &error))?;
        let lock = private_options()
            .create(true)
            .truncate(false)
            .open(&lock_path)
            .map_err(|error| io_error(&path, "opened", &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StateError { path, trouble: StateTrouble::InUse });
            }
            Err(TryLockError::Error(error)) => return Err(io_error(&path, "opened", &error)),
        }
        let opened = open_if_there(&path).map_err(|error| io_error(&path, "opened", &error))?;
        let mut held = opened.map(|file| read(&path, file)).transpose()?;
        if let Some(newer) = successor(&path, &new_path, held.as_ref())? {
            // Before anything is given: else the next save would have no name to write to.
            patiently(|| std::fs::rename(&new_path, &path).and_then(|()| sync_folder(&path)))
                .map_err(|error| io_error(&path, "written", &error))?;
            held = Some(newer);
        }
        let (header, state) = held.unzip();
        let sha256 = header.map(|header| header.sha256);
        Ok((Self { path, sha256, memory: None, _lock: Some(lock) }, state))
    }

    /// Takes a state in memory; what it holds, `None` if that is nothing yet.
    pub(super) fn in_memory(memory: StateMemory) -> Result<(Self, Option<State>), StateError> {
        let path = PathBuf::from("(memory)");
        let saved = memory.saved();
        let state = if saved.is_empty() {
            None
        } else {
            Some(serde_json::from_slice(&saved).map_err(|error| StateError {
                path: path.clone(),
                trouble: StateTrouble::Damaged(error.to_string()),
            })?)
        };
        Ok((Self { path, sha256: None, memory: Some(memory), _lock: None }, state))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces what it holds: by a new file that takes its place when it is written.
    pub(super) fn write(&mut self, state: &State) -> Result<(), StateError> {
        self.replace(state).map_err(|error| io_error(&self.path, "written", &error))
    }

    fn replace(&mut self, state: &State) -> io::Result<()> {
        let body = serde_json::to_vec(state)?;
        if let Some(memory) = &self.memory {
            memory.save(body);
            return Ok(());
        }
        let sha256 = digest(&body);
        let header =
            Header { eop_relay_state: VERSION, sha256: sha256.clone(), after: self.sha256.take() };
        let header = serde_json::to_vec(&header)?;
        let new_path = beside(&self.path, ".new");
        patiently(|| write_new(&new_path, &[&header, b"\n", &body, b"\n"]))?;
        patiently(|| std::fs::rename(&new_path, &self.path))?;
        self.sha256 = Some(sha256);
        sync_folder(&self.path)
    }
}

/// The file that a link leads to: a new file in place of the link would leave two states, and each session
/// would be given once by each.
fn behind_link(path: PathBuf) -> Result<PathBuf, StateError> {
    if !std::fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink()) {
        return Ok(path);
    }
    path.canonicalize().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            let error =
                io::Error::other("it is a link that leads nowhere: give the path of a file");
            io_error(&path, "opened", &error)
        }
        _ => io_error(&path, "opened", &error),
    })
}

/// Writes a file that was not there, in the place of what an earlier run left that was interrupted.
fn write_new(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private_options().create_new(true).open(path)?;
    parts.iter().try_for_each(|part| file.write_all(part))?;
    file.sync_all()
}

/// Does it once more, and again, where it fails: a virus scanner or an indexer holds a file for a
/// moment, and what was given once is not to be given again for that.
fn patiently(mut action: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    for milliseconds in [20, 200] {
        if action().is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(milliseconds));
    }
    action()
}

/// The file; `None` where there is none. A share that is gone for a moment says so of a file that is
/// there too: without its state every session would be given again.
fn open_if_there(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error)
            if error.kind() == io::ErrorKind::NotFound
                && path.try_exists().is_ok_and(|exists| !exists) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The state beside the file, if it is whole and follows that in the file.
fn successor(
    path: &Path,
    new_path: &Path,
    held: Option<&(Header, State)>,
) -> Result<Option<(Header, State)>, StateError> {
    if std::fs::symlink_metadata(new_path).is_ok_and(|metadata| metadata.is_symlink()) {
        return Ok(None);
    }
    let file = open_if_there(new_path).map_err(|error| io_error(path, "opened", &error))?;
    let Some(file) = file else { return Ok(None) };
    match read(new_path, file) {
        Ok(new) => {
            let follows = new.0.after.as_ref() == held.map(|(header, _)| &header.sha256);
            Ok(Some(new).filter(|_| follows))
        }
        Err(StateError { trouble: trouble @ StateTrouble::Io { .. }, .. }) => {
            Err(StateError { path: path.to_owned(), trouble })
        }
        // It was never finished: what it was to say is read again.
        Err(_) => Ok(None),
    }
}

/// A file for this user alone where the folder does not already say for whom: logs name senders
/// and recipients. On Windows a new file has the permissions of its folder.
fn private_options() -> std::fs::OpenOptions {
    let mut options = File::options();
    options.write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

/// Makes the new name of a file last; Windows writes names with the file.
fn sync_folder(path: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn read(path: &Path, file: File) -> Result<(Header, State), StateError> {
    let trouble = |trouble| StateError { path: path.to_owned(), trouble };
    let damaged = |reason: &str| trouble(StateTrouble::Damaged(reason.to_owned()));
    let unreadable = |error: io::Error| io_error(path, "read", &error);
    let mut file = BufReader::new(file);
    let mut first_line = Vec::new();
    file.by_ref().take(MAXIMUM_HEADER).read_until(b'\n', &mut first_line).map_err(unreadable)?;
    if first_line.is_empty() {
        return Err(damaged("it is empty"));
    }
    let Ok(header) = serde_json::from_slice::<Header>(&first_line) else {
        return Err(if first_line.starts_with(b"{\"EopRelayState\"") {
            damaged("its first line cannot be read")
        } else {
            trouble(StateTrouble::Foreign)
        });
    };
    if header.eop_relay_state != VERSION {
        return Err(trouble(StateTrouble::OtherVersion(header.eop_relay_state)));
    }
    let mut body = Vec::new();
    file.take(MAXIMUM_BODY).read_to_end(&mut body).map_err(unreadable)?;
    let body = body.strip_suffix(b"\n").ok_or_else(|| damaged("its end is missing"))?;
    if digest(body) != header.sha256 {
        return Err(damaged("its contents were changed or cut"));
    }
    let state = serde_json::from_slice(body).map_err(|error| damaged(&error.to_string()))?;
    Ok((header, state))
}

fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn io_error(path: &Path, action: &'static str, error: &io::Error) -> StateError {
    let os_error = error.raw_os_error();
    // ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION: another process has it open for itself.
    let trouble = if cfg!(windows) && matches!(os_error, Some(32 | 33)) {
        StateTrouble::InUse
    } else {
        StateTrouble::Io { action, message: error.to_string(), os_error }
    };
    StateError { path: path.to_owned(), trouble }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(path: &Path) -> StateTrouble {
        StateFile::open(path.to_owned()).unwrap_err().trouble
    }

    #[test]
    fn what_is_written_is_read_and_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (mut file, state) = StateFile::open(path.clone()).unwrap();
        assert_eq!(state, None);
        for has_forgotten in [true, false] {
            let state = State { has_forgotten, ..State::default() };
            file.write(&state).unwrap();
        }
        drop(file);
        let (_, state) = StateFile::open(path).unwrap();
        assert_eq!(state, Some(State::default()));
        let mut names: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["state", "state.lock"]);
    }

    #[test]
    fn what_an_interrupted_run_left_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        std::fs::write(beside(&path, ".new"), "half").unwrap();
        let (mut file, _) = StateFile::open(path.clone()).unwrap();
        file.write(&State::default()).unwrap();
        drop(file);
        assert!(StateFile::open(path).unwrap().1.is_some());
    }

    /// A state and, beside it, one that follows it but could not take its name.
    fn interrupted(folder: &Path) -> (PathBuf, PathBuf) {
        let (path, new_path) = (folder.join("state"), folder.join("state.new"));
        let (mut file, _) = StateFile::open(path.clone()).unwrap();
        file.write(&State::default()).unwrap();
        let first = std::fs::read(&path).unwrap();
        file.write(&State { has_forgotten: true, ..State::default() }).unwrap();
        std::fs::rename(&path, &new_path).unwrap();
        std::fs::write(&path, first).unwrap();
        (path, new_path)
    }

    #[test]
    fn a_state_that_could_not_take_its_name_is_that_of_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let (path, new_path) = interrupted(folder.path());
        let (mut file, state) = StateFile::open(path.clone()).unwrap();
        assert!(state.unwrap().has_forgotten && !new_path.exists());
        // And goes on from there.
        file.write(&State { has_evictions: true, ..State::default() }).unwrap();
        std::fs::rename(&path, &new_path).unwrap();
        drop(file);
        assert!(StateFile::open(path).unwrap().1.is_none(), "the state was deleted, to begin anew");
    }

    #[test]
    fn a_first_state_that_could_not_take_its_name_is_that_of_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let (path, new_path) = (folder.path().join("state"), folder.path().join("state.new"));
        StateFile::open(path.clone()).unwrap().0.write(&State::default()).unwrap();
        std::fs::rename(&path, &new_path).unwrap();
        assert!(StateFile::open(path).unwrap().1.is_some());
    }

    #[test]
    fn what_lies_beside_it_and_is_cut_or_follows_another_state_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let (path, new_path) = interrupted(folder.path());
        let whole = std::fs::read_to_string(&new_path).unwrap();
        let other = digest(b"another state");
        let after = &whole[whole.find("After\":\"").unwrap() + 8..][..64];
        for content in [&whole[..whole.len() - 1], &whole.replace(after, &other)] {
            std::fs::write(&new_path, content).unwrap();
            let (mut file, state) = StateFile::open(path.clone()).unwrap();
            assert_eq!(state, Some(State::default()));
            file.write(&State::default()).unwrap();
            assert!(!new_path.exists());
        }
    }

    #[test]
    fn a_file_in_use_says_so_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let held = StateFile::open(path.clone()).unwrap();
        assert_eq!(trouble(&path), StateTrouble::InUse);
        drop(held);
        assert!(StateFile::open(path).is_ok());
    }

    #[test]
    fn a_damaged_or_foreign_file_is_an_error_that_says_what_to_do_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let (mut file, _) = StateFile::open(path.clone()).unwrap();
        file.write(&State::default()).unwrap();
        drop(file);
        let whole = std::fs::read(&path).unwrap();
        let mut changed = whole.clone();
        let last = changed.len() - 5;
        changed[last] ^= 1;
        let newer = String::from_utf8(whole.clone()).unwrap().replace("State\":1", "State\":2");
        for (content, expected) in [
            (&b""[..], "is damaged (it is empty): delete it to begin anew"),
            (&whole[..40], "its first line cannot be read"),
            (&whole[..whole.len() - 1], "its end is missing"),
            (&whole[..whole.len() - 9], "its end is missing"),
            (&changed, "contents were changed"),
            (newer.as_bytes(), "has the form 2 of another version"),
            (b"#Software: Microsoft Exchange Server\r\n", "is not a state file of EopRelay"),
            (b"{\"ModuleVersion\":1}\n{}\n", "is not a state file of EopRelay"),
        ] {
            std::fs::write(&path, content).unwrap();
            let error = StateFile::open(path.clone()).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
            assert!(error.contains(path.to_str().unwrap()), "{error}");
            assert_eq!(std::fs::read(&path).unwrap(), content);
        }
    }

    #[test]
    fn a_folder_that_is_missing_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let error = StateFile::open(folder.path().join("none/state")).unwrap_err();
        assert!(error.to_string().contains("check that its folder exists"), "{error}");
        assert!(matches!(error.trouble, StateTrouble::Io { os_error: Some(_), .. }));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_no_lock_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let target = folder.path().join("elsewhere");
        std::os::unix::fs::symlink(&target, beside(&path, ".lock")).unwrap();
        let error = StateFile::open(path).unwrap_err().to_string();
        assert!(error.contains("the lock file beside it is a link: delete that"), "{error}");
        assert!(!target.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_the_state_that_it_leads_to() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("state"), folder.path().join("link"));
        StateFile::open(path.clone()).unwrap().0.write(&State::default()).unwrap();
        std::os::unix::fs::symlink("state", &link).unwrap();
        let (mut file, _) = StateFile::open(link.clone()).unwrap();
        assert_eq!(trouble(&path), StateTrouble::InUse, "by either name");
        file.write(&State { has_forgotten: true, ..State::default() }).unwrap();
        drop(file);
        assert!(StateFile::open(path).unwrap().1.unwrap().has_forgotten);
        let nowhere = folder.path().join("nowhere");
        std::os::unix::fs::symlink("none", &nowhere).unwrap();
        let error = StateFile::open(nowhere.clone()).unwrap_err().to_string();
        assert!(error.contains("it is a link that leads nowhere"), "{error}");
        assert!(nowhere.symlink_metadata().unwrap().is_symlink() && link.read_link().is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        StateFile::open(path.clone()).unwrap().0.write(&State::default()).unwrap();
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
