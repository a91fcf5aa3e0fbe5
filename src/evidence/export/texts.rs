//! Texts that occur again and again, kept once.

use std::collections::HashSet;
use std::sync::Arc;

use super::value::{PropertyBag, Value};

/// The texts of a file that are shared: names of properties, `True`, `Default`.
#[derive(Default)]
pub(super) struct Texts {
    known: HashSet<Arc<str>>,
}

impl Texts {
    /// Texts that are kept, and their length: longer ones are seldom the same.
    const MOST: usize = 4096;
    const LONGEST: usize = 64;

    pub fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.known.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        if text.len() <= Self::LONGEST && self.known.len() < Self::MOST {
            self.known.insert(Arc::clone(&new));
        }
        new
    }

    /// Lets an object share the names of its properties and their texts with those before it.
    pub fn share(&mut self, bag: &mut PropertyBag) {
        for (name, value) in &mut bag.properties {
            *name = self.shared(name);
            if let Value::Text(text) = value {
                *text = self.shared(text);
            }
        }
        bag.properties.shrink_to_fit();
    }
}
