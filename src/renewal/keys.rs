//! Steps on servers that have the new certificate without its private key.

use crate::connector::ExchangeCertificate;
use crate::diagnosis::literal::literal;
use crate::diagnosis::remedies::{ANSWER_NO, Change, step_of};
use crate::finding::{Place as Where, Step};
use crate::renewal::course::{Course, Draft};
use crate::renewal::plan::StepNeed;
use crate::renewal::removal::naming;
use crate::renewal::stage::Holding;

/// Ties the key to the new certificate where a server has it without one, which Exchange never sends.
pub(crate) fn tie(
    course: &mut Course,
    new: &ExchangeCertificate,
    servers: &[Option<String>],
    is_switch: bool,
) {
    for server in servers {
        let Holding::Has(one) = course.stage.find(server.as_deref(), new.thumbprint) else {
            continue;
        };
        if one.has_private_key != Some(false) {
            continue;
        }
        let mut changes = vec![(Change::TieKey { thumbprint: new.thumbprint }, 0)];
        if one.lacks_smtp() {
            let (server, thumbprint) = (server.clone(), new.thumbprint);
            changes.push((Change::EnableForSmtp { server, thumbprint }, 0));
        }
        let step = on_the_machine(new, server.as_deref(), one.lacks_smtp());
        course.take(Draft { is_switch, ..Draft::new(StepNeed::Required, step, changes) });
        let draft = anew(course, new, server.as_deref());
        course.take(Draft { is_switch, ..draft });
    }
}

/// The key may lie on the machine, as where a request was made there.
fn on_the_machine(new: &ExchangeCertificate, server: Option<&str>, lacks_smtp: bool) -> Step {
    let thumbprint = thumbprint_of(new);
    let on = server.unwrap_or("the server");
    let mut commands = vec![format!("certutil -repairstore My {thumbprint}")];
    let mut action = format!(
        "The new certificate is on {on} without its private key, so that Exchange does not send it \
         there. Tie the key to it again: certutil finds it where the certificate was requested on \
         this server."
    );
    if lacks_smtp {
        commands
            .push(format!("Enable-ExchangeCertificate -Thumbprint {thumbprint} -Services SMTP"));
        action.push_str(" Then enable it for SMTP, and for SMTP only. ");
        action.push_str(ANSWER_NO);
    }
    Step::new(Where::ElevatedOnServer, action)
        .at(&format!("Exchange Management Shell on {on}, as administrator"))
        .command(commands.join("\n"))
        .verify(format!(
            "Get-ExchangeCertificate -Thumbprint {thumbprint} | Format-List \
             HasPrivateKey,Services,Status: True, SMTP among them, Valid"
        ))
}

/// Where the key is not on the machine, the certificate goes and comes anew: importing over it fails.
fn anew(course: &Course, new: &ExchangeCertificate, server: Option<&str>) -> Draft {
    let thumbprint = thumbprint_of(new);
    let on = server.unwrap_or("the server");
    let is_on_edge = server.is_some_and(|server| course.stage.is_edge(server));
    let named = if is_on_edge { Vec::new() } else { naming(course, new) };
    let option = match server {
        Some(name) if !is_on_edge => format!(" -Server {}", literal(Some(name), "server")),
        _ => String::new(),
    };
    let mut action = format!(
        "Only where certutil finds no key on {on}: take the certificate away there, and import it \
         with its key out of a PFX file; importing over it fails. Enable it for SMTP, and for SMTP \
         only. {ANSWER_NO}"
    );
    let mut interruption = None;
    let remove = match (new.thumbprint, server) {
        (Some(gone), Some(server)) if !named.is_empty() => {
            action.push_str(
                " Exchange refuses to remove it as long as a send connector names its issuer and \
                 subject, so the value is taken off and set again while transport stands still.",
            );
            interruption = Some(format!(
                "Transport of {server} stands still from the first command to the start of the \
                 service: mail waits in the queues."
            ));
            let servers = vec![server.to_owned()];
            let change = Change::TakeNamedAway { servers, thumbprint: gone, connectors: named };
            step_of(&change, "", &[]).command.unwrap_or_default()
        }
        _ => format!("Remove-ExchangeCertificate{option} -Thumbprint {thumbprint}"),
    };
    let command = format!(
        "{remove}\n\
         $pfx = [IO.File]::ReadAllBytes(<path of the .pfx file>)\n\
         $password = Read-Host -AsSecureString\n\
         Import-ExchangeCertificate{option} -FileData $pfx -Password $password\n\
         Enable-ExchangeCertificate{option} -Thumbprint {thumbprint} -Services SMTP"
    );
    let place = if is_on_edge { Where::OnTheEdgeServer } else { Where::ManagementShell };
    let step = Step::new(place, action).command(command).verify(format!(
        "Get-ExchangeCertificate{option} -Thumbprint {thumbprint} | Format-List \
         HasPrivateKey,Services,Status: True, SMTP among them, Valid"
    ));
    Draft { interruption, ..Draft::new(StepNeed::IfMissing, step, Vec::new()) }
}

fn thumbprint_of(new: &ExchangeCertificate) -> String {
    literal(new.thumbprint.map(|one| one.to_string()).as_deref(), "thumbprint")
}
