//! The same log through the C ABI and C#, on Mono (which stands for .NET Framework) and on .NET 8.
//!
//! Measured is what `powershell/build.sh` laid out in `powershell/EopRelay/bin`: the library as it is
//! shipped. A runtime that is not there is left out, and said.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use eop_relay::session::SessionFilter;

use crate::contestants::sessions;

const ROUNDS: usize = 9;

/// Prints how fast C# is beside the core, on one thread.
pub fn report(log: &Path, folder: &Path) -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bin = root.join("powershell/EopRelay/bin");
    let Some(program) = build(root, &bin, folder)? else {
        println!(
            "C#: not measured; it needs mcs (mono-mcs) and what powershell/build.sh builds.\n"
        );
        return Ok(());
    };
    let dotnet = root.join("../shared/tools/run-dotnet");
    let runtimes: [(&str, Vec<PathBuf>); 2] =
        [("Mono", vec!["mono".into()]), (".NET 8", vec![dotnet, "linux".into()])];
    let failed = SessionFilter { failed: true, ..SessionFilter::default() };
    let (core_all, count) = fastest(log, &SessionFilter::default());
    let (core_failed, _) = fastest(log, &failed);
    println!(
        "| C#, 1 thread | a session handed out, beyond the core | goal | and every property, mail and \
         recipient of it read | `Failed`, rate against the core | goal |"
    );
    println!("|---|---|---|---|---|---|");
    for ((name, command), goal) in runtimes.into_iter().zip(["3 us", "1.5 us"]) {
        let run = |way: &str| run(&command, &program, &bin, log, way);
        let (Ok(all), Ok(read), Ok(failed)) = (run("all"), run("read"), run("failed")) else {
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
    run.args(arguments).arg(program).arg(bin).arg(log).args([way, "1", &ROUNDS.to_string()]);
    let output = run.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let seconds = text.split_whitespace().next().and_then(|word| word.parse().ok());
    seconds
        .map(Duration::from_secs_f64)
        .ok_or_else(|| io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()))
}

/// The fastest of as many rounds in the core, and how many sessions it gave.
fn fastest(log: &Path, filter: &SessionFilter) -> (Duration, u64) {
    let rounds = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        let count = sessions(&[log.to_owned()], 1, filter);
        (start.elapsed(), count)
    });
    rounds.min().unwrap_or_default()
}
