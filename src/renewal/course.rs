//! A plan as it is put together: each step is made on the model and judged before the next one.

use std::collections::BTreeSet;

use crate::connector::ExchangeCertificate;
use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::remedies::Change;
use crate::finding::Step;
use crate::finding::words::{date, listed};
use crate::renewal::judge::{Judge, Question, Sender};
use crate::renewal::plan::{Passing, PlaceState, RenewalStep, StepNeed};
use crate::renewal::stage::{Place, Sends, Stage};
use crate::timestamp::Timestamp;

/// Places that are named in a sentence.
const MAXIMUM_NAMED: usize = 4;

/// A step before it is judged.
pub(crate) struct Draft {
    pub step: Step,
    pub need: StepNeed,
    /// What it changes, one after the other, each in the tenant of that number or on servers.
    pub changes: Vec<(Change, usize)>,
    /// What it costs beside what the model shows.
    pub interruption: Option<String>,
    /// Whether it is not to be done before the new certificate is valid.
    pub is_switch: bool,
}

impl Draft {
    /// A step that changes something.
    pub fn new(need: StepNeed, step: Step, changes: Vec<(Change, usize)>) -> Self {
        Self { step, need, changes, interruption: None, is_switch: false }
    }
}

/// The course of a plan up to its last step.
pub(crate) struct Course {
    pub stage: Stage,
    pub places: Vec<Place>,
    pub judge: Judge,
    pub steps: Vec<RenewalStep>,
    /// What passes today, by place.
    passing_today: Vec<Vec<Question>>,
    /// The time before which new certificates must not be sent.
    pub start: Option<Timestamp>,
}

/// A place whose mail passes today and not in a state, and why.
type Loss = (usize, String);

impl Course {
    /// The course before its first step.
    pub fn new(evidence: &Evidence) -> Self {
        let (stage, places) = Stage::of(evidence);
        let judge = Judge::new(evidence);
        let questions = || {
            let tenants = 0..stage.tenants.len();
            tenants.flat_map(|tenant| Sender::ALL.map(|sender| (tenant, sender)))
        };
        let passing_today = places
            .iter()
            .map(|place| {
                let sends = stage.sends(place);
                let passes = |asked: &Question| {
                    judge.passing(&stage, place, &sends, *asked).0 == Passing::Yes
                };
                questions().filter(passes).collect()
            })
            .collect();
        Self { stage, places, judge, steps: Vec::new(), passing_today, start: None }
    }

    /// Judges from now on as of that time, at which a new certificate is valid. Returns what is lost until
    /// then, in words.
    pub fn begin_at(&mut self, start: Timestamp) -> Option<String> {
        self.start = Some(start);
        self.stage.tenants.iter_mut().for_each(|evidence| evidence.at = start);
        self.stage.generation += 1;
        let lost = self.losses();
        (!lost.is_empty()).then(|| {
            format!(
                "Before the new certificate is valid, on {}, {}: get one that begins earlier",
                date(start),
                self.words(&lost)
            )
        })
    }

    /// Makes a step on the model, and judges what it leads to.
    pub fn take(&mut self, draft: Draft) {
        let mut in_between: Vec<Loss> = Vec::new();
        let before = self.losses();
        for (change, tenant) in &draft.changes {
            self.stage.apply(change, *tenant);
            in_between.extend(self.losses());
        }
        let after = self.losses();
        in_between.retain(|loss| !after.contains(loss) && !before.contains(loss));
        let lasting: Vec<Loss> = after.into_iter().filter(|loss| !before.contains(loss)).collect();
        let mut parts: Vec<String> = draft.interruption.into_iter().collect();
        if !in_between.is_empty() {
            parts.push(format!(
                "Between its commands {}: what fails stays in the queue and is sent again.",
                self.words(&in_between)
            ));
        }
        if !lasting.is_empty() {
            parts.push(format!("From here on {}.", self.words(&lasting)));
        }
        let state = self.state();
        self.steps.push(RenewalStep {
            step: draft.step,
            need: draft.need,
            not_before: self.start.filter(|_| draft.is_switch),
            interruption: (!parts.is_empty()).then(|| parts.join(" ")),
            state,
        });
    }

    /// Whether changes leave everything that passes as it is.
    pub fn is_harmless(&self, changes: &[(Change, usize)]) -> bool {
        let mut stage = self.stage.clone();
        // Judgements are kept by the state of the tenants, which is no state of the plan here.
        let judge = Judge::default();
        let before = self.losses();
        for (change, tenant) in changes {
            stage.apply(change, *tenant);
        }
        losses(&stage, &self.places, &self.passing_today, &judge)
            .iter()
            .all(|loss| before.contains(loss))
    }

    /// What passes today and not now.
    pub fn losses(&self) -> Vec<Loss> {
        losses(&self.stage, &self.places, &self.passing_today, &self.judge)
    }

    /// Losses in words.
    pub fn words(&self, losses: &[Loss]) -> String {
        let places: BTreeSet<String> =
            losses.iter().map(|(place, _)| self.places[*place].text()).collect();
        let reasons: BTreeSet<&str> = losses.iter().map(|(_, reason)| reason.as_str()).collect();
        let reasons: Vec<&str> =
            reasons.into_iter().map(|reason| reason.trim_end_matches('.')).collect();
        format!(
            "mail can fail over {} ({})",
            listed(places.iter().map(String::as_str), MAXIMUM_NAMED),
            reasons.join("; ")
        )
    }

    /// Every place as it is now.
    pub fn state(&self) -> Vec<PlaceState> {
        (0..self.places.len()).map(|index| self.state_of(index)).collect()
    }

    fn state_of(&self, index: usize) -> PlaceState {
        let place = &self.places[index];
        let today = &self.passing_today[index];
        let sends = self.stage.sends(place);
        let judged = |asked: &Question| self.judge.passing(&self.stage, place, &sends, *asked);
        let (passes, reason) = if today.is_empty() {
            // Nothing passes today: whether any mail does now.
            let own = (0..self.stage.tenants.len()).map(|tenant| (tenant, Sender::Own));
            own.map(|asked| judged(&asked))
                .min_by_key(|(passing, _)| rank(*passing))
                .unwrap_or((Passing::Unknown, String::new()))
        } else {
            let worst = today.iter().map(judged).max_by_key(|(passing, _)| rank(*passing));
            worst.unwrap_or((Passing::Unknown, String::new()))
        };
        PlaceState {
            kind: place.kind,
            connector: place.connector.clone(),
            server: place.server.clone(),
            sends: sends.thumbprint().map(|thumbprint| thumbprint.to_string()),
            passes,
            reason: Some(reason).filter(|reason| !reason.is_empty()),
        }
    }

    /// The certificates that a place sends or may send.
    pub fn sent_by(&self, place: &Place) -> Vec<ExchangeCertificate> {
        match &*self.stage.sends(place) {
            Sends::One(one) => vec![(**one).clone()],
            Sends::Either(one, other) => vec![(**one).clone(), (**other).clone()],
            Sends::Nothing | Sends::NotKnown => Vec::new(),
        }
    }
}

/// From the best.
fn rank(passing: Passing) -> u8 {
    match passing {
        Passing::Yes => 0,
        Passing::Unknown => 1,
        Passing::No => 2,
    }
}

fn losses(
    stage: &Stage,
    places: &[Place],
    passing_today: &[Vec<Question>],
    judge: &Judge,
) -> Vec<Loss> {
    let mut found = Vec::new();
    for (index, (place, today)) in places.iter().zip(passing_today).enumerate() {
        let sends = stage.sends(place);
        let judged = today.iter();
        let judged = judged.map(|asked| (asked.1, judge.passing(stage, place, &sends, *asked)));
        let lost: Vec<(Sender, String)> = judged
            .filter(|(_, (passing, _))| *passing == Passing::No)
            .map(|(sender, (_, reason))| (sender, reason))
            .collect();
        let is_all = lost.len() == today.len();
        for (sender, reason) in lost {
            let reason = if is_all { reason } else { format!("{}: {reason}", sender.words()) };
            if !found.contains(&(index, reason.clone())) {
                found.push((index, reason));
            }
        }
    }
    found
}
