//! `.evtx` files made of XML: MS-EVEN6, section 2.2.12 (BinXml) in one chunk after another, without
//! templates.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

const FILE_HEADER_SIZE: usize = 4096;
const CHUNK_SIZE: usize = 65_536;
const CHUNK_HEADER_SIZE: usize = 512;

/// A file with these events, each the XML of one.
pub fn evtx(events: &[String]) -> Vec<u8> {
    let mut chunks = Vec::new();
    let mut chunk = Chunk::new(1);
    for (number, event) in (1..).zip(events) {
        if !chunk.add(number, event) {
            chunks.push(chunk.finish());
            chunk = Chunk::new(number);
            assert!(chunk.add(number, event), "an event larger than a chunk");
        }
    }
    chunks.push(chunk.finish());
    let mut file = vec![0; FILE_HEADER_SIZE];
    file[..8].copy_from_slice(b"ElfFile\0");
    put(&mut file, 16, &(chunks.len() as u64 - 1).to_le_bytes());
    put(&mut file, 24, &(events.len() as u64 + 1).to_le_bytes());
    put(&mut file, 32, &128_u32.to_le_bytes());
    put(&mut file, 36, &[1, 0, 3, 0, 0, 16]);
    put(&mut file, 42, &u16::try_from(chunks.len()).unwrap().to_le_bytes());
    file.extend(chunks.concat());
    file
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

struct Chunk {
    bytes: Vec<u8>,
    first: u64,
    last: u64,
    last_offset: usize,
}

impl Chunk {
    fn new(first: u64) -> Self {
        Self { bytes: vec![0; CHUNK_HEADER_SIZE], first, last: first, last_offset: 0 }
    }

    /// Adds an event; `false` if there is no room.
    fn add(&mut self, number: u64, xml: &str) -> bool {
        let start = self.bytes.len();
        self.bytes.extend([0x2A, 0x2A, 0, 0, 0, 0, 0, 0]);
        self.bytes.extend(number.to_le_bytes());
        // A FILETIME of 2026.
        self.bytes.extend(134_077_000_000_000_000_u64.to_le_bytes());
        self.bytes.extend([0x0F, 1, 1, 0]);
        binary_xml(&mut self.bytes, xml);
        self.bytes.push(0);
        let size = u32::try_from(self.bytes.len() - start + 4).unwrap().to_le_bytes();
        self.bytes.extend(size);
        put(&mut self.bytes, start + 4, &size);
        if self.bytes.len() > CHUNK_SIZE {
            self.bytes.truncate(start);
            return false;
        }
        (self.last, self.last_offset) = (number, start);
        true
    }

    fn finish(mut self) -> Vec<u8> {
        let free = u32::try_from(self.bytes.len()).unwrap();
        put(&mut self.bytes, 0, b"ElfChnk\0");
        for (at, value) in [(8, self.first), (16, self.last), (24, self.first), (32, self.last)] {
            put(&mut self.bytes, at, &value.to_le_bytes());
        }
        put(&mut self.bytes, 40, &128_u32.to_le_bytes());
        put(&mut self.bytes, 44, &u32::try_from(self.last_offset).unwrap().to_le_bytes());
        put(&mut self.bytes, 48, &free.to_le_bytes());
        self.bytes.resize(CHUNK_SIZE, 0);
        self.bytes
    }
}

fn binary_xml(bytes: &mut Vec<u8>, xml: &str) {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => element(bytes, &start, 0x02),
            Event::Empty(start) => element(bytes, &start, 0x03),
            Event::End(_) => bytes.push(0x04),
            Event::Text(text) if !text.is_empty() => value(bytes, &text),
            Event::Eof => return,
            _ => {}
        }
    }
}

fn element(bytes: &mut Vec<u8>, start: &BytesStart<'_>, close: u8) {
    let attributes: Vec<_> = start.attributes().map(Result::unwrap).collect();
    bytes.push(if attributes.is_empty() { 0x01 } else { 0x41 });
    bytes.extend([0; 4]);
    name(bytes, start.name().as_ref());
    if !attributes.is_empty() {
        bytes.extend([0; 4]);
    }
    for (left, attribute) in
        attributes.iter().enumerate().map(|(at, one)| (attributes.len() - at, one))
    {
        bytes.push(if left == 1 { 0x06 } else { 0x46 });
        name(bytes, attribute.key.as_ref());
        value(bytes, &attribute.value);
    }
    bytes.push(close);
}

/// A name in place: its own offset, no next name, a hash that nobody reads, the name.
fn name(bytes: &mut Vec<u8>, name: &str) {
    let offset = u32::try_from(bytes.len() + 4).unwrap();
    bytes.extend(offset.to_le_bytes());
    bytes.extend([0; 6]);
    utf16(bytes, name);
    bytes.extend([0; 2]);
}

fn value(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend([0x05, 0x01]);
    utf16(bytes, text);
}

fn utf16(bytes: &mut Vec<u8>, text: &str) {
    let units: Vec<u16> = text.encode_utf16().collect();
    bytes.extend(u16::try_from(units.len()).unwrap().to_le_bytes());
    bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
}
