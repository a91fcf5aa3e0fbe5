//! Judges mutated certificates: `cargo run --release --example mutate_certificates [COUNT] [SEED]
//! [FILE...]`, a million by default, of the embedded roots or of the files given. Prints how many
//! could be decoded and the longest time one took; a panic ends the run.

#[path = "../tests/support/mutation.rs"]
mod mutation;

use std::time::{Duration, Instant};

use eop_relay::certificate::{Certificate, read_certificates};
use eop_relay::chain::{ChainRequest, Profile, embedded_roots, report, verdict};
use eop_relay::timestamp::Timestamp;
use mutation::{Random, mutate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let count: usize = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    let seed: u64 = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let mut originals: Vec<Certificate> = Vec::new();
    for path in arguments {
        originals.extend(read_certificates(&std::fs::read(path)?)?.certificates);
    }
    if originals.is_empty() {
        originals.extend_from_slice(embedded_roots());
    }
    let at = Timestamp::parse("2026-01-01").ok_or("no time")?;
    let mut random = Random::new(seed);
    let (mut decoded, mut longest) = (0_usize, Duration::ZERO);
    let begin = Instant::now();
    for round in 0..count {
        let original = &originals[random.below(originals.len())];
        let bytes = mutate(original.der(), &mut random);
        let start = Instant::now();
        let _ = read_certificates(&bytes);
        if let Ok(certificate) = Certificate::from_der(&bytes) {
            decoded += 1;
            let request = ChainRequest {
                roots: std::slice::from_ref(original),
                intermediates: Some(&originals),
                with_embedded_roots: false,
                profile: if round % 2 == 0 { Profile::Strict } else { Profile::Windows },
                ..ChainRequest::new(&certificate, at)
            };
            let _ = verdict(&request);
            // Reports word everything: every 16th is enough to meet all of it.
            if round % 16 == 0 {
                let _ = report(&request);
            }
        }
        longest = longest.max(start.elapsed());
    }
    println!(
        "{count} mutated certificates (seed {seed}): {decoded} decoded and judged, no panic, the \
         longest took {longest:?}, all {:?}",
        begin.elapsed()
    );
    Ok(())
}
