//! The widths of a console, and the ways of wrapping, that explain a text.

use super::wrapping::{LineEnds, Value, Wrapping};

/// How wide a console may be beyond the longest line. With trimmed ends that line is often one cell
/// shorter, with few long values much more.
const WIDEST_BEYOND: usize = 200;
/// Values by which the width is found; the first ones are as good as all.
const MOST_VALUES: usize = 2000;

/// A width and a way of wrapping.
pub(super) type Shape = (usize, Wrapping);

/// All that leave the fewest breaks unexplained, the likeliest first, and what they leave.
///
/// `longest` is the longest line of the text in cells, `prefers_words` whether something else shows
/// a language that wraps at words.
pub(super) fn shapes(
    values: &[Value<'_>],
    longest: usize,
    ends: LineEnds,
    prefers_words: bool,
) -> (Vec<Shape>, usize) {
    let values = &values[..values.len().min(MOST_VALUES)];
    let mut best: Vec<Shape> = Vec::new();
    let mut fewest = usize::MAX;
    for width in longest..=longest + WIDEST_BEYOND {
        for wrapping in [Wrapping::Words, Wrapping::Cells] {
            let mut unexplained = 0;
            for value in values {
                unexplained += value.cost(width, wrapping, ends);
                if unexplained > fewest {
                    break;
                }
            }
            if unexplained < fewest {
                best.clear();
                fewest = unexplained;
            }
            if unexplained == fewest {
                best.push((width, wrapping));
            }
        }
    }
    let cuts = values.iter().filter(|value| value.is_cut(longest)).count();
    let is_cut = cuts > 1 && !prefers_words;
    best.sort_by_key(|(width, wrapping)| {
        let is_likely = (*wrapping == Wrapping::Cells) == is_cut;
        (!is_likely, !COMMON_WIDTHS.contains(width), *width)
    });
    (best, fewest)
}

/// 79 and 119 of consoles and of output without one, 80 and 120 with -Width.
const COMMON_WIDTHS: &[usize] = &[79, 119, 80, 120];
