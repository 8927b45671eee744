//! Least privilege: each role of `template.yaml` grants what its function's code uses, and nothing
//! else. A grant that nothing uses, one that is missing and every wildcard is a fault.
//!
//! What is granted is read from the template (`template`, `grants`), what is needed from two places
//! (`needs`): from the template, since what takes records from a queue or keeps what failed does so
//! by the function's role; and from the code.
//!
//! The code is read as source, and walked from each function's `main` as it might run (`sources`,
//! `walk`, `expressions`, `calls`). The walk knows types, so that `self.queue.send(..)` is ours and
//! `request.send()` the SDK's; it follows values, so that it knows of each request
//!
//! - its operation, by the method of the client that begins it (`uses` says which action that is);
//! - its table, queue, bus, bucket or secret, by the environment variable that the name was read
//!   from, and the resource (of secrets: the folder) that the template sets that variable to;
//! - the index of a query, the partition that a key begins with, the folder of an object.
//!
//! It is no compiler. Whatever it cannot tell is a fault, too, rather than a guess: an operation
//! that is not on its list, a request that nobody sends, a method that is called on who knows what
//! and has the name of one that asks a service, a function that asks a service and that it never
//! came to. The variables that a function reads and those that the template sets must be the same.
//!
//! Who may take a role, call a function or publish to a topic is the other half (`trust`). What the
//! template does not spell out is not seen: SAM writes the role of gradual deployments itself.
//!
//! Each rule lists what is wrong in words, so that it can be shown to bite (`bites`).

#[path = "privileges/bites.rs"]
mod bites;
#[path = "privileges/calls.rs"]
mod calls;
#[path = "privileges/examples.rs"]
mod examples;
#[path = "privileges/expressions.rs"]
mod expressions;
#[path = "privileges/faults.rs"]
mod faults;
#[path = "privileges/grants.rs"]
mod grants;
#[path = "privileges/macros.rs"]
mod macros;
#[path = "privileges/needs.rs"]
mod needs;
#[path = "privileges/secrets.rs"]
mod secrets;
#[path = "privileges/sources.rs"]
mod sources;
#[path = "privileges/template.rs"]
mod template;
#[path = "privileges/trust.rs"]
mod trust;
#[path = "privileges/uses.rs"]
mod uses;
#[path = "privileges/value.rs"]
mod value;
#[path = "privileges/versions.rs"]
mod versions;
#[path = "privileges/walk.rs"]
mod walk;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use sources::Program;
use template::Template;
use uses::Code;

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the project");
    root.to_path_buf()
}

/// The template as it is.
fn template() -> &'static Template {
    static TEMPLATE: OnceLock<Template> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let source = fs::read_to_string(root().join("template.yaml"));
        Template::read(&source.expect("there is a template"))
    })
}

/// The crates below a folder.
fn crates(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).expect("the folder can be read");
    let folders = entries.map(|entry| entry.expect("an entry can be read").path());
    let mut folders: Vec<_> = folders.filter(|path| path.join("Cargo.toml").exists()).collect();
    folders.sort();
    folders
}

/// What the code of each function uses, by the function's logical id: that of `plan-run` is
/// `PlanRun`.
fn codes() -> &'static BTreeMap<String, Code> {
    static CODES: OnceLock<BTreeMap<String, Code>> = OnceLock::new();
    CODES.get_or_init(|| {
        let functions = crates("functions");
        let program = Program::of_folders(&[crates("shared"), functions.clone()].concat());
        let code = |folder: &PathBuf| {
            let name = folder.file_name().expect("a folder has a name").to_string_lossy();
            let code = Code::of(&program, &name.replace('-', "_"));
            (name.split('-').map(capital).collect(), code)
        };
        functions.iter().map(code).collect()
    })
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

#[test]
fn each_role_grants_what_is_used_and_nothing_else() {
    let faults = faults::faults(template(), codes());
    assert!(faults.is_empty(), "privileges that are wrong:\n{}", faults.join("\n"));
}
