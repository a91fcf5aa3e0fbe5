use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

use super::*;

/// An archive that says of its entries whatever a test wants (APPNOTE 4.3).
#[derive(Default)]
struct Forge {
    content: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

struct Lie {
    flags: u16,
    method: u16,
    size: Option<u32>,
    crc: Option<u32>,
}

const HONEST: Lie = Lie { flags: 0, method: 8, size: None, crc: None };

impl Forge {
    fn add(mut self, name: &str, content: &[u8], lie: &Lie) -> Self {
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
        deflated.write_all(content).unwrap();
        let packed = if lie.method == 8 { deflated.finish().unwrap() } else { content.to_vec() };
        let mut seen = flate2::Crc::new();
        seen.update(content);
        let start = u32::try_from(self.content.len()).unwrap();
        let size = u32::try_from(content.len()).unwrap();
        let mut common = Vec::new();
        for number in [20, lie.flags | 0x800, lie.method, 0, 0] {
            common.extend(u16::to_le_bytes(number));
        }
        common.extend(lie.crc.unwrap_or(seen.sum()).to_le_bytes());
        common.extend(u32::try_from(packed.len()).unwrap().to_le_bytes());
        common.extend(lie.size.unwrap_or(size).to_le_bytes());
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend(0_u16.to_le_bytes());
        self.content.extend(b"PK\x03\x04");
        self.content.extend(&common);
        self.content.extend(name.as_bytes());
        self.content.extend(packed);
        self.directory.extend(b"PK\x01\x02\x14\0");
        self.directory.extend(&common);
        self.directory.extend([0; 10]);
        self.directory.extend(start.to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.count += 1;
        self
    }

    fn bytes(self) -> Vec<u8> {
        let (start, length) = (self.content.len(), self.directory.len());
        let mut bytes = [self.content, self.directory].concat();
        bytes.extend(b"PK\x05\x06\0\0\0\0");
        bytes.extend([self.count.to_le_bytes(), self.count.to_le_bytes()].concat());
        bytes.extend(u32::try_from(length).unwrap().to_le_bytes());
        bytes.extend(u32::try_from(start).unwrap().to_le_bytes());
        bytes.extend([0; 2]);
        bytes
    }
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(content).unwrap();
    packed.finish().unwrap()
}

fn file(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("case.zip");
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn content(path: &Path) -> Vec<u8> {
    read(path, 1 << 30).unwrap()
}

#[test]
fn a_file_is_read_as_it_stands_compressed_and_in_an_archive() {
    let text = b"#Software: x\r\n".repeat(1000);
    let (_folder, path) = file(&text);
    assert_eq!(content(&path), text);
    fs::write(&path, [gzip(&text), gzip(b"more")].concat()).unwrap();
    assert_eq!(content(&path), [&text[..], b"more"].concat());
    let stored = Lie { method: 0, ..HONEST };
    let archive = Forge::default()
        .add("EX01/a.log", &text, &HONEST)
        .add("EX01\\b.log", &text, &stored)
        .add("c.log.gz", &gzip(&text), &stored)
        .add("folder/", b"", &stored);
    fs::write(&path, archive.bytes()).unwrap();
    let files = packed_files(&path).unwrap();
    let names: Vec<_> = files.iter().map(|file| file.path.clone()).collect();
    assert_eq!(names, ["EX01/a.log", "EX01/b.log", "c.log.gz"].map(|name| path.join(name)));
    for file in files {
        assert_eq!((file.trouble, content(&file.path) == text), (None, true), "{:?}", file.path);
    }
    assert!(is_archive(&path) && is_packed(&path.join("EX01/a.log")) && !is_packed(&path));
}

#[test]
fn a_name_leads_nowhere_but_into_the_directory_of_its_archive() {
    let archive = Forge::default()
        .add("../../etc/passwd", b"1", &HONEST)
        .add("/etc/passwd", b"2", &HONEST)
        .add("C:\\Windows\\win.ini", b"3", &HONEST)
        .add("..", b"4", &HONEST)
        .add("a\u{1B}[2J.log", b"5", &HONEST);
    let (_folder, path) = file(&archive.bytes());
    let mut found: Vec<(String, Vec<u8>)> = packed_files(&path)
        .unwrap()
        .iter()
        .map(|file| {
            let name = file.path.strip_prefix(&path).unwrap().display().to_string();
            (name, content(&file.path))
        })
        .collect();
    found.sort();
    let expected = [
        ("C_/Windows/win.ini", "3"),
        ("_", "4"),
        ("a_[2J.log", "5"),
        ("etc/passwd", "1"),
        ("etc/passwd (entry 1)", "2"),
    ];
    assert_eq!(found, expected.map(|(name, content)| (name.to_owned(), content.into())));
    assert!(open(&path.join("../case.zip/none")).is_err());
}

#[test]
fn what_is_encrypted_damaged_or_not_what_it_says_is_named() {
    for (lie, expected) in [
        (Lie { flags: 1, ..HONEST }, "encrypted"),
        (Lie { method: 14, ..HONEST }, "method that is not read"),
        (Lie { crc: Some(1), ..HONEST }, "checksum"),
        (Lie { size: Some(10), ..HONEST }, "more than 10 bytes"),
        (Lie { size: Some(1000), ..HONEST }, "checksum"),
    ] {
        let archive = Forge::default().add("a.log", &b"text of a log\r\n".repeat(10), &lie);
        let (_folder, path) = file(&archive.bytes());
        let error = read(&packed_files(&path).unwrap()[0].path, 1 << 20).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let whole = Forge::default().add("a.log", &b"text\r\n".repeat(100), &HONEST).bytes();
    for end in 0..whole.len() {
        let (_folder, path) = file(&whole[..end]);
        assert!(packed_files(&path).is_err(), "{end}");
    }
    let (_folder, path) = file(&gzip(&b"text of a log\r\n".repeat(100))[..40]);
    assert!(read(&path, 1 << 20).unwrap_err().to_string().contains("damaged or cut"));
}

#[test]
fn little_that_becomes_very_much_is_not_read_on() {
    let (_folder, path) = file(&gzip(&vec![0; 32 << 20]));
    let error = read(&path, 1 << 30).unwrap_err().to_string();
    assert!(error.contains("200 times"), "{error}");
    let archive = Forge::default().add("a.log", &vec![0; 32 << 20], &HONEST);
    let (_folder, path) = file(&archive.bytes());
    let error = read(&path.join("a.log"), 1 << 30).unwrap_err().to_string();
    assert!(error.contains("200 times"), "{error}");
    // Below the size that is always allowed it may be as much as it likes.
    let (_folder, path) = file(&gzip(&vec![0; 8 << 20]));
    assert_eq!(content(&path).len(), 8 << 20);
    assert!(read(&path, 100).unwrap_err().kind() == io::ErrorKind::FileTooLarge);
}

#[test]
fn standard_input_is_not_read_unless_it_is_offered() {
    assert!(!is_standard_input(Path::new("-")) && open(Path::new("-")).is_err());
}
