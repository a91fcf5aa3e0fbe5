//! When to ask again: a change of a connector reaches the front ends of Exchange Online one after the
//! other, in minutes to an hour.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::reply::EnhancedStatus;

/// Connections of one series.
pub const MAXIMUM_CONNECTIONS: usize = 20;
/// Seconds between two connections.
pub const MINIMUM_INTERVAL: u64 = 60;
/// Front ends that have to accept.
pub const WANTED_HOSTS: usize = 3;

/// What one probe of a series came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Attempt {
    /// The front end, by its greeting; `None` where there was none.
    pub host: Option<String>,
    /// Whether the recipient was accepted.
    pub accepted: bool,
    /// The reply that decided, where there was one.
    pub reply: Option<String>,
}

/// What to do after the probes so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub enum Next {
    /// Wait, and ask again.
    Again,
    /// Enough front ends accept.
    Done,
    /// Exchange Online asks for patience (4.7.x): more connections would bring the address into
    /// disrepute.
    Throttled,
    /// That was the last connection.
    Exhausted,
    /// The time is over.
    TimeOver,
}

/// How a series stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Standing {
    /// What to do.
    pub next: Next,
    /// Probes that were accepted.
    pub accepted: usize,
    /// Probes in all.
    pub total: usize,
    /// Front ends whose newest answer is that they accept.
    pub accepting_hosts: Vec<String>,
    /// Front ends whose newest answer is another.
    pub refusing_hosts: Vec<String>,
    /// The same in one sentence.
    pub summary: String,
}

/// How a series stands after some probes, the oldest first: it is done when three different front ends
/// accept, and ends at the first 4.7.x, after 20 connections, or where another interval would end after
/// `limit`.
#[must_use]
pub fn standing(
    attempts: &[Attempt],
    interval: Duration,
    elapsed: Duration,
    limit: Duration,
) -> Standing {
    let mut newest: Vec<(&str, bool)> = Vec::new();
    for attempt in attempts {
        let Some(host) = attempt.host.as_deref() else { continue };
        newest.retain(|(known, _)| !known.eq_ignore_ascii_case(host));
        newest.push((host, attempt.accepted));
    }
    let hosts = |accepts: bool| -> Vec<String> {
        let those = newest.iter().filter(|(_, accepted)| *accepted == accepts);
        those.map(|(host, _)| (*host).to_owned()).collect()
    };
    let (accepting_hosts, refusing_hosts) = (hosts(true), hosts(false));
    let next = if attempts.last().is_some_and(is_throttled) {
        Next::Throttled
    } else if accepting_hosts.len() >= WANTED_HOSTS {
        Next::Done
    } else if attempts.len() >= MAXIMUM_CONNECTIONS {
        Next::Exhausted
    } else if elapsed + interval > limit {
        Next::TimeOver
    } else {
        Next::Again
    };
    let accepted = attempts.iter().filter(|one| one.accepted).count();
    let why = match next {
        Next::Again => "asking again",
        Next::Done => "three different front ends accept: the change has arrived",
        Next::Throttled => {
            "Exchange Online asks for patience (4.7.x), so it stops here: ask again in an hour"
        }
        Next::Exhausted => "that was the last of 20 connections: ask again in an hour",
        Next::TimeOver => "the time is over",
    };
    let summary = format!(
        "{accepted} of {} probes accepted; front ends that accept: {}; that refuse: {}; {why}.",
        attempts.len(),
        listed(&accepting_hosts),
        listed(&refusing_hosts),
    );
    let total = attempts.len();
    Standing { next, accepted, total, accepting_hosts, refusing_hosts, summary }
}

/// Whether the reply is one of policy that may pass (RFC 3463: class 4, subject 7).
fn is_throttled(attempt: &Attempt) -> bool {
    let status = attempt.reply.as_deref().and_then(|reply| {
        reply.split_whitespace().find_map(|word| EnhancedStatus::parse_prefix(word))
    });
    status.is_some_and(|(status, _)| status.class == 4 && status.subject == 7)
}

fn listed(hosts: &[String]) -> String {
    if hosts.is_empty() { "none".to_owned() } else { hosts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn attempt(host: &str, reply: &str) -> Attempt {
        let accepted = reply.starts_with('2');
        Attempt { host: Some(host.to_owned()), accepted, reply: Some(reply.to_owned()) }
    }

    fn next(attempts: &[Attempt]) -> Next {
        standing(attempts, MINUTE, MINUTE, 60 * MINUTE).next
    }

    #[test]
    fn it_is_done_when_three_different_front_ends_accept() {
        let accepted = |host| attempt(host, "250 2.1.5 Recipient OK");
        let refused = |host| attempt(host, "550 5.7.64 TenantAttribution; Relay Access Denied");
        assert_eq!(next(&[]), Next::Again);
        assert_eq!(next(&[accepted("a"), accepted("b"), accepted("A")]), Next::Again);
        assert_eq!(next(&[refused("a"), accepted("b"), accepted("c"), accepted("a")]), Next::Done);
        // One that accepted and refuses now does not count.
        let wavers = [accepted("a"), refused("a"), accepted("b"), accepted("c")];
        assert_eq!(next(&wavers), Next::Again);
        let standing = standing(&wavers, MINUTE, MINUTE, 60 * MINUTE);
        assert_eq!((standing.accepted, standing.total), (3, 4));
        assert_eq!(standing.refusing_hosts, ["a"]);
        assert!(
            standing.summary.starts_with("3 of 4 probes accepted; front ends that accept: b, c")
        );
    }

    #[test]
    fn it_stops_at_the_first_sign_of_throttling_and_at_its_limits() {
        let refused = attempt("a", "550 5.7.64 TenantAttribution; Relay Access Denied");
        let throttled = attempt("b", "450 4.7.3 Throttled");
        assert_eq!(next(&[refused.clone(), throttled.clone()]), Next::Throttled);
        assert_eq!(next(&[attempt("b", "451 4.4.62 Mail sent to the wrong region")]), Next::Again);
        assert_eq!(next(&vec![refused.clone(); MAXIMUM_CONNECTIONS - 1]), Next::Again);
        assert_eq!(next(&vec![refused.clone(); MAXIMUM_CONNECTIONS]), Next::Exhausted);
        let late = standing(&[refused], MINUTE, 59 * MINUTE + MINUTE / 2, 60 * MINUTE);
        assert_eq!(late.next, Next::TimeOver);
    }
}
