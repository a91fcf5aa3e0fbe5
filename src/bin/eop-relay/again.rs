//! Looking again and again until there is an answer.

use std::time::{Duration, Instant};

/// Asks every `interval` until there is an answer. `ask` gets the clock since the beginning. The last
/// wait is shorter where `limit` comes first; what then counts as the answer is up to `ask`.
///
/// # Errors
/// Those of `ask`, at the first.
pub fn until<T, E>(
    interval: Duration,
    limit: Option<Duration>,
    mut ask: impl FnMut(&Instant) -> Result<Option<T>, E>,
) -> Result<T, E> {
    let clock = Instant::now();
    loop {
        if let Some(answer) = ask(&clock)? {
            return Ok(answer);
        }
        let rest = limit.map_or(interval, |limit| limit.saturating_sub(clock.elapsed()));
        std::thread::sleep(interval.min(rest));
    }
}
