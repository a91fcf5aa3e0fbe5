//! Exports of one tenant or of several, in the order of the command line.

use std::path::PathBuf;

use clap::{ArgMatches, Args, Command, FromArgMatches};

/// What is given of a tenant.
#[derive(Debug, Default)]
pub struct TenantExports {
    /// What the user calls it.
    pub name: Option<String>,
    pub inbound_connector: Vec<PathBuf>,
    pub accepted_domain: Vec<String>,
}

/// The tenants.
#[derive(Debug)]
pub struct TenantArguments {
    /// Those before the first `--tenant` have no name.
    pub list: Vec<TenantExports>,
}

/// The arguments as clap knows them, each by itself.
#[derive(Debug, Args)]
struct Flat {
    /// The inbound connectors of the tenant. Exports of several tenants are told apart by
    /// OrganizationId, else each further one is another tenant's.
    #[arg(long, value_name = "PATH")]
    inbound_connector: Vec<PathBuf>,

    /// An accepted domain of the tenant, or an export of them.
    #[arg(long, value_name = "DOMAIN|PATH")]
    accepted_domain: Vec<String>,

    /// The inbound connectors and accepted domains that follow are of the tenant of this name.
    #[arg(long, value_name = "NAME")]
    tenant: Vec<String>,
}

enum Part {
    Tenant(String),
    InboundConnector(PathBuf),
    AcceptedDomain(String),
}

impl FromArgMatches for TenantArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let Flat { inbound_connector, accepted_domain, tenant } = Flat::from_arg_matches(matches)?;
        let places =
            |name: &str| -> Vec<usize> { matches.indices_of(name).into_iter().flatten().collect() };
        let connectors = inbound_connector.into_iter().map(Part::InboundConnector);
        let domains = accepted_domain.into_iter().map(Part::AcceptedDomain);
        let names = tenant.into_iter().map(Part::Tenant);
        let mut parts: Vec<(usize, Part)> = places("inbound_connector")
            .into_iter()
            .zip(connectors)
            .chain(places("accepted_domain").into_iter().zip(domains))
            .chain(places("tenant").into_iter().zip(names))
            .collect();
        parts.sort_by_key(|(place, _)| *place);
        let mut list = Vec::new();
        let mut current = TenantExports::default();
        for (_, part) in parts {
            match part {
                Part::Tenant(name) => {
                    let next = TenantExports { name: Some(name), ..TenantExports::default() };
                    list.push(std::mem::replace(&mut current, next));
                }
                Part::InboundConnector(path) => current.inbound_connector.push(path),
                Part::AcceptedDomain(text) => current.accepted_domain.push(text),
            }
        }
        list.push(current);
        Ok(Self { list })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for TenantArguments {
    fn augment_args(command: Command) -> Command {
        Flat::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Flat::augment_args_for_update(command)
    }
}
