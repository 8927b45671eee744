//! `sam build` and `sam deploy`, as ops run them.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    Error,
    emulator::{Emulator, credentials},
    python::{Tools, run},
};

/// What `sam build` made.
#[derive(Clone, Debug)]
pub struct Built {
    folder: PathBuf,
}

/// The architecture of this machine, as the template's parameter calls it.
#[must_use]
pub fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }
}

impl Built {
    /// Builds the functions of `template.yaml` for this machine, into `target/sam`.
    ///
    /// # Errors
    /// What `sam` says.
    pub fn build(tools: &Tools, project: &Path) -> Result<Self, Error> {
        let folder = project.join("target").join("sam");
        fs::create_dir_all(&folder)?;
        // Two builds at once would write into one folder.
        let lock = fs::File::create(folder.with_extension("lock"))?;
        lock.lock()?;
        together(tools, project)?;
        let architecture = format!("Architecture={}", architecture());
        let mut build = tools.sam("sam");
        build.current_dir(project).args(["build", "--build-dir"]).arg(&folder);
        build.args(["--parameter-overrides", &architecture]);
        quiet(&mut build);
        run(&mut build)?;
        Ok(Self { folder })
    }

    /// The folder of a function: its `bootstrap` is what is deployed.
    #[must_use]
    pub fn function(&self, logical_id: &str) -> PathBuf {
        self.folder.join(logical_id)
    }

    fn template(&self) -> PathBuf {
        self.folder.join("template.yaml")
    }
}

/// Deploys what was built to an emulator as a stack of that name, with parameters that differ
/// from what the template takes by itself.
///
/// # Errors
/// What `sam` says.
pub fn deploy(
    emulator: &Emulator,
    built: &Built,
    stack: &str,
    parameters: &[(&str, &str)],
) -> Result<(), Error> {
    let mut deploy = emulator.tools().sam("sam");
    deploy.args(["deploy", "--no-confirm-changeset", "--no-fail-on-empty-changeset"]);
    deploy.args(["--resolve-s3", "--stack-name", stack, "--capabilities", "CAPABILITY_IAM"]);
    deploy.arg("--template-file").arg(built.template());
    deploy.arg("--parameter-overrides").arg(format!("Architecture={}", architecture()));
    deploy.args(parameters.iter().map(|(name, value)| format!("{name}={value}")));
    credentials(&mut deploy, &emulator.url());
    quiet(&mut deploy);
    deploy.current_dir(emulator.folder());
    run(&mut deploy).map_err(|why| format!("{why}\nministack says:\n{}", emulator.said()))?;
    Ok(())
}

/// Builds the functions with the command that SAM gives for each by itself, one after the other:
/// linked together they use all cores, and SAM finds them built. But for the one that draws: what
/// its libraries ask of others would be asked for all of them, and they would not be the same.
fn together(tools: &Tools, project: &Path) -> Result<(), Error> {
    let mut build = tools.cargo();
    build.current_dir(project).args(["lambda", "build", "--release"]);
    if architecture() == "arm64" {
        build.arg("--arm64");
    }
    for function in fs::read_dir(project.join("functions"))? {
        let function = function?.file_name();
        if function != "render-invoice" {
            build.arg("--package").arg(function);
        }
    }
    quiet(&mut build);
    run(&mut build)?;
    Ok(())
}

/// Nothing is told to anybody, and nothing is asked; and a build script that asks for what cargo
/// tells a test of itself does not take another test for a change.
fn quiet(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
        .env("SAM_CLI_TELEMETRY", "0")
        .env("SAM_CLI_BETA_RUST_CARGO_LAMBDA", "1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("CARGO_TERM_COLOR", "never");
}
