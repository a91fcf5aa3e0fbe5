//! Makes SMTP send protocol logs of any size, the same for the same seed:
//! `cargo run --release --features cli --example generate_log -- --bytes 1G --output SEND20261115-1.LOG`

#[path = "../benches/common/mod.rs"]
mod common;

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use crate::common::{Profile, SendLog, Totals};

/// Make a send log as Exchange writes it, with addresses and names that are nobody's
#[derive(Debug, Parser)]
struct Arguments {
    /// About how large, in bytes or with K, M or G (of 1024)
    #[arg(long, default_value = "16M", value_parser = parse_size)]
    bytes: u64,
    /// The same seed makes the same log
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What the sessions are like
    #[arg(long, value_enum, default_value_t = ProfileName::Mixed)]
    profile: ProfileName,
    /// The file to write, else standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ProfileName {
    /// 5 % of the sessions fail, 1 % have a damaged or missing row
    Mixed,
    /// Every mail delivered, every row whole
    Clean,
    /// 90 % of the sessions fail
    Failing,
    /// Half of the sessions have a damaged or missing row
    Damaged,
}

impl ProfileName {
    fn profile(self) -> Profile {
        match self {
            Self::Mixed => Profile::MIXED,
            Self::Clean => Profile::CLEAN,
            Self::Failing => Profile::FAILING,
            Self::Damaged => Profile::DAMAGED,
        }
    }
}

fn parse_size(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 10),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 20),
        Some(b'g' | b'G') => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    let number: u64 = digits.parse().map_err(|_| "give a size such as 500000, 64M or 16G")?;
    number.checked_mul(1 << shift).ok_or_else(|| "too large".to_owned())
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match write_log(&arguments) {
        Ok(totals) => {
            let _ = writeln!(io::stderr(), "{totals:?}");
            ExitCode::SUCCESS
        }
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "generate_log: the log cannot be written: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write_log(arguments: &Arguments) -> io::Result<Totals> {
    let log = SendLog::new(arguments.seed, arguments.profile.profile());
    match &arguments.output {
        Some(path) => log.write(arguments.bytes, &mut File::create(path)?),
        None => log.write(arguments.bytes, &mut io::stdout().lock()),
    }
}
