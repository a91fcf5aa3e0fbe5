//! Changes that are not tried, because the model holds nothing of what they change or their value is
//! yet to be chosen: each is printed with its consequence.

use crate::finding::Step;

/// Verbs of cmdlets that change something.
const CHANGING: [&str; 15] = [
    "Set", "New", "Enable", "Disable", "Remove", "Restart", "Start", "Stop", "Import", "Add",
    "Update", "Clear", "Install", "Move", "Invoke",
];

/// What a command does to other mail and programs, by its cmdlet and a word of it; the first that fits.
/// Empty where the step says all there is to say, or nothing that sends mail is changed.
const CONSEQUENCES: [(&str, &str, &str); 21] = [
    ("Set-SendConnector", "-ProtocolLoggingLevel", ""),
    (
        "Set-SendConnector",
        "-TlsCertificateName",
        "all mail over the connector shows another certificate then.",
    ),
    ("Set-SendConnector", "-SmartHosts", "all mail over the connector goes to that host then."),
    (
        "Set-SendConnector",
        "-Fqdn",
        "all mail over the connector names itself so in EHLO then, and where no TlsCertificateName is \
         set the certificate is chosen by it.",
    ),
    (
        "Set-ReceiveConnector",
        "-TlsCertificateName",
        "everybody who hands mail to that connector meets the certificate then.",
    ),
    (
        "Set-InboundConnector",
        "-TlsSenderCertificateName",
        "whoever sends another certificate over that connector is refused then.",
    ),
    (
        "Set-InboundConnector",
        "-SenderIPAddresses",
        "the list replaces the present one: a host that it leaves out is refused then.",
    ),
    (
        "New-InboundConnector",
        "",
        "it adds to the connectors that are there, and a server with that certificate is taken for \
         this organisation.",
    ),
    (
        "Set-AcceptedDomain",
        "Authoritative",
        "Exchange Online then refuses mail for addresses of the domain that it does not hold itself.",
    ),
    (
        "Enable-ExchangeCertificate",
        "",
        "a connector whose name fits the certificate can choose it then.",
    ),
    (
        "New-TenantExemptionInfo",
        "",
        "the days count against the 90 of a year, and the server stays out of date meanwhile.",
    ),
    (
        "Set-ItemProperty",
        "SCHANNEL",
        "every program of the server that speaks TLS through Windows follows these values.",
    ),
    // Adds to what chains can be made of.
    ("Import-Certificate", r"LocalMachine\CA", ""),
    (
        "Remove-Item",
        r"LocalMachine\Root",
        "whatever trusts that root alone fails on this server then.",
    ),
    (
        "Remove-Item",
        r"LocalMachine\CA",
        "other chains that need that intermediate are incomplete then.",
    ),
    (
        "Remove-ExchangeCertificate",
        "",
        "whatever else uses that certificate on the server has none then.",
    ),
    ("Import-ExchangeCertificate", "", ""),
    // Hands on what is configured.
    ("Start-EdgeSynchronization", "", ""),
    // The step itself says that it interrupts mail.
    ("Restart-Service", "MSExchangeTransport", ""),
    ("Restart-Service", "MSExchangeFrontEndTransport", ""),
    ("certutil", "-repairstore", ""),
];

/// What is said of a command that changes something and is not known here.
pub(crate) const NOT_KNOWN: &str = "note the present state first.";

/// The words of a command that change something: cmdlets, and certutil where it writes.
fn changing(command: &str) -> impl Iterator<Item = &str> {
    // What stands in quotes is a value, doubled quotes included.
    let bare = command.split('\'').step_by(2);
    let words =
        bare.flat_map(|part| part.split(|c: char| c.is_whitespace() || "();|{}".contains(c)));
    let writes = ["-repairstore", "-importpfx", "-addstore", "-delstore"];
    let is_writing = writes.iter().any(|option| command.contains(option));
    words.filter(move |word| match word.split_once('-') {
        Some((verb, noun)) => {
            CHANGING.contains(&verb)
                && noun.starts_with(|first: char| first.is_ascii_uppercase())
                && !matches!(noun, "Object" | "TimeSpan")
        }
        None => *word == "certutil" && is_writing,
    })
}

/// What the first change of a command comes to; `None` where it changes nothing.
pub(crate) fn consequence(command: &str) -> Option<&'static str> {
    let mut found = None;
    for word in changing(command) {
        let known = CONSEQUENCES
            .iter()
            .find(|(cmdlet, part, _)| *cmdlet == word && command.contains(part))
            .map_or(NOT_KNOWN, |(_, _, text)| *text);
        if found.is_none_or(str::is_empty) {
            found = Some(known);
        }
    }
    found
}

/// Whether a value of its command is yet to be chosen.
pub(crate) fn has_placeholder(step: &Step) -> bool {
    let command = step.command.as_deref().unwrap_or_default();
    command.split('\'').step_by(2).any(|bare| bare.contains(" <"))
}

/// Says in a step that nothing was tried, and what its command does besides.
pub(crate) fn say_consequence(step: &mut Step) {
    let text = step.command.as_deref().and_then(consequence).filter(|text| !text.is_empty());
    if let Some(text) = text {
        step.action.push_str(" Not tried on the model: ");
        step.action.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::StepTemplate;
    use crate::reply::{RejectionClass, TLS_ERRORS};

    #[test]
    fn a_command_that_changes_something_has_its_consequence_and_one_that_reads_has_none() {
        for (command, expected) in [
            ("Get-SendConnector 'Set-Up New-Mail out' | Format-List Fqdn", None),
            ("Get-ExchangeCertificate | Where-Object { $_.Services }; New-Object X", None),
            ("certutil -store My AB", None),
            ("certutil -repairstore My AB", Some("")),
            ("Set-SendConnector 'X' -ProtocolLoggingLevel Verbose", Some("")),
            ("Get-X\nSet-TransportConfig -MaxSendSize 1", Some(NOT_KNOWN)),
            (
                "Import-Certificate -FilePath x -CertStoreLocation Cert:\\LocalMachine\\Root",
                Some(NOT_KNOWN),
            ),
        ] {
            assert_eq!(consequence(command), expected, "{command}");
        }
        let both = consequence("Start-EdgeSynchronization\nSet-SendConnector 'X' -Fqdn <name>");
        assert!(both.unwrap().contains("EHLO"), "the gravest of several");
    }

    #[test]
    fn every_change_of_the_catalogues_has_its_consequence() {
        let replies = RejectionClass::ALL.iter().filter_map(|class| class.entry());
        let steps = replies.flat_map(|entry| entry.remedy);
        let all: Vec<&StepTemplate> =
            steps.chain(TLS_ERRORS.iter().flat_map(|error| error.remedy)).collect();
        let commands: Vec<&str> = all.iter().filter_map(|step| step.command).collect();
        assert!(commands.iter().filter_map(|one| consequence(one)).count() > 5);
        for command in commands {
            assert_ne!(consequence(command), Some(NOT_KNOWN), "{command}");
        }
    }
}
