//! The help below the options, for a terminal of any width.

use clap::Command;

/// The command whose closing texts, and those of its subcommands, clap can wrap: in the sources their
/// lines end where those of the sources do. Indented lines stay as they are.
pub fn reflowed(command: Command) -> Command {
    let text = command.get_after_help().map(|text| joined(&text.to_string()));
    let command = match text {
        Some(text) => command.after_help(text),
        None => command,
    };
    command.mut_subcommands(reflowed)
}

/// The lines of each paragraph as one.
fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut is_open = false;
    for line in text.lines() {
        let continues = !line.is_empty() && !line.starts_with(' ');
        if !joined.is_empty() {
            joined.push(if is_open && continues { ' ' } else { '\n' });
        }
        joined.push_str(line);
        is_open = continues;
    }
    joined
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn paragraphs_are_joined_and_indented_lines_stay() {
        assert_eq!(joined("a\nb\n  c\n  d\ne\n\nf\ng"), "a b\n  c\n  d\ne\n\nf g");
    }

    #[test]
    fn no_indented_line_is_wrapped_in_a_terminal_of_80_columns() {
        fn check(command: &Command) {
            let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let long: Vec<&str> =
                text.lines().filter(|line| line.starts_with(' ') && line.len() > 80).collect();
            assert!(long.is_empty(), "{}: {long:#?}", command.get_name());
            command.get_subcommands().for_each(check);
        }
        check(&crate::CommandLine::command());
    }
}
