//! Every command that is printed, run on a model: it mends what it belongs to, or says what stays
//! open, and nobody who is delivered today is refused then.

use std::fmt::Write as _;

use eop_relay::diagnosis::{Evidence, FindingId, Report, Status, diagnose};
use proptest::prelude::*;

use crate::model::{Sender, is_attributed, run, senders};
use crate::support::cases::{Case, all};

/// The causes that attribution decides, so that the model can tell whether they are gone.
const OF_ATTRIBUTION: [FindingId; 12] = [
    FindingId::NoCertificateOffered,
    FindingId::ConnectorDisabled,
    FindingId::ConnectorWrongType,
    FindingId::ConnectorMissing,
    FindingId::NameMismatch,
    FindingId::AddressNotListed,
    FindingId::Attr36NullSender,
    FindingId::Attr36ForeignSender,
    FindingId::AddressConnectorCannotRelay,
    FindingId::OutsideAssociatedDomains,
    FindingId::SelfSignedCertificate,
    FindingId::FragileAttribution,
];

/// Words of a step that says what it does not do, or when it must not be taken.
const RESERVED: [&str; 5] = [
    "would then be refused",
    "What stays open then",
    "narrows it down",
    "Only if the export shows",
    "null senders (NDRs, automatic replies) and forwarded mail stay refused",
];

/// What is wrong with the commands of a report.
pub fn complaints(evidence: &Evidence, senders: &[Sender], report: &Report) -> Vec<String> {
    let mut found = Vec::new();
    let delivered: Vec<usize> = (0..senders.len())
        .filter(|index| senders[*index].is_delivered)
        .filter(|index| is_attributed(evidence, &senders[*index]) == Some(true))
        .collect();
    for finding in report.findings.iter().filter(|one| one.status != Status::Past) {
        let mut earlier = Vec::new();
        for step in &finding.remedy {
            let Some(command) = step.command.as_deref() else { continue };
            if command.starts_with("New-MgDomain") || command.starts_with("Enable-Exchange") {
                // What the next step needs.
                earlier.push(command);
            }
            if RESERVED.iter().any(|words| step.action.contains(words)) {
                continue;
            }
            let (mut after, mut senders_after) = (evidence.clone(), senders.to_vec());
            for command in earlier.iter().filter(|earlier| **earlier != command) {
                run(command, &mut after, &mut senders_after);
            }
            if !run(command, &mut after, &mut senders_after) {
                continue;
            }
            for index in &delivered {
                if is_attributed(&after, &senders_after[*index]) == Some(false) {
                    found.push(format!("{command} cuts off {:?}", senders[*index]));
                }
            }
            let is_of_cause =
                finding.status == Status::Cause && OF_ATTRIBUTION.contains(&finding.id);
            let refused = senders_after.iter().filter(|one| !one.is_delivered);
            let first_alone = command.starts_with("New-MgDomain") && finding.remedy.len() > 1;
            if is_of_cause && !first_alone && !senders.is_empty() {
                let mut refused = refused.peekable();
                let has_any = refused.peek().is_some();
                if has_any && refused.all(|one| is_attributed(&after, one) == Some(false)) {
                    found.push(format!("{command} does not mend {}", finding.id.name()));
                }
            }
        }
    }
    found
}

/// The commands that are printed for what holds.
pub fn count_of_commands(report: &Report) -> usize {
    let holding = report.findings.iter().filter(|one| one.status != Status::Past);
    holding.flat_map(|one| &one.remedy).filter(|step| step.command.is_some()).count()
}

#[test]
fn every_command_of_every_case_mends_its_cause_and_cuts_off_nobody() {
    let mut found = Vec::new();
    let mut tried = 0;
    for case in all() {
        let evidence = case.evidence();
        let report = diagnose(&evidence);
        let senders = senders(&case.read_sessions());
        let complaints = complaints(&evidence, &senders, &report);
        tried += report.findings.iter().map(|finding| finding.remedy.len()).sum::<usize>();
        found.extend(complaints.into_iter().map(|one| format!("{}: {one}", case.name)));
    }
    assert!(found.is_empty(), "{}\n{}", found.len(), found.join("\n"));
    assert!(tried > 500, "{tried}");
}

/// Changes that say all there is to say in their step, or change nothing that sends mail.
const WITHOUT_CONSEQUENCE: [&str; 6] = [
    "Restart-Service MSExchangeTransport",
    "Start-EdgeSynchronization",
    "-ProtocolLoggingLevel",
    "LocalMachine\\CA",
    "certutil -repairstore",
    "Import-ExchangeCertificate",
];

/// Verbs of cmdlets that change nothing.
const READING: [&str; 9] = [
    "Get-",
    "Test-",
    "Export-",
    "Format-",
    "Select-",
    "Where-",
    "ForEach-",
    "Resolve-",
    "Validate-",
];

/// A command is tried on the model, or what it does besides stands before it.
#[test]
fn no_command_that_changes_something_is_printed_untried_and_without_its_consequence() {
    let mut found = Vec::new();
    let mut said = 0;
    for case in all() {
        let evidence = case.evidence();
        for step in diagnose(&evidence).findings.iter().flat_map(|one| &one.remedy) {
            let Some(command) = step.command.as_deref() else { continue };
            let says = step.action.contains("Not tried on the model: ");
            said += usize::from(says);
            assert!(!step.action.contains("note the present state first."), "{command}");
            let is_known = says
                || !command.split('\'').step_by(2).any(|bare| bare.contains('<'))
                || WITHOUT_CONSEQUENCE.iter().any(|known| command.contains(known))
                || command
                    .lines()
                    .filter(|line| !line.starts_with(' '))
                    .all(|line| READING.iter().any(|verb| line.starts_with(verb)));
            if !is_known {
                found.push(format!("{}: {command}", case.name));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(said > 20, "{said}");
}

const DENIED: &str = "reply=550 5.7.64 TenantAttribution; Relay Access Denied [VI1EUR04FT012.eop-eur04\
                      .prod.protection.outlook.com]";

/// One sender of the evidence: certificate, address, envelope sender, connector, whether refused.
type Drawn = (&'static str, &'static str, &'static str, &'static str, bool);

/// A sender that is delivered, and the connector by which it is attributed.
fn any_delivered() -> impl Strategy<Value = (Drawn, &'static str)> {
    let one = |certificate, address, connector| -> Drawn {
        (certificate, address, "anna@contoso.com", connector, false)
    };
    let by_name = one("mail.contoso.com", "203.0.113.5", "Outbound to Office 365");
    let over_another = one("mail.contoso.com", "203.0.113.5", "Second");
    let by_address = one("none", "203.0.113.77", "Outbound to Office 365");
    prop::sample::select(vec![
        (by_name, "Serving/OnPremises/on/mail.contoso.com"),
        (over_another, "Serving/OnPremises/on/mail.contoso.com"),
        (by_name, "Serving/OnPremises/on/*.contoso.com"),
        (by_address, "Serving/OnPremises/on//203.0.113.77"),
    ])
}

fn any_sender() -> impl Strategy<Value = Drawn> {
    (
        prop::sample::select(vec![
            "mail.contoso.com",
            "mail.contoso.com",
            "hybrid.contoso.com",
            "hybrid.contoso.com",
            "a.b.contoso.com",
            "*.contoso.com",
            "mail.adatum.com",
            "self:EX01",
            "none",
        ]),
        prop::sample::select(vec!["203.0.113.5", "203.0.113.77", "10.0.0.9"]),
        prop::sample::select(vec!["anna@contoso.com", "<>", "x@gmail.example"]),
        prop::sample::select(vec!["Outbound to Office 365", "Second"]),
        any::<bool>(),
    )
}

fn any_tenant() -> impl Strategy<Value = String> {
    let connector = (
        prop::sample::select(vec!["OnPremises", "OnPremises", "Partner"]),
        prop::sample::select(vec!["on", "on", "off"]),
        prop::sample::select(vec![
            "",
            "mail.contoso.com",
            "mail.contoso.com",
            "hybrid.contoso.com",
            "*.contoso.com",
            "old.contoso.com",
            "mail.adatum.com",
        ]),
        prop::sample::select(vec!["", "203.0.113.5", "203.0.113.0|24"]),
        prop::sample::select(vec!["", "", "fabrikam.com"]),
    );
    let accepted = prop::sample::select(vec![
        "contoso.com",
        "contoso.com,mail.contoso.com,hybrid.contoso.com",
        "contoso.com,hybrid.contoso.com",
        "adatum.com",
    ]);
    let installed = prop::sample::select(vec![
        "",
        " ; installed=mail.contoso.com/SMTP ; send=Outbound to Office 365",
        " ; installed=hybrid.contoso.com/IIS ; send=Outbound to Office 365",
    ]);
    (prop::collection::vec(connector, 0..3), accepted, installed).prop_map(
        |(connectors, accepted, installed)| {
            let mut setup = format!("inbound=none ; accepted={accepted}{installed}");
            for (number, (kind, flag, value, list, confined)) in connectors.iter().enumerate() {
                let _ =
                    write!(setup, " ; inbound=C{number}/{kind}/{flag}/{value}/{list}/{confined}");
            }
            setup
        },
    )
}

/// The evidence of senders whose sessions come in turn, so that all of them are in use at the end.
fn evidence_of(drawn: &[Drawn], setup: &str) -> (Evidence, Vec<Sender>) {
    let sessions: Vec<String> = drawn
        .iter()
        .chain(drawn)
        .chain(drawn)
        .map(|(certificate, ip, from, connector, is_refused)| {
            let end = if *is_refused { format!(" ;; {DENIED}") } else { String::new() };
            format!(
                "cert={certificate} ;; ip={ip} ;; from={from} ;; connector={connector} ;; \
                 to=bob@fabrikam.com{end}"
            )
        })
        .collect();
    let case = Case::of(&sessions.join(" || "), setup);
    (case.evidence(), senders(&case.read_sessions()))
}

fn harm_of(evidence: &Evidence, senders: &[Sender], report: &Report) -> Vec<String> {
    let found = complaints(evidence, senders, report).into_iter();
    found.filter(|one| one.contains("cuts off")).collect()
}

/// What the property rests on: where a step does not say whom it cuts off, the model finds it.
#[test]
fn the_model_finds_whom_a_command_cuts_off_where_its_step_does_not_say_so() {
    let one = |certificate, is_refused| {
        (certificate, "203.0.113.5", "anna@contoso.com", "Outbound to Office 365", is_refused)
    };
    let drawn = [one("mail.contoso.com", false), one("hybrid.contoso.com", true)];
    let setup = "inbound=C0/OnPremises/on/mail.contoso.com ; \
                 accepted=contoso.com,mail.contoso.com,hybrid.contoso.com";
    let (evidence, senders) = evidence_of(&drawn, setup);
    let mut report = diagnose(&evidence);
    assert!(harm_of(&evidence, &senders, &report).is_empty());
    for step in report.findings.iter_mut().flat_map(|finding| &mut finding.remedy) {
        step.action.clear();
    }
    assert!(!harm_of(&evidence, &senders, &report).is_empty(), "{:#?}", report.findings);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, ..ProptestConfig::default() })]

    /// Somebody is delivered by a connector that is there, and others, who are mostly refused, come to
    /// the same tenant: what is printed for these may touch that connector.
    #[test]
    fn no_printed_command_cuts_off_who_is_delivered(
        delivered in any_delivered(),
        others in prop::collection::vec(any_sender(), 1..4),
        setup in any_tenant(),
    ) {
        let (sender, connector) = delivered;
        let drawn: Vec<Drawn> = std::iter::once(sender).chain(others).collect();
        let (evidence, senders) = evidence_of(&drawn, &format!("{setup} ; inbound={connector}"));
        let report = diagnose(&evidence);
        let harm = harm_of(&evidence, &senders, &report);
        prop_assert!(harm.is_empty(), "{setup}\n{}", harm.join("\n"));
    }
}
