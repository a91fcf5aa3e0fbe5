//! Whether a failure counts as refused.

use crate::reply::{EnhancedStatus, RejectionClass, Reply, tls_error};

/// What a failure weighs in the verdict on the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// It concerns the sender: the server, its certificate, its tenant or its address.
    Refusal,
    /// A rule of the receiving tenant, which another tenant need not have.
    ReceiversRule,
    /// It concerns one recipient or one message.
    Everyday,
    /// Trouble of the network, or a temporary reply: it counts only when it repeats.
    Network,
}

/// Weighs a refusal by its class and, where the class does not say, by the reply itself.
pub(crate) fn weight_of(class: RejectionClass, reply: Option<&str>) -> Weight {
    use RejectionClass as Class;
    match class {
        Class::TenantInboundAttribution
        | Class::TransportRuleRejected
        | Class::UnauthenticatedMail => Weight::ReceiversRule,
        Class::RecipientRejected
        | Class::DeliveryRestricted
        | Class::RecipientReserved
        | Class::TooManyRecipients => Weight::Everyday,
        Class::ConnectionTimedOut | Class::UnableToConnect | Class::ConnectionDropped => {
            Weight::Network
        }
        // 450 4.7.230 slows a server down; 550 5.7.230 refuses it.
        Class::ServerOutOfDate if reply.is_some_and(is_temporary) => Weight::Network,
        class if is_of_sender(class) => Weight::Refusal,
        _ => reply.map_or(Weight::Everyday, weight_of_unknown),
    }
}

/// Whether the class alone says that the server, its tenant or the way to it is refused. The others
/// have words for more than one thing, or for a message only.
fn is_of_sender(class: RejectionClass) -> bool {
    use RejectionClass as Class;
    matches!(
        class,
        Class::RelayDenied
            | Class::RelayDeniedAttr36
            | Class::WrongRegionAttr35
            | Class::HopCountExceededAttr34
            | Class::TlsChannelUntrustedRoot
            | Class::TlsChannelExpired
            | Class::TlsChannelMissing
            | Class::DirectSendRejected
            | Class::UnregisteredDomains
            | Class::TenantThresholdExceeded
            | Class::TrafficNotAccepted
            | Class::InboundConnectorBlocked
            | Class::ServerOutOfDate
            | Class::TlsCertificateNameNotFound
            | Class::RemoteCertificateInvalid
            | Class::StartTlsRequired
            | Class::ClientNotAuthenticated
            | Class::CannotConnectToRemoteServer
            | Class::DaneFailed
            | Class::MtaStsFailed
            | Class::JournalingRefused
    )
}

/// Weighs the error of a failed TLS negotiation: an SSPI status is no trouble of the network, a
/// socket error is.
pub(crate) fn weight_of_tls_error(error: Option<&str>) -> Weight {
    let code = error.and_then(|error| tls_error(error).code);
    // winerror.h: SSPI statuses lie in FACILITY_SSPI, which makes them negative numbers.
    if code.is_some_and(|code| code < 0) { Weight::Refusal } else { Weight::Network }
}

/// So many minutes of each hour at least are refused with a class, while others are delivered; `None`:
/// what is delivered shows that it is over.
pub(super) fn minutes_of_each_hour(class: RejectionClass) -> Option<u32> {
    // Exchange Online begins with 5 minutes of throttling, and blocks 10 to 60 (aka.ms/BlockUnsafeExchange).
    (class == RejectionClass::ServerOutOfDate).then_some(10)
}

fn is_temporary(reply: &str) -> bool {
    Reply::parse(reply).code.is_some_and(|code| (400..500).contains(&code))
}

/// A reply that no row of the catalogue knows, by RFC 3463 and the words that spam verdicts and
/// block lists have in common.
fn weight_of_unknown(text: &str) -> Weight {
    let reply = Reply::parse(text);
    if reply.code.is_none_or(|code| code < 500) {
        return Weight::Network;
    }
    let words = reply.text.to_ascii_lowercase();
    let has = |word: &str| words.contains(word);
    match reply.enhanced_status {
        // 5.1.8: a bad outbound sender, which concerns the account.
        Some(EnhancedStatus { subject: 1, detail: 8, .. }) => Weight::Refusal,
        // IPv6, which concerns the address.
        Some(EnhancedStatus { subject: 2, detail: 1, .. }) if has("ipv6") => Weight::Refusal,
        // 5.7.504, 505 and 703: banned recipients; 512: a message that breaks RFC 5322.
        Some(
            EnhancedStatus { subject: 1 | 2 | 6, .. }
            | EnhancedStatus { subject: 3, detail: 4, .. }
            | EnhancedStatus { subject: 4, detail: 1, .. }
            | EnhancedStatus { subject: 7, detail: 120..=199 | 504 | 505 | 512 | 703, .. },
        ) => Weight::Everyday,
        // 501 to 503, 506, 508, 510 and 511 refuse the account, the name in EHLO or the address.
        Some(EnhancedStatus { subject: 7, detail: 507 | 509 | 513..=599, .. }) => {
            Weight::ReceiversRule
        }
        // 350 to 399: what another server said to Exchange Online.
        Some(EnhancedStatus { subject: 7, detail: 0 | 1 | 350..=399, .. })
            if is_verdict_on_message(has) =>
        {
            Weight::Everyday
        }
        None if reply.code == Some(552) || is_verdict_on_message(has) => Weight::Everyday,
        _ => Weight::Refusal,
    }
}

/// Whether the words refuse a message or its sender's domain, and not the sending address.
fn is_verdict_on_message(has: impl Fn(&str) -> bool) -> bool {
    let names_address = ["client host", "sending ip", "ip address", "host ["].into_iter().any(&has);
    let lists =
        ["spam", "content", "virus", "malware", "dbl", "domain", "message rejected", "size"];
    let is_rule_on_relay = ["relay", "tenantattribution"].into_iter().any(&has);
    !is_rule_on_relay && lists.into_iter().any(&has) && !names_address
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::classify;

    #[test]
    fn a_reply_weighs_what_it_says_of_the_sender() {
        for (reply, weight) in [
            ("550 5.7.64 TenantAttribution; Relay Access Denied", Weight::Refusal),
            ("451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35.", Weight::Refusal),
            ("550 5.7.68 TenantInboundAttribution; Direct Send not allowed", Weight::Refusal),
            ("550 5.7.750 Client blocked from sending from unregistered domains", Weight::Refusal),
            ("550 5.7.708 Access denied, traffic not accepted from this IP", Weight::Refusal),
            ("451 5.7.3 STARTTLS is required to send mail", Weight::Refusal),
            ("550 5.7.230 Server is out of date", Weight::Refusal),
            ("450 4.7.230 Server is out of date", Weight::Network),
            ("550 5.7.606 Access denied, banned sending IP [203.0.113.9]", Weight::Refusal),
            ("550 5.2.1 [fabrikam.com] does not accept email over IPv6", Weight::Refusal),
            ("550 5.1.8 Access denied, bad outbound sender", Weight::Refusal),
            (
                "550 5.7.501 Access denied, spam abuse detected from anna@contoso.com",
                Weight::Refusal,
            ),
            ("550 5.7.503 Access denied, banned sender", Weight::Refusal),
            ("550 5.7.506 Access Denied, Bad HELO", Weight::Refusal),
            (
                "550 5.7.510 Access denied, fabrikam.com does not accept email over IPv6",
                Weight::Refusal,
            ),
            ("550 5.7.511 Access denied, banned sender[203.0.113.9]", Weight::Refusal),
            ("550 5.7.505 Access denied, banned recipient", Weight::Everyday),
            ("550 5.7.512 Access denied, message must be RFC 5322 compliant", Weight::Everyday),
            (
                "550 5.7.703 Messages to bob@fabrikam.com are blocked by your organization",
                Weight::Everyday,
            ),
            (
                "550 5.7.513 Client host [203.0.113.9] blocked by fabrikam.com using Customer Block list",
                Weight::ReceiversRule,
            ),
            (
                "550 5.7.350 Remote server returned message detected as spam -> 554 5.7.1 refused",
                Weight::Everyday,
            ),
            ("550 5.7.367 Remote server returned not permitted to relay", Weight::Refusal),
            ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", Weight::Everyday),
            ("550 5.4.1 Recipient address rejected: Access denied", Weight::Everyday),
            ("552 5.3.4 Message size exceeds fixed limit", Weight::Everyday),
            ("550 5.2.2 mailbox full", Weight::Everyday),
            ("550 5.7.133 Sender not authenticated for group", Weight::Everyday),
            ("554 5.7.1 Message rejected as spam by content filtering", Weight::Everyday),
            (
                "550 5.7.1 Service unavailable, sender domain [x.com] blocked using DBL",
                Weight::Everyday,
            ),
            (
                "550 5.7.1 Service unavailable, Client host [203.0.113.9] blocked using Spamhaus",
                Weight::Refusal,
            ),
            ("550 5.7.1 Unable to relay", Weight::Refusal),
            ("550 5.7.51 TenantInboundAttribution; Rejecting", Weight::ReceiversRule),
            ("550 5.7.1 TRANSPORT.RULES.RejectMessage; refused by policy", Weight::ReceiversRule),
            ("451 4.4.4 Mail received as unauthenticated", Weight::ReceiversRule),
            ("501 5.1.4 Recipient address reserved by RFC 2606", Weight::Everyday),
            ("450 4.7.323 tlsa-invalid: The domain failed DANE validation", Weight::Refusal),
            ("450 4.4.8 MX hosts of contoso.com failed MTA-STS validation", Weight::Refusal),
            ("550 5.3.190 Journaling on-premises messages not supported", Weight::Refusal),
            (
                "454 4.7.0 Failed to establish appropriate TLS channel: CertificateExpired",
                Weight::Refusal,
            ),
            ("454 4.7.0 TLS not available due to local problem", Weight::Network),
            (
                "550 5.7.509 Access denied, sending domain does not pass DMARC",
                Weight::ReceiversRule,
            ),
            ("451 4.7.500 Server busy. Please try again later", Weight::Network),
            ("421 4.4.1 Connection timed out", Weight::Network),
        ] {
            let class = classify(reply).unwrap();
            assert_eq!(weight_of(class, Some(reply)), weight, "{reply}");
        }
    }

    #[test]
    fn a_reply_that_no_row_knows_weighs_what_its_codes_and_words_say() {
        for (reply, weight) in [
            ("452 4.3.1 Insufficient system resources", Weight::Network),
            ("500 Syntax error", Weight::Refusal),
            ("554 No service here", Weight::Refusal),
            ("552 Too much of it", Weight::Everyday),
            ("554 This looks like spam", Weight::Everyday),
            ("550 5.2.1 Mailbox not in use", Weight::Everyday),
            ("550 5.2.1 Not over IPv6", Weight::Refusal),
            ("550 5.7.1 Not wanted", Weight::Refusal),
            ("550 5.7.1 Relay for that domain is not for you", Weight::Refusal),
            ("550 5.7.1 Host [203.0.113.9] sends spam", Weight::Refusal),
            ("550 5.7.1 Virus found", Weight::Everyday),
        ] {
            assert_eq!(weight_of_unknown(reply), weight, "{reply}");
        }
        let dropped = [
            RejectionClass::ConnectionTimedOut,
            RejectionClass::UnableToConnect,
            RejectionClass::ConnectionDropped,
        ];
        for class in dropped {
            assert_eq!(weight_of(class, None), Weight::Network, "{class:?}");
        }
    }

    #[test]
    fn an_sspi_status_is_no_trouble_of_the_network() {
        for (error, weight) in [
            (Some("UntrustedRoot"), Weight::Refusal),
            (Some("UnknownCredentials"), Weight::Refusal),
            (Some("InvalidToken"), Weight::Refusal),
            (Some("-2146893043"), Weight::Refusal),
            (Some("SocketError"), Weight::Network),
            (Some("ConnectionReset"), Weight::Network),
            (Some("10054"), Weight::Network),
            (Some("Nonsense"), Weight::Network),
            (None, Weight::Network),
        ] {
            assert_eq!(weight_of_tls_error(error), weight, "{error:?}");
        }
    }
}
