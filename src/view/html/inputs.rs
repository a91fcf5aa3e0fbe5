//! What a report rests on: each file with its size and its hash.

use maud::{Markup, html as markup};

use super::words::safe;
use crate::diagnosis::Input;

/// Inputs that are listed; further ones are counted.
const LISTED: usize = 200;

pub(super) fn list(inputs: &[Input]) -> Markup {
    if inputs.is_empty() {
        return markup! {};
    }
    markup! {
        h2 id="inputs" { "What was read" }
        div class="wide" tabindex="0" role="region" aria-label="Files that were read" {
            table {
                thead {
                    tr {
                        @for name in ["File", "Kind", "Bytes", "Objects", "SHA-256"] {
                            th scope="col" { (name) }
                        }
                    }
                }
                tbody {
                    @for input in inputs.iter().take(LISTED) {
                        tr {
                            th scope="row" { (safe(&input.path)) }
                            td { (input.kind.name()) }
                            td { (input.size) }
                            td { @if let Some(objects) = input.objects { (objects) } @else { "-" } }
                            td {
                                code { (safe(&input.sha256)) }
                                @if input.hashed_bytes < input.size {
                                    " of the first " (input.hashed_bytes)
                                }
                            }
                        }
                    }
                }
            }
        }
        @if inputs.len() > LISTED { p { "and " (inputs.len() - LISTED) " more" } }
    }
}
