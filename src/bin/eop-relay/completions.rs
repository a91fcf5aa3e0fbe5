//! `eop-relay completions` and `eop-relay man`: what shells and manuals know of the command, made out of
//! its own help.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::exit::Exit;
use crate::{message, output};

/// Print a script that completes the command in a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
bash, zsh, fish and PowerShell:
  eop-relay completions bash > \\
    ~/.local/share/bash-completion/completions/eop-relay
  eop-relay completions zsh > ~/.zfunc/_eop-relay
  eop-relay completions fish > ~/.config/fish/completions/eop-relay.fish
  eop-relay completions powershell | Out-String | Invoke-Expression")]
pub struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Write the manual pages into a folder
#[derive(Debug, clap::Args)]
#[command(hide = true)]
pub struct ManArguments {
    /// The folder, which must exist
    folder: PathBuf,
}

/// Prints the script.
pub fn run(arguments: &CompletionsArguments, mut command: Command) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "eop-relay", &mut script);
    output::answer(Exit::Fine, |output| output.write_all(&script))
}

/// Writes a page of the command, and one of each sub-command.
pub fn write_manual(arguments: &ManArguments, mut command: Command) -> ExitCode {
    command.build();
    match write_pages(&command, &arguments.folder) {
        Ok(()) => Exit::Fine.into(),
        Err(error) => {
            let folder = arguments.folder.display();
            message::error(&format_args!("{folder}: the pages cannot be written: {error}"));
            Exit::Broken.into()
        }
    }
}

fn write_pages(command: &Command, folder: &Path) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let mut page = Vec::new();
    Man::new(command.clone()).title(name.to_uppercase()).render(&mut page)?;
    std::fs::write(folder.join(format!("{name}.1")), page)?;
    let shown =
        command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help");
    shown.into_iter().try_for_each(|sub| write_pages(sub, folder))
}
