//! What comes out of the files, accepted in their order.

use std::sync::Arc;

use super::assembly::{
    IisConversations, Limits, ProxyJoiner, SegmentResult, Sequencer, SpareBuffers, WorkItem,
};
use super::filter::CompiledFilter;
use super::state::{Checkpoint, ReadMark, StateError, StateTrouble};
use crate::log::{Edges, FileEnd, Format, LogFile, Notice, NoticeCode, Segment};

/// Accepts segments and ends of files, and remembers up to where the rows of each were accepted.
pub(super) struct Acceptor {
    files: Arc<[LogFile]>,
    pub(super) sequencer: Sequencer,
    iis: IisConversations,
    checkpoint: Option<Checkpoint>,
    /// Of the file that is being read, where a state is kept.
    mark: Option<ReadMark>,
    /// The last file within which a header line names another format than what the file is read by,
    /// and that format; or what gives its rest up.
    changed_format: Option<(usize, Result<Arc<Format>, Notice>)>,
    files_read: usize,
}

impl Acceptor {
    /// Begins with what the checkpoint holds. `files` are those to read, then those that rows of open
    /// sessions stand in.
    pub(super) fn new(
        files: Arc<[LogFile]>,
        filter: Arc<CompiledFilter>,
        joiner: ProxyJoiner,
        limits: Limits,
        mut checkpoint: Option<Checkpoint>,
    ) -> Result<Self, StateError> {
        let mut sequencer = Sequencer::new(Arc::clone(&files), filter, joiner, limits);
        let mut iis = IisConversations::default();
        if let Some(checkpoint) = &mut checkpoint {
            checkpoint.restore(&mut sequencer, &mut iis)?;
        }
        let (mark, changed_format, files_read) = (None, None, 0);
        Ok(Self { files, sequencer, iis, checkpoint, mark, changed_format, files_read })
    }

    /// Files read to their end, or given up.
    pub(super) fn files_read(&self) -> usize {
        self.files_read
    }

    /// Accepts what comes next. Returns the buffers, to be used again.
    pub(super) fn accept(&mut self, item: WorkItem) -> Option<SpareBuffers> {
        match item {
            WorkItem::Segment(segment) => Some(self.accept_segment(segment)),
            WorkItem::Result(result) => Some(self.accept_result(result)),
            WorkItem::Unreadable(file, notice) => {
                self.changed_format = Some((file, Err(notice)));
                None
            }
            WorkItem::FileEnd(end) => {
                self.end_file(end);
                None
            }
        }
    }

    fn accept_segment(&mut self, segment: Segment) -> SpareBuffers {
        if self.is_left_out(segment.file) {
            return SpareBuffers::of_buffer(segment.data);
        }
        self.skip(segment.file, &segment.skipped);
        self.accept_rows(segment)
    }

    fn accept_result(&mut self, result: SegmentResult) -> SpareBuffers {
        let segment = result.segment();
        let (file, format) = (segment.file, Arc::clone(&segment.format));
        if self.is_left_out(file) {
            return SpareBuffers::of_buffer(result.into_segment().data);
        }
        self.skip(file, &segment.skipped);
        let is_read_by_it = self.changed_format(file).is_none_or(|changed| *changed == format);
        match result.replay(is_read_by_it, &mut self.sequencer) {
            Ok(spare) => {
                self.move_mark(&spare.buffer, &format);
                spare
            }
            Err(segment) => self.accept_rows(*segment),
        }
    }

    /// Accepts the rows of a segment, one after the other.
    fn accept_rows(&mut self, mut segment: Segment) -> SpareBuffers {
        if let Some(format) = self.changed_format(segment.file) {
            segment.format = Arc::clone(format);
        }
        let mut header_line = match &segment.format.iis {
            None => self.sequencer.accept_segment(&segment),
            Some(format) => {
                self.iis.accept_segment(&segment, format, &self.files, &mut self.sequencer);
                None
            }
        };
        let end = segment.data.len();
        self.move_mark(&segment.data[..header_line.unwrap_or(end)], &segment.format);
        while let (Some(at), Some(file)) = (header_line, self.files.get(segment.file)) {
            let format = match segment.behind_header_lines(at, &file.path) {
                Ok((part, next)) => {
                    self.sequencer.accept_segment(&part);
                    self.move_mark(&segment.data[at..next.unwrap_or(end)], &part.format);
                    header_line = next;
                    segment.format = Arc::clone(&part.format);
                    Ok(part.format)
                }
                Err(notice) => {
                    header_line = None;
                    Err(notice)
                }
            };
            self.changed_format = Some((segment.file, format));
        }
        SpareBuffers::of_buffer(segment.data)
    }

    fn skip(&mut self, file: usize, skipped: &Edges) {
        if self.checkpoint.is_none() {
            return;
        }
        if self.mark.as_ref().is_none_or(|mark| mark.file != file) {
            self.mark = Some(ReadMark::new(file));
        }
        if let Some(mark) = &mut self.mark {
            mark.skip(skipped);
        }
    }

    fn move_mark(&mut self, rows: &[u8], format: &Arc<Format>) {
        if let Some(mark) = &mut self.mark {
            mark.accept(rows, self.sequencer.lines(), format);
        }
    }

    /// The format that a header line within that file names.
    fn changed_format(&self, file: usize) -> Option<&Arc<Format>> {
        let (changed, format) = self.changed_format.as_ref()?;
        format.as_ref().ok().filter(|_| *changed == file)
    }

    /// Whether nothing more is accepted of that file.
    fn is_left_out(&self, file: usize) -> bool {
        let is_given_up =
            |(given_up, format): &(usize, Result<_, _>)| *given_up == file && format.is_err();
        self.changed_format.as_ref().is_some_and(is_given_up)
            || self.checkpoint.as_ref().is_some_and(|checkpoint| checkpoint.is_postponed(file))
    }

    fn end_file(&mut self, end: FileEnd) {
        let FileEnd { file, mut notice, notices, mut last } = end;
        self.files_read += 1;
        if self.checkpoint.as_ref().is_some_and(|checkpoint| checkpoint.is_postponed(file)) {
            return;
        }
        match self.changed_format.take_if(|(changed, _)| *changed == file) {
            None => {}
            Some((_, Ok(format))) => {
                if let Some(last) = &mut last {
                    last.position.format = format;
                }
            }
            Some((_, Err(trouble))) => (notice, last) = (Some(trouble), None),
        }
        let mark = self.mark.take_if(|mark| mark.file == file);
        if let Some(checkpoint) = &mut self.checkpoint {
            let known = match last {
                Some(last) => Some(mark.unwrap_or(ReadMark::new(file)).known_to_end(last)),
                None => mark.and_then(ReadMark::known),
            };
            let is_unreadable =
                notice.as_ref().is_some_and(|notice| notice.code == NoticeCode::Unreadable);
            checkpoint.end_file(file, known, is_unreadable);
        }
        self.sequencer.end_file(file, notice);
        self.sequencer.add_notices(notices);
    }

    /// Ends the reading, by a part at a call. Returns whether all is done.
    pub(super) fn finish(&mut self) -> bool {
        match &self.checkpoint {
            Some(checkpoint) if checkpoint.goes_on() => {
                checkpoint.pause(&mut self.sequencer);
                true
            }
            _ => {
                self.iis.finish(&mut self.sequencer);
                self.sequencer.finish()
            }
        }
    }

    /// Saves the state, if one is kept.
    pub(super) fn save(&mut self, is_drained: bool) -> Result<(), StateError> {
        match &mut self.checkpoint {
            None => Ok(()),
            Some(checkpoint) if is_drained => checkpoint.save(&self.sequencer, &self.iis),
            Some(checkpoint) => Err(checkpoint.error(StateTrouble::NotAtEnd)),
        }
    }
}
