//! What steps name to give more evidence with exists, in the command and in the module.

use std::fs;
use std::process::Command;

use eop_relay::finding::{InputOption, OptionNames};

use crate::support::root;

#[test]
fn each_option_that_a_step_names_is_one_of_the_command_and_a_parameter_of_the_module() {
    for option in InputOption::ALL {
        let of_command = OptionNames::Command.of(option);
        let (sub_command, name) =
            of_command.rsplit_once(' ').unwrap_or(("eop-relay test", of_command));
        let sub_command = sub_command.strip_prefix("eop-relay ").unwrap();
        let help = Command::new(env!("CARGO_BIN_EXE_eop-relay"))
            .args([sub_command, "--help"])
            .output()
            .unwrap();
        let help = String::from_utf8(help.stdout).unwrap();
        assert!(help.contains(&format!("{name} <")), "{sub_command}: {name}");

        let of_module = OptionNames::PowerShell.of(option);
        let (cmdlet, name) =
            of_module.rsplit_once(' ').unwrap_or(("Test-EopRelayCertificate", of_module));
        let script = root().join(format!("powershell/EopRelay/{cmdlet}.psm1"));
        let script = fs::read_to_string(script).unwrap();
        let parameter = name.replacen('-', "$", 1);
        assert!(
            script.contains(&format!("        {parameter},\n")),
            "{cmdlet} has no parameter {parameter}"
        );
    }
}
