//! The checks themselves, on trees made up for them: what is wrong is found, and nothing else.

use crate::circles::circles;
use crate::imports::{Crates, Files, Uses};
use crate::rooms::against_the_flow;

fn uses(files: &[(&str, &str)]) -> Uses {
    let files: Files =
        files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
    let mut crates = Crates::default();
    crates.add("eop_relay", "lib.rs", &files);
    if files.contains_key("bin/main.rs") {
        crates.add("command", "bin/main.rs", &files);
    }
    crates.uses()
}

fn used<'a>(uses: &'a Uses, file: &str) -> Vec<&'a str> {
    uses[file].iter().map(String::as_str).collect()
}

#[test]
fn two_files_that_use_each_other_are_a_circle() {
    let uses = uses(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B; pub struct A(B);"),
        ("b.rs", "pub struct B(Option<Box<super::a::A>>);"),
        ("c.rs", "use crate::{a::A, b::B}; fn f(_: A, _: B) {}"),
    ]);
    assert_eq!(circles(&uses), [["a.rs", "b.rs"]]);
    assert_eq!(used(&uses, "c.rs"), ["a.rs", "b.rs"]);
}

#[test]
fn longer_circles_are_found_each_by_itself() {
    let uses = uses(&[
        ("lib.rs", "mod a; mod b; mod c; mod d; mod e;"),
        ("a.rs", "use crate::b::*;"),
        ("b.rs", "use crate::c::C; pub struct B;"),
        ("c.rs", "use crate::a as first; use crate::d::D; pub struct C;"),
        ("d.rs", "use crate::e::E; pub struct D;"),
        ("e.rs", "use crate::d::D; pub struct E;"),
    ]);
    assert_eq!(circles(&uses), [vec!["a.rs", "b.rs", "c.rs"], vec!["d.rs", "e.rs"]]);
}

#[test]
fn an_import_is_followed_through_what_passes_it_on() {
    let uses = uses(&[
        ("lib.rs", "pub mod a; mod b;"),
        ("a/mod.rs", "mod x; mod y; pub use x::X; pub use y::*; pub use y::Y as Renamed;"),
        ("a/x.rs", "use crate::b::B; pub struct X;"),
        ("a/y.rs", "pub struct Y; pub struct Z;"),
        ("b.rs", "use crate::a::{Renamed, X, Z}; pub struct B;"),
        ("bin/main.rs", "use eop_relay::a::Z; fn main() { eop_relay::a::X; }"),
    ]);
    assert_eq!(circles(&uses), [["a/x.rs", "b.rs"]]);
    assert_eq!(used(&uses, "b.rs"), ["a/x.rs", "a/y.rs"]);
    assert_eq!(used(&uses, "bin/main.rs"), ["a/x.rs", "a/y.rs"]);
}

#[test]
fn passing_on_what_stands_below_is_no_use_of_it() {
    let uses = uses(&[
        ("lib.rs", "pub mod a;"),
        ("a/mod.rs", "mod x; pub use x::X; pub struct A;"),
        ("a/x.rs", "use super::A; pub struct X(A);"),
    ]);
    assert_eq!(circles(&uses), [[""; 0]; 0]);
    assert_eq!(used(&uses, "a/x.rs"), ["a/mod.rs"]);
}

#[test]
fn paths_in_code_macros_attributes_and_functions_count() {
    for code in [
        "fn f() { crate::b::g(); }",
        "fn f() { println!(\"{}\", super::b::g()); }",
        "fn f() { use crate::{c::C, b::{g}}; g(); }",
        "use crate::b; fn f() { b::g(); }",
        "#[serde(with = \"crate::b\")] struct S;",
        "struct S<T: Into<crate::b::B>>(T);",
        "impl From<crate::b::B> for u8 {}",
        "mod inner { fn f() { super::super::b::g(); } }",
    ] {
        let uses = uses(&[
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", code),
            ("b.rs", "pub fn g() {} named_enum! { /// It.\n B { One = 1, } }"),
            ("c.rs", "pub struct C;"),
        ]);
        assert!(used(&uses, "a.rs").contains(&"b.rs"), "{code}: {uses:?}");
    }
}

#[test]
fn what_is_for_tests_alone_does_not_count() {
    let uses = uses(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "#[cfg(test)] mod tests; #[cfg(test)] use crate::b::B; pub struct A;"),
        ("b.rs", "use crate::a::A; #[cfg(all(test, unix))] mod tests { use super::super::a::x; }"),
    ]);
    assert_eq!(used(&uses, "a.rs"), [""; 0]);
    assert_eq!(used(&uses, "b.rs"), ["a.rs"]);
}

#[test]
fn a_room_that_uses_a_later_one_or_its_neighbour_is_refused() {
    let uses = uses(&[
        ("lib.rs", "mod log; mod reply; mod session; mod windows;"),
        ("log.rs", "use crate::session::Session; use crate::reply::Reply;"),
        ("reply.rs", "pub struct Reply;"),
        ("session/mod.rs", "mod model; pub use model::Session; use crate::reply::Reply;"),
        ("session/model.rs", "pub struct Session(crate::windows::Machine);"),
        ("windows.rs", "pub struct Machine;"),
    ]);
    assert_eq!(
        against_the_flow(&uses),
        [
            "log.rs may not use reply.rs",
            "log.rs may not use session/model.rs",
            "session/model.rs may not use windows.rs",
        ]
    );
}
