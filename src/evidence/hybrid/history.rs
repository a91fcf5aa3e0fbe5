//! The logs of several runs as one history.

use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::change::{HybridChange, HybridObjectType, HybridOutcome};
use super::connector::HybridConnector;
use super::discovery::{HybridFile, discover_hybrid_files};
use super::entry::one_line;
use super::file_kind::{FileKind, LOOKED_AT, stem_time};
use super::invoke_xml;
use super::log_reader::{HybridLogReader, decoded};
use super::notice::HybridNotice;
use super::replay::Replay;
use super::run::{Run, RunCollector, RunEvent, RunKind};
use crate::connector::InboundConnector;
use crate::finding::Severity;
use crate::input;
use crate::log::{LogInput, NoticeCode};
use crate::timestamp::Timestamp;

/// What the logs of the wizard report: its changes, and how it left the connectors.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct HybridHistory {
    /// What it changed, tried to change or set out to change, the oldest first.
    pub changes: Vec<HybridChange>,
    /// The last known state of each object in the logs.
    pub connectors: Vec<HybridConnector>,
    /// The files that were read, oldest first.
    pub files: Vec<String>,
    /// Trouble with single files.
    pub notices: Vec<HybridNotice>,
}

impl HybridHistory {
    /// Reads files, folders (with `recurse` those below them too) and patterns; see
    /// [`discover_hybrid_files`].
    #[must_use]
    pub fn read(paths: &[PathBuf], recurse: bool) -> Self {
        let input = |path: &PathBuf| LogInput { path: path.clone(), wildcards: true, server: None };
        let inputs: Vec<LogInput> = paths.iter().map(input).collect();
        let discovery = discover_hybrid_files(&inputs, recurse);
        let notices = discovery.notices;
        let mut builder = HybridHistoryBuilder { notices, ..HybridHistoryBuilder::default() };
        for file in &discovery.files {
            builder.add_file(file);
        }
        builder.finish()
    }

    /// The inbound connectors in their last known state, each with its source.
    pub fn inbound_connectors(&self) -> impl Iterator<Item = (&HybridConnector, InboundConnector)> {
        self.connectors.iter().filter_map(|one| Some((one, one.to_inbound_connector()?)))
    }

    /// Whether a file could not be read at all.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.notices.iter().any(|notice| notice.severity == Severity::Error)
    }
}

/// A log that is being read.
pub(super) struct OpenLog<'a> {
    reader: HybridLogReader<Box<dyn Read + Send + 'a>>,
    collector: RunCollector,
    path: String,
    is_named: bool,
    /// Its first words, for a message.
    beginning: String,
}

impl OpenLog<'_> {
    /// Reads on by about that many bytes; whether the end is reached.
    pub(super) fn read_on(&mut self, budget: u64) -> io::Result<bool> {
        let end = self.reader.offset().saturating_add(budget);
        while self.reader.offset() < end {
            let Some(entry) = self.reader.next_entry()? else { return Ok(true) };
            self.collector.entry(&entry);
        }
        Ok(false)
    }

    /// The file.
    pub(super) fn path(&self) -> &str {
        &self.path
    }
}

/// Collects runs, in any order.
#[derive(Debug, Default)]
pub struct HybridHistoryBuilder {
    runs: Vec<Run>,
    pub(super) notices: Vec<HybridNotice>,
    /// What was found in folders and is something else: what the first is, and how many there are.
    others: Option<HybridNotice>,
}

impl HybridHistoryBuilder {
    /// Reads a file that was found; what is wrong with it is noted.
    pub fn add_file(&mut self, file: &HybridFile) {
        let path = file.path.display().to_string();
        match input::open(&file.path) {
            Ok(file_input) => self.add(&path, file_input, file.is_named),
            Err(error) => self.notices.push(HybridNotice::unreadable(&path, &error)),
        }
    }

    /// Reads the content of a file; `path` is what notices and changes call it.
    pub fn add_bytes(&mut self, path: &str, bytes: &[u8]) {
        self.add(path, bytes, true);
    }

    /// Reads a file from wherever it comes.
    pub fn add_input(&mut self, path: &str, input: impl Read + Send) {
        self.add(path, input, true);
    }

    fn add(&mut self, path: &str, input: impl Read + Send, is_named: bool) {
        if let Err(error) = self.try_add(path, input, is_named) {
            self.notices.push(HybridNotice::unreadable(path, &error));
        }
    }

    fn try_add(&mut self, path: &str, input: impl Read + Send, is_named: bool) -> io::Result<()> {
        if let Some(mut log) = self.open(path, input, is_named)? {
            while !log.read_on(u64::MAX)? {}
            self.close(log);
        }
        Ok(())
    }

    /// Opens a log, which is to be read and closed; a file of another kind is dealt with at once.
    pub(super) fn open<'a>(
        &mut self,
        path: &str,
        input: impl Read + Send + 'a,
        is_named: bool,
    ) -> io::Result<Option<OpenLog<'a>>> {
        let mut input = decoded(input)?;
        let mut beginning = Vec::new();
        input.by_ref().take(LOOKED_AT).read_to_end(&mut beginning)?;
        let kind = FileKind::of(&beginning);
        let whole = Cursor::new(beginning.clone()).chain(input);
        match kind {
            FileKind::Log => {
                return Ok(Some(OpenLog {
                    reader: HybridLogReader::new(whole)?,
                    collector: RunCollector::new(path),
                    path: path.to_owned(),
                    is_named,
                    beginning: one_line(&String::from_utf8_lossy(&beginning), 40),
                }));
            }
            FileKind::InvokeXml => {
                let (run, damage) = invoke_xml::read(path, whole)?;
                if let Some(damage) = damage {
                    let message = format!(
                        "damaged XML ({}); what follows is not read: copy the file again",
                        damage.message
                    );
                    let code = NoticeCode::DamagedRecords;
                    let notice = HybridNotice::new(code, Severity::Warning, path, message);
                    self.notices.push(notice.at(damage.line, Some(damage.offset)));
                }
                self.take_run(run);
            }
            FileKind::Settings(what) => self.remark(
                NoticeCode::EvidenceIncomplete,
                path,
                format!(
                    "what the wizard remembers of its last run ({what}), not its log, so it is left \
                     out: give the yyyyMMdd_HHmmss.log files beside it"
                ),
            ),
            FileKind::Foreign(format) => self.refuse(
                (path, is_named),
                format!(
                    "{format}, and not of the Hybrid Configuration Wizard, so it is left out (it \
                     begins with {:?}): give its yyyyMMdd_HHmmss.log files",
                    one_line(&String::from_utf8_lossy(&beginning), 40)
                ),
            ),
            FileKind::Empty if is_named => {
                self.refuse((path, true), "is empty: the run was cut off, or the copy".to_owned());
            }
            FileKind::Empty => self.remark(NoticeCode::EvidenceIncomplete, path, "is empty"),
        }
        Ok(None)
    }

    /// Adds what a log reports that was read to its end.
    pub(super) fn close(&mut self, log: OpenLog<'_>) {
        let OpenLog { reader, collector, path, is_named, beginning } = log;
        let path = path.as_str();
        let run = collector.finish();
        if run.kind == RunKind::Unknown {
            self.refuse(
                (path, is_named),
                format!(
                    "no log of the Hybrid Configuration Wizard, so it is left out: no line of it \
                     reads like 'yyyy.MM.dd HH:mm:ss.fff 10276 [Client=UX, ...]' (it begins with \
                     {beginning:?})",
                ),
            );
            return;
        }
        if run.kind == RunKind::BootLog {
            self.remark(
                NoticeCode::EvidenceIncomplete,
                path,
                "the log of the wizard's start (Client=Boot), which holds no change",
            );
            return;
        }
        if let Some((count, line)) = reader.capped() {
            let message = format!(
                "entries or lines longer than 1 MiB, of which the rest is left out: {count}"
            );
            self.warn(NoticeCode::ContentCapped, path, message, line);
        }
        if reader.ends_in_line() && run.has_open_end() {
            self.remark(
                NoticeCode::LastRowCut,
                path,
                "ends while a cmdlet runs: the wizard was stopped, is still running, or the file \
                 was copied then",
            );
        }
        self.take_run(run);
    }

    fn take_run(&mut self, mut run: Run) {
        run.started = run.started.or_else(|| stem_time(Path::new(&run.path)));
        if let Some((count, line)) = run.unread_rows {
            let message = format!("rows of tables that cannot be read, and are left out: {count}");
            self.warn(NoticeCode::DamagedRecords, &run.path, message, line);
        }
        if let Some((count, line)) = run.left_out {
            let message = format!(
                "more than any run of the wizard; cmdlets and tables that are left out: {count}"
            );
            self.warn(NoticeCode::ContentCapped, &run.path, message, line);
        }
        for one in &run.reported {
            let what = if one.is_error { "an error" } else { "a warning" };
            let number = one.number.map_or_else(String::new, |number| format!(" ({number})"));
            let message = format!("the wizard reports {what}{number}: {}", one.text);
            let code = NoticeCode::ReportedByWizard;
            let notice = HybridNotice::new(code, Severity::Information, &run.path, message);
            self.notices.push(notice.at(one.line, None));
        }
        if run.more_reported > 0 {
            let message =
                format!("further errors and warnings of the wizard: {}", run.more_reported);
            self.remark(NoticeCode::ReportedByWizard, &run.path, message);
        }
        if !run.is_utc && !run.events.is_empty() && run.kind == RunKind::Log {
            self.remark(
                NoticeCode::EvidenceIncomplete,
                &run.path,
                "does not say that its times are UTC; they are taken as such, and may be some \
                 hours off",
            );
        }
        self.runs.push(run);
    }

    /// What is left out because it is something else: trouble where it was given by its name; of what
    /// was found in folders only how many there are, if the search found a log at all.
    fn refuse(&mut self, (path, is_named): (&str, bool), message: String) {
        let notice = HybridNotice::new(NoticeCode::OtherContent, Severity::Error, path, message);
        match &mut self.others {
            _ if is_named => self.notices.push(notice),
            Some(first) => first.count += 1,
            None => self.others = Some(notice),
        }
    }

    fn note_others(&mut self) {
        let Some(first) = self.others.take() else { return };
        let count = first.count;
        if self.runs.is_empty() {
            let message = match count - 1 {
                0 => first.message,
                1 => format!("{}. Nor is the other file that was found", first.message),
                more => format!("{}. Nor are {more} other files that were found", first.message),
            };
            self.notices.push(HybridNotice { message, count: 1, ..first });
            return;
        }
        let message = match count {
            1 => "of another kind, and left out".to_owned(),
            _ => format!("{count} files of other kinds are left out; this is the first"),
        };
        let code = NoticeCode::OtherFilesLeftOut;
        let notice = HybridNotice::new(code, Severity::Information, &first.path, message);
        self.notices.push(HybridNotice { count, ..notice });
    }

    /// What is good to know.
    fn remark(&mut self, code: NoticeCode, path: &str, message: impl Into<String>) {
        self.notices.push(HybridNotice::new(code, Severity::Information, path, message));
    }

    /// What was read in part.
    fn warn(&mut self, code: NoticeCode, path: &str, message: String, line: u64) {
        let notice = HybridNotice::new(code, Severity::Warning, path, message);
        self.notices.push(notice.at(line, None));
    }

    /// The history, oldest run first.
    #[must_use]
    pub fn finish(mut self) -> HybridHistory {
        self.note_others();
        self.runs.sort_by(|one, other| (one.started, &one.path).cmp(&(other.started, &other.path)));
        self.complete_logs_with_their_xml();
        let mut replay = Replay::default();
        for run in &self.runs {
            replay.run(run);
        }
        let (changes, connectors) = replay.into_parts();
        HybridHistory {
            changes,
            connectors,
            files: self.runs.into_iter().map(|run| run.path).collect(),
            notices: self.notices,
        }
    }

    /// A run that left a log and an `.xhcw` is reported once: by its log, and by the other file where
    /// the log says nothing, such as whether a connector is enabled.
    fn complete_logs_with_their_xml(&mut self) {
        let mut runs = std::mem::take(&mut self.runs);
        let (xml, mut logs): (Vec<Run>, Vec<Run>) =
            runs.drain(..).partition(|run| run.kind == RunKind::InvokeXml);
        for run in xml {
            let twin = logs.iter_mut().find(|log| {
                stem(&log.path).is_some_and(|stem_of_log| stem(&run.path) == Some(stem_of_log))
            });
            match twin {
                Some(log) => log.complete_with(run),
                None => logs.push(run),
            }
        }
        logs.sort_by(|one, other| (one.started, &one.path).cmp(&(other.started, &other.path)));
        self.runs = logs;
    }
}

/// The path without its extension, in one case, of files that carry the time of a run.
fn stem(path: &str) -> Option<String> {
    let path = Path::new(path);
    stem_time(path)?;
    Some(path.with_extension("").to_string_lossy().to_lowercase())
}

impl Run {
    fn has_open_end(&self) -> bool {
        self.events.iter().any(|event| {
            matches!(event, RunEvent::Invoked(one) if one.outcome == HybridOutcome::NotShown)
        })
    }

    /// Takes from the XML of the same run what each first object had of properties that the log
    /// never says.
    fn complete_with(&mut self, xml: Run) {
        let mut in_logs: Vec<(HybridObjectType, String)> = Vec::new();
        for event in &self.events {
            let (object_type, names): (_, Vec<&String>) = match event {
                RunEvent::Seen(seen) => {
                    (seen.object_type, seen.properties.iter().map(|(name, _)| name).collect())
                }
                RunEvent::Invoked(one) => {
                    (one.object_type, one.command.parameters.iter().map(|(name, _)| name).collect())
                }
            };
            in_logs.extend(names.into_iter().map(|name| (object_type, name.to_ascii_lowercase())));
        }
        in_logs.sort();
        in_logs.dedup();
        let started: Option<Timestamp> = self.started;
        let mut completing: Vec<RunEvent> = Vec::new();
        for event in xml.events {
            let RunEvent::Seen(mut seen) = event else { continue };
            let is_name = |name: &str| {
                name.eq_ignore_ascii_case("Name") || name.eq_ignore_ascii_case("Identity")
            };
            let is_reported = |name: &String| {
                in_logs.binary_search(&(seen.object_type, name.to_ascii_lowercase())).is_ok()
            };
            seen.properties.retain(|(name, _)| is_name(name) || !is_reported(name));
            seen.time = started;
            completing.push(RunEvent::Seen(seen));
        }
        completing.append(&mut self.events);
        self.events = completing;
    }
}
