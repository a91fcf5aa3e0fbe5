//! The ways through a log that are compared.

use std::collections::HashMap;
use std::fs::File;
use std::hint::black_box;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use eop_relay::log::LogInput;
use eop_relay::session::{SessionFilter, SessionQuery, SessionReader};
use eop_relay::timestamp::Timestamp;

/// What each of the plain ways reads at once.
const BUFFER: usize = 256 << 10;
/// The certificate that about one session of a hundred sends.
const RARE_THUMBPRINT: &str = "0F1E2D3C4B5A69788796A5B4C3D2E1F00112233A";
/// The contestant that the others are compared with: the plainest way to group rows in Rust.
pub const BASELINE: &str = "csv ByteRecord + HashMap by session";
const DUCKDB_SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/duckdb_sessions.py");

/// The command, which is there with the feature `cli`.
const COMMAND: Option<&str> = option_env!("CARGO_BIN_EXE_eop-relay");

type Run = dyn Fn(&Path) -> io::Result<(Duration, u64)>;

/// One way through the log; it answers how long it took and what it counted.
pub struct Contestant {
    pub name: &'static str,
    pub threads: usize,
    /// The least ratio to the baseline that is asked for.
    pub goal: Option<f64>,
    run: Box<Run>,
}

impl Contestant {
    fn plain(name: &'static str, run: fn(&Path) -> io::Result<u64>) -> Self {
        let run = move |path: &Path| {
            let start = Instant::now();
            let count = run(path)?;
            Ok((start.elapsed(), count))
        };
        Self { name, threads: 1, goal: None, run: Box::new(run) }
    }

    fn sessions(
        name: &'static str,
        threads: usize,
        goal: Option<f64>,
        filter: &SessionFilter,
    ) -> Self {
        let filter = filter.clone();
        let run = move |path: &Path| {
            let start = Instant::now();
            let count = sessions(&[path.to_owned()], threads, &filter);
            Ok((start.elapsed(), count))
        };
        Self { name, threads, goal, run: Box::new(run) }
    }

    /// The command, from its start to its end, with what it writes.
    fn command(
        program: &'static str,
        name: &'static str,
        threads: usize,
        goal: Option<f64>,
    ) -> Self {
        let run = move |path: &Path| command(program, path, threads);
        Self { name, threads, goal, run: Box::new(run) }
    }

    fn duckdb(threads: usize) -> Self {
        let run = move |path: &Path| duckdb(path, threads);
        Self { name: "DuckDB, GROUP BY session", threads, goal: None, run: Box::new(run) }
    }

    pub fn run(&self, path: &Path) -> io::Result<(Duration, u64)> {
        (self.run)(path)
    }
}

/// All of them; DuckDB is among them where its Python package is installed, and the command where it is
/// built.
pub fn contestants() -> Vec<Contestant> {
    let mut contestants = within_this_program();
    if let Some(program) = COMMAND {
        let name = "the command, `--failed --json`";
        let goals = [(1, None), (2, Some(4.5))];
        contestants
            .extend(goals.map(|(threads, goal)| Contestant::command(program, name, threads, goal)));
    }
    let mut python = Command::new("python3");
    if python.args(["-c", "import duckdb"]).output().is_ok_and(|output| output.status.success()) {
        contestants.extend([1, 2].map(Contestant::duckdb));
    }
    contestants
}

/// Those that run within this program, which come first.
pub fn within_this_program() -> Vec<Contestant> {
    let all = SessionFilter::default();
    let failed = SessionFilter { failed: true, ..SessionFilter::default() };
    let thumbprint =
        SessionFilter { thumbprint: Some(RARE_THUMBPRINT.to_owned()), ..SessionFilter::default() };
    // The generator's log begins at that time and gains about 3.5 ms a row.
    let window = SessionFilter {
        start: Timestamp::parse("2026-11-15T01:02:00Z"),
        end: Timestamp::parse("2026-11-15T01:03:00Z"),
        ..SessionFilter::default()
    };
    vec![
        Contestant::plain("read()", read),
        Contestant::plain("newline scan (memchr)", newlines),
        Contestant::plain("csv ByteRecord", csv_records),
        Contestant::plain(BASELINE, csv_sessions),
        Contestant::sessions("all sessions, every field", 1, Some(2.0), &all),
        Contestant::sessions("all sessions, every field", 2, Some(3.4), &all),
        Contestant::sessions("`--failed`", 1, Some(2.8), &failed),
        Contestant::sessions("`--failed`", 2, Some(4.5), &failed),
        Contestant::sessions("`--thumbprint`", 1, None, &thumbprint),
        Contestant::sessions("`--thumbprint`", 2, None, &thumbprint),
        Contestant::sessions("`--start --end` (one minute)", 1, None, &window),
        Contestant::sessions("`--start --end` (one minute)", 2, None, &window),
    ]
}

fn read(path: &Path) -> io::Result<u64> {
    let mut total = 0;
    for_each_block(path, |block| total += black_box(block).len() as u64)?;
    Ok(total)
}

fn newlines(path: &Path) -> io::Result<u64> {
    let mut lines = 0;
    for_each_block(path, |block| lines += memchr::memchr_iter(b'\n', block).count() as u64)?;
    Ok(lines)
}

fn for_each_block(path: &Path, mut visit: impl FnMut(&[u8])) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; BUFFER];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            length => visit(&buffer[..length]),
        }
    }
}

fn csv_reader(path: &Path) -> io::Result<csv::Reader<File>> {
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).buffer_capacity(BUFFER);
    Ok(builder.from_reader(File::open(path)?))
}

fn csv_records(path: &Path) -> io::Result<u64> {
    let mut reader = csv_reader(path)?;
    let mut record = csv::ByteRecord::new();
    let mut records = 0;
    while reader.read_byte_record(&mut record)? {
        records += 1;
        black_box(&record);
    }
    Ok(records)
}

fn csv_sessions(path: &Path) -> io::Result<u64> {
    let mut reader = csv_reader(path)?;
    let mut record = csv::ByteRecord::new();
    let mut rows_by_session: HashMap<[u8; 16], u64> = HashMap::new();
    while reader.read_byte_record(&mut record)? {
        if let Some(id) = record.get(2).and_then(|field| <[u8; 16]>::try_from(field).ok()) {
            *rows_by_session.entry(id).or_default() += 1;
        }
    }
    Ok(rows_by_session.len() as u64)
}

/// Reads all sessions of these files that pass the filter; returns how many.
pub fn sessions(paths: &[PathBuf], threads: usize, filter: &SessionFilter) -> u64 {
    let Ok(mut reader) = SessionReader::new(query(paths, threads, filter)) else { return 0 };
    let mut count = 0;
    // The batches that the command and, unless set otherwise, the C ABI read.
    while let Some(batch) = reader.next_batch(1024, 16 << 20) {
        count += black_box(batch).sessions.len() as u64;
    }
    count
}

/// How long the first session takes.
pub fn first_session(path: &Path, threads: usize) -> Duration {
    let start = Instant::now();
    let query = query(&[path.to_owned()], threads, &SessionFilter::default());
    if let Ok(mut reader) = SessionReader::new(query) {
        while reader.next_batch(1, 1 << 20).is_some_and(|batch| batch.sessions.is_empty()) {}
    }
    start.elapsed()
}

fn query(paths: &[PathBuf], threads: usize, filter: &SessionFilter) -> SessionQuery {
    let input = |path: &PathBuf| LogInput { path: path.clone(), wildcards: false, server: None };
    let inputs = paths.iter().map(input).collect();
    SessionQuery { inputs, filter: filter.clone(), threads, ..SessionQuery::default() }
}

/// `sessions --failed --json` into a file beside the log, whose lines are counted.
fn command(program: &str, path: &Path, threads: usize) -> io::Result<(Duration, u64)> {
    let written = path.with_extension("json");
    let output = File::create(&written)?;
    let mut command = Command::new(program);
    command
        .args(["sessions", "--failed", "--json", "--threads"])
        .arg(threads.to_string())
        .arg(path);
    let start = Instant::now();
    // Damaged rows are said, and are the exit code.
    command.stdout(Stdio::from(output)).stderr(Stdio::null()).status()?;
    let time = start.elapsed();
    let count = newlines(&written)?;
    std::fs::remove_file(written)?;
    Ok((time, count))
}

/// The script says how long the query took, without the start of Python.
fn duckdb(path: &Path, threads: usize) -> io::Result<(Duration, u64)> {
    let mut python = Command::new("python3");
    let output = python.arg(DUCKDB_SCRIPT).arg(path).arg(threads.to_string()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut words = text.split_whitespace();
    let seconds = words.next().and_then(|word| word.parse().ok());
    let count = words.next().and_then(|word| word.parse().ok());
    let (Some(seconds), Some(count)) = (seconds, count) else {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    };
    Ok((Duration::from_secs_f64(seconds), count))
}
