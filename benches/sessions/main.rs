//! How fast sessions come out of a send log, beside what the same bytes cost in other ways, and how
//! much memory they take. Prints the tables of BENCHMARKS.md.
//!
//! `cargo bench --bench sessions [-- [MEBIBYTES [ROUNDS]] [--large] [--speed-only | --interop-only]]`,
//! by default 256 MiB and 9 rounds. Every round runs each contestant once, so that a busy machine
//! slows all of them; the figures that can be compared between machines are the medians of each
//! round's ratio to the csv crate's `ByteRecord` with a `HashMap` by session id. `--large` reads
//! 16 GiB where else 1 GiB is enough. Instructions are counted where valgrind is installed.

#[path = "../common/mod.rs"]
mod common;
mod contestants;
mod growth;
mod instructions;
mod interop;
mod memory;

use std::fs::File;
use std::io;
use std::path::Path;

use crate::common::{Profile, SendLog, Totals};
use crate::contestants::{BASELINE, Contestant, contestants, first_session};
use crate::memory::Input;

const GIBIBYTE: u64 = 1 << 30;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, path, threads] = &arguments[..]
        && mode == memory::MEASURE
    {
        return memory::measure(Path::new(path), threads.parse().unwrap_or(1));
    }
    if let [mode, contestant, path] = &arguments[..]
        && mode == instructions::RUN
    {
        return instructions::run(contestant, Path::new(path));
    }
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    // cargo itself passes `--bench`.
    let numbers: Vec<u64> = arguments.iter().filter_map(|word| word.parse().ok()).collect();
    let mebibytes = numbers.first().copied().unwrap_or(256);
    let rounds = numbers.get(1).copied().unwrap_or(9).max(1);

    let folder = tempfile::tempdir()?;
    let path = folder.path().join("SEND20261115-1.LOG");
    let totals =
        SendLog::new(1, Profile::MIXED).write(mebibytes << 20, &mut File::create(&path)?)?;
    if !has("--interop-only") {
        speed(&path, &totals, rounds, folder.path())?;
    }
    if !has("--speed-only") {
        interop::report(&path, folder.path())?;
    }
    if !has("--speed-only") && !has("--interop-only") {
        memory(folder.path(), has("--large"))?;
        growth(&path, folder.path(), has("--large"))?;
    }
    Ok(())
}

// A size of 2^53 bytes is out of reach here.
#[allow(clippy::cast_precision_loss)]
fn speed(path: &Path, totals: &Totals, rounds: u64, folder: &Path) -> io::Result<()> {
    let contestants = contestants();
    let mut seconds = vec![Vec::new(); contestants.len()];
    let mut counts = vec![0; contestants.len()];
    let mut latencies = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (index, contestant) in contestants.iter().enumerate() {
            let (time, count) = contestant.run(path)?;
            seconds[index].push(time.as_secs_f64());
            counts[index] = count;
        }
        for (threads, latencies) in [1, 2].into_iter().zip(&mut latencies) {
            latencies.push(first_session(path, threads).as_secs_f64() * 1e3);
        }
    }
    let instructions = instructions::per_row(folder)?;
    let bytes = totals.bytes as f64;
    println!(
        "{:.0} MiB, {} rows, {} sessions, {} rows damaged; {rounds} rounds.\n",
        bytes / f64::from(1 << 20),
        totals.rows,
        totals.sessions,
        totals.damaged_rows,
    );
    println!("| | threads | ratio | from, to | goal | GB/s | instructions a row | counted |");
    println!("|---|---|---|---|---|---|---|---|");
    let baseline = contestants.iter().position(|each| each.name == BASELINE).unwrap_or(0);
    for (index, Contestant { name, threads, goal, .. }) in contestants.iter().enumerate() {
        let rounds = seconds[baseline].iter().zip(&seconds[index]);
        let ratios = sorted(rounds.map(|(base, own)| base / own));
        let rates = sorted(seconds[index].iter().map(|second| bytes / second / 1e9));
        println!(
            "| {name} | {threads} | {:.2} | {:.2}, {:.2} | {} | {:.2} | {} | {} |",
            median(&ratios),
            ratios.first().copied().unwrap_or(f64::NAN),
            ratios.last().copied().unwrap_or(f64::NAN),
            goal.map_or(String::new(), |goal| format!("{goal:.1}")),
            median(&rates),
            instructions.get(index).copied().flatten().map_or(String::new(), |n| format!("{n:.0}")),
            counts[index],
        );
    }
    let [one, two] = latencies.map(|times| median(&sorted(times.into_iter())));
    println!("\nFirst session: {one:.1} ms (1 thread), {two:.1} ms (2 threads); goal 50 ms.\n");
    Ok(())
}

fn memory(folder: &Path, is_large: bool) -> io::Result<()> {
    let mut inputs = vec![
        ("1 GiB, mixed", Input::Mixed(GIBIBYTE)),
        ("10^6 sessions that never end", Input::NeverClosed(1_000_000)),
        ("1 GiB without a line end", Input::OneLine(GIBIBYTE)),
    ];
    if is_large {
        inputs.push(("16 GiB, mixed", Input::Mixed(16 * GIBIBYTE)));
    }
    println!("| peak memory (goal 64 MiB) | 1 thread | 2 threads |\n|---|---|---|");
    for (name, input) in inputs {
        let figure = |threads| -> io::Result<String> {
            let peak = memory::peak(input, threads, folder)?;
            Ok(peak.map_or("not measured".to_owned(), |peak| format!("{peak:.0} MiB")))
        };
        println!("| {name} | {} | {} |", figure(1)?, figure(2)?);
    }
    println!();
    Ok(())
}

fn growth(path: &Path, folder: &Path, is_large: bool) -> io::Result<()> {
    let scale = if is_large { 4 } else { 1 };
    println!("| growth, all sessions, 1 thread | seconds | against the line above, per byte |");
    println!("|---|---|---|");
    let mut before: Option<(u32, f64)> = None;
    for count in [1, 4, 16].map(|count| count * scale) {
        let seconds = growth::of_links(path, count as usize, folder)?;
        let ratio =
            before.map(|(fewer, time)| seconds / f64::from(count) / time * f64::from(fewer));
        let ratio = ratio.map_or(String::new(), |ratio| format!("{ratio:.2}"));
        println!("| {count} times the log above | {seconds:.2} | {ratio} |");
        before = Some((count, seconds));
    }
    let (many, one) = growth::of_many_files(folder)?;
    println!("| one file of 1 GB | {one:.2} | |");
    println!("| 10,000 files of 100 kB (goal 1.5) | {many:.2} | {:.2} |", many / one);
    Ok(())
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
