//! `mensal`: starts the local stack, and the commands around it.

mod cli;
mod commands;

use std::process::ExitCode;

use clap::Parser;
use cli::{Cli, Command};
use commands::Failed;

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli::log();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(why) => return Failed::from(why).tell(),
    };
    let done = runtime.block_on(async {
        match cli.command {
            None => commands::run(&cli.run).await,
            Some(Command::Bill(options)) => commands::bill(&options).await,
            Some(Command::Import(options)) => commands::import(&options).await,
            Some(Command::Preview(options)) => commands::preview(&options).await,
            Some(Command::Explain(options)) => commands::explain(&options).await,
            Some(Command::Promise(options)) => commands::make_promise(&options).await,
            Some(Command::Notice(command)) => commands::notice(&command).await,
            Some(Command::Simulate(options)) => commands::simulate(&options).await,
            Some(Command::Cost(options)) => commands::cost(&options).await,
            Some(Command::Audit(options)) => commands::audit(&options).await,
            Some(Command::Unpark(options)) => commands::unpark(&options).await,
            Some(Command::Pay(options)) => commands::pay(&options).await,
            Some(Command::Reverse(options)) => commands::reverse(&options).await,
            Some(Command::Methods(command)) => commands::methods(&command).await,
            Some(Command::Unmatched(command)) => commands::unmatched(&command).await,
            Some(Command::Reconciliation(options)) => commands::reconciliation(&options).await,
            Some(Command::Boleto(command)) => commands::boleto(&command),
            Some(Command::Pix(command)) => commands::pix(&command),
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => failed.tell(),
    }
}
