//! When chance is no explanation.

/// What is less probable than this is taken for no chance.
const LEVEL: f64 = 0.01;

/// Whether `misses` in a row are no chance for what happened with that share before: with
/// (1 - share)^misses <= 0.01. A share of 1 takes one miss.
///
/// `part` of `all` is the share; without any of either it is 0, which nothing disproves.
pub(super) fn is_no_chance(part: u64, all: u64, misses: u64) -> bool {
    if part == 0 || misses == 0 {
        return false;
    }
    if part >= all {
        return true;
    }
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
    let share = part as f64 / all as f64;
    #[expect(clippy::cast_precision_loss, reason = "likewise")]
    let log = misses as f64 * (1.0 - share).ln();
    log <= LEVEL.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_misses_take_a_share_out_of_the_reach_of_chance() {
        // 3 of 20: 0.85^28 = 0.0106, 0.85^29 = 0.0090. 1 of 10: 0.9^43 = 0.0108, 0.9^44 = 0.0097.
        for (part, all, enough) in [(1, 1, 1), (5, 5, 1), (3, 20, 29), (1, 10, 44), (1, 2, 7)] {
            assert!(is_no_chance(part, all, enough), "{part} of {all}, {enough}");
            assert!(!is_no_chance(part, all, enough - 1), "{part} of {all}, {}", enough - 1);
        }
        assert!(!is_no_chance(0, 20, 1_000_000));
        assert!(!is_no_chance(0, 0, 1));
    }
}
