//! What the files of a support case were taken for, as a table.

use std::path::Path;

use eop_relay::diagnosis::Evidence;
use eop_relay::evidence::{CaseFile, EvidenceKind};
use eop_relay::log::LogInput;
use eop_relay::view::printable;

use crate::arguments::note_unreadable;
use crate::{message, output};

/// Columns of the name and of the kind.
const NAME: usize = 40;
const KIND: usize = 15;

/// Adds what the files of a folder or archive hold but for its logs, which it returns, and reports
/// what each was taken for. That it cannot be read, or holds no file, is noted in the evidence.
pub fn add(case: &Path, evidence: &mut Evidence) -> Vec<LogInput> {
    let content = match evidence.add_case(case) {
        Ok(content) => content,
        Err(error) => {
            note_unreadable(evidence, case, &error);
            return Vec::new();
        }
    };
    for line in table(&content.files).iter().flat_map(|lines| lines.lines()) {
        message::summary(&line);
    }
    content.logs
}

/// A line for each file; many logs alike of one folder have one line together.
fn table(files: &[CaseFile]) -> Vec<String> {
    /// Files of a folder that are listed one by one.
    const LISTED: usize = 3;
    let is_alike = |one: &CaseFile, other: &CaseFile| {
        one.taken_for == other.taken_for && one.name.parent() == other.name.parent()
    };
    let mut lines = Vec::new();
    for alike in files.chunk_by(is_alike) {
        let [first, .., last] = alike else {
            lines.extend(alike.iter().map(|file| line(&shown(&file.name), file)));
            continue;
        };
        let is_summed = alike.len() > LISTED && first.taken_for.kind == EvidenceKind::ProtocolLog;
        if is_summed {
            let last = shown(Path::new(last.name.file_name().unwrap_or_default()));
            lines.push(format!("{} to", shown(&first.name)));
            lines.push(line(&format!("  {last} ({} files)", alike.len()), first));
        } else {
            lines.extend(alike.iter().map(|file| line(&shown(&file.name), file)));
        }
    }
    lines
}

/// The name of a file in one line, whatever whoever made it chose.
fn shown(name: &Path) -> String {
    printable(&name.to_string_lossy()).into_owned()
}

fn line(name: &str, file: &CaseFile) -> String {
    let kind = match file.taken_for.kind {
        EvidenceKind::Unused => "left out",
        kind => kind.name(),
    };
    let words = folded_words(&file.taken_for.words);
    // A long name has the line for itself.
    let gap = if name.chars().count() > NAME { format!("\n{:NAME$}", "") } else { String::new() };
    format!("{name:<NAME$}{gap} {kind:<KIND$} {words}")
}

/// The words, broken so that they stay in their column.
fn folded_words(words: &str) -> String {
    let indent = format!("\n{:width$}", "", width = NAME + KIND + 2);
    let width = output::width().saturating_sub(NAME + KIND + 2).max(20);
    let mut lines: Vec<String> = vec![String::new()];
    for word in words.split_whitespace() {
        let last = lines.last_mut().map_or(0, |line| line.chars().count());
        if last > 0 && last + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join(&indent)
}
