//! Programs, built for release as they are for Lambda.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use mensal::stack::Error;
use serde_json::Value;

/// The program of a function.
pub(crate) fn function(package: &str) -> Result<PathBuf, Error> {
    build(&["-p", package, "--bin", package], package)
}

/// The smallest function there is, built with the same profile.
pub(crate) fn hello() -> Result<PathBuf, Error> {
    build(&["-p", "mensal-runtime", "--example", "hello"], "hello")
}

/// Builds one target by itself, so that no other lends it features; says where it is.
fn build(arguments: &[&str], target: &str) -> Result<PathBuf, Error> {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--message-format=json-render-diagnostics"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()?;
    if !built.status.success() {
        return Err(format!("{target} cannot be built").into());
    }
    let messages = built.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    for message in messages {
        let message: Value = serde_json::from_slice(message)?;
        let program = message["executable"].as_str();
        if let Some(program) = program.filter(|_| message["target"]["name"] == target) {
            return Ok(program.into());
        }
    }
    Err(format!("cargo does not say where {target} is").into())
}
