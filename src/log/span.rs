//! Places in text.

/// A place in a text of less than 4 GiB, in bytes. An empty one mostly means that there is no such
/// text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    start: u32,
    length: u32,
}

impl Span {
    /// The place of that many bytes from that byte on; an empty one where there is none.
    #[must_use]
    #[inline]
    pub fn new(start: usize, length: usize) -> Self {
        match (u32::try_from(start), u32::try_from(length)) {
            (Ok(start), Ok(length)) => Self { start, length },
            _ => Self::default(),
        }
    }

    /// The same in a text that is known to be shorter than 4 GiB.
    #[expect(clippy::cast_possible_truncation, reason = "the text is shorter")]
    #[inline]
    pub(super) fn within(start: usize, length: usize) -> Self {
        Self { start: start as u32, length: length as u32 }
    }

    /// Where a part of a text stands in that text.
    #[must_use]
    #[inline]
    pub fn of(part: &[u8], whole: &[u8]) -> Self {
        let offset = part.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
        // An empty part can lie elsewhere.
        if offset > whole.len() || whole.len() > u32::MAX as usize {
            return Self::default();
        }
        Self::within(offset, part.len())
    }

    /// Where a part of its bytes stands.
    #[must_use]
    #[inline]
    pub fn part(self, part: &[u8], bytes: &[u8]) -> Self {
        let part = Self::of(part, bytes);
        Self { start: self.start.saturating_add(part.start), ..part }
    }

    /// Where it begins.
    #[must_use]
    #[inline]
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// How many bytes it has.
    #[must_use]
    #[inline]
    pub fn length(self) -> usize {
        self.length as usize
    }

    /// Whether it has none.
    #[must_use]
    #[inline]
    pub fn is_empty(self) -> bool {
        self.length == 0
    }

    /// The bytes; none where the text is shorter.
    #[must_use]
    #[inline]
    pub fn get(self, text: &[u8]) -> &[u8] {
        text.get(self.start()..self.start() + self.length()).unwrap_or_default()
    }

    /// The place of the same text behind `from` where it now stands behind `to`.
    #[must_use]
    pub fn moved(self, from: usize, to: usize) -> Self {
        let start = self.start().checked_sub(from);
        start.map_or_else(Self::default, |start| Self::new(start + to, self.length()))
    }
}
