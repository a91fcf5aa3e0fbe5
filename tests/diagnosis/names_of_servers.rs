//! Whose sessions are whose: names, labels of folders, EHLO names and addresses.

use eop_relay::diagnosis::{Evidence, Report, diagnose};
use eop_relay::evidence::ExchangeObjects;
use eop_relay::session::Session;
use eop_relay::timestamp::Timestamp;
use serde_json::json;

const MAIL: &str = "mail.contoso.com 10.0.0.5:30001";
const OTHER: &str = "mail.contoso.com 10.0.0.6:30001";

/// A session of a log: `EHLO-name address`, and whether it was refused.
fn session(path: &str, from: &str, minute: u32, is_refused: bool) -> Session {
    let (ehlo, local) = from.split_once(' ').unwrap();
    let time = format!("2026-11-19T08:{minute:02}:00Z");
    let reply = if is_refused { "550 5.7.64 TenantAttribution" } else { "250 2.1.5 Recipient OK" };
    let outcome = if is_refused { "Refused" } else { "Delivered" };
    let rejection = if is_refused { json!("RelayDenied") } else { json!(null) };
    serde_json::from_value(json!({
        "LogType": "Send", "LogPath": path, "Line": 7, "StartTime": time, "EndTime": time,
        "Connector": "Outbound", "SessionId": "08DE24A1D0B7C3E2", "IsEop": true,
        "EhloName": ehlo, "LocalEndpoint": local, "PublicIPAddress": "203.0.113.40",
        "StartTlsOffered": true, "TlsStatus": "Succeeded",
        "SentCertificate": {
            "Thumbprint": "5D0B1E77C2A94F6688D3107BA4E95C21F06D83AB", "Subject": "CN=mail.contoso.com"
        },
        "Messages": [{
            "MailFrom": "<anna@contoso.com>", "Outcome": outcome, "Reply": "250 2.1.0 Sender OK",
            "Recipients": [{
                "Address": "bob@fabrikam.com", "Reply": reply, "Rejection": rejection
            }],
        }],
        "Reply": reply, "Rejection": rejection, "Outcome": outcome, "Complete": true,
        "RowCount": 9,
    }))
    .unwrap()
}

/// Each server of the scopes with what was refused, and whether the report is a refusal.
fn judged(evidence: &Evidence) -> (Vec<String>, bool) {
    let report: Report = diagnose(evidence);
    let text = |server: &Option<String>| server.clone().unwrap_or_else(|| "-".to_owned());
    let mut scopes: Vec<String> = report
        .scopes
        .iter()
        .map(|scope| format!("{} {}/{}", text(&scope.server), scope.refused, scope.total))
        .collect();
    scopes.sort();
    (scopes, report.exit_code == 20)
}

fn evidence_of(sessions: &[Session]) -> Evidence {
    let mut evidence = Evidence::new(Timestamp::parse("2026-11-20").unwrap());
    for session in sessions {
        evidence.add_session(session);
    }
    evidence
}

/// The first one of each pair was refused, and then the second one delivered.
#[test]
fn a_delivery_of_another_folder_or_address_makes_no_refusal_past() {
    for (name, refused, delivered, scopes, is_refused) in [
        (
            "two servers by the folders above those of Exchange",
            ("case/EX01/Hub/ProtocolLog/SmtpSend/S.LOG", MAIL),
            ("case/EX02/Hub/ProtocolLog/SmtpSend/S.LOG", MAIL),
            vec!["EX01 1/1", "EX02 0/1"],
            true,
        ),
        (
            "front end and hub of one server",
            ("case/EX01/FrontEnd/ProtocolLog/SmtpSend/S.LOG", MAIL),
            ("case/EX01/Hub/ProtocolLog/SmtpSend/S.LOG", MAIL),
            vec!["EX01 1/2"],
            false,
        ),
        (
            "folders that say nothing are kept apart",
            ("copies/one/S.LOG", MAIL),
            ("copies/two/S.LOG", MAIL),
            vec!["one 1/1", "two 0/1"],
            true,
        ),
        ("one folder", ("S1.LOG", MAIL), ("S2.LOG", MAIL), vec!["- 1/2"], false),
        (
            "an address that follows another is a move of one server",
            ("S1.LOG", MAIL),
            ("S1.LOG", OTHER),
            vec!["- 1/2"],
            false,
        ),
        (
            "an EHLO name that follows another is a change of one server",
            ("S1.LOG", "mail.contoso.com 10.0.0.5:1"),
            ("S1.LOG", "relay.contoso.com 10.0.0.5:1"),
            vec!["- 1/2"],
            false,
        ),
        (
            "two servers of one folder have neither in common",
            ("logs/S1.LOG", "ex01.contoso.com 10.0.0.5:1"),
            ("logs/S2.LOG", "ex02.contoso.com 10.0.0.6:1"),
            vec!["ex01.contoso.com 1/1", "ex02.contoso.com 0/1"],
            true,
        ),
        (
            "a server that connects to itself is no other one",
            ("logs/S1.LOG", "ex01.contoso.com 127.0.0.1:1"),
            ("logs/S2.LOG", "mail.contoso.com 10.0.0.6:1"),
            vec!["- 1/2"],
            false,
        ),
        (
            "folders of Exchange and of users are no names of servers",
            ("V15/Hub/ProtocolLog/SmtpSend/S.LOG", "ex01.contoso.com 10.0.0.5:1"),
            ("Users/anna/Hub/ProtocolLog/SmtpSend/S.LOG", "ex02.contoso.com 10.0.0.6:1"),
            vec!["ex01.contoso.com 1/1", "ex02.contoso.com 0/1"],
            true,
        ),
        (
            "and where nothing else tells them apart, their whole paths do",
            ("V15/Hub/ProtocolLog/SmtpSend/S.LOG", MAIL),
            ("C:/Users/anna/Hub/ProtocolLog/SmtpSend/S.LOG", MAIL),
            vec!["C:/Users/anna 0/1", "V15 1/1"],
            true,
        ),
    ] {
        let sessions =
            [session(refused.0, refused.1, 1, true), session(delivered.0, delivered.1, 2, false)];
        let found = judged(&evidence_of(&sessions));
        assert_eq!(found, (scopes.into_iter().map(str::to_owned).collect(), is_refused), "{name}");
    }
}

#[test]
fn addresses_and_ehlo_names_in_turn_are_two_servers_of_one_folder() {
    let in_turn = |one: &str, other: &str| {
        [(1, one, true), (2, other, false), (3, one, true), (4, other, false)]
            .map(|(minute, from, is_refused)| session("logs/S.LOG", from, minute, is_refused))
    };
    for (one, other, scopes) in [
        (MAIL, OTHER, ["10.0.0.5 2/2", "10.0.0.6 0/2"]),
        (
            "ex01.contoso.com 10.0.0.5:1",
            "ex02.contoso.com 10.0.0.6:1",
            ["ex01.contoso.com 2/2", "ex02.contoso.com 0/2"],
        ),
        (
            "ex01.contoso.com x:1",
            "ex02.contoso.com x:1",
            ["ex01.contoso.com 2/2", "ex02.contoso.com 0/2"],
        ),
    ] {
        let sessions = in_turn(one, other);
        let found = judged(&evidence_of(&sessions));
        assert_eq!(found, (scopes.map(str::to_owned).to_vec(), true), "{one}");
    }
    // One address of each family belongs to one server.
    let sessions = in_turn(MAIL, "mail.contoso.com [2001:db8::5]:1");
    assert_eq!(judged(&evidence_of(&sessions)).0, ["- 2/4"]);
}

#[test]
fn a_label_is_a_name_where_other_evidence_knows_it_and_no_command_takes_one_that_is_none() {
    let path = "case/EX01/Hub/ProtocolLog/SmtpSend/S.LOG";
    let servers = |known: &str, from: &str| {
        let sessions = [1, 2].map(|minute| {
            let session = session(path, from, minute, true);
            let mut parts = eop_relay::session::OwnedSession::from(&session);
            parts.tls_status = eop_relay::session::TlsStatus::Failed;
            parts.tls_error = Some("UnknownCredentials".to_owned());
            parts.outcome = eop_relay::session::Outcome::TlsFailed;
            parts.messages.clear();
            Session::from(parts)
        });
        let mut evidence = evidence_of(&sessions);
        if !known.is_empty() {
            let connector = json!([{ "Name": "Outbound", "SourceTransportServers": [known],
                "AddressSpaces": ["SMTP:*;1"], "SmartHosts": ["contoso-com.mail.protection.outlook.com"] }]);
            let objects =
                ExchangeObjects::from_bytes("send.json", connector.to_string().as_bytes());
            evidence.add_send_connectors(&objects.unwrap());
        }
        let report = diagnose(&evidence);
        let commands = report.findings.iter().flat_map(|finding| &finding.remedy);
        let commands: Vec<String> = commands.filter_map(|step| step.command.clone()).collect();
        (report.scopes[0].server.clone().unwrap(), commands.join("\n"), report.summary)
    };
    let (label, commands, summary) = servers("", MAIL);
    assert_eq!(label, "EX01");
    assert!(!commands.contains("EX01") && summary.contains("server EX01"), "{commands}\n{summary}");
    let (name, commands, _) = servers("ex01.contoso.com", MAIL);
    assert_eq!(name, "ex01.contoso.com");
    assert!(commands.contains("-Server 'ex01.contoso.com'"), "{commands}");
    let (name, commands, _) = servers("", "ex01.contoso.com 10.0.0.5:1");
    assert_eq!(name, "EX01");
    assert!(commands.contains("-Server 'EX01'"), "{commands}");
}

#[test]
fn the_server_that_was_given_names_what_has_no_name_and_no_other_folder() {
    let of = |server: &str, paths: &[&str]| {
        let sessions: Vec<Session> =
            (1..).zip(paths).map(|(minute, path)| session(path, MAIL, minute, false)).collect();
        let mut evidence = evidence_of(&sessions);
        evidence.server = Some(server.into());
        judged(&evidence).0
    };
    assert_eq!(of("EX07", &["S.LOG"]), ["EX07 0/1"]);
    assert_eq!(of("EX07", &["hub/S.LOG", "elsewhere/S.LOG"]), ["EX07 0/2"]);
    let two = ["EX01/Hub/ProtocolLog/S.LOG", "EX02/Hub/ProtocolLog/S.LOG"];
    assert_eq!(of("EX01", &two), ["EX01 0/1", "EX02 0/1"]);
}
