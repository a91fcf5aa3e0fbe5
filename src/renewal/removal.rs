//! The last steps: the certificates before leave the servers, by a detour where Exchange refuses it.

use crate::certificate::Thumbprint;
use crate::connector::{CertificateServices, ExchangeCertificate, are_related, is_named_by};
use crate::diagnosis::literal::listed;
use crate::diagnosis::remedies::{Change, step_of};
use crate::finding::{Place as Where, Step};
use crate::renewal::course::{Course, Draft};
use crate::renewal::plan::StepNeed;
use crate::renewal::stage::{Place, Sends};

/// Servers that are named in a sentence.
const MAXIMUM_NAMED: usize = 8;

/// A certificate that takes no part any more, and the servers that have it.
struct Leaving {
    certificate: ExchangeCertificate,
    thumbprint: Thumbprint,
    servers: Vec<String>,
    /// Whether it keeps the new one from being sent.
    blocks: bool,
}

/// Takes certificates before away: with `only_blocking` those that keep the new one from being sent,
/// which is needed; else the others, which is done last, and only where it is wanted.
pub(crate) fn take_away(
    course: &mut Course,
    before: &[ExchangeCertificate],
    new: &ExchangeCertificate,
    concerned: &[Place],
    only_blocking: bool,
) {
    for one in leaving(course, before, new, concerned) {
        if one.blocks != only_blocking {
            continue;
        }
        let named = naming(course, &one.certificate);
        let drafts = if named.is_empty() { plain(course, &one) } else { vec![detour(&one, named)] };
        for draft in drafts {
            if one.blocks || course.is_harmless(&draft.changes) {
                course.take(draft);
            }
        }
    }
}

/// The send connectors that name issuer and subject of a certificate, with their value: as long as they
/// do, Exchange refuses to remove it.
pub(crate) fn naming(course: &Course, one: &ExchangeCertificate) -> Vec<(String, String)> {
    let all = course.stage.servers().send_connectors.iter().flatten();
    all.filter_map(|connector| {
        let object = &connector.object;
        let value = object.tls_certificate_name.clone()?;
        let fits = is_named_by(one, &value, object.has_uncertain_blanks);
        (fits == Some(true)).then(|| (object.name.clone(), value))
    })
    .collect()
}

fn leaving(
    course: &Course,
    before: &[ExchangeCertificate],
    new: &ExchangeCertificate,
    concerned: &[Place],
) -> Vec<Leaving> {
    let mut found: Vec<Leaving> = Vec::new();
    let mut servers: Vec<&str> = Vec::new();
    for server in concerned.iter().filter_map(|place| place.server.as_deref()) {
        if !servers.contains(&server) {
            servers.push(server);
        }
    }
    for server in servers {
        for one in course.stage.installed(Some(server)).iter().flat_map(|all| all.iter()).cloned() {
            let Some(thumbprint) = one.thumbprint else { continue };
            let was_in_use = before.iter().any(|known| known.thumbprint == one.thumbprint);
            let is_older_twin =
                one.is_twin_of(new) && are_related(&one, new) && one.not_after < new.not_after;
            let is_it = one.thumbprint != new.thumbprint
                && one.is_issued_by_authority() != Some(false)
                && (was_in_use || is_older_twin);
            if !is_it {
                continue;
            }
            let is_sent = |place: &&Place| {
                place.server.as_deref() == Some(server)
                    && course.sent_by(place).iter().any(|sent| sent.thumbprint == one.thumbprint)
            };
            let mut senders = concerned.iter().filter(is_sent);
            let is_twin = one.is_twin_of(new);
            let blocks = senders.next().is_some() && is_twin;
            match found.iter_mut().find(|known| known.thumbprint == thumbprint) {
                Some(known) => {
                    known.servers.push(server.to_owned());
                    known.blocks |= blocks;
                }
                None => found.push(Leaving {
                    certificate: one,
                    thumbprint,
                    servers: vec![server.to_owned()],
                    blocks,
                }),
            }
        }
    }
    // What another connector goes on sending stays.
    found.retain(|one| {
        one.blocks
            || !course.places.iter().any(|place| match &*course.stage.sends(place) {
                Sends::One(sent) => sent.thumbprint == Some(one.thumbprint),
                Sends::Either(first, second) => {
                    [first, second].iter().any(|sent| sent.thumbprint == Some(one.thumbprint))
                }
                Sends::Nothing | Sends::NotKnown => false,
            })
    });
    found.sort_by_key(|one| std::cmp::Reverse(one.blocks));
    found
}

/// What a step on a certificate before says of its other services.
fn other_services(one: &Leaving) -> String {
    let Some(services) = one.certificate.services else { return String::new() };
    let others: Vec<String> = services
        .to_string()
        .split(", ")
        .filter(|name| CertificateServices::parse(name) != Some(CertificateServices::SMTP))
        .filter(|name| !name.eq_ignore_ascii_case("None"))
        .map(str::to_owned)
        .collect();
    if others.is_empty() {
        return String::new();
    }
    format!(
        " Other services use it ({}): give them another certificate first.",
        listed(others.iter().map(String::as_str), MAXIMUM_NAMED)
    )
}

/// One step for the servers inside, and one on each Edge server, which `-Server` does not reach.
fn plain(course: &Course, one: &Leaving) -> Vec<Draft> {
    let (edges, inside): (Vec<&String>, Vec<&String>) =
        one.servers.iter().partition(|server| course.stage.is_edge(server));
    let change = |server: &str| Change::TakeAway {
        server: Some(server.to_owned()),
        thumbprint: one.thumbprint,
    };
    let action = format!(
        "Last, when every server has sent the new certificate for a few days: take the one before \
         ({}) away, after exporting it if it is to be kept.{}",
        one.thumbprint,
        other_services(one)
    );
    let gone = "Get-ExchangeCertificate shows it no more, and mail is sent as before";
    let names: Vec<&str> = inside.iter().map(|server| server.as_str()).collect();
    let of_inside = names.first().map(|first| {
        let step = step_of(&change(first), action.clone(), &names).verify(gone);
        let changes = names.iter().map(|server| (change(server), 0)).collect();
        Draft::new(StepNeed::Optional, step, changes)
    });
    let on_edge = edges.into_iter().map(|server| {
        let step = Step::new(Where::OnTheEdgeServer, format!("{action} This is {server}."))
            .command(format!("Remove-ExchangeCertificate -Thumbprint '{}'", one.thumbprint))
            .verify(gone)
            .undo("Import-ExchangeCertificate, with the file that was exported");
        Draft::new(StepNeed::Optional, step, vec![(change(server), 0)])
    });
    of_inside.into_iter().chain(on_edge).collect()
}

/// Where a send connector names its issuer and subject, Exchange refuses to remove a certificate.
fn detour(one: &Leaving, connectors: Vec<(String, String)>) -> Draft {
    let all = listed(one.servers.iter().map(String::as_str), MAXIMUM_NAMED);
    let end = if one.blocks {
        format!(
            "Take the certificate before ({}) away: it has the same issuer and subject, and as long \
             as it is there the new one is not, or not surely, the one that is sent.",
            one.thumbprint
        )
    } else {
        format!(
            "Only if it has to go, as it does no harm: take the one before ({}) away.",
            one.thumbprint
        )
    };
    let action = format!(
        "{end} Exchange refuses that as long as a send connector names its issuer and subject, so the \
         value is taken off and set again while transport stands still.{}",
        other_services(one)
    );
    let change = Change::TakeNamedAway {
        servers: one.servers.clone(),
        thumbprint: one.thumbprint,
        connectors,
    };
    let step = step_of(&change, action, &[]);
    let need = if one.blocks { StepNeed::Required } else { StepNeed::Optional };
    Draft {
        interruption: Some(format!(
            "Transport of {all} stands still from the first command to the last: mail waits in the \
             queues."
        )),
        is_switch: one.blocks,
        ..Draft::new(need, step, vec![(change, 0)])
    }
}
