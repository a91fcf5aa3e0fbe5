//! Made-up days of sending, a line each, and what is to be said of them.

use proptest::prelude::*;

use super::*;
use crate::diagnosis::report::TimelineBucket;
use crate::reply::RejectionClass;
use crate::timestamp::{TICKS_PER_MINUTE, Timestamp};

fn minute(number: i64) -> Timestamp {
    let start = Timestamp::parse("2026-11-20T00:00:00Z").unwrap();
    Timestamp::from_ticks(start.ticks() + number * TICKS_PER_MINUTE).unwrap()
}

/// One session: `server certificate address sender end domain`. `-` is none or not known.
#[derive(Clone, Debug)]
struct Line {
    at: i64,
    words: [String; 6],
}

fn line(at: i64, text: &str) -> Line {
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    Line { at, words: words.try_into().unwrap() }
}

fn end_of(word: &str) -> (End, Weight, bool) {
    match word {
        "ok" => (End::Delivered, Weight::Everyday, true),
        "denied" | "reported" => (End::Refused(RejectionClass::RelayDenied), Weight::Refusal, true),
        "old" => (End::Refused(RejectionClass::ServerOutOfDate), Weight::Refusal, true),
        "attr36" => (End::Refused(RejectionClass::RelayDeniedAttr36), Weight::Refusal, true),
        "unknown" => (End::Refused(RejectionClass::RecipientRejected), Weight::Everyday, true),
        "busy" => (End::Refused(RejectionClass::Unclassified), Weight::Network, true),
        "tls" => (End::TlsFailed(Some("UnknownCredentials".into())), Weight::Refusal, false),
        "reset" => (End::TlsFailed(Some("SocketError".into())), Weight::Network, false),
        "down" => (End::ConnectFailed, Weight::Network, false),
        other => panic!("{other}"),
    }
}

fn ledger_of(lines: &[Line], maximum: usize) -> Ledger {
    let mut ledger = Ledger::with_maximum(maximum);
    for Line { at, words: [server, certificate, address, sender, end, domains] } in lines {
        let server = match server.as_str() {
            "-" => ServerKey::Unknown,
            name => ServerKey::Name(name.into()),
        };
        let shown = match certificate.as_str() {
            "-" => Shown::Unknown,
            "none" => Shown::Nothing,
            name => Shown::Certificate(name.into()),
        };
        let is_reported = end == "reported";
        let (end, weight, has_tls) = end_of(end);
        let domains: Vec<&str> = domains.split(',').filter(|domain| *domain != "-").collect();
        ledger.begin_session();
        ledger.add(&Attempt {
            server: &server,
            connector: "Outbound",
            shown,
            address: (address != "-").then_some(address),
            remote_host: None,
            sender: match sender.as_str() {
                "-" => Sender::Unknown,
                "<>" => Sender::Null,
                domain => Sender::Domain(domain.into()),
            },
            end,
            weight,
            has_tls,
            domains: &domains,
            time: minute(*at),
            messages: 1,
            is_reported,
            mark: 0,
        });
    }
    ledger
}

fn kind_of(sender: &Sender) -> SenderKind {
    match sender {
        Sender::Unknown => SenderKind::Unknown,
        Sender::Null => SenderKind::Null,
        Sender::Domain(domain) if **domain == *"contoso.com" => SenderKind::Accepted,
        Sender::Domain(_) => SenderKind::Foreign,
    }
}

fn observe(lines: &[Line]) -> Observation {
    observe_ledger(&ledger_of(lines, usize::MAX))
}

fn observe_ledger(ledger: &Ledger) -> Observation {
    ledger.observe(&Context {
        kind_of: &kind_of,
        is_own: &|domain| domain == "contoso.com",
        is_judged: &|_, mark| mark == 0,
        server_of: &Clone::clone,
    })
}

/// The only trouble of sessions that follow each other by a minute.
fn only(texts: &[&str]) -> Trouble {
    let lines: Vec<Line> = (0..).zip(texts).map(|(at, text)| line(at, text)).collect();
    let mut troubles = observe(&lines).troubles;
    assert_eq!(troubles.len(), 1, "{troubles:#?}");
    troubles.remove(0)
}

const DENIED: &str = "EX01 AA 203.0.113.5 contoso.com denied fabrikam.com";
const DELIVERED: &str = "EX01 AA 203.0.113.5 contoso.com ok fabrikam.com";

#[test]
fn a_refusal_stands_until_chance_is_no_explanation_for_what_is_delivered() {
    for (texts, standing, counts) in [
        (vec![DENIED], Standing::Present, (1, 1)),
        (vec![DELIVERED, DENIED, DENIED], Standing::Present, (2, 3)),
        (vec![DENIED, DELIVERED, DENIED], Standing::NowAndThen, (2, 3)),
        (vec![DENIED, DENIED, DELIVERED], Standing::Past, (2, 3)),
        // To another domain: it may be a tenant of Microsoft 365.
        (
            vec![DENIED, DENIED, "EX01 AA 203.0.113.5 contoso.com ok adatum.com"],
            Standing::Present,
            (2, 2),
        ),
        // By another server, or with another kind of sender.
        (
            vec![DENIED, "EX02 AA 203.0.113.5 contoso.com ok fabrikam.com"],
            Standing::Present,
            (1, 1),
        ),
        (vec![DENIED, "EX01 AA 203.0.113.5 <> ok fabrikam.com"], Standing::Present, (1, 1)),
    ] {
        let trouble = only(&texts);
        assert_eq!(trouble.standing, standing, "{texts:?}");
        assert_eq!((trouble.refused_messages, trouble.total_messages), counts, "{texts:?}");
        assert_eq!((trouble.refused, trouble.total), counts, "{texts:?}");
    }
}

/// What fails in another way has not got through, and of equal times what failed counts as the later.
#[test]
fn a_refusal_stands_where_what_follows_fails_otherwise_or_comes_at_the_same_time() {
    let standing = |lines: &[Line], end: &str| {
        let (end, ..) = end_of(end);
        observe(lines).troubles.iter().find(|one| one.end == end).unwrap().standing
    };
    let unknown = "EX01 AA 203.0.113.5 contoso.com unknown fabrikam.com";
    let (tls, reset) = ("EX01 AA 203.0.113.5 - tls -", "EX01 AA 203.0.113.5 - reset -");
    let down = "EX01 - - - down -";
    let lines = |texts: &[&str]| -> Vec<Line> {
        (0..).zip(texts).map(|(at, text)| line(at, text)).collect()
    };
    assert_eq!(standing(&lines(&[DENIED, unknown]), "denied"), Standing::Present);
    assert_eq!(standing(&lines(&[tls, reset]), "tls"), Standing::Present);
    // Whoever was refused by its words was reached, and had TLS.
    assert_eq!(standing(&lines(&[tls, unknown]), "tls"), Standing::Past);
    assert_eq!(standing(&lines(&[down, down, down, unknown]), "down"), Standing::Everyday);
    for texts in [[DENIED, DELIVERED], [DELIVERED, DENIED]] {
        let lines = texts.map(|text| line(5, text));
        assert_eq!(standing(&lines, "denied"), Standing::Present);
    }
}

#[test]
fn three_of_twenty_are_past_after_twenty_nine_deliveries_and_not_after_twenty_eight() {
    for (later, standing) in [(28, Standing::NowAndThen), (29, Standing::Past)] {
        let mut texts = vec![DENIED];
        texts.extend([DELIVERED; 17]);
        texts.extend([DENIED; 2]);
        texts.extend(vec![DELIVERED; later]);
        let trouble = only(&texts);
        assert_eq!(trouble.standing, standing, "{later}");
        assert_eq!((trouble.refused, trouble.delivered_since), (3, later as u64));
    }
}

/// Blocked for 10 minutes of each hour: (5/6)^25 = 0.0105, (5/6)^26 = 0.0087.
#[test]
fn a_server_that_is_blocked_by_the_hour_is_past_after_deliveries_in_26_spans_of_10_minutes() {
    let old = "EX01 AA 203.0.113.5 contoso.com old fabrikam.com";
    let standing = |later: i64, minutes: i64| {
        let deliveries = (1..=later).map(|number| line(number * minutes, DELIVERED));
        let lines: Vec<Line> = std::iter::once(line(0, old)).chain(deliveries).collect();
        observe(&lines).troubles[0].standing
    };
    assert_eq!(standing(25, 10), Standing::NowAndThen);
    assert_eq!(standing(26, 10), Standing::Past);
    // Within minutes of one hour they show the same.
    assert_eq!(standing(200, 1), Standing::NowAndThen);
    // Two of ten are more than ten minutes of sixty: (4/5)^21 = 0.0092 would be past.
    let mut lines: Vec<Line> = (0..10).map(|at| line(at, DELIVERED)).collect();
    (lines[0], lines[9]) = (line(0, old), line(9, old));
    lines.extend((1..=24).map(|number| line(number * 10, DELIVERED)));
    assert_eq!(observe(&lines).troubles[0].standing, Standing::NowAndThen);
}

#[test]
fn an_error_of_a_queue_is_judged_among_the_sessions_and_counted_in_none_of_their_counts() {
    let error = "EX01 AA 203.0.113.5 contoso.com reported fabrikam.com";
    for (lines, standing) in [
        (vec![line(0, error)], Standing::Present),
        (vec![line(0, DELIVERED), line(1, error)], Standing::Present),
        (vec![line(0, error), line(1, DELIVERED)], Standing::Past),
        (
            vec![line(0, error), line(1, "EX02 AA 203.0.113.5 contoso.com ok fabrikam.com")],
            Standing::Present,
        ),
    ] {
        let observation = observe(&lines);
        let [trouble] = observation.troubles.as_slice() else { panic!("{observation:?}") };
        assert!(trouble.is_reported);
        assert_eq!(trouble.standing, standing, "{lines:?}");
        assert_eq!(
            observation.newest,
            lines.iter().rfind(|one| one.words[4] == "ok").map(|one| minute(one.at))
        );
        let sessions: u64 = observation.usages.iter().map(|one| one.sessions).sum();
        assert_eq!(sessions, lines.len() as u64 - 1);
        assert_eq!(observation.timelines.len(), lines.len() - 1);
    }
    // Sessions of the same end are another trouble.
    let both = observe(&[line(0, DENIED), line(1, error), line(2, DENIED)]);
    let counts = both.troubles.iter().map(|one| (one.is_reported, one.refused, one.total));
    let mut counts: Vec<_> = counts.collect();
    counts.sort_unstable();
    assert_eq!(counts, [(false, 2, 2), (true, 1, 3)]);
}

#[test]
fn a_spell_over_several_domains_is_over_for_all_when_one_is_delivered_again() {
    let rare = "EX01 AA 203.0.113.5 contoso.com denied wingtip.com";
    let trouble = only(&[DENIED, rare, DELIVERED]);
    assert_eq!(trouble.standing, Standing::Past);
    assert_eq!(trouble.domains.len(), 2);
}

#[test]
fn an_identity_that_left_takes_its_trouble_along() {
    let renewed = "EX01 BB 203.0.113.5 contoso.com ok adatum.com";
    assert_eq!(only(&[DENIED, renewed]).standing, Standing::Past);
    // A, B, A, B: both are in use.
    assert_eq!(only(&[DENIED, renewed, DENIED, renewed]).standing, Standing::Present);
    // What took its place must have delivered.
    let open = "EX01 BB 203.0.113.5 contoso.com unknown adatum.com";
    let lines = [line(0, DENIED), line(1, open)];
    let observation = observe(&lines);
    let denied = observation.troubles.iter().find(|one| one.weight == Weight::Refusal).unwrap();
    assert_eq!(denied.standing, Standing::Present);
    // What delivered last has not left because another one fails since.
    let usages = observe(&[line(0, DELIVERED), line(1, open), line(2, open)]).usages;
    assert!(usages.iter().all(|one| one.is_in_use), "{usages:#?}");
}

#[test]
fn a_line_that_carries_one_of_ten_has_left_after_forty_four_sessions_of_the_other() {
    let other = "EX01 AA 198.51.100.7 contoso.com ok adatum.com";
    for (later, is_in_use) in [(43, true), (44, false)] {
        // One of ten while it was there: first and last of its span included.
        let mut texts = vec![DENIED];
        texts.extend([other; 18]);
        texts.push(DENIED);
        texts.extend(vec![other; later]);
        let lines: Vec<Line> = (0..).zip(&texts).map(|(at, text)| line(at, text)).collect();
        let usages = observe(&lines).usages;
        let own = usages.iter().find(|one| one.identity.address.as_deref() == Some("203.0.113.5"));
        let own = own.unwrap();
        assert_eq!((own.is_in_use, own.sessions), (is_in_use, 2), "{later}");
    }
}

#[test]
fn what_differs_between_refused_and_delivered_is_reported() {
    let second = "EX01 AA 198.51.100.77 contoso.com denied fabrikam.com";
    let trouble = only(&[DELIVERED, second, DELIVERED, second, DELIVERED]);
    assert_eq!(trouble.standing, Standing::Present);
    assert_eq!((trouble.refused, trouble.total), (2, 2));
    assert_eq!((trouble.refused_of_place, trouble.total_of_place), (2, 5));
    let facts: Vec<&str> = trouble.differences.iter().map(|one| one.fact).collect();
    assert_eq!(facts, ["public address"]);
    assert_eq!(trouble.differences[0].refused, ["198.51.100.77"]);
    assert_eq!(trouble.differences[0].delivered, ["203.0.113.5"]);
    let null = "EX01 AA 203.0.113.5 <> attr36 fabrikam.com";
    let trouble = only(&[DELIVERED, null, DELIVERED, null]);
    let facts: Vec<&str> = trouble.differences.iter().map(|one| one.fact).collect();
    assert_eq!(facts, ["kind of sender"]);
}

#[test]
fn trouble_of_the_network_counts_only_when_it_repeats() {
    let down = "EX01 - - - down -";
    let reset = "EX01 AA 203.0.113.5 - reset -";
    for (texts, standing) in [
        (vec![DELIVERED, down], Standing::Everyday),
        (vec![DELIVERED, reset], Standing::Everyday),
        (vec![DELIVERED, reset, reset, reset], Standing::Present),
        (vec![down, down], Standing::Present),
        (vec![down], Standing::Everyday),
        (vec![DELIVERED, down, down, down], Standing::Present),
        (vec![down, down, down, DELIVERED], Standing::Everyday),
    ] {
        assert_eq!(only(&texts).standing, standing, "{texts:?}");
    }
    // An SSPI status is no trouble of the network: one at the end is enough.
    assert_eq!(only(&[DELIVERED, "EX01 AA 203.0.113.5 - tls -"]).standing, Standing::Present);
    assert_eq!(only(&["EX01 AA 203.0.113.5 - tls -", DELIVERED]).standing, Standing::Past);
}

#[test]
fn deliveries_to_thirty_domains_or_beyond_microsoft_365_show_attribution() {
    let usage_of = |lines: &[Line]| {
        let usages = observe(lines).usages;
        usages
            .into_iter()
            .find(|one| one.identity.shown == Shown::Certificate("AA".into()))
            .unwrap()
    };
    let to = |number: i64| {
        line(number, &format!("EX01 AA 203.0.113.5 contoso.com ok domain{number}.com"))
    };
    let thirty: Vec<Line> = (0..30).map(to).collect();
    assert!(usage_of(&thirty).shows_attribution());
    assert!(!usage_of(&thirty[..29]).shows_attribution());
    let own: Vec<Line> = thirty[..29]
        .iter()
        .cloned()
        .chain([line(60, "EX01 AA - contoso.com ok contoso.com")])
        .collect();
    assert!(!usage_of(&own).shows_attribution());
    let unknown = line(60, "EX01 AA 203.0.113.5 contoso.com unknown fabrikam.com");
    let with_unknown: Vec<Line> = thirty.iter().cloned().chain([unknown]).collect();
    assert!(usage_of(&with_unknown).shows_attribution());
    let denied: Vec<Line> = thirty.iter().cloned().chain([line(60, DENIED)]).collect();
    assert!(!usage_of(&denied).shows_attribution());
    let other = line(61, "EX02 CC 198.51.100.9 contoso.com denied domain3.com");
    let outside: Vec<Line> = thirty[..5].iter().cloned().chain([other]).collect();
    assert!(usage_of(&outside).shows_attribution());
}

#[test]
fn deliveries_are_put_together_before_there_are_too_many_records() {
    let mut lines: Vec<Line> = (0..4000)
        .map(|at| line(at, &format!("EX01 AA 203.0.113.5 contoso.com ok domain{at}.com")))
        .collect();
    lines.push(line(4000, DENIED));
    lines.extend((4001..4050).map(|at| line(at, DELIVERED)));
    lines.extend((4050..8000).map(|at| line(at, "EX01 AA 203.0.113.5 contoso.com ok adatum.com")));
    let seen = observe_ledger(&ledger_of(&lines, 3000));
    assert!(seen.is_capped);
    assert_eq!(seen.troubles[0].standing, Standing::Past);
    assert_eq!((seen.troubles[0].refused, seen.troubles[0].total), (1, 50));
    assert_eq!(seen.usages[0].sessions, 8000);
}

#[test]
fn a_timeline_counts_each_session_once_in_its_part_of_the_time() {
    let mut lines = vec![
        line(0, "EX01 A 192.0.2.1 contoso.com ok adatum.com"),
        line(1, "EX01 A 192.0.2.1 contoso.com denied adatum.com"),
        line(1, "EX01 A 192.0.2.1 contoso.com unknown adatum.com"),
        line(3, "EX01 A 192.0.2.1 contoso.com tls -"),
        line(3, "EX02 B 192.0.2.2 contoso.com ok adatum.com"),
    ];
    let of = |lines: &[Line]| {
        let observation = observe(lines);
        observation.timelines.into_iter().map(|one| one.buckets).collect::<Vec<_>>()
    };
    let counts = |bucket: &TimelineBucket| {
        (bucket.start, bucket.delivered, bucket.refused, bucket.tls_failed, bucket.other)
    };
    let timelines = of(&lines);
    let first: Vec<_> = timelines[0].iter().map(counts).collect();
    assert_eq!(first, [(minute(0), 1, 0, 0, 0), (minute(1), 0, 1, 0, 1), (minute(3), 0, 0, 1, 0)]);
    assert_eq!(timelines[1].iter().map(counts).collect::<Vec<_>>(), [(minute(3), 1, 0, 0, 0)]);
    // A quarter of a year later the parts are wider, and never more than 96.
    lines.extend((0..2000).map(|n| line(n * 65, "EX01 A 192.0.2.1 contoso.com ok adatum.com")));
    let timelines = of(&lines);
    assert!(timelines[0].len() <= 96, "{}", timelines[0].len());
    assert_eq!(timelines[0].iter().map(|one| one.delivered).sum::<u64>(), 2001);
    assert!(timelines[0].windows(2).all(|pair| pair[0].end <= pair[1].start));
}

fn any_line() -> impl Strategy<Value = Line> {
    let any = |of: &'static [&'static str]| proptest::sample::select(of).prop_map(str::to_owned);
    let words = (
        any(&["EX01", "EX02"]),
        any(&["AA", "BB", "none", "-"]),
        any(&["203.0.113.5", "198.51.100.7", "-"]),
        any(&["contoso.com", "tailspintoys.com", "<>", "-"]),
        any(&["ok", "ok", "ok", "denied", "attr36", "unknown", "busy", "tls", "reset", "down"]),
        any(&["fabrikam.com", "adatum.com", "fabrikam.com,adatum.com", "-"]),
    );
    (0_i64..200, words).prop_map(|(at, (one, two, three, four, five, six))| Line {
        at,
        words: [one, two, three, four, five, six],
    })
}

fn shown_of(observation: &Observation) -> Vec<String> {
    let mut texts: Vec<String> =
        observation.troubles.iter().map(|trouble| format!("{trouble:?}")).collect();
    texts.sort();
    texts
}

proptest! {
    #[test]
    fn the_order_of_reading_does_not_matter(lines in proptest::collection::vec(any_line(), 0..60)) {
        let mut other = lines.clone();
        other.reverse();
        prop_assert_eq!(shown_of(&observe(&lines)), shown_of(&observe(&other)));
    }

    #[test]
    fn sessions_of_another_place_change_nothing(
        lines in proptest::collection::vec(any_line(), 1..40),
        others in 1_usize..40,
    ) {
        let before = observe(&lines);
        let mut more = lines.clone();
        more.extend((0..others).map(|at| {
            line(i64::try_from(at).unwrap() * 5, "EX09 DD 192.0.2.9 contoso.com ok litware.com")
        }));
        let after = observe(&more);
        // What differs may name what another server delivers; all else stays.
        let plain = |observation: &Observation| -> Vec<String> {
            let bare = observation.troubles.iter().cloned();
            let bare = bare.map(|trouble| Trouble { differences: Vec::new(), ..trouble });
            let mut texts: Vec<String> = bare.map(|trouble| format!("{trouble:?}")).collect();
            texts.sort();
            texts
        };
        prop_assert_eq!(plain(&before), plain(&after));
    }

    #[test]
    fn a_refusal_with_no_later_delivery_of_its_place_is_never_past(
        lines in proptest::collection::vec(any_line(), 0..40),
    ) {
        let mut all = lines;
        all.push(line(500, DENIED));
        let observation = observe(&all);
        let last = observation.troubles.iter().find(|trouble| trouble.last == minute(500)).unwrap();
        prop_assert!(matches!(last.standing, Standing::Present | Standing::NowAndThen));
        prop_assert!(last.refused <= last.total);
    }
}
