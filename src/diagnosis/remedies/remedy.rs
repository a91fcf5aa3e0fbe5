//! A step of a finding, and what it changes in the tenant.

use super::change::Change;
use super::change_step::step_of;
use crate::finding::{Place, Step};

/// A step, and the changes of the tenant with which it is tried.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Remedy {
    pub step: Step,
    /// Its own change, and those of the steps that belong to it; none: nothing of the tenant changes.
    pub changes: Vec<Change>,
}

impl From<Step> for Remedy {
    fn from(step: Step) -> Self {
        Self { step, changes: Vec::new() }
    }
}

impl Remedy {
    pub fn new(place: Place, action: impl Into<String>) -> Self {
        Step::new(place, action).into()
    }

    /// The step that makes a change.
    pub fn of(change: Change, action: impl Into<String>) -> Self {
        Self::of_servers(change, action, &[])
    }

    /// The step that makes a change on each of `servers`; tried as on the first of them.
    pub fn of_servers(change: Change, action: impl Into<String>, servers: &[&str]) -> Self {
        Self { step: step_of(&change, action, servers), changes: vec![change] }
    }

    pub fn server(place: Place, action: impl Into<String>) -> Self {
        Self::new(place, action)
    }

    pub fn tenant(action: impl Into<String>) -> Self {
        Self::new(Place::ExchangeOnline, action)
    }

    pub fn command(self, command: impl Into<String>) -> Self {
        Self { step: self.step.command(command), ..self }
    }

    /// With the command once for each of `servers`; see [`Step::command_for_each`].
    pub fn command_for_each(self, servers: &[&str], command: impl Fn(&str) -> String) -> Self {
        Self { step: self.step.command_for_each(servers, command), ..self }
    }

    pub fn verify(self, verify: impl Into<String>) -> Self {
        Self { step: self.step.verify(verify), ..self }
    }

    pub fn undo(self, undo: impl Into<String>) -> Self {
        Self { step: self.step.undo(undo), ..self }
    }

    pub fn at(self, words: &str) -> Self {
        Self { step: self.step.at(words), ..self }
    }

    pub fn side(self, side: crate::finding::Side) -> Self {
        Self { step: self.step.side(side), ..self }
    }
}

/// Steps that mend nothing one without the other: each is tried with the changes of all.
pub(crate) fn together(steps: Vec<Remedy>) -> Vec<Remedy> {
    let all: Vec<Change> = steps.iter().flat_map(|step| step.changes.clone()).collect();
    let with_all = |step: Remedy| {
        let changes = if step.changes.is_empty() { Vec::new() } else { all.clone() };
        Remedy { changes, ..step }
    };
    steps.into_iter().map(with_all).collect()
}
