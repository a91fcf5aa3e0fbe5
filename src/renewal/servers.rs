//! Steps on the servers: intermediates first, then the certificate with its key, enabled for SMTP.

use crate::certificate::{Certificate, Thumbprint};
use crate::chain::{CertificateOrigin, ChainReport, import_step};
use crate::connector::ExchangeCertificate;
use crate::diagnosis::literal::{listed, literal};
use crate::diagnosis::remedies::{ANSWER_NO, Change};
use crate::finding::words::uncapital;
use crate::finding::{Place as Where, Step};
use crate::renewal::course::{Course, Draft};
use crate::renewal::keys;
use crate::renewal::plan::StepNeed;
use crate::renewal::stage::Holding;

/// Servers that are named in a sentence.
const MAXIMUM_NAMED: usize = 8;

/// Imports the intermediates of the new certificate that came in its file and that the stores are not
/// known to have.
pub(crate) fn import_intermediates(
    course: &mut Course,
    chain: &ChainReport,
    others: &[Certificate],
    servers: &[String],
) {
    let stores_are_known = course.stage.servers().intermediates.is_some();
    for report in chain.certificates.iter().skip(1) {
        let is_known = report.origin != CertificateOrigin::Elsewhere;
        let given = others.iter().find(|one| one.thumbprint() == report.thumbprint);
        let Some(certificate) = given.filter(|one| !is_known && !one.is_self_issued()) else {
            continue;
        };
        let names: Vec<&str> = servers.iter().map(String::as_str).collect();
        let mut step = import_step(certificate).on_each(&names);
        if let [name] = *names {
            step = step.at(&format!("elevated Windows PowerShell on {name}"));
        }
        if stores_are_known {
            let certificate = Box::new(certificate.clone());
            let change = Change::ImportIntermediate { certificate };
            course.take(Draft::new(StepNeed::Required, step, vec![(change, 0)]));
        } else {
            // Of stores that are not known nothing is known afterwards either.
            step.action = format!("Where it is not there yet: {}", uncapital(&step.action));
            course.take(Draft::new(StepNeed::IfMissing, step, Vec::new()));
        }
    }
}

/// What a server needs before it can send the new certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lack {
    /// The certificate, and SMTP for it.
    Everything,
    /// The same, as far as is known.
    Perhaps,
    /// SMTP.
    Smtp,
    /// Nothing.
    Nothing,
}

/// Brings the new certificate to every server and enables it for SMTP there.
pub(crate) fn equip(
    course: &mut Course,
    new: &ExchangeCertificate,
    servers: &[Option<String>],
    is_switch: bool,
) {
    keys::tie(course, new, servers, is_switch);
    let lack_of =
        |server: &Option<String>| match course.stage.find(server.as_deref(), new.thumbprint) {
            Holding::NotKnown => Lack::Perhaps,
            Holding::Lacks => Lack::Everything,
            Holding::Has(one) if one.lacks_smtp() => Lack::Smtp,
            Holding::Has(_) => Lack::Nothing,
        };
    let lacks: Vec<(Option<String>, Lack)> =
        servers.iter().map(|server| (server.clone(), lack_of(server))).collect();
    for lack in [Lack::Everything, Lack::Perhaps, Lack::Smtp] {
        let all: Vec<Option<String>> =
            lacks.iter().filter(|(_, own)| *own == lack).map(|(name, _)| name.clone()).collect();
        let (edges, inside): (Vec<_>, Vec<_>) = all
            .into_iter()
            .partition(|name| name.as_deref().is_some_and(|name| course.stage.is_edge(name)));
        if !inside.is_empty() {
            take(course, new, lack, &inside, false, is_switch);
        }
        for edge in edges {
            take(course, new, lack, &[edge], true, is_switch);
        }
    }
}

fn take(
    course: &mut Course,
    new: &ExchangeCertificate,
    lack: Lack,
    servers: &[Option<String>],
    is_on_edge: bool,
    is_switch: bool,
) {
    let mut changes = Vec::new();
    for server in servers {
        if lack != Lack::Smtp {
            let certificate = Some(Box::new(new.clone()));
            let thumbprint = new.thumbprint;
            changes.push((
                Change::ImportWithKey { server: server.clone(), thumbprint, certificate },
                0,
            ));
        }
        let thumbprint = new.thumbprint;
        changes.push((Change::EnableForSmtp { server: server.clone(), thumbprint }, 0));
    }
    let need = if lack == Lack::Perhaps { StepNeed::IfMissing } else { StepNeed::Required };
    let step = written(new.thumbprint, lack, servers, is_on_edge);
    course.take(Draft { is_switch, ..Draft::new(need, step, changes) });
}

fn written(
    thumbprint: Option<Thumbprint>,
    lack: Lack,
    servers: &[Option<String>],
    is_on_edge: bool,
) -> Step {
    let names: Vec<&str> = servers.iter().flatten().map(String::as_str).collect();
    let all = listed(names.iter().copied(), MAXIMUM_NAMED);
    let on = if all.is_empty() { "the server".to_owned() } else { all };
    let action = match lack {
        Lack::Smtp => format!("Enable the new certificate for SMTP on {on}, and for SMTP only."),
        Lack::Perhaps => format!(
            "Where it is not done yet: import the new certificate with its key, out of a PFX file, on \
             {on}, and enable it for SMTP, and for SMTP only."
        ),
        _ => format!(
            "Import the new certificate with its key, out of a PFX file, on {on}, and enable it for \
             SMTP, and for SMTP only."
        ),
    };
    let place = if is_on_edge { Where::OnTheEdgeServer } else { Where::ManagementShell };
    let literal_thumbprint =
        literal(thumbprint.map(|one| one.to_string()).as_deref(), "thumbprint");
    // An Edge server is not reached by -Server, and the only server need not be named.
    let server = |name: Option<&str>| match name {
        Some(_) if !is_on_edge => format!(" -Server {}", literal(name, "server")),
        _ => String::new(),
    };
    let each: Vec<Option<&str>> = servers.iter().map(Option::as_deref).collect();
    let mut lines = Vec::new();
    if lack != Lack::Smtp {
        lines.push("$pfx = [IO.File]::ReadAllBytes(<path of the .pfx file>)".to_owned());
        lines.push("$password = Read-Host -AsSecureString".to_owned());
    }
    for name in &each {
        let server = server(*name);
        if lack != Lack::Smtp {
            lines.push(format!(
                "Import-ExchangeCertificate{server} -FileData $pfx -Password $password"
            ));
        }
        lines.push(format!(
            "Enable-ExchangeCertificate{server} -Thumbprint {literal_thumbprint} -Services SMTP"
        ));
    }
    let first = each.first().copied().flatten();
    let undo = if lack == Lack::Smtp {
        "services are only ever added to a certificate; the one before keeps its own".to_owned()
    } else {
        let remove = each.iter().map(|name| {
            let server = server(*name);
            format!("Remove-ExchangeCertificate{server} -Thumbprint {literal_thumbprint}")
        });
        remove.collect::<Vec<_>>().join("\n")
    };
    Step::new(place, format!("{action} {ANSWER_NO}"))
        .command(lines.join("\n"))
        .verify(format!(
            "Get-ExchangeCertificate{} -Thumbprint {literal_thumbprint} | Format-List \
             HasPrivateKey,Services,Status: True, SMTP among them, Valid",
            server(first)
        ))
        .undo(undo)
        .on_each(&names)
}
