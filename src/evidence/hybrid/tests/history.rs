//! What follows from whole logs.

use super::super::{
    HybridChange, HybridHistory, HybridHistoryBuilder, HybridObjectType, HybridOutcome, HybridSide,
};
use super::fixtures::{CONNECTOR, UTC, cmdlet, comparison, header, line, set_sender_name};
use crate::connector::{ConnectorType, Eligibility};
use crate::finding::Severity;
use crate::log::NoticeCode;
use crate::timestamp::Timestamp;

fn history_of(files: &[(&str, &str)]) -> HybridHistory {
    let mut builder = HybridHistoryBuilder::default();
    for (path, text) in files {
        builder.add_bytes(path, text.as_bytes());
    }
    builder.finish()
}

fn history(text: &str) -> HybridHistory {
    history_of(&[("20261102_081530.log", text)])
}

/// The lines without those of information.
fn trouble(history: &HybridHistory) -> Vec<String> {
    let notices = history.notices.iter();
    notices
        .filter(|notice| notice.severity > Severity::Information)
        .map(ToString::to_string)
        .collect()
}

fn names(change: &HybridChange) -> (Option<&str>, Option<&str>) {
    (
        change.tls_sender_certificate_name_before.as_deref(),
        change.tls_sender_certificate_name_after.as_deref(),
    )
}

#[test]
fn a_change_is_told_with_before_and_after_and_leaves_its_state() {
    let text = header(UTC)
        + &comparison("08:20:00.000", "mail.contoso.com", "*.contoso.com")
        + &set_sender_name("08:21:00.000", "*.contoso.com", "0")
        + &comparison("08:22:00.000", "*.contoso.com", "*.contoso.com");
    let history = history(&text);
    assert_eq!(trouble(&history), [""; 0]);
    let [change] = history.changes.as_slice() else { panic!("{:#?}", history.changes) };
    assert_eq!(names(change), (Some("mail.contoso.com"), Some("*.contoso.com")));
    assert_eq!(change.outcome, HybridOutcome::Succeeded);
    assert_eq!(change.side, HybridSide::Tenant);
    assert_eq!(change.identity.as_deref(), Some(CONNECTOR));
    assert_eq!(change.cmdlet.as_deref(), Some("Set-InboundConnector"));
    assert_eq!(change.start_time.unwrap().to_string(), "2026-11-02T08:21:00.000Z");
    assert_eq!(change.end_time.unwrap().to_string(), "2026-11-02T08:21:00.812Z");
    assert_eq!(change.duration_milliseconds, Some(812));
    assert_eq!(
        (change.task.as_deref(), change.phase.as_deref()),
        (Some("MailFlow"), Some("Configure"))
    );
    assert!(change.is_time_zone_known && !change.undoes_manual_change);
    assert_eq!(change.line, 16);
    let (state, connector) = history.inbound_connectors().next().unwrap();
    assert_eq!(connector.name, CONNECTOR);
    assert_eq!(connector.tls_sender_certificate_name.as_deref(), Some("*.contoso.com"));
    assert_eq!(connector.connector_type, Some(ConnectorType::OnPremises));
    assert_eq!(connector.connector_source.as_deref(), Some("HybridWizard"));
    assert!(connector.sender_ip_addresses.unwrap().is_empty());
    assert_eq!(state.as_of.unwrap().to_string(), "2026-11-02T08:22:00.000Z");
    let at = Timestamp::parse("2026-11-30T00:00:00Z").unwrap();
    assert_eq!(state.age_days(at), Some(27));
}

#[test]
fn what_failed_leaves_what_was_found() {
    let text = header(UTC)
        + &comparison("08:20:00.000", "mail.contoso.com", "*.contoso.com")
        + &set_sender_name("08:21:00.000", "*.contoso.com", "error: Zugriff verweigert.");
    let history = history(&text);
    assert_eq!(history.changes.len(), 1);
    assert_eq!(history.changes[0].outcome, HybridOutcome::Failed);
    assert!(history.changes[0].error.as_ref().unwrap().contains("Zugriff verweigert."));
    let (_, connector) = history.inbound_connectors().next().unwrap();
    assert_eq!(connector.tls_sender_certificate_name.as_deref(), Some("mail.contoso.com"));
}

#[test]
fn what_the_log_does_not_show_to_be_set_is_neither_value() {
    for text in [
        header(UTC) + &comparison("08:20:00.000", "mail.contoso.com", "*.contoso.com"),
        header(UTC)
            + &comparison("08:20:00.000", "mail.contoso.com", "*.contoso.com")
            + &set_sender_name("08:21:00.000", "*.contoso.com", ""),
    ] {
        let history = history(&text);
        let [change] = history.changes.as_slice() else { panic!("{:#?}", history.changes) };
        assert_eq!(change.outcome, HybridOutcome::NotShown);
        assert_eq!(names(change), (Some("mail.contoso.com"), Some("*.contoso.com")));
        let (state, connector) = history.inbound_connectors().next().unwrap();
        assert!(!connector.knows_certificate_name);
        assert!(state.unsettled.iter().any(|name| name == "TLSSenderCertificateName"), "{state:?}");
    }
}

#[test]
fn a_new_connector_is_enabled_unless_told_otherwise_and_a_removed_one_is_gone() {
    let new = format!(
        "New-InboundConnector -Name '{CONNECTOR}' -CloudServicesMailEnabled: $true -ConnectorSource \
         'HybridWizard' -ConnectorType 'OnPremises' -RequireTLS: $true -SenderDomains 'smtp:*;1' \
         -TLSSenderCertificateName '*.contoso.com'"
    );
    let text = header(UTC) + &cmdlet("08:21:00.000", "Tenant", &new, "1");
    let (_, connector) =
        history(&text).inbound_connectors().next().map(|(s, c)| (s.clone(), c)).unwrap();
    assert_eq!(connector.eligibility(), Eligibility::Eligible);
    let change = &history(&text).changes[0];
    assert_eq!(names(change), (None, Some("*.contoso.com")));
    assert!(change.property("TlsSenderCertificateName").unwrap().is_before_known);
    let remove = format!("Remove-InboundConnector -Identity '{CONNECTOR}' -Confirm: $false");
    let gone = text + &cmdlet("08:30:00.000", "Tenant", &remove, "0");
    let history = history(&gone);
    assert_eq!(history.changes.len(), 2);
    assert_eq!(history.inbound_connectors().count(), 0);
}

#[test]
fn the_certificate_of_the_send_connector_is_told_too() {
    let set = "Set-SendConnector -Identity 'Outbound to Office 365' -TlsCertificateName \
               '<I>CN=Trust Server CA 1, O=Trust AS, C=NO<S>CN=mail.contoso.com' -Fqdn \
               'mail.contoso.com' -SourceTransportServers {EX01, EX02}";
    let history = history(&(header(UTC) + &cmdlet("08:21:00.000", "OnPremises", set, "0")));
    let change = &history.changes[0];
    assert_eq!(change.object_type, HybridObjectType::SendConnector);
    assert_eq!(change.side, HybridSide::OnPremises);
    let after = change.tls_certificate_name_after.as_deref();
    assert_eq!(after, Some("<I>CN=Trust Server CA 1, O=Trust AS, C=NO<S>CN=mail.contoso.com"));
    let connector = history.connectors[0].to_send_connector().unwrap();
    assert_eq!(connector.tls_certificate_name.as_deref(), after);
    assert_eq!(connector.source_transport_servers.unwrap().values, ["EX01", "EX02"]);
}

#[test]
fn runs_are_told_in_their_order_and_hand_made_changes_that_one_undoes_are_known() {
    let first = header(UTC) + &set_sender_name("08:21:00.000", "*.contoso.com", "0");
    let second = (header(UTC)
        + &comparison("09:20:00.000", "relay.contoso.com", "*.contoso.com")
        + &set_sender_name("09:21:00.000", "*.contoso.com", "0"))
        .replace("2026.11.02", "2026.11.15");
    let history = history_of(&[("20261115_081530.log", &second), ("20261102_081530.log", &first)]);
    assert_eq!(history.files, ["20261102_081530.log", "20261115_081530.log"]);
    assert_eq!(names(&history.changes[1]), (Some("relay.contoso.com"), Some("*.contoso.com")));
    assert!(!history.changes[0].undoes_manual_change);
    assert!(history.changes[1].undoes_manual_change);
}

#[test]
fn other_cmdlets_and_other_objects_are_no_change() {
    let text = header(UTC)
        + &cmdlet("08:21:00.000", "OnPremises", "Get-SendConnector", "2 PSObject#1")
        + &cmdlet(
            "08:21:10.000",
            "OnPremises",
            "Set-WebServicesVirtualDirectory -Identity 'x'",
            "0",
        )
        + &cmdlet("08:21:20.000", "Tenant", "New-RemoteDomain -Name 'Hybrid' -DomainName 'x'", "1")
        + &cmdlet(
            "08:21:30.000",
            "OnPremises",
            "Set-HybridConfiguration -Domains 'contoso.com'",
            "0",
        );
    let history = history(&text);
    let kinds: Vec<HybridObjectType> =
        history.changes.iter().map(|change| change.object_type).collect();
    assert_eq!(kinds, [HybridObjectType::RemoteDomain, HybridObjectType::HybridConfiguration]);
}

#[test]
fn pasted_text_without_its_runs_of_blanks_is_read_alike() {
    let text = header(UTC)
        + &comparison("08:20:00.000", "mail.contoso.com", "*.contoso.com")
        + &set_sender_name("08:21:00.000", "*.contoso.com", "0");
    let squeezed: String = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n")
        .collect();
    let (mut whole, mut pasted) = (history(&text), history(&squeezed.replace("*ERROR*", "ERROR")));
    whole.notices.clear();
    pasted.notices.clear();
    assert_eq!(whole, pasted);
}

#[test]
fn every_encoding_is_read_alike() {
    let text = header(UTC) + &set_sender_name("08:21:00.000", "b\u{fc}ro.contoso.com", "0");
    let expected = history(&text);
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let ansi: Vec<u8> = text.chars().map(|next| u8::try_from(u32::from(next)).unwrap()).collect();
    for bytes in [
        [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat(),
        [b"\xFF\xFE".as_slice(), &utf16].concat(),
        utf16,
        ansi,
    ] {
        let mut builder = HybridHistoryBuilder::default();
        builder.add_bytes("20261102_081530.log", &bytes);
        assert_eq!(builder.finish().changes, expected.changes);
    }
}

#[test]
fn a_table_alone_is_a_log_too() {
    let entry = comparison("08:20:00.000", "mail.contoso.com", "mail.contoso.com");
    let table = entry.split_once("\r\n").unwrap().1;
    let history = history_of(&[("copied.txt", table)]);
    assert_eq!(trouble(&history), [""; 0]);
    let (state, connector) = history.inbound_connectors().next().unwrap();
    assert_eq!(connector.tls_sender_certificate_name.as_deref(), Some("mail.contoso.com"));
    assert_eq!(state.as_of, None);
}

pub(super) const XML: &str = r#"<invoke cmdlet="Get-InboundConnector" type="Tenant" duration="210" start="11/02/2026 08:19:59.100"><results>
<object type="Deserialized.Microsoft.Exchange.Management.SystemConfigurationTasks.TenantInboundConnector"><property type="System.String" value="Inbound from 4b3c9f0e-7d21-4a55-9c8e-0f1d2e3a4b5c" name="Name"/><property name="Enabled"type="System.Boolean"value="True"/><property name="ConnectorType" value="OnPremises"/><property name="TlsSenderCertificateName" value="mail.contoso.com"/><property name="Comment" valueIsNull="True"/><property name="SenderIPAddresses"><item value="203.0.113.5"/><item value="203.0.113.6"/></property></object></results></invoke>
<invoke cmdlet="Get-Mailbox" type="OnPremises"><results><object type="x"><property name="Name" value="y"/></object></results></invoke>
<invoke cmdlet="Set-InboundConnector" type="Tenant" duration="812" start="11/02/2026 08:21:00.000"><!--Set-InboundConnector -Identity 'Inbound from 4b3c9f0e-7d21-4a55-9c8e-0f1d2e3a4b5c' -TLSSenderCertificateName '*.contoso.com'--><parameters><parameter name="TLSSenderCertificateName" type="System.String" value="*.contoso.com"/></parameters><results></results></invoke>
"#;

#[test]
fn the_xml_of_a_run_is_read_without_its_log() {
    let history = history_of(&[("20261102_081530.xhcw", XML)]);
    assert_eq!(trouble(&history), [""; 0]);
    let [change] = history.changes.as_slice() else { panic!("{:#?}", history.changes) };
    assert_eq!(names(change), (Some("mail.contoso.com"), Some("*.contoso.com")));
    assert_eq!(change.end_time.unwrap().to_string(), "2026-11-02T08:21:00.812Z");
    assert!(!change.is_time_zone_known);
    let (_, connector) = history.inbound_connectors().next().unwrap();
    assert_eq!(connector.eligibility(), Eligibility::Eligible);
    assert_eq!(connector.sender_ip_addresses.unwrap().values, ["203.0.113.5", "203.0.113.6"]);
    assert_eq!(connector.comment, None);
}

#[test]
fn the_xml_beside_a_log_says_what_the_log_does_not_and_nothing_twice() {
    let log = header(UTC)
        + &comparison("08:20:00.000", "mail.contoso.com", "*.contoso.com")
        + &set_sender_name("08:21:00.000", "*.contoso.com", "0");
    let history = history_of(&[("20261102_081530.log", &log), ("20261102_081530.xhcw", XML)]);
    assert_eq!(history.changes.len(), 1);
    let (_, connector) = history.inbound_connectors().next().unwrap();
    assert_eq!(connector.eligibility(), Eligibility::Eligible);
    assert_eq!(connector.tls_sender_certificate_name.as_deref(), Some("*.contoso.com"));
}

#[test]
fn cut_xml_keeps_what_came_before_and_says_where() {
    let cut = &XML[..XML.find("<parameters>").unwrap() + 20];
    let history = history_of(&[("20261102_081530.xhcw", cut)]);
    let [notice] = trouble(&history).try_into().unwrap();
    assert!(notice.starts_with("20261102_081530.xhcw, line 4, byte "), "{notice}");
    assert_eq!(history.changes[0].outcome, HybridOutcome::NotShown);
    let xml_error =
        XML.replace("<results></results>", "<errors><error>Access denied.</error></errors>");
    let history = history_of(&[("x.xhcw", &xml_error)]);
    assert_eq!(history.changes[0].error.as_deref(), Some("Access denied."));
    assert_eq!(history.changes[0].outcome, HybridOutcome::Failed);
}

#[test]
fn other_files_are_refused_by_name() {
    let boot = "2026.11.02 08:15:30.123 10411 [Client=Boot, Thread=1] START\r\n";
    let settings = "{\"CurrentDomain\":\"contoso.com\",\"Mode\":\"FullHybrid\"}";
    for (text, severity, part) in [
        (boot, Severity::Information, "Client=Boot"),
        (settings, Severity::Information, "contoso.com FullHybrid"),
        ("", Severity::Error, "is empty"),
        ("<Objs/>", Severity::Error, "XML"),
        ("{\"Name\":1}", Severity::Error, "JSON"),
        ("date-time,connector-id\n", Severity::Error, "date-time,connector-id"),
    ] {
        let history = history_of(&[("x", text)]);
        let [notice] = history.notices.as_slice() else { panic!("{:?}", history.notices) };
        assert_eq!(notice.severity, severity, "{text}");
        assert!(notice.message.contains(part), "{notice}");
        assert!(history.changes.is_empty() && history.files.is_empty());
    }
}

#[test]
fn what_else_lies_in_a_folder_is_counted_and_refused_only_where_there_is_no_log() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let read = |path: &str| HybridHistory::read(&[folder.path().join(path)], true);
    let noticed = |history: &HybridHistory| {
        let found = history.notices.iter();
        found.map(|one| (one.code, one.severity, one.count)).collect::<Vec<_>>()
    };
    write("other/send1.log", "date-time,connector-id\n");
    let history = read("other");
    assert_eq!(noticed(&history), [(NoticeCode::OtherContent, Severity::Error, 1)]);
    assert!(history.notices[0].path.ends_with("send1.log"), "{:?}", history.notices);
    write("other/below/send2.LOG", "#Software: Microsoft Exchange Server\n");
    write("other/below/events.log", "<Objs/>");
    let history = read("other");
    assert_eq!(noticed(&history), [(NoticeCode::OtherContent, Severity::Error, 1)]);
    assert!(history.notices[0].message.ends_with("Nor are 2 other files that were found"));

    write("20261102_081530.log", &set_sender_name("08:21:00.000", "*.contoso.com", "0"));
    let history = read("");
    assert_eq!(history.changes.len(), 1);
    let counted = (NoticeCode::OtherFilesLeftOut, Severity::Information, 3);
    let others = noticed(&history).into_iter().filter(|one| one.0 == counted.0);
    assert_eq!(others.collect::<Vec<_>>(), [counted]);
    assert_eq!(trouble(&history), Vec::<String>::new());

    let named = [folder.path().to_owned(), folder.path().join("other/send1.log")];
    for recurse in [false, true] {
        let history = HybridHistory::read(&named, recurse);
        let errors = history.notices.iter().filter(|one| one.severity == Severity::Error);
        assert_eq!(errors.count(), 1, "a file that was named: {history:?}");
    }
}

#[test]
fn a_log_that_begins_or_ends_within_a_cmdlet_tells_what_it_can() {
    let whole = set_sender_name("08:21:00.000", "*.contoso.com", "0");
    let end = whole.split_once("\r\n").unwrap().1;
    let begun = history(end);
    assert_eq!(begun.changes[0].outcome, HybridOutcome::Succeeded);
    assert_eq!(begun.changes[0].start_time, None);
    assert!(begun.changes[0].properties.is_empty());
    let cut = &whole[..whole.find("'*.con").unwrap() + 4];
    let cut = history(cut);
    assert_eq!(cut.changes[0].outcome, HybridOutcome::NotShown);
    assert!(cut.notices.iter().any(|notice| notice.message.contains("ends while a cmdlet runs")));
}

#[test]
fn times_that_may_not_be_utc_are_said_to_be() {
    let text = header("W. Europe Standard Time (8:15:30 AM)")
        + &set_sender_name("08:21:00.000", "*.contoso.com", "0");
    let history = history(&text);
    assert!(!history.changes[0].is_time_zone_known);
    assert!(history.notices.iter().any(|notice| notice.message.contains("UTC")));
}

#[test]
fn cmdlets_of_several_threads_are_told_apart() {
    let one = set_sender_name("08:21:00.000", "a.contoso.com", "0");
    let other = set_sender_name("08:21:00.100", "b.contoso.com", "error: x")
        .replace("Thread=14", "Thread=15");
    let (one_begin, one_end) = one.split_once("\r\n").unwrap();
    let (other_begin, other_end) = other.split_once("\r\n").unwrap();
    let text = format!("{one_begin}\r\n{other_begin}\r\n{one_end}{other_end}");
    let outcomes: Vec<(HybridOutcome, Option<String>)> = history(&text)
        .changes
        .into_iter()
        .map(|change| (change.outcome, change.tls_sender_certificate_name_after))
        .collect();
    assert_eq!(
        outcomes,
        [
            (HybridOutcome::Succeeded, Some("a.contoso.com".to_owned())),
            (HybridOutcome::Failed, Some("b.contoso.com".to_owned())),
        ]
    );
    // A line of the wizard about something else.
    let other = line("08:21:00.050", "WARNING", 10_310, "Activity=Tenant Data Retrieval", "x | y");
    assert_eq!(history(&(text.clone() + &other)).changes.len(), 2);
}
