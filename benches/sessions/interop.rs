//! The same log through the C ABI and C#, on Mono (which stands for .NET Framework) and on .NET 8.
//!
//! Measured is what `powershell/build/build.sh` laid out in `powershell/EopRelay/bin`: the library as it is
//! shipped. A runtime that is not there is left out, and said.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use eop_relay::session::SessionFilter;

use crate::contestants::sessions;

const ROUNDS: usize = 5;
/// Rounds within one process: .NET compiles with care only what has run for a while.
const ROUNDS_OF_PROCESS: &str = "5";
/// What the program does with the log: hands out every session, reads everything of each, hands out
/// the failed ones.
const WAYS: [&str; 3] = ["all", "read", "failed"];

/// Prints how fast C# is beside the core, on one thread: the least times of rounds that run each of
/// them once, so that a busy machine slows them all.
pub fn report(log: &Path, folder: &Path) -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bin = root.join("powershell/EopRelay/bin");
    let Some(program) = build(root, &bin, folder)? else {
        println!(
            "C#: not measured; it needs mcs (mono-mcs) and what powershell/build/build.sh builds.\n"
        );
        return Ok(());
    };
    let dotnet = root.join("../shared/tools/run-dotnet");
    let runtimes: [(&str, &str, Vec<PathBuf>); 2] =
        [("Mono", "3 us", vec!["mono".into()]), (".NET 8", "1.5 us", vec![dotnet, "linux".into()])];
    let failed = SessionFilter { failed: true, ..SessionFilter::default() };
    let mut count = 0;
    let [mut core_all, mut core_failed] = [Duration::MAX; 2];
    let mut times = runtimes.each_ref().map(|_| Some([Duration::MAX; WAYS.len()]));
    for _ in 0..ROUNDS {
        let (time, sessions) = time_of_core(log, &SessionFilter::default());
        count = sessions;
        core_all = core_all.min(time);
        core_failed = core_failed.min(time_of_core(log, &failed).0);
        for ((_, _, command), times) in runtimes.iter().zip(&mut times) {
            for (index, way) in WAYS.into_iter().enumerate() {
                let time = run(command, &program, &bin, log, way).ok();
                *times = times.take().zip(time).map(|(mut least, time)| {
                    least[index] = least[index].min(time);
                    least
                });
            }
        }
    }
    println!(
        "| C#, 1 thread | a session handed out, beyond the core | goal | and every property, mail and \
         recipient of it read | `Failed`, rate against the core | goal |"
    );
    println!("|---|---|---|---|---|---|");
    for ((name, goal, _), times) in runtimes.into_iter().zip(times) {
        let Some([all, read, failed]) = times else {
            println!("| {name} | not measured | {goal} | not measured | not measured | 0.80 |");
            continue;
        };
        let beyond_the_core = |total: Duration| {
            // A log of 2^53 sessions is out of reach.
            #[allow(clippy::cast_precision_loss)]
            let count = count as f64;
            (total.as_secs_f64() - core_all.as_secs_f64()) / count * 1e6
        };
        let (all, read) = (beyond_the_core(all), beyond_the_core(read));
        let rate = core_failed.as_secs_f64() / failed.as_secs_f64();
        println!("| {name} | {all:.2} us | {goal} | {read:.2} us | {rate:.2} | 0.80 |");
    }
    println!();
    Ok(())
}

/// Compiles the program; `None` where the compiler or the module is missing.
fn build(root: &Path, bin: &Path, folder: &Path) -> io::Result<Option<PathBuf>> {
    let Ok(entries) = std::fs::read_dir(bin) else { return Ok(None) };
    let assembly = entries.filter_map(Result::ok).map(|entry| entry.path()).find(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("EopRelay.Interop."))
            && path.extension().is_some_and(|extension| extension == "dll")
    });
    let Some(assembly) = assembly else { return Ok(None) };
    let program = folder.join("EopRelay.Rates.exe");
    if let Some(name) = assembly.file_name() {
        std::fs::copy(&assembly, folder.join(name))?;
    }
    let compiled = Command::new("mcs")
        .args(["-langversion:5", "-optimize"])
        .arg(format!("-out:{}", program.display()))
        .arg(format!("-reference:{}", assembly.display()))
        .arg(root.join("benches/interop/*.cs"))
        .status();
    Ok(compiled.is_ok_and(|status| status.success()).then_some(program))
}

fn run(
    command: &[PathBuf],
    program: &Path,
    bin: &Path,
    log: &Path,
    way: &str,
) -> io::Result<Duration> {
    let [runtime, arguments @ ..] = command else { return Err(io::ErrorKind::NotFound.into()) };
    let mut run = Command::new(runtime);
    run.args(arguments).arg(program).arg(bin).arg(log).args([way, "1", ROUNDS_OF_PROCESS]);
    let output = run.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let seconds = text.split_whitespace().next().and_then(|word| word.parse().ok());
    seconds
        .map(Duration::from_secs_f64)
        .ok_or_else(|| io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()))
}

/// How long the core takes, and how many sessions it gives.
fn time_of_core(log: &Path, filter: &SessionFilter) -> (Duration, u64) {
    let start = Instant::now();
    let count = sessions(&[log.to_owned()], 1, filter);
    (start.elapsed(), count)
}
