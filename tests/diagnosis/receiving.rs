//! The other direction: what Exchange Online meets at the receive connectors.

use eop_relay::diagnosis::{Finding, Report, diagnose};
use eop_relay::evidence::ExchangeObjects;

use crate::support::cases::Case;

const FRONT_END: &str = r"connector=EX01\Default Frontend EX01";

fn report(sessions: &str, setup: &str) -> Report {
    diagnose(&Case::of(sessions, setup).evidence())
}

fn found<'r>(report: &'r Report, name: &str) -> Option<&'r Finding> {
    report.findings.iter().find(|finding| finding.id.name() == name)
}

fn commands(finding: &Finding) -> String {
    let all: Vec<&str> = finding.remedy.iter().filter_map(|step| step.command.as_deref()).collect();
    all.join("\n")
}

#[test]
fn a_value_that_names_a_certificate_that_is_gone_is_set_to_the_installed_one() {
    let report = report(
        &format!("{FRONT_END} ;; cloud=notls"),
        r"receive=EX01\Default Frontend EX01/gone ; installed=mail.contoso.com/SMTP",
    );
    let finding = found(&report, "ExchangeOnlineHangsUp").unwrap();
    let expected = r"Set-ReceiveConnector 'EX01\Default Frontend EX01' -TlsCertificateName '<I>CN=Trust Server CA 1, O=Trust AS, C=NO<S>CN=mail.contoso.com'";
    assert_eq!(commands(finding), expected);
    let undo = finding.remedy[0].undo.as_deref().unwrap();
    assert!(undo.contains("'<I>CN=Former CA<S>CN=mail.contoso.com'"), "{undo}");
    assert_eq!(report.cause.name(), "ExchangeOnlineHangsUp");
}

#[test]
fn a_self_signed_or_unusable_certificate_is_never_shown_to_exchange_online() {
    for installed in [
        "mail.contoso.com/SMTP/self",
        "mail.contoso.com/SMTP/enterprise",
        "mail.contoso.com/SMTP/nokey",
        "mail.contoso.com/SMTP/revoked",
        "mail.contoso.com/IIS",
    ] {
        let setup = format!(r"receive=EX01\Default Frontend EX01/gone ; installed={installed}");
        let report = report("-", &setup);
        let finding = found(&report, "ReceiveConnectorFault");
        let printed = finding.map(commands).unwrap_or_default();
        assert!(!printed.contains("<S>CN=mail.contoso.com'"), "{installed}: {printed}");
    }
}

#[test]
fn no_step_of_the_other_direction_speaks_of_send_logs_or_send_connectors() {
    for how in ["notls", "hungup"] {
        let report = report(&format!("{FRONT_END} ;; cloud={how} ;; cert=self:EX01"), "-");
        let finding = found(&report, "ExchangeOnlineHangsUp").unwrap();
        assert_eq!(report.exit_code, 20, "{}", report.summary);
        for step in &finding.remedy {
            let text = format!("{} {}", step.action, step.command.as_deref().unwrap_or_default());
            assert!(!text.to_lowercase().contains("send"), "{text}");
        }
        assert!(found(&report, "NoEvidence").is_none() && found(&report, "LoggingOff").is_none());
    }
}

#[test]
fn a_connector_without_tls_is_let_offer_it_and_keeps_what_it_has() {
    let report = report(
        &format!("{FRONT_END} ;; cloud=notls"),
        r"receive=EX01\Default Frontend EX01/named/Integrated,ExchangeServer",
    );
    let finding = found(&report, "ExchangeOnlineHangsUp").unwrap();
    let expected = r"Set-ReceiveConnector 'EX01\Default Frontend EX01' -AuthMechanism 'Tls, Integrated, ExchangeServer'";
    assert_eq!(commands(finding), expected);
    // It stands once, with the sessions that show it.
    assert_eq!(commands(found(&report, "ReceiveConnectorFault").unwrap()), "");
}

#[test]
fn an_export_of_receive_connectors_is_read_by_type_and_by_properties() {
    let text = r#"[{"Identity": "EX01\\Default Frontend EX01", "Fqdn": "mail.contoso.com",
        "TlsCertificateName": "<I>CN=CA<S>CN=mail.contoso.com", "AuthMechanism": "Tls, Integrated",
        "Bindings": ["0.0.0.0:25"], "RemoteIPRanges": ["0.0.0.0-255.255.255.255"]}]"#;
    let objects = ExchangeObjects::from_bytes("receive.json", text.as_bytes()).unwrap();
    assert_eq!((objects.receive_connectors.len(), objects.count()), (1, 1));
    let one = &objects.receive_connectors[0].object;
    assert_eq!((one.server(), one.offers_tls()), (Some("EX01"), Some(true)));
}

/// Without receive logs the error says who meets the default connector; a relay for printers offers none on
/// purpose.
#[test]
fn a_default_connector_without_tls_is_named_where_exchange_online_reports_that_starttls_is_missing()
{
    let queue = "queue=450 4.4.317 Cannot connect to remote server [Message=451 5.7.3 STARTTLS is required \
                 to send mail] [LastAttemptedServerName=mail.contoso.com]";
    let of = |connector: &str| {
        report(
            "-",
            &format!(r"receive=EX01\{connector}/named/Integrated ; accepted=contoso.com ; {queue}"),
        )
    };
    let default = of("Default Frontend EX01");
    assert_eq!((default.cause.name(), default.exit_code), ("CannotConnectToRemoteServer", 20));
    let named = "could not hand mail to mail.contoso.com, or did not accept";
    assert!(default.reason.contains(named), "{}", default.reason);
    let steps = commands(found(&default, "CannotConnectToRemoteServer").unwrap());
    let expected =
        r"Set-ReceiveConnector 'EX01\Default Frontend EX01' -AuthMechanism 'Tls, Integrated'";
    assert!(steps.contains(expected), "{steps}");
    assert!(found(&of("Printers"), "ReceiveConnectorFault").is_none());
}
