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
    }
}
