//! x509-limbo and BetterTLS, where the suites are present beside the project.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use eop_relay::chain::{Profile, report};

use crate::support::limbo::Suite;

fn suite(name: &str) -> Option<Suite> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/limbo").join(name);
    let Ok(file) = std::fs::File::open(&path) else {
        println!("not run: {} is not there", path.display());
        return None;
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    Some(Suite::parse(&text).unwrap())
}

#[test]
fn the_strict_profile_answers_as_expected_but_for_the_exceptions() {
    let Some(suite) = suite("limbo-full-9780.json.gz") else { return };
    let mut exceptions: BTreeMap<&str, &str> = include_str!("limbo_exceptions.tsv")
        .lines()
        .map(|line| line.split_once('\t').unwrap())
        .collect();
    let mut unexpected = Vec::new();
    for case in &suite.testcases {
        let is_right = case.run(Profile::Strict).is_success == case.expects_success();
        let is_exception = exceptions.remove(case.id.as_str()).is_some();
        if is_right == is_exception {
            unexpected.push((&case.id, &case.expected_result));
        }
    }
    assert!(unexpected.is_empty(), "wrong, or right in spite of an exception: {unexpected:?}");
    assert!(exceptions.is_empty(), "no such cases: {exceptions:?}");
}

#[test]
fn the_windows_profile_refuses_nothing_that_is_expected_to_succeed() {
    let Some(suite) = suite("limbo-full-9780.json.gz") else { return };
    let refused: Vec<&String> = suite
        .testcases
        .iter()
        .filter(|case| case.expects_success() && case.conflicts_with.is_empty())
        .filter(|case| !case.run(Profile::Windows).is_success)
        .map(|case| &case.id)
        .collect();
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn report_and_verdict_agree_on_the_core_suite() {
    let Some(suite) = suite("limbo-core-208.json.gz") else { return };
    for case in &suite.testcases {
        let Ok(parsed) = case.parse() else { continue };
        for profile in [Profile::Strict, Profile::Windows] {
            let report = report(&parsed.request(profile));
            let is_success = case.run(profile).is_success;
            assert_eq!(report.is_accepted, is_success, "{} {:#?}", case.id, report.findings);
        }
    }
}
