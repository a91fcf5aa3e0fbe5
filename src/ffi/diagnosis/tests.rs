use std::ptr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use widestring::U16String;

use super::*;

mod cancelled;

use crate::chain::embedded_roots;
use crate::diagnosis::Evidence;
use crate::evidence::EvidenceReader;
use crate::evidence::chain_event::{ChainEventQuery, ChainEventReader};
use crate::ffi::status::{
    EOP_CERTIFICATE_NOT_FOUND, EOP_INVALID_ARGUMENT, EOP_INVALID_TEXT, EOP_INVALID_THUMBPRINT,
    EOP_NULL_ARGUMENT, EOP_OK,
};
use crate::ffi::{eop_text_free, eop_text_get};
use crate::session::Session;
use crate::timestamp::Timestamp;

const AT: &str = "2026-11-16T00:00:00.000Z";

type Function = unsafe extern "C" fn(*const u16, size_t, *mut u64, *mut ErrorDetail) -> i32;

fn tested(request: &Value) -> Result<Value, i32> {
    answered(eop_test, request)
}

fn answered(function: Function, request: &Value) -> Result<Value, i32> {
    let request = U16String::from_str(&request.to_string());
    let (mut report, mut units, mut length) = (0, ptr::null(), 0);
    let no_error = ptr::null_mut();
    // SAFETY: a text and a local variable.
    let status = unsafe { function(request.as_ptr(), request.len(), &raw mut report, no_error) };
    if status != EOP_OK {
        assert_eq!(report, 0);
        return Err(status);
    }
    // SAFETY: the outputs are local variables.
    let status = unsafe { eop_text_get(report, &raw mut units, &raw mut length, no_error) };
    assert_eq!(status, EOP_OK);
    // SAFETY: the view is valid until the handle is freed below.
    let json = unsafe { U16String::from_ptr(units, length) }.to_string().unwrap();
    // SAFETY: no detail is asked for.
    assert_eq!(unsafe { eop_text_free(report, no_error) }, EOP_OK);
    Ok(serde_json::from_str(&json).unwrap())
}

/// A refused session, as the module hands it over.
fn session() -> Value {
    json!({
        "LogType": "Send", "Server": "EX1", "LogPath": "C:\\Logs\\SEND1.LOG", "Line": 12,
        "StartTime": "2026-11-15T01:02:03.100Z", "EndTime": "2026-11-15T01:02:04.200Z",
        "Connector": "Outbound", "SessionId": "08DE240512345678", "IsEop": true,
        "StartTlsOffered": true, "TlsStatus": "Succeeded", "PublicIPAddress": "203.0.113.7",
        "SentCertificate": {
            "Subject": "CN=mail.contoso.com", "Issuer": "CN=Fabrikam CA 5",
            "Thumbprint": "1234567890ABCDEF1234567890ABCDEF12345678",
            "DnsNames": ["mail.contoso.com"],
        },
        "Messages": [{
            "MailFrom": "anna@contoso.com", "Outcome": "Refused",
            "Recipients": [{
                "Address": "ben@fabrikam.com", "Rejection": "RelayDenied",
                "Reply": "550 5.7.64 TenantAttribution; Relay Access Denied",
            }],
        }],
        "Reply": "550 5.7.64 TenantAttribution; Relay Access Denied", "Rejection": "RelayDenied",
        "Outcome": "Refused", "Complete": true, "RowCount": 20,
    })
}

fn connector() -> Value {
    json!({
        "PSTypeNames": ["Deserialized.Microsoft.Exchange.Management.InboundConnector"],
        "Name": "From EX", "Enabled": "True", "ConnectorType": "OnPremises",
        "TlsSenderCertificateName": "mail.contosso.com", "SenderIPAddresses": [],
    })
}

fn root() -> (String, String) {
    let root = &embedded_roots()[0];
    (root.thumbprint().to_string(), STANDARD.encode(root.der()))
}

#[test]
fn a_request_gives_the_report_of_the_core() {
    let request = json!({
        "At": AT, "WarningDays": 14, "MailFrom": "<>", "Sessions": [session()],
        "InboundConnectors": [connector()], "AcceptedDomains": [{"DomainName": "contoso.com"}],
    });
    let mut evidence = Evidence::new(Timestamp::parse(AT).unwrap());
    evidence.warning_days = Some(14);
    evidence.mail_from = Some("<>".parse().unwrap());
    let read = |name: &str, member: &str| {
        let json = request[member].to_string();
        crate::evidence::ExchangeObjects::from_bytes(name, json.as_bytes()).unwrap()
    };
    evidence.add_inbound_connectors(&read("-InboundConnector", "InboundConnectors"));
    evidence.add_accepted_domains(&read("-AcceptedDomain", "AcceptedDomains"));
    evidence.add_session(&serde_json::from_value::<Session>(session()).unwrap());
    let expected = serde_json::to_value(diagnose(&evidence)).unwrap();
    assert_eq!(expected["Cause"], "NameMismatch", "{expected:#}");
    assert_eq!(tested(&request), Ok(expected));
}

#[test]
fn names_alone_do_for_accepted_domains_and_for_nothing_else() {
    let report = |domains: Value, connectors: Value| {
        let request = json!({
            "At": AT, "Sessions": [session()], "InboundConnectors": connectors,
            "AcceptedDomains": domains,
        });
        let mut report = tested(&request).unwrap();
        report["Inputs"] = Value::Null;
        report
    };
    let objects = json!([{ "DomainName": "contoso.com" }, { "DomainName": "mail.contoso.com" }]);
    let expected = report(objects, json!([connector()]));
    let names = json!(["contoso.com", "mail.contoso.com"]);
    assert_eq!(report(names.clone(), json!([connector()])), expected);
    // None of the given texts is a domain: the list is not taken for an empty one.
    for (domains, connectors, member) in [
        (json!(["contoso com"]), json!([connector()]), "-AcceptedDomain"),
        (names, json!(["From EX", "From EX2"]), "-InboundConnector"),
    ] {
        let unread = report(domains, connectors);
        assert_eq!(unread["ExitCode"], 40, "{unread:#}");
        let message = finding(&unread, "InputUnreadable");
        let says = message.contains(member) && message.contains("is no object");
        assert!(says, "{message}");
        assert_ne!(unread["Cause"], "ConnectorMissing");
    }
    let many: Vec<String> = (0..500).map(|number| format!("d{number}.contoso.com")).collect();
    let many = report(json!(many), json!([connector()])).to_string();
    assert!(!many.contains("is no object") && !many.contains("are not listed"), "{many}");
}

#[test]
fn steps_name_the_options_of_who_reads_them() {
    let step = |names: Option<&str>| {
        let mut request = json!({ "At": AT, "Sessions": [session()], "OptionNames": names });
        if names.is_none() {
            request.as_object_mut().unwrap().remove("OptionNames");
        }
        let report = tested(&request)?.to_string();
        let known = ["with --inbound-connector.", "with -InboundConnector."];
        Ok(known.map(|words| report.contains(words)))
    };
    assert_eq!(step(None), Ok([true, false]));
    assert_eq!(step(Some("Command")), Ok([true, false]));
    assert_eq!(step(Some("PowerShell")), Ok([false, true]));
    assert_eq!(step(Some("Bash")), Err(EOP_INVALID_ARGUMENT));
}

#[test]
fn nothing_given_is_no_evidence_and_never_healthy() {
    for request in [json!({}), json!({ "Sessions": [] }), json!({ "Sessions": null })] {
        let report = tested(&request).unwrap();
        assert_eq!(
            (&report["Verdict"], &report["Cause"]),
            (&json!("Uncertain"), &json!("NoEvidence"))
        );
    }
}

#[test]
fn what_is_no_session_is_told_and_the_others_are_judged() {
    let request = json!({ "At": AT, "Sessions": [session(), { "Outcome": "Refused" }] });
    let report = tested(&request).unwrap();
    let damage = finding(&report, "EvidenceDamaged");
    assert!(damage.contains("sessions of the pipeline") && damage.contains("LogType"), "{damage}");
    assert_ne!(report["Cause"], "NoEvidence");
}

#[test]
fn objects_of_another_kind_are_not_taken_for_an_empty_list() {
    let others = json!([{ "DomainName": "contoso.com" }]);
    let request = json!({ "At": AT, "Sessions": [session()], "InboundConnectors": others });
    let report = tested(&request).unwrap();
    assert_ne!(report["Cause"], "ConnectorMissing");
    let unreadable = finding(&report, "InputUnreadable");
    assert!(unreadable.contains("-InboundConnector (1 object of another kind"), "{unreadable}");
    assert!(unreadable.contains("1 accepted domain, to be given as such"), "{unreadable}");
    let missing = finding(&report, "ConnectorsNotGiven");
    assert!(missing.contains("could not be read"), "{missing}");

    let mixed = json!([others[0], connector(), { "Color": "red", "Name": "X" }]);
    let request = json!({ "At": AT, "Sessions": [session()], "InboundConnectors": mixed });
    let report = tested(&request).unwrap();
    assert_eq!(report["Cause"], "NameMismatch");
    assert!(finding(&report, "EvidenceDamaged").contains("2 objects of another kind"));
    assert!(report.to_string().contains("object with Color, Name, Name X"), "{report}");
}

#[test]
fn an_export_whose_objects_are_lost_to_damage_is_not_taken_for_an_empty_one() {
    for content in ["<Objs", "<Objs Version=\"1.1.0.1\"><Obj><MS><S N=\"Na", "[{\"Name\": \"Inb"] {
        let files = json!([{ "Path": "inbound.xml", "Content": STANDARD.encode(content) }]);
        let request = json!({ "At": AT, "Sessions": [session()], "InboundConnectorFiles": files });
        let report = tested(&request).unwrap();
        assert_ne!(report["Cause"], "ConnectorMissing", "{content}");
        assert_eq!(report["ExitCode"], 40, "{content}");
        assert!(finding(&report, "InputUnreadable").contains("inbound.xml"), "{content}");
        assert!(finding(&report, "ConnectorsNotGiven").contains("could not be read"), "{content}");
    }
}

#[test]
fn certificates_are_judged_from_files_objects_and_thumbprints_alike() {
    let (thumbprint, der) = root();
    let object = json!({ "RawData": der });
    let with_thumbprint = json!({ "Thumbprint": thumbprint, "RawData": der });
    for request in [
        json!({ "At": AT, "CertificateFiles": [{ "Path": "x.cer", "Content": der }] }),
        json!({ "At": AT, "Certificates": [object] }),
        json!({ "At": AT, "InstalledCertificates": [object, with_thumbprint],
                "Thumbprints": [format!("\u{200E}{}", thumbprint.to_lowercase())] }),
    ] {
        let report = tested(&request).unwrap();
        assert_eq!(report["Certificate"]["Thumbprint"], thumbprint, "{request}");
    }
}

#[test]
fn a_certificate_without_its_bytes_cannot_be_judged_and_the_answer_says_so() {
    let (thumbprint, der) = root();
    let flat = json!([{ "Thumbprint": thumbprint, "Subject": "CN=mail.contoso.com" }]);
    let report = tested(&json!({ "Certificates": flat })).unwrap();
    assert!(finding(&report, "InputUnreadable").contains("RawData"));
    let wanted = |installed: &Value, thumbprint: &str| {
        tested(&json!({ "InstalledCertificates": installed, "Thumbprints": [thumbprint] }))
    };
    assert_eq!(wanted(&flat, &thumbprint), Err(EOP_CERTIFICATE_NOT_FOUND));
    assert_eq!(
        wanted(&json!([{ "RawData": der }]), &"1".repeat(40)),
        Err(EOP_CERTIFICATE_NOT_FOUND)
    );
    assert_eq!(wanted(&flat, "12 34"), Err(EOP_INVALID_THUMBPRINT));
    assert_eq!(tested(&json!({ "Thumbprints": [thumbprint] })), Err(EOP_CERTIFICATE_NOT_FOUND));
}

#[test]
fn files_that_cannot_be_read_are_told_by_their_name() {
    let files = json!([{ "Path": "x.cer", "Content": STANDARD.encode("hello") }]);
    for member in ["CertificateFiles", "IntermediateFiles", "RootFiles"] {
        let report = tested(&json!({ "At": AT, "Sessions": [session()], member: files })).unwrap();
        assert!(finding(&report, "InputUnreadable").contains("x.cer"), "{member}");
        assert_eq!(report["ExitCode"], 40, "{member}");
    }
    // Once, and not in the reason too.
    let empty = tempfile::tempdir().unwrap();
    let files = json!([{ "Path": "x.cer", "Content": STANDARD.encode("Hello, John!") }]);
    for (member, value, path) in [
        ("InboundConnectorFiles", &files, "x.cer"),
        ("InstalledCertificateFiles", &files, "x.cer"),
        ("QueueErrorFiles", &json!([{ "Path": "x.cer", "Content": "" }]), "x.cer"),
        ("EvidencePaths", &json!([empty.path()]), empty.path().to_str().unwrap()),
    ] {
        let report = tested(&json!({ "At": AT, "Sessions": [session()], member: value })).unwrap();
        let unreadable = report["Findings"].as_array().unwrap().iter();
        let mut unreadable = unreadable.filter(|finding| finding["Id"] == "InputUnreadable");
        let shown = &unreadable.next().unwrap()["Evidence"][0];
        assert_eq!(shown["Path"], path, "{member}");
        assert!(!shown["Text"].as_str().unwrap().contains(path), "{member}: {shown}");
    }
}

#[test]
fn queue_errors_are_joined_to_the_sessions_and_alone_decide_no_more_than_they_say() {
    let reply = "550 5.7.64 TenantAttribution; Relay Access Denied";
    let object = json!({ "Identity": "EX1\\3", "LastError": reply });
    let file = json!({ "Path": "ndr.txt", "Content": STANDARD.encode(reply) });
    let request = json!({
        "At": AT, "Sessions": [session()], "QueueErrors": [reply, object], "QueueErrorFiles": [file],
    });
    assert!(finding(&tested(&request).unwrap(), "QueueErrorJoined").contains("the log says"));
    let alone =
        json!({ "At": AT, "QueueErrors": ["421 4.4.1 Connection timed out", { "Name": "x" }] });
    let report = tested(&alone).unwrap();
    assert_eq!(
        (&report["Verdict"], &report["Cause"]),
        (&json!("Uncertain"), &json!("CoverTextOnly"))
    );
    let mut reported = report["Findings"].as_array().unwrap().iter();
    let reported = reported.find(|finding| finding["Id"] == "CoverTextOnly").unwrap();
    assert_eq!((&reported["Sessions"], &reported["FirstSession"]), (&json!(0), &json!(null)));
    let damaged = report["Findings"].as_array().unwrap().iter();
    let mut damaged = damaged.filter(|finding| finding["Id"] == "EvidenceDamaged");
    assert_eq!(damaged.next().unwrap()["Evidence"][0]["Path"], "-QueueError");
}

#[test]
fn a_request_that_is_none_is_refused() {
    for request in [
        json!([]),
        json!("x"),
        json!({ "Unknown": 1 }),
        json!({ "At": "yesterday" }),
        json!({ "SourceIPAddress": "203.0.113" }),
        json!({ "WarningDays": -1 }),
        json!({ "Sessions": {} }),
        json!({ "CertificateFiles": [{ "Path": "x" }] }),
    ] {
        assert_eq!(tested(&request), Err(EOP_INVALID_ARGUMENT), "{request}");
    }
    let (half, mut report) = ([0xD83D_u16], 0);
    // SAFETY: a slice and a local variable.
    let status = unsafe { eop_test(half.as_ptr(), 1, &raw mut report, ptr::null_mut()) };
    assert_eq!((status, report), (EOP_INVALID_TEXT, 0));
    // SAFETY: the length is checked before anything is read.
    let status = unsafe {
        let length = EOP_MAXIMUM_REQUEST_LENGTH + 1;
        eop_test(half.as_ptr(), length, &raw mut report, ptr::null_mut())
    };
    assert_eq!((status, report), (EOP_INVALID_ARGUMENT, 0));
    // SAFETY: NULL is checked before anything is read.
    let missing = unsafe { eop_test(ptr::null(), 0, &raw mut report, ptr::null_mut()) };
    // SAFETY: as above.
    let nowhere = unsafe { eop_test(half.as_ptr(), 1, ptr::null_mut(), ptr::null_mut()) };
    assert_eq!((missing, nowhere, report), (EOP_NULL_ARGUMENT, EOP_NULL_ARGUMENT, 0));
}

#[test]
fn a_request_gives_the_certificates_of_the_core() {
    let send = json!([{ "Name": "Outbound", "TlsCertificateName": null, "Fqdn": "mail.contoso.com",
        "SmartHosts": ["contoso-com.mail.protection.outlook.com"] }]);
    let installed = json!([{ "Thumbprint": "1234567890ABCDEF1234567890ABCDEF12345678",
        "Subject": "CN=mail.contoso.com", "Issuer": "CN=Fabrikam CA 5", "PSComputerName": "EX9",
        "NotBefore": "2026-01-01T00:00:00Z", "NotAfter": "2026-12-24T00:00:00Z",
        "CertificateDomains": ["mail.contoso.com"] }]);
    let mut untold = session();
    untold["Server"] = Value::Null;
    let request = json!({ "At": AT, "Server": "EX1", "WarningDays": 60, "Sessions": [untold],
        "SendConnectors": send, "InstalledCertificates": installed });
    let overview = answered(eop_certificates, &request).unwrap();
    let row = &overview["Certificates"][0];
    for (member, expected) in [
        ("Server", json!("EX1")),
        ("Connector", json!("Outbound")),
        ("Status", json!("ExpiresSoon")),
        ("DaysLeft", json!(38)),
        ("SelectedBy", json!("ConnectorFqdn")),
        ("Comparison", json!("Same")),
    ] {
        assert_eq!(row[member], expected, "{member} of {row:#}");
    }
    assert_eq!(row["SentCertificates"][0]["LastOutcome"], "Refused");
    assert_eq!((&overview["ExitCode"], &overview["Problems"]), (&json!(10), &json!([])));
}

#[test]
fn objects_that_are_no_send_connectors_are_a_problem() {
    let request = json!({ "SendConnectors": [{ "DomainName": "contoso.com" }] });
    let overview = answered(eop_certificates, &request).unwrap();
    assert_eq!(overview["ExitCode"], 40);
    assert_eq!(overview["Problems"][0]["Path"], "-SendConnector");
    let nothing = answered(eop_certificates, &json!({})).unwrap();
    assert_eq!((&nothing["ExitCode"], &nothing["Certificates"]), (&json!(30), &json!([])));
    assert_eq!(answered(eop_certificates, &json!([])), Err(EOP_INVALID_ARGUMENT));
}

#[test]
fn a_request_gives_the_plan_of_the_core() {
    const NEW: &[u8] = include_bytes!("../../../examples/stories/missing-intermediate/sent.pem");
    let send = json!([{ "Name": "Outbound", "TlsCertificateName": "<I>CN=Before CA<S>CN=sent.contoso.com",
        "SmartHosts": ["contoso-com.mail.protection.outlook.com"], "SourceTransportServers": ["EX1"] }]);
    let content = json!({ "Path": "new.pem", "Content": STANDARD.encode(NEW) });
    let request = json!({ "At": AT, "CertificateFiles": [content], "SendConnectors": send });
    let plan = answered(eop_renewal_plan, &request).unwrap();
    assert_eq!(plan["SchemaVersion"], 1, "{plan:#}");
    assert_eq!(plan["Certificates"][0]["Path"], "new.pem");
    let nothing = answered(eop_renewal_plan, &json!({})).unwrap();
    assert_eq!((&nothing["ExitCode"], &nothing["Verdict"]), (&json!(30), &json!("Uncertain")));
    assert_eq!(answered(eop_renewal_plan, &json!([])), Err(EOP_INVALID_ARGUMENT));
}

/// The finding with that id, as text.
fn finding(report: &Value, id: &str) -> String {
    let findings = report["Findings"].as_array().unwrap();
    let found = findings.iter().find(|finding| finding["Id"] == id);
    found.unwrap_or_else(|| panic!("no {id} in {report:#}")).to_string()
}

#[test]
fn logs_of_the_wizard_stand_in_for_connectors_and_an_export_wins() {
    let log = "2026.11.14 20:00:00.000               Current Time Zone: UTC (8:00:00 PM)\r\n\
               2026.11.14 20:00:01.000         10276 [Client=UX, Session=Tenant, \
               Cmdlet=New-InboundConnector, Thread=9] START New-InboundConnector -Name 'Inbound' \
               -ConnectorType 'OnPremises' -TLSSenderCertificateName 'mail.contosso.com'\r\n\
               2026.11.14 20:00:02.000         10277 [Client=UX, Session=Tenant, \
               Cmdlet=New-InboundConnector, Thread=9] FINISH Time=900.1ms Results=1\r\n";
    let file = |bytes: &str| json!([{ "Path": "C:\\hcw.log", "Content": STANDARD.encode(bytes) }]);
    let mut request = json!({
        "At": AT, "Sessions": [session()], "HybridLogFiles": file(log),
        "AcceptedDomains": [{ "DomainName": "contoso.com" }],
    });
    let report = tested(&request).unwrap();
    assert_eq!(report["Cause"], "NameMismatch", "{report:#}");
    let cause = &report["Findings"][0];
    assert_eq!(cause["Confidence"], "Inferred");
    let proof =
        cause["Evidence"].as_array().unwrap().iter().find(|line| line["Line"] == 2).unwrap();
    assert_eq!(proof["Path"], "C:\\hcw.log");
    assert!(proof["Text"].as_str().unwrap().contains("1 day before this report"), "{proof}");
    assert!(finding(&report, "ConnectorsFromWizard").contains("Inbound"));

    request["InboundConnectors"] = json!([connector()]);
    let report = tested(&request).unwrap();
    assert_eq!(report["Findings"][0]["Confidence"], "Documented");
    let ids = report["Findings"].to_string();
    assert!(!ids.contains("ConnectorsFromWizard"), "{ids}");

    request["HybridLogFiles"] = file("no log");
    assert!(finding(&tested(&request).unwrap(), "InputUnreadable").contains("hcw.log"));
    request["HybridLogFiles"] = file(r#"{"CurrentDomain":"contoso.com","Mode":"FullHybrid"}"#);
    assert!(finding(&tested(&request).unwrap(), "EvidenceDamaged").contains("FullHybrid"));
    request["HybridLogFiles"] = json!([{ "Path": "x", "Content": "*" }]);
    assert!(finding(&tested(&request).unwrap(), "InputUnreadable").contains("base64"));
}

/// An event about a certificate, as EventLogRecord.ToXml() gives it.
fn chain_event(thumbprint: &str) -> String {
    include_str!("../../../tests/fixtures/chain-events/partial-chain.xml")
        .replace("E8412F6A9C03D7B5518E2A4C6F90B3D5E7F81A2C", thumbprint)
        .replace("EX01.contoso.com", "EX1.contoso.com")
}

#[test]
fn the_chain_log_is_taken_as_files_texts_and_objects() {
    let xml = chain_event("1234567890ABCDEF1234567890ABCDEF12345678");
    let contents = vec![("capi2.xml".to_owned(), xml.clone().into_bytes())];
    let query = ChainEventQuery { contents, ..ChainEventQuery::default() };
    let object = ChainEventReader::new(query).next_batch(10, u64::MAX).unwrap().records.remove(0);
    let file = json!({"Path": "capi2.xml", "Content": STANDARD.encode(&xml)});
    for (given, path) in [
        (json!({"ChainEventFiles": [file]}), "capi2.xml"),
        (json!({"ChainEvents": [xml]}), "-ChainEvent"),
        (json!({"ChainEvents": [object]}), "capi2.xml"),
    ] {
        let mut request = json!({"At": AT, "Sessions": [session()]});
        request.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
        let report = tested(&request).unwrap();
        assert_eq!(report["Cause"], "ChainIncompleteLogged", "{given}");
        let evidence = report["Findings"][0]["Evidence"].as_array().unwrap();
        assert!(evidence.iter().any(|line| line["Path"] == path), "{evidence:?}");
        let text = evidence[1]["Text"].as_str().unwrap();
        assert!(text.starts_with("event 30 (record 4711): CERT_E_UNTRUSTEDROOT"), "{text}");
    }
}

#[test]
fn what_cannot_be_read_of_the_chain_log_is_told_in_the_report() {
    let finding = |given: &Value| {
        let mut request = json!({"At": AT, "Sessions": [session()]});
        request.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
        let report = tested(&request).unwrap();
        let findings = report["Findings"].as_array().unwrap();
        findings.iter().map(|one| one["Id"].as_str().unwrap().to_owned()).collect::<Vec<String>>()
    };
    for (given, expected) in [
        (json!({"ChainEvents": []}), "ChainEventsMissing"),
        (json!({"ChainEvents": ["<Event><System>"]}), "EvidenceDamaged"),
        (json!({"ChainEvents": [{"Fault": "PartialChain"}]}), "EvidenceDamaged"),
        (json!({"ChainEventFiles": [{"Path": "x", "Content": "?"}]}), "InputUnreadable"),
        (json!({"ChainEventFiles": [{"Path": "x", "Content": ""}]}), "ChainEventsMissing"),
    ] {
        let found = finding(&given);
        assert!(found.iter().any(|id| id == expected), "{given}: {found:?}");
    }
}

#[test]
fn a_folder_of_a_case_and_an_archive_of_it_are_judged_alike() {
    let project = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let story = project.join("examples/stories/two-causes");
    let scratch = tempfile::tempdir().unwrap();
    let archive = scratch.path().join("case.zip");
    let mut packed = zip::write::ZipWriter::new(std::fs::File::create(&archive).unwrap());
    for entry in std::fs::read_dir(&story).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        packed.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut packed, &std::fs::read(&path).unwrap()).unwrap();
    }
    packed.finish().unwrap();
    let judged = |path: &std::path::Path| {
        let report = tested(&json!({ "At": "2026-11-20T00:00:00.000Z", "EvidencePaths": [path] }));
        let report = report.unwrap();
        (report["Verdict"].clone(), report["Cause"].clone(), report["Scopes"].clone())
    };
    let (verdict, cause, scopes) = judged(&story);
    assert_eq!(verdict, "Refused");
    assert_eq!(judged(&archive), (verdict, cause, scopes));

    let missing = tested(&json!({ "EvidencePaths": [scratch.path().join("missing")] })).unwrap();
    let findings = missing["Findings"].to_string();
    assert!(findings.contains("missing"), "{findings}");
    assert_eq!(tested(&json!({ "EvidencePaths": "not a list" })), Err(EOP_INVALID_ARGUMENT));
}
