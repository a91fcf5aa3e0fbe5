//! A step whose answer the evidence holds is no step: what an export or a log says is not asked for.

use eop_relay::diagnosis::{Finding, Status, diagnose};

use crate::support::cases::Case;

/// What is given, and words of the steps of the cause: some that stand there, and some that ask for what
/// is known.
struct Known {
    name: &'static str,
    sessions: &'static str,
    setup: &'static str,
    said: &'static str,
    asked: &'static [&'static str],
}

const DENIED: &str = "to=bob@fabrikam.com ;; reply=550 5.7.64 TenantAttribution; Relay Access Denied \
                      [VI1EUR04FT012.eop-eur04.prod.protection.outlook.com]";

const TENANT: &str = "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com ; \
                      send=Outbound to Office 365/named/contoso-com.mail.protection.outlook.com//EX01";

const CASES: &[Known] = &[
    Known {
        name: "the renewed twin has its key and SMTP",
        sessions: "until=2026-11-10 ;; DENIED",
        setup: "TENANT ; installed=mail.contoso.com/SMTP/until:2026-11-10 ; \
                installed=mail.contoso.com/SMTP/public,serial:new,until:2027-11-01",
        said: "transport takes it up by itself",
        asked: &["See that", "See whether", "Get-ExchangeCertificate"],
    },
    Known {
        name: "the renewed twin is enabled by the step before",
        sessions: "until=2026-11-10 ;; DENIED",
        setup: "TENANT ; installed=mail.contoso.com/SMTP/until:2026-11-10 ; \
                installed=mail.contoso.com/IIS/public,serial:new,until:2027-11-01",
        said: "Enable-ExchangeCertificate",
        asked: &["See that", "Get-ExchangeCertificate -Server 'EX01' | "],
    },
    Known {
        name: "the renewed twin came without its key",
        sessions: "until=2026-11-10 ;; DENIED",
        setup: "TENANT ; installed=mail.contoso.com/SMTP/until:2026-11-10 ; \
                installed=mail.contoso.com/SMTP/nokey,public,serial:new,until:2027-11-01",
        said: "certutil -repairstore",
        asked: &["Get a new certificate", "See that"],
    },
    Known {
        name: "no installed certificate will do",
        sessions: "cert=self:EX01 ;; DENIED",
        setup: "TENANT ; installed=mail.contoso.com/SMTP/enterprise",
        said: "it will not do: its authority is no public one (RootCAType Enterprise)",
        asked: &["See which it has", "Name the intended certificate"],
    },
    Known {
        name: "the source server has the certificate",
        sessions: "cert=self:EX01 ;; DENIED",
        setup: "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com ; \
                send=Outbound to Office 365//contoso-com.mail.protection.outlook.com//EX01 ; \
                installed=mail.contoso.com/SMTP/public,on:EX01",
        said: "It acts on EX01, which has the certificate.",
        asked: &["irst see with"],
    },
    Known {
        name: "the given roots lack the root of Exchange Online",
        sessions: "tls=error:UntrustedRoot",
        setup: "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com ; roots=x.contoso.com",
        said: "Let Windows fetch the roots",
        asked: &["See whether the root is there"],
    },
    Known {
        name: "the smart host is that of the tenant",
        sessions: "tls=notoffered ;; to=bob@fabrikam.com ;; \
                   mailreply=451 5.7.3 STARTTLS is required to send mail ;; \
                   reply=451 5.7.3 STARTTLS is required to send mail",
        setup: "TENANT",
        said: "Ask Microsoft whether the public address",
        asked: &["See that this is the host", "Get-SendConnector"],
    },
    Known {
        name: "connectors and smart host are given",
        sessions: "to=bob@fabrikam.com ;; reply=451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35.",
        setup: "TENANT",
        said: "set the tenant's own",
        asked: &[
            "Compare with the inbound connector",
            "See which smart host",
            "Read in the send log",
        ],
    },
    Known {
        name: "the host for authenticated submission is the only smart host",
        sessions: "to=bob@fabrikam.com ;; reply=530 5.7.57 Client not authenticated to send mail.",
        setup: "send=Outbound to Office 365//smtp.office365.com//EX01",
        said: "to undo: Set-SendConnector 'Outbound to Office 365' -SmartHosts 'smtp.office365.com'",
        asked: &["See which smart host", "note it"],
    },
    Known {
        name: "the reply holds the time of the other side",
        sessions: "since=2026-11-17 ;; until=2027-11-17 ;; to=bob@fabrikam.com ;; reply=550 5.7.64 \
                   TenantAttribution; Relay Access Denied [AM0EUR04FT012.eop-eur04.prod.protection.\
                   outlook.com 2026-11-16T01:00:14.000Z 08DE24A7C3B1F0A2]",
        setup: "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com",
        said: "Send the previous certificate until 2026-11-17",
        asked: &["clock"],
    },
    Known {
        name: "the root is in no list, and nothing else is installed",
        sessions: "cert=made:mail.contoso.com ;; DENIED",
        setup: "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com ; complete=mail.contoso.com",
        said: "See whether the authority is a public one",
        asked: &["ca.p7b"],
    },
    Known {
        name: "a later session speaks TLS 1.2",
        sessions: "tls=error:AlgorithmMismatch || tls=error:AlgorithmMismatch || to=bob@fabrikam.com",
        setup: "inbound=In/OnPremises/on/old.contoso.com ; accepted=contoso.com",
        said: "",
        asked: &["TLS 1.2"],
    },
    Known {
        name: "the connector was changed long before",
        sessions: "DENIED",
        setup: "inbound=In/OnPremises/on/mail.contoso.com///2026-01-05T00:00:00Z ; \
                accepted=contoso.com,mail.contoso.com",
        said: "ask Microsoft's support",
        asked: &["See when the connector was changed", "wait, and send again"],
    },
    Known {
        name: "the connector was changed within the hour",
        sessions: "DENIED",
        setup: "inbound=In/OnPremises/on/mail.contoso.com///2026-11-16T00:50:00Z ; \
                accepted=contoso.com,mail.contoso.com",
        said: "Wait until an hour after 2026-11-16T00:50:00.000Z",
        asked: &["See when the connector was changed"],
    },
    Known {
        name: "the log says that no connection came about",
        sessions: "connect=10060 || connect=10060 || connect=10060",
        setup: "TENANT",
        said: "Allow TCP port 25",
        asked: &["if it fails"],
    },
    Known {
        name: "the log says that the name was not found",
        sessions: "connect=11001 || connect=11001 || connect=11001",
        setup: "TENANT",
        said: "resolve the name of the host",
        asked: &["if it fails", "Allow TCP port 25"],
    },
    Known {
        name: "the receive connector names an installed certificate",
        sessions: r"connector=EX01\Default Frontend EX01 ;; cloud=notls",
        setup: r"receive=EX01\Default Frontend EX01/named ; installed=mail.contoso.com/SMTP",
        said: "NETWORK SERVICE",
        asked: &["Get-ReceiveConnector", "See which certificate"],
    },
    Known {
        name: "the receive connector names one that is gone",
        sessions: r"connector=EX01\Default Frontend EX01 ;; cloud=notls",
        setup: r"receive=EX01\Default Frontend EX01/gone ; installed=mail.contoso.com/SMTP",
        said: "Set-ReceiveConnector",
        asked: &["Get-ReceiveConnector", "See which certificate"],
    },
    Known {
        name: "Exchange Online reports it, and the exports show why",
        sessions: "-",
        setup: r"receive=EX01\Default Frontend EX01/gone ; installed=mail.contoso.com/SMTP ; \
                queue=450 4.4.317 Cannot connect to remote server [Message=SubjectMismatch Expected \
                Subject: mail.contoso.com Presented Subject: CN=EX01] \
                [LastAttemptedServerName=mail.contoso.com]",
        said: "Set-ReceiveConnector",
        asked: &["see on each server which", "Read in the receive log"],
    },
];

fn steps(finding: &Finding) -> String {
    let undo = |text: &String| format!("to undo: {text}");
    let texts = finding.remedy.iter().flat_map(|step| {
        [Some(step.action.clone()), step.command.clone(), step.undo.as_ref().map(undo)]
    });
    texts.flatten().collect::<Vec<_>>().join("\n")
}

#[test]
fn no_step_asks_for_what_the_evidence_holds() {
    let mut complaints = Vec::new();
    for known in CASES {
        let setup = known.setup.replace("TENANT", TENANT).replace("\\\n                ", "");
        let sessions = known.sessions.replace("DENIED", DENIED);
        let report = diagnose(&Case::of(&sessions, &setup).evidence());
        let cause = report.findings.iter().find(|one| one.status == Status::Cause);
        let text = cause.map(steps).unwrap_or_default();
        let asked: Vec<_> = known.asked.iter().filter(|words| text.contains(**words)).collect();
        if cause.is_none() || !text.contains(known.said) || !asked.is_empty() {
            let cause = report.cause.name();
            complaints.push(format!("{}: {cause}, asked {asked:?}\n{text}", known.name));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

/// The same questions stand where nothing answers them.
#[test]
fn what_no_export_says_is_asked_for() {
    for (sessions, setup, asked) in [
        (
            "until=2026-11-10 ;; DENIED",
            "send=Outbound to Office 365/named",
            "Get-ExchangeCertificate -Server 'EX01' | Format-List",
        ),
        ("tls=error:UntrustedRoot", "-", "See whether the root is there"),
        ("tls=error:AlgorithmMismatch", "-", "See whether TLS 1.2 is switched off"),
        (
            "DENIED",
            "inbound=In/OnPremises/on/mail.contoso.com ; accepted=contoso.com,mail.contoso.com",
            "See when the connector was changed",
        ),
        (r"connector=EX01\Default Frontend EX01 ;; cloud=notls", "-", "Get-ReceiveConnector"),
    ] {
        let report = diagnose(&Case::of(&sessions.replace("DENIED", DENIED), setup).evidence());
        let cause = report.findings.iter().find(|one| one.status == Status::Cause).unwrap();
        assert!(steps(cause).contains(asked), "{sessions}: {}", steps(cause));
    }
}

#[test]
fn logs_without_a_session_are_looked_for_where_the_send_connectors_say() {
    let report = |setup: &str| {
        let mut evidence = Case::of("-", setup).evidence();
        evidence.logs_given = true;
        let report = diagnose(&evidence);
        assert_eq!(report.cause.name(), "NoEvidence");
        let cause = report.findings.iter().find(|one| one.status == Status::Cause).unwrap();
        format!("{}\n{}", cause.message, steps(cause))
    };
    let known = report("send=Out//contoso-com.mail.protection.outlook.com/Verbose/EX01,EX02");
    assert!(known.contains("Get-TransportService -Identity 'EX02'"), "{known}");
    assert!(!known.contains("ProtocolLoggingLevel") && !known.contains("been off"), "{known}");
    let open = report("send=Out//contoso-com.mail.protection.outlook.com//EX01");
    assert!(open.contains("-ProtocolLoggingLevel Verbose") && open.contains("been off"), "{open}");
    let nothing = report("-");
    assert!(nothing.contains("Get-SendConnector | Format-List Name,SmartHosts"), "{nothing}");
}

/// An error of a queue shows no certificate; whether the connector logs, its export says.
#[test]
fn an_error_without_session_asks_for_logging_only_where_the_connector_may_not_log() {
    let report = |level: &str| {
        let setup = format!(
            "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com ; \
             queue=550 5.7.64 TenantAttribution; Relay Access Denied ; \
             send=Out//contoso-com.mail.protection.outlook.com/{level}/EX01,EX02"
        );
        let report = diagnose(&Case::of("-", &setup).evidence());
        assert_eq!(report.cause.name(), "OpenQuestion");
        let cause = report.findings.iter().find(|one| one.status == Status::Cause).unwrap();
        let undo = cause.remedy.iter().filter_map(|step| step.undo.as_deref());
        format!("{}\n{}", steps(cause), undo.collect::<Vec<_>>().join("\n"))
    };
    let logs = report("Verbose");
    assert!(logs.contains("Get-TransportService -Identity 'EX02'"), "{logs}");
    assert!(!logs.contains("-ProtocolLoggingLevel"), "{logs}");
    let silent = report("None");
    assert!(silent.contains("Set-SendConnector 'Out' -ProtocolLoggingLevel Verbose"), "{silent}");
    assert!(silent.contains("Set-SendConnector 'Out' -ProtocolLoggingLevel None"), "{silent}");
    let open = report("");
    assert!(open.contains("-ProtocolLoggingLevel Verbose"), "{open}");
    assert!(!open.contains("-ProtocolLoggingLevel None") && open.contains("had before"), "{open}");
}

#[test]
fn certificates_in_the_wrong_store_are_named_and_not_looked_for() {
    for (setup, finding, command) in [
        (
            "rootinca",
            "RootInIntermediateStore",
            r"Remove-Item -LiteralPath 'Cert:\LocalMachine\CA\",
        ),
        ("cainroot", "IntermediateInRootStore", r"-Destination 'Cert:\LocalMachine\CA'"),
    ] {
        let tenant = "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com";
        let setup = format!("{tenant} ; {setup}=mail.contoso.com");
        let report = diagnose(&Case::of("-", &setup).evidence());
        let found = report.findings.iter().find(|one| one.id.name() == finding).unwrap();
        let text = steps(found);
        assert!(text.contains(command) && !text.contains("Get-ChildItem"), "{text}");
        let thumbprint = found.message.rsplit_once('(').unwrap().1;
        assert!(text.contains(&thumbprint[..40]), "{}\n{text}", found.message);
        assert!(text.contains("to undo: "), "{text}");
    }
}

/// Of certificate and store only the one that is missing is asked for.
#[test]
fn only_the_missing_part_of_a_chain_is_asked_for() {
    let tenant = "inbound=In/OnPremises/on/*.contoso.com ; accepted=contoso.com ; \
                  from=anna@contoso.com";
    let report = diagnose(&Case::of("-", &format!("{tenant} ; leaf=mail.contoso.com")).evidence());
    let open = report.findings.iter().find(|one| one.id.name() == "ChainNotKnown").unwrap();
    let text = format!("{}\n{}", open.message, steps(open));
    assert!(text.contains("ca.p7b") && !text.contains("sent.cer"), "{text}");
    assert!(text.contains("its intermediate store was not given"), "{text}");
}

/// Enabling one certificate can change what a connector without a TlsCertificateName chooses.
#[test]
fn a_certificate_that_another_connector_would_choose_is_not_enabled_before_that_is_said() {
    let second = "connector=Second ;; cert=hybrid.contoso.com,shared.contoso.com ;; from=<> ;; \
                  to=bob@fabrikam.com";
    let failed = "cert=mail.contoso.com,shared.contoso.com ;; tls=error:UnknownCredentials";
    let sessions = [failed, second, failed, second].join(" || ");
    let steps_with = |fqdn: &str| {
        let setup = format!(
            "inbound=Hybrid/OnPremises/on/hybrid.contoso.com ; inbound=HQ/OnPremises/on//203.0.113.5 ; \
             accepted=contoso.com,hybrid.contoso.com ; send=Second/////{fqdn} ; \
             installed=hybrid.contoso.com,shared.contoso.com/SMTP/public ; \
             installed=mail.contoso.com,shared.contoso.com/IIS/public,until:2028-01-01"
        );
        let report = diagnose(&Case::of(&sessions, &setup).evidence());
        let cause = report.findings.iter().find(|one| one.status == Status::Cause).unwrap();
        steps(cause)
    };
    let shared = steps_with("shared.contoso.com");
    assert!(shared.contains("Enable-ExchangeCertificate"), "{shared}");
    let said =
        "the mail of EX01, which shows hybrid.contoso.com, delivered today, would then be refused";
    assert!(shared.contains(said), "{shared}");
    // By a name that only the present one has, it goes on choosing that.
    let own = steps_with("hybrid.contoso.com");
    assert!(own.contains("Enable-ExchangeCertificate") && !own.contains(said), "{own}");
}
