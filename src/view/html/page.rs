//! The page: its head, its first lines, and its parts in their order.

use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

use super::words::{connector, safe, short, time_of, until};
use super::{chain, course, findings, inputs};
use crate::diagnosis::{FindingId, Report, Scope, Verdict};
use crate::finding::words::{counted, date};
use crate::view::chain_outline::ChainOutline;
use crate::view::parts::{Parts, verdict_word};

/// No grid and no custom properties: browsers of old servers know neither.
const STYLE: &str = include_str!("page.css");

/// Nothing is loaded, sent or run, whatever a name in the report holds.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Scopes that are listed; further ones are counted.
const LISTED: usize = 50;

/// The report as one file of HTML. `chain` is its chain, see [`ChainOutline::of`].
#[must_use]
pub fn html(report: &Report, chain: Option<&ChainOutline>) -> String {
    let parts = Parts::of(report);
    let title = format!("{}: {}", verdict_word(report.verdict), report.cause.name());
    let page = markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) " - EopRelay" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (headline(report))
                    (course::figures(report))
                    (findings::cause(&parts.cause))
                    (refused_domains(&parts))
                    (chain::tree(chain, report.judged_at))
                    (findings::others("What else was found", "found", &parts.found, &parts.more_found))
                    (findings::others("What evidence is missing", "missing", &parts.missing, &[]))
                    (inputs::list(&report.inputs))
                }
                (closing(report))
            }
        }
    };
    page.into_string()
}

fn headline(report: &Report) -> Markup {
    let class = match report.verdict {
        Verdict::Accepted if report.exit_code == 0 => "accepted",
        Verdict::Accepted | Verdict::Uncertain => "uncertain",
        Verdict::Refused => "refused",
    };
    markup! {
        h1 {
            span class={ "verdict " (class) } { (verdict_word(report.verdict)) }
            " " (report.cause.name())
        }
        @match report.scopes.as_slice() {
            [] => {}
            [scope] => (only_scope(report, scope)),
            scopes => (scope_table(scopes)),
        }
        p class="summary" { (safe(&report.conclusion())) }
    }
}

fn only_scope(report: &Report, scope: &Scope) -> Markup {
    let row =
        |name: &str, value: Markup| markup! { tr { th scope="row" { (name) } td { (value) } } };
    let certificate = report.certificate.as_ref();
    let thumbprint = certificate.and_then(|one| one.thumbprint.as_ref());
    let thumbprint = thumbprint.or(scope.identity.certificate.as_ref());
    markup! {
        table class="facts" {
            tbody {
                (row("Server", markup! { (safe(scope.server.as_deref().unwrap_or("not known"))) }))
                (row("Connector", markup! { (connector(scope)) }))
                @if let Some(address) = &scope.identity.public_address {
                    (row("Public address", markup! { (safe(address)) }))
                }
                (row("Refused", markup! { (scope.refused) " of " (counted(scope.total, "session")) }))
                @if let Some(since) = scope.since { (row("Since", markup! { (time_of(since)) " UTC" })) }
                (row("Last delivery", last_delivery(scope)))
                @if let Some(thumbprint) = thumbprint {
                    (row("Certificate", markup! {
                        code { (safe(thumbprint)) }
                        @if let Some(subject) = certificate.and_then(|one| one.subject.as_ref()) {
                            ", " (safe(subject))
                        }
                        @if let Some(end) = certificate.and_then(|one| one.not_after) {
                            ", " (until(end, report.judged_at)) " " (date(end))
                        }
                    }))
                }
            }
        }
    }
}

fn scope_table(scopes: &[Scope]) -> Markup {
    markup! {
        div class="wide" tabindex="0" role="region" aria-label="Servers, connectors and certificates" {
            table {
                thead {
                    tr {
                        @for name in ["Server", "Connector", "Refused", "Since (UTC)", "Last delivery (UTC)", "Certificate", "From", "Cause"] {
                            th scope="col" { (name) }
                        }
                    }
                }
                tbody {
                    @for scope in scopes.iter().take(LISTED) {
                        tr class=[scope.is_refused.then_some("is-refused")] {
                            th scope="row" { (safe(scope.server.as_deref().unwrap_or("not known"))) }
                            td { (connector(scope)) }
                            td {
                                (scope.refused) " of " (scope.total)
                                @if scope.errors > 0 { "; " (counted(scope.errors, "error")) " without a session" }
                            }
                            td { @if let Some(since) = scope.since { (time_of(since)) } @else { "-" } }
                            td { @if let Some(last) = scope.last_delivery { (time_of(last)) } @else { "none" } }
                            td { code { (short(scope)) } }
                            td { (safe(scope.identity.public_address.as_deref().unwrap_or("not known"))) }
                            td { (scope.cause.map_or("-", FindingId::name)) }
                        }
                    }
                }
            }
        }
        @if scopes.len() > LISTED { p { "and " (scopes.len() - LISTED) " more" } }
    }
}

fn last_delivery(scope: &Scope) -> Markup {
    markup! {
        @match scope.last_delivery {
            Some(time) => { (time_of(time)) " UTC" },
            None => "none in the logs",
        }
    }
}

fn refused_domains(parts: &Parts<'_>) -> Markup {
    let domains = parts.cause.first().map(|cause| &cause.recipient_domains);
    markup! {
        @if let Some(domains) = domains.filter(|domains| !domains.is_empty()) {
            section aria-labelledby="domains" {
                h2 id="domains" { "Recipients' domains concerned" }
                ul class="domains" { @for domain in domains { li { (safe(domain)) } } }
            }
        }
    }
}

fn closing(report: &Report) -> Markup {
    markup! {
        footer {
            p {
                "EopRelay " (safe(&report.product_version))
                @if let Some(at) = report.judged_at { ", judged as of " (time_of(at)) " UTC" }
                ", exit code " (report.exit_code) ". All times are UTC."
            }
        }
    }
}
