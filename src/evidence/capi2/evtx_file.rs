//! `.evtx` files (MS-EVEN6, section 2.2.13 for their BinXml), through the crate evtx: its XML goes
//! the way of exported XML.

use std::collections::VecDeque;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

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

/// An input that remembers the first error met in it: the crate takes one for the end of the file.
struct Watched<T> {
    input: T,
    error: Arc<Mutex<Option<io::Error>>>,
}

impl<T> Watched<T> {
    fn watch<R>(&mut self, result: io::Result<R>) -> io::Result<R> {
        if let Err(error) = &result
            && error.kind() != io::ErrorKind::Interrupted
        {
            let again = error
                .raw_os_error()
                .map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
            self.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(again);
        }
        result
    }
}

impl<T: Read> Read for Watched<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let result = self.input.read(buffer);
        self.watch(result)
    }
}

impl<T: Seek> Seek for Watched<T> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        let result = self.input.seek(position);
        self.watch(result)
    }
}

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
    error: Arc<Mutex<Option<io::Error>>>,
}

impl EvtxFile {
    /// Reads the header. What is wrong with it, in words, if it is no such file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn open(
        file: impl Read + Seek + Send + 'static,
    ) -> io::Result<Result<Self, String>> {
        let error = Arc::default();
        let input: Box<dyn SeekableInput> =
            Box::new(Watched { input: file, error: Arc::clone(&error) });
        let parser = match EvtxParser::from_read_seek(input) {
            Ok(parser) => parser,
            Err(no_log) => {
                return match take(&error) {
                    Some(error) => Err(error),
                    None => Ok(Err(chain(&no_log))),
                };
            }
        };
        // Threads would have to be those of the caller, who has mail to transport.
        let settings = ParserSettings::default().indent(false);
        Ok(Ok(Self {
            chunks: parser.into_chunks(),
            settings: Arc::new(settings),
            pending: VecDeque::new(),
            offset: HEADER_SIZE,
            error,
        }))
    }

    /// How far the file has been read.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next event; `None` at the end of the file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Option<EvtxItem>> {
        loop {
            if let Some(item) = self.pending.pop_front() {
                return Ok(Some(item));
            }
            let chunk = self.chunks.next();
            if let Some(error) = take(&self.error) {
                return Err(error);
            }
            let Some(chunk) = chunk else { return Ok(None) };
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

/// The error that was met, if any.
fn take(error: &Mutex<Option<io::Error>>) -> Option<io::Error> {
    error.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// An error with what caused it: the crate shows the place in the outer, the reason in the inner.
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
