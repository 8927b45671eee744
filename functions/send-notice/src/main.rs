//! Starts the function.

use lambda_runtime::Error;
use mensal_runtime::{
    catalogs::Catalogs, clients::Clients, clock::Clock, config, dead_letters::DeadLetters,
    queue::Queue, start::run, watch::Watch,
};
use mensal_store::Store;
use send_notice::{Carriers, Email, Hook, SendNotices, Sms};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let clients = Clients::from_env();
    let store = Store::new(clients.dynamodb(), config::required(config::TABLE)?);
    let watch = Watch::new(env!("CARGO_PKG_NAME"), &clients).table(&store);
    let (mail_from, sms_from) =
        (config::optional(config::MAIL_FROM), config::optional(config::SMS_FROM));
    let carriers = Carriers {
        email: mail_from
            .map(|from| Email::new(clients.ses(), from, config::optional(config::MAIL_SET))),
        sms: sms_from.map(|from| Sms::new(clients.sms(), from, config::optional(config::SMS_SET))),
        hook: Hook::new(
            clients.secrets(),
            clients.plain(),
            config::required(config::NOTICE_SECRETS)?,
        ),
    };
    let function = SendNotices {
        catalogs: Catalogs::new(store.clone()),
        store,
        carriers,
        clock: Clock::Wall(config::time_zone()?),
        notice_queue: Queue::new(clients.sqs(), config::required(config::NOTICE_QUEUE)?),
        dead_letters: DeadLetters::new(clients.sqs(), config::required(config::DEAD_LETTERS)?),
    };
    run(function, watch).await
}
