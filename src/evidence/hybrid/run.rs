//! One run of the wizard: what its file reports of connectors, in order.

use super::change::{HybridObjectType, HybridOutcome, HybridSide, Verb, classify};
use super::clock::Clock;
use super::command::Command;
use super::entry::{HybridEntry, HybridLevel, one_line};
use super::table::{Table, tables};
use crate::evidence::export::Value;
use crate::timestamp::Timestamp;

/// The numbers of the entries with which a cmdlet begins and ends.
const CMDLET_BEGINS: u32 = 10_276;
const CMDLET_ENDS: u32 = 10_277;
/// Cmdlets that run at once; the wizard has a handful of threads.
const MAXIMUM_PENDING: usize = 64;
/// What is kept of one file, in bytes of its text: a run of the wizard has some hundred thousand.
const MAXIMUM_KEPT: usize = 16 << 20;
/// What is kept of an error, in characters.
const MAXIMUM_ERROR: usize = 500;

/// What a file reports, in its order.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) path: String,
    /// When it began.
    pub(super) started: Option<Timestamp>,
    pub(super) is_utc: bool,
    pub(super) events: Vec<RunEvent>,
    pub(super) kind: RunKind,
    /// Rows of tables that cannot be read, and the first one's line.
    pub(super) unread_rows: Option<(u64, u64)>,
    /// Cmdlets and tables beyond what is kept, and the first one's line.
    pub(super) left_out: Option<(u64, u64)>,
    /// Errors and warnings of the wizard that belong to no cmdlet which is listed, as far as they
    /// are kept, and how many more there are.
    pub(super) reported: Vec<Reported>,
    pub(super) more_reported: u64,
    /// Bytes that are kept of it.
    pub(super) kept: usize,
}

/// An error or a warning that the wizard reports: a step failed (10241), a cmdlet ended with one
/// (10310), it gave up (10349).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reported {
    pub(super) is_error: bool,
    pub(super) number: Option<u32>,
    pub(super) text: String,
    pub(super) line: u64,
}

/// Errors and warnings of one run that are kept.
const MAXIMUM_REPORTED: usize = 20;

/// What a run was read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum RunKind {
    /// Nothing in it reads like a log of the wizard.
    #[default]
    Unknown,
    Log,
    /// The log of the wizard's start alone.
    BootLog,
    /// An `.xhcw` file, which never names its time zone.
    InvokeXml,
}

#[derive(Debug)]
pub(super) enum RunEvent {
    Seen(Seen),
    Invoked(Invocation),
}

/// What the wizard found of an object.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) object_type: HybridObjectType,
    /// Every property that is reported.
    pub(super) properties: Vec<(String, Value)>,
    /// Those of which the wizard wants another value, with that value.
    pub(super) wanted: Vec<(String, Value)>,
    pub(super) time: Option<Timestamp>,
    pub(super) line: u64,
}

/// A cmdlet that changes something.
#[derive(Clone, Debug)]
pub(super) struct Invocation {
    pub(super) verb: Verb,
    pub(super) object_type: HybridObjectType,
    pub(super) command: Command,
    pub(super) side: HybridSide,
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
    pub(super) duration_milliseconds: Option<u64>,
    pub(super) outcome: HybridOutcome,
    pub(super) error: Option<String>,
    pub(super) task: Option<String>,
    pub(super) phase: Option<String>,
    pub(super) line: u64,
}

impl Run {
    /// Keeps an event, unless the file holds more than any run of the wizard.
    pub(super) fn keep(&mut self, event: RunEvent, size: usize, line: u64) {
        self.kept = self.kept.saturating_add(size.max(64));
        if self.kept <= MAXIMUM_KEPT {
            self.events.push(event);
        } else {
            self.left_out =
                self.left_out.map_or(Some((1, line)), |(n, first)| Some((n + 1, first)));
        }
    }

    pub(super) fn keep_table(&mut self, table: &Table, time: Option<Timestamp>, line: u64) {
        let Some(object_type) = table.object_type() else { return };
        let seen = Seen {
            object_type,
            properties: table
                .rows
                .iter()
                .map(|row| (row.name.clone(), cell_value(&row.actual)))
                .collect(),
            wanted: table
                .rows
                .iter()
                .filter_map(|row| Some((row.name.clone(), cell_value(row.wanted.as_ref()?))))
                .collect(),
            time,
            line: line + table.line,
        };
        let size = table.rows.iter().map(|row| row.name.len() + row.actual.len() + 64).sum();
        self.keep(RunEvent::Seen(seen), size, line);
    }
}

fn cell_value(text: &str) -> Value {
    match text {
        "" | "$null" | "<null>" => Value::Null,
        text => Value::Text(text.into()),
    }
}

/// Reads a log entry by entry.
#[derive(Debug, Default)]
pub(super) struct RunCollector {
    run: Run,
    clock: Option<Clock>,
    pending: Vec<(Option<u32>, String, Invocation)>,
    clients: usize,
    boot_clients: usize,
}

impl RunCollector {
    pub(super) fn new(path: &str) -> Self {
        Self { run: Run { path: path.to_owned(), ..Run::default() }, ..Self::default() }
    }

    pub(super) fn entry(&mut self, entry: &HybridEntry) {
        if let Some(stamp) = entry.stamp {
            self.run.started.get_or_insert(stamp);
            if self.clock.is_none() {
                self.clock = Clock::from_header(stamp, &entry.text);
            }
        }
        if let Some(client) = entry.context("Client") {
            self.clients += 1;
            self.boot_clients += usize::from(client.eq_ignore_ascii_case("Boot"));
        }
        let of_cmdlet = entry.context("Cmdlet").is_some();
        if entry.number == Some(CMDLET_BEGINS) || (of_cmdlet && entry.text.starts_with("START")) {
            self.begins(entry);
        } else if entry.number == Some(CMDLET_ENDS)
            || (of_cmdlet && entry.text.starts_with("FINISH"))
        {
            self.ends(entry);
        } else if entry.level != HybridLevel::Information && !entry.text.is_empty() {
            self.reports(entry);
        }
        if entry.text.contains('|') {
            let (found, unread) = tables(&entry.text);
            let is_known = found.iter().any(|table| table.object_type().is_some());
            for table in &found {
                self.run.keep_table(table, entry.stamp, entry.line);
            }
            if let Some((count, line)) = unread.filter(|_| is_known) {
                let before = self.run.unread_rows;
                self.run.unread_rows = Some(
                    before.map_or((count, entry.line + line), |(n, first)| (n + count, first)),
                );
            }
        }
    }

    fn reports(&mut self, entry: &HybridEntry) {
        if self.run.reported.len() == MAXIMUM_REPORTED {
            self.run.more_reported += 1;
            return;
        }
        self.run.reported.push(Reported {
            is_error: entry.level == HybridLevel::Error,
            number: entry.number,
            text: one_line(&entry.text, MAXIMUM_ERROR),
            line: entry.line,
        });
    }

    fn begins(&mut self, entry: &HybridEntry) {
        let command = Command::parse(after_keyword(&entry.text, "START"));
        let Some((verb, object_type)) = classify(&command.cmdlet).filter(|(v, _)| *v != Verb::Get)
        else {
            return;
        };
        let cmdlet = command.cmdlet.clone();
        let invocation = invocation(entry, verb, object_type, command);
        if self.pending.len() == MAXIMUM_PENDING {
            let (_, _, oldest) = self.pending.remove(0);
            self.keep(oldest);
        }
        self.pending.push((entry.thread(), cmdlet, invocation));
    }

    fn ends(&mut self, entry: &HybridEntry) {
        let cmdlet = entry.context("Cmdlet");
        let thread = entry.thread();
        let is_same = |(known, name, _): &(Option<u32>, String, Invocation)| {
            *known == thread && cmdlet.is_none_or(|cmdlet| name.eq_ignore_ascii_case(cmdlet))
        };
        let mut invocation = match (self.pending.iter().rposition(is_same), cmdlet) {
            (Some(place), _) => self.pending.remove(place).2,
            // Its beginning is cut off.
            (None, Some(cmdlet)) => {
                let Some((verb, object_type)) = classify(cmdlet).filter(|(v, _)| *v != Verb::Get)
                else {
                    return;
                };
                let command = Command { cmdlet: cmdlet.to_owned(), ..Command::default() };
                Invocation { start: None, ..invocation(entry, verb, object_type, command) }
            }
            (None, None) => return,
        };
        let results = entry.text.split_once("Results=").map(|(_, results)| results.trim());
        let has_failed = entry.level == HybridLevel::Error
            || results.is_some_and(|text| text.starts_with("PowerShell failed to invoke"));
        invocation.end = entry.stamp;
        invocation.duration_milliseconds = duration(&entry.text);
        invocation.outcome =
            if has_failed { HybridOutcome::Failed } else { HybridOutcome::Succeeded };
        invocation.error =
            results.filter(|_| has_failed).map(|results| one_line(results, MAXIMUM_ERROR));
        self.keep(invocation);
    }

    fn keep(&mut self, invocation: Invocation) {
        let values = invocation.command.parameters.iter();
        let size = values.map(|(name, value)| name.len() + size_of(value)).sum();
        let line = invocation.line;
        self.run.keep(RunEvent::Invoked(invocation), size, line);
    }

    pub(super) fn finish(mut self) -> Run {
        for (_, _, invocation) in std::mem::take(&mut self.pending) {
            self.keep(invocation);
        }
        self.run.is_utc = self.clock.is_some_and(|clock| clock.is_utc);
        self.run.kind = match (self.clients, self.boot_clients) {
            (0, _) if self.run.events.is_empty() => RunKind::Unknown,
            (clients @ 1.., boot) if clients == boot => RunKind::BootLog,
            _ => RunKind::Log,
        };
        self.run
    }
}

fn invocation(
    entry: &HybridEntry,
    verb: Verb,
    object_type: HybridObjectType,
    command: Command,
) -> Invocation {
    let side = match entry.context("Session") {
        Some(session) if session.eq_ignore_ascii_case("OnPremises") => HybridSide::OnPremises,
        Some(session) if session.eq_ignore_ascii_case("Tenant") => HybridSide::Tenant,
        _ => object_type.usual_side(),
    };
    Invocation {
        verb,
        object_type,
        command,
        side,
        start: entry.stamp,
        end: None,
        duration_milliseconds: None,
        outcome: HybridOutcome::NotShown,
        error: None,
        task: entry.context("Task").map(str::to_owned),
        phase: entry.context("Phase").map(str::to_owned),
        line: entry.line,
    }
}

/// What follows a keyword, or another word in its place.
fn after_keyword<'t>(text: &'t str, keyword: &str) -> &'t str {
    let text = text.trim_start();
    if let Some(rest) = text.strip_prefix(keyword) {
        return rest;
    }
    let first = text.split_whitespace().next().unwrap_or_default();
    if classify(first).is_some() { text } else { &text[first.len()..] }
}

/// Reads `Time=812.4ms` to the next millisecond; the sign between may be a comma, the unit seconds.
fn duration(text: &str) -> Option<u64> {
    let (_, rest) = text.split_once("Time=")?;
    let end = rest.find(|next: char| !next.is_ascii_digit() && !matches!(next, '.' | ','))?;
    let number: f64 = rest[..end].replace(',', ".").parse().ok()?;
    let unit = rest[end..].trim_start();
    let factor = if unit.starts_with("ms") {
        1.0
    } else if unit.starts_with('s') {
        1_000.0
    } else if unit.starts_with("min") || unit.starts_with('m') {
        60_000.0
    } else {
        return None;
    };
    whole_milliseconds(number * factor)
}

/// A time of a year is longer than any cmdlet.
pub(super) fn whole_milliseconds(number: f64) -> Option<u64> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the range")]
    let whole = number.round() as u64;
    (0.0..3.2e10).contains(&number).then_some(whole)
}

fn size_of(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::List(values) => values.iter().map(size_of).sum::<usize>() + 16,
        _ => 16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_any_unit() {
        for (text, expected) in [
            ("FINISH Time=812.4ms Results=1", Some(812)),
            ("FINISH Time=812,5ms", Some(813)),
            ("FINISH Time=1.5s Results=", Some(1500)),
            ("FINISH Time=2min", Some(120_000)),
            ("FINISH Time=x", None),
            ("FINISH", None),
        ] {
            assert_eq!(duration(text), expected, "{text}");
        }
    }

    #[test]
    fn the_keyword_may_be_in_another_language() {
        assert_eq!(after_keyword("START Set-X -A", "START"), " Set-X -A");
        assert_eq!(after_keyword("STARTSet-X", "START"), "Set-X");
        assert_eq!(after_keyword("BEGINN Set-RemoteDomain", "START"), " Set-RemoteDomain");
        assert_eq!(after_keyword("Set-RemoteDomain -A", "START"), "Set-RemoteDomain -A");
    }
}
