//! Random calls of the C ABI from several threads: `cargo run --release --example abi_storm [CALLS
//! [THREADS [SEED]]]`. Ends with a panic where a call does harm; under a sanitizer, with its report.

#[path = "../tests/support/mutation.rs"]
mod mutation;
#[path = "../tests/support/storm.rs"]
mod storm;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = [1_000_000, 4, 1];
    for (number, argument) in numbers.iter_mut().zip(std::env::args().skip(1)) {
        *number = argument.parse()?;
    }
    let [calls, threads, seed] = numbers;
    let outcome = storm::storm(seed, calls, threads, "examples/logs/SEND2026111601-1.LOG");
    println!(
        "{} calls on {threads} threads, {} successes, no harm",
        outcome.calls, outcome.successes
    );
    Ok(())
}
