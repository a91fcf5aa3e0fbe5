//! Chains, one thread: verdicts on a whole suite beside rustls-webpki with ring, and the time of a
//! report. `cargo bench --bench chains -- limbo.json` (x509-limbo's format; gzip too). Both read
//! PEM and decode certificates inside the measured time, and nothing is kept between cases.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a quantile of some thousand times"
)]

#[path = "../tests/support/limbo.rs"]
mod limbo;

use std::io::Read;
use std::time::{Duration, Instant};

use eop_relay::chain::{Profile, report};
use limbo::{Case, Suite};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // cargo bench passes --bench.
    let Some(path) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) else {
        println!("not measured: give the path of a limbo.json");
        return Ok(());
    };
    let suite = read_suite(&path)?;
    let rounds = 3;
    let own = best_of(rounds, || {
        suite.testcases.iter().filter(|case| case.run(Profile::Strict).is_success).count()
    });
    let other = best_of(rounds, || {
        suite.testcases.iter().filter(|case| webpki_accepts(case).is_some()).count()
    });
    println!("{} cases, the best of {rounds} runs each, verdict mode:", suite.testcases.len());
    println!("  eop-relay strict      {:>10.3?}  {} accepted", own.0, own.1);
    println!("  rustls-webpki, ring   {:>10.3?}  {} accepted", other.0, other.1);
    println!("  ratio                 {:>10.2}", own.0.as_secs_f64() / other.0.as_secs_f64());
    measure_reports(&suite);
    Ok(())
}

fn read_suite(path: &str) -> Result<Suite, Box<dyn std::error::Error>> {
    const GZIP: [u8; 2] = [0x1F, 0x8B];
    let bytes = std::fs::read(path)?;
    let mut text = String::new();
    if bytes.starts_with(&GZIP) {
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text)?;
    } else {
        text = String::from_utf8(bytes)?;
    }
    Ok(Suite::parse(&text)?)
}

fn best_of(rounds: usize, mut work: impl FnMut() -> usize) -> (Duration, usize) {
    let mut best = (Duration::MAX, 0);
    for _ in 0..rounds {
        let start = Instant::now();
        let count = work();
        best = best.min((start.elapsed(), count));
    }
    best
}

/// The same question to rustls-webpki: path, purpose, time, name. It knows no depth limit and takes
/// revocation lists in another way; both are left out, which only saves it work.
fn webpki_accepts(case: &Case) -> Option<()> {
    let certificates = |texts: &[String]| -> Vec<CertificateDer<'static>> {
        texts
            .iter()
            .filter_map(|text| CertificateDer::from_pem_slice(text.as_bytes()).ok())
            .collect()
    };
    let peer = CertificateDer::from_pem_slice(case.peer_certificate.as_bytes()).ok()?;
    let roots = certificates(&case.trusted_certs);
    let anchors: Vec<_> =
        roots.iter().filter_map(|root| webpki::anchor_from_trusted_cert(root).ok()).collect();
    let intermediates = certificates(&case.untrusted_intermediates);
    let seconds = match &case.validation_time {
        Some(text) => {
            let time = eop_relay::timestamp::Timestamp::parse(text)?;
            u64::try_from(time::OffsetDateTime::from(time).unix_timestamp()).ok()?
        }
        None => std::time::SystemTime::UNIX_EPOCH.elapsed().ok()?.as_secs(),
    };
    let usage = match case.validation_kind.as_str() {
        "CLIENT" => webpki::KeyUsage::client_auth(),
        _ => webpki::KeyUsage::server_auth(),
    };
    let end_entity = webpki::EndEntityCert::try_from(&peer).ok()?;
    end_entity
        .verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &anchors,
            &intermediates,
            UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
            usage,
            None,
            None,
        )
        .ok()?;
    if let Some(name) = &case.expected_peer_name {
        let name = ServerName::try_from(name.value.as_str()).ok()?;
        end_entity.verify_is_valid_for_subject_name(&name).ok()?;
    }
    Some(())
}

fn measure_reports(suite: &Suite) {
    let mut times: Vec<(Duration, &str)> = suite
        .testcases
        .iter()
        .filter_map(|case| {
            let parsed = case.parse().ok()?;
            let start = Instant::now();
            let report = report(&parsed.request(Profile::Strict));
            let elapsed = start.elapsed();
            drop(report);
            Some((elapsed, case.id.as_str()))
        })
        .collect();
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].0;
    println!("reports: median {:.3?}, 99 % {:.3?}", at(0.5), at(0.99));
    if let Some((longest, id)) = times.last() {
        println!("  the longest {longest:.3?} ({id})");
    }
}
