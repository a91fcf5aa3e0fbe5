//! A report as metrics, for the textfile collector of Prometheus' node exporter.

use std::fmt::{self, Write as _};

use super::printable;
use crate::diagnosis::{Report, Scope};
use crate::timestamp::Timestamp;

/// Scopes that become series, the gravest; more would burden the server that keeps them.
const MAXIMUM_SCOPES: usize = 200;

/// The metrics of a report in the text format of Prometheus, version 0.0.4. Times are in seconds since
/// 1970.
#[must_use]
pub fn prometheus(report: &Report) -> String {
    let mut text = String::new();
    let verdict = [("verdict", report.verdict.name()), ("cause", report.cause.name())];
    family(
        &mut text,
        "eop_relay_verdict",
        "What Exchange Online makes of the server's mail, and why.",
    );
    sample(&mut text, "eop_relay_verdict", &verdict, 1);
    let code = i64::from(report.exit_code);
    family(
        &mut text,
        "eop_relay_exit_code",
        "0 fine, 10 warning, 20 refused, 30 uncertain, 40 not checked.",
    );
    sample(&mut text, "eop_relay_exit_code", &[], code);
    if let Some(at) = report.judged_at {
        let name = "eop_relay_judged_timestamp_seconds";
        family(&mut text, name, "The time of the judgement.");
        sample(&mut text, name, &[], at.unix_seconds());
    }
    if let Some(end) = report.certificate.as_ref().and_then(|one| one.not_after) {
        let name = "eop_relay_certificate_not_after_timestamp_seconds";
        let thumbprint = report.certificate.as_ref().and_then(|one| one.thumbprint.as_deref());
        family(&mut text, name, "The end of the validity of the certificate of the cause.");
        sample(
            &mut text,
            name,
            &[("thumbprint", thumbprint.unwrap_or_default())],
            end.time().unix_seconds(),
        );
    }
    per_scope(
        &mut text,
        report,
        "eop_relay_refused",
        "Whether sessions are refused today.",
        |scope| Some(i64::from(scope.is_refused)),
    );
    per_scope(
        &mut text,
        report,
        "eop_relay_sessions_refused",
        "Sessions that were refused.",
        |scope| i64::try_from(scope.refused).ok(),
    );
    per_scope(
        &mut text,
        report,
        "eop_relay_sessions_compared",
        "Sessions that compare with them.",
        |scope| i64::try_from(scope.total).ok(),
    );
    let name = "eop_relay_last_delivery_timestamp_seconds";
    per_scope(&mut text, report, name, "The end of the last session that delivered.", |scope| {
        scope.last_delivery.map(Timestamp::unix_seconds)
    });
    text
}

fn per_scope(
    text: &mut String,
    report: &Report,
    name: &str,
    help: &str,
    value: impl Fn(&Scope) -> Option<i64>,
) {
    let mut is_named = false;
    let mut known = std::collections::HashSet::new();
    for scope in report.scopes.iter().take(MAXIMUM_SCOPES) {
        let labels = [
            ("server", scope.server.as_deref().unwrap_or_default()),
            ("connector", scope.connector.as_str()),
            ("certificate", scope.identity.certificate.as_deref().unwrap_or_default()),
            ("public_address", scope.identity.public_address.as_deref().unwrap_or_default()),
        ];
        // A series may stand there once.
        if known.insert(labels)
            && let Some(value) = value(scope)
        {
            // A family without a series is left out.
            if !is_named {
                family(text, name, help);
                is_named = true;
            }
            sample(text, name, &labels, value);
        }
    }
}

fn family(text: &mut String, name: &str, help: &str) {
    // Writing to a string cannot fail.
    let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n");
}

fn sample(text: &mut String, name: &str, labels: &[(&str, &str)], value: impl fmt::Display) {
    text.push_str(name);
    for (number, (label, of_label)) in labels.iter().enumerate() {
        let before = if number == 0 { '{' } else { ',' };
        let escaped = printable(of_label).replace('\\', "\\\\").replace('"', "\\\"");
        let _ = write!(text, "{before}{label}=\"{escaped}\"");
    }
    if !labels.is_empty() {
        text.push('}');
    }
    let _ = writeln!(text, " {value}");
}
