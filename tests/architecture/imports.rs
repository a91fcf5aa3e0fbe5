//! Which file of a crate uses which: `use` declarations and paths in the code, followed through
//! re-exports to the file where the thing stands. What is compiled for tests alone is left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::tokens::{Token, tokens};

/// The text of each file by its path.
pub type Files = BTreeMap<String, String>;

/// The files that each file uses.
pub type Uses = BTreeMap<String, BTreeSet<String>>;

type Path = Vec<String>;

/// Longer chains of re-exports lead nowhere.
const LONGEST_CHAIN: usize = 16;

/// The modules of one or more crates, by their path, which begins with the crate's name.
#[derive(Default)]
pub struct Crates {
    modules: BTreeMap<Path, Module>,
}

#[derive(Default)]
struct Module {
    file: String,
    /// What is defined here, by name.
    items: BTreeSet<String>,
    imports: Vec<Import>,
    /// Paths in the code.
    named: Vec<Path>,
}

struct Import {
    /// The name by which it is known here; `None` for all names there.
    name: Option<String>,
    path: Path,
    is_public: bool,
}

impl Crates {
    /// Adds the crate whose root is this file.
    pub fn add(&mut self, name: &str, root: &str, files: &Files) {
        self.add_file(vec![name.to_owned()], root, files);
    }

    /// Which file uses which, itself left out. A file that passes on what stands below it does not
    /// use it.
    pub fn uses(&self) -> Uses {
        let mut uses = Uses::new();
        for (at, module) in &self.modules {
            let of_file = uses.entry(module.file.clone()).or_default();
            let imported = module.imports.iter().map(|import| (&import.path, import.is_public));
            for (path, is_public) in imported.chain(module.named.iter().map(|path| (path, false))) {
                let Some(target) = self.resolve(at, path, 0) else { continue };
                let is_passed_on = is_public && target.starts_with(at);
                let file = &self.modules[&target].file;
                if !is_passed_on && *file != module.file {
                    of_file.insert(file.clone());
                }
            }
        }
        uses
    }

    fn add_file(&mut self, at: Path, file: &str, files: &Files) {
        let folder = match file.rsplit_once('/').unwrap_or(("", file)) {
            (folder, "lib.rs" | "main.rs" | "mod.rs") => folder.to_owned(),
            _ => file.trim_end_matches(".rs").to_owned(),
        };
        self.add_items(at, file, &folder, &tokens(&files[file]), files);
    }

    fn add_items(&mut self, at: Path, file: &str, folder: &str, code: &[Token], files: &Files) {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        for item in items(code).into_iter().filter(|item| !item.is_for_tests()) {
            match item.words().as_slice() {
                ["mod", name] => {
                    let path = [&at[..], &[(*name).to_owned()]].concat();
                    let below = format!("{folder}/{name}");
                    let below = below.trim_start_matches('/');
                    if let Some(Token::Group('{', code)) = item.code.last() {
                        self.add_items(path, file, below, code, files);
                    } else {
                        let candidates = [format!("{below}.rs"), format!("{below}/mod.rs")];
                        let found = candidates.iter().find(|file| files.contains_key(*file));
                        let found =
                            found.unwrap_or_else(|| panic!("{file}: no file of mod {name}"));
                        self.add_file(path, found, files);
                    }
                }
                ["use", ..] => {
                    add_imports(&item.code[1..], &[], item.is_public, &mut module.imports);
                }
                words => {
                    module.items.extend(defined(words));
                    if let [Token::Word(_), Token::Mark('!'), .., Token::Group(_, code)] = item.code
                    {
                        module.items.extend(names_before_braces(code));
                    }
                    add_paths(item.code, &[], &mut module.named);
                    add_paths(&item.attributes, &[], &mut module.named);
                }
            }
        }
        self.modules.insert(at, module);
    }

    /// The module in which that stands which a path names; `None` outside these crates.
    fn resolve(&self, at: &[String], path: &[String], depth: usize) -> Option<Path> {
        if depth > LONGEST_CHAIN {
            return None;
        }
        let (first, rest) = path.split_first()?;
        let (mut here, mut rest) = match first.as_str() {
            "crate" => (at[..1].to_vec(), rest),
            "self" => (at.to_vec(), rest),
            "super" => (at[..at.len() - 1].to_vec(), rest),
            _ if self.knows(at, first, depth) => (at.to_vec(), path),
            _ if self.modules.contains_key(&path[..1]) => (path[..1].to_vec(), rest),
            _ => return None,
        };
        while let Some((name, after)) = rest.split_first() {
            let child = [&here[..], std::slice::from_ref(name)].concat();
            let module = &self.modules[&here];
            if name == "super" {
                here.pop();
            } else if self.modules.contains_key(&child) {
                here = child;
            } else if module.items.contains(name) {
                return Some(here);
            } else if let Some(import) = module.import(name) {
                return self.resolve(&here, &[&import.path[..], after].concat(), depth + 1);
            } else {
                let all = module.imports.iter().filter(|import| import.name.is_none());
                let all = all.filter_map(|import| self.resolve(&here, &import.path, depth + 1));
                for target in all {
                    if self.knows(&target, name, depth + 1) {
                        let path = [&["self".to_owned()], rest].concat();
                        return self.resolve(&target, &path, depth + 1);
                    }
                }
                return Some(here);
            }
            rest = after;
        }
        Some(here)
    }

    /// Whether a name has a meaning in a module.
    fn knows(&self, at: &[String], name: &str, depth: usize) -> bool {
        let module = &self.modules[at];
        let child = [at, &[name.to_owned()]].concat();
        let passes_on = |import: &Import| {
            depth < LONGEST_CHAIN
                && import.name.is_none()
                && self
                    .resolve(at, &import.path, depth + 1)
                    .is_some_and(|target| target != at && self.knows(&target, name, depth + 1))
        };
        self.modules.contains_key(&child)
            || module.items.contains(name)
            || module.import(name).is_some_and(|import| import.path.first().unwrap() != name)
            || module.imports.iter().any(passes_on)
    }
}

impl Module {
    fn import(&self, name: &str) -> Option<&Import> {
        self.imports.iter().find(|import| import.name.as_deref() == Some(name))
    }
}

/// An item of a module: `#[attributes] pub code`, the semicolon left out.
struct Item<'a> {
    attributes: Vec<Token>,
    is_public: bool,
    code: &'a [Token],
}

impl Item<'_> {
    /// The words that it begins with.
    fn words(&self) -> Vec<&str> {
        let words = self.code.iter().map_while(|token| match token {
            Token::Word(word) => Some(word.as_str()),
            // extern "C" fn
            Token::Literal(_) => Some(""),
            _ => None,
        });
        words.collect()
    }

    fn is_for_tests(&self) -> bool {
        let word = |word: &str| Token::Word(word.to_owned());
        self.attributes.iter().any(|attribute| {
            let Token::Group('[', attribute) = attribute else { return false };
            let [name, Token::Group('(', condition)] = &attribute[..] else { return false };
            let is_all = condition.first() == Some(&word("all"));
            let condition = match condition.get(1) {
                Some(Token::Group('(', all)) if is_all => all,
                _ => condition,
            };
            *name == word("cfg") && condition.first() == Some(&word("test"))
        })
    }
}

fn items(mut code: &[Token]) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    while !code.is_empty() {
        let mut attributes = Vec::new();
        while let [Token::Mark('#'), rest @ ..] = code {
            let rest = rest.strip_prefix(&[Token::Mark('!')]).unwrap_or(rest);
            attributes.extend(rest.first().cloned());
            code = &rest[1..];
        }
        let is_word = |token: &Token, words: &[&str]| matches!(token, Token::Word(word) if words.contains(&word.as_str()));
        let is_public = code.first().is_some_and(|token| is_word(token, &["pub"]));
        if is_public {
            code = &code[1..];
            if let [Token::Group('(', _), rest @ ..] = code {
                code = rest;
            }
        }
        let ends_by_semicolon = match code {
            [first, second, ..] if is_word(first, &["const"]) => {
                !is_word(second, &["fn", "unsafe", "extern"])
            }
            [first, ..] => is_word(first, &["static", "type", "use"]),
            [] => false,
        };
        let end = code.iter().position(|token| match token {
            Token::Mark(';') => true,
            Token::Group('{', _) => !ends_by_semicolon,
            _ => false,
        });
        let Some(end) = end else { break };
        let is_semicolon = code[end] == Token::Mark(';');
        let (item, rest) = code.split_at(end + 1);
        items.push(Item {
            attributes,
            is_public,
            code: if is_semicolon { &item[..end] } else { item },
        });
        code = rest;
    }
    items
}

/// The name that an item defines by the words that it begins with.
fn defined(words: &[&str]) -> Option<String> {
    const KINDS: [&str; 8] =
        ["enum", "fn", "macro_rules", "static", "struct", "trait", "type", "union"];
    let kind = words.iter().position(|word| KINDS.contains(word));
    let kind = kind.or_else(|| words.iter().position(|word| *word == "const"))?;
    let name = words[kind + 1..].iter().find(|word| **word != "mut")?;
    Some((*name).to_owned())
}

/// The imports of `a::{b, c as d, e::*}`.
fn add_imports(tree: &[Token], above: &[String], is_public: bool, imports: &mut Vec<Import>) {
    for tree in tree.split(|token| *token == Token::Mark(',')) {
        let mut path = above.to_vec();
        let mut name = None;
        let mut is_renamed = false;
        let mut is_complete = true;
        for token in tree {
            match token {
                Token::Word(word) if word == "as" => is_renamed = true,
                Token::Word(word) if is_renamed => name = Some(word.clone()),
                Token::Word(word) if word == "self" && !path.is_empty() => {}
                Token::Word(word) => path.push(word.clone()),
                Token::Group('{', tree) => {
                    add_imports(tree, &path, is_public, imports);
                    is_complete = false;
                }
                Token::Mark('*') => {
                    imports.push(Import { name: None, path: path.clone(), is_public });
                    is_complete = false;
                }
                _ => {}
            }
        }
        if is_complete && let Some(last) = path.last() {
            let name = Some(name.unwrap_or_else(|| last.clone()));
            imports.push(Import { name, path, is_public });
        }
    }
}

/// Words joined by `::`, in code and in the strings of attributes (`with = "super::text"`).
fn add_paths(code: &[Token], above: &[String], paths: &mut Vec<Path>) {
    let mut path = above.to_vec();
    // Colons since the last word; two where a path goes on or may begin.
    let mut colons = 2;
    let mut finish = |path: &mut Path| {
        let complete = std::mem::replace(path, above.to_vec());
        if complete.len() > above.len().max(1) {
            paths.push(complete);
        }
    };
    let mut inner = Vec::new();
    for token in code {
        match token {
            Token::Word(word) => {
                if colons != 2 {
                    finish(&mut path);
                }
                path.push(word.clone());
                colons = 0;
            }
            Token::Mark(':') => colons += 1,
            Token::Group(bracket, code) => {
                // `use crate::a::{b, c}` within a function.
                let is_list = colons == 2 && *bracket == '{';
                inner.push((code.clone(), if is_list { path.clone() } else { Vec::new() }));
                finish(&mut path);
                colons = 2;
            }
            Token::Literal(text) => {
                finish(&mut path);
                colons = 2;
                if text.starts_with("crate::") || text.starts_with("super::") {
                    inner.push((tokens(text), Vec::new()));
                }
            }
            Token::Mark(_) => {
                finish(&mut path);
                colons = 2;
            }
        }
    }
    finish(&mut path);
    for (code, above) in inner {
        add_paths(&code, &above, paths);
    }
}

/// What the call of a macro defines, by the look of it: `Name { ... }`.
fn names_before_braces(code: &[Token]) -> Vec<String> {
    let pairs = code.windows(2).filter_map(|pair| match pair {
        [Token::Word(name), Token::Group('{', _)] => Some(name.clone()),
        _ => None,
    });
    pairs.collect()
}
