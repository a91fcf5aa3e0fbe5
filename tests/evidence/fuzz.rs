//! A smoke run of the fuzz targets: ten thousand mutated inputs each, the same in every run.

use std::fs;

use crate::support::mutation::{Random, mutate};
use crate::support::root;

#[path = "../../fuzz/entries.rs"]
mod entries;

const RUNS: usize = 10_000;
const SEED: u64 = 20_261_116;

/// The seeds of a target, by fuzz/seeds.tsv.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let list = fs::read_to_string(root().join("fuzz/seeds.tsv")).unwrap();
    let rows = list.lines().map(|line| line.split_once('\t').unwrap());
    let files = rows.filter(|(name, _)| *name == target).map(|(_, file)| file);
    files.map(|file| fs::read(root().join(file)).unwrap()).collect()
}

fn smoke(target: &str) {
    let (_, run) = entries::TARGETS.into_iter().find(|(name, _)| *name == target).unwrap();
    let mut pool = seeds(target);
    for seed in &pool {
        run(seed);
    }
    let mut random = Random::new(SEED);
    for _ in 0..RUNS {
        // Some go on from what came out before, so that changes add up.
        let index = random.below(pool.len());
        let input = mutate(&pool[index], &mut random);
        run(&input);
        if random.below(50) == 0 && pool.len() < 64 {
            pool.push(input);
        }
    }
}

#[test]
fn every_target_has_seeds_and_a_file_of_its_own() {
    for (target, _) in entries::TARGETS {
        assert!(!seeds(target).is_empty(), "{target}");
        let file = format!("fuzz/fuzz_targets/{target}.rs");
        let text = fs::read_to_string(root().join(&file)).unwrap();
        assert!(text.contains(&format!("entries::{target}(data)")), "{file}");
    }
}

#[test]
fn the_seed_of_a_state_is_used() {
    assert!(seeds("state").iter().all(|seed| entries::is_state_used(seed)));
}

macro_rules! smoke_runs {
    ($($test:ident = $target:literal,)+) => {
        $(#[test]
        fn $test() {
            smoke($target);
        })+
    };
}

smoke_runs! {
    ten_thousand_logs_do_no_harm = "log",
    ten_thousand_iis_logs_do_no_harm = "iis",
    ten_thousand_states_do_no_harm = "state",
    ten_thousand_capi2_logs_do_no_harm = "capi2",
    ten_thousand_hybrid_logs_do_no_harm = "hybrid",
    ten_thousand_exports_do_no_harm = "exports",
    ten_thousand_mails_do_no_harm = "mail",
    ten_thousand_certificate_files_do_no_harm = "certificates",
    ten_thousand_requests_do_no_harm = "requests",
}
