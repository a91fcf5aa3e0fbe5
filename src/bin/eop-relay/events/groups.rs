//! Validations that are alike, listed once: a server judges the same chain with every session.

use std::collections::HashMap;

use eop_relay::certificate::Thumbprint;
use eop_relay::evidence::chain_event::{ChainEvent, ChainFault};
use eop_relay::timestamp::Timestamp;
use eop_relay::view::Page;

/// More different groups than anybody reads; the validations of further ones are counted.
const MAXIMUM_GROUPS: usize = 1000;
/// Columns before the text of a line.
const LABEL: &str = "            ";

/// What the validations of a group have in common: fault, certificate, process.
type Key = (Option<ChainFault>, Option<Thumbprint>, Option<String>);

/// Validations that are alike.
struct Group {
    newest: ChainEvent,
    first: Option<Timestamp>,
    count: u64,
}

/// The groups of all validations.
#[derive(Default)]
pub struct Groups {
    listed: Vec<Group>,
    index: HashMap<Key, usize>,
    further: u64,
}

impl Groups {
    pub fn add(&mut self, event: &ChainEvent) {
        let key = (event.fault, event.thumbprint, event.process_name.clone());
        if let Some(group) = self.index.get(&key).and_then(|index| self.listed.get_mut(*index)) {
            group.count += 1;
            group.first = group.first.into_iter().chain(event.time).min();
            if event.time >= group.newest.time {
                group.newest = event.clone();
            }
        } else if self.listed.len() < MAXIMUM_GROUPS {
            self.index.insert(key, self.listed.len());
            self.listed.push(Group { newest: event.clone(), first: event.time, count: 1 });
        } else {
            self.further += 1;
        }
    }

    /// The groups as text, what explains refused mail best first.
    pub fn text(&mut self, width: usize) -> String {
        let mut page = Page::new(width);
        if self.listed.is_empty() {
            return page.into_text();
        }
        // Without a fault last.
        self.listed.sort_by_key(|group| group.newest.fault.map_or(u32::MAX, ChainFault::number));
        page.line(format_args!("{:<29}  {:>6}  {:<19}  PROCESS", "FAULT", "TIMES", "LAST (UTC)"));
        for group in &self.listed {
            group.add_to(&mut page);
        }
        if self.further > 0 {
            page.line(format_args!("{} validations more, of other certificates", self.further));
        }
        page.into_text()
    }
}

impl Group {
    fn add_to(&self, page: &mut Page) {
        let event = &self.newest;
        page.line(format_args!(
            "{:<29}  {:>6}  {:<19}  {}",
            event.fault.map_or("none", ChainFault::name),
            self.count,
            shown(event.time),
            event.process_name.as_deref().unwrap_or("unknown"),
        ));
        if self.count > 1 {
            line(page, "first", &shown(self.first));
        }
        let thumbprint = event.thumbprint.map(|thumbprint| thumbprint.to_string());
        let subject = event.subject.as_deref().unwrap_or("name unknown");
        line(page, "of", &format!("{} {subject}", thumbprint.as_deref().unwrap_or("unknown")));
        for failure in &event.failures {
            let is_elsewhere = failure.thumbprint != event.thumbprint;
            let subject = failure.subject.as_ref().filter(|_| is_elsewhere);
            let policy = event.policy.as_ref().filter(|_| failure.event_id == 30);
            let parts: Vec<String> = [Some(failure.to_string())]
                .into_iter()
                .chain([subject.map(|subject| format!("of {subject}")), policy.cloned()])
                .flatten()
                .collect();
            line(page, "found", &parts.join(", "));
        }
        let mut meanings: Vec<&str> = Vec::new();
        for failure in &event.failures {
            if !meanings.contains(&failure.meaning.as_str()) {
                meanings.push(&failure.meaning);
            }
        }
        for meaning in meanings {
            line(page, "means", meaning);
        }
        let place = match event.line {
            0 => event.log_path.clone(),
            number => format!("{}:{number}", event.log_path),
        };
        line(page, "log", &place);
    }
}

fn line(page: &mut Page, label: &str, text: &str) {
    page.paragraph(&format!("    {label:<width$}", width = LABEL.len() - 4), LABEL, text);
}

/// A time without its fraction.
fn shown(time: Option<Timestamp>) -> String {
    time.map_or_else(
        || "unknown".to_owned(),
        |time| time.to_string().chars().take(19).collect::<String>().replace('T', " "),
    )
}
