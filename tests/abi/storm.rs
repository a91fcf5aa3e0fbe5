//! A short storm of random calls; `cargo run --release --example abi_storm` makes long ones.

use crate::support::storm::storm;

#[test]
fn random_calls_from_four_threads_end_with_a_status_each() {
    let outcome = storm(20_261_116, 20_000, 4, "examples/logs/SEND2026111601-1.LOG");
    assert_eq!(outcome.calls, 80_000);
    assert!(outcome.successes > 8_000, "{outcome:?}");
}
