//! Steps for several servers that fail alike: what is done on one of them is done on each.

use crate::diagnosis::literal::{listed, literal};
use crate::finding::{Place, Side, Step};

/// How many servers are named where a step is done; commands name them all.
const MAXIMUM_NAMED: usize = 8;

/// Repeats commands that name the first server for the others, and says of steps on the machine
/// itself that they are for each. What acts on the organisation is done once.
pub(crate) fn repeat_per_server(servers: &[&str], steps: Vec<Step>) -> Vec<Step> {
    let [first, others @ ..] = servers else { return steps };
    if others.is_empty() {
        return steps;
    }
    steps.into_iter().map(|step| for_each(servers, first, others, step)).collect()
}

fn for_each(servers: &[&str], first: &str, others: &[&str], step: Step) -> Step {
    let own = literal(Some(first), "server");
    let parameters = [format!("-Server {own}"), format!("TransportService -Identity {own}")];
    let named = |text: &str| parameters.iter().find(|parameter| text.contains(*parameter)).cloned();
    let in_command = step.command.as_deref().and_then(named);
    let is_on_machine = step.place.is_some_and(Place::is_on_machine);
    let is_of_server = step.side == Side::OnPremisesServer;
    if !is_of_server || (in_command.is_none() && !is_on_machine) {
        return step;
    }
    let all = listed(servers.iter().copied(), MAXIMUM_NAMED);
    let command = step.command.map(|command| match &in_command {
        Some(parameter) => repeated(&command, parameter, &own, others),
        None => command,
    });
    let verify = step.verify.map(|verify| match named(&verify) {
        Some(_) => {
            format!("{verify}; likewise for {}", listed(others.iter().copied(), MAXIMUM_NAMED))
        }
        None => verify,
    });
    let preposition = if is_on_machine { "on" } else { "for" };
    let place = format!("{}, {preposition} each of {all}", step.r#where);
    Step { command, verify, r#where: place, ..step }
}

/// The command for the first server, and below it the same for each of the others.
fn repeated(command: &str, parameter: &str, own: &str, others: &[&str]) -> String {
    let of_other = |other: &&str| {
        let other = parameter.replace(own, &literal(Some(other), "server"));
        command.replace(parameter, &other)
    };
    let commands: Vec<String> =
        std::iter::once(command.to_owned()).chain(others.iter().map(of_other)).collect();
    commands.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENABLE: &str =
        "Enable-ExchangeCertificate -Server 'EX01' -Thumbprint 'AB' -Services SMTP";

    fn step(place: Place, command: &str) -> Step {
        Step::new(place, "Do it.")
            .command(command)
            .verify("Get-ExchangeCertificate -Server 'EX01': it is there")
    }

    #[test]
    fn what_names_a_server_is_done_for_each_and_what_does_not_once() {
        let steps = vec![
            step(Place::ManagementShell, ENABLE),
            step(Place::ElevatedOnServer, "certutil -store My 'AB'"),
            step(Place::ManagementShell, "Set-SendConnector 'EX01' -Fqdn 'x'"),
            Step::new(Place::ExchangeOnline, "Add it.")
                .command("Set-InboundConnector -Identity 'EX01' -Enabled $true"),
        ];
        assert_eq!(repeat_per_server(&["EX01"], steps.clone()), steps);
        assert_eq!(repeat_per_server(&[], steps.clone()), steps);
        let repeated = repeat_per_server(&["EX01", "EX02"], steps.clone());
        let both = format!("{ENABLE}\n{}", ENABLE.replace("EX01", "EX02"));
        assert_eq!(repeated[0].command.as_deref(), Some(both.as_str()));
        assert_eq!(
            repeated[0].r#where,
            "Exchange Management Shell, on-premises, for each of EX01, EX02"
        );
        assert!(repeated[0].verify.as_deref().unwrap().ends_with("; likewise for EX02"));
        assert!(repeated[1].r#where.ends_with("on the sending server, on each of EX01, EX02"));
        assert_eq!(repeated[1].command, steps[1].command);
        assert_eq!(repeated[2..], steps[2..]);
    }
}
