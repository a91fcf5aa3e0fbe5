//! How fast sessions come out of a send log, beside what the same bytes cost in other ways.
//!
//! `cargo bench --bench sessions [-- MEBIBYTES [ROUNDS]]`, by default 256 MiB and 5 rounds. Every
//! round runs each contestant once, so that a busy machine slows all of them; the figures that can
//! be compared between machines are the medians of each round's ratio to the csv crate's
//! `ByteRecord` with a `HashMap` by session id, the plainest way to group rows in Rust.

mod common;

use std::collections::HashMap;
use std::fs::File;
use std::hint::black_box;
use std::io::{self, Read};
use std::path::Path;
use std::time::Instant;

use eop_relay::log::LogInput;
use eop_relay::session::{SessionFilter, SessionQuery, SessionReader};

use crate::common::{Profile, SendLog, Totals};

/// What each of the plain ways reads at once.
const BUFFER: usize = 256 << 10;
/// The certificate that about one session of a hundred sends.
const RARE_THUMBPRINT: &str = "0F1E2D3C4B5A69788796A5B4C3D2E1F00112233A";
/// The contestant that the others are compared with.
const BASELINE: &str = "csv ByteRecord + HashMap";

type Run = dyn Fn(&Path) -> io::Result<u64>;

/// One way through the log; the answer is what it counted.
struct Contestant {
    name: &'static str,
    counts: &'static str,
    run: Box<Run>,
}

impl Contestant {
    fn new(
        name: &'static str,
        counts: &'static str,
        run: impl Fn(&Path) -> io::Result<u64> + 'static,
    ) -> Self {
        Self { name, counts, run: Box::new(run) }
    }

    fn sessions(name: &'static str, threads: usize, filter: SessionFilter) -> Self {
        Self::new(name, "sessions", move |path| Ok(sessions(path, threads, &filter)))
    }
}

fn contestants() -> Vec<Contestant> {
    let all = SessionFilter::default();
    let failed = SessionFilter { failed: true, ..SessionFilter::default() };
    let thumbprint =
        SessionFilter { thumbprint: Some(RARE_THUMBPRINT.to_owned()), ..SessionFilter::default() };
    vec![
        Contestant::new("read()", "bytes", read),
        Contestant::new("newline scan (memchr)", "lines", newlines),
        Contestant::new("csv ByteRecord", "records", csv_records),
        Contestant::new(BASELINE, "sessions", csv_sessions),
        Contestant::sessions("sessions, all, 1 thread", 1, all.clone()),
        Contestant::sessions("sessions, all, 2 threads", 2, all),
        Contestant::sessions("sessions, failed, 1 thread", 1, failed.clone()),
        Contestant::sessions("sessions, failed, 2 threads", 2, failed),
        Contestant::sessions("sessions, thumbprint, 1 thread", 1, thumbprint.clone()),
        Contestant::sessions("sessions, thumbprint, 2 threads", 2, thumbprint),
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

fn sessions(path: &Path, threads: usize, filter: &SessionFilter) -> u64 {
    let input = LogInput { path: path.to_owned(), wildcards: false, server: None };
    let query = SessionQuery {
        inputs: vec![input],
        filter: filter.clone(),
        threads,
        ..SessionQuery::default()
    };
    let Ok(mut reader) = SessionReader::new(query) else { return 0 };
    let mut count = 0;
    while let Some(batch) = reader.next_batch(4096, 16 << 20) {
        count += black_box(batch).sessions.len() as u64;
    }
    count
}

fn main() -> io::Result<()> {
    // cargo itself passes `--bench`.
    let numbers: Vec<u64> =
        std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let mebibytes = numbers.first().copied().unwrap_or(256);
    let rounds = numbers.get(1).copied().unwrap_or(5).max(1);

    let folder = tempfile::tempdir()?;
    let path = folder.path().join("SEND20261115-1.LOG");
    let totals =
        SendLog::new(1, Profile::MIXED).write(mebibytes << 20, &mut File::create(&path)?)?;
    read(&path)?;

    let contestants = contestants();
    let mut seconds = vec![Vec::new(); contestants.len()];
    let mut counts = vec![0; contestants.len()];
    for _ in 0..rounds {
        for (index, contestant) in contestants.iter().enumerate() {
            let start = Instant::now();
            counts[index] = (contestant.run)(&path)?;
            seconds[index].push(start.elapsed().as_secs_f64());
        }
    }
    report(&totals, &contestants, &seconds, &counts);
    Ok(())
}

// A size of 2^53 bytes is out of reach here.
#[allow(clippy::cast_precision_loss)]
fn report(totals: &Totals, contestants: &[Contestant], seconds: &[Vec<f64>], counts: &[u64]) {
    let bytes = totals.bytes as f64;
    let baseline = contestants.iter().position(|c| c.name == BASELINE).unwrap_or(0);
    println!(
        "{:.0} MiB, {} rows, {} sessions, {} rows damaged; {} rounds; ratio: how many times as fast as {BASELINE}",
        bytes / f64::from(1 << 20),
        totals.rows,
        totals.sessions,
        totals.damaged_rows,
        seconds[baseline].len(),
    );
    println!("{:>6}  {:>13}  {:>6}  {:<33}  counted", "ratio", "min to max", "GB/s", "");
    for (index, contestant) in contestants.iter().enumerate() {
        let rounds = seconds[baseline].iter().zip(&seconds[index]);
        let ratios = sorted(rounds.map(|(base, own)| base / own));
        let speeds = sorted(seconds[index].iter().map(|second| bytes / second / 1e9));
        println!(
            "{:>6.2}  {:>5.2} to {:>4.2}  {:>6.2}  {:<33}  {} {}",
            median(&ratios),
            ratios.first().copied().unwrap_or(f64::NAN),
            ratios.last().copied().unwrap_or(f64::NAN),
            median(&speeds),
            contestant.name,
            counts[index],
            contestant.counts,
        );
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}
