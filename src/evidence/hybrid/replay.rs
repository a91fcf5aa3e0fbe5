//! From the runs, oldest first, to changes and the last known state.

use super::change::{
    HybridChange, HybridObjectType, HybridOutcome, PropertyChange, Verb, is_same_text, text_of,
};
use super::connector::HybridConnector;
use super::run::{Invocation, Run, RunEvent, Seen};
use crate::evidence::export::Value;
use crate::timestamp::Timestamp;

/// Parameters that say how a cmdlet runs, and are no property.
const NO_PROPERTIES: &[&str] = &[
    "Identity",
    "Confirm",
    "WhatIf",
    "Force",
    "ErrorAction",
    "WarningAction",
    "Verbose",
    "DomainController",
    "BypassValidation",
];
const SENDER_NAME: &str = "TlsSenderCertificateName";
const CERTIFICATE_NAME: &str = "TlsCertificateName";

#[derive(Default)]
pub(super) struct Replay {
    pub(super) changes: Vec<HybridChange>,
    objects: Vec<Tracked>,
}

/// An object, and what the run under way wants of it.
struct Tracked {
    state: HybridConnector,
    /// Properties that the wizard wants otherwise: name, value, whether someone had changed it by
    /// hand since the run before; the place that says.
    wanted: Vec<(String, Value, bool)>,
    wanted_at: (Option<Timestamp>, u64),
}

impl Replay {
    pub(super) fn run(&mut self, run: &Run) {
        for event in &run.events {
            match event {
                RunEvent::Seen(seen) => self.see(run, seen),
                RunEvent::Invoked(invocation) => self.invoke(run, invocation),
            }
        }
        self.end_run(run);
    }

    /// The last known state of each object.
    pub(super) fn into_parts(self) -> (Vec<HybridChange>, Vec<HybridConnector>) {
        let states = self.objects.into_iter().map(|tracked| tracked.state);
        (self.changes, states.filter(|state| !state.properties.is_empty()).collect())
    }

    fn find(&self, object_type: HybridObjectType, name: Option<&str>) -> Option<usize> {
        let same_type = |one: &&(usize, &Tracked)| one.1.state.object_type == object_type;
        let all: Vec<(usize, &Tracked)> =
            self.objects.iter().enumerate().filter(|one| same_type(&one)).collect();
        let same_name = |(_, one): &&(usize, &Tracked)| {
            is_same_text(Some(&one.state.name), name)
                || text_is_one_of(&one.state, &["Identity", "Guid", "DistinguishedName"], name)
        };
        let named = all.iter().find(same_name);
        named.or(all.first().filter(|_| all.len() == 1 && name.is_none())).map(|(at, _)| *at)
    }

    fn tracked(
        &mut self,
        run: &Run,
        object_type: HybridObjectType,
        name: Option<&str>,
    ) -> Option<&mut Tracked> {
        if let Some(place) = self.find(object_type, name) {
            return self.objects.get_mut(place);
        }
        let name = match (name, object_type) {
            (Some(name), _) => name,
            // There is one of it.
            (None, HybridObjectType::HybridConfiguration) => "Hybrid Configuration",
            (None, _) => return None,
        };
        self.objects.push(Tracked {
            state: HybridConnector {
                object_type,
                name: name.to_owned(),
                side: object_type.usual_side(),
                as_of: None,
                is_time_zone_known: run.is_utc,
                unsettled: Vec::new(),
                properties: Vec::new(),
                log_path: run.path.clone(),
                line: 0,
            },
            wanted: Vec::new(),
            wanted_at: (None, 0),
        });
        self.objects.last_mut()
    }

    fn see(&mut self, run: &Run, seen: &Seen) {
        let text = |properties: &[(String, Value)], wanted: &str| {
            let named = |(name, _): &&(String, Value)| name.eq_ignore_ascii_case(wanted);
            properties.iter().find(named).and_then(|(_, value)| text_of(value))
        };
        let actual = text(&seen.properties, "Name").or_else(|| text(&seen.properties, "Identity"));
        let is_there =
            seen.properties.iter().any(|(name, value)| {
                text_of(value).is_some() && !name.eq_ignore_ascii_case("Name")
            }) || actual.is_some();
        if !is_there {
            // The wizard compares with nothing what it is about to create.
            return;
        }
        let Some(tracked) = self.tracked(run, seen.object_type, actual.as_deref()) else { return };
        tracked.wanted.clear();
        for (name, value) in &seen.properties {
            // Lists may be written in another order; these two are written in one way only.
            let is_told_alike =
                [SENDER_NAME, CERTIFICATE_NAME].iter().any(|one| one.eq_ignore_ascii_case(name));
            let is_by_hand = is_told_alike
                && tracked.state.log_path != run.path
                && tracked.state.text_known(name).is_some_and(|before| {
                    !is_same_text(before.as_deref(), text_of(value).as_deref())
                });
            tracked.state.set(name, value.clone());
            let wanted = seen.wanted.iter().find(|(known, _)| known == name);
            if let Some((name, value)) = wanted {
                tracked.wanted.push((name.clone(), value.clone(), is_by_hand));
            }
        }
        tracked.wanted_at = (seen.time.or(run.started), seen.line);
        tracked.state.stand(run, seen.time.or(run.started), seen.line);
    }

    fn invoke(&mut self, run: &Run, invocation: &Invocation) {
        let command = &invocation.command;
        let text = |name: &str| command.get(name).and_then(text_of);
        let identity = match invocation.verb {
            Verb::New => text("Name").or_else(|| text("Identity")),
            _ => text("Identity").or_else(|| text("Name")),
        };
        let mut change = new_change(run, invocation, identity.clone());
        let has_succeeded = invocation.outcome == HybridOutcome::Succeeded;
        let time = invocation.end.or(invocation.start).or(run.started);
        if invocation.verb == Verb::Remove {
            if let Some(place) = self.find(invocation.object_type, identity.as_deref()) {
                change.identity.get_or_insert_with(|| self.objects[place].state.name.clone());
                match invocation.outcome {
                    HybridOutcome::Succeeded => drop(self.objects.remove(place)),
                    HybridOutcome::NotShown => self.objects[place].state.unsettle_all(),
                    HybridOutcome::Failed => {}
                }
            }
            self.changes.push(change);
            return;
        }
        let mut parameters: Vec<(String, Value)> = command.parameters.clone();
        match invocation.verb {
            Verb::Enable => parameters.push(("Enabled".to_owned(), Value::Bool(true))),
            Verb::Disable => parameters.push(("Enabled".to_owned(), Value::Bool(false))),
            _ => {}
        }
        let is_property =
            |name: &str| !NO_PROPERTIES.iter().any(|other| other.eq_ignore_ascii_case(name));
        let known = self.find(invocation.object_type, identity.as_deref());
        for (name, value) in parameters.iter().filter(|(name, _)| is_property(name)) {
            let before = known.and_then(|place| self.objects[place].state.text_known(name));
            // Nothing was there before.
            let before = if invocation.verb == Verb::New { Some(None) } else { before };
            change.properties.push(PropertyChange {
                name: name.clone(),
                is_before_known: before.is_some(),
                before: before.flatten(),
                after: text_of(value),
            });
        }
        if let Some(place) = known {
            let tracked = &mut self.objects[place];
            change.identity.get_or_insert_with(|| tracked.state.name.clone());
            change.undoes_manual_change = has_succeeded
                && tracked.wanted.iter().any(|(name, _, is_by_hand)| {
                    *is_by_hand && parameters.iter().any(|(set, _)| set.eq_ignore_ascii_case(name))
                });
            // The wizard has acted, or tried to: what was found stands, but for what it set.
            tracked.wanted.clear();
        }
        flatten_names(&mut change);
        self.changes.push(change);
        if invocation.outcome == HybridOutcome::Failed || parameters.is_empty() {
            return;
        }
        if known.is_none() && !has_succeeded {
            return;
        }
        let name = identity.as_deref();
        let is_new = invocation.verb == Verb::New && has_succeeded;
        let Some(tracked) = self.tracked(run, invocation.object_type, name) else { return };
        if is_new {
            // Documented: -Enabled of New-InboundConnector and New-SendConnector is $true unless
            // written otherwise. What had the same name before is not it.
            tracked.state.properties.clear();
            tracked.state.unsettled.clear();
            tracked.state.set("Enabled", Value::Bool(true));
        }
        let cut = command.parameters.last().filter(|_| command.is_cut).map(|(name, _)| name);
        for (name, value) in parameters.iter().filter(|(name, _)| is_property(name)) {
            if has_succeeded && cut != Some(name) {
                tracked.state.set(name, value.clone());
            } else {
                tracked.state.unsettle(name);
            }
        }
        tracked.state.stand(run, time, invocation.line);
    }

    /// What the wizard wanted and never set, as far as the log goes: reported as a change of which the
    /// log does not show that it was made.
    fn end_run(&mut self, run: &Run) {
        for tracked in &mut self.objects {
            if tracked.wanted.is_empty() {
                continue;
            }
            let wanted = std::mem::take(&mut tracked.wanted);
            let (time, line) = tracked.wanted_at;
            let mut change = HybridChange {
                start_time: time,
                end_time: None,
                is_time_zone_known: run.is_utc,
                duration_milliseconds: None,
                side: tracked.state.side,
                cmdlet: None,
                object_type: tracked.state.object_type,
                identity: Some(tracked.state.name.clone()),
                outcome: HybridOutcome::NotShown,
                error: None,
                properties: Vec::new(),
                tls_sender_certificate_name_before: None,
                tls_sender_certificate_name_after: None,
                tls_certificate_name_before: None,
                tls_certificate_name_after: None,
                undoes_manual_change: false,
                task: None,
                phase: None,
                log_path: run.path.clone(),
                line,
            };
            for (name, value, _) in wanted {
                change.properties.push(PropertyChange {
                    is_before_known: true,
                    before: tracked.state.text(&name),
                    after: text_of(&value),
                    name: name.clone(),
                });
                tracked.state.unsettle(&name);
            }
            flatten_names(&mut change);
            self.changes.push(change);
        }
    }
}

impl HybridConnector {
    fn set(&mut self, name: &str, value: Value) {
        self.unsettled.retain(|known| !known.eq_ignore_ascii_case(name));
        match self.properties.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((_, known)) => *known = value,
            None => self.properties.push((name.to_owned(), value)),
        }
    }

    fn unsettle(&mut self, name: &str) {
        self.properties.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        if !self.unsettled.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            self.unsettled.push(name.to_owned());
        }
    }

    fn unsettle_all(&mut self) {
        for (name, _) in std::mem::take(&mut self.properties) {
            self.unsettled.push(name);
        }
    }

    /// The text of a property; `None` where nothing is known of it.
    #[allow(clippy::option_option, reason = "not known, and known to be empty, are two things")]
    fn text_known(&self, name: &str) -> Option<Option<String>> {
        self.property(name).map(text_of)
    }

    fn stand(&mut self, run: &Run, time: Option<Timestamp>, line: u64) {
        self.as_of = time;
        self.is_time_zone_known = run.is_utc;
        self.log_path.clone_from(&run.path);
        self.line = line;
    }
}

fn text_is_one_of(state: &HybridConnector, names: &[&str], text: Option<&str>) -> bool {
    text.is_some()
        && names.iter().any(|name| {
            let own = state.text(name);
            own.is_some() && is_same_text(own.as_deref(), text)
        })
}

fn new_change(run: &Run, invocation: &Invocation, identity: Option<String>) -> HybridChange {
    HybridChange {
        start_time: invocation.start,
        end_time: invocation.end,
        is_time_zone_known: run.is_utc,
        duration_milliseconds: invocation.duration_milliseconds,
        side: invocation.side,
        cmdlet: Some(invocation.command.cmdlet.clone()),
        object_type: invocation.object_type,
        identity,
        outcome: invocation.outcome,
        error: invocation.error.clone(),
        properties: Vec::new(),
        tls_sender_certificate_name_before: None,
        tls_sender_certificate_name_after: None,
        tls_certificate_name_before: None,
        tls_certificate_name_after: None,
        undoes_manual_change: false,
        task: invocation.task.clone(),
        phase: invocation.phase.clone(),
        log_path: run.path.clone(),
        line: invocation.line,
    }
}

fn flatten_names(change: &mut HybridChange) {
    let values = |name| change.property(name).map(|one| (one.before.clone(), one.after.clone()));
    let (sender, certificate) = (values(SENDER_NAME), values(CERTIFICATE_NAME));
    if let Some((before, after)) = sender {
        change.tls_sender_certificate_name_before = before;
        change.tls_sender_certificate_name_after = after;
    }
    if let Some((before, after)) = certificate {
        change.tls_certificate_name_before = before;
        change.tls_certificate_name_after = after;
    }
}
