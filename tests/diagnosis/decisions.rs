//! What decides, and what is left out: of several servers, tenants and kinds of mail, of sessions that do
//! not say where they go, of what a folder holds beside its logs.

use std::fs;

use eop_relay::certificate::Certificate;
use eop_relay::connector::{CertificateNames, ExchangeCertificate};
use eop_relay::diagnosis::{Diagnosis, Evidence, Report, Severity, Status, Verdict, diagnose};
use eop_relay::evidence::ExchangeObjects;
use eop_relay::evidence::delivery_error::DeliveryError;
use eop_relay::session::Session;
use eop_relay::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::support::cases::Case;
use crate::support::forge::{Forge, SUBJECT_ALT_NAME, dns_names};

const REFUSED: &str =
    "to=bob@fabrikam.com ;; reply=550 5.7.64 TenantAttribution; Relay Access Denied";
const TENANT: &str = "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com";

fn report(sessions: &str, setup: &str) -> Report {
    diagnose(&Case::of(sessions, setup).evidence())
}

/// A session of the send connector Outbound at that minute, refused unless changed.
fn session(minute: u32, changes: &Value) -> Session {
    let time = format!("2026-11-15T08:{minute:02}:00Z");
    let reply = "550 5.7.64 TenantAttribution; Relay Access Denied";
    let mut session = json!({
        "LogType": "Send", "LogPath": "S.LOG", "Line": 7, "StartTime": time, "EndTime": time,
        "Connector": "Outbound", "SessionId": "08DE24A1D0B7C3E2", "IsEop": true,
        "PublicIPAddress": "203.0.113.40", "TlsStatus": "Succeeded",
        "SentCertificate": { "Thumbprint": "4F".repeat(20), "Subject": "CN=mail.contoso.com" },
        "Messages": [{
            "MailFrom": "<anna@contoso.com>", "Outcome": "Refused", "Reply": "250 2.1.0 Sender OK",
            "Recipients": [{
                "Address": "bob@fabrikam.com", "Reply": reply, "Rejection": "RelayDenied"
            }],
        }],
        "Reply": reply, "Rejection": "RelayDenied", "Outcome": "Refused", "Complete": true,
        "RowCount": 9,
    });
    for (name, value) in changes.as_object().unwrap() {
        session[name] = value.clone();
    }
    serde_json::from_value(session).unwrap()
}

fn evidence_of(sessions: &[Session]) -> Evidence {
    let mut evidence = Evidence::new(Timestamp::parse("2026-11-16").unwrap());
    for session in sessions {
        evidence.add_session(session);
    }
    evidence
}

/// Another connection: it failed, or had no mail.
fn without_mail(outcome: &str, changes: &Value) -> Value {
    let mut all = json!({ "Messages": [], "Reply": null, "Rejection": null, "Outcome": outcome });
    for (name, value) in changes.as_object().unwrap() {
        all[name] = value.clone();
    }
    all
}

#[test]
fn there_are_rules_and_each_is_described() {
    assert!(Diagnosis::rules().count() > 100);
    let described: Vec<_> = Diagnosis::descriptions().map(|rule| rule.id).collect();
    assert_eq!(Diagnosis::rules().collect::<Vec<_>>(), described);
}

/// What one server delivers does not speak for another of which the evidence leaves it open.
#[test]
fn what_is_uncertain_decides_before_what_is_accepted() {
    let thirty: Vec<String> = (0..30).map(|number| format!("bob@domain{number}.com")).collect();
    let relays = format!("server=EX01 ;; cert=mail.adatum.com ;; to={}", thirty.join(","));
    let open = "server=EX02 ;; cert=mail.contoso.com ;; to=bob@fabrikam.com";
    let setup = "inbound=In/OnPremises/on/mail.contoso.com ; accepted=contoso.com+";
    let alone = report(&relays, setup);
    assert_eq!((alone.verdict, alone.cause.name()), (Verdict::Accepted, "NameMismatch"));
    let both = report(&format!("{relays} || {open}"), setup);
    assert_eq!((both.verdict, both.cause.name()), (Verdict::Uncertain, "OpenQuestion"));
    assert_eq!(both.exit_code, 30);
}

#[test]
fn scopes_say_whether_they_are_refused_today_and_those_that_are_come_first() {
    let sessions = format!(
        "server=EX01 ;; {REFUSED} || server=EX01 ;; to=bob@fabrikam.com || \
         server=EX02 ;; to=bob@fabrikam.com || server=EX03 ;; {REFUSED}"
    );
    let report = report(&sessions, TENANT);
    let scopes: Vec<(Option<&str>, u64, bool)> = report
        .scopes
        .iter()
        .map(|scope| (scope.server.as_deref(), scope.refused, scope.is_refused))
        .collect();
    assert_eq!(
        scopes,
        [(Some("EX03"), 1, true), (Some("EX01"), 1, false), (Some("EX02"), 0, false)]
    );
}

/// Of two senders of one server the one that is refused today stands for it.
#[test]
fn the_scope_of_an_identity_shows_what_is_refused_today_before_what_has_passed() {
    let null = "from=<> ;; to=bob@fabrikam.com ;; reply=550 5.7.64 Relay Access Denied";
    let sessions = format!("{REFUSED} ;; n=3 || to=bob@fabrikam.com ;; n=40 || {null}");
    let report = report(&sessions, TENANT);
    let [scope] = report.scopes.as_slice() else { panic!("{:#?}", report.scopes) };
    assert_eq!((scope.refused, scope.is_refused), (1, true));
}

#[test]
fn what_has_passed_stands_behind_what_holds_today() {
    let sessions = format!("{REFUSED} || to=bob@fabrikam.com");
    let report =
        report(&sessions, "inbound=In/OnPremises/on/*.contoso.com ; accepted=local:contoso.com");
    let is_past: Vec<bool> =
        report.findings.iter().map(|finding| finding.status == Status::Past).collect();
    assert!(is_past.len() > 2 && is_past.contains(&true), "{:#?}", report.findings);
    assert!(is_past.is_sorted(), "{is_past:?}");
}

/// A session without mail is no other mail, and what is refused itself does not pass.
#[test]
fn other_mail_passes_only_where_it_was_delivered() {
    let denied = "from=<> ;; to=bob@fabrikam.com ;; reply=550 5.7.64 Relay Access Denied ATTR36";
    let setup = "inbound=In/OnPremises/on/mail.contoso.com ; accepted=contoso.com";
    let refused_too = "to=bob@fabrikam.com ;; reply=550 5.1.1 User unknown";
    for (other, headline) in [
        ("ip=203.0.113.5", "Automatic replies and NDRs are refused; the logs hold no other mail."),
        (refused_too, "Mail is refused."),
    ] {
        let report = report(&format!("{denied} || {other}"), setup);
        assert_eq!(report.headline, headline, "{other}");
    }
}

/// The summary names the place, which scopes name where there are any.
#[test]
fn the_conclusion_is_the_summary_where_no_scope_names_the_place() {
    let error = "queue=550 5.7.64 TenantAttribution; Relay Access Denied";
    let report = report("-", &format!("{TENANT} ; {error}"));
    assert!(report.scopes.is_empty() && report.summary.contains("error: queue"));
    assert_eq!(report.conclusion(), report.summary);
    let mut report = self::report(REFUSED, TENANT);
    assert_eq!(report.conclusion(), format!("{} {}", report.headline, report.reason));
    report.headline = String::new();
    assert_eq!(report.conclusion(), report.summary);
}

/// Errors without a session, between deliveries: none of them is a session.
#[test]
fn errors_of_a_queue_that_come_now_and_then_are_counted_as_no_sessions() {
    let mut evidence = Case::of("-", TENANT).evidence();
    for time in ["2026-11-16T00:30:00Z", "2026-11-16T03:30:00Z"] {
        evidence.add_delivery_error(DeliveryError {
            time: Timestamp::parse(time).map(Into::into),
            sender: Some("anna@contoso.com".to_owned()),
            recipients: vec!["bob@fabrikam.com".to_owned()],
            ..DeliveryError::of_text("queue.json", "550 5.7.64 Relay Access Denied")
        });
    }
    for session in Case::of("to=bob@fabrikam.com", TENANT).read_sessions() {
        evidence.add_session(&session);
    }
    let report = diagnose(&evidence);
    assert_eq!(report.verdict, Verdict::Refused);
    assert!(report.headline.starts_with("Mail is refused."), "{}", report.headline);
}

#[test]
fn the_server_of_sessions_that_name_none_is_that_of_their_certificate() {
    let failed = json!({ "TlsError": "UnknownCredentials", "TlsStatus": "Failed", "Server": null });
    let session = session(1, &without_mail("TlsFailed", &failed));
    let installed = |server: &str| {
        json!([{
            "PSTypeNames": [
                "Microsoft.Exchange.Management.SystemConfigurationTasks.ExchangeCertificate"
            ],
            "Thumbprint": "4F".repeat(20), "Subject": "CN=mail.contoso.com", "Issuer": "CN=CA",
            "NotBefore": "2026-01-01T00:00:00Z", "NotAfter": "2027-06-01T00:00:00Z",
            "Services": "IIS", "HasPrivateKey": true, "CertificateDomains": ["mail.contoso.com"],
            "Server": server,
        }])
    };
    let mut evidence = evidence_of(&[session]);
    let text = installed("EX07").to_string();
    evidence.add_installed(&ExchangeObjects::from_bytes("i.json", text.as_bytes()).unwrap());
    let report = diagnose(&evidence);
    assert_eq!(report.cause.name(), "CertificateNotEnabledForSmtp");
    assert!(report.summary.contains("Server: EX07"), "{}", report.summary);
    let commands = report.findings.iter().flat_map(|one| &one.remedy);
    let mut commands = commands.filter_map(|step| step.command.as_deref());
    assert!(commands.any(|command| command.contains("EX07")));
}

/// Which sessions are judged that do not say themselves that they go to Exchange Online.
#[test]
fn a_session_without_a_banner_is_judged_by_its_address_or_by_others_of_its_connector() {
    let failed = |changes: &Value| {
        let mut all = json!({
            "IsEop": null, "TlsError": "UntrustedRoot", "TlsStatus": "Failed",
            "RemoteEndpoint": "198.51.100.7:25",
        });
        for (name, value) in changes.as_object().unwrap() {
            all[name] = value.clone();
        }
        session(5, &without_mail("TlsFailed", &all))
    };
    let none = json!({});
    let known = || session(1, &without_mail("NoMail", &none));
    let of_eop = json!({ "RemoteEndpoint": "52.101.73.4:25" });
    for (name, sessions, is_judged) in [
        ("nothing shows it", vec![failed(&none)], false),
        ("an address of EOP", vec![failed(&of_eop)], true),
        ("another session of the connector", vec![known(), failed(&none)], true),
        ("whichever comes first", vec![failed(&none), known()], true),
        (
            "a session of another connector",
            vec![
                session(1, &without_mail("NoMail", &json!({ "Connector": "Second" }))),
                failed(&none),
                failed(&none),
            ],
            false,
        ),
    ] {
        let report = diagnose(&evidence_of(&sessions));
        let found = report.findings.iter().any(|one| one.id.name() == "RootG2Missing");
        assert_eq!(found, is_judged, "{name}: {}", report.summary);
    }
}

/// A mail that does not say where it went need not have gone to Exchange Online.
#[test]
fn mail_to_an_unknown_host_is_not_judged_by_other_sessions_of_its_connector() {
    let delivered = |minute, is_eop: Option<bool>| {
        let reply = "250 2.1.5 Recipient OK";
        let message = json!({
            "MailFrom": "<anna@contoso.com>", "Outcome": "Delivered", "Reply": reply,
            "Recipients": [{ "Address": "bob@fabrikam.com", "Reply": reply, "Rejection": null }],
        });
        let changes = json!({
            "Messages": [message], "Reply": reply, "Rejection": null, "Outcome": "Delivered",
            "IsEop": is_eop,
        });
        session(minute, &changes)
    };
    let report = diagnose(&evidence_of(&[delivered(1, Some(true)), delivered(2, None)]));
    let [scope] = report.scopes.as_slice() else { panic!("{:#?}", report.scopes) };
    assert_eq!((scope.refused, scope.total), (0, 1));
}

#[test]
fn a_refusal_in_words_that_only_exchange_online_speaks_is_judged_wherever_it_came_from() {
    let report = diagnose(&evidence_of(&[session(1, &json!({ "IsEop": null }))]));
    let [scope] = report.scopes.as_slice() else { panic!("{:#?}", report.scopes) };
    assert_eq!((scope.refused, scope.total, report.verdict), (1, 1, Verdict::Refused));
}

#[test]
fn connections_of_a_connector_that_goes_elsewhere_are_counted_and_not_judged() {
    let report = report("connect=10060 ;; n=3", "send=Outbound to Office 365//smtp.fabrikam.com");
    let finding = report.findings.iter().find(|one| one.id.name() == "SessionsNotJudged");
    let message = &finding.unwrap().message;
    assert!(message.contains("3 went elsewhere"), "{message}");
}

/// Senders that no tenant accepts belong to that of the certificate, whoever else sends.
#[test]
fn of_several_tenants_each_sender_is_judged_in_its_own() {
    let setup = "tenant=A ; inbound2=InA/OnPremises/on/mail.contoso.com ; accepted2=contoso.com ; \
                 tenant=B ; inbound2=InB/OnPremises/on/mail.fabrikam.com ; accepted2=fabrikam.com";
    let of = |sender: &str| {
        format!("from={sender} ;; to=bob@adatum.com ;; reply=550 5.7.64 Relay Access Denied ATTR36")
    };
    for order in [["bob@fabrikam.com", "eve@wingtip.com"], ["eve@wingtip.com", "bob@fabrikam.com"]]
    {
        let sessions = order.map(of).join(" || ");
        for evidence in [
            Case::of(&sessions, setup).evidence(),
            Case::of(&sessions, setup).evidence_of_sessions_first(),
        ] {
            let report = diagnose(&evidence);
            let refused = report.findings.iter().filter(|one| one.severity == Severity::Error);
            let sessions: u64 = refused.map(|one| one.sessions).sum();
            assert_eq!(sessions, 2, "{order:?}: {:#?}", report.findings);
        }
    }
}

#[test]
fn accepted_domains_that_come_after_the_sessions_tell_their_senders_apart() {
    let sessions = format!("{REFUSED} || from=eve@wingtip.com ;; {REFUSED}");
    for setup in [TENANT, "inbound=In/OnPremises/on/mail.contoso.com ; accepted=contoso.com"] {
        let case = Case::of(&sessions, setup);
        let (one, other) =
            (diagnose(&case.evidence()), diagnose(&case.evidence_of_sessions_first()));
        let said = |report: &Report| {
            let sessions: Vec<_> =
                report.findings.iter().map(|one| (one.id, one.sessions)).collect();
            (report.reason.clone(), report.headline.clone(), sessions)
        };
        assert_eq!(said(&one), said(&other));
    }
}

/// The server that is given stands for all folders, unless one of several is called so.
#[test]
fn a_given_server_is_that_of_every_folder_that_does_not_say_otherwise() {
    let in_folder = |path: &str, minute| session(minute, &json!({ "LogPath": path }));
    let (one, two) =
        ("case/EX01/Hub/ProtocolLog/SmtpSend/S.LOG", "case/EX02/Hub/ProtocolLog/S.LOG");
    for (paths, given, servers) in [
        ([one, two], "EX01", vec!["EX01", "EX02"]),
        ([one, two], "MX07", vec!["MX07"]),
        ([one, "copies/one/S.LOG"], "EX01", vec!["EX01"]),
    ] {
        let mut evidence = evidence_of(&[in_folder(paths[0], 1), in_folder(paths[1], 2)]);
        evidence.server = Some(given.into());
        let report = diagnose(&evidence);
        let mut found: Vec<&str> =
            report.scopes.iter().filter_map(|scope| scope.server.as_deref()).collect();
        found.sort_unstable();
        assert_eq!(found, servers, "{paths:?} {given}");
    }
}

fn made(host: &str, names: &[&str]) -> Certificate {
    Forge::server(host, host).with(SUBJECT_ALT_NAME, false, dns_names(names)).certificate()
}

#[test]
fn a_certificate_is_known_by_its_common_name_and_by_its_alternative_names() {
    let made = made("mail.contoso.com", &["mail.contoso.com", "relay.contoso.com"]);
    let names = CertificateNames::from(&made);
    let texts: Vec<&str> = names.names.iter().map(|name| name.text.as_str()).collect();
    assert_eq!(texts, ["mail.contoso.com", "mail.contoso.com", "relay.contoso.com"]);
    let object = ExchangeCertificate::from(made.clone());
    assert_eq!(object.thumbprint, Some(made.thumbprint()));
    assert_eq!(object.names(), names);
    assert_eq!(object.is_self_signed, Some(true));
}

/// The certificate of a file is that of the export with the same thumbprint.
#[test]
fn a_given_certificate_is_the_installed_one_of_its_thumbprint() {
    let mut evidence = Case::of("-", &format!("{TENANT} ; complete=mail.contoso.com")).evidence();
    let given = evidence.certificates[0].certificate.clone();
    let other = made("other.contoso.com", &["other.contoso.com"]);
    let mut installed =
        Case::of("-", "installed=x.contoso.com/SMTP ; installed=y.contoso.com/SMTP")
            .evidence()
            .installed
            .unwrap();
    for (place, (certificate, status)) in
        [(other, "Valid"), (given, "Revoked")].into_iter().enumerate()
    {
        installed[place].object = ExchangeCertificate {
            status: Some(status.to_owned()),
            ..ExchangeCertificate::from(certificate)
        };
    }
    evidence.installed = Some(installed);
    let report = diagnose(&evidence);
    let names: Vec<&str> = report.findings.iter().map(|one| one.id.name()).collect();
    assert!(names.contains(&"CertificateRevoked"), "{names:?}");
}

/// What merely lies in a case is not judged where the log shows what is sent.
#[test]
fn a_certificate_that_lies_in_a_case_is_judged_where_no_session_shows_one() {
    let folder = tempfile::tempdir().unwrap();
    let spare = made("spare.fabrikam.com", &["spare.fabrikam.com"]);
    fs::write(folder.path().join("spare.cer"), spare.der()).unwrap();
    for (sessions, is_judged) in [("-", true), ("to=bob@fabrikam.com", false)] {
        let case = Case::of(sessions, TENANT);
        let mut evidence = Case::of("-", TENANT).evidence();
        let content = evidence.add_case(folder.path()).unwrap();
        assert_eq!(content.files.len(), 1);
        assert!(evidence.hybrid.is_none() && evidence.chain_log.is_none());
        for session in case.read_sessions() {
            evidence.add_session(&session);
        }
        let report = diagnose(&evidence);
        let is_found = report.findings.iter().any(|one| one.id.name() == "SelfSignedCertificate");
        assert_eq!(is_found, is_judged, "{}", report.summary);
    }
}

#[test]
fn what_differs_in_the_host_that_answered_is_reported() {
    let refused = format!("host=VI1EUR04FT099.mail.protection.outlook.com ;; {REFUSED}");
    let delivered = "to=bob@fabrikam.com ;; n=2";
    let sessions = format!("{delivered} || {refused} || {delivered} || {refused}");
    let report = report(&sessions, TENANT);
    let texts: Vec<&str> = report.findings.iter().map(|one| one.message.as_str()).collect();
    assert!(
        report.reason.contains("VI1EUR04FT099") || texts.concat().contains("VI1EUR04FT099"),
        "{texts:?}"
    );
}

/// Nothing is expected of a sender that showed no certificate because there was no TLS.
#[test]
fn what_fails_every_day_without_tls_shows_no_sender_of_whom_to_expect_anything() {
    let unknown = "to=bob@fabrikam.com ;; reply=550 5.1.1 User unknown";
    for (tls, expects) in [("tls=notoffered ;; ", false), ("cert=none ;; ", true)] {
        let report = report(&format!("{tls}{unknown}"), TENANT);
        let names: Vec<&str> = report.findings.iter().map(|one| one.id.name()).collect();
        let is_expected = ["StartTlsNotOffered", "NoCertificateOffered"];
        let found = names.iter().any(|name| is_expected.contains(name));
        assert_eq!(found, expects, "{tls}: {names:?}");
    }
}
