//! Replies by a rule of an organisation, mostly the recipient's: no matter of connectors or
//! certificates.

use super::rule::RuleText;

const NDR_TABLE: &str = "Microsoft Learn: Email non-delivery reports in Exchange Online";

pub(crate) const TRANSPORT_RULE_REJECTED: RuleText = RuleText {
    says: "A mail flow rule of the organisation that wrote the reply refuses the message.",
    why: "Its administrator made a rule that rejects what it fits; another organisation need not \
          have one.",
    example: "550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization \
              policy.",
    helps: "The recipient's administrator finds the rule in the message trace.",
    certainty: "Documented.",
    sources: NDR_TABLE,
};

pub(crate) const DELIVERY_RESTRICTED: RuleText = RuleText {
    says: "The group or mailbox takes mail from some senders only.",
    why: "Groups take mail of their own organisation alone by default; mail that arrives as \
          anonymous is not taken for such.",
    example: "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required.",
    helps: "The recipient's organisation lets outside senders write to it.",
    certainty: "Documented.",
    sources: "Microsoft Learn: NDR 5.7.133 in Exchange Online",
};

pub(crate) const SEND_AS_DENIED: RuleText = RuleText {
    says: "The account that signed in may not send with that sender address.",
    why: "A host for submission lets an account send with its own addresses, and with those it \
          has a right for.",
    example: "550 5.7.60 SMTP; Client does not have permissions to send as this sender.",
    helps: "Let the program send with the address of its account, or give the account the right.",
    certainty: "Documented.",
    sources: NDR_TABLE,
};

pub(crate) const JOURNALING_REFUSED: RuleText = RuleText {
    says: "Exchange Online takes no journal reports of on-premises mailboxes.",
    why: "The journal archive is off in the tenant, and journal reports go to a mailbox of it.",
    example: "550 5.3.190 Journaling on-premises messages to Microsoft 365 or Office 365 not \
              supported.",
    helps: "Send the journal to a mailbox outside of Exchange Online.",
    certainty: "Documented.",
    sources: NDR_TABLE,
};

pub(crate) const UNAUTHENTICATED_MAIL: RuleText = RuleText {
    says: "The recipient's tenant takes no mail.",
    why: "It has no licence for Exchange Online, or is being set up or removed.",
    example: "451 4.4.4 Mail received as unauthenticated, incoming to a recipient domain \
              configured in a hosted tenant which has no mail-enabled subscriptions. ATTR5.",
    helps: "The recipient's administrator sees whether the tenant has Exchange Online, and the \
            domain is verified in it.",
    certainty: "Observed.",
    sources: NDR_TABLE,
};

pub(crate) const RECIPIENT_RESERVED: RuleText = RuleText {
    says: "The recipient's domain is reserved, and exists nowhere.",
    why: "RFC 2606 keeps .test, .example, .invalid and .localhost for documents and tests.",
    example: "501 5.1.4 Recipient address reserved by RFC 2606.",
    helps: "Find who sends to the address, and correct it there.",
    certainty: "Documented.",
    sources: "RFC 2606",
};
