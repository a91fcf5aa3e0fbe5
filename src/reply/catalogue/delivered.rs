//! Messages that were delivered, by what their headers say of how Exchange Online took them.

use super::entry::CatalogueEntry;
use super::entry::Signature;
use super::steps::{
    IMPORT_INTERMEDIATE, READ_INBOUND_CONNECTORS, READ_SEND_LOG, RERUN_HYBRID_WIZARD,
    SELECT_CERTIFICATE, SET_CERTIFICATE_NAME, SET_SENDER_ADDRESSES,
};
use crate::finding::{Confidence, Place, Side, StepTemplate};
use crate::reply::rejection_class::RejectionClass;

pub(super) const DELIVERED_AS_ANONYMOUS: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::DeliveredAsAnonymous,
    signatures: &[Signature::words(&["X-MS-Exchange-Organization-AuthAs: Anonymous"])],
    meaning: "The message was delivered, and Exchange Online took it for anonymous. Delivered is not \
              attributed: if it came from your own server, no inbound connector of type OnPremises \
              matched, or CloudServicesMailEnabled is off, so that the message counts as external: \
              it may go to junk, and shows no internal sender. The causes are those of 550 5.7.64.",
    side: &[Side::OnPremisesServer, Side::ExchangeOnlineTenant],
    remedy: &[
        READ_SEND_LOG,
        READ_INBOUND_CONNECTORS,
        IMPORT_INTERMEDIATE,
        SELECT_CERTIFICATE,
        SET_CERTIFICATE_NAME,
        SET_SENDER_ADDRESSES,
        RERUN_HYBRID_WIZARD,
    ],
    reference: "Microsoft Learn: Demystifying and troubleshooting hybrid mail flow (AuthAs)",
    confidence: Confidence::Observed,
    local: false,
    cover: false,
    uncertain: &[
        "A message from outside is anonymous too: the Received line of the hand-over shows \
                  whether your server sent it, and whether with TLS.",
    ],
};

pub(super) const DELIVERED_AS_INTERNAL: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::DeliveredAsInternal,
    signatures: &[Signature::words(&["X-MS-Exchange-Organization-AuthAs: Internal"])],
    meaning: "The message was delivered, and counts as one of the organisation: it came from within \
              Exchange, or a connector matched it. Nothing is wrong with it.",
    side: &[Side::Unknown],
    remedy: &[StepTemplate::new(
        Place::AnyComputer,
        "Nothing is to be done for this message. Where another one arrives as anonymous, compare its \
         headers with these, AuthAs, AuthSource and the Received line of the hand-over: Microsoft's \
         Message Header Analyzer shows them side by side.",
    )
    .verify("the other message has AuthAs Internal too")],
    reference: "Microsoft Learn: Demystifying and troubleshooting hybrid mail flow (AuthAs)",
    confidence: Confidence::Observed,
    local: false,
    cover: false,
    uncertain: &[],
};

pub(super) const DELIVERED_AS_PARTNER: CatalogueEntry = CatalogueEntry {
    class: RejectionClass::DeliveredAsPartner,
    signatures: &[
        Signature::words(&["X-MS-Exchange-Organization-AuthAs: Partner"]),
        Signature::words(&["X-MS-Exchange-Organization-AuthAs: External"]),
    ],
    meaning: "The message was delivered, and counts as one of another organisation that proved who it \
              is (AuthAs Partner or External): neither anonymous nor one of the organisation.",
    side: &[Side::ExchangeOnlineTenant],
    remedy: &[READ_SEND_LOG, READ_INBOUND_CONNECTORS],
    uncertain: &[
        "Of another organisation's message nothing is wrong with it; one of your own server is \
                  to arrive as Internal.",
    ],
    ..DELIVERED_AS_INTERNAL
};
