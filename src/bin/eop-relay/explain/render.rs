//! An explanation as a person reads it.

use eop_relay::reply::{Confidence, Explanation, RejectionClass, Side};
use eop_relay::view::Page;

/// Columns of the labels on its left.
const LABEL_WIDTH: usize = 13;

/// The explanation of `text`, with what is known beside it.
pub fn text(
    explanation: &Explanation,
    text: &str,
    known: &[(&str, Option<String>)],
    width: usize,
) -> String {
    let mut page = Page::new(width);
    page.line(title(explanation));
    for (label, value) in known.iter().chain(&fields(explanation, text)) {
        if let Some(value) = value {
            field(&mut page, label, value);
        }
    }
    if !explanation.remedy.is_empty() {
        page.blank_line();
        page.line("What to do, the smallest change first:");
        steps(&mut page, explanation);
    }
    if !explanation.uncertain.is_empty() {
        page.gap();
        page.line("Not certain:");
        for doubt in &explanation.uncertain {
            page.paragraph("  - ", "    ", doubt);
        }
    }
    if let Some(reference) = explanation.reference {
        page.gap();
        field(&mut page, "Reference", reference);
        let basis = match explanation.confidence {
            Some(Confidence::Documented) => "documented by Microsoft",
            Some(Confidence::Observed) => "observed in real logs",
            Some(Confidence::Inferred) | None => "inferred",
            Some(Confidence::Uncertain) => "uncertain",
        };
        field(&mut page, "Basis", basis);
    }
    page.into_text()
}

/// What the explanation says of the text itself, each with its label.
fn fields(explanation: &Explanation, text: &str) -> Vec<(&'static str, Option<String>)> {
    let reply = match &explanation.reply {
        Some(reply) => ("Reply", Some(reply.clone())),
        None => ("Text", Some(excerpt(text))),
    };
    let sides: Vec<&str> = explanation.side.iter().map(|side| Side::description(*side)).collect();
    let written_by = "this server itself, not the other side";
    vec![
        reply,
        ("Wrapped in", joined(&explanation.wrappers, " > ")),
        ("Server", server(explanation)),
        ("Sent by", explanation.mail_program.map(|program| program.words().to_owned())),
        ("Connector", explanation.send_connector.clone()),
        ("Next hop", next_hop(explanation)),
        ("Last try", explanation.last_retry_time.clone()),
        ("Message", explanation.internet_message_id.clone()),
        ("TLS error", tls_error(explanation)),
        ("ATTR", attr(explanation)),
        ("Expected", explanation.expected_subject.clone()),
        ("Presented", explanation.presented_subject.clone()),
        ("Thumbprint", explanation.thumbprint.clone()),
        ("Meaning", Some(explanation.meaning.to_string())),
        ("Written by", explanation.local.then(|| written_by.to_owned())),
        ("Who acts", who_acts(explanation, &sides)),
    ]
}

fn who_acts(explanation: &Explanation, sides: &[&str]) -> Option<String> {
    if explanation.rejection == Some(RejectionClass::DeliveredAsInternal) {
        return Some("nobody".to_owned());
    }
    explanation.recognised.then(|| sides.join(", then "))
}

fn steps(page: &mut Page, explanation: &Explanation) {
    const NEXT: &str = "             ";
    for (index, step) in explanation.remedy.iter().enumerate() {
        page.paragraph(&format!("  {}. ", index + 1), "     ", &step.action);
        page.paragraph("     Where:  ", NEXT, &step.r#where);
        if let Some(command) = &step.command {
            page.command(command);
        }
        if let Some(verify) = &step.verify {
            page.paragraph("     Verify: ", NEXT, &verify.replace('\n', " "));
        }
        if let Some(undo) = &step.undo {
            page.paragraph("     Undo:   ", NEXT, undo);
        }
    }
}

fn title(explanation: &Explanation) -> String {
    let name = match (explanation.rejection, &explanation.tls_error) {
        (Some(class), _) => class.name(),
        (None, Some(_)) => "TLS or connection error",
        (None, None) => "Not recognised",
    };
    let code = explanation.code.map(|code| code.to_string());
    let status = explanation.enhanced_status.map(|status| status.to_string());
    let numbers: Vec<String> = code.into_iter().chain(status).collect();
    let cover = if explanation.cover { ", a cover text" } else { "" };
    if numbers.is_empty() {
        format!("{name}{cover}")
    } else {
        format!("{name} ({}){cover}", numbers.join(" "))
    }
}

fn server(explanation: &Explanation) -> Option<String> {
    let parts = [&explanation.server, &explanation.server_time, &explanation.server_session_id];
    let parts: Vec<String> = parts.into_iter().flatten().cloned().collect();
    joined(&parts, ", ")
}

fn next_hop(explanation: &Explanation) -> Option<String> {
    let host = explanation.fqdn.as_ref().or(explanation.host.as_ref());
    let parts: Vec<String> = host.into_iter().chain(&explanation.ip_address).cloned().collect();
    joined(&parts, ", ")
}

fn tls_error(explanation: &Explanation) -> Option<String> {
    let error = explanation.tls_error.as_ref()?;
    let number =
        error.code.map(|code| if code < 0 { format!("0x{code:08X}") } else { code.to_string() });
    let parts: Vec<String> = [Some(error.name.clone()), error.symbol.map(str::to_owned), number]
        .into_iter()
        .flatten()
        .collect();
    joined(&parts, ", ")
}

fn attr(explanation: &Explanation) -> Option<String> {
    let number = explanation.attr?;
    Some(format!("{number}: {}", explanation.attr_meaning.unwrap_or("not documented publicly")))
}

pub fn joined(parts: &[String], separator: &str) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join(separator))
}

/// The beginning of a text in which no reply was found.
fn excerpt(text: &str) -> String {
    let mut beginning: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = beginning.char_indices().nth(400) {
        beginning.truncate(end);
        beginning.push_str(" ...");
    }
    beginning
}

fn field(page: &mut Page, label: &str, value: &str) {
    let label = format!("  {label:<width$}", width = LABEL_WIDTH - 2);
    page.paragraph(&label, &" ".repeat(LABEL_WIDTH), value);
}

#[cfg(test)]
mod tests {
    use eop_relay::reply::{CATALOGUE, explain};

    use super::*;

    const WIDTH: usize = 80;

    fn rendered(reply: &str) -> String {
        text(&explain(reply), reply, &[], WIDTH)
    }

    #[test]
    fn every_class_prints_within_the_width_but_for_commands() {
        for entry in CATALOGUE {
            for signature in entry.signatures {
                let status = signature.status.map(|status| status.to_string()).unwrap_or_default();
                let code = signature.codes.first().unwrap_or(&550);
                let attr = signature.attr.map(|attr| format!(" ATTR{attr}")).unwrap_or_default();
                let text = format!("{code} {status} {}{attr}", signature.words.join(" "));
                assert_eq!(explain(&text).rejection, Some(entry.class), "{text}");
                let explanation = explain(&text);
                let is_command = |line: &str| {
                    let commands =
                        explanation.remedy.iter().filter_map(|step| step.command.as_ref());
                    commands.flat_map(|command| command.lines()).any(|own| own == line.trim())
                };
                for line in rendered(&text).lines().filter(|line| !is_command(line)) {
                    assert!(line.chars().count() <= WIDTH, "{}: {line}", entry.class.name());
                }
            }
        }
    }

    #[test]
    fn a_reply_cannot_steer_the_terminal() {
        assert!(!rendered("550 5.7.64 \u{1B}[2J\u{7}").contains(['\u{1B}', '\u{7}']));
    }

    #[test]
    fn what_is_not_recognised_is_given_back() {
        let output = rendered("something\nquite else");
        assert!(output.starts_with("Not recognised"), "{output}");
        assert!(output.contains("something quite else"), "{output}");
    }
}
