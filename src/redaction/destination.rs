//! Where redacted files go: a folder or an archive, which is there once it is complete.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

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

    /// Adds a file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&mut self, name: &str, content: &[u8]) -> Result<(), String> {
        // Names of entries never lead out of it.
        let name: PathBuf = Path::new(&name.replace('\\', "/"))
            .components()
            .filter(|part| matches!(part, Component::Normal(_)))
            .collect();
        let written = if let Some(archive) = &mut self.archive {
            archive
                .start_file_from_path(&name, SimpleFileOptions::default())
                .map_err(io::Error::other)
                .and_then(|()| archive.write_all(content))
        } else {
            let path = self.beside.join(name);
            let folder = path.parent().unwrap_or(&self.beside);
            fs::create_dir_all(folder).and_then(|()| fs::write(&path, content))
        };
        written.map_err(|error| not_written(&error))
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

fn not_written(error: &io::Error) -> String {
    format!("cannot be written: {error}")
}
