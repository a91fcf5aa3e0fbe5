//! The names of what a refusal can mean.

use crate::named_enum::named_enum;

named_enum! {
    /// What a refusal means. What is known of each stands in
    /// [`CATALOGUE`](super::CATALOGUE).
    RejectionClass {
        /// A refusal (4yz or 5yz) that no row of the catalogue knows; its text says what it is.
        Unclassified = 1,
        /// `550 5.7.64 TenantAttribution; Relay Access Denied`: no inbound connector matched.
        RelayDenied = 2,
        /// `550 5.7.64 Relay Access Denied ATTR36`: a connector matched, no accepted domain did.
        RelayDeniedAttr36 = 3,
        /// `451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35`.
        WrongRegionAttr35 = 4,
        /// `5.4.14 Hop count exceeded - possible mail loop ATTR34`.
        HopCountExceededAttr34 = 5,
        /// `454 4.7.0 Failed to establish appropriate TLS channel: UntrustedRoot: Access Denied`.
        TlsChannelUntrustedRoot = 6,
        /// `550 5.7.51 TenantInboundAttribution`: a partner connector restricts its sources.
        TenantInboundAttribution = 7,
        /// `550 5.7.68 TenantInboundAttribution; Direct Send not allowed`.
        DirectSendRejected = 8,
        /// `550 5.7.750`: mail from domains that are not registered in the tenant.
        UnregisteredDomains = 9,
        /// `550 5.7.705 Access denied, tenant has exceeded threshold`.
        TenantThresholdExceeded = 10,
        /// `550 5.7.708 Access denied, traffic not accepted from this IP`.
        TrafficNotAccepted = 11,
        /// `550 5.7.711`: the inbound connector is blocked.
        InboundConnectorBlocked = 12,
        /// `450 4.7.230` or `550 5.7.230`: the sending Exchange server is out of date.
        ServerOutOfDate = 13,
        /// Written by this server: no certificate fits TlsCertificateName of the send connector.
        TlsCertificateNameNotFound = 14,
        /// Written by this server: it refused the certificate of the other side.
        RemoteCertificateInvalid = 15,
        /// TLS is demanded and was not begun.
        StartTlsRequired = 16,
        /// `550 5.4.1 Recipient address rejected: Access denied`: the recipient's side.
        RecipientRejected = 17,
        /// `530 5.7.57`: a submission host, and no authentication.
        ClientNotAuthenticated = 18,
        /// `421 4.4.1 Connection timed out`: a cover text.
        ConnectionTimedOut = 19,
        /// `421 4.2.1 Unable to connect`: a cover text.
        UnableToConnect = 20,
        /// `421 4.4.2 Connection dropped due to ...`: a cover text.
        ConnectionDropped = 21,
        /// `450 4.4.317 Cannot connect to remote server`: from Exchange Online to this server.
        CannotConnectToRemoteServer = 22,
        /// `550 5.7.606 Access denied, banned sending IP`: on a list of Microsoft.
        SendingAddressBanned = 23,
        /// `550 5.7.1 Client host [..] blocked using ..`: on a public block list.
        SendingAddressListed = 24,
        /// `451 4.7.651`, `4.7.500`, `4.7.850`: too much mail for the reputation of the address.
        SendingAddressThrottled = 25,
        /// `452 4.5.3 Too many recipients`: the sender splits the mail by itself.
        TooManyRecipients = 26,
        /// `550 5.1.8 Access denied, bad outbound sender`: the account is restricted.
        SenderRestricted = 27,
        /// `550 5.7.232` and `5.7.233`: the daily limit of external recipients of a tenant.
        TenantLimitExceeded = 28,
        /// `550 5.7.501` to `5.7.505`, `5.7.512`, `5.7.513`: sender, content or recipient are banned.
        SpamRefused = 29,
        /// `501 5.5.4 Invalid domain name`, `550 5.7.506 Bad HELO`.
        EhloNameRefused = 30,
        /// `550 5.7.509`, `5.7.515`, `5.7.26`, `5.7.23`: SPF, DKIM or DMARC of the sender failed.
        SenderNotAuthentic = 31,
        /// `550 5.7.25`: the address has no reverse DNS record.
        ReverseDnsMissing = 32,
        /// `550 5.7.510`, `5.2.1`: the recipient takes no mail over IPv6.
        Ipv6NotAccepted = 33,
        /// `550 4.4.7 Message expired`: a cover; the last reply before it is the cause.
        MessageExpired = 34,
        /// `550 5.7.1 Relay Access Denied` and others without `5.7.64`.
        RelayRefused = 35,
        /// `450 4.7.323 tlsa-invalid`: from Exchange Online, DNSSEC or DANE of the recipient.
        DaneFailed = 36,
        /// `5.4.8 MX hosts of .. failed MTA-STS validation`: from Exchange Online.
        MtaStsFailed = 37,
        /// `550 5.7.1 TRANSPORT.RULES.RejectMessage`: a mail flow rule.
        TransportRuleRejected = 38,
        /// `550 5.7.133 RESOLVER.RST...`: a group or mailbox that takes mail from some only.
        DeliveryRestricted = 39,
        /// `550 5.7.60 SMTP; Client does not have permissions to send as this sender`.
        SendAsDenied = 40,
        /// `550 5.3.190 Journaling on-premises messages .. not supported`.
        JournalingRefused = 41,
        /// `451 4.4.4 Mail received as unauthenticated`.
        UnauthenticatedMail = 42,
        /// `421 4.3.2 Service not available`, `4.7.0 Temporary server error`: it passes.
        TemporaryServerError = 43,
        /// `454 4.7.0 Temporary authentication failure`.
        ServerAuthenticationFailed = 44,
        /// `454 4.7.0 Failed to establish appropriate TLS channel: CertificateExpired`.
        TlsChannelExpired = 45,
        /// `454 4.7.0 Failed to establish appropriate TLS channel: Access Denied`: no TLS.
        TlsChannelMissing = 46,
        /// `454 4.7.0 TLS not available due to local problem`: of the other server.
        TlsNotAvailable = 47,
        /// `451 4.7.3 The admin has temporarily disallowed this secure domain`.
        SecureDomainDisallowed = 48,
        /// `501 5.1.4 Recipient address reserved by RFC 2606`.
        RecipientReserved = 49,
        /// `451 4.7.0 Timeout waiting for client input`.
        ClientTimedOut = 50,
        /// No refusal: `X-MS-Exchange-Organization-AuthAs: Anonymous` in a delivered message.
        DeliveredAsAnonymous = 51,
        /// Written by this server: `451 4.4.0 Security status InvalidToken`: a cover text.
        LocalTlsFailure = 52,
        /// Event 12014, written by this server: a connector has no certificate.
        ConnectorCertificateMissing = 53,
        /// Event 12016, written by this server: the certificate of a name has expired.
        ConnectorCertificateExpired = 54,
        /// Event 12018, written by this server: the certificate of a name ends soon.
        ConnectorCertificateExpiring = 55,
        /// No fault: `X-MS-Exchange-Organization-AuthAs: Internal` in a delivered message.
        DeliveredAsInternal = 56,
        /// No refusal: `X-MS-Exchange-Organization-AuthAs: Partner`, or `External`, in a delivered message.
        DeliveredAsPartner = 57,
    }
}

impl RejectionClass {
    /// Whether it shows that nothing was refused: an event of this server, or a message that was
    /// delivered as one of the organisation.
    #[must_use]
    pub fn is_no_refusal(self) -> bool {
        self.is_event() || matches!(self, Self::DeliveredAsInternal | Self::DeliveredAsPartner)
    }

    /// Whether it is an event of this server about a certificate: nothing was refused.
    #[must_use]
    pub fn is_event(self) -> bool {
        matches!(
            self,
            Self::ConnectorCertificateMissing
                | Self::ConnectorCertificateExpired
                | Self::ConnectorCertificateExpiring
        )
    }
}
