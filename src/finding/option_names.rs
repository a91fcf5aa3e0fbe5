//! What an input is given with, where a text asks for it: each front end has names of its own.

use serde::Deserialize;

/// Whose names of options the texts of an answer use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum OptionNames {
    /// The command's: `--inbound-connector`.
    #[default]
    Command,
    /// The cmdlets': `-InboundConnector`.
    PowerShell,
}

/// An option that a text asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputOption {
    /// The certificate that is sent, as a file.
    Certificate,
    /// The intermediates of the server.
    Intermediates,
    /// The inbound connectors of the tenant.
    InboundConnectors,
    /// The accepted domains of the tenant.
    AcceptedDomains,
    /// The receive connectors.
    ReceiveConnectors,
    /// The certificates that are installed.
    Installed,
    /// Microsoft's newest list of roots, of the examination of a chain.
    ProgrammeRoots,
}

impl InputOption {
    /// Every option.
    pub const ALL: [Self; 7] = [
        Self::Certificate,
        Self::Intermediates,
        Self::InboundConnectors,
        Self::AcceptedDomains,
        Self::ReceiveConnectors,
        Self::Installed,
        Self::ProgrammeRoots,
    ];
}

impl OptionNames {
    /// The name of an option; of [`InputOption::ProgrammeRoots`] with the command that has it.
    #[must_use]
    pub fn of(self, option: InputOption) -> &'static str {
        let (command, powershell) = match option {
            InputOption::Certificate => ("--certificate", "-Path"),
            InputOption::Intermediates => ("--intermediates", "-IntermediatePath"),
            InputOption::InboundConnectors => ("--inbound-connector", "-InboundConnector"),
            InputOption::AcceptedDomains => ("--accepted-domain", "-AcceptedDomain"),
            InputOption::ReceiveConnectors => ("--receive-connector", "-ReceiveConnector"),
            InputOption::Installed => ("--installed", "-InstalledCertificate"),
            InputOption::ProgrammeRoots => {
                ("eop-relay chain --programme-roots", "Get-EopRelayChain -ProgrammeRootPath")
            }
        };
        match self {
            Self::Command => command,
            Self::PowerShell => powershell,
        }
    }
}
