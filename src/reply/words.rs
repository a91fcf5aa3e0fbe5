//! Words looked for in texts of other programs.

/// Whether `text` holds `words`, in any ASCII case; a blank stands for any run of white space.
pub(super) fn contains_words(text: &str, words: &str) -> bool {
    find_words(text, words).is_some()
}

/// The end of the first occurrence of `words` in `text`.
pub(super) fn find_words(text: &str, words: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    (0..bytes.len()).find_map(|start| {
        strip_words(&bytes[start..], words.as_bytes()).map(|rest| bytes.len() - rest.len())
    })
}

fn strip_words<'a>(mut text: &'a [u8], words: &[u8]) -> Option<&'a [u8]> {
    for &expected in words {
        let (&found, rest) = text.split_first()?;
        if expected == b' ' && found.is_ascii_whitespace() {
            text = rest.trim_ascii_start();
        } else if found.eq_ignore_ascii_case(&expected) {
            text = rest;
        } else {
            return None;
        }
    }
    Some(text)
}
