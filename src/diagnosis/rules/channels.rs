//! Replies on the TLS channel of a session, and on what one server demands of another.

use super::rule::RuleText;

const SMTP_SEND: &str = "Application log, event 2004 (MSExchangeTransport, SmtpSend)";

pub(crate) const TLS_CHANNEL_EXPIRED: RuleText = RuleText {
    says: "The other side demands a TLS channel, and the certificate that this server showed has \
           expired.",
    why: "A connector of the other side takes mail over TLS with a valid certificate alone.",
    example: "454 4.7.0 Failed to establish appropriate TLS channel: CertificateExpired: Access \
              Denied.",
    helps: "Renew the certificate, and let the send connector name the new one.",
    certainty: "Observed: the reply says it.",
    sources: SMTP_SEND,
};

pub(crate) const TLS_CHANNEL_MISSING: RuleText = RuleText {
    says: "The other side demands a TLS channel that the session did not have.",
    why: "TLS was not used at all, or the certificate was not accepted; where the reply names no \
          error, TLS was not used.",
    example: "454 4.7.0 Failed to establish appropriate TLS channel: Access Denied.",
    helps: "See in the log whether STARTTLS was offered and begun, and with which certificate.",
    certainty: "Observed: the reply says it.",
    sources: SMTP_SEND,
};

pub(crate) const TLS_NOT_AVAILABLE: RuleText = RuleText {
    says: "The other server offers STARTTLS and cannot do it.",
    why: "Its own certificate or key fails; this server can do nothing about it.",
    example: "454 4.7.0 TLS not available due to local problem.",
    helps: "Let the queue try again; its administrator has to repair it.",
    certainty: "Documented.",
    sources: "RFC 3207, section 4",
};

pub(crate) const SERVER_AUTHENTICATION_FAILED: RuleText = RuleText {
    says: "One Exchange server could not authenticate to another.",
    why: "The clocks differ, the receive connector has another name than its server, or lacks \
          ExchangeServer among its AuthMechanism.",
    example: "454 4.7.0 Temporary authentication failure.",
    helps: "Compare clocks, Fqdn and AuthMechanism of both servers.",
    certainty: "Observed.",
    sources: "RFC 4954, section 6; KB 979175",
};

pub(crate) const SECURE_DOMAIN_DISALLOWED: RuleText = RuleText {
    says: "The other Exchange server demands domain security of this domain, which the session \
           did not have.",
    why: "The domain is on its list of secure domains (mutual TLS), mostly left over.",
    example: "451 4.7.3 The admin has temporarily disallowed this secure domain.",
    helps: "Take the domain out of TLSReceiveDomainSecureList and TLSSendDomainSecureList where \
            it is not meant to be there.",
    certainty: "Observed.",
    sources: "Microsoft Learn: Domain security (Exchange Server)",
};
