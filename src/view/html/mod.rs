//! A report as one page of HTML: no script, nothing from outside, for screens, paper and screen readers.

mod chain;
mod course;
mod findings;
mod inputs;
mod page;
mod picture;
#[cfg(test)]
mod tests;
mod words;

pub use page::html;
