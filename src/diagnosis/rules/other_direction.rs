//! The other direction: what Exchange Online could not hand over to this organisation, by its reply.

use super::rule::RuleText;

pub(crate) const CANNOT_CONNECT_TO_REMOTE_SERVER: RuleText = RuleText {
    says: "The other direction: Exchange Online could not hand mail to the server that the text \
           names.",
    why: "It could not connect, or did not accept the certificate that the server presented; the \
          text after Message= says which.",
    example: "450 4.4.317 Cannot connect to remote server [Message=CertificateExpired].",
    helps: "See in the receive log which certificate the server presented; give the receive \
            connector the right one.",
    certainty: "Documented.",
    sources: "Microsoft Learn: mail flow intelligence, 450 4.4.317",
};

pub(crate) const DANE_FAILED: RuleText = RuleText {
    says: "The other direction: the TLSA records of an own domain, or its DNSSEC, do not fit \
           what the receiving server shows.",
    why: "Exchange Online holds the certificate of the receiving server against the TLSA records \
          that DNSSEC vouches for. After a renewal the record names the former certificate, and \
          no mail is handed over.",
    example: "450 4.7.323 tlsa-invalid: The domain failed DANE validation.",
    helps: "Renew the TLSA record for the certificate that is shown now, or take it away; put \
            DNSSEC right where the reply is 4.7.324.",
    certainty: "Documented.",
    sources: "Microsoft Learn: How SMTP DNS-based Authentication of Named Entities (DANE) works",
};

pub(crate) const MTA_STS_FAILED: RuleText = RuleText {
    says: "The other direction: the MTA-STS policy of an own domain does not name the MX host, \
           or the host's certificate does not fit.",
    why: "A policy in mode enforce lets Exchange Online hand over to the hosts that it names \
          alone, and only over TLS with a valid certificate for their names.",
    example: "550 5.4.8 MX hosts of contoso.com failed MTA-STS validation.",
    helps: "Let policy, MX records and the names of the certificate agree; change the id in the \
            TXT record with each change.",
    certainty: "Documented.",
    sources: "RFC 8461; Microsoft Learn: Enhancing mail flow with MTA-STS",
};
