//! How cost grows with the size of the input.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use eop_relay::session::SessionFilter;

use crate::common::{Profile, SendLog};
use crate::contestants::sessions;

/// The time in seconds to read one file under that many names, one after the other: hard links let
/// the input grow beyond memory and disk.
pub fn of_links(log: &Path, count: usize, folder: &Path) -> io::Result<f64> {
    let mut paths = Vec::with_capacity(count);
    for number in 1..=count {
        let link = folder.join(format!("LINK20261115-{number}.LOG"));
        std::fs::hard_link(log, &link)?;
        paths.push(link);
    }
    let seconds = timed(&paths);
    for path in paths {
        std::fs::remove_file(path)?;
    }
    Ok(seconds)
}

/// The time in seconds to read 10,000 files of 100 kB, and that of one file of the same size.
pub fn of_many_files(folder: &Path) -> io::Result<(f64, f64)> {
    const FILES: usize = 10_000;
    const DIFFERENT: usize = 100;
    let folder = folder.join("many");
    std::fs::create_dir(&folder)?;
    let path = |number: usize| folder.join(format!("SEND20261115-{number}.LOG"));
    let mut bytes = 0;
    for number in 0..DIFFERENT {
        let log = SendLog::new(number as u64, Profile::MIXED);
        bytes += log.write(100_000, &mut File::create(path(number))?)?.bytes;
    }
    for number in DIFFERENT..FILES {
        std::fs::hard_link(path(number % DIFFERENT), path(number))?;
    }
    let many = timed(&(0..FILES).map(path).collect::<Vec<_>>());
    let one = folder.join("one.log");
    let size = bytes * (FILES / DIFFERENT) as u64;
    SendLog::new(1, Profile::MIXED).write(size, &mut File::create(&one)?)?;
    let alone = timed(std::slice::from_ref(&one));
    std::fs::remove_dir_all(folder)?;
    Ok((many, alone))
}

fn timed(paths: &[PathBuf]) -> f64 {
    let start = Instant::now();
    sessions(paths, 1, &SessionFilter::default());
    start.elapsed().as_secs_f64()
}
