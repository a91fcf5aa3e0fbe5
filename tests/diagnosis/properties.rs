//! What holds of any evidence, made at random: places, identities, times, ends.

use eop_relay::diagnosis::{Evidence, Report, Scope, Verdict, diagnose};
use eop_relay::evidence::ExchangeObjects;
use eop_relay::session::Session;
use eop_relay::timestamp::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

/// One session: minute, server (without a name: its EHLO name and address), connector, certificate,
/// address, sender, domain, reply.
#[derive(Clone, Debug)]
struct Line {
    minute: i64,
    words: [&'static str; 6],
    reply: &'static str,
}

const DENIED: &str = "550 5.7.64 TenantAttribution; Relay Access Denied";
const OK: &str = "250 2.1.5 Recipient OK";
const UNKNOWN: &str = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found";
const BUSY: &str = "451 4.7.500 Server busy. Please try again later";

fn session(line: &Line) -> Session {
    let [server, connector, certificate, address, sender, domain] = line.words;
    let (hour, minute) = (line.minute / 60, line.minute % 60);
    let time = format!("2026-11-19T{hour:02}:{minute:02}:00Z");
    let (rejection, outcome) = match line.reply {
        DENIED => (json!("RelayDenied"), "Refused"),
        UNKNOWN => (json!("RecipientRejected"), "Refused"),
        BUSY => (json!("Unclassified"), "Refused"),
        _ => (Value::Null, "Delivered"),
    };
    // One folder holds the logs of those that do not name themselves.
    let (name, ehlo, local) = match server.split_once(' ') {
        Some((ehlo, local)) => (Value::Null, ehlo, local),
        None => (json!(server), "mail.contoso.com", "10.0.0.5:30001"),
    };
    let path = if name.is_null() { "all/S.LOG".to_owned() } else { format!("{server}/S.LOG") };
    let sent = match certificate {
        "none" => Value::Null,
        name => json!({ "Thumbprint": format!("{name:0<40}"), "Subject": "CN=mail.contoso.com" }),
    };
    serde_json::from_value(json!({
        "LogType": "Send", "Server": name, "LogPath": path,
        "Line": line.minute * 20 + 6, "StartTime": time, "EndTime": time,
        "Connector": connector, "SessionId": format!("08DE24A1D0{:06X}", line.minute),
        "IsEop": true, "EhloName": ehlo, "LocalEndpoint": local,
        "PublicIPAddress": address, "StartTlsOffered": true, "TlsStatus": "Succeeded",
        "SentCertificate": sent,
        "Messages": [{
            "MailFrom": sender, "Outcome": outcome, "Reply": "250 2.1.0 Sender OK",
            "Recipients": [{
                "Address": format!("bob@{domain}"), "Reply": line.reply, "Rejection": rejection
            }],
        }],
        "Reply": line.reply, "Rejection": rejection, "Outcome": outcome, "Complete": true,
        "RowCount": 9,
    }))
    .unwrap()
}

/// Of sessions, with what is known of so many tenants.
fn report<'l>(tenants: usize, lines: impl IntoIterator<Item = &'l Line>) -> Report {
    let mut evidence = Evidence::new(Timestamp::parse("2026-11-20").unwrap());
    for domain in ["contoso.com", "litware.com"].into_iter().take(tenants) {
        if tenants > 1 {
            evidence.begin_tenant(domain);
        }
        let connector = json!([{
            "Name": format!("From {domain}"), "ConnectorType": "OnPremises", "Enabled": true,
            "TlsSenderCertificateName": format!("mail.{domain}"), "SenderIPAddresses": [],
        }]);
        let read = ExchangeObjects::from_bytes("inbound.json", connector.to_string().as_bytes());
        evidence.add_inbound_connectors(&read.unwrap());
        evidence.add_accepted_domain(domain, "accepted.json");
    }
    for line in lines {
        evidence.add_session(&session(line));
    }
    diagnose(&evidence)
}

fn any_line() -> impl Strategy<Value = Line> {
    let any = proptest::sample::select::<&'static str>;
    let words = (
        any(&[
            "EX01",
            "EX02",
            "ex03.contoso.com 10.0.0.7:1",
            "ex04.contoso.com 10.0.0.8:1",
            "mail.contoso.com 10.0.0.8:1",
        ][..]),
        any(&["Outbound", "Second"][..]),
        any(&["AA", "BB", "none"][..]),
        any(&["203.0.113.5", "198.51.100.7", "2001:db8::7"][..]),
        any(&["<anna@contoso.com>", "<anna@contoso.com>", "<>", "<x@gmail.example>"][..]),
        any(&["fabrikam.com", "adatum.com"][..]),
    );
    let reply = any(&[OK, OK, OK, DENIED, UNKNOWN, BUSY][..]);
    (0_i64..600, words, reply).prop_map(|(minute, (a, b, c, d, e, f), reply)| Line {
        minute,
        words: [a, b, c, d, e, f],
        reply,
    })
}

/// A report in what must not depend on the order of reading.
fn essence(report: &Report) -> String {
    let mut findings: Vec<String> = report
        .findings
        .iter()
        .map(|one| format!("{:?} {:?} {} {}", one.id, one.status, one.sessions, one.message))
        .collect();
    findings.sort();
    let mut scopes: Vec<String> = report.scopes.iter().map(|one| format!("{one:?}")).collect();
    scopes.sort();
    let verdict = (report.verdict, report.cause, report.exit_code, &report.summary);
    format!("{verdict:?}\n{}\n{}", scopes.join("\n"), findings.join("\n"))
}

fn of_server<'r>(report: &'r Report, server: &str) -> Vec<(&'r Scope, String)> {
    let own = report.scopes.iter().filter(|one| one.server.as_deref() == Some(server));
    // The parts of the time depend on the time of all logs.
    own.map(|one| (one, format!("{:?}", Scope { timeline: Vec::new(), ..one.clone() }))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_reading_changes_nothing_that_is_said(
        lines in proptest::collection::vec(any_line(), 1..24),
        tenants in 0_usize..3,
    ) {
        let expected = essence(&report(tenants, &lines));
        prop_assert_eq!(essence(&report(tenants, lines.iter().rev())), expected.clone());
        let middle = lines.len() / 2;
        let turned = lines[middle..].iter().chain(&lines[..middle]);
        prop_assert_eq!(essence(&report(tenants, turned)), expected);
    }

    #[test]
    fn healthy_sessions_of_another_server_change_nothing_that_is_said_of_this_one(
        lines in proptest::collection::vec(any_line(), 1..20),
        others in 1_i64..20,
        tenants in 0_usize..3,
    ) {
        let before = report(tenants, &lines);
        let healthy = (0..others).map(|number| Line {
            minute: number * 31,
            words: ["EX09", "Outbound", "DD", "192.0.2.9", "<anna@contoso.com>", "litware.com"],
            reply: OK,
        });
        let all: Vec<Line> = lines.iter().cloned().chain(healthy).collect();
        let after = report(tenants, &all);
        for server in ["EX01", "EX02", "ex03.contoso.com", "ex04.contoso.com"] {
            let texts = |report: &Report| -> Vec<String> {
                of_server(report, server).into_iter().map(|(_, text)| text).collect()
            };
            prop_assert_eq!(texts(&before), texts(&after));
        }
        // What was only foretold may be overtaken by what is seen.
        if before.scopes.iter().any(|scope| scope.is_refused) {
            prop_assert_eq!((after.verdict, after.cause), (before.verdict, before.cause));
        }
    }

    #[test]
    fn a_refusal_after_which_nothing_of_its_identity_was_delivered_is_never_past(
        lines in proptest::collection::vec(any_line(), 0..20),
        tenants in 0_usize..3,
    ) {
        let last = Line {
            minute: 700,
            words: ["EX01", "Outbound", "AA", "203.0.113.5", "<anna@contoso.com>", "fabrikam.com"],
            reply: DENIED,
        };
        let all: Vec<Line> = lines.into_iter().chain([last]).collect();
        let report = report(tenants, &all);
        prop_assert_eq!(report.verdict, Verdict::Refused, "{}", report.summary);
        prop_assert_eq!(report.exit_code, 20);
        let found = of_server(&report, "EX01").into_iter().any(|(scope, _)| {
            scope.is_refused && scope.last == Timestamp::parse("2026-11-19T11:40:00Z")
        });
        prop_assert!(found, "{:?}", report.scopes);
    }
}
