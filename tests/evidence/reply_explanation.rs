//! Texts as administrators meet them, explained: wrappers, NDRs, events, translated texts.

use std::path::Path;

use eop_relay::reply::RejectionClass::{self, *};
use eop_relay::reply::{CATALOGUE, Side, explain};
use proptest::prelude::*;

const QUEUE_ERROR: &str = "[{LED=451 4.4.395 Target host responded with error. -> 421 4.4.1 \
    Connection timed out};{MSG=};{FQDN=tenant.mail.protection.outlook.com};{IP=192.0.2.25};\
    {LRT=11/15/2026 1:02:03 AM}]";
const TRACE_REASON: &str = "Reason: [{LED=450 4.4.317 Cannot connect to remote server \
    [Message=SubjectMismatch Expected Subject: *.fabrikam.com. Presented Subject: CN=EX01. \
    Thumbprint: 0A1B2C3D4E5F60718293A4B5C6D7E8F901234567.] \
    [LastAttemptedServerName=mail.fabrikam.com] [LastAttemptedIP=192.0.2.x:25] \
    [SmtpSecurity=-1;-1] [AA1. OutboundProxyTarget";
const EVENT: &str = "Send connector Bob's cloud: Message delivery was not successful. The message \
    with message ID <1@contoso.com> was acknowledged with SMTP response 454 4.7.0 Failed to \
    establish appropriate TLS channel: UntrustedRoot: Access Denied.";

/// Text, class, the inner reply's beginning, and how many wrappers were taken off.
const TEXTS: &[(&str, Option<RejectionClass>, Option<&str>, usize)] = &[
    ("550 5.7.64 TenantAttribution; Relay Access Denied", Some(RelayDenied), Some("550 5.7.64"), 0),
    (
        "451 4.4.0 Primary target IP address responded with: \"421 4.4.1 Connection timed out.\" \
         Attempted failover to alternate host, but that did not succeed. Either there are no \
         alternate hosts, or delivery failed to all alternate hosts.",
        Some(ConnectionTimedOut),
        Some("421 4.4.1 Connection timed out."),
        1,
    ),
    (
        "441 4.4.1 Error encountered while communicating with primary target IP address: \
         \"454 4.7.5 The certificate specified in TlsCertificateName of the SendConnector could \
         not be found.\" Attempted failover to alternate host",
        Some(TlsCertificateNameNotFound),
        Some("454 4.7.5 The certificate"),
        1,
    ),
    (
        "450 4.4.101 Proxy session setup failed on Frontend with '451 4.4.0 Primary target IP \
         address responded with: \"454 4.7.5 Certificate validation failure, Reason:UntrustedRoot.\
         \" Attempted failover to alternate host, but that did not succeed.'",
        Some(RemoteCertificateInvalid),
        Some("454 4.7.5 Certificate validation failure"),
        2,
    ),
    (QUEUE_ERROR, Some(ConnectionTimedOut), Some("421 4.4.1 Connection timed out"), 1),
    (
        "{[{LED=550 5.7.51 TenantInboundAttribution; There is a partner connector configured \
         [AA1.prod.outlook.com 2026-11-15T01:02:03.100Z 08DD000000000001]};{MSG=};\
         {FQDN=tenant.mail.protection.outlook.com};{IP=192.0.2.25};{LRT=11/15/2026 1:02:03 AM}]}",
        Some(TenantInboundAttribution),
        Some("550 5.7.51 TenantInboundAttribution"),
        0,
    ),
    // Format-List breaks long values and indents the rest.
    (
        "LastError : [{LED=451 4.4.395 Target host responded with error. -> 421\n            4.4.1 \
         Connection timed\n            out};{MSG=};{FQDN=a.example.com};{IP=192.0.2.25}]",
        Some(ConnectionTimedOut),
        Some("421 4.4.1 Connection timed out"),
        2,
    ),
    (TRACE_REASON, Some(CannotConnectToRemoteServer), Some("450 4.4.317"), 1),
    // The wrapper is known, what it wraps is not.
    (
        "450 4.4.317 Cannot connect to remote server [Message=454 4.9.9 Something new] \
         [LastAttemptedServerName=mail.fabrikam.com]",
        Some(CannotConnectToRemoteServer),
        Some("454 4.9.9 Something new"),
        1,
    ),
    (EVENT, Some(TlsChannelUntrustedRoot), Some("454 4.7.0 Failed"), 0),
    (
        "Generating server: EX01.contoso.com\nsomeone@example.org\n\
         AA1.mail.protection.outlook.com\n#550 5.7.64 TenantAttribution; Relay Access Denied \
         [AA1.eop-EUR01.prod.protection.outlook.com] ##\nOriginal message headers:\nReceived: ...",
        Some(RelayDenied),
        Some("550 5.7.64 TenantAttribution; Relay Access Denied [AA1.eop"),
        0,
    ),
    (
        "Final-Recipient: rfc822;someone@example.org\nAction: failed\nStatus: 5.7.64\n\
         Diagnostic-Code: smtp;550 5.7.64 TenantAttribution; Relay Access Denied\n ATTR36\n\
         Remote-MTA: dns;AA1.mail.protection.outlook.com\n",
        Some(RelayDeniedAttr36),
        Some("550 5.7.64 TenantAttribution; Relay Access Denied ATTR36"),
        0,
    ),
    (
        "someone@example.org\nRemote Server returned '550 5.7.64 TenantAttribution; Relay Access \
         Denied [AA1.prod.outlook.com]'\nother@example.org\nRemote Server returned '550 5.1.1 x'",
        Some(RelayDenied),
        Some("550 5.7.64"),
        1,
    ),
    // A mail program broke the line.
    (
        "The response was:\n454 4.7.5 The certificate specified in\nTlsCertificateName of the \
         SendConnector could not be\nfound.\n\nRegards",
        Some(TlsCertificateNameNotFound),
        Some("454 4.7.5"),
        0,
    ),
    // Of several refusals the most significant one.
    ("550 5.1.1 No user\n550 5.7.64 TenantAttribution", Some(RelayDenied), Some("550 5.7.64"), 0),
    ("421 4.4.1 Connection timed out\n530 5.7.57 x", Some(ClientNotAuthenticated), Some("530"), 0),
    // Translated: numbers, English words and Exchange's names survive.
    (
        "Vastaus palvelimelta: 550 5.7.64 Tenantinmääritys; välityksen käyttö estetty SMTP.",
        Some(RelayDenied),
        Some("550 5.7.64"),
        0,
    ),
    (
        "(550 5.7.64 TenantAttribution; הגישה נדחתה SMTP) בעת",
        Some(RelayDenied),
        Some("550 5.7.64"),
        0,
    ),
    ("„550 5.7.64 TenantAttribution“ beim Versand", Some(RelayDenied), Some("550 5.7.64"), 0),
    (
        "451 4.4.0 hlavní cílová adresa odpověděla: \"421 4.4.1 připojení vypršelo.\" Pokus selhal.",
        Some(ConnectionTimedOut),
        Some("421 4.4.1 připojení vypršelo."),
        1,
    ),
    ("421 4.2.1 připojit se nelze", Some(UnableToConnect), Some("421 4.2.1"), 0),
    ("454 4.7.5 Zertifikat ungültig", Some(Unclassified), Some("454 4.7.5"), 0),
    // Numbers alone.
    ("5.7.64", Some(RelayDenied), None, 0),
    ("ATT36", Some(RelayDeniedAttr36), None, 0),
    ("the documentation speaks of ATTR35", Some(WrongRegionAttr35), None, 0),
    // Nothing that is known, or no refusal.
    ("550 5.1.1 <TenantAttribution@example.com>: unknown", Some(Unclassified), Some("550"), 0),
    ("Remote host said: 550 no such user here", Some(Unclassified), Some("550 no such user"), 0),
    ("250 2.6.0 <550 5.7.64@example.com> Queued ATTR36", None, Some("250 2.6.0"), 0),
    ("15.0.1497.2 to 10.5.7.64 and 5.7.64.1", None, None, 0),
    ("We sent 550 mails today", None, None, 0),
    ("", None, None, 0),
];

#[test]
fn the_inner_reply_and_its_class_are_found() {
    for (text, class, reply, wrappers) in TEXTS {
        let explanation = explain(text);
        assert_eq!(explanation.rejection, *class, "{text}");
        match (reply, &explanation.reply) {
            (Some(expected), Some(found)) => assert!(found.starts_with(expected), "{found}"),
            (None, None) => {}
            (_, found) => panic!("{found:?} in {text}"),
        }
        assert_eq!(explanation.wrappers.len(), *wrappers, "{:?} {text}", explanation.wrappers);
        let known = class.is_some_and(|class| class != Unclassified);
        assert_eq!(explanation.recognised, known, "{text}");
    }
}

#[test]
fn the_values_of_the_wrapper_are_given() {
    let explanation = explain(QUEUE_ERROR);
    assert_eq!(explanation.fqdn.as_deref(), Some("tenant.mail.protection.outlook.com"));
    assert_eq!(explanation.ip_address.as_deref(), Some("192.0.2.25"));
    assert_eq!(explanation.last_retry_time.as_deref(), Some("11/15/2026 1:02:03 AM"));
    assert!(explanation.cover);
    let first = explanation.remedy[0].command.as_deref().unwrap();
    assert!(first.contains("Get-SendConnectorTlsSession"), "{first}");
    let test = explanation.remedy.last().unwrap().command.as_deref().unwrap();
    assert!(test.contains("-ComputerName 'tenant.mail.protection.outlook.com' -Port 25"), "{test}");
}

#[test]
fn a_certificate_that_exchange_online_refused_is_named() {
    let explanation = explain(TRACE_REASON);
    assert_eq!(explanation.expected_subject.as_deref(), Some("*.fabrikam.com"));
    assert_eq!(explanation.presented_subject.as_deref(), Some("CN=EX01"));
    let thumbprint = "0A1B2C3D4E5F60718293A4B5C6D7E8F901234567";
    assert_eq!(explanation.thumbprint.as_deref(), Some(thumbprint));
    assert_eq!(explanation.host.as_deref(), Some("mail.fabrikam.com"));
    assert_eq!(explanation.ip_address.as_deref(), Some("192.0.2.x:25"));
    assert_eq!(explanation.tls_error.unwrap().name, "SubjectMismatch");
}

#[test]
fn the_steps_of_the_other_direction_are_for_what_exchange_online_met() {
    let steps = |message: &str| {
        let text = format!(
            "450 4.4.317 Cannot connect to remote server [Message={message}] \
             [LastAttemptedServerName=mail.fabrikam.com]"
        );
        let explanation = explain(&text);
        assert_eq!(explanation.rejection, Some(CannotConnectToRemoteServer));
        let kinds = [
            ("Read in the receive log", "log"),
            ("see on each server", "connector"),
            ("TCP port 25", "port"),
            ("present a valid certificate", "certificate"),
            ("the outbound connector expects", "outbound"),
        ];
        let of_step =
            |action: &str| kinds.iter().find(|(words, _)| action.contains(words)).unwrap().1;
        explanation.remedy.iter().map(|step| of_step(&step.action)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(steps("451 5.7.3 STARTTLS is required to send mail"), "log connector");
    assert_eq!(steps("CertificateExpired"), "log connector certificate");
    assert_eq!(
        steps("SubjectMismatch Expected Subject: *.fabrikam.com."),
        "log connector certificate outbound"
    );
    assert_eq!(steps("No connection could be made, it was actively refused"), "port");
    assert_eq!(steps("454 4.9.9 Something new"), "log connector port certificate outbound");
}

#[test]
fn an_event_names_its_connector_and_the_commands_quote_it() {
    let explanation = explain(EVENT);
    assert_eq!(explanation.send_connector.as_deref(), Some("Bob's cloud"));
    assert_eq!(explanation.internet_message_id.as_deref(), Some("<1@contoso.com>"));
    assert_eq!(explanation.tls_error.unwrap().name, "UntrustedRoot");
    let mut commands = explanation.remedy.iter().filter_map(|step| step.command.as_deref());
    assert!(commands.any(|command| command.contains("'Bob''s cloud'")));
}

#[test]
fn a_tls_row_is_explained_without_a_reply() {
    const UNKNOWN_CREDENTIALS: i32 = 0x8009_030D_u32.cast_signed();
    for (text, name, code) in [
        (
            "TLS negotiation failed with error UnknownCredentials",
            "UnknownCredentials",
            UNKNOWN_CREDENTIALS,
        ),
        (
            "Vyjednávání TLS se nezdařilo s chybou UnknownCredentials.",
            "UnknownCredentials",
            UNKNOWN_CREDENTIALS,
        ),
        ("TLS negotiation failed with error -2146893048", "InvalidToken", -2_146_893_048),
        (
            "2026-11-15T01:02:03.100Z,Out,08DD000000000001,9,192.0.2.1:9,192.0.2.2:25,*,,TLS \
             negotiation failed with error NoCredentials",
            "NoCredentials",
            0x8009_030E_u32.cast_signed(),
        ),
        (
            "Failed to connect. Winsock error code: 10060, Win32 error code: 10060",
            "TimedOut",
            10060,
        ),
        ("SEC_E_UNTRUSTED_ROOT", "UntrustedRoot", 0x8009_0325_u32.cast_signed()),
    ] {
        let explanation = explain(text);
        let error = explanation.tls_error.unwrap();
        assert_eq!((error.name.as_str(), error.code), (name, Some(code)), "{text}");
        assert!(explanation.recognised && !explanation.remedy.is_empty(), "{text}");
        assert_eq!(explanation.rejection, None, "{text}");
    }
}

#[test]
fn a_new_tls_error_is_named_and_not_explained() {
    let explanation = explain("TLS negotiation failed with error BrandNew");
    assert_eq!(explanation.tls_error.as_ref().unwrap().name, "BrandNew");
    assert!(!explanation.recognised && explanation.remedy.is_empty());
    assert!(explanation.meaning.contains("not in the table"), "{}", explanation.meaning);
}

#[test]
fn the_tls_row_lifts_a_cover_text() {
    let explanation = explain(
        "451 4.4.0 Primary target IP address responded with: \"421 4.4.1 Connection timed out.\"\n\
         and in the log: TLS negotiation failed with error NoCredentials",
    );
    assert_eq!(explanation.rejection, Some(ConnectionTimedOut));
    assert!(explanation.meaning.contains("NoCredentials"), "{}", explanation.meaning);
    assert!(explanation.remedy.iter().any(|step| step.action.contains("private key")));
    assert!(!explanation.remedy.iter().any(|step| step.action.contains("test name and port")));
}

#[test]
fn an_unknown_refusal_keeps_its_text_and_its_status_is_explained() {
    let explanation = explain("550 5.1.1 Nobody of that name");
    assert_eq!(explanation.reply.as_deref(), Some("550 5.1.1 Nobody of that name"));
    assert!(explanation.meaning.contains("bad destination mailbox address"));
    assert!(explanation.remedy.is_empty() && explanation.reference.is_none());
}

#[test]
fn a_translated_text_is_said_to_rest_on_its_numbers() {
    let doubts = explain("421 4.2.1 připojit se nelze").uncertain;
    assert!(doubts.iter().any(|doubt| doubt.contains("numbers alone")), "{doubts:?}");
    let doubts = explain("421 4.2.1 Unable to connect").uncertain;
    assert!(!doubts.iter().any(|doubt| doubt.contains("numbers alone")), "{doubts:?}");
}

#[test]
fn an_attr_number_without_a_public_meaning_is_reported_as_such() {
    let explanation = explain("550 5.7.64 TenantAttribution; Relay Access Denied ATTR99");
    assert_eq!((explanation.attr, explanation.attr_meaning), (Some(99), None));
    assert!(explanation.uncertain.iter().any(|doubt| doubt.contains("ATTR number")));
}

#[test]
fn the_json_has_the_names_that_everything_else_has() {
    let json = serde_json::to_value(explain(QUEUE_ERROR)).unwrap();
    assert_eq!(json["Recognised"], true);
    assert_eq!(json["Rejection"], "ConnectionTimedOut");
    assert_eq!(json["Code"], 421);
    assert_eq!(json["EnhancedStatus"], "4.4.1");
    assert_eq!(json["IPAddress"], "192.0.2.25");
    assert_eq!(json["Side"][0], "OnPremisesServer");
    assert!(json["Attr"].is_null());
    for name in ["Action", "Command", "Where", "Verify", "Undo"] {
        assert!(json["Remedy"][0].get(name).is_some(), "{name}");
    }
}

#[test]
fn only_the_recipients_side_acts_on_a_rejected_recipient() {
    let explanation = explain("550 5.4.1 Recipient address rejected: Access denied");
    assert_eq!(explanation.side, [Side::RecipientOrganisation]);
}

#[test]
fn what_this_server_wrote_itself_is_marked() {
    let local: Vec<_> =
        CATALOGUE.iter().filter(|entry| entry.local && !entry.cover).map(|e| e.class).collect();
    assert_eq!(
        local,
        [
            TlsCertificateNameNotFound,
            RemoteCertificateInvalid,
            ConnectorCertificateMissing,
            ConnectorCertificateExpired,
            ConnectorCertificateExpiring
        ]
    );
}

#[test]
fn a_huge_text_is_read_in_part_and_that_is_said() {
    let text = format!("{}\n550 5.7.64 TenantAttribution", "é550 5.1.1 x\n".repeat(100_000));
    let explanation = explain(&text);
    assert!(explanation.uncertain.iter().any(|doubt| doubt.contains("Only the first")));
}

/// The shared seeds and forms are public articles; they are read where they exist.
#[test]
fn the_shared_texts_are_recognised() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let Ok(seeds) = std::fs::read_dir(shared.join("seeds")) else {
        println!("not run: ../shared/seeds does not exist");
        return;
    };
    for seed in seeds.flatten() {
        let text = std::fs::read_to_string(seed.path()).unwrap();
        let is_queue_story = text.contains("421 4.4.1");
        let explanation = explain(&text);
        let expected = if is_queue_story { ConnectionTimedOut } else { RelayDenied };
        assert_eq!(explanation.rejection, Some(expected), "{}", seed.path().display());
        if is_queue_story {
            assert_eq!(explanation.tls_error.unwrap().name, "UnknownCredentials");
        }
    }
    let forms = std::fs::read_to_string(shared.join("samples/connectors/ndr-forms.txt")).unwrap();
    let classes: Vec<_> =
        forms.split("\n## ").skip(1).map(|form| explain(form).rejection).collect();
    let expected = [
        TenantInboundAttribution,
        RelayDenied,
        TlsChannelUntrustedRoot,
        CannotConnectToRemoteServer,
    ];
    assert_eq!(classes[..4], expected.map(Some));
    assert!(classes[4..].iter().all(Option::is_none), "{classes:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_text_makes_it_panic(text in "(?s).{0,300}") {
        let _ = explain(&text);
    }

    #[test]
    fn no_mixture_of_wrappers_makes_it_panic(
        parts in prop::collection::vec(prop::sample::select(vec![
            "[{LED=", "};{MSG=};", "{FQDN=", "{IP=", "550 5.7.64 ", "421 4.4.1", "-> ", ": \"", "\"",
            "'", "[Message=", "]", "}", "ATTR36", "#", "##", "\n", "\n\n", "é", "„", "“", "5.7.64",
            "TLS negotiation failed with error ", "Thumbprint:", " ", "Winsock error code: ", "x",
        ]), 0..24),
    ) {
        let _ = explain(&parts.concat());
    }

    #[test]
    fn a_wrapper_around_a_refusal_changes_nothing_but_the_wrapper(
        index in 0..CATALOGUE.len(),
        depth in 1_usize..4,
    ) {
        let entry = CATALOGUE[index];
        let signature = entry.signatures[0];
        let status = signature.status.map(|status| status.to_string()).unwrap_or_default();
        let by_status = if status.starts_with('4') { 450 } else { 550 };
        let code = signature.codes.first().copied().unwrap_or(by_status);
        let attr = signature.attr.map(|attr| format!(" ATTR{attr}")).unwrap_or_default();
        let reply = format!("{code} {status} {}{attr}", signature.words.join(" "));
        let reply = reply.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut text = reply.clone();
        for _ in 0..depth {
            text = format!(
                "451 4.4.0 Primary target IP address responded with: \"{text}\" Attempted failover"
            );
        }
        let explanation = explain(&text);
        prop_assert_eq!(explanation.rejection, Some(entry.class));
        prop_assert_eq!(explanation.reply.as_deref(), Some(reply.as_str()));
        prop_assert_eq!(explanation.wrappers.len(), depth);
    }
}
