//! Limits on the work that one chain may cause.

/// How much one chain may cost. The defaults let every honest chain pass with room to spare and end
/// the most hostile one within a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Signature checks, counted in checks on P-256.
    pub signature_cost: u32,
    /// Comparisons of a name with the base of a name constraint.
    pub name_comparisons: usize,
    /// Certificates put on a path while searching.
    pub steps: usize,
    /// Complete paths looked at.
    pub paths: usize,
    /// Certificates of a path, both ends included.
    pub path_length: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            signature_cost: 600,
            name_comparisons: 250_000,
            steps: 20_000,
            paths: 500,
            path_length: 32,
        }
    }
}

/// What is left of the limits.
#[derive(Debug)]
pub(crate) struct Budget {
    left: Limits,
    is_exhausted: bool,
    is_cut: bool,
}

impl Budget {
    pub fn new(limits: Limits) -> Self {
        Self { left: limits, is_exhausted: false, is_cut: false }
    }

    /// Whether some limit was hit. Once it is, everything is refused.
    pub fn is_exhausted(&self) -> bool {
        self.is_exhausted
    }

    /// Notes that something was not looked at, while the search goes on.
    pub fn note_cut(&mut self) {
        self.is_cut = true;
    }

    /// Whether something was not looked at.
    pub fn is_cut(&self) -> bool {
        self.is_cut || self.is_exhausted
    }

    /// How many certificates a path may have.
    pub fn path_length(&self) -> usize {
        self.left.path_length
    }

    pub fn charge_signature(&mut self, cost: u32) -> bool {
        match self.left.signature_cost.checked_sub(cost) {
            Some(left) => self.left.signature_cost = left,
            None => self.is_exhausted = true,
        }
        !self.is_exhausted
    }

    pub fn charge_comparisons(&mut self, count: usize) -> bool {
        Self::charge(&mut self.left.name_comparisons, count, &mut self.is_exhausted)
    }

    pub fn charge_step(&mut self) -> bool {
        Self::charge(&mut self.left.steps, 1, &mut self.is_exhausted)
    }

    pub fn charge_path(&mut self) -> bool {
        Self::charge(&mut self.left.paths, 1, &mut self.is_exhausted)
    }

    fn charge(left: &mut usize, count: usize, is_exhausted: &mut bool) -> bool {
        match left.checked_sub(count) {
            Some(rest) => *left = rest,
            None => *is_exhausted = true,
        }
        !*is_exhausted
    }
}
