//! The instructions that a way through a log takes, which do not depend on the load of the machine:
//! counted by `valgrind --tool=callgrind`, where that is installed, in processes of their own.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{Profile, SendLog};
use crate::contestants::within_this_program;

/// The argument by which this program knows that it is such a process.
pub const RUN: &str = "--run-contestant";

/// Instructions a row of each contestant within this program, outside the kernel; `None` without
/// valgrind. The logs that are read stand in that folder.
///
/// They are those that a log of 24 MiB takes beyond one of 8 MiB: what is done once is not among them.
pub fn per_row(folder: &Path) -> io::Result<Vec<Option<f64>>> {
    let write = |mebibytes: u64| -> io::Result<(PathBuf, u64)> {
        let path = folder.join(format!("counted-{mebibytes}.log"));
        let log = SendLog::new(1, Profile::MIXED);
        let rows = log.write(mebibytes << 20, &mut File::create(&path)?)?.rows;
        Ok((path, rows))
    };
    let ((short, few), (long, many)) = (write(8)?, write(24)?);
    let per_row = |number| {
        let further = counted(number, &long)?.saturating_sub(counted(number, &short)?);
        // Both lie far below 2^53.
        #[allow(clippy::cast_precision_loss)]
        Some(further as f64 / (many - few) as f64)
    };
    let counts = (0..within_this_program().len()).map(per_row).collect();
    std::fs::remove_file(short)?;
    std::fs::remove_file(long)?;
    Ok(counts)
}

/// The instructions of one contestant; `None` without valgrind.
fn counted(contestant: usize, path: &Path) -> Option<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind.arg(std::env::current_exe().ok()?).arg(RUN).arg(contestant.to_string()).arg(path);
    let output = valgrind.output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let (_, count) = said.lines().find_map(|line| line.split_once("Collected :"))?;
    count.trim().parse().ok()
}

/// Runs the contestant of that number.
pub fn run(contestant: &str, path: &Path) -> io::Result<()> {
    let number = contestant.parse().ok();
    match number.and_then(|number: usize| within_this_program().into_iter().nth(number)) {
        Some(contestant) => contestant.run(path).map(|_| ()),
        None => Err(io::Error::other(format!("there is no contestant {contestant}"))),
    }
}
