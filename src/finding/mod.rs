//! The ground of every answer: how much it matters, how well it is founded, and what is to be done
//! where and by whom.

#![forbid(unsafe_code)]

mod confidence;
mod fold;
mod option_names;
mod place;
pub mod powershell;
mod printable;
mod severity;
mod step;
mod template;
pub mod words;

pub use confidence::Confidence;
pub use fold::{COMMAND_WIDTH, fold};
pub use option_names::{InputOption, OptionNames};
pub use place::{Place, Side};
pub use printable::{cut_name, is_unprintable, printable};
pub use severity::Severity;
pub use step::Step;
pub use template::{Placeholder, StepTemplate, Values};
