//! What the certificates of a path must be to each other (RFC 5280, section 6.1).

use super::budget::Budget;
use super::findings::Findings;
use super::name_constraints::check_names;
use super::policies::check_policies;
use super::request::{ChainRequest, Purpose};
use super::rule::Rule;
use super::subject_checks::check_expected_names;
use super::words::shown;
use crate::certificate::{ANY_EXTENDED_KEY_USAGE, Certificate};

/// Checks all that needs neither signatures nor revocation lists. The end entity comes first, and
/// the anchor last where the path ends at one.
pub(crate) fn check_path(
    request: &ChainRequest<'_>,
    path: &[&Certificate],
    ends_at_anchor: bool,
    budget: &mut Budget,
    findings: &mut Findings,
) {
    check_expected_names(path[0], request.expected_names, findings);
    check_lengths(request, path, findings);
    check_purpose(request.purpose, path, findings);
    for (position, pair) in path.windows(2).enumerate() {
        if pair[0].names_key_of(pair[1]) == Some(false) {
            findings.add_plain(Rule::KeyIdentifierMismatch, position);
        }
    }
    let below_anchor = &path[..path.len() - usize::from(ends_at_anchor && path.len() > 1)];
    check_policies(request.policies, below_anchor, budget, findings);
    check_name_constraints(path, budget, findings);
}

/// Path lengths (sections 4.2.1.9 and 6.1.4 (l), (m)): self-issued intermediates do not count.
fn check_lengths(request: &ChainRequest<'_>, path: &[&Certificate], findings: &mut Findings) {
    let mut intermediates_below: u32 = 0;
    for (position, certificate) in path.iter().enumerate().skip(1) {
        let limit = certificate.extensions.basic_constraints.as_ref();
        if let Some(limit) = limit.and_then(|basic| basic.value.path_length)
            && intermediates_below > limit
        {
            findings.add(Rule::PathLengthExceeded, position, || {
                format!("{limit} permitted, {intermediates_below} follow")
            });
        }
        if position + 1 < path.len() && !certificate.is_self_issued() {
            intermediates_below += 1;
        }
    }
    if let Some(maximum) = request.maximum_depth
        && intermediates_below > maximum
    {
        findings.add(Rule::MaximumDepthExceeded, 0, || {
            format!("{maximum} intermediates permitted, {intermediates_below} found")
        });
    }
}

/// Extended key usage: an authority that has one permits no more below it (BR, section 7.1.2.10.6,
/// as every implementation does since Windows NT; RFC 5280 gives it no meaning in authorities).
fn check_purpose(purpose: Option<Purpose>, path: &[&Certificate], findings: &mut Findings) {
    let permits = |usages: &[String], purpose: Purpose| {
        usages.iter().any(|oid| oid == purpose.oid() || oid == ANY_EXTENDED_KEY_USAGE)
    };
    let usages = || {
        path.iter()
            .enumerate()
            .filter_map(|(at, one)| Some((at, &one.extensions.extended_key_usage.as_ref()?.value)))
    };
    if let Some(purpose) = purpose {
        for (position, usage) in usages().filter(|(_, usage)| !permits(usage, purpose)) {
            findings.add(Rule::WrongExtendedKeyUsage, position, || {
                format!("{} is not among {}", purpose.name(), named_usages(usage))
            });
        }
        return;
    }
    // Without a purpose: Exchange uses its certificate as a server and as a client. The first
    // certificate from below at which neither is left takes both away.
    let lacks = |purpose| usages().find(|(_, usage)| !permits(usage, purpose));
    let as_server = lacks(Purpose::ServerAuthentication);
    let as_client = lacks(Purpose::ClientAuthentication);
    if let (Some(server), Some(client)) = (&as_server, &as_client) {
        let (position, usage) = if server.0 < client.0 { client } else { server };
        findings.add(Rule::WrongExtendedKeyUsage, *position, || {
            let below = usages().take_while(|(at, _)| at < position).last();
            let below = below.map(|(_, usage)| format!(", what it issued {}", named_usages(usage)));
            format!(
                "neither serverAuth nor clientAuth is left (it lists {}{})",
                named_usages(usage),
                below.unwrap_or_default()
            )
        });
    }
    for (lack, rule) in [
        (as_server, Rule::ServerAuthenticationMissing),
        (as_client, Rule::ClientAuthenticationMissing),
    ] {
        if let Some((position, _)) = lack {
            findings.add_plain(rule, position);
        }
    }
}

/// Purposes by their names, as far as RFC 5280 has any; at most eight.
fn named_usages(usages: &[String]) -> String {
    const NAMED: usize = 8;
    let name = |oid: &String| match Purpose::ALL.iter().find(|purpose| purpose.oid() == oid) {
        Some(purpose) => purpose.name().to_owned(),
        None => shown(oid),
    };
    match usages.len() {
        0 => "nothing".to_owned(),
        count => {
            let more =
                if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
            let names: Vec<String> = usages.iter().take(NAMED).map(name).collect();
            format!("{}{more}", names.join(", "))
        }
    }
}

/// Section 6.1.3 (b), (c): the constraints of every issuer hold for all certificates below it, the
/// self-issued ones between excepted.
fn check_name_constraints(path: &[&Certificate], budget: &mut Budget, findings: &mut Findings) {
    for (position, issuer) in path.iter().enumerate().skip(1) {
        let Some(constraints) = &issuer.extensions.name_constraints else { continue };
        findings.add_if(!constraints.critical, Rule::NameConstraintsNotCritical, position);
        for below in (0..position).rev() {
            if below == 0 || !path[below].is_self_issued() {
                check_names(&constraints.value, path[below], below, budget, findings);
            }
        }
    }
    findings.add_if(budget.is_exhausted(), Rule::BudgetExhausted, 0);
}
