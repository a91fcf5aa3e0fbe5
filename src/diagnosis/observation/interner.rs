//! Values that recur, as numbers.

use std::collections::HashMap;
use std::hash::Hash;

/// Numbers for values: the first one gets 0.
#[derive(Clone, Debug)]
pub(super) struct Interner<T> {
    numbers: HashMap<T, u32>,
    values: Vec<T>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), values: Vec::new() }
    }
}

impl<T: Clone + Eq + Hash> Interner<T> {
    /// The number of a value, a new one if it was not seen before and there are fewer than
    /// `maximum`.
    pub fn number<Q>(&mut self, value: &Q, maximum: usize) -> Option<u32>
    where
        T: std::borrow::Borrow<Q> + for<'a> From<&'a Q>,
        Q: Eq + Hash + ?Sized,
    {
        if let Some(number) = self.numbers.get(value) {
            return Some(*number);
        }
        self.add(T::from(value), maximum)
    }

    /// The same for a value that is there already as itself.
    pub fn number_of(&mut self, value: &T, maximum: usize) -> Option<u32> {
        if let Some(number) = self.numbers.get(value) {
            return Some(*number);
        }
        self.add(value.clone(), maximum)
    }

    fn add(&mut self, value: T, maximum: usize) -> Option<u32> {
        if self.values.len() >= maximum {
            return None;
        }
        let number = u32::try_from(self.values.len()).ok()?;
        self.numbers.insert(value.clone(), number);
        self.values.push(value);
        Some(number)
    }

    pub fn values(&self) -> &[T] {
        &self.values
    }

    pub fn value(&self, number: u32) -> Option<&T> {
        self.values.get(number as usize)
    }
}

impl<T: Ord> Interner<T> {
    /// The place of each value, by its number, in the order of the values.
    pub fn ranks(&self) -> Vec<u32> {
        let mut order: Vec<usize> = (0..self.values.len()).collect();
        order.sort_by(|one, other| self.values[*one].cmp(&self.values[*other]));
        let mut ranks = vec![0; order.len()];
        for (rank, number) in (0..).zip(order) {
            ranks[number] = rank;
        }
        ranks
    }
}
