//! Where a step is done, and whose step it therefore is.

use crate::named_enum::named_enum;

named_enum! {
    /// Who has to act.
    Side {
        /// The sending organisation, on its own Exchange server.
        OnPremisesServer = 1,
        /// The sending organisation, in its Exchange Online tenant.
        ExchangeOnlineTenant = 2,
        /// The recipient's organisation.
        RecipientOrganisation = 3,
        /// Whoever runs the firewall, proxy or DNS between the two.
        Network = 4,
        /// Whoever answers for the reputation of the public address from which the mail came.
        SendingAddress = 5,
        /// Whoever keeps the DNS records (SPF, DKIM, DMARC, PTR) of the sender.
        SenderDns = 6,
        /// The receiving server of this organisation: Exchange Online hands over to it.
        OtherDirection = 7,
        /// The other server: mostly it passes.
        OtherServer = 8,
        /// Either of the two sides.
        Either = 9,
        /// Nothing shows who.
        Unknown = 10,
    }
}

impl Side {
    /// The side in words.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::OnPremisesServer => "on-premises server",
            Self::ExchangeOnlineTenant => "Exchange Online tenant",
            Self::RecipientOrganisation => "recipient's organisation",
            Self::Network => "network between the servers",
            Self::SendingAddress => "whoever answers for the sending address",
            Self::SenderDns => "DNS of the sender's domain",
            Self::OtherDirection => "receiving server on-premises (mail from Exchange Online)",
            Self::OtherServer => "other server",
            Self::Either => "either side",
            Self::Unknown => "not known",
        }
    }
}

named_enum! {
    /// Where a step is done.
    Place {
        /// The Exchange Management Shell of the sending organisation, on any of its servers.
        ManagementShell = 1,
        /// Windows PowerShell as administrator, on the server that sends.
        ElevatedOnServer = 2,
        /// The Exchange Management Shell of the Edge server, which knows only itself.
        OnTheEdgeServer = 3,
        /// Exchange Online PowerShell.
        ExchangeOnline = 4,
        /// The Microsoft 365 admin center.
        AdminCenter = 5,
        /// The Hybrid Configuration Wizard.
        Wizard = 6,
        /// The firewall, proxy or DNS between the two sides.
        Network = 7,
        /// The tenant of the recipient.
        RecipientTenant = 8,
        /// Any computer with Windows PowerShell.
        AnyComputer = 9,
        /// The sending host, as administrator of its mail program, which is not Exchange.
        SendingHost = 10,
    }
}

impl Place {
    /// The place in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::ManagementShell => "Exchange Management Shell, on-premises",
            Self::ElevatedOnServer => "elevated Windows PowerShell on the sending server",
            Self::OnTheEdgeServer => "Exchange Management Shell on the Edge server",
            Self::ExchangeOnline => "Exchange Online PowerShell (Connect-ExchangeOnline)",
            Self::AdminCenter => "Microsoft 365 admin center",
            Self::Wizard => "Hybrid Configuration Wizard",
            Self::Network => "firewall or SMTP proxy between this server and the other side",
            Self::RecipientTenant => "recipient's tenant, by its administrator",
            Self::AnyComputer => "on any computer",
            Self::SendingHost => "sending host, in the settings of its mail program",
        }
    }

    /// Who acts there.
    #[must_use]
    pub const fn side(self) -> Side {
        match self {
            Self::ManagementShell
            | Self::ElevatedOnServer
            | Self::OnTheEdgeServer
            | Self::Wizard
            | Self::AnyComputer
            | Self::SendingHost => Side::OnPremisesServer,
            Self::ExchangeOnline | Self::AdminCenter => Side::ExchangeOnlineTenant,
            Self::RecipientTenant => Side::RecipientOrganisation,
            Self::Network => Side::Network,
        }
    }

    /// Whether a step there acts on one machine alone, so that several servers need it each.
    #[must_use]
    pub const fn is_on_machine(self) -> bool {
        matches!(self, Self::ElevatedOnServer | Self::OnTheEdgeServer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_places_have_the_same_words() {
        let words: std::collections::BTreeSet<&str> =
            Place::ALL.iter().map(|place| place.words()).collect();
        assert_eq!(words.len(), Place::ALL.len());
    }
}
