//! Archives (`.zip`): their directory, and their entries as streams.

use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use flate2::Crc;
use flate2::read::DeflateDecoder;
use hashbrown::HashMap;
use zip::{CompressionMethod, ZipArchive};

use super::file::{MAXIMUM_UNPACKED, open_shared};
use super::guard::{Counted, Guard, damaged};
use super::standard_input::{self, is_standard_input};

/// Entries of an archive that are looked at.
const MAXIMUM_ENTRIES: usize = 100_000;
/// How an archive begins: with an entry, or with the end of an empty directory (APPNOTE 4.3).
const SIGNATURES: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedFile {
    /// Its path below that of the archive.
    pub path: PathBuf,
    /// Its size when unpacked, in bytes, as the archive has it.
    pub size: u64,
    /// Why it cannot be read.
    pub trouble: Option<String>,
}

/// How a program begins, which an archive may stand behind that unpacks itself.
const PROGRAM: &[u8] = b"MZ";

/// Whether a path names an archive: a file that begins like one, or a program that unpacks the one behind
/// it.
#[must_use]
pub fn is_archive(path: &Path) -> bool {
    if is_standard_input(path) {
        return standard_input::archive(&SIGNATURES).is_ok_and(|archive| archive.is_some());
    }
    let is_file = std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    let mut start = Vec::with_capacity(4);
    is_file
        && open_shared(path).is_ok_and(|file| file.take(4).read_to_end(&mut start).is_ok())
        && (SIGNATURES.contains(&start.as_slice())
            || (start.starts_with(PROGRAM) && unpacks_itself(path)))
}

fn unpacks_itself(path: &Path) -> bool {
    let archive = open_shared(path).map(|file| ZipArchive::new(BufReader::new(file)));
    archive.is_ok_and(|archive| archive.is_ok_and(|archive| !archive.is_empty()))
}

/// Whether a path names an entry of an archive.
#[must_use]
pub fn is_packed(path: &Path) -> bool {
    archive_above(path).is_some_and(is_archive)
}

/// The files in an archive, by their paths. One of [`MAXIMUM_ENTRIES`] that is too many, and one
/// whose size is beyond what an archive may unpack to, has its trouble.
///
/// # Errors
/// The archive cannot be opened, or its directory is damaged.
pub fn packed_files(path: &Path) -> io::Result<Vec<PackedFile>> {
    let directory = Directory::of(path)?;
    let mut files: Vec<PackedFile> = directory
        .entries
        .iter()
        .map(|(name, entry)| PackedFile {
            path: path.join(name),
            size: entry.size,
            trouble: entry.trouble.clone(),
        })
        .collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    if directory.left_out > 0 {
        let trouble = format!(
            "{} further entries: an archive of more than {MAXIMUM_ENTRIES} is not looked at whole",
            directory.left_out
        );
        files.push(PackedFile { path: path.to_owned(), size: 0, trouble: Some(trouble) });
    }
    Ok(files)
}

/// Opens an entry by its path below the archive's; `None` where no file lies above that path.
pub(super) fn open_entry(path: &Path) -> io::Result<Option<Box<dyn Read + Send>>> {
    let Some(archive) = archive_above(path) else { return Ok(None) };
    let directory = Directory::of(archive)?;
    let name = path.strip_prefix(archive).unwrap_or(path);
    let entry = directory.entries.get(name).ok_or(io::ErrorKind::NotFound)?;
    if let Some(trouble) = &entry.trouble {
        return Err(io::Error::other(trouble.clone()));
    }
    entry.open(archive).map(Some)
}

/// The file above a path that is itself none.
fn archive_above(path: &Path) -> Option<&Path> {
    for above in path.ancestors().skip(1) {
        if is_standard_input(above) {
            return Some(above);
        }
        match std::fs::metadata(above) {
            Ok(metadata) => return metadata.is_file().then_some(above),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return None,
            Err(_) => {}
        }
    }
    None
}

/// An archive, wherever it is held.
trait Archive: Read + Seek + Send {}

impl<T: Read + Seek + Send> Archive for T {}

fn open_archive(path: &Path) -> io::Result<Box<dyn Archive>> {
    if !is_standard_input(path) {
        return Ok(Box::new(open_shared(path)?));
    }
    let content = standard_input::archive(&SIGNATURES)?;
    let content = content.ok_or_else(|| damaged("standard input holds no archive"))?;
    Ok(Box::new(Cursor::new(content)))
}

/// What is known of an entry.
struct Entry {
    header: u64,
    packed_size: u64,
    size: u64,
    crc: u32,
    is_stored: bool,
    trouble: Option<String>,
}

/// The entries of an archive, by what stands below its path.
struct Directory {
    entries: HashMap<PathBuf, Entry>,
    left_out: usize,
}

/// What an archive is known by: its path, size and time.
type Identity = (PathBuf, u64, Option<SystemTime>);

/// The directory that was read last: the entries of one archive are opened one after the other, and
/// each would read it anew.
static LAST: Mutex<Option<(Identity, Arc<Directory>)>> = Mutex::new(None);

impl Directory {
    fn of(path: &Path) -> io::Result<Arc<Self>> {
        let identity = if is_standard_input(path) {
            (path.to_owned(), 0, None)
        } else {
            let metadata = std::fs::metadata(path)?;
            (path.to_owned(), metadata.len(), metadata.modified().ok())
        };
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, directory)) = &*last
            && *known == identity
        {
            return Ok(Arc::clone(directory));
        }
        let directory = Arc::new(Self::read(open_archive(path)?)?);
        *last = Some((identity, Arc::clone(&directory)));
        Ok(directory)
    }

    fn read(file: Box<dyn Archive>) -> io::Result<Self> {
        let archive = ZipArchive::new(BufReader::new(file)).map_err(|error| match error {
            zip::result::ZipError::Io(error) => error,
            other => io::Error::new(
                io::ErrorKind::InvalidData,
                format!("a damaged or cut archive ({other}): copy it again"),
            ),
        })?;
        let mut directory = Self { entries: HashMap::new(), left_out: 0 };
        let mut unpacked = 0_u64;
        for index in 0..archive.len() {
            let Ok(data) = archive.by_index_data(index) else { continue };
            if data.is_dir() {
                continue;
            }
            if directory.entries.len() == MAXIMUM_ENTRIES {
                directory.left_out += 1;
                continue;
            }
            let name = String::from_utf8_lossy(data.name_raw()).into_owned();
            let name = data.name().map_or(name, std::borrow::Cow::into_owned);
            unpacked = unpacked.saturating_add(data.size());
            let method = data.compression();
            let trouble = if data.encrypted() {
                Some("encrypted: unpack it with its password, and give what it holds".to_owned())
            } else if data.is_symlink() {
                Some("a link, which an archive does not hold the target of".to_owned())
            } else if !matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated) {
                let method = method_words(method);
                Some(format!(
                    "compressed by a method that is not read ({method}): unpack it, and give what it holds"
                ))
            } else if unpacked > MAXIMUM_UNPACKED {
                Some(format!("the archive unpacks to more than {MAXIMUM_UNPACKED} bytes"))
            } else {
                None
            };
            let entry = Entry {
                header: data.header_start(),
                packed_size: data.compressed_size(),
                size: data.size(),
                crc: data.crc32(),
                is_stored: method == CompressionMethod::Stored,
                trouble,
            };
            let mut path = path_of_name(&name);
            if directory.entries.contains_key(&path) {
                let last = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                path.set_file_name(format!("{last} (entry {index})"));
            }
            directory.entries.insert(path, entry);
        }
        Ok(directory)
    }
}

/// A method of compression by name (APPNOTE 4.4.5).
fn method_words(method: CompressionMethod) -> String {
    const NAMES: &[(CompressionMethod, &str)] = &[
        (CompressionMethod::DEFLATE64, "Deflate64, as Explorer packs large files"),
        (CompressionMethod::BZIP2, "BZip2"),
        (CompressionMethod::LZMA, "LZMA"),
        (CompressionMethod::ZSTD, "Zstandard"),
        (CompressionMethod::XZ, "XZ"),
        (CompressionMethod::PPMD, "PPMd"),
    ];
    let name = NAMES.iter().find(|(known, _)| *known == method);
    name.map_or_else(|| format!("{method:?}"), |(_, name)| (*name).to_owned())
}

/// The parts of a name that name something: neither roots, drives and `..` nor signs that steer.
fn path_of_name(name: &str) -> PathBuf {
    let parts = name.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | ".."));
    let path: PathBuf = parts
        .map(|part| part.replace(|sign: char| sign == ':' || sign.is_control(), "_"))
        .collect();
    if path.as_os_str().is_empty() { PathBuf::from("_") } else { path }
}

impl Entry {
    fn open(&self, archive: &Path) -> io::Result<Box<dyn Read + Send>> {
        /// The part of a local header that has a fixed length (APPNOTE 4.3.7).
        const HEADER: usize = 30;
        let mut file = open_archive(archive)?;
        file.seek(SeekFrom::Start(self.header))?;
        let mut header = [0; HEADER];
        file.read_exact(&mut header).map_err(|error| damaged(&error.to_string()))?;
        if !header.starts_with(SIGNATURES[0]) {
            return Err(damaged("no entry where the directory says"));
        }
        let length = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let (name, extra) = (length(26), length(28));
        file.seek(SeekFrom::Start(self.header + HEADER as u64 + name + extra))?;
        let packed = BufReader::new(file.take(self.packed_size));
        if self.is_stored {
            return Ok(Box::new(Checked::new(packed, self)));
        }
        let (packed, taken) = Counted::new(packed);
        let unpacked = Guard::new(DeflateDecoder::new(packed), taken, self.size);
        Ok(Box::new(Checked::new(unpacked, self)))
    }
}

/// The content of an entry, held against its checksum at its end.
struct Checked<R> {
    content: R,
    seen: Crc,
    size: u64,
    crc: u32,
}

impl<R> Checked<R> {
    fn new(content: R, entry: &Entry) -> Self {
        Self { content, seen: Crc::new(), size: entry.size, crc: entry.crc }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.content.read(buffer)?;
        self.seen.update(&buffer[..length]);
        let is_end = length == 0 && !buffer.is_empty();
        // The checksum's own count of bytes is one of 32 bits.
        #[allow(clippy::cast_possible_truncation, reason = "compared as it counts")]
        if is_end && (self.seen.sum() != self.crc || self.seen.amount() != self.size as u32) {
            return Err(damaged("its checksum is another one"));
        }
        Ok(length)
    }
}
