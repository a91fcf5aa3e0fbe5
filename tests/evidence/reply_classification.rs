//! The class of one reply: every row of the catalogue, its spellings, and what must not match.

use eop_relay::reply::RejectionClass::{self, *};
use eop_relay::reply::{CATALOGUE, EnhancedStatus, Reply, classify};
use proptest::prelude::*;

/// Every class in the spellings in which it is logged.
const REFUSALS: &[(RejectionClass, &str)] = &[
    (
        RelayDenied,
        "550 5.7.64 TenantAttribution; Relay Access Denied [AA1EUR01FT001.eop-EUR01.prod.protection.outlook.com]",
    ),
    (RelayDenied, "550 5.7.64 TenantAttribution; Relay Access Denied SMTP"),
    (RelayDenied, "550 5.7.64 TenantAttribution; Relay Access Denied SMTP."),
    (RelayDenied, "550 5.7.64 TenantAttribution: Relay Access Denied"),
    (RelayDenied, "550-5.7.64 TenantAttribution; Relay Access Denied"),
    (RelayDenied, "550  5.7.64 tenantattribution; relay access denied"),
    (RelayDenied, "550 5.7.64"),
    (RelayDenied, "550 5.7.64 TenantAttribution; Relay Access Denied ATTR99"),
    (RelayDenied, "550 5.7.64 TenantAttribution; Relay Access Denied <ATTR36@example.com>"),
    (
        RelayDeniedAttr36,
        "550 5.7.64 Relay Access Denied ATTR36. For more details please refer to http://support.microsoft.com/kb/3169958",
    ),
    (RelayDeniedAttr36, "550 5.7.64 TenantAttribution; Relay Access Denied ATT36"),
    (
        RelayDeniedAttr36,
        "550 5.7.64 TenantAttribution: Relay Access Denied attr36 [AA1.prod.outlook.com]",
    ),
    (WrongRegionAttr35, "451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35."),
    (
        WrongRegionAttr35,
        "451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35. For more information [AA1.prod.outlook.com]",
    ),
    (
        HopCountExceededAttr34,
        "554 5.4.14 Hop count exceeded - possible mail loop ATTR34 [AA1.prod.outlook.com]",
    ),
    (HopCountExceededAttr34, "550 5.4.14 Hop count exceeded - possible mail loop ATT34"),
    (HopCountExceededAttr34, "554 5.4.14 hop count exceeded - possible mail loop"),
    (
        TlsChannelUntrustedRoot,
        "454 4.7.0 Failed to establish appropriate TLS channel: UntrustedRoot: Access Denied",
    ),
    (
        TlsChannelUntrustedRoot,
        "454 4.7.0 Failed to establish appropriate TLS channel: untrustedroot: access denied.",
    ),
    (
        TenantInboundAttribution,
        "550 5.7.51 TenantInboundAttribution; Rejecting. Recipient has a partner connector",
    ),
    (
        TenantInboundAttribution,
        "550 5.7.51 TenantInboundAttribution: There is a partner connector configured",
    ),
    (
        DirectSendRejected,
        "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization from unauthorized sources",
    ),
    (
        UnregisteredDomains,
        "550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains.",
    ),
    (TenantThresholdExceeded, "550 5.7.705 Access denied, tenant has exceeded threshold."),
    (
        TrafficNotAccepted,
        "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP.",
    ),
    (InboundConnectorBlocked, "550 5.7.711 Access denied, bad inbound connector. AS(2204)"),
    (
        ServerOutOfDate,
        "450 4.7.230 Connecting Exchange server version is out-of-date; connection to Exchange Online throttled for 5 mins/hr.",
    ),
    (
        ServerOutOfDate,
        "550 5.7.230 Connecting Exchange server version is out-of-date; connection to Exchange Online blocked for 10 mins/hr.",
    ),
    (
        TlsCertificateNameNotFound,
        "454 4.7.5 The certificate specified in TlsCertificateName of the SendConnector could not be found.",
    ),
    (RemoteCertificateInvalid, "454 4.7.5 Certificate validation failure, Reason:UntrustedRoot"),
    (RemoteCertificateInvalid, "454 4.7.5 certificate validation failure, reason: untrustedroot"),
    (StartTlsRequired, "451 5.7.3 STARTTLS is required to send mail"),
    (StartTlsRequired, "451 5.7.3 STARTTLS is required to send mail [AA1.prod.outlook.com]"),
    (StartTlsRequired, "530 5.7.0 Must issue a STARTTLS command first"),
    (StartTlsRequired, "530 Must issue a STARTTLS command first."),
    (RecipientRejected, "550 5.4.1 Recipient address rejected: Access denied"),
    (
        RecipientRejected,
        "550 5.4.1 [nobody@contoso.com]: Recipient address rejected: Access denied. AS(201806281)",
    ),
    (ClientNotAuthenticated, "530 5.7.57 Client not authenticated to send mail."),
    (
        ClientNotAuthenticated,
        "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM",
    ),
    (ConnectionTimedOut, "421 4.4.1 Connection timed out"),
    (ConnectionTimedOut, "421 4.4.1 Connection timed out."),
    (UnableToConnect, "421 4.2.1 Unable to connect"),
    (ConnectionDropped, "421 4.4.2 Connection dropped due to SocketError"),
    (ConnectionDropped, "421 4.4.2 Connection dropped due to ConnectionReset."),
    (
        CannotConnectToRemoteServer,
        "450 4.4.317 Cannot connect to remote server [Message=CertificateExpired]",
    ),
    (SendingAddressBanned, "550 5.7.606 Access denied, banned sending IP [203.0.113.77]. AS(1430)"),
    (SendingAddressBanned, "550 5.7.649 Access denied"),
    (SendingAddressBanned, "550 5.7.511 Access denied, banned sender [203.0.113.77]"),
    (
        SendingAddressListed,
        "550 5.7.1 Service unavailable, Client host [203.0.113.77] blocked using Spamhaus. AS(1450)",
    ),
    (
        SendingAddressListed,
        "550 5.7.1 messages from [203.0.113.77] weren't sent: part of their network is on our block list (S3140).",
    ),
    (SendingAddressListed, "550 5.7.1 Unable To Relay: Blocked by Customer Allow list"),
    (
        SendingAddressThrottled,
        "451 4.7.651 The mail server [203.0.113.77] has been temporarily rate limited due to IP reputation. (S844)",
    ),
    (
        SendingAddressThrottled,
        "451 4.7.500 Server busy. Please try again later from [203.0.113.77].",
    ),
    (SendingAddressThrottled, "421 4.7.850 Access denied, please try again later"),
    (TooManyRecipients, "452 4.5.3 Too many recipients (AS780090)"),
    (SenderRestricted, "550 5.1.8 Access denied, bad outbound sender AS(42000001)"),
    (TenantLimitExceeded, "550 5.7.232 Your message can't be sent because your trial tenant"),
    (TenantLimitExceeded, "550 5.7.233 Your tenant has exceeded its limit"),
    (SpamRefused, "550 5.7.501 Access denied, spam abuse detected"),
    (SpamRefused, "550 5.7.513 Service unavailable, Client host [203.0.113.77] is refused"),
    (EhloNameRefused, "501 5.5.4 Invalid domain name"),
    (EhloNameRefused, "550 5.7.506 Access Denied, Bad HELO"),
    (
        SenderNotAuthentic,
        "550 5.7.509 Access denied, sending domain tailspintoys.com does not pass DMARC verification",
    ),
    (
        SenderNotAuthentic,
        "550 5.7.515 Access denied, sending domain does not meet the required level",
    ),
    (SenderNotAuthentic, "421 4.7.26 This mail is unauthenticated"),
    (
        ReverseDnsMissing,
        "550 5.7.25 the sending IPv6 address [2001:db8::7] must have a reverse DNS record",
    ),
    (
        Ipv6NotAccepted,
        "550 5.7.510 Access denied, tailspintoys.com does not accept email over IPv6",
    ),
    (
        Ipv6NotAccepted,
        "550 5.2.1 Service unavailable, [tailspintoys.com] does not accept email over IPv6",
    ),
    (MessageExpired, "550 4.4.7 QUEUE.Expired; message expired"),
    (MessageExpired, "400 4.4.7 Message delayed"),
    (RelayRefused, "550 5.7.1 Relay Access Denied"),
    (RelayRefused, "550 5.4.1 Relay Access Denied"),
    (RelayRefused, "554 5.7.1 <a@tailspintoys.com>: Relay access denied"),
    (DaneFailed, "450 4.7.323 tlsa-invalid: The domain failed DANE validation"),
    (DaneFailed, "550 5.7.321 starttls-not-supported"),
    (MtaStsFailed, "450 4.4.8 MX hosts of tailspintoys.com failed MTA-STS validation."),
    (
        MtaStsFailed,
        "550 5.7.5 Remote certificate failed MTA-STS validation. Reason: ValidityPeriodExpired",
    ),
    (
        TransportRuleRejected,
        "550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by policy",
    ),
    (DeliveryRestricted, "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required"),
    (DeliveryRestricted, "550 5.7.133 sender not authenticated for group"),
    (SendAsDenied, "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),
    (
        JournalingRefused,
        "550 5.3.190 Journaling on-premises messages to Microsoft 365 not supported when Journaling Archive is disabled",
    ),
    (UnauthenticatedMail, "451 4.4.4 Mail received as unauthenticated"),
    (TemporaryServerError, "421 4.3.2 Service not available"),
    (TemporaryServerError, "452 4.3.1 Insufficient system resources (UsedDiskSpace[D:\\Queue])"),
    (TemporaryServerError, "451 4.7.0 Temporary server error. Please try again later. PRX4"),
    (TemporaryServerError, "451 4.4.4 Temporary server error. Please try again later ATTR5"),
    (ServerAuthenticationFailed, "454 4.7.0 Temporary authentication failure"),
    (ServerAuthenticationFailed, "535 5.7.3 Authentication unsuccessful"),
    (ServerAuthenticationFailed, "535 5.7.8 Error: authentication failed:"),
    (
        TlsChannelExpired,
        "454 4.7.0 Failed to establish appropriate TLS channel: CertificateExpired",
    ),
    (TlsChannelMissing, "454 4.7.0 Failed to establish appropriate TLS channel: Access Denied"),
    (TlsNotAvailable, "454 4.7.0 TLS not available due to local problem"),
    (SecureDomainDisallowed, "451 4.7.3 The admin has temporarily disallowed this secure domain."),
    (RecipientReserved, "501 5.1.4 Recipient address reserved by RFC 2606"),
    (ClientTimedOut, "451 4.7.0 Timeout waiting for client input"),
    (
        CannotConnectToRemoteServer,
        "450 4.4.316 Connection refused [Message=Socket error code 10061]",
    ),
    (LocalTlsFailure, "451 4.4.0 Security status InvalidToken."),
    (CannotConnectToRemoteServer, "450 4.7.320 Certificate validation failed"),
    (RecipientRejected, "550 5.4.1 All recipient addresses rejected : Access denied"),
    (RecipientRejected, "550 5.5.0 Requested action not taken: mailbox unavailable"),
    (
        ClientNotAuthenticated,
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled",
    ),
    (Unclassified, "550 5.1.1 User unknown"),
    (Unclassified, "554 no status code at all"),
    (Unclassified, "550"),
    // Near misses.
    (SendingAddressBanned, "550 5.7.640 TenantAttribution; Relay Access Denied"),
    (RelayRefused, "550 5.7.6 TenantAttribution; Relay Access Denied"),
    (RelayRefused, "550 5.7.64.1 TenantAttribution; Relay Access Denied"),
    (Unclassified, "550 5.1.1 <TenantAttribution@example.com>: user unknown"),
    (Unclassified, "550 5.1.1 <a@example.com> unknown; see 5.7.64 and ATTR36"),
    (Unclassified, "550 5.7.605 Access denied"),
    (Unclassified, "550 5.7.650 Access denied"),
    (Unclassified, "421 4.4.2 mx.example.org Error: timeout exceeded"),
    (Unclassified, "421 4.2.1 Too many messages"),
    (Unclassified, "550 5.4.1 No answer from host"),
    (Unclassified, "454 4.7.5 Something else"),
    (Unclassified, "550 5.4.14 Something else"),
];

#[test]
fn every_spelling_of_a_refusal_has_its_class() {
    for (class, reply) in REFUSALS {
        assert_eq!(classify(reply), Some(*class), "{reply}");
    }
}

#[test]
fn what_is_no_refusal_has_no_class() {
    for text in [
        "250 2.1.5 Recipient OK",
        "250 2.6.0 <550 5.7.64 TenantAttribution@example.com> Queued mail for delivery",
        "250 2.0.0 OK 5.7.64 TenantAttribution; Relay Access Denied ATTR36",
        "220 2.0.0 SMTP server ready",
        "354 Start mail input; end with <CRLF>.<CRLF>",
        "5504 5.7.64",
        "550x",
        "55",
        "600 5.7.64",
        "560 5.7.64",
        "TenantAttribution; Relay Access Denied",
        "#550 5.7.64 TenantAttribution",
        "\u{665}50 5.7.64",
        "",
        " ",
    ] {
        assert_eq!(classify(text), None, "{text}");
    }
}

#[test]
fn every_class_has_a_reply_in_the_table_and_a_row_in_the_catalogue() {
    for class in RejectionClass::ALL {
        // A header of a delivered message is no reply: tests of explanations have it.
        // Events are texts of this server, no replies.
        let is_event = class.name().starts_with("ConnectorCertificate");
        let is_tested = is_event || REFUSALS.iter().any(|(tested, _)| tested == class);
        let is_delivered =
            matches!(*class, DeliveredAsAnonymous | DeliveredAsInternal | DeliveredAsPartner);
        assert!(is_tested || is_delivered, "{class:?} is not tested");
        assert_eq!(class.entry().is_none(), *class == Unclassified, "{class:?}");
    }
    assert_eq!(CATALOGUE.len() + 1, RejectionClass::ALL.len());
}

#[test]
fn every_row_says_what_it_means_who_acts_what_to_do_and_where_it_stands() {
    for entry in CATALOGUE {
        let name = entry.class.name();
        assert!(entry.meaning.len() > 40 && entry.meaning.ends_with('.'), "{name}");
        assert!(!entry.side.is_empty() && !entry.remedy.is_empty(), "{name}");
        assert!(!entry.reference.is_empty() && !entry.signatures.is_empty(), "{name}");
        assert!(entry.remedy.iter().any(|step| step.verify.is_some()), "{name}");
    }
}

#[test]
fn no_remedy_forces_anything_or_touches_the_root_store() {
    let changes = ["Set-", "Enable-", "Import-", "New-InboundConnector"];
    for entry in CATALOGUE {
        for (index, step) in entry.remedy.iter().enumerate() {
            let command = step.command.unwrap_or_default();
            assert!(!command.contains("-Force"), "{command}");
            assert!(
                !command.contains("Import-Certificate") || command.ends_with(r"LocalMachine\CA"),
                "{command}"
            );
            assert!(
                !command.contains("Enable-ExchangeCertificate")
                    || (step.action.contains("answer No") && command.ends_with("-Services SMTP")),
                "{command}"
            );
            if changes.iter().any(|verb| command.starts_with(verb)) {
                assert!(step.undo.is_some(), "no way back: {command}");
            }
            if command.contains("Restart-Service") {
                assert_eq!(index + 1, entry.remedy.len(), "restarting comes last");
            }
        }
    }
}

#[test]
fn names_and_numbers_of_the_classes_lead_back_to_them() {
    for (index, class) in RejectionClass::ALL.iter().enumerate() {
        assert_eq!(RejectionClass::from_name(class.name()), Some(*class));
        assert_eq!(serde_json::to_value(class).unwrap(), class.name());
        assert!(RejectionClass::ALL[..index].iter().all(|other| other.number() < class.number()));
    }
    // They are part of the C ABI.
    assert_eq!((Unclassified.number(), RelayDenied.number()), (1, 2));
    assert_eq!((CannotConnectToRemoteServer.number(), DeliveredAsAnonymous.number()), (22, 51));
}

#[test]
fn the_cover_texts_are_marked_as_such() {
    let covers: Vec<_> = RejectionClass::ALL.iter().filter(|class| class.is_cover_text()).collect();
    assert_eq!(
        covers,
        [
            &ConnectionTimedOut,
            &UnableToConnect,
            &ConnectionDropped,
            &MessageExpired,
            &LocalTlsFailure
        ]
    );
}

#[test]
fn a_reply_is_taken_apart() {
    let reply = Reply::parse(
        "550 5.7.64 TenantAttribution; Relay Access Denied ATTR36 [nobody@contoso.com] \
         [AA1.namprd01.prod.outlook.com 2026-11-15T01:02:03.100Z 08DD000000000001]",
    );
    assert_eq!(reply.code, Some(550));
    assert_eq!(reply.enhanced_status, Some(EnhancedStatus::new(5, 7, 64)));
    assert_eq!(reply.attr, Some(36));
    assert_eq!(reply.server, Some("AA1.namprd01.prod.outlook.com"));
    assert_eq!(reply.server_time, Some("2026-11-15T01:02:03.100Z"));
    assert_eq!(reply.server_session_id, Some("08DD000000000001"));
    assert!(reply.text.starts_with("TenantAttribution;"));
}

#[test]
fn an_address_in_brackets_is_no_server() {
    for text in [
        "550 5.7.1 Client host [203.0.113.7] blocked",
        "550 5.4.1 [nobody@contoso.com]: Recipient address rejected",
        "550 5.7.64 TenantAttribution [cut.prod.outlook.com",
        "550 5.7.64 [] [2001:db8::1]",
    ] {
        assert_eq!(Reply::parse(text).server, None, "{text}");
    }
    let text = "550 5.4.1 [mx.example.org] not for [203.0.113.7]";
    assert_eq!(Reply::parse(text).server, Some("mx.example.org"));
}

#[test]
fn an_attr_number_is_a_word_of_its_own() {
    for (text, attr) in [
        ("550 5.7.64 x ATTR36.", Some(36)),
        ("550 5.7.64 x (ATT36)", Some(36)),
        ("550 5.7.64 x ATTR7 ATTR36", Some(7)),
        ("550 5.7.64 x ATTR", None),
        ("550 5.7.64 x ATTRIBUTE36", None),
        ("550 5.7.64 x MATTR36", None),
        ("550 5.7.64 x ATTR36x", None),
        ("550 5.7.64 x ATTR99999999999", None),
    ] {
        assert_eq!(Reply::parse(text).attr, attr, "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}", code in "[2-6]?[0-9]{0,3}[ -]?[0-9.#]{0,8}") {
        let _ = classify(&text);
        let _ = Reply::parse(&text);
        let reply = format!("{code}{text}");
        let refused = Reply::parse(&reply).code.is_some_and(|code| code >= 400);
        prop_assert_eq!(classify(&reply).is_some(), refused);
    }

    #[test]
    fn the_bracket_of_the_server_behind_a_reply_changes_no_class(
        index in 0..REFUSALS.len(),
        host in "[A-Z0-9]{3,12}\\.prod\\.outlook\\.com",
    ) {
        let (class, reply) = REFUSALS[index];
        let longer = format!("{reply} [{host} 2026-11-15T01:02:03.100Z 08DD000000000001]");
        prop_assert_eq!(classify(&longer), Some(class));
        prop_assert_eq!(Reply::parse(&longer).server, Some(host.as_str()));
    }
}
