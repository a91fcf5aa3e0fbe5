//! Direct Send: any enabled inbound connector that matches lets the mail pass, of type Partner as well.

use super::replies::refused_as;
use super::rule::{Answer, RuleText};
use crate::connector::{AddressMatch, ConnectorAssessment, ConnectorNameMatch, Eligibility};
use crate::diagnosis::case::Case;
use crate::diagnosis::remedies::{self, Change, Remedy};
use crate::reply::RejectionClass;

pub(crate) const DIRECT_SEND_REJECTED: RuleText = RuleText {
    says: "The recipient's tenant refuses Direct Send.",
    why: "RejectDirectSend refuses mail from one of the tenant's own domains that no inbound \
          connector of the tenant matched.",
    example: "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization.",
    helps: "Make an inbound connector match the server: by its certificate, or by its address.",
    certainty: "Documented.",
    sources: "Microsoft Learn: Set-OrganizationConfig -RejectDirectSend",
};

pub(crate) fn direct_send(case: &Case<'_>) -> Option<Answer> {
    let mut answer = refused_as(case, RejectionClass::DirectSendRejected)?;
    let connectors = &case.attribution.connectors;
    if case.evidence.inbound_connectors.is_none() {
        return Some(answer);
    }
    let is_disabled = |one: &ConnectorAssessment| one.eligibility == Eligibility::Disabled;
    let matching = |is_wanted: &dyn Fn(&ConnectorAssessment) -> bool| {
        connectors.iter().position(|one| is_wanted(one) && matches(one))
    };
    if let Some(index) = matching(&|one| !is_disabled(one)) {
        let name = case.inbound_name(index);
        answer.message.push_str(&format!(
            " By the given evidence the connector {name} matches: it was changed since (a change takes \
             up to an hour), or the mail that was refused came past this server."
        ));
        answer.steps = vec![remedies::see_changes()];
        if case.chain.is_none() {
            answer.steps.push(remedies::give_chain(case));
        }
    } else if let Some(index) = matching(&is_disabled) {
        let change = Change::Enable { connector: case.inbound_name(index) };
        answer.steps =
            vec![Remedy::of(change, "Enable the connector, if nobody disabled it for a reason.")];
    } else {
        answer.steps = remedies::list_address(case);
        answer.steps.extend(remedies::new_connector(case));
    }
    answer
        .proof
        .evidence
        .extend(matching(&|_| true).map(|index| case.inbound_proof(index)).unwrap_or_default());
    Some(answer)
}

fn matches(one: &ConnectorAssessment) -> bool {
    matches!(one.name_match.relation, ConnectorNameMatch::Match(_))
        || matches!(one.address, AddressMatch::Listed(_))
}
