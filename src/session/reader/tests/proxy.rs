//! The two halves of a session that went through the front-end proxy.

use super::*;

fn proxied(hub_names_front: bool) -> [(String, String); 2] {
    let front_id = "08D54162A04116F1";
    let context = |id: &str| format!("* |Proxying outbound session with session id {id}");
    let (in_front, in_hub) = (context(ID), context(front_id));
    let mut front = joined(&[&GREETING, &LONG_FORM, &REMOTE_LONG_FORM, &[TLS_SUCCEEDED]]);
    let mut hub = vec!["+ "];
    if hub_names_front {
        hub.push(&in_hub);
    } else {
        front.push(&in_front);
    }
    front.push("- |Local");
    hub.extend([
        "> MAIL FROM:<alice@contoso.com>",
        "> RCPT TO:<bob@fabrikam.com>",
        "< 250 2.1.0 Sender OK",
        "< 550 5.7.64 TenantAttribution; Relay Access Denied [EX.prod.protection.outlook.com]",
        "- |Local",
    ]);
    [
        (
            "FrontEnd/SEND20261115-1.LOG".to_owned(),
            format!("{HEADER}{}", rows(front_id, 0, &front)),
        ),
        ("Hub/SEND20261115-1.LOG".to_owned(), format!("{HEADER}{}", rows(ID, 0, &hub))),
    ]
}

#[test]
fn the_halves_of_a_proxied_session_are_joined_whichever_names_the_other() {
    for hub_names_front in [true, false] {
        let files = proxied(hub_names_front);
        let files: Vec<_> =
            files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
        let folder = Folder::new(&files);
        let mut query = folder.query();
        query.filter.thumbprint = Some(THUMBPRINT.to_owned());
        query.filter.failed = true;
        let (sessions, notices) = read(query);
        assert_eq!((sessions.len(), notices.len()), (1, 0));
        let session = &sessions[0];
        assert_eq!(session.session_id(), ID);
        assert_eq!(session.proxy_session_id(), Some("08D54162A04116F1"));
        assert_eq!(session.outcome, Outcome::Refused);
        assert_eq!(session.sent_thumbprint(), Some(THUMBPRINT));
        assert_eq!(session.is_eop, Some(true));
        assert_eq!(session.notes, [SessionNote::ProxyHalvesJoined]);
    }
}

#[test]
fn a_half_whose_other_half_is_not_read_says_so() {
    let [_, hub] = proxied(true);
    let folder = Folder::new(&[("a.log", hub.1.as_bytes())]);
    let session = read(folder.query()).0.remove(0);
    assert_eq!(session.notes, [SessionNote::ProxyHalfMissing]);
    assert_eq!(session.sent_certificate, None);
}
