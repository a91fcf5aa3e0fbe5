//! Replies that pass by themselves.

use super::rule::RuleText;

pub(crate) const TEMPORARY_SERVER_ERROR: RuleText = RuleText {
    says: "The other server is busy or being serviced.",
    why: "It takes mail again after some time; it says nothing of connectors or certificates.",
    example: "421 4.3.2 Service not available.",
    helps: "Let the queue try again.",
    certainty: "Documented.",
    sources: "RFC 3463, section 3.4; Microsoft Learn: Service health",
};

pub(crate) const CLIENT_TIMED_OUT: RuleText = RuleText {
    says: "The other server waited too long for the next command.",
    why: "Something on the way holds data back, or the sending side stopped.",
    example: "451 4.7.0 Timeout waiting for client input.",
    helps: "See what lies between: a firewall that inspects SMTP, an MTU that does not fit.",
    certainty: "Observed.",
    sources: "RFC 5321, section 4.5.3.2",
};

pub(crate) const TOO_MANY_RECIPIENTS: RuleText = RuleText {
    says: "The message has more recipients than one transaction takes.",
    why: "The sending server sends the rest in another transaction by itself.",
    example: "452 4.5.3 Too many recipients.",
    helps: "Nothing has to be done.",
    certainty: "Documented.",
    sources: "RFC 5321, section 4.5.3.1.10",
};
