//! The names of everything that can be found.

use crate::named_enum::named_enum;

named_enum! {
    /// What was found. Names and numbers are stable.
    FindingId {
        /// No session with EOP, and no certificate to judge.
        NoEvidence = 1,
        /// An input cannot be read.
        InputUnreadable = 2,
        /// The newest session is so old that nothing can be accepted.
        EvidenceTooOld = 3,
        /// The newest session is some days old.
        EvidenceAgeing = 4,
        /// No certificate fits the send connector's TlsCertificateName.
        TlsCertificateNameNotFound = 10,
        /// The chosen certificate has no private key.
        NoPrivateKey = 11,
        /// The chosen certificate is not enabled for SMTP, or, where that is not known, may not be.
        CertificateNotEnabledForSmtp = 12,
        /// The private key of the chosen certificate cannot be used.
        PrivateKeyNotUsable = 13,
        /// Something on the way rewrites SMTP.
        SmtpInspection = 14,
        /// The root of EOP's certificate is not in the sender's Root store.
        RootG2Missing = 15,
        /// This server refused the certificate of the other side.
        RemoteCertificateInvalid = 16,
        /// The two sides have no protocol or cipher in common: TLS 1.2 is off.
        Tls12Off = 17,
        /// The connection to a `*.mx.microsoft` host failed.
        NewMicrosoftHosts = 18,
        /// The connection ended within the TLS handshake.
        TlsHandshakeAborted = 19,
        /// TLS failed with another error.
        TlsNegotiationFailed = 20,
        /// No connection came about.
        ConnectionFailed = 21,
        /// TLS is demanded and was not begun.
        StartTlsRequired = 22,
        /// The sending Exchange server is out of date.
        ServerOutOfDate = 23,
        /// The inbound connector is blocked.
        InboundConnectorBlocked = 24,
        /// ATTR35: the wrong region, or attributed to no tenant.
        WrongRegionAttr35 = 25,
        /// ATTR34: a mail loop.
        HopCountExceededAttr34 = 26,
        /// A partner connector of the recipient's tenant restricts sources.
        TenantInboundAttribution = 27,
        /// The recipient's tenant refuses Direct Send.
        DirectSendRejected = 28,
        /// Mail from domains that are not registered.
        UnregisteredDomains = 29,
        /// The tenant has sent too much.
        TenantThresholdExceeded = 30,
        /// No mail is taken from this address.
        TrafficNotAccepted = 31,
        /// A submission host, and no authentication.
        ClientNotAuthenticated = 32,
        /// The recipient was refused by its own side.
        RecipientRejected = 33,
        /// A text of mail from Exchange Online to this server.
        CannotConnectToRemoteServer = 34,
        /// A refusal that the catalogue does not know.
        UnknownRefusal = 35,
        /// The public address is on a list of Microsoft's own.
        SendingAddressBanned = 36,
        /// The public address is on a public block list.
        SendingAddressListed = 37,
        /// Less mail is accepted from the public address for some time.
        SendingAddressThrottled = 38,
        /// The sending account is restricted.
        SenderRestricted = 39,
        /// STARTTLS was not offered, so that no identity was shown.
        StartTlsNotOffered = 40,
        /// No certificate was shown, and the address is not listed.
        NoCertificateOffered = 41,
        /// No inbound connector of type OnPremises.
        ConnectorMissing = 50,
        /// Only connectors of type Partner.
        ConnectorWrongType = 51,
        /// The connector is disabled.
        ConnectorDisabled = 52,
        /// The exports are those of another tenant.
        OtherTenantsExport = 53,
        /// The certificate is self-signed.
        SelfSignedCertificate = 60,
        /// The certificate is from a private authority.
        PrivateAuthority = 61,
        /// An intermediate is missing on the sender.
        IntermediateMissing = 62,
        /// The receiver does not trust the chain, for reasons that the evidence does not show.
        ChainNotTrustedByReceiver = 63,
        /// The certificate has expired.
        CertificateExpired = 64,
        /// The certificate is not valid yet.
        CertificateNotYetValid = 65,
        /// The certificate is revoked.
        CertificateRevoked = 66,
        /// Something in the chain of the certificate is wrong.
        ChainFault = 67,
        /// No name of the certificate is the one that a connector expects.
        NameMismatch = 70,
        /// The address is none of those that the connector lists.
        AddressNotListed = 71,
        /// Everything matches, and yet the mail is refused.
        AttributedButRefused = 80,
        /// Attributed by the certificate.
        AttributedByCertificate = 81,
        /// Attributed by certificate and MAIL FROM: NDRs and forwards will fail.
        FragileAttribution = 82,
        /// ATTR36 for the null sender.
        Attr36NullSender = 83,
        /// ATTR36 for a foreign sender.
        Attr36ForeignSender = 84,
        /// ATTR36, by the reply alone.
        Attr36 = 85,
        /// Attributed by address and MAIL FROM.
        AttributedByAddress = 86,
        /// An address connector never relays null or foreign senders.
        AddressConnectorCannotRelay = 87,
        /// The connector is confined to other domains than the sender's.
        OutsideAssociatedDomains = 88,
        /// The FrontEnd half of a proxied session is missing.
        FrontEndHalfMissing = 89,
        /// An undocumented matter decides.
        OpenQuestion = 90,
        /// The inbound connectors are missing.
        ConnectorsNotGiven = 91,
        /// The accepted domains are missing.
        AcceptedDomainsNotGiven = 92,
        /// The certificate expires soon.
        CertificateExpiresSoon = 100,
        /// The certificate has expired since the last session.
        CertificateExpiredSince = 101,
        /// Installed certificates with the same issuer and subject.
        TwinCertificates = 102,
        /// The certificate that was sent is not the one that would be sent now.
        AnotherCertificateSelected = 103,
        /// The renewed certificate has another issuer than the send connector names.
        NewIssuerAfterRenewal = 104,
        /// A root lies in the intermediate store.
        RootInIntermediateStore = 105,
        /// An intermediate lies in the root store.
        IntermediateInRootStore = 106,
        /// A receive connector cannot show the certificate that it names, or offers no TLS.
        ReceiveConnectorFault = 172,
        /// Exchange Online got no STARTTLS of this server, or hung up after TLS.
        ExchangeOnlineHangsUp = 173,
        /// Microsoft has taken the root out of its programme.
        RootBlocked = 170,
        /// A root in the root store keeps the cross-signed certificate from being sent.
        RootShortensChain = 171,
        /// The accepted domains are those of the on-premises organisation.
        AcceptedDomainsAreLocal = 107,
        /// Entries of SenderIPAddresses that take no part.
        SenderAddressIgnored = 108,
        /// The connector was changed shortly before the refusal.
        ConnectorChangedRecently = 109,
        /// TLS 1.0 or 1.1 was negotiated.
        LegacyTls = 110,
        /// Whether the chain can be sent is not known.
        ChainNotKnown = 111,
        /// The chain ends in a root that is in no known list.
        RootNotKnown = 112,
        /// Protocol logging is off for a send connector to EOP.
        LoggingOff = 113,
        /// Sessions that were counted and not judged.
        SessionsNotJudged = 114,
        /// Sources disagree on which installed certificate is chosen.
        SelectionDisputed = 115,
        /// Some exported objects were read in part or not at all.
        EvidenceDamaged = 116,
        /// Failures of single recipients, messages and connections, which decide nothing.
        EverydayFailures = 117,
        /// The newest certificate of that name cannot be used, and blocks an older one.
        NewestTwinUnusable = 119,
        /// A cover text of a queue, and no session that says what it covers.
        CoverTextOnly = 130,
        /// Errors of queues or NDRs, joined to sessions of the logs.
        QueueErrorJoined = 131,
        /// Errors of queues or NDRs that do not concern Exchange Online, or say nothing known.
        QueueErrorNotJudged = 132,
        /// Some of this computer's stores or keys could not be seen.
        MachineStoreNotSeen = 140,
        /// Windows judges the chain otherwise.
        WindowsDiffers = 141,
        /// The CAPI2 log reports a chain that is not whole on the sender.
        ChainIncompleteLogged = 120,
        /// The CAPI2 log reports another fault of the sent certificate.
        ChainFaultLogged = 121,
        /// Failed validations of the certificate for other programs, counted and not judged.
        ChainEventsNotJudged = 122,
        /// The CAPI2 log is off, empty or begins too late.
        ChainEventsMissing = 123,
        /// The inbound connectors are as the logs of the hybrid wizard last show them.
        ConnectorsFromWizard = 150,
        /// The wizard changed TlsSenderCertificateName shortly before the refusals began.
        WizardChangedSenderName = 151,
        /// The wizard changed TlsCertificateName shortly before the failures began.
        WizardChangedCertificateName = 152,
        /// The wizard tried to change a connector, and failed.
        WizardChangeFailed = 153,
        /// The wizard keeps the connector: it undoes what is changed by hand.
        WizardUndoesChanges = 154,
        /// One certificate, or one address, sends for two tenants.
        TwoTenants = 155,
        /// The tenant's limit of external recipients is reached.
        TenantLimitExceeded = 160,
        /// Sender, recipient, content or address are banned.
        SpamRefused = 161,
        /// The name in EHLO is not accepted.
        EhloNameRefused = 162,
        /// SPF, DKIM or DMARC of the sender's domain failed.
        SenderNotAuthentic = 163,
        /// The sending address has no reverse DNS record.
        ReverseDnsMissing = 164,
        /// Mail over IPv6 is not accepted.
        Ipv6NotAccepted = 165,
        /// The other direction: DNSSEC or DANE of an own domain.
        DaneFailed = 180,
        /// The other direction: the MTA-STS policy of an own domain.
        MtaStsFailed = 181,
        /// A mail flow rule of the organisation that wrote the reply.
        TransportRuleRejected = 182,
        /// A group or mailbox that takes mail from some senders only.
        DeliveryRestricted = 183,
        /// The account that signed in may not send as that sender.
        SendAsDenied = 184,
        /// Journal reports of on-premises mailboxes are not taken.
        JournalingRefused = 185,
        /// The recipient's tenant takes no mail.
        UnauthenticatedMail = 186,
        /// The recipient's domain is reserved and exists nowhere.
        RecipientReserved = 187,
        /// A TLS channel is demanded, and the certificate that was shown has expired.
        TlsChannelExpired = 188,
        /// A TLS channel is demanded that the session did not have.
        TlsChannelMissing = 189,
        /// The other server cannot do the TLS that it offers.
        TlsNotAvailable = 190,
        /// One Exchange server could not authenticate to another.
        ServerAuthenticationFailed = 191,
        /// The other server demands domain security of this domain.
        SecureDomainDisallowed = 192,
        /// The other server is busy.
        TemporaryServerError = 193,
        /// The other server waited too long for a command.
        ClientTimedOut = 194,
        /// More recipients than one transaction takes.
        TooManyRecipients = 195,
    }
}
