//! The limits that SECURITY.md names are those of the sources.

use crate::imports::Files;

/// The row of a limit by its first words, the file below `src` and what stands before the number there,
/// and how SECURITY.md writes it, with `#` for the number.
const LIMITS: &[(&str, &str, &str, &str)] = &[
    ("a line of a log", "log/row.rs", "MAXIMUM_LINE: usize = ", "#MiB"),
    ("rows kept of open", "session/assembly/assembler.rs", "open_bytes: ", "#MiB"),
    ("rows kept of open", "session/decode/session_rows.rs", "MAXIMUM_BYTES: usize = ", "#MiB"),
    ("recipients of a", "session/decode/dialogue.rs", "MAXIMUM_RECIPIENTS: usize = ", "#"),
    ("a state file", "session/state/state_file.rs", "MAXIMUM_BODY: u64 = ", "#GiB"),
    ("a packed file", "input/file.rs", "MAXIMUM_UNPACKED: u64 = ", "#GiB"),
    ("a packed file", "input/guard.rs", "MAXIMUM_RATIO: u64 = ", "# times"),
    ("an archive", "input/archive.rs", "MAXIMUM_ENTRIES: usize = ", "# files"),
    ("an archive", "input/standard_input.rs", "MAXIMUM_ARCHIVE: u64 = ", "#GiB"),
    ("a folder or archive", "evidence/case.rs", "MAXIMUM_FILES: usize = ", "# files"),
    ("a folder or archive", "evidence/case.rs", "MAXIMUM_DEPTH: usize = ", "# folders"),
    ("an export of", "evidence/export/read_file.rs", "MAXIMUM_SIZE: u64 = ", "#MiB"),
    (
        "an export in CliXml",
        "evidence/export/clixml/mod.rs",
        "MAXIMUM_VALUES: usize = ",
        "# values",
    ),
    (
        "an export in CliXml",
        "evidence/export/clixml/mod.rs",
        "MAXIMUM_DEPTH: usize = ",
        "nested # deep",
    ),
    ("a manifest", "evidence/manifest.rs", "MAXIMUM: u64 = ", "#MiB"),
    ("an event of", "evidence/capi2/framer.rs", "MAXIMUM_EVENT: usize = ", "#MiB"),
    ("an event of", "evidence/capi2/parser.rs", "MAXIMUM_DEPTH: usize = ", "nested # deep"),
    ("a compressed .evtx", "evidence/capi2/source.rs", "MAXIMUM_UNPACKED: u64 = ", "#MiB"),
    ("an entry of the hybrid", "evidence/hybrid/log_reader.rs", "MAXIMUM_ENTRY: usize = ", "#MiB"),
    (
        "a line of an exported",
        "evidence/delivery_error/tracking_log.rs",
        "MAXIMUM_LINE: usize = ",
        "#MiB",
    ),
    ("a mail (NDR)", "evidence/delivery_error/mail.rs", "MAXIMUM_HEADER: usize = ", "#KiB"),
    (
        "a mail (NDR)",
        "evidence/delivery_error/mail.rs",
        "MAXIMUM_RECIPIENTS: usize = ",
        "# recipients",
    ),
    ("a mail (NDR)", "evidence/delivery_error/mail.rs", "MAXIMUM_NESTING: usize = ", "# deep"),
    ("a text to explain", "ffi/explain.rs", "EOP_MAXIMUM_TEXT_LENGTH: usize = ", "#Mi characters"),
    ("a text to explain", "bin/eop-relay/explain/arguments.rs", "MAX_INPUT: u64 = ", "#MiB"),
    (
        "a request of the C ABI",
        "ffi/diagnosis.rs",
        "EOP_MAXIMUM_REQUEST_LENGTH: usize = ",
        "#Mi characters",
    ),
    ("a request of the C ABI", "ffi/answer.rs", "MAXIMUM_UNPACKED: u64 = ", "#GiB"),
    ("log inputs", "ffi/query.rs", "EOP_MAXIMUM_INPUTS: u32 = ", "#"),
    ("files of a chain", "ffi/chain.rs", "EOP_MAXIMUM_CHAIN_FILES: u32 = ", "#"),
    ("files of a chain", "ffi/chain.rs", "EOP_MAXIMUM_CHAIN_FILE_LENGTH: usize = ", "#MiB"),
    (
        "a file of certificates",
        "bin/eop-relay/arguments/certificate_files.rs",
        "MAXIMUM_SIZE: u64 = ",
        "#MiB",
    ),
    ("a PFX", "certificate/pfx_cipher.rs", "MAXIMUM_ROUNDS: u32 = ", "# rounds"),
    ("nesting of DER", "certificate/ber.rs", "MAXIMUM_DEPTH: usize = ", "#"),
    ("the path search", "chain/budget.rs", "signature_cost: ", "# signatures"),
    ("the path search", "chain/budget.rs", "steps: ", "# steps"),
    ("the path search", "chain/budget.rs", "paths: ", "# paths"),
    ("the path search", "chain/budget.rs", "path_length: ", "of # certificates"),
    ("the path search", "chain/search.rs", "MAXIMUM_ISSUERS: usize = ", "# issuers"),
    ("the path search", "chain/budget.rs", "name_comparisons: ", "# comparisons"),
    ("RSA keys", "chain/signature.rs", "MAXIMUM_RSA_BITS: usize = ", "# bits"),
    ("a file that is redacted", "redaction/case.rs", "MAXIMUM_FILE: u64 = ", "#MiB"),
    ("what a report", "diagnosis/evidence/inputs.rs", "MAXIMUM_INPUTS: usize = ", "# inputs"),
    (
        "what a report",
        "diagnosis/observation/ledger.rs",
        "MAXIMUM_DOMAINS: usize = ",
        "# recipient domains",
    ),
    ("what a report", "diagnosis/observation/ledger.rs", "MAXIMUM_RECORDS: usize = ", "# records"),
    ("a connection", "probe/dialogue.rs", "MAXIMUM_BYTES: usize = ", "#MiB"),
    ("a connection", "probe/fault.rs", "MAXIMUM_LINE: usize = ", "lines of # bytes"),
    ("a connection", "probe/fault.rs", "MAXIMUM_LINES: usize = ", "# lines"),
];

/// The number that a constant is, written as `1 << 20`, `128 * 1024 * 1024` or `100_000`.
fn number(expression: &str) -> Option<u64> {
    let plain = |digits: &str| digits.trim().replace('_', "").parse::<u64>().ok();
    match expression.split_once("<<") {
        Some((left, right)) => plain(left)?.checked_shl(u32::try_from(plain(right)?).ok()?),
        None => expression.split('*').try_fold(1, |product, factor| Some(product * plain(factor)?)),
    }
}

/// The number as SECURITY.md writes it: in the unit of the form, thousands with commas.
fn written(number: u64, form: &str) -> Option<String> {
    let units = [("#KiB", 1 << 10), ("#MiB", 1 << 20), ("#GiB", 1 << 30), ("#Mi ", 1 << 20)];
    let unit = units.iter().find(|(name, _)| form.contains(name));
    let size = unit.map_or(1, |(_, size)| *size);
    if !number.is_multiple_of(size) {
        return None;
    }
    let digits = (number / size).to_string();
    let grouped: Vec<String> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect();
    let text = if form == "# bits" { digits } else { grouped.join(",") };
    let blank = if unit.is_some() { " " } else { "" };
    Some(form.replace('#', &format!("{text}{blank}")))
}

/// What SECURITY.md and the sources say differently.
pub fn differences(table: &str, sources: &Files) -> Vec<String> {
    let difference = |(words, file, before, form): &(&str, &str, &str, &str)| {
        let row = table.lines().find(|line| line.starts_with(&format!("| {words}")));
        let Some(row) = row else { return Some(format!("no row begins with: {words}")) };
        let source = sources.get(*file).map(String::as_str).unwrap_or_default();
        let values = source.match_indices(before).filter_map(|(at, _)| {
            let rest = &source[at + before.len()..];
            number(&rest[..rest.find([';', ',', '}'])?])
        });
        let Some(value) = values.last() else { return Some(format!("{file} has no {before}")) };
        match written(value, form) {
            Some(text) if row.contains(&text) => None,
            text => Some(format!("{words}: {file} has {value}, so: {}", text.unwrap_or_default())),
        }
    };
    LIMITS.iter().filter_map(difference).collect()
}

/// The rows of the table of limits, by their first column.
pub fn rows(table: &str) -> impl Iterator<Item = &str> {
    let limits = table.split("## Limits on inputs").nth(1).unwrap_or_default();
    let limits = limits.split("\n## ").next().unwrap_or_default();
    limits.lines().filter_map(|line| line.strip_prefix("| ")).skip(1)
}

/// Whether a row has a number that is held against the sources.
pub fn is_held(row: &str) -> bool {
    LIMITS.iter().any(|(words, ..)| row.starts_with(words))
}
