//! Steps in the tenants: their connectors are widened before a new name is sent, and narrowed after.

use crate::connector::{
    CertificateNames, Coverage, DomainName, ExchangeCertificate, ShownCertificate,
};
use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::evidence::basis::Basis;
use crate::diagnosis::evidence::server_name::is_same_server;
use crate::diagnosis::literal::{listed, literal};
use crate::diagnosis::remedies::harm::delivered;
use crate::diagnosis::remedies::{Change, step_of};
use crate::renewal::course::{Course, Draft};
use crate::renewal::judge::{Sender, attribution, attribution_of};
use crate::renewal::plan::{PlaceKind, StepNeed};

/// Tenants that are named in a sentence.
const MAXIMUM_NAMED: usize = 4;

/// That more than one tenant takes mail with the new certificate, although none of those before served
/// these tenants together.
pub(crate) fn taken_by_several(
    course: &Course,
    before: &[ExchangeCertificate],
    new: &ExchangeCertificate,
    evidence: &Evidence,
) -> Option<String> {
    let takers = |names: &CertificateNames| -> Vec<usize> {
        let all = course.stage.tenants.iter().enumerate();
        all.filter(|(_, tenant)| attribution(tenant, names, Sender::Null) == Some(true))
            .map(|(slot, _)| slot)
            .collect()
    };
    let now = takers(&new.names());
    let is_no_news = |one: &ExchangeCertificate| {
        let known = takers(&one.names());
        now.iter().all(|slot| known.contains(slot))
    };
    if now.len() < 2 || before.iter().any(is_no_news) {
        return None;
    }
    let names: Vec<String> = now.iter().map(|slot| evidence.tenant(*slot).text()).collect();
    Some(format!(
        "several tenants take it ({}), and Exchange Online finds the tenant of mail by its certificate: \
         which of them it is, is not certain. Use one certificate and one send connector for each \
         (MC1226222)",
        listed(names.iter().map(String::as_str), MAXIMUM_NAMED)
    ))
}

/// A connector that was made beside the present one of a tenant.
pub(crate) struct Widened {
    pub tenant: usize,
    /// The new connector.
    pub connector: String,
    /// What it expects.
    pub value: String,
}

/// Lets each tenant that takes mail with the certificates before take it with the new one too, by a
/// second connector: the present one stays as it is for whoever uses it.
///
/// # Errors
/// No name of the new certificate can be expected by a tenant, in words.
pub(crate) fn widen(
    course: &mut Course,
    before: &[ExchangeCertificate],
    new: &ExchangeCertificate,
    evidence: &Evidence,
) -> Result<Vec<Widened>, String> {
    let names = new.names();
    let count = course.stage.tenants.len();
    let lost: Vec<Vec<Sender>> = (0..count)
        .map(|tenant| lost_senders(&course.stage.tenants[tenant], before, &names))
        .collect();
    let mut made = Vec::new();
    for (tenant, senders) in lost.into_iter().enumerate() {
        if senders.is_empty() {
            continue;
        }
        let Some((value, domain)) = value_for(course, tenant, &names, &senders) else {
            return Err(format!(
                "None of its names ({}) lies in or below an accepted domain of {}, so that no \
                 connector there can expect it",
                texts(&names).join(", "),
                evidence.tenant(tenant).text()
            ));
        };
        let where_to = if count > 1 {
            format!(" In {}.", evidence.tenant(tenant).text())
        } else {
            String::new()
        };
        if let Some(domain) = domain {
            let change = Change::AcceptedDomain { domain: domain.clone() };
            let action = format!(
                "Add {domain} to the tenant and verify it (Settings, Domains). Its parent is \
                 verified already, so that it is valid at once.{where_to}"
            );
            let step = step_of(&change, action, &[]);
            course.take(Draft::new(StepNeed::Required, step, vec![(change, tenant)]));
        }
        let connector = free_name(&course.stage.tenants[tenant], &value);
        let change =
            Change::NewConnector { connector: connector.clone(), value: Some(value.clone()) };
        let warning = if value.starts_with("*.") {
            " With the wildcard every certificate below the domain matches."
        } else {
            ""
        };
        let action = format!(
            "Before anything else make a second inbound connector that expects {value}: until it is \
             there, mail with the new certificate would be refused. The present one stays as it is \
             meanwhile. Wait up to an hour until it acts.{warning}{where_to}"
        );
        // The certificate before is sent still, so that mail shows nothing of the second connector.
        let step = step_of(&change, action, &[]).verify(format!(
            "Get-InboundConnector -Identity {} | Format-List \
             Enabled,ConnectorType,TlsSenderCertificateName: True, OnPremises, {value}; and mail is \
             accepted as before",
            literal(Some(&connector), "inbound connector")
        ));
        course.take(Draft::new(StepNeed::Required, step, vec![(change, tenant)]));
        made.push(Widened { tenant, connector, value });
    }
    Ok(made)
}

/// Whose mail a tenant takes with one of the certificates before, and not with the new names.
fn lost_senders(
    tenant: &Evidence,
    before: &[ExchangeCertificate],
    names: &CertificateNames,
) -> Vec<Sender> {
    let takes = |names: &CertificateNames, sender: &Sender| {
        attribution(tenant, names, *sender) == Some(true)
    };
    let has_connectors = tenant.inbound_connectors.is_some();
    let mut senders = Sender::ALL.to_vec();
    senders.retain(|sender| has_connectors && !takes(names, sender));
    let lost: Vec<Sender> = senders
        .iter()
        .copied()
        .filter(|sender| before.iter().any(|one| takes(&one.names(), sender)))
        .collect();
    // Where today's certificate is not taken either, the new one is to be, in its own tenant.
    let accepts = || {
        let accepted = tenant.accepted_domains.as_ref();
        accepted.is_some_and(|one| texts(names).iter().any(|name| one.object.lies_near(name)))
    };
    let none_taken = || {
        before.iter().all(|one| {
            let names = one.names();
            let mut all = Sender::ALL.iter();
            all.all(|sender| attribution(tenant, &names, *sender) == Some(false))
        })
    };
    if lost.is_empty() && senders.contains(&Sender::Own) && none_taken() && accepts() {
        return senders;
    }
    lost
}

/// The name of the new certificate that a connector can be made for, and the accepted domain that it
/// needs: exact names first, and those that need none.
fn value_for(
    course: &Course,
    tenant: usize,
    names: &CertificateNames,
    senders: &[Sender],
) -> Option<(String, Option<String>)> {
    let evidence = &course.stage.tenants[tenant];
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    for name in texts(names) {
        let plain = name.strip_prefix("*.").unwrap_or(&name);
        if !plain.contains('.') || DomainName::parse(plain).is_err() {
            continue;
        }
        let domain = match &evidence.accepted_domains {
            None => None,
            Some(accepted) => match accepted.object.cover_value(&name) {
                Coverage::Covered(_) => None,
                _ if is_below_accepted(evidence, plain) => Some(plain.to_owned()),
                _ => continue,
            },
        };
        let mut after = evidence.clone();
        if let Some(domain) = &domain {
            after = Change::AcceptedDomain { domain: domain.clone() }.apply(after);
        }
        let connector = free_name(evidence, &name);
        after = Change::NewConnector { connector, value: Some(name.clone()) }.apply(after);
        if senders.iter().all(|sender| attribution(&after, names, *sender) != Some(false)) {
            found.push((name, domain));
        }
    }
    found.into_iter().min_by_key(|(name, domain)| (name.starts_with("*."), domain.is_some()))
}

fn is_below_accepted(evidence: &Evidence, name: &str) -> bool {
    let accepted = evidence.accepted_domains.iter().flat_map(|one| &one.object.domains);
    let name = name.to_ascii_lowercase();
    accepted.into_iter().any(|known| {
        let known = known.domain_name.trim_start_matches("*.").to_ascii_lowercase();
        name.strip_suffix(&known).is_some_and(|rest| rest.ends_with('.'))
    })
}

fn texts(names: &CertificateNames) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in &names.names {
        if !found.iter().any(|known| known.eq_ignore_ascii_case(&name.text)) {
            found.push(name.text.clone());
        }
    }
    found
}

fn free_name(evidence: &Evidence, value: &str) -> String {
    let name = format!("Inbound from {}", value.trim_start_matches("*."));
    let is_taken = |name: &str| {
        let all = evidence.inbound_connectors.iter().flatten();
        all.into_iter().any(|one| one.object.name.eq_ignore_ascii_case(name))
    };
    if !is_taken(&name) {
        return name;
    }
    let numbered = (2..).map(|number| format!("{name} ({number})"));
    numbered.into_iter().find(|name| !is_taken(name)).unwrap_or_default()
}

/// Once every place sends the new certificate: the present connectors get its name, and the second
/// ones go. Left out where somebody else still shows what the present ones expect.
pub(crate) fn narrow(
    course: &mut Course,
    widened: &[Widened],
    before: &[ExchangeCertificate],
    evidence: &Evidence,
) -> Vec<String> {
    let mut left_out = Vec::new();
    for one in widened {
        let Some((present, value)) = present_connector(course, one, before) else { continue };
        let set = Change::SenderName {
            connector: present.clone(),
            value: one.value.clone(),
            before: value,
        };
        let remove = Change::RemoveConnector { connector: one.connector.clone() };
        let changes = vec![(set.clone(), one.tenant), (remove.clone(), one.tenant)];
        let others = still_shown_by(course, evidence, one.tenant, &changes);
        if !others.is_empty() {
            left_out.push(format!(
                "The second connector {} stays: {} would be refused without the present one",
                one.connector,
                others.join(", ")
            ));
            continue;
        }
        if !course.is_harmless(&changes) {
            continue;
        }
        let action = format!(
            "Once every server sends the new certificate: let {present} expect {}, as hybrid \
             organisations have one connector, which their wizard keeps.",
            one.value
        );
        let step = step_of(&set, action, &[]);
        course.take(Draft::new(StepNeed::Optional, step, vec![(set, one.tenant)]));
        let action = "Then take the second connector away.";
        let step = step_of(&remove, action, &[]);
        course.take(Draft::new(StepNeed::Optional, step, vec![(remove, one.tenant)]));
    }
    left_out
}

/// The connector of a tenant that the certificates before match, and its value.
fn present_connector(
    course: &Course,
    widened: &Widened,
    before: &[ExchangeCertificate],
) -> Option<(String, Option<String>)> {
    let tenant = &course.stage.tenants[widened.tenant];
    let index = before.iter().find_map(|one| {
        let shown = ShownCertificate::Names(one.names());
        let sender = Sender::Own.mail_from(tenant);
        let found = attribution_of(tenant, &shown, None, &sender);
        found.outcome().filter(|outcome| outcome.is_attributed())?.connector()
    })?;
    let object = &tenant.inbound_connectors.as_ref()?.get(index)?.object;
    let is_by_name =
        object.tls_sender_certificate_name.is_some() && object.name != widened.connector;
    is_by_name.then(|| (object.name.clone(), object.tls_sender_certificate_name.clone()))
}

/// Senders that the logs show delivered, that the plan does not concern, and that the changes would cut
/// off.
fn still_shown_by(
    course: &Course,
    evidence: &Evidence,
    tenant: usize,
    changes: &[(Change, usize)],
) -> Vec<String> {
    let now = &course.stage.tenants[tenant];
    let after = changes.iter().fold(now.clone(), |evidence, (change, _)| change.apply(evidence));
    let basis = Basis::new(evidence, tenant);
    let is_of_plan = |server: Option<&str>, connector: &str| {
        course.places.iter().any(|place| {
            let is_there = match (place.server.as_deref(), server) {
                (Some(own), Some(server)) => is_same_server(own, server),
                _ => true,
            };
            let is_it = place.connector.eq_ignore_ascii_case(connector);
            place.kind == PlaceKind::SendConnector && is_there && is_it
        })
    };
    let found = delivered(&basis);
    let passes = |evidence: &Evidence, one: &crate::diagnosis::evidence::basis::Delivered| {
        attribution_of(evidence, &one.presented, one.address, &one.mail_from).is_attributed()
            == Some(true)
    };
    let mut labels: Vec<String> = found
        .iter()
        .filter(|one| !is_of_plan(one.server.as_deref(), &one.connector))
        .filter(|one| passes(now, one) && !passes(&after, one))
        .map(|one| one.label.clone())
        .collect();
    labels.dedup();
    labels
}
