//! The listing as text.

use std::fmt::Write as _;
use std::path::Path;

use eop_relay::evidence::{Comparison, EvidenceKind};
use eop_relay::finding::words::{counted, minute};
use eop_relay::view::printable;

use super::listing::{File, Listing};

/// The listing, at most so many columns wide but for names of files.
pub fn text(listing: &Listing<'_>, width: usize) -> String {
    let mut text = String::new();
    let count = counted(listing.files.len() as u64, "file");
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{}: {count}", name(listing.path));
    for collected in &listing.collected {
        let stand_ins =
            if collected.redacted { ", private values replaced by stand-ins" } else { "" };
        let sentence = format!(
            "Collected on {} for {} to {} UTC by version {}{stand_ins}.",
            collected.computer,
            minute(collected.start),
            minute(collected.end),
            collected.product_version
        );
        fold(&mut text, &sentence, "", width);
        fold(&mut text, collected.confidentiality, "", width);
    }
    if listing.collected.is_empty() {
        fold(
            &mut text,
            "There is no manifest.json: sizes and SHA-256 are held against nothing.",
            "",
            width,
        );
    }
    for file in &listing.files {
        let _ = writeln!(text, "\n{}", name(file.path));
        fold(&mut text, &description(file), "    ", width);
    }
    let mut section = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let _ = writeln!(text, "\n{title}");
            for line in &lines {
                fold(&mut text, line, "  ", width);
            }
        }
    };
    section(
        "NOT AS COLLECTED",
        listing
            .files
            .iter()
            .filter_map(|file| complaint(file).map(|why| format!("{}: {why}", file.path.display())))
            .chain(listing.absent.iter().map(|path| {
                format!("{}: the manifest names it, and it is not there", path.display())
            }))
            .chain(
                listing
                    .unreadable
                    .iter()
                    .map(|manifest| format!("{}: {}", manifest.path.display(), manifest.reason)),
            )
            .collect(),
    );
    section(
        "COULD NOT BE COLLECTED",
        listing
            .missing
            .iter()
            .map(|gap| {
                let server = if gap.server.is_empty() { "" } else { " of " };
                format!("{}{server}{}: {}", gap.what, gap.server, gap.reason)
            })
            .collect(),
    );
    text
}

fn description(file: &File<'_>) -> String {
    let what = match file.kind {
        EvidenceKind::Unused if file.comparison == Some(Comparison::Manifest) => {
            file.description.to_owned()
        }
        EvidenceKind::Unused => format!("left out: {}", file.description),
        _ => file.description.to_owned(),
    };
    let server = file.server.map(|server| format!(", of {server}")).unwrap_or_default();
    let size =
        file.length.map(|length| format!(", {}", counted(length, "byte"))).unwrap_or_default();
    let state = match file.comparison {
        Some(Comparison::Same) => ", as collected",
        _ => "",
    };
    let complaint = complaint(file).map(|why| format!("; {why}")).unwrap_or_default();
    format!("{what}{server}{size}{state}{complaint}")
}

/// What is wrong with a file.
fn complaint(file: &File<'_>) -> Option<String> {
    if let Some(trouble) = &file.trouble {
        return Some(format!("cannot be read: {trouble}"));
    }
    match file.comparison? {
        Comparison::Differs => Some(
            "its size or SHA-256 is not that of the manifest: it was changed or cut".to_owned(),
        ),
        Comparison::NotListed => {
            Some("the manifest does not name it: it was added afterwards".to_owned())
        }
        Comparison::Same | Comparison::Manifest | Comparison::NoManifest => None,
    }
}

/// The name of a file, which whoever made it chose.
fn name(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

/// Adds a line, broken where it is too long. A manifest holds what a stranger wrote.
fn fold(text: &mut String, line: &str, indent: &str, width: usize) {
    let options = textwrap::Options::new(width)
        .initial_indent(indent)
        .subsequent_indent(if indent.len() == 2 { "    " } else { indent })
        .break_words(false);
    for line in textwrap::wrap(&printable(line), options) {
        text.push_str(&line);
        text.push('\n');
    }
}
