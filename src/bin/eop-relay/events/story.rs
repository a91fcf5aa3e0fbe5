//! Validations that tell the same, told once: a server judges the same chain with every session.

use std::collections::HashMap;
use std::io::{self, Write};

use eop_relay::certificate::Thumbprint;
use eop_relay::evidence::chain_event::{ChainEvent, ChainFault};
use eop_relay::timestamp::Timestamp;

use crate::message::printable;
use crate::paragraph::wrapped;

/// More different stories than anybody reads; further ones are counted.
const MAXIMUM_STORIES: usize = 1000;
/// Columns before the text of a line.
const LABEL: &str = "            ";

type Key = (Option<ChainFault>, Option<Thumbprint>, Option<String>);

/// One story: its newest validation, and how often it was told.
struct Story {
    newest: ChainEvent,
    first: Option<Timestamp>,
    count: u64,
}

#[derive(Default)]
pub struct Stories {
    told: Vec<Story>,
    places: HashMap<Key, usize>,
    untold: u64,
}

impl Stories {
    pub fn add(&mut self, event: &ChainEvent) {
        let key = (event.fault, event.thumbprint, event.process_name.clone());
        if let Some(story) = self.places.get(&key).and_then(|place| self.told.get_mut(*place)) {
            story.count += 1;
            story.first = story.first.into_iter().chain(event.time).min();
            if event.time >= story.newest.time {
                story.newest = event.clone();
            }
        } else if self.told.len() < MAXIMUM_STORIES {
            self.places.insert(key, self.told.len());
            self.told.push(Story { newest: event.clone(), first: event.time, count: 1 });
        } else {
            self.untold += 1;
        }
    }

    /// Writes the stories, what tells most of refused mail first.
    pub fn render(&mut self, output: &mut impl Write) -> io::Result<()> {
        if self.told.is_empty() {
            return Ok(());
        }
        // Without a fault last.
        self.told.sort_by_key(|story| story.newest.fault.map_or(u32::MAX, ChainFault::number));
        writeln!(
            output,
            "{:<29}  {:>6}  {:<19}  {:<19}  PROCESS",
            "FAULT", "TIMES", "FIRST (UTC)", "LAST (UTC)"
        )?;
        for story in &self.told {
            story.render(output)?;
        }
        if self.untold > 0 {
            writeln!(output, "{} validations more, of other certificates", self.untold)?;
        }
        Ok(())
    }
}

impl Story {
    fn render(&self, output: &mut impl Write) -> io::Result<()> {
        let event = &self.newest;
        writeln!(
            output,
            "{:<29}  {:>6}  {:<19}  {:<19}  {}",
            event.fault.map_or("none", ChainFault::name),
            self.count,
            shown(self.first),
            shown(event.time),
            printable(event.process_name.as_deref().unwrap_or("not told")),
        )?;
        let thumbprint = event.thumbprint.map(|thumbprint| thumbprint.to_string());
        let subject = event.subject.as_deref().unwrap_or("name not told");
        line(output, "of", &format!("{} {subject}", thumbprint.as_deref().unwrap_or("not told")))?;
        for failure in &event.failures {
            let is_elsewhere = failure.thumbprint != event.thumbprint;
            let subject = failure.subject.as_ref().filter(|_| is_elsewhere);
            let policy = event.policy.as_ref().filter(|_| failure.event_id == 30);
            let parts: Vec<String> = [Some(failure.to_string())]
                .into_iter()
                .chain([subject.map(|subject| format!("of {subject}")), policy.cloned()])
                .flatten()
                .collect();
            line(output, "found", &parts.join(", "))?;
        }
        let mut meanings: Vec<&str> = Vec::new();
        for failure in &event.failures {
            if !meanings.contains(&failure.meaning.as_str()) {
                meanings.push(&failure.meaning);
            }
        }
        for meaning in meanings {
            line(output, "means", meaning)?;
        }
        let place = match event.line {
            0 => event.log_path.clone(),
            number => format!("{}:{number}", event.log_path),
        };
        line(output, "log", &place)
    }
}

fn line(output: &mut impl Write, label: &str, text: &str) -> io::Result<()> {
    wrapped(output, &format!("    {label:<width$}", width = LABEL.len() - 4), LABEL, text)
}

/// A time without its fraction.
fn shown(time: Option<Timestamp>) -> String {
    time.map_or_else(
        || "not told".to_owned(),
        |time| time.to_string().chars().take(19).collect::<String>().replace('T', " "),
    )
}
