//! Exports of Exchange objects.

use std::path::{Path, PathBuf};

use eop_relay::diagnosis::Evidence;
use eop_relay::evidence::ExchangeObjects;

/// How the sending organisation is configured.
#[derive(Debug, clap::Args)]
pub struct ConfigurationArguments {
    /// The send connectors.
    #[arg(long, value_name = "PATH")]
    send_connector: Vec<PathBuf>,

    /// The receive connectors, for the mail that Exchange Online hands over to this organisation.
    #[arg(long, value_name = "PATH")]
    receive_connector: Vec<PathBuf>,

    /// The certificates installed on the server.
    #[arg(long, value_name = "PATH")]
    installed: Vec<PathBuf>,
}

impl ConfigurationArguments {
    /// Reads them; what cannot be read is noted in the evidence.
    pub fn add_to(&self, evidence: &mut Evidence) {
        add_exports(&self.send_connector, evidence, Evidence::add_send_connectors);
        add_exports(&self.receive_connector, evidence, Evidence::add_receive_connectors);
        add_exports(&self.installed, evidence, Evidence::add_installed);
    }
}

/// Reads exports; what cannot be read is noted in the evidence.
pub fn add_exports(
    paths: &[PathBuf],
    evidence: &mut Evidence,
    add: impl Fn(&mut Evidence, &ExchangeObjects),
) {
    for path in paths {
        match ExchangeObjects::from_file(path) {
            Ok(objects) => add(evidence, &objects),
            Err(error) => note_unreadable(evidence, path, &error.reason()),
        }
    }
}

/// Notes that a file cannot be read, and why.
pub fn note_unreadable(evidence: &mut Evidence, path: &Path, reason: &str) {
    let path = path.display().to_string();
    let reason =
        reason.strip_prefix(&path).map_or(reason, |rest| rest.trim_start_matches([':', ',', ' ']));
    evidence.unreadable.push((path, reason.to_owned()));
}
