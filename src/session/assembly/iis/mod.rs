//! Rows of the SMTP service of IIS to sessions.
//!
//! Those logs have no session id: rows are grouped by direction, address and port, and a session
//! begins with a banner (outbound) or EHLO (inbound). Two sessions with one address at a time cannot
//! be distinguished; where the rows show that there were two, both say so.

mod conversation;
mod translation;

use std::sync::Arc;

use hashbrown::HashMap;

pub(crate) use self::conversation::SavedConversation;
use self::conversation::{Conversation, ConversationKey, ConversationState, RowRole, next_state};
use self::translation::{connector_of, endpoint, line_of, quoted};
use super::sequencer::{SegmentPosition, Sequencer};
use super::session_key::SessionKey;
use crate::log::{
    Edges, Event, Field, IisFormat, IisRow, IisSpeaker, Line, LogFile, Row, RowPart, Segment,
};
use crate::session::decode::append;
use crate::session::model::SessionNote;
use crate::timestamp::{TICKS_PER_MINUTE, Timestamp};

/// The longest time between two rows of one session: that for which a client waits for the answer
/// to the end of a mail's data (RFC 5321, 4.5.3.2.6).
const LONGEST_PAUSE: i64 = 10 * TICKS_PER_MINUTE;
/// How many conversations are kept apart before those that have paused for too long are forgotten.
const MAXIMUM_CONVERSATIONS: usize = 1 << 14;

/// The conversations of the logs of IIS.
#[derive(Debug, Default)]
pub(crate) struct IisConversations {
    conversations: HashMap<ConversationKey, Conversation>,
    /// The number of the last session. Ids of Exchange are points in time, far above.
    last_id: u64,
    /// Reused for every row.
    key: ConversationKey,
    line: Vec<u8>,
    /// What the rows of this segment were made to say.
    text: Vec<u8>,
}

impl IisConversations {
    /// Accepts the rows of a segment.
    pub(crate) fn accept_segment(
        &mut self,
        segment: &Segment,
        format: &IisFormat,
        files: &[LogFile],
        sequencer: &mut Sequencer,
    ) {
        let source = files.get(segment.file).map_or(0, |file| file.source);
        let position = sequencer.begin_segment(segment);
        let mut data = std::mem::take(&mut self.text);
        data.clear();
        let mut translated = Segment {
            file: segment.file,
            data,
            offset: segment.offset,
            lines_before: 0,
            oversized_line: None,
            format: Arc::clone(&segment.format),
            skipped: Edges::default(),
        };
        let lines = segment.for_each_iis_row(format, |line, row| match row {
            Ok(row) => {
                self.accept_row(&row, source, (line, position), format, &mut translated, sequencer);
            }
            Err(error) => sequencer.accept_damage(error, line, position),
        });
        sequencer.end_segment(&translated.data, lines);
        self.text = translated.data;
    }

    fn accept_row(
        &mut self,
        row: &IisRow<'_>,
        source: u32,
        position: (Line, SegmentPosition),
        format: &IisFormat,
        translated: &mut Segment,
        sequencer: &mut Sequencer,
    ) {
        let is_outbound = row.speaker != IisSpeaker::Client;
        self.set_key(row, source, is_outbound);
        let known = self.conversations.get(&self.key).copied();
        let known = self.without_stale(known, row.date_time, translated, sequencer);
        let role = RowRole::of(row, known.map(|conversation| conversation.state));
        if role == RowRole::Stray {
            sequencer.count_late(position.0, position.1);
            return;
        }
        let is_first = role == RowRole::Opens
            || known.is_none_or(|conversation| conversation.state == ConversationState::Ended);
        let session_id = match known {
            Some(conversation) if !is_first => conversation.session_id,
            _ => {
                self.last_id = self.last_id.wrapping_add(1);
                self.last_id
            }
        };
        let key = SessionKey { source, session_id };
        if let Some(conversation) =
            known.filter(|conversation| is_first && conversation.state != ConversationState::Ended)
        {
            let before = SessionKey { source, session_id: conversation.session_id };
            if conversation.state != ConversationState::Quitting {
                sequencer.note(before, SessionNote::ConversationsInterleaved);
            }
            sequencer.end_session(
                before,
                conversation.state == ConversationState::Quitting,
                &translated.data,
            );
        }
        self.forward(row, position, key, role, translated, sequencer);
        if is_first {
            sequencer.note(key, SessionNote::GroupedByAddress);
            if !is_outbound {
                sequencer.note(key, SessionNote::ReceivedByIis);
            }
            if format.is_local_time() {
                sequencer.note(key, SessionNote::LocalTime);
            }
            if known.is_some_and(|conversation| {
                !matches!(
                    conversation.state,
                    ConversationState::Ended | ConversationState::Quitting
                )
            }) {
                sequencer.note(key, SessionNote::ConversationsInterleaved);
            }
        }
        let state =
            next_state(row, known.filter(|_| !is_first).map(|conversation| conversation.state));
        if state == ConversationState::Ended {
            sequencer.end_session(key, true, &translated.data);
        }
        let conversation = Conversation { session_id, last: row.date_time, state };
        match self.conversations.get_mut(&self.key) {
            Some(known) => *known = conversation,
            None => {
                self.conversations.insert(self.key.clone(), conversation);
            }
        }
        if self.conversations.len() > MAXIMUM_CONVERSATIONS {
            self.forget(row.date_time, translated, sequencer);
        }
    }

    /// Forwards the row as the rows of Exchange logs: a command, or a reply.
    fn forward(
        &mut self,
        row: &IisRow<'_>,
        (at, position): (Line, SegmentPosition),
        key: SessionKey,
        role: RowRole,
        translated: &mut Segment,
        sequencer: &mut Sequencer,
    ) {
        let event = line_of(row, &mut self.line);
        let (local, remote) = match row.speaker {
            IisSpeaker::Client => (row.server_address, endpoint(row.client_address, b"")),
            _ => (&b""[..], endpoint(row.client_address, row.port)),
        };
        let connector = connector_of(row);
        let line = quoted(&self.line);
        let [connector, local, remote, line] = [&connector[..], local, remote.as_bytes(), &line]
            .map(|part| append(&mut translated.data, part));
        let text = &translated.data[..];
        let forwarded = Row {
            date_time: row.date_time,
            session_id: key.session_id,
            sequence_number: (role == RowRole::Opens).then_some(0),
            event,
            connector: Field::new(connector.get(text)),
            local_endpoint: Field::new(local.get(text)),
            remote_endpoint: Field::new(remote.get(text)),
            data: Field::new(line.get(text)),
            context: Field::new(b""),
        };
        let part = RowPart::of_row(&forwarded, at, text);
        sequencer.accept_row(key.session_id, part, || forwarded, position, translated);
        if row.speaker == IisSpeaker::Client
            && let Some(status) = row.status.filter(|status| *status >= 200)
        {
            // One row holds the command and the code of the answer; DATA that of its end.
            let is_data = row.verb.eq_ignore_ascii_case(b"DATA") && status < 300;
            let code = status.to_string();
            for reply in is_data.then_some("354").into_iter().chain([&code[..]]) {
                let reply = append(&mut translated.data, reply.as_bytes());
                sequencer.add_dialogue_line(key, Event::Received, reply, translated);
            }
        }
    }

    fn set_key(&mut self, row: &IisRow<'_>, source: u32, is_outbound: bool) {
        let ConversationKey { ends, .. } = &mut self.key;
        ends.clear();
        for part in [row.client_address, row.port, row.service, row.computer] {
            ends.extend_from_slice(part);
            ends.push(b' ');
        }
        self.key.source = source;
        self.key.is_outbound = is_outbound;
    }

    /// The conversation, unless it has paused for too long: then it is emitted.
    fn without_stale(
        &mut self,
        known: Option<Conversation>,
        now: Timestamp,
        translated: &Segment,
        sequencer: &mut Sequencer,
    ) -> Option<Conversation> {
        let conversation = known?;
        if now.ticks() - conversation.last.ticks() <= LONGEST_PAUSE {
            return Some(conversation);
        }
        self.conversations.remove(&self.key);
        if conversation.state != ConversationState::Ended {
            let key = SessionKey { source: self.key.source, session_id: conversation.session_id };
            sequencer.end_session(
                key,
                conversation.state == ConversationState::Quitting,
                &translated.data,
            );
        }
        None
    }

    /// Makes room: emits what has paused for too long, or else everything.
    fn forget(&mut self, now: Timestamp, translated: &Segment, sequencer: &mut Sequencer) {
        let is_stale =
            |conversation: &Conversation| now.ticks() - conversation.last.ticks() > LONGEST_PAUSE;
        let stale =
            self.conversations.values().filter(|conversation| is_stale(conversation)).count();
        let is_all = stale < MAXIMUM_CONVERSATIONS / 2;
        let mut ended: Vec<(SessionKey, bool)> = Vec::new();
        self.conversations.retain(|key, conversation| {
            if !is_all && !is_stale(conversation) {
                return true;
            }
            if conversation.state != ConversationState::Ended {
                let key = SessionKey { source: key.source, session_id: conversation.session_id };
                ended.push((key, conversation.state == ConversationState::Quitting));
            }
            false
        });
        ended.sort_unstable_by_key(|(key, _)| (key.source, key.session_id));
        for (key, is_ended) in ended {
            sequencer.end_session(key, is_ended, &translated.data);
        }
    }

    pub(crate) fn last_id(&self) -> u64 {
        self.last_id
    }

    pub(crate) fn restore_last_id(&mut self, last_id: u64) {
        self.last_id = last_id;
    }

    /// The conversations, each with its source.
    pub(crate) fn conversations(&self) -> impl Iterator<Item = (u32, SavedConversation)> {
        self.conversations.iter().map(|(key, conversation)| {
            let ConversationKey { source, is_outbound, ends } = key.clone();
            let Conversation { session_id, last, state } = *conversation;
            (source, SavedConversation { is_outbound, ends, session_id, last: last.ticks(), state })
        })
    }

    /// Restores a conversation that another run left. `None` if its time is not possible.
    pub(crate) fn restore(&mut self, source: u32, conversation: SavedConversation) -> Option<()> {
        let SavedConversation { is_outbound, ends, session_id, last, state } = conversation;
        let last = Timestamp::from_ticks(last)?;
        let key = ConversationKey { source, is_outbound, ends };
        self.conversations.insert(key, Conversation { session_id, last, state });
        Some(())
    }

    /// Ends everything: a conversation after QUIT is complete.
    pub(crate) fn finish(&mut self, sequencer: &mut Sequencer) {
        for (key, conversation) in &self.conversations {
            if conversation.state == ConversationState::Quitting {
                let key = SessionKey { source: key.source, session_id: conversation.session_id };
                sequencer.mark_ended(key);
            }
        }
        self.conversations.clear();
    }
}
