//! The commands of a session that wait for their replies: RFC 5321, 4.3; pipelined by RFC 2920.

use super::smtp::{ReplyLine, enhanced_status};
use super::texts::clear_for_reuse;

/// A command that waits for its reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// No command: the server side speaks first.
    Greeting,
    Hello,
    StartTls,
    Authenticate,
    Mail(usize),
    Recipient(usize),
    Data(usize),
    /// A chunk of the mail's content, or all of it.
    Content {
        message: usize,
        is_last: bool,
    },
    Reset,
    Quit,
    Other,
}

impl Command {
    /// Whether that reply can answer it (RFC 5321, 4.3.2; RFC 3207; RFC 4954).
    #[inline]
    pub(super) fn can_be_answered_by(self, reply: ReplyLine, line: &[u8]) -> bool {
        let has_status = |status| enhanced_status(line) == Some(status);
        match reply.code {
            354 => matches!(self, Self::Data(_)),
            334 | 235 => self == Self::Authenticate,
            220 => matches!(self, Self::StartTls | Self::Other),
            221 => self == Self::Quit,
            250..=252 => match self {
                Self::Mail(_) => !has_status(b"2.1.5"),
                Self::Recipient(_) => !has_status(b"2.6.0"),
                Self::Content { .. } => !has_status(b"2.1.0") && !has_status(b"2.1.5"),
                Self::Hello | Self::Reset | Self::Other => true,
                _ => false,
            },
            _ => true,
        }
    }
}

/// More are not kept.
const MAXIMUM_PENDING: usize = 10_000;
/// Among how many the one is looked for that a reply answers: damaged rows hide a few.
const MAXIMUM_PASSED_OVER: usize = 1_000;

/// Commands in their order. Mostly the first one is answered next and few or none follow it.
#[derive(Debug, Default)]
pub(super) struct Pending {
    commands: Vec<Command>,
    /// How many at the beginning are answered.
    answered: usize,
}

impl Pending {
    #[inline]
    pub(super) fn first(&self) -> Option<Command> {
        self.commands.get(self.answered).copied()
    }

    /// Returns whether there is room for all; where there is not, the first one is passed over.
    #[inline]
    pub(super) fn push(&mut self, command: Command) -> bool {
        if self.answered == self.commands.len() {
            self.commands.clear();
            self.answered = 0;
        }
        let has_room = self.commands.len() < MAXIMUM_PENDING || self.make_room();
        self.commands.push(command);
        has_room
    }

    /// Passes the first one over, and gives back the room of those passed over or answered when they
    /// are as many as may wait, so that a command costs the same however many there are.
    #[cold]
    fn make_room(&mut self) -> bool {
        let has_room = self.commands.len() - self.answered < MAXIMUM_PENDING;
        if !has_room {
            self.take_first();
        }
        if self.answered >= MAXIMUM_PENDING {
            self.commands.drain(..self.answered);
            self.answered = 0;
        }
        has_room
    }

    /// Lets a command that goes on after a reply wait again, before all others.
    pub(super) fn push_first(&mut self, command: Command) {
        match self.answered.checked_sub(1) {
            Some(place) => {
                self.commands[place] = command;
                self.answered = place;
            }
            None => self.commands.insert(0, command),
        }
    }

    /// Takes the first command off, if there is one.
    #[inline]
    pub(super) fn take_first(&mut self) {
        self.answered = (self.answered + 1).min(self.commands.len());
    }

    /// Takes the first command off that the reply can answer, and those before it, which are
    /// returned. `None` if there is no such command; all wait on then.
    pub(super) fn take_answered(
        &mut self,
        reply: ReplyLine,
        line: &[u8],
    ) -> Option<(Command, &[Command])> {
        let pending = self.commands.get(self.answered..)?;
        let position = pending
            .iter()
            .take(MAXIMUM_PASSED_OVER)
            .position(|command| command.can_be_answered_by(reply, line))?;
        let (command, passed_over) = pending.get(..=position)?.split_last()?;
        self.answered += position + 1;
        Some((*command, passed_over))
    }

    /// Begins anew, keeping its buffer.
    pub(super) fn clear_for_reuse(&mut self) {
        clear_for_reuse(&mut self.commands);
        self.answered = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_queue(steps in prop::collection::vec(0..8_usize, 0..200)) {
            let (mut pending, mut queue) = (Pending::default(), VecDeque::new());
            for (number, step) in steps.into_iter().enumerate() {
                let command = Command::Mail(number);
                match step {
                    0..=2 => {
                        prop_assert!(pending.push(command));
                        queue.push_back(command);
                    }
                    3 => {
                        pending.push_first(command);
                        queue.push_front(command);
                    }
                    4 => {
                        prop_assert!(pending.push(Command::Quit));
                        queue.push_back(Command::Quit);
                    }
                    5 => {
                        let reply = ReplyLine { code: 221, is_continued: false };
                        let quit = queue.iter().position(|command| *command == Command::Quit);
                        let passed_over: Option<Vec<_>> = quit.map(|at| queue.drain(..at).collect());
                        let taken = pending.take_answered(reply, b"221 2.0.0 Bye");
                        prop_assert_eq!(taken.map(|taken| taken.1.to_vec()), passed_over);
                        if quit.is_some() {
                            queue.pop_front();
                        }
                    }
                    _ => {
                        pending.take_first();
                        queue.pop_front();
                    }
                }
                prop_assert_eq!(pending.first(), queue.front().copied());
            }
        }
    }

    #[test]
    fn without_room_the_first_ones_are_passed_over() {
        let mut pending = Pending::default();
        let are_all_kept = (0..MAXIMUM_PENDING).all(|number| pending.push(Command::Mail(number)));
        assert!(are_all_kept);
        assert!(!pending.push(Command::Quit));
        assert_eq!(pending.first(), Some(Command::Mail(1)));
        pending.take_first();
        assert!(pending.push(Command::Quit));
        assert_eq!(pending.first(), Some(Command::Mail(2)));
        let kept = (0..3 * MAXIMUM_PENDING).filter(|number| pending.push(Command::Mail(*number)));
        assert!(kept.count() < MAXIMUM_PENDING);
        assert!(pending.commands.len() <= 2 * MAXIMUM_PENDING);
    }
}
