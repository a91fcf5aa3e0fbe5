//! The picture itself, in SVG: what was delivered stands above a line, what failed hangs below it.

use maud::{Markup, html as markup};

use crate::diagnosis::{Report, TimelineBucket};
use crate::finding::words::{date, minute};
use crate::stated_time::StatedTime;
use crate::timestamp::{TICKS_PER_DAY, Timestamp};

/// The picture is that wide, in units of its own.
const WIDTH: f64 = 720.0;
/// Room at either side, so that no text is cut.
const MARGIN: f64 = 16.0;
/// A lane: its label, what was delivered, what failed.
const LABEL: f64 = 18.0;
const HALF: f64 = 34.0;
const LANE: f64 = LABEL + 2.0 * HALF + 8.0;
/// Room for the signs above and the times below.
const SIGNS: f64 = 18.0;
const TIMES: f64 = 20.0;
/// What is not nothing is seen.
const LEAST: f64 = 3.0;
/// Times that are written below.
const TICKS: u32 = 4;

/// The time from the left to the right.
pub(super) struct Axis {
    start: i64,
    end: i64,
}

/// A point in time that the pictures mark: its sign, and what it is.
pub(super) struct Mark {
    pub time: StatedTime,
    pub sign: String,
    pub text: String,
}

/// The sessions of one identity.
pub(super) struct Lane<'a> {
    pub label: String,
    pub buckets: &'a [TimelineBucket],
}

impl Axis {
    /// From the first session to the last one, and as far as to what is marked within a quarter of
    /// that time, or within a day, before or after; `None` without sessions.
    pub fn of<'a>(
        buckets: impl Iterator<Item = &'a TimelineBucket> + Clone,
        report: &Report,
    ) -> Option<Self> {
        let first = buckets.clone().map(|bucket| bucket.start.ticks()).min()?;
        let last = buckets.map(|bucket| bucket.end.ticks()).max()?;
        let near = ((last - first) / 4).max(TICKS_PER_DAY);
        let end = report.certificate.as_ref().and_then(|one| one.not_after).map(StatedTime::time);
        let marked =
            report.changes.iter().map(|change| change.time).chain(end).chain(report.judged_at);
        let marked =
            marked.map(Timestamp::ticks).filter(|time| (first - near..=last + near).contains(time));
        let (start, end) =
            marked.fold((first, last), |(start, end), time| (start.min(time), end.max(time)));
        Some(Self { start, end: end.max(start + 1) })
    }

    pub fn holds(&self, time: Timestamp) -> bool {
        (self.start..=self.end).contains(&time.ticks())
    }

    #[allow(clippy::cast_precision_loss, reason = "a place in a picture")]
    fn x(&self, time: Timestamp) -> f64 {
        let share = (time.ticks() - self.start) as f64 / (self.end - self.start) as f64;
        MARGIN + share.clamp(0.0, 1.0) * (WIDTH - 2.0 * MARGIN)
    }

    /// Times at equal distances, each with its place.
    fn ticks(&self) -> Vec<(f64, String)> {
        let step = (self.end - self.start) / i64::from(TICKS);
        let is_long = step > TICKS_PER_DAY;
        let mut ticks: Vec<(f64, String)> = (0..=TICKS)
            .filter_map(|number| {
                let time = Timestamp::from_ticks(self.start + step * i64::from(number))?;
                Some((self.x(time), if is_long { date(time) } else { minute(time) }))
            })
            .collect();
        ticks.dedup_by(|one, before| one.1 == before.1);
        ticks
    }
}

/// The hatches by which what failed is distinguished without colours.
pub(super) fn patterns() -> Markup {
    markup! {
        svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false" {
            defs {
                pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" {
                    rect class="tls-ground" width="4" height="4" {}
                    path class="tls-line" d="M0 4L4 0" {}
                }
            }
        }
    }
}

pub(super) fn legend() -> Markup {
    let entry = |class: &str, words: &str| {
        markup! {
            li {
                svg width="14" height="14" aria-hidden="true" focusable="false" {
                    rect class=(class) x="1" y="1" width="12" height="12" {}
                }
                " " (words)
            }
        }
    };
    markup! {
        ul class="legend" {
            (entry("delivered", "delivered (above the line)"))
            (entry("refused", "refused"))
            (entry("tls-failed", "TLS failed"))
            (entry("connect-failed", "not connected"))
            (entry("other", "without mail, or trouble of one recipient"))
        }
    }
}

pub(super) fn picture(title: &str, lanes: &[Lane<'_>], axis: &Axis, marks: &[Mark]) -> Markup {
    let bottom = tops().nth(lanes.len()).unwrap_or(SIGNS);
    let height = bottom + TIMES;
    markup! {
        svg class="course" viewBox={ "0 0 " (WIDTH) " " (height) } role="img" aria-label={ "Sessions in the course of time: " (title) } focusable="false" {
            @for (x, text) in axis.ticks() {
                line class="tick" x1=(round(x)) x2=(round(x)) y1=(SIGNS) y2=(bottom) {}
                text class="time" x=(round(x)) y=(height - 5.0) text-anchor=(anchor(x)) { (text) }
            }
            @for mark in marks.iter().filter(|mark| axis.holds(mark.time.time())) {
                line class="mark" x1=(round(axis.x(mark.time.time()))) x2=(round(axis.x(mark.time.time()))) y1=(SIGNS - 3.0) y2=(bottom) {}
                text class="sign" x=(round(axis.x(mark.time.time()))) y="12" text-anchor="middle" { (mark.sign) }
            }
            @for (lane, top) in lanes.iter().zip(tops()) { (draw(lane, axis, top)) }
        }
    }
}

/// Where each lane begins.
fn tops() -> impl Iterator<Item = f64> {
    std::iter::successors(Some(SIGNS), |top| Some(top + LANE))
}

fn anchor(x: f64) -> &'static str {
    if x < WIDTH / 8.0 {
        "start"
    } else if x > WIDTH - WIDTH / 8.0 {
        "end"
    } else {
        "middle"
    }
}

fn draw(lane: &Lane<'_>, axis: &Axis, top: f64) -> Markup {
    let failed = |bucket: &TimelineBucket| {
        bucket.refused + bucket.tls_failed + bucket.connect_failed + bucket.other
    };
    let most_delivered = lane.buckets.iter().map(|one| one.delivered).max().unwrap_or(0);
    let most_failed = lane.buckets.iter().map(failed).max().unwrap_or(0);
    let middle = top + LABEL + HALF;
    markup! {
        text class="label" x=(MARGIN) y=(top + 12.0) {
            (lane.label) "; at most " (most_delivered) " delivered, " (most_failed) " failed in a bar"
        }
        line class="base" x1=(MARGIN) x2=(WIDTH - MARGIN) y1=(middle) y2=(middle) {}
        @for bucket in lane.buckets {
            (bars(bucket, axis, middle, (most_delivered, most_failed)))
        }
    }
}

fn bars(bucket: &TimelineBucket, axis: &Axis, middle: f64, most: (u64, u64)) -> Markup {
    let (x, end) = (axis.x(bucket.start), axis.x(bucket.end));
    let width = (end - x - 0.5).max(2.0);
    let mut bars: Vec<(&str, f64, f64)> = Vec::new();
    if bucket.delivered > 0 {
        let height = share(bucket.delivered, most.0);
        bars.push(("delivered", middle - height, height));
    }
    let mut y = middle;
    let below = [
        ("refused", bucket.refused),
        ("tls-failed", bucket.tls_failed),
        ("connect-failed", bucket.connect_failed),
        ("other", bucket.other),
    ];
    for (class, count) in below.into_iter().filter(|(_, count)| *count > 0) {
        let height = share(count, most.1);
        bars.push((class, y, height));
        y += height;
    }
    markup! {
        @for (class, y, height) in bars {
            rect class=(class) x=(round(x)) y=(round(y)) width=(round(width)) height=(round(height)) {}
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "a height in a picture")]
fn share(count: u64, most: u64) -> f64 {
    (count as f64 / most.max(1) as f64 * (HALF - 4.0)).max(LEAST)
}

/// To a tenth.
fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
