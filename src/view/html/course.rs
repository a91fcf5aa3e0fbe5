//! The course of the sessions: a picture for each server and connector, and its numbers.

use std::collections::BTreeMap;

use maud::{Markup, html as markup};

use super::picture::{self, Axis, Lane, Mark};
use super::words::{connector, safe, short, time_of};
use crate::diagnosis::{Change, Report, Scope, TimelineBucket};

/// Servers and connectors of which a picture is made, the gravest.
const PICTURES: usize = 12;
/// Identities in one picture, the gravest.
const LANES: usize = 8;

pub(super) fn figures(report: &Report) -> Markup {
    let buckets = report.scopes.iter().flat_map(|scope| &scope.timeline);
    let Some(axis) = Axis::of(buckets, report) else { return markup! {} };
    let mut places: Vec<(&Scope, Vec<&Scope>)> = Vec::new();
    let mut known: BTreeMap<(&Option<String>, &str), usize> = BTreeMap::new();
    for scope in report.scopes.iter().filter(|scope| !scope.timeline.is_empty()) {
        let place = *known.entry((&scope.server, &scope.connector)).or_insert_with(|| {
            places.push((scope, Vec::new()));
            places.len() - 1
        });
        if let Some((_, scopes)) = places.get_mut(place)
            && !scopes.iter().any(|other| other.identity == scope.identity)
        {
            scopes.push(scope);
        }
    }
    let marks = marks(report);
    markup! {
        section aria-labelledby="course" {
            h2 id="course" { "The course of the sessions" }
            (picture::patterns())
            @for (number, (place, scopes)) in places.iter().take(PICTURES).enumerate() {
                (figure(number, place, scopes, &axis, &marks))
            }
            @if places.len() > PICTURES {
                p { "and " (places.len() - PICTURES) " more servers and connectors" }
            }
            (picture::legend())
            @if !marks.is_empty() {
                ul class="marks" {
                    @for mark in &marks {
                        li {
                            b { (mark.sign) } " " (time_of(mark.time)) " " (safe(&mark.text))
                            @if !axis.holds(mark.time.time()) { " (outside the picture)" }
                        }
                    }
                }
            }
        }
    }
}

fn figure(number: usize, place: &Scope, scopes: &[&Scope], axis: &Axis, marks: &[Mark]) -> Markup {
    let server = safe(place.server.as_deref().unwrap_or("server not known"));
    let title = format!("{server}, {}", connector(place));
    let lanes: Vec<Lane<'_>> = scopes
        .iter()
        .take(LANES)
        .map(|scope| Lane { label: label(scope), buckets: &scope.timeline })
        .collect();
    markup! {
        figure {
            figcaption id={ "figure-" (number) } { (title) }
            div class="wide" tabindex="0" role="region" aria-labelledby={ "figure-" (number) } {
                (picture::picture(&title, &lanes, axis, marks))
            }
            @if scopes.len() > LANES { p { "and " (scopes.len() - LANES) " more certificates and addresses" } }
            details {
                summary { "The numbers" }
                @for scope in scopes.iter().take(LANES) { (numbers(scope)) }
            }
        }
    }
}

/// The certificate and the address.
fn label(scope: &Scope) -> String {
    let address = scope.identity.public_address.as_deref().map(safe);
    let certificate = match scope.identity.certificate.as_deref() {
        None => "certificate not known".to_owned(),
        Some("none") => "no certificate".to_owned(),
        Some(_) => format!("certificate {}", short(scope)),
    };
    match address {
        Some(address) => format!("{certificate}, from {address}"),
        None => certificate,
    }
}

fn numbers(scope: &Scope) -> Markup {
    let cells = |bucket: &TimelineBucket| {
        [bucket.delivered, bucket.refused, bucket.tls_failed, bucket.connect_failed, bucket.other]
    };
    markup! {
        div class="wide" tabindex="0" role="region" aria-label={ "Numbers of " (label(scope)) } {
            table {
                caption { (label(scope)) }
                thead {
                    tr {
                        @for name in ["From (UTC)", "Delivered", "Refused", "TLS failed", "Not connected", "Other"] {
                            th scope="col" { (name) }
                        }
                    }
                }
                tbody {
                    @for bucket in &scope.timeline {
                        tr {
                            th scope="row" { (time_of(bucket.start)) }
                            @for count in cells(bucket) { td { (count) } }
                        }
                    }
                }
            }
        }
    }
}

/// Now, the end of the certificate, and the changes, the oldest first.
fn marks(report: &Report) -> Vec<Mark> {
    let mut marks: Vec<Mark> = report
        .changes
        .iter()
        .enumerate()
        .map(|(number, Change { time, text, .. })| Mark {
            time: (*time).into(),
            sign: (number + 1).to_string(),
            text: text.clone(),
        })
        .collect();
    if let Some(end) = report.certificate.as_ref().and_then(|one| one.not_after) {
        let text = "the certificate of the cause expires".to_owned();
        marks.push(Mark { time: end, sign: "E".to_owned(), text });
    }
    if let Some(now) = report.judged_at {
        let text = "the time of this judgement".to_owned();
        marks.push(Mark { time: now.into(), sign: "N".to_owned(), text });
    }
    marks
}
