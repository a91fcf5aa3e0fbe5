//! The reader held against a model of the formatter.

use proptest::prelude::*;

use super::cells::Ruler;
use super::reading;

/// An object with its property's names and readings.
struct Listed {
    offset: usize,
    properties: Vec<Property>,
}

struct Property {
    name: String,
    readings: Vec<String>,
}

/// The objects of a text, and where the lines begin that belong to none.
fn read(text: &str) -> (Vec<Listed>, Vec<usize>) {
    let mut listed = Vec::new();
    let strays = reading::read(text, |object| {
        let properties = object.properties.into_iter();
        let properties = properties
            .map(|one| Property { name: one.name.to_owned(), readings: one.readings })
            .collect();
        listed.push(Listed { offset: object.offset, properties });
    });
    (listed, strays.into_iter().map(|(offset, _)| offset).collect())
}

/// The formatter, written from its rule alone.
mod model {
    use super::Ruler;

    pub(super) struct Printer {
        pub(super) width: usize,
        pub(super) at_words: bool,
    }

    impl Printer {
        pub(super) fn print(&self, objects: &[Vec<(String, String)>]) -> String {
            let mut text = String::from("\n");
            for object in objects {
                let longest =
                    object.iter().map(|(name, _)| Ruler::Console.cells(name)).max().unwrap();
                for (name, value) in object {
                    let padding = longest - Ruler::Console.cells(name);
                    text.extend([name.as_str(), &" ".repeat(padding), " : "]);
                    let field = self.width - longest - 3;
                    let lines = self.lines(value, field);
                    text.push_str(&lines.join(&format!("\n{}", " ".repeat(longest + 3))));
                    text.push('\n');
                }
                text.push('\n');
            }
            text
        }

        fn lines(&self, value: &str, field: usize) -> Vec<String> {
            let piece = |piece: &str| match Ruler::Console.cells(piece) <= field {
                true => vec![piece.to_owned()],
                false if self.at_words => at_words(piece, field),
                false => at_cells(piece, field),
            };
            value.split('\n').flat_map(piece).collect()
        }
    }

    fn at_cells(text: &str, field: usize) -> Vec<String> {
        let mut lines = vec![String::new()];
        for character in text.chars() {
            push(&mut lines, character, field);
        }
        lines
    }

    fn at_words(text: &str, field: usize) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split_inclusive([' ', '\t']) {
            let room = field - Ruler::Console.cells(lines.last().unwrap());
            let length = Ruler::Console.cells(word);
            if length > room && length <= field {
                lines.push(word.to_owned());
                continue;
            }
            for character in word.chars() {
                push(&mut lines, character, field);
            }
        }
        lines
    }

    fn push(lines: &mut Vec<String>, character: char, field: usize) {
        let last = lines.last_mut().unwrap();
        if Ruler::Console.cells(last) + Ruler::Console.cells_of(character) > field {
            lines.push(character.to_string());
        } else {
            last.push(character);
        }
    }
}

type Objects = Vec<Vec<(String, String)>>;

/// What a copy of a console leaves.
#[derive(Clone, Copy, Debug)]
enum Copy {
    Intact,
    Trimmed,
    Doubled,
}

fn copied(text: &str, copy: Copy) -> String {
    let trimmed = || text.lines().map(str::trim_end).collect::<Vec<_>>();
    match copy {
        Copy::Intact => text.to_owned(),
        Copy::Trimmed => trimmed().join("\n"),
        Copy::Doubled => trimmed().join("\r\n\r\n"),
    }
}

/// Without what the formatter's text does not hold.
fn without_blanks(text: &str) -> String {
    text.split_whitespace().collect()
}

fn value() -> impl Strategy<Value = String> {
    let words = prop::collection::vec("[a-zA-Z0-9,=<>:;-]{1,9}", 1..14);
    prop_oneof![
        4 => words.prop_map(|words| words.join(" ")),
        2 => "(CN=[a-z ]{1,12}, O=\"[A-Za-z, ]{1,20}\", C=[A-Z]{2}(, )?){1,4}",
        1 => "[0-9A-F]{40}",
        1 => "(\u{e6}|\u{65e5}|\u{672c}| |ab|x ){1,30}",
        1 => Just(String::new()),
        1 => "[a-z]{1,9}( : [a-z]{1,9}){1,5}",
        1 => "([a-z][a-z ]{0,40}\n{1,2}){1,3}[a-z]{1,9}",
    ]
}

fn objects() -> impl Strategy<Value = Objects> {
    let names = prop::sample::subsequence(
        vec!["Identity", "Fqdn", "TlsCertificateName", "Comment", "Subject", "AddressSpaces"],
        1..6,
    );
    (names, 1_usize..4).prop_flat_map(|(names, count)| {
        let object = prop::collection::vec(value(), names.len());
        prop::collection::vec(object, count).prop_map(move |values| {
            let of = |values: Vec<String>| {
                let names = std::iter::once("Name").chain(names.iter().copied());
                let first = std::iter::once("one of them".to_owned());
                names.map(str::to_owned).zip(first.chain(values)).collect()
            };
            values.into_iter().map(of).collect()
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn with_intact_line_ends_every_value_is_exact_at_every_width(
        mut objects in objects(), width in 24_usize..130, at_words: bool,
    ) {
        // An empty value is what shows that line ends are intact: nearly every object has one.
        for object in &mut objects {
            object.push(("AdminDisplayName".to_owned(), String::new()));
            object.retain(|(_, value)| !value.contains('\n'));
        }
        let text = model::Printer { width, at_words }.print(&objects);
        let (listed, strays) = read(&text);
        prop_assert!(strays.is_empty(), "{text}");
        prop_assert_eq!(listed.len(), objects.len(), "{}", text);
        for (object, expected) in listed.iter().zip(&objects) {
            for (property, (name, value)) in object.properties.iter().zip(expected) {
                prop_assert_eq!(&property.name, name);
                prop_assert_eq!(&property.readings, &[value.as_str()], "{}", text);
            }
        }
    }

    #[test]
    fn whatever_a_copy_lost_the_value_is_among_the_readings_and_all_agree_without_blanks(
        objects in objects(), width in 24_usize..130, at_words: bool,
        copy in prop::sample::select(vec![Copy::Intact, Copy::Trimmed, Copy::Doubled]),
    ) {
        let text = copied(&model::Printer { width, at_words }.print(&objects), copy);
        let (listed, _) = read(&text);
        prop_assert_eq!(listed.len(), objects.len(), "{}", text);
        for (object, expected) in listed.iter().zip(&objects) {
            prop_assert_eq!(object.properties.len(), expected.len(), "{}", text);
            for (property, (_, value)) in object.properties.iter().zip(expected) {
                for reading in &property.readings {
                    prop_assert_eq!(without_blanks(reading), without_blanks(value), "{}", text);
                }
            }
        }
    }

    #[test]
    fn any_text_is_read_without_panic(text in "( |\t|\n|\r|:|\u{1b}\\[|[a-c]|\u{65e5}|\u{1F600}|Name : ){0,60}") {
        let (objects, strays) = read(&text);
        prop_assert!(objects.iter().all(|object| object.offset < text.len()));
        prop_assert!(strays.iter().all(|offset| *offset < text.len()));
    }
}

#[test]
fn what_a_console_printed_is_right_where_the_samples_are_at_hand() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/wild/format-list");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("not run: {} is not here", folder.display());
        return;
    };
    let mut properties = 0;
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.extension().is_some_and(|extension| extension == "json") {
            properties += check_sample(&path);
        }
    }
    assert!(properties > 7000);
}

/// Holds a text against its truth: each property is the truth or one of the possible readings.
fn check_sample(path: &std::path::Path) -> usize {
    let truth: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let bytes = std::fs::read(path.with_extension("txt")).unwrap();
    let text = crate::evidence::export::TextFile::decode(&bytes);
    let (listed, _) = read(&text.text);
    let name = path.display();
    let objects = truth["objects"].as_array().unwrap();
    assert_eq!(listed.len(), objects.len(), "{name}");
    let mut count = 0;
    for (number, (object, expected)) in listed.iter().zip(objects).enumerate() {
        let expected = expected.as_object().unwrap();
        assert_eq!(object.properties.len(), expected.len(), "{name}");
        for (property, value) in expected {
            let found = object.properties.iter().find(|found| found.name == *property);
            let readings = &found.unwrap_or_else(|| panic!("{name}: {property}")).readings;
            let mut right = vec![printed(value, &truth, number, property)];
            for one in truth["ambiguous"].as_array().unwrap() {
                if one["object"] == number && one["property"] == property.as_str() {
                    let possible = one["possible"].as_array().into_iter().flatten();
                    right.extend(possible.filter_map(|text| Some(text.as_str()?.to_owned())));
                }
            }
            for reading in readings {
                let is_right = right.iter().any(|right| right.trim() == reading.trim());
                assert!(is_right, "{name}: {property} of {number}: {reading:?}, {right:?}");
            }
            count += 1;
        }
    }
    count
}

/// A value as the formatter makes one text of it.
fn printed(
    value: &serde_json::Value,
    truth: &serde_json::Value,
    number: usize,
    property: &str,
) -> String {
    let Some(list) = value.as_array() else {
        return value.as_str().unwrap_or_default().to_owned();
    };
    let shown = truth["lists_cut"][format!("{number}.{property}")].as_u64();
    let shown = shown.and_then(|shown| usize::try_from(shown).ok()).unwrap_or(list.len());
    let values = list.iter().take(shown).map(|one| one.as_str().unwrap_or("$null"));
    let mark = match shown < list.len() {
        true if truth["file"].as_str().unwrap().starts_with("ps51") => "...",
        true => "\u{2026}",
        false => "",
    };
    format!("{{{}{mark}}}", values.collect::<Vec<_>>().join(", "))
}

#[test]
fn a_line_of_group_by_is_no_trouble_and_any_other_stray_line_is() {
    let text = "\n   RootCAType: None\n\nName       : a\nRootCAType : None\n\n\n   \
                RootCAType: Registry\n\nName       : b\nRootCAType : None\n";
    let mut count = 0;
    let parsed = super::read(text, &mut |_| count += 1);
    assert_eq!(count, 2);
    let offsets: Vec<usize> = parsed.problems.iter().map(|(offset, _)| *offset).collect();
    assert_eq!(offsets, [text.find("   RootCAType: Registry").unwrap()]);
}
