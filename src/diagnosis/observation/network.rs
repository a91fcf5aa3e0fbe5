//! Trouble of the network, which counts only when it repeats.

use crate::timestamp::TICKS_PER_MINUTE;

/// So many attempts in a row make a trouble.
const IN_A_ROW: u64 = 3;

/// Attempts in a row that lie before the end must last that long: 15 minutes, in ticks.
const LASTING: i64 = 15 * TICKS_PER_MINUTE;

/// So many attempts make a trouble where none ever succeeded.
const WITHOUT_SUCCESS: u64 = 2;

/// What an attempt says of a trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Result {
    Failed,
    Succeeded,
}

/// Whether attempts, in the order of time, fail often enough: three in a row at the end, three in a
/// row over 15 minutes, or two where none succeeded.
pub(super) fn repeats(attempts: impl Iterator<Item = (i64, Result)>) -> bool {
    let (mut failed, mut succeeded) = (0_u64, false);
    let (mut run, mut began) = (0_u64, 0_i64);
    let mut lasted = false;
    for (time, result) in attempts {
        match result {
            Result::Failed => {
                failed += 1;
                if run == 0 {
                    began = time;
                }
                run += 1;
                lasted |= run >= IN_A_ROW && time - began >= LASTING;
            }
            Result::Succeeded => {
                succeeded = true;
                run = 0;
            }
        }
    }
    run >= IN_A_ROW || lasted || (!succeeded && failed >= WITHOUT_SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_of_the_network_count_when_they_repeat() {
        for (attempts, counts) in [
            ("+++-", false),
            ("+++--", false),
            ("+++---", true),
            ("+++-----", true),
            ("---+++", false),
            ("-", false),
            ("--", true),
            ("-+-+-+", false),
            ("", false),
        ] {
            let results = attempts.bytes().enumerate().map(|(at, sign)| {
                let result = if sign == b'-' { Result::Failed } else { Result::Succeeded };
                (TICKS_PER_MINUTE * i64::try_from(at).unwrap(), result)
            });
            assert_eq!(repeats(results), counts, "{attempts}");
        }
        let lasting = [(0, Result::Failed), (8, Result::Failed), (15, Result::Failed)];
        let later = [(16, Result::Succeeded), (20, Result::Succeeded)];
        let scaled = |attempts: &[(i64, Result)]| {
            repeats(attempts.iter().map(|(at, result)| (at * TICKS_PER_MINUTE, *result)))
        };
        assert!(scaled(&[&lasting[..], &later[..]].concat()));
        assert!(!scaled(&[&lasting[1..], &later[..]].concat()));
        let four = [0, 5, 10, 15].map(|at| (at, Result::Failed));
        assert!(scaled(&[&four[..], &later[..]].concat()));
    }
}
