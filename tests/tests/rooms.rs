//! The rooms of the house: who may lean on whom, what the domain may know, how large a room is.
//!
//! Each rule is a function that lists what is wrong, so that it can be shown to bite.

#[path = "rooms/floats.rs"]
mod floats;
#[path = "rooms/untested.rs"]
mod untested;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use floats::float_lines;
use serde_json::Value;
use untested::{has_tests, left_out};

/// What each library may lean on, of our own crates. Arrows point inwards only: to `domain`.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("crc-fast", &[]),
    ("mensal-domain", &[]),
    ("mensal-documents", &["mensal-domain"]),
    ("mensal-store", &["mensal-domain"]),
    ("mensal-runtime", &["mensal-domain", "mensal-rails", "mensal-store"]),
    ("mensal-importer", &["mensal-domain", "mensal-notices", "mensal-store"]),
    ("mensal-notices", &["mensal-domain"]),
    ("mensal-network", &["mensal-domain", "mensal-rails"]),
    ("mensal-rails", &["mensal-domain"]),
];

/// What a function may lean on, of our own crates.
const FUNCTIONS: &[&str] = &[
    "mensal-documents",
    "mensal-domain",
    "mensal-network",
    "mensal-notices",
    "mensal-rails",
    "mensal-runtime",
    "mensal-store",
];

/// All that the domain needs from others: currencies, the calendar, decimals, (de)serialising, a
/// hash of what was billed, errors.
const DOMAIN_NEEDS: &[&str] =
    &["iso_currency", "jiff", "rust_decimal", "serde", "serde_json", "sha2", "thiserror"];

/// What must not even stand behind those: waiting, the net, AWS, chance, another calendar.
const DOMAIN_NEVER: &[&str] = &[
    "async-",
    "aws-",
    "aws_",
    "axum",
    "chrono",
    "fastrand",
    "futures",
    "getrandom",
    "hyper",
    "krilla",
    "lambda",
    "mio",
    "rand",
    "reqwest",
    "smol",
    "socket2",
    "tokio",
    "tracing",
    "ureq",
];

/// The largest file of Rust, in lines: what one can hold in mind.
const ROOM: usize = 500;

/// A member of the workspace.
#[derive(Clone)]
struct Package {
    name: String,
    /// The folder below the project's root, such as `shared/domain`.
    folder: String,
    needs: Vec<Need>,
}

/// What a member asks for in its manifest.
#[derive(Clone)]
struct Need {
    name: String,
    /// Neither for tests only nor for a build script.
    normal: bool,
    default_features: bool,
    features: Vec<String>,
}

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the project");
    root.to_path_buf()
}

/// What cargo says to `arguments`, without the net.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--offline", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {} failed:\n{errors}", arguments.join(" "));
    String::from_utf8(output.stdout).expect("cargo speaks UTF-8")
}

/// The workspace as its manifests describe it.
fn workspace() -> Vec<Package> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--format-version", "1", "--no-deps"]))
            .expect("cargo metadata is JSON");
    let root = metadata["workspace_root"].as_str().expect("a workspace has a root");
    let packages = metadata["packages"].as_array().expect("a workspace has packages");
    packages.iter().map(|package| member(package, Path::new(root))).collect()
}

fn member(package: &Value, root: &Path) -> Package {
    let manifest = Path::new(package["manifest_path"].as_str().expect("a package has a manifest"));
    let folder = manifest.parent().and_then(|folder| folder.strip_prefix(root).ok());
    let folder = folder.expect("members lie in the workspace").to_string_lossy().replace('\\', "/");
    let needs = package["dependencies"].as_array().expect("a package lists its dependencies");
    let needs = needs.iter().map(|need| Need {
        name: text(&need["name"]),
        normal: need["kind"].is_null(),
        default_features: need["uses_default_features"] == true,
        features: need["features"].as_array().into_iter().flatten().map(text).collect(),
    });
    Package { name: text(&package["name"]), folder, needs: needs.collect() }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a name is text").to_owned()
}

/// Every dependency among our own crates that points the wrong way.
fn wrong_edges(packages: &[Package]) -> Vec<String> {
    let mut wrong = Vec::new();
    for package in packages {
        let may = match may_lean_on(package, packages) {
            Ok(may) => may,
            Err(why) => {
                wrong.push(why);
                continue;
            }
        };
        for need in &package.needs {
            let ours = packages.iter().any(|other| other.name == need.name);
            if ours && !may.contains(need.name.as_str()) {
                let may: Vec<_> = may.iter().copied().collect();
                let may = if may.is_empty() { "none of ours".into() } else { may.join(", ") };
                wrong.push(format!(
                    "{} -> {}: {} may lean on {may}",
                    package.name, need.name, package.folder
                ));
            }
        }
    }
    wrong
}

/// Which of our own crates a package may lean on.
fn may_lean_on<'a>(
    package: &Package,
    packages: &'a [Package],
) -> Result<BTreeSet<&'a str>, String> {
    let rooms = package.folder.split_once('/').map_or(package.folder.as_str(), |(room, _)| room);
    let all = || packages.iter().map(|other| other.name.as_str());
    match rooms {
        "shared" => {
            let row = LIBRARIES.iter().find(|(name, _)| *name == package.name);
            let (_, may) = row.ok_or_else(|| {
                format!(
                    "{}: say in LIBRARIES of tests/tests/rooms.rs what it may lean on",
                    package.name
                )
            })?;
            Ok(all().filter(|name| may.contains(name)).collect())
        }
        "functions" => Ok(all().filter(|name| FUNCTIONS.contains(name)).collect()),
        // The local stack calls every handler; nothing but the tests leans on it.
        "infra" => Ok(all().filter(|name| *name != "mensal-tests").collect()),
        "tests" => Ok(all().collect()),
        _ => Err(format!(
            "{}: {} is no room of the house: shared/, functions/, infra/ or tests/",
            package.name, package.folder
        )),
    }
}

/// What the domain's manifest asks for and should not.
fn wrong_needs(domain: &Package) -> Vec<String> {
    let mut wrong = Vec::new();
    for need in domain.needs.iter().filter(|need| need.normal) {
        if !DOMAIN_NEEDS.contains(&need.name.as_str()) {
            wrong.push(format!(
                "mensal-domain -> {}: the domain needs {}; a new need is a decision, to be added to \
                 DOMAIN_NEEDS of tests/tests/rooms.rs",
                need.name,
                DOMAIN_NEEDS.join(", ")
            ));
        }
        let outside = ["js", "tz-system", "tzdb-concatenated", "tzdb-zoneinfo"];
        let reaches = need.features.iter().any(|feature| outside.contains(&feature.as_str()));
        if need.name == "jiff" && (need.default_features || reaches) {
            wrong.push(
                "mensal-domain -> jiff: must be without default features, tz-system and tzdb-zoneinfo, \
                 which read the machine's clock zone and files; tzdb-bundle-always is right"
                    .into(),
            );
        }
    }
    wrong
}

/// What stands behind the domain and should not, out of the names of all that it is built with.
fn wrong_company<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let never = |name: &&str| DOMAIN_NEVER.iter().any(|never| name.starts_with(never));
    let names: BTreeSet<_> = names.filter(never).collect();
    let say = |name| {
        format!(
            "mensal-domain is built with {name}: it must wait for nothing, reach nothing and draw no \
             lots; `cargo tree -p mensal-domain -e normal,build -i {name}` shows who brings it"
        )
    };
    names.into_iter().map(say).collect()
}

/// Every file of Rust below `folder`, in order.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder can be read") {
            let path = entry.expect("an entry can be read").path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

#[test]
fn dependencies_point_inwards() {
    let wrong = wrong_edges(&workspace());
    assert!(wrong.is_empty(), "dependencies that point the wrong way:\n{}", wrong.join("\n"));
}

#[test]
fn domain_needs_little() {
    let packages = workspace();
    let domain = packages.iter().find(|package| package.name == "mensal-domain");
    let wrong = wrong_needs(domain.expect("there is a domain"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn domain_stands_on_nothing_that_waits_reaches_out_or_draws_lots() {
    let tree = cargo(&[
        "tree",
        "--package",
        "mensal-domain",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    let names: Vec<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"jiff"), "cargo tree shows what the domain is built with:\n{tree}");
    let wrong = wrong_company(names.into_iter());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn domain_has_no_floats() {
    let mut wrong = Vec::new();
    for file in rust_files(&root().join("shared/domain")) {
        let source = fs::read_to_string(&file).expect("a source can be read");
        wrong.extend(float_lines(&source).iter().map(|line| format!("{}:{line}", shown(&file))));
    }
    assert!(wrong.is_empty(), "a float cannot hold ten cents; use Decimal:\n{}", wrong.join("\n"));
}

#[test]
fn rooms_are_small() {
    let mut large = Vec::new();
    for file in ["shared", "functions", "infra", "tests"]
        .map(|room| root().join(room))
        .iter()
        .flat_map(|room| rust_files(room))
    {
        let lines = fs::read_to_string(&file).expect("a source can be read").lines().count();
        if lines > ROOM {
            large.push(format!("{} has {lines} lines", shown(&file)));
        }
    }
    assert!(large.is_empty(), "at most {ROOM} lines; split by meaning:\n{}", large.join("\n"));
}

#[test]
fn nothing_that_has_tests_is_left_out_of_them() {
    let folders = fs::read_dir(root().join("functions")).expect("a folder can be read");
    let folders = folders.map(|entry| entry.expect("an entry can be read").path());
    let mut forgotten = Vec::new();
    for folder in folders {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).expect("it is a package");
        let left_out = left_out(&manifest);
        for file in rust_files(&folder.join("src")) {
            let kind = if file.ends_with("src/main.rs") { "bin" } else { "lib" };
            let source = fs::read_to_string(&file).expect("a source can be read");
            if left_out.contains(&kind) && has_tests(&source) {
                forgotten.push(shown(&file));
            }
        }
    }
    assert!(forgotten.is_empty(), "`test = false` leaves out: {}", forgotten.join(", "));
}

fn made_up(name: &str, folder: &str, needs: &[&str]) -> Package {
    let need = |name: &&str| Need {
        name: (*name).into(),
        normal: true,
        default_features: true,
        features: Vec::new(),
    };
    Package { name: name.into(), folder: folder.into(), needs: needs.iter().map(need).collect() }
}

#[test]
fn a_wrong_edge_is_named() {
    let house = |from: &str, to: &str| {
        let folders = [
            ("mensal-domain", "shared/domain"),
            ("mensal-documents", "shared/documents"),
            ("mensal-store", "shared/store"),
            ("mensal-runtime", "shared/runtime"),
            ("mensal-importer", "shared/importer"),
            ("mensal-notices", "shared/notices"),
            ("mensal-rails", "shared/rails"),
            ("plan-run", "functions/plan-run"),
            ("issue-invoice", "functions/issue-invoice"),
            ("mensal", "infra/local"),
            ("mensal-tests", "tests"),
        ];
        let needs = |name: &str| if name == from { vec![to] } else { Vec::new() };
        let packages = folders.map(|(name, folder)| made_up(name, folder, &needs(name)));
        wrong_edges(&packages)
    };
    for (from, to) in [
        ("mensal-domain", "mensal-store"),
        ("mensal-documents", "mensal-store"),
        ("mensal-store", "mensal-runtime"),
        ("mensal-runtime", "mensal-documents"),
        ("mensal-importer", "mensal-runtime"),
        ("mensal-notices", "mensal-store"),
        ("mensal-notices", "mensal-importer"),
        ("mensal-documents", "mensal-notices"),
        ("mensal-rails", "mensal-store"),
        ("mensal-rails", "mensal-runtime"),
        ("mensal-store", "mensal-rails"),
        ("mensal-store", "plan-run"),
        ("mensal-runtime", "mensal"),
        ("plan-run", "issue-invoice"),
        ("plan-run", "mensal-importer"),
        ("plan-run", "mensal"),
        ("mensal", "mensal-tests"),
    ] {
        let wrong = house(from, to);
        assert_eq!(wrong.len(), 1, "{from} -> {to}: {wrong:?}");
        assert!(wrong[0].starts_with(&format!("{from} -> {to}: ")), "{wrong:?}");
    }
    for (from, to) in [
        ("mensal-runtime", "mensal-store"),
        ("mensal-runtime", "mensal-rails"),
        ("plan-run", "mensal-rails"),
        ("mensal-importer", "mensal-domain"),
        ("mensal-importer", "mensal-notices"),
        ("plan-run", "mensal-notices"),
        ("plan-run", "mensal-runtime"),
        ("mensal", "plan-run"),
        ("mensal-tests", "mensal"),
        ("mensal-store", "serde"),
    ] {
        assert_eq!(house(from, to), Vec::<String>::new());
    }
    assert_eq!(wrong_edges(&[made_up("mensal-cellar", "shared/cellar", &[])]).len(), 1);
    assert_eq!(wrong_edges(&[made_up("stray", "tools/stray", &[])]).len(), 1);
}

#[test]
fn a_wrong_need_of_the_domain_is_named() {
    let wrong =
        wrong_needs(&made_up("mensal-domain", "shared/domain", &["serde", "tokio", "jiff"]));
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert!(wrong[0].starts_with("mensal-domain -> tokio: "));
    assert!(wrong[1].starts_with("mensal-domain -> jiff: "));
    let mut bundled = made_up("mensal-domain", "shared/domain", &["jiff"]);
    bundled.needs[0].default_features = false;
    bundled.needs[0].features = vec!["std".into(), "tzdb-bundle-always".into()];
    assert_eq!(wrong_needs(&bundled), Vec::<String>::new());
    let company = ["serde", "rand_core", "aws-sdk-s3", "tokio-util", "sha2", "rand_core"];
    assert_eq!(wrong_company(company.into_iter()).len(), 3);
}
