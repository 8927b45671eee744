//! One target, as the environment says: `FUZZ_TARGET` names it (without, all names are told),
//! `FUZZ_SEEDS` is the folder that its seeds are written to for libFuzzer. Without libFuzzer
//! `FUZZ_FOUND` is the folder of findings, `FUZZ_SECONDS` how long the search takes, and
//! `FUZZ_INPUT` a file to be checked in the place of a search. `fuzz/run` sets them.
#![cfg_attr(feature = "libfuzzer", no_main)]

use std::env;

use mensal_fuzz::{TARGETS, Target};

/// The target that is asked for. If none is, the names of all are told, and that is that.
fn target() -> Target {
    let Ok(name) = env::var("FUZZ_TARGET") else {
        for target in TARGETS {
            println!("{}", target.name);
        }
        std::process::exit(0);
    };
    Target::named(&name).unwrap_or_else(|why| {
        eprintln!("{why}");
        std::process::exit(2);
    })
}

#[cfg(feature = "libfuzzer")]
mod guided {
    //! libFuzzer has its own `main`, and calls what follows.

    use std::{env, path::Path, sync::LazyLock};

    use mensal_fuzz::Target;

    static TARGET: LazyLock<Target> = LazyLock::new(super::target);

    fn begin() {
        let target = *TARGET;
        if let Some(folder) = env::var_os("FUZZ_SEEDS") {
            target.plant(Path::new(&folder)).expect("the folder of seeds can be written");
        }
    }

    libfuzzer_sys::fuzz_target!(init: begin(), |input: &[u8]| {
        TARGET.check(input);
    });
}

#[cfg(not(feature = "libfuzzer"))]
mod by_chance {
    //! The other engine.

    use std::{env, error::Error, fs, path::Path, time::Duration};

    use mensal_fuzz::{Target, blind::search};

    pub(super) fn run(target: Target) -> Result<String, Box<dyn Error>> {
        if let Some(input) = env::var_os("FUZZ_INPUT") {
            target.check(&fs::read(input)?);
            return Ok("it breaks no promise".into());
        }
        let seconds = env::var("FUZZ_SECONDS")?.parse()?;
        let found = env::var("FUZZ_FOUND")?;
        let tried = search(target, Duration::from_secs(seconds), Path::new(&found))?;
        Ok(format!("{tried} inputs in {seconds} s, by chance"))
    }
}

#[cfg(not(feature = "libfuzzer"))]
fn main() -> std::process::ExitCode {
    match by_chance::run(target()) {
        Ok(told) => {
            println!("{told}");
            std::process::ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            std::process::ExitCode::FAILURE
        }
    }
}
