//! `.evtx` files (MS-EVEN6, section 2.2.13 for their BinXml), through the crate evtx: its XML goes
//! the way of exported XML.

use std::collections::VecDeque;
use std::io::{Read, Seek};
use std::sync::Arc;

use evtx::err::EvtxError;
use evtx::{EvtxChunkData, EvtxParser, EvtxRecord, IntoIterChunks, ParserSettings};

/// How a file begins.
pub(super) const SIGNATURE: &[u8; 8] = b"ElfFile\0";
/// What lies before the first chunk, and how long a chunk is, in bytes.
const HEADER_SIZE: u64 = 4096;
const CHUNK_SIZE: u64 = 65_536;

/// A file, or its content in memory.
trait SeekableInput: Read + Seek + Send {}

impl<T: Read + Seek + Send> SeekableInput for T {}

/// One event as XML, or what is wrong with it.
pub(super) struct EvtxItem {
    pub(super) xml: Result<String, String>,
    /// The offset of the chunk that holds it.
    pub(super) offset: u64,
}

/// The events of a file, chunk by chunk.
pub(super) struct EvtxFile {
    chunks: IntoIterChunks<Box<dyn SeekableInput>>,
    settings: Arc<ParserSettings>,
    pending: VecDeque<EvtxItem>,
    offset: u64,
}

impl EvtxFile {
    /// Reads the header.
    pub(super) fn open(file: impl Read + Seek + Send + 'static) -> Result<Self, String> {
        let input: Box<dyn SeekableInput> = Box::new(file);
        let parser = EvtxParser::from_read_seek(input).map_err(|error| chain(&error))?;
        // Threads would have to be those of the caller, who has mail to transport.
        let settings = ParserSettings::default().indent(false);
        Ok(Self {
            chunks: parser.into_chunks(),
            settings: Arc::new(settings),
            pending: VecDeque::new(),
            offset: HEADER_SIZE,
        })
    }

    /// How far the file has been read.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next event; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Option<EvtxItem> {
        loop {
            if let Some(item) = self.pending.pop_front() {
                return Some(item);
            }
            let chunk = self.chunks.next()?;
            self.read(chunk);
        }
    }

    fn read(&mut self, chunk: Result<EvtxChunkData, EvtxError>) {
        // Chunks come oldest first, so that the reading may begin in the middle of the file.
        let place = match &chunk {
            Ok(chunk) => chunk.number,
            Err(EvtxError::FailedToParseChunk { chunk_id, .. }) => Some(*chunk_id),
            Err(_) => None,
        };
        let offset = place.map_or(self.offset, |number| HEADER_SIZE + number * CHUNK_SIZE);
        self.offset = self.offset.saturating_add(CHUNK_SIZE);
        let mut damaged =
            |error: String| self.pending.push_back(EvtxItem { xml: Err(error), offset });
        let mut data = match chunk {
            Ok(data) => data,
            Err(error) => return damaged(chain(&error)),
        };
        let mut chunk = match data.parse(Arc::clone(&self.settings)) {
            Ok(chunk) => chunk,
            Err(error) => return damaged(chain(&error)),
        };
        for record in chunk.iter() {
            let xml = record.and_then(EvtxRecord::into_xml);
            let xml = xml.map(|record| record.data).map_err(|error| chain(&error));
            self.pending.push_back(EvtxItem { xml, offset });
        }
    }
}

/// An error with what caused it: the crate tells the place in the outer, the reason in the inner.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        source = inner.source();
    }
    text
}
