//! Files that use each other in a circle: Tarjan's strongly connected components.

use std::collections::BTreeMap;

use crate::imports::Uses;

/// The circles, each as its files in alphabetical order.
pub fn circles(uses: &Uses) -> Vec<Vec<&str>> {
    let mut search = Search { uses, visited: BTreeMap::new(), open: Vec::new(), found: Vec::new() };
    for file in uses.keys() {
        if !search.visited.contains_key(file.as_str()) {
            search.visit(file);
        }
    }
    search.found.sort();
    search.found
}

struct Search<'a> {
    uses: &'a Uses,
    /// When each file was visited first; `usize::MAX` once its component is closed.
    visited: BTreeMap<&'a str, usize>,
    /// Files whose component is not closed yet.
    open: Vec<&'a str>,
    found: Vec<Vec<&'a str>>,
}

impl<'a> Search<'a> {
    /// Returns the earliest open file that can be reached from this one.
    fn visit(&mut self, file: &'a str) -> usize {
        let number = self.visited.len();
        self.visited.insert(file, number);
        self.open.push(file);
        let mut earliest = number;
        for used in self.uses.get(file).into_iter().flatten() {
            let reached = match self.visited.get(used.as_str()) {
                Some(&reached) => reached,
                None => self.visit(used),
            };
            earliest = earliest.min(reached);
        }
        if earliest < number {
            return earliest;
        }
        let start = self.open.iter().position(|open| *open == file).unwrap();
        let mut component = self.open.split_off(start);
        for closed in &component {
            self.visited.insert(closed, usize::MAX);
        }
        if component.len() > 1 {
            component.sort_unstable();
            self.found.push(component);
        }
        usize::MAX
    }
}
