//! The most memory that a reader takes, measured in a process of its own.
//!
//! What it reads is made while it reads, and comes through a named pipe: sizes beyond the disk are
//! no trouble, and the page cache is not counted.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use eop_relay::session::SessionFilter;

use crate::common::{Profile, SendLog};
use crate::contestants::sessions;

/// The argument by which this program knows that it is that process.
pub const MEASURE: &str = "--measure-memory";

const HEADER: &str = "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n\
    #Log-type: SMTP Send Protocol Log\r\n#Date: 2026-11-15T01:00:00.000Z\r\n\
    #Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,\
    event,data,context\r\n";

/// What is read.
#[derive(Clone, Copy)]
pub enum Input {
    /// A log of the mixed profile of that many bytes.
    Mixed(u64),
    /// That many sessions of which none ends, and then a second row of each.
    NeverClosed(u64),
    /// That many bytes without a line end.
    OneLine(u64),
}

impl Input {
    fn write(self, output: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Mixed(bytes) => {
                SendLog::new(1, Profile::MIXED).write(bytes, output)?;
            }
            Self::NeverClosed(count) => {
                output.write_all(HEADER.as_bytes())?;
                for (row, event) in [(0, "+,,"), (1, "<,220 mail.fabrikam.com ESMTP,")] {
                    for id in 1..=count {
                        write!(
                            output,
                            "2026-11-15T01:02:03.100Z,Outbound to Office 365,{id:016X},{row},\
                             192.0.2.10:4321,198.51.100.7:25,{event}\r\n"
                        )?;
                    }
                }
            }
            Self::OneLine(bytes) => {
                output.write_all(HEADER.as_bytes())?;
                let block = [b'x'; 1 << 12];
                for _ in 0..bytes >> 12 {
                    output.write_all(&block)?;
                }
            }
        }
        output.flush()
    }
}

/// The most memory in MiB that reading the input takes; `None` where the system does not say.
pub fn peak(input: Input, threads: usize, folder: &Path) -> io::Result<Option<f64>> {
    let pipe = folder.join("pipe.log");
    if cfg!(not(target_os = "linux")) || !Command::new("mkfifo").arg(&pipe).status()?.success() {
        return Ok(None);
    }
    let mut reader = Command::new(std::env::current_exe()?);
    reader.arg(MEASURE).arg(&pipe).arg(threads.to_string());
    let reader = reader.stdout(std::process::Stdio::piped()).spawn()?;
    input.write(&mut BufWriter::with_capacity(1 << 16, File::create(&pipe)?))?;
    let output = reader.wait_with_output()?;
    std::fs::remove_file(&pipe)?;
    let kibibytes: Option<f64> = String::from_utf8_lossy(&output.stdout).trim().parse().ok();
    Ok(kibibytes.map(|kibibytes| kibibytes / 1024.0))
}

/// Reads and prints the most memory that this process had, in KiB.
pub fn measure(path: &Path, threads: usize) -> io::Result<()> {
    sessions(&[PathBuf::from(path)], threads, &SessionFilter::default());
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!("{}", peak.map_or("", |peak| peak.trim().trim_end_matches(" kB")));
    Ok(())
}
