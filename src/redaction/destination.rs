//! Where redacted files go: a folder or an archive, which is there once it is complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Component, Path, PathBuf};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::evidence::Measured;

/// A folder or an archive under another name, until it is complete.
pub(super) struct Destination {
    path: PathBuf,
    beside: PathBuf,
    archive: Option<ZipWriter<File>>,
}

impl Destination {
    /// Begins one.
    ///
    /// # Errors
    /// Something is there already, or nothing can be written there.
    pub fn create(path: &Path) -> Result<Self, String> {
        if path.exists() {
            return Err("is there already; name another one".to_owned());
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.tmp", std::process::id()));
        let beside = path.with_file_name(name);
        let is_archive = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("zip"));
        let archive = if is_archive {
            let file = File::create_new(&beside).map_err(|error| not_written(&error))?;
            Some(ZipWriter::new(file))
        } else {
            fs::create_dir_all(&beside).map_err(|error| not_written(&error))?;
            None
        };
        Ok(Self { path: path.to_owned(), beside, archive })
    }

    /// Adds a file, whose content is what `write` writes. Its size in bytes, and its SHA-256. On an error
    /// nothing of the file is left.
    ///
    /// # Errors
    /// That of `write`, or the file cannot be written.
    pub fn add(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<(u64, String)> {
        // Names of entries never lead out of it.
        let name: PathBuf = Path::new(&name.replace('\\', "/"))
            .components()
            .filter(|part| matches!(part, Component::Normal(_)))
            .collect();
        let Some(archive) = &mut self.archive else {
            let path = self.beside.join(name);
            fs::create_dir_all(path.parent().unwrap_or(&self.beside))?;
            return measured(BufWriter::new(File::create(&path)?), write)
                .inspect_err(|_| drop(fs::remove_file(&path)));
        };
        // A log may have more than the 4 GiB of a plain entry.
        let options = SimpleFileOptions::default().large_file(true);
        archive.start_file_from_path(&name, options).map_err(io::Error::other)?;
        let written = measured(&mut *archive, write);
        if written.is_err() {
            archive.abort_file().map_err(io::Error::other)?;
        }
        written
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self) -> Result<(), String> {
        let closed = match self.archive.take() {
            Some(archive) => {
                archive.finish().map_err(io::Error::other).and_then(|file| file.sync_all())
            }
            None => Ok(()),
        };
        let named = closed.and_then(|()| fs::rename(&self.beside, &self.path));
        named.map_err(|error| not_written(&error))
    }
}

/// What was begun and not finished goes.
impl Drop for Destination {
    fn drop(&mut self) {
        self.archive = None;
        // After its end there is nothing of that name.
        let _ = fs::remove_file(&self.beside);
        let _ = fs::remove_dir_all(&self.beside);
    }
}

fn measured(
    out: impl Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<(u64, String)> {
    let mut out = Measured::new(out);
    write(&mut out)?;
    out.flush()?;
    Ok(out.size_and_digest())
}

pub(super) fn not_written(error: &io::Error) -> String {
    format!("cannot be written: {error}")
}
