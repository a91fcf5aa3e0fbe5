use proptest::prelude::*;

use super::*;

/// Connectors of every eligibility, value, list and confinement.
fn any_connector() -> impl Strategy<Value = InboundConnector> {
    let value = prop::sample::select(vec![
        "",
        "mail.contoso.com",
        "smtp.contoso.com",
        "*.contoso.com",
        "contoso.com",
        "x.*.com",
        "x y",
    ]);
    let kind = prop::sample::select(vec!["OnPremises", "OnPremises", "Partner", "7"]);
    let addresses = prop::sample::select(vec![&[][..], &[IP], &["198.51.100.0/24"]]);
    let confined = prop::sample::select(vec![&[][..], &["contoso.com"], &["fabrikam.com"]]);
    let flags = (any::<Option<bool>>(), any::<bool>());
    (value, kind, addresses, confined, flags).prop_map(
        |(value, kind, addresses, confined, (enabled, is_truncated))| {
            let mut connector = connector(value, value, addresses);
            connector.enabled =
                enabled.or(Some(true)).filter(|_| enabled != Some(false) || is_truncated);
            connector.connector_type = Some(ConnectorType::from_name(kind));
            connector.sender_ip_addresses.as_mut().unwrap().is_truncated = is_truncated;
            connector.associated_accepted_domains =
                Some(TextList::complete(confined.iter().copied()));
            connector
        },
    )
}

proptest! {
    #[test]
    fn the_order_of_connectors_decides_nothing(
        connectors in prop::collection::vec(any_connector(), 0..5),
        rotation in 0usize..5,
        certificate in prop::sample::select(vec!["-", "?", "mail.contoso.com", "*.contoso.com", "mail.contoso.com smtp.contoso.com", "x.example"]),
        address in prop::sample::select(vec!["", IP, "192.0.2.7"]),
        mail_from in prop::sample::select(vec!["", "<>", USER, FOREIGN]),
        accepted in prop::sample::select(vec![&[][..], &["contoso.com"], &["mail.contoso.com"]]),
    ) {
        let found = judge(certificate, address, mail_from, &connectors, accepted);
        let mut rotated = connectors.clone();
        rotated.rotate_left(rotation.min(connectors.len()));
        let again = judge(certificate, address, mail_from, &rotated, accepted);
        prop_assert_eq!(found.verdict_row(), again.verdict_row());
        prop_assert_eq!(found.is_attributed(), again.is_attributed());
        prop_assert!(!found.possible.is_empty());
        prop_assert!(found.possible.len() == 1 || !found.open_questions.is_empty());
    }

    #[test]
    fn what_a_null_sender_is_allowed_every_sender_is(
        connectors in prop::collection::vec(any_connector(), 0..4),
        certificate in prop::sample::select(vec!["-", "mail.contoso.com", "*.contoso.com"]),
        accepted in prop::sample::select(vec![&[][..], &["contoso.com"], &["mail.contoso.com"]]),
    ) {
        let judge = |sender| judge(certificate, IP, sender, &connectors, accepted);
        let confines = |c: &InboundConnector| !c.associated_accepted_domains.as_ref().unwrap().is_empty();
        if judge("<>").is_attributed() == YES && !connectors.iter().any(confines) {
            prop_assert_eq!(judge(USER).is_attributed(), YES);
            prop_assert_eq!(judge(FOREIGN).is_attributed(), YES);
        }
    }
}
