//! One conversation in a log of IIS: what keeps it apart, and what each row is to it.

use serde::{Deserialize, Serialize};

use crate::log::{IisRow, IisSpeaker};
use crate::timestamp::Timestamp;

/// What keeps conversations apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct ConversationKey {
    pub(super) source: u32,
    pub(super) is_outbound: bool,
    /// Address, port and virtual server, separated by blanks.
    pub(super) ends: Vec<u8>,
}

/// The last conversation between two ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Conversation {
    pub(super) session_id: u64,
    pub(super) last: Timestamp,
    pub(super) state: ConversationState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum ConversationState {
    Open,
    /// The next banner is the answer to STARTTLS, the next EHLO goes on within TLS.
    InStartTls,
    /// Nothing but EHLO so far: HELO may follow (RFC 5321, 3.2).
    Greeting,
    /// QUIT was sent.
    Quitting,
    Ended,
}

/// A conversation as it is kept between two runs.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SavedConversation {
    pub(super) is_outbound: bool,
    pub(super) ends: Vec<u8>,
    pub(super) session_id: u64,
    /// In ticks.
    pub(super) last: i64,
    pub(super) state: ConversationState,
}

/// What a row is to the conversation between its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowRole {
    /// It begins one.
    Opens,
    GoesOn,
    /// It belongs to one that has ended.
    Stray,
}

impl RowRole {
    pub(super) fn of(row: &IisRow<'_>, state: Option<ConversationState>) -> Self {
        let is_hello = is_verb(row, b"EHLO") || is_verb(row, b"HELO");
        let opens = match row.speaker {
            IisSpeaker::OutboundResponse => {
                let is_greeting = row.text.starts_with(b"220") || row.text.starts_with(b"554");
                let is_alone =
                    !matches!(state, Some(ConversationState::Open | ConversationState::Greeting));
                (is_greeting && (row.text.starts_with(b"220") || is_alone))
                    && state != Some(ConversationState::InStartTls)
            }
            IisSpeaker::Client => {
                let is_fallback =
                    state == Some(ConversationState::Greeting) && is_verb(row, b"HELO");
                is_hello && state != Some(ConversationState::InStartTls) && !is_fallback
            }
            IisSpeaker::OutboundCommand => {
                is_hello
                    && matches!(
                        state,
                        None | Some(ConversationState::Ended | ConversationState::Quitting)
                    )
            }
        };
        if opens {
            return Self::Opens;
        }
        match state {
            Some(ConversationState::Ended) => Self::Stray,
            _ => Self::GoesOn,
        }
    }
}

fn is_verb(row: &IisRow<'_>, verb: &[u8]) -> bool {
    row.verb.eq_ignore_ascii_case(verb)
}

/// The state of the conversation behind that row.
pub(super) fn next_state(row: &IisRow<'_>, state: Option<ConversationState>) -> ConversationState {
    match row.speaker {
        IisSpeaker::OutboundResponse => match state {
            Some(ConversationState::Quitting) => ConversationState::Ended,
            // The server side hangs up.
            _ if row.text.starts_with(b"221") || row.text.starts_with(b"421") => {
                ConversationState::Ended
            }
            Some(ConversationState::InStartTls) if !row.text.starts_with(b"220") => {
                ConversationState::Open
            }
            Some(state) => state,
            None => ConversationState::Open,
        },
        _ if is_verb(row, b"QUIT") && row.speaker == IisSpeaker::Client => ConversationState::Ended,
        _ if is_verb(row, b"QUIT") => ConversationState::Quitting,
        _ if is_verb(row, b"STARTTLS") => ConversationState::InStartTls,
        _ if is_verb(row, b"EHLO") && state.is_none() => ConversationState::Greeting,
        _ => ConversationState::Open,
    }
}
