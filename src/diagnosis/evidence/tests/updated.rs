//! An export of inbound connectors that the wizard's logs show to be older than a change.

use super::evidence;
use crate::connector::{ConnectorType, InboundConnector};
use crate::diagnosis::evidence::inbound_state::InboundState;
use crate::diagnosis::evidence::{Evidence, Located};
use crate::evidence::{
    HybridChange, HybridConnector, HybridHistory, HybridObjectType, HybridOutcome, HybridSide,
    PropertyChange, Value,
};
use crate::timestamp::Timestamp;

const NAME: &str = "TlsSenderCertificateName";

/// `Set-InboundConnector A 2026-11-10`: a change that was made; with `failed` or `local` behind it one
/// that failed, or one of which the time zone is not known.
fn change(text: &str) -> HybridChange {
    let words: Vec<&str> = text.split(' ').collect();
    let time = Timestamp::parse(words[2]);
    assert!(time.is_some(), "{text}");
    HybridChange {
        start_time: time,
        end_time: time,
        is_time_zone_known: words.get(3) != Some(&"local"),
        duration_milliseconds: None,
        side: HybridSide::Tenant,
        cmdlet: Some(words[0].to_owned()),
        object_type: HybridObjectType::InboundConnector,
        identity: Some(words[1].to_owned()),
        outcome: match words.get(3) {
            Some(&"failed") => HybridOutcome::Failed,
            _ => HybridOutcome::Succeeded,
        },
        error: None,
        properties: vec![PropertyChange {
            name: NAME.to_owned(),
            is_before_known: false,
            before: None,
            after: Some("new.contoso.com".to_owned()),
        }],
        tls_sender_certificate_name_before: None,
        tls_sender_certificate_name_after: Some("new.contoso.com".to_owned()),
        tls_certificate_name_before: None,
        tls_certificate_name_after: None,
        undoes_manual_change: false,
        task: None,
        phase: None,
        log_path: "hcw.log".to_owned(),
        line: 5,
    }
}

/// The last state of a connector in the wizard's logs.
fn state(object_type: HybridObjectType, name: &str) -> HybridConnector {
    let text = |text: &str| Value::Text(text.into());
    HybridConnector {
        object_type,
        name: name.to_owned(),
        side: HybridSide::Tenant,
        as_of: Timestamp::parse("2026-11-12"),
        is_time_zone_known: true,
        unsettled: Vec::new(),
        properties: vec![
            (NAME.to_owned(), text("new.contoso.com")),
            ("ConnectorType".to_owned(), text("OnPremises")),
        ],
        log_path: "hcw.log".to_owned(),
        line: 9,
    }
}

/// Of tenants with the exported connectors A and B, last changed on the 1st of November.
fn given(changes: &[&str], states: &[&str]) -> Evidence {
    let exported = |name: &str| Located {
        object: InboundConnector {
            name: name.to_owned(),
            enabled: Some(true),
            connector_type: Some(ConnectorType::OnPremises),
            tls_sender_certificate_name: Some("old.contoso.com".to_owned()),
            knows_certificate_name: true,
            when_changed_utc: Timestamp::parse("2026-11-01"),
            ..InboundConnector::default()
        },
        path: "inbound.xml".to_owned(),
        line: 3,
    };
    let of_type = |name: &&str| match name.strip_prefix("send:") {
        Some(name) => state(HybridObjectType::SendConnector, name),
        None => state(HybridObjectType::InboundConnector, name),
    };
    Evidence {
        inbound_connectors: Some(vec![exported("A"), exported("B")]),
        hybrid: Some(HybridHistory {
            changes: changes.iter().map(|text| change(text)).collect(),
            connectors: states.iter().map(of_type).collect(),
            files: vec!["hcw.log".to_owned()],
            notices: Vec::new(),
        }),
        ..evidence()
    }
}

/// Each connector that is judged, with its expected name and whether its state is the wizard's.
fn judged(evidence: &Evidence) -> Vec<String> {
    let found = InboundState::of(evidence, 0);
    let connectors = found.connectors.unwrap();
    let is_of_wizard = |place: usize| found.wizard_states.get(place).is_some_and(Option::is_some);
    let texts = connectors.iter().enumerate().map(|(place, one)| {
        let value = one.object.tls_sender_certificate_name.as_deref().unwrap_or("-");
        let value = value.split('.').next().unwrap();
        let source = if is_of_wizard(place) { " by the wizard" } else { "" };
        format!("{} {value}{source}", one.object.name)
    });
    let away = found.taken_away.iter().map(|(name, _)| format!("{name} taken away"));
    texts.chain(away).collect()
}

#[test]
fn what_the_wizard_changed_after_the_export_counts_and_nothing_else_of_its_logs() {
    let set = "Set-InboundConnector A 2026-11-10";
    let (old, changed, new) = ("B old", "A new by the wizard", "N new by the wizard");
    for (changes, states, expected) in [
        (vec![], vec!["A", "N"], vec!["A old", old]),
        (vec![set], vec!["A"], vec![changed, old]),
        (vec![set], vec!["N", "send:A", "A"], vec![changed, old]),
        (vec!["Set-InboundConnector a 2026-11-10"], vec!["A"], vec![changed, old]),
        (vec!["Set-InboundConnector A 2026-11-10 failed"], vec!["A"], vec!["A old", old]),
        (vec!["Set-InboundConnector A 2026-11-10 local"], vec!["A"], vec!["A old", old]),
        (vec!["Set-InboundConnector A 2026-10-10"], vec!["A"], vec!["A old", old]),
        // The clocks of the two may differ by an hour.
        (vec!["Set-InboundConnector A 2026-11-01T01:00:00Z"], vec!["A"], vec!["A old", old]),
        (vec!["Set-InboundConnector A 2026-11-01T01:00:01Z"], vec!["A"], vec![changed, old]),
        (vec!["Remove-InboundConnector A 2026-11-10"], vec!["N"], vec![old, "A taken away"]),
        // A new one is believed where an exported one was changed no later.
        (vec![set, "New-InboundConnector N 2026-11-11"], vec!["A", "N"], vec![changed, old, new]),
        (vec!["New-InboundConnector N 2026-11-10", set], vec!["A", "N"], vec![changed, old, new]),
        (vec!["New-InboundConnector N 2026-11-09", set], vec!["A", "N"], vec![changed, old]),
        (vec![set, "Set-InboundConnector N 2026-11-11"], vec!["A", "N"], vec![changed, old]),
        (vec![set, "New-InboundConnector M 2026-11-11"], vec!["A", "N"], vec![changed, old]),
        (vec![set, "New-InboundConnector N 2026-11-11 failed"], vec!["A", "N"], vec![changed, old]),
        (vec!["New-InboundConnector N 2026-11-11"], vec!["N"], vec!["A old", old]),
    ] {
        let evidence = given(&changes, &states);
        assert_eq!(judged(&evidence), expected, "{changes:?} {states:?}");
    }
}

/// Of several tenants the wizard's logs do not say which one they are of.
#[test]
fn the_exports_of_several_tenants_stay_as_they_are() {
    let mut evidence = given(&["Set-InboundConnector A 2026-11-10"], &["A"]);
    assert_eq!(judged(&evidence), ["A new by the wizard", "B old"]);
    evidence.begin_tenant("Fabrikam");
    assert_eq!(judged(&evidence), ["A old", "B old"]);
}
