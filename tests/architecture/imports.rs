//! Which file of a crate uses which: `use` declarations and paths in the code, followed through
//! re-exports to the file where the thing stands. What is compiled for tests alone is left out.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item, UseTree, Visibility};

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
            let used = uses.entry(module.file.clone()).or_default();
            let imported = module.imports.iter().map(|import| (&import.path, import.is_public));
            for (path, is_public) in imported.chain(module.named.iter().map(|path| (path, false))) {
                let Some(target) = self.resolve(at, path, 0) else { continue };
                let is_passed_on = is_public && target.starts_with(at);
                let file = &self.modules[&target].file;
                if !is_passed_on && *file != module.file {
                    used.insert(file.clone());
                }
            }
        }
        uses
    }

    fn add_file(&mut self, at: Path, file: &str, files: &Files) {
        let parsed =
            syn::parse_file(&files[file]).unwrap_or_else(|error| panic!("{file}: {error}"));
        let folder = match file.rsplit_once('/').unwrap_or(("", file)) {
            (folder, "lib.rs" | "main.rs" | "mod.rs") => folder.to_owned(),
            _ => file.trim_end_matches(".rs").to_owned(),
        };
        self.add_items(at, file, &folder, parsed.items, files);
    }

    fn add_items(&mut self, at: Path, file: &str, folder: &str, items: Vec<Item>, files: &Files) {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        for item in items {
            match item {
                Item::Mod(child) if !is_for_tests(&child.attrs) => {
                    let name = child.ident.to_string();
                    let path = [&at[..], &[name.clone()]].concat();
                    let below = format!("{folder}/{name}");
                    let below = below.trim_start_matches('/');
                    if let Some((_, items)) = child.content {
                        self.add_items(path, file, below, items, files);
                    } else {
                        let candidates = [format!("{below}.rs"), format!("{below}/mod.rs")];
                        let found = candidates.iter().find(|file| files.contains_key(*file));
                        let found =
                            found.unwrap_or_else(|| panic!("{file}: no file of mod {name}"));
                        self.add_file(path, found, files);
                    }
                }
                Item::Use(import) if !is_for_tests(&import.attrs) => {
                    let is_public = !matches!(import.vis, Visibility::Inherited);
                    add_imports(&import.tree, &[], is_public, &mut module.imports);
                }
                Item::Mod(_) | Item::Use(_) => {}
                item => module.add_code(item),
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
            let child = [&here[..], &[name.clone()]].concat();
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

    fn add_code(&mut self, item: Item) {
        let (name, attributes) = match &item {
            Item::Const(item) => (Some(&item.ident), &item.attrs),
            Item::Enum(item) => (Some(&item.ident), &item.attrs),
            Item::Fn(item) => (Some(&item.sig.ident), &item.attrs),
            Item::Impl(item) => (None, &item.attrs),
            Item::Macro(item) => (item.ident.as_ref(), &item.attrs),
            Item::Static(item) => (Some(&item.ident), &item.attrs),
            Item::Struct(item) => (Some(&item.ident), &item.attrs),
            Item::Trait(item) => (Some(&item.ident), &item.attrs),
            Item::Type(item) => (Some(&item.ident), &item.attrs),
            Item::Union(item) => (Some(&item.ident), &item.attrs),
            other => panic!("an item of an unexpected kind: {}", other.to_token_stream()),
        };
        if is_for_tests(attributes) {
            return;
        }
        self.items.extend(name.map(ToString::to_string));
        if let Item::Macro(item) = &item {
            self.items.extend(names_before_braces(item.mac.tokens.clone()));
        }
        add_paths(item.into_token_stream(), &[], &mut self.named);
    }
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let condition = attribute.to_token_stream().to_string().replace(' ', "");
        condition.starts_with("#[cfg(test)") || condition.starts_with("#[cfg(all(test,")
    })
}

fn add_imports(tree: &UseTree, above: &[String], is_public: bool, imports: &mut Vec<Import>) {
    let below = |name: String| [above, &[name]].concat();
    let mut add = |name: Option<String>, path: Path| imports.push(Import { name, path, is_public });
    match tree {
        UseTree::Path(path) => {
            add_imports(&path.tree, &below(path.ident.to_string()), is_public, imports);
        }
        UseTree::Name(name) if name.ident == "self" => add(above.last().cloned(), above.to_vec()),
        UseTree::Name(name) => add(Some(name.ident.to_string()), below(name.ident.to_string())),
        UseTree::Rename(name) => add(Some(name.rename.to_string()), below(name.ident.to_string())),
        UseTree::Glob(_) => add(None, above.to_vec()),
        UseTree::Group(group) => {
            for tree in &group.items {
                add_imports(tree, above, is_public, imports);
            }
        }
    }
}

/// Identifiers joined by `::`, in code and in the strings of attributes (`with = "super::text"`).
fn add_paths(tokens: TokenStream, above: &[String], paths: &mut Vec<Path>) {
    let mut path = above.to_vec();
    let mut joints = 2;
    let mut finish = |path: &mut Path| {
        let complete = std::mem::replace(path, above.to_vec());
        if complete.len() > above.len().max(1) {
            paths.push(complete);
        }
    };
    let mut inner = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                if joints != 2 {
                    finish(&mut path);
                }
                path.push(name.to_string());
                joints = 0;
            }
            TokenTree::Punct(mark) if mark.as_char() == ':' => joints += 1,
            TokenTree::Group(group) => {
                // `use crate::a::{b, c}` within a function.
                let is_list = joints == 2 && group.delimiter() == Delimiter::Brace;
                inner.push((group.stream(), if is_list { path.clone() } else { Vec::new() }));
                finish(&mut path);
                joints = 2;
            }
            TokenTree::Literal(literal) => {
                finish(&mut path);
                joints = 2;
                let text = literal.to_string();
                let text = text.trim_matches('"');
                if text.starts_with("crate::") || text.starts_with("super::") {
                    inner.push((text.parse().unwrap_or_default(), Vec::new()));
                }
            }
            TokenTree::Punct(_) => {
                finish(&mut path);
                joints = 2;
            }
        }
    }
    finish(&mut path);
    for (tokens, above) in inner {
        add_paths(tokens, &above, paths);
    }
}

/// What the call of a macro defines, by the look of it: `Name { ... }`.
fn names_before_braces(tokens: TokenStream) -> Vec<String> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let pairs = tokens.windows(2).filter_map(|pair| match pair {
        [TokenTree::Ident(name), TokenTree::Group(group)]
            if group.delimiter() == Delimiter::Brace =>
        {
            Some(name.to_string())
        }
        _ => None,
    });
    pairs.collect()
}
