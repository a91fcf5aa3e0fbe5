//! Rows of the SMTP service of IIS to sessions.
//!
//! Those logs have no session id: rows are grouped by direction, address and port, and a session
//! begins with a banner (outbound) or EHLO (inbound). Two sessions with one address at a time cannot
//! be told apart; where the rows show that there were two, both say so.

use std::sync::Arc;

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::model::SessionNote;
use super::sequencer::{SegmentPlace, Sequencer};
use super::session_key::SessionKey;
use super::texts::append;
use crate::log::{
    Event, Field, IisFormat, IisRow, IisSpeaker, Line, LogFile, Row, RowPart, Segment,
};
use crate::timestamp::Timestamp;

/// The longest time between two rows of one session: that for which a client waits for the answer
/// to the end of a mail's data (RFC 5321, 4.5.3.2.6).
const LONGEST_PAUSE: i64 = 10 * 60 * 10_000_000;
/// How many conversations are kept apart before those that have paused for too long are forgotten.
const MAXIMUM_GROUPS: usize = 1 << 14;

/// What keeps conversations apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct GroupKey {
    source: u32,
    is_outbound: bool,
    /// Address, port and virtual server, separated by blanks.
    ends: Vec<u8>,
}

/// The last conversation of a group.
#[derive(Clone, Copy, Debug)]
struct Group {
    session_id: u64,
    last: Timestamp,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Open,
    /// The next banner is the answer to STARTTLS, the next EHLO goes on within TLS.
    InStartTls,
    /// Nothing but EHLO so far: HELO may follow (RFC 5321, 3.2).
    Greeting,
    /// QUIT was sent.
    Quitting,
    Ended,
}

/// A group as it is kept between two runs.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StoredGroup {
    is_outbound: bool,
    ends: Vec<u8>,
    session_id: u64,
    /// In ticks.
    last: i64,
    state: State,
}

/// The conversations of the logs of IIS.
#[derive(Debug, Default)]
pub(super) struct IisConversations {
    groups: HashMap<GroupKey, Group>,
    /// The number of the last session. Ids of Exchange are points in time, far above.
    last_id: u64,
    /// Reused for every row.
    key: GroupKey,
    line: Vec<u8>,
    /// What the rows of this segment were made to say.
    text: Vec<u8>,
}

impl IisConversations {
    /// Takes the rows of a segment in.
    pub(super) fn accept_segment(
        &mut self,
        segment: &Segment,
        format: &IisFormat,
        files: &[LogFile],
        sequencer: &mut Sequencer,
    ) {
        let source = files.get(segment.file).map_or(0, |file| file.source);
        let place = sequencer.begin_segment(segment);
        let mut data = std::mem::take(&mut self.text);
        data.clear();
        let mut said = Segment {
            file: segment.file,
            data,
            offset: segment.offset,
            lines_before: 0,
            oversized_line: None,
            format: Arc::clone(&segment.format),
        };
        let lines = segment.for_each_iis_row(format, |line, row| match row {
            Ok(row) => self.accept_row(&row, source, (line, place), format, &mut said, sequencer),
            Err(error) => sequencer.accept_damage(error, line, place),
        });
        sequencer.end_segment(&said.data, lines);
        self.text = said.data;
    }

    fn accept_row(
        &mut self,
        row: &IisRow<'_>,
        source: u32,
        place: (Line, SegmentPlace),
        format: &IisFormat,
        said: &mut Segment,
        sequencer: &mut Sequencer,
    ) {
        let is_outbound = row.speaker != IisSpeaker::Client;
        self.set_key(row, source, is_outbound);
        let known = self.groups.get(&self.key).copied();
        let known = self.without_stale(known, row.date_time, said, sequencer);
        let turn = Turn::of(row, known.map(|group| group.state));
        if turn == Turn::Stray {
            sequencer.count_late(place.0, place.1);
            return;
        }
        let is_first = turn == Turn::Opens || known.is_none_or(|g| g.state == State::Ended);
        let session_id = match known {
            Some(group) if !is_first => group.session_id,
            _ => {
                self.last_id = self.last_id.wrapping_add(1);
                self.last_id
            }
        };
        let key = SessionKey { source, session_id };
        if let Some(group) = known.filter(|group| is_first && group.state != State::Ended) {
            let before = SessionKey { source, session_id: group.session_id };
            if group.state != State::Quitting {
                sequencer.note(before, SessionNote::ConversationsInterleaved);
            }
            sequencer.end_session(before, group.state == State::Quitting, &said.data);
        }
        self.feed(row, place, key, turn, said, sequencer);
        if is_first {
            sequencer.note(key, SessionNote::GroupedByAddress);
            if !is_outbound {
                sequencer.note(key, SessionNote::ReceivedByIis);
            }
            if *format == IisFormat::Native {
                sequencer.note(key, SessionNote::LocalTime);
            }
            if known.is_some_and(|group| !matches!(group.state, State::Ended | State::Quitting)) {
                sequencer.note(key, SessionNote::ConversationsInterleaved);
            }
        }
        let state = next_state(row, known.filter(|_| !is_first).map(|group| group.state));
        if state == State::Ended {
            sequencer.end_session(key, true, &said.data);
        }
        let group = Group { session_id, last: row.date_time, state };
        match self.groups.get_mut(&self.key) {
            Some(known) => *known = group,
            None => {
                self.groups.insert(self.key.clone(), group);
            }
        }
        if self.groups.len() > MAXIMUM_GROUPS {
            self.forget(row.date_time, said, sequencer);
        }
    }

    /// Hands the row on as the rows of Exchange logs: a command, or a reply.
    fn feed(
        &mut self,
        row: &IisRow<'_>,
        (at, place): (Line, SegmentPlace),
        key: SessionKey,
        turn: Turn,
        said: &mut Segment,
        sequencer: &mut Sequencer,
    ) {
        self.line.clear();
        let event = if row.speaker == IisSpeaker::OutboundResponse {
            self.line.extend_from_slice(&row.text);
            // Of a reply in several lines the first alone is logged: no other one follows.
            if let Some(hyphen) = self.line.get_mut(3).filter(|byte| **byte == b'-') {
                *hyphen = b' ';
            }
            Event::Received
        } else {
            self.line.extend_from_slice(row.verb);
            if !row.text.is_empty() {
                self.line.push(b' ');
                self.line.extend_from_slice(&row.text);
            }
            Event::Sent
        };
        let (local, remote) = match row.speaker {
            IisSpeaker::Client => (row.server_address, endpoint(row.client_address, b"")),
            _ => (&b""[..], endpoint(row.client_address, row.port)),
        };
        let mut connector = row.computer.to_vec();
        if !connector.is_empty() && !row.service.is_empty() {
            connector.push(b'\\');
        }
        connector.extend_from_slice(row.service);
        let line = quoted(&self.line);
        let [connector, local, remote, line] = [&connector[..], local, remote.as_bytes(), &line]
            .map(|part| append(&mut said.data, part));
        let text = &said.data[..];
        let fed = Row {
            date_time: row.date_time,
            session_id: key.session_id,
            sequence_number: (turn == Turn::Opens).then_some(0),
            event,
            connector: Field::new(connector.get(text)),
            local_endpoint: Field::new(local.get(text)),
            remote_endpoint: Field::new(remote.get(text)),
            data: Field::new(line.get(text)),
            context: Field::new(b""),
        };
        let part = RowPart::of_row(&fed, at, text);
        sequencer.accept_row(key.session_id, part, || fed, place, said);
        if row.speaker == IisSpeaker::Client
            && let Some(status) = row.status.filter(|status| *status >= 200)
        {
            // One row holds the command and the code of the answer; DATA that of its end.
            let is_data = row.verb.eq_ignore_ascii_case(b"DATA") && status < 300;
            let code = status.to_string();
            for reply in is_data.then_some("354").into_iter().chain([&code[..]]) {
                let reply = append(&mut said.data, reply.as_bytes());
                sequencer.hear(key, Event::Received, reply, said);
            }
        }
    }

    fn set_key(&mut self, row: &IisRow<'_>, source: u32, is_outbound: bool) {
        let GroupKey { ends, .. } = &mut self.key;
        ends.clear();
        for part in [row.client_address, row.port, row.service, row.computer] {
            ends.extend_from_slice(part);
            ends.push(b' ');
        }
        self.key.source = source;
        self.key.is_outbound = is_outbound;
    }

    /// The group, unless its conversation has paused for too long: that one is put out.
    fn without_stale(
        &mut self,
        known: Option<Group>,
        now: Timestamp,
        said: &Segment,
        sequencer: &mut Sequencer,
    ) -> Option<Group> {
        let group = known?;
        if now.ticks() - group.last.ticks() <= LONGEST_PAUSE {
            return Some(group);
        }
        self.groups.remove(&self.key);
        if group.state != State::Ended {
            let key = SessionKey { source: self.key.source, session_id: group.session_id };
            sequencer.end_session(key, group.state == State::Quitting, &said.data);
        }
        None
    }

    /// Makes room: puts out what has paused for too long, or else everything.
    fn forget(&mut self, now: Timestamp, said: &Segment, sequencer: &mut Sequencer) {
        let is_stale = |group: &Group| now.ticks() - group.last.ticks() > LONGEST_PAUSE;
        let stale = self.groups.values().filter(|group| is_stale(group)).count();
        let is_all = stale < MAXIMUM_GROUPS / 2;
        let mut ended: Vec<(SessionKey, bool)> = Vec::new();
        self.groups.retain(|key, group| {
            if !is_all && !is_stale(group) {
                return true;
            }
            if group.state != State::Ended {
                let key = SessionKey { source: key.source, session_id: group.session_id };
                ended.push((key, group.state == State::Quitting));
            }
            false
        });
        ended.sort_unstable_by_key(|(key, _)| (key.source, key.session_id));
        for (key, is_ended) in ended {
            sequencer.end_session(key, is_ended, &said.data);
        }
    }

    pub(super) fn last_id(&self) -> u64 {
        self.last_id
    }

    pub(super) fn restore_last_id(&mut self, last_id: u64) {
        self.last_id = last_id;
    }

    /// The groups, each with its source.
    pub(super) fn groups(&self) -> impl Iterator<Item = (u32, StoredGroup)> {
        self.groups.iter().map(|(key, group)| {
            let GroupKey { source, is_outbound, ends } = key.clone();
            let Group { session_id, last, state } = *group;
            (source, StoredGroup { is_outbound, ends, session_id, last: last.ticks(), state })
        })
    }

    /// Takes a group in that another run left. `None` if its time is not possible.
    pub(super) fn restore(&mut self, source: u32, group: StoredGroup) -> Option<()> {
        let StoredGroup { is_outbound, ends, session_id, last, state } = group;
        let last = Timestamp::from_ticks(last)?;
        let key = GroupKey { source, is_outbound, ends };
        self.groups.insert(key, Group { session_id, last, state });
        Some(())
    }

    /// Ends everything: a conversation after QUIT is complete.
    pub(super) fn finish(&mut self, sequencer: &mut Sequencer) {
        for (key, group) in &self.groups {
            if group.state == State::Quitting {
                let key = SessionKey { source: key.source, session_id: group.session_id };
                sequencer.mark_ended(key);
            }
        }
        self.groups.clear();
    }
}

/// `address:port`; an address alone where there is no port.
fn endpoint(address: &[u8], port: &[u8]) -> String {
    let address = String::from_utf8_lossy(address);
    let port = String::from_utf8_lossy(port);
    if address.is_empty() || port.is_empty() || port == "0" {
        address.into_owned()
    } else if address.contains(':') {
        format!("[{address}]:{port}")
    } else {
        format!("{address}:{port}")
    }
}

/// What a row is to the conversation of its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// It begins one.
    Opens,
    GoesOn,
    /// It belongs to one that has ended.
    Stray,
}

impl Turn {
    fn of(row: &IisRow<'_>, state: Option<State>) -> Self {
        let is_hello = is_verb(row, b"EHLO") || is_verb(row, b"HELO");
        let opens = match row.speaker {
            IisSpeaker::OutboundResponse => {
                let is_greeting = row.text.starts_with(b"220") || row.text.starts_with(b"554");
                let is_alone = !matches!(state, Some(State::Open | State::Greeting));
                (is_greeting && (row.text.starts_with(b"220") || is_alone))
                    && state != Some(State::InStartTls)
            }
            IisSpeaker::Client => {
                let is_fallback = state == Some(State::Greeting) && is_verb(row, b"HELO");
                is_hello && state != Some(State::InStartTls) && !is_fallback
            }
            IisSpeaker::OutboundCommand => {
                is_hello && matches!(state, None | Some(State::Ended | State::Quitting))
            }
        };
        if opens {
            return Self::Opens;
        }
        match state {
            Some(State::Ended) => Self::Stray,
            _ => Self::GoesOn,
        }
    }
}

fn is_verb(row: &IisRow<'_>, verb: &[u8]) -> bool {
    row.verb.eq_ignore_ascii_case(verb)
}

fn next_state(row: &IisRow<'_>, state: Option<State>) -> State {
    match row.speaker {
        IisSpeaker::OutboundResponse => match state {
            Some(State::Quitting) => State::Ended,
            // The server side hangs up.
            _ if row.text.starts_with(b"221") || row.text.starts_with(b"421") => State::Ended,
            Some(State::InStartTls) if !row.text.starts_with(b"220") => State::Open,
            Some(state) => state,
            None => State::Open,
        },
        _ if is_verb(row, b"QUIT") && row.speaker == IisSpeaker::Client => State::Ended,
        _ if is_verb(row, b"QUIT") => State::Quitting,
        _ if is_verb(row, b"STARTTLS") => State::InStartTls,
        _ if is_verb(row, b"EHLO") && state.is_none() => State::Greeting,
        _ => State::Open,
    }
}

/// A value that would be taken for a quoted one, quoted.
fn quoted(line: &[u8]) -> Vec<u8> {
    if line.first() != Some(&b'"') {
        return line.to_vec();
    }
    let mut quoted = vec![b'"'];
    for byte in line {
        quoted.push(*byte);
        if *byte == b'"' {
            quoted.push(b'"');
        }
    }
    quoted.push(b'"');
    quoted
}
