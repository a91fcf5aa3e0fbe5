//! How the command ends.

use std::process::ExitCode;

/// The exit codes, as a paragraph of the help.
pub const HELP: &str = "\
Exit codes:
   0  fine
  10  warning: the answer stands, but not everything could be used
      (damaged rows, a limit)
  20  refused
  30  uncertain, or no evidence
  40  could not check: an input cannot be read
  64  usage
   1  the command itself failed
 130  interrupted (Ctrl+C; SIGTERM: 143): what was half written is removed";

/// How the command ends; the numbers are the same in every sub-command and in the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// The question was answered.
    Fine = 0,
    /// The command itself failed, for instance because its output cannot be written.
    Broken = 1,
    /// The question was answered from a part of the input.
    Warning = 10,
    /// The answer is that the chain is refused, or cannot be sent.
    Refused = 20,
    /// Nothing was found that answers the question.
    NoEvidence = 30,
    /// An input cannot be read.
    CouldNotCheck = 40,
    /// The command line is not valid.
    Usage = 64,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
