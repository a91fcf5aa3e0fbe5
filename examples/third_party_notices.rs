//! The licences of all crates that are linked into the library or the command, as one text; with
//! `--sbom` the crates themselves, as a bill of materials (CycloneDX 1.5).
//! `cargo run --example third_party_notices -- [--sbom] TARGET[,TARGET...] [FEATURES]`: for these
//! targets, with these features beside the default ones.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_json::json;

/// Files of a package that hold a licence or a notice begin like this, in any case.
const BEGINNINGS: [&str; 6] = ["licen", "copying", "copyright", "notice", "unlicense", "authors"];

const INTRODUCTION: &str = "\
Third-party notices

What is linked into the files of this package beside its own code, under which licences, and their
texts. Where several licences stand with OR between them, any one of them applies. The standard
library of Rust is part of it as well: copyright The Rust Project Developers, MIT OR Apache-2.0, texts
below.
";

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    repository: Option<String>,
    manifest_path: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).peekable();
    let is_bill = arguments.next_if(|argument| argument == "--sbom").is_some();
    let targets = arguments.next().ok_or("a target is missing, such as x86_64-pc-windows-gnu")?;
    let features = arguments.next().unwrap_or_default();
    let linked = linked_packages(&targets, &features)?;
    if is_bill {
        println!("{:#}", bill_of_materials(&linked));
        return Ok(());
    }
    let mut texts: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
    println!("{INTRODUCTION}");
    for package in &linked {
        let name = format!("{} {}", package.name, package.version);
        let license = package.license.as_deref().unwrap_or("see its text");
        let repository = package.repository.as_deref().unwrap_or_default();
        println!("{}", format!("{name}: {license}  {repository}").trim_end());
        let found = license_texts(package)?;
        if found.is_empty() {
            eprintln!("{name} ({license}) comes without the text of its licence");
        }
        for text in found {
            // The same text is wrapped in several ways.
            let key = text.split_whitespace().collect::<Vec<_>>().join(" ");
            texts.entry(key).or_insert_with(|| (text, BTreeSet::new())).1.insert(name.clone());
        }
    }
    for (text, names) in texts.values() {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        println!("\n{}\n{}\n\n{}", "=".repeat(100), names.join(", "), text.trim_end());
    }
    Ok(())
}

/// The packages that are linked, in the order of their names; those that only build are not.
fn linked_packages(targets: &str, features: &str) -> Result<Vec<Package>, Box<dyn Error>> {
    const TREE: [&str; 8] = [
        "tree",
        "--locked",
        "--prefix",
        "none",
        "--edges",
        "normal,no-proc-macro",
        "--format",
        "{p}",
    ];
    let mut linked = BTreeSet::new();
    for target in targets.split(',') {
        let more = ["--target", target, "--features", features];
        let tree = cargo(&[&TREE[..], &more].concat())?;
        // name version (where from)
        let packages =
            tree.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "));
        linked.extend(packages);
    }
    let metadata = cargo(&["metadata", "--locked", "--format-version", "1", "--all-features"])?;
    let metadata: Metadata = serde_json::from_str(&metadata)?;
    let mut packages: Vec<Package> = metadata
        .packages
        .into_iter()
        .filter(|package| package.name != env!("CARGO_PKG_NAME"))
        .filter(|package| linked.contains(&format!("{} v{}", package.name, package.version)))
        .collect();
    packages.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    Ok(packages)
}

/// What is linked, in CycloneDX 1.5.
fn bill_of_materials(linked: &[Package]) -> serde_json::Value {
    let component = |package: &Package| {
        let url = format!("pkg:cargo/{}@{}", package.name, package.version);
        // The older form of OR, which is no SPDX expression.
        let license = package.license.as_deref().unwrap_or("NOASSERTION").replace('/', " OR ");
        json!({
            "type": "library", "bom-ref": url, "name": package.name, "version": package.version,
            "purl": url, "licenses": [{ "expression": license }],
        })
    };
    json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": { "component": {
            "type": "application", "bom-ref": "eop-relay", "name": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "licenses": [{ "expression": env!("CARGO_PKG_LICENSE") }],
        } },
        "components": linked.iter().map(component).collect::<Vec<_>>(),
    })
}

fn cargo(arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(arguments).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The texts in the folder of a package, in the order of their names.
fn license_texts(package: &Package) -> Result<Vec<String>, Box<dyn Error>> {
    let folder = Path::new(&package.manifest_path).parent().ok_or("a manifest without a folder")?;
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if path.is_file() && BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) {
            files.push(path);
        }
    }
    files.sort();
    files.iter().map(|file| Ok(fs::read_to_string(file)?.replace('\r', ""))).collect()
}
