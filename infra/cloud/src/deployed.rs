//! A deployed stack: found by the outputs of its template.

use std::collections::BTreeMap;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_lambda::{primitives::Blob, types::InvocationType};
use aws_sdk_s3::{config::Credentials, operation::get_object::GetObjectError};
use aws_sdk_sqs::types::QueueAttributeName;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use mensal_store::Store;
use serde_json::Value;

use crate::{
    Emulator, Error,
    emulator::{KEY, REGION},
};

/// The queues that work flows through, by the outputs that name them.
const QUEUES: [&str; 9] = [
    "PlanQueueName",
    "BillQueueName",
    "DocumentQueueName",
    "ChargeQueueName",
    "ReviewQueueName",
    "NoticeQueueName",
    "ServiceQueueName",
    "CollectQueueName",
    "PaymentQueueName",
];
/// The queues of dead letters, by the outputs that name them.
const DEAD_LETTERS: [&str; 11] = [
    "PlanDeadLettersName",
    "BillDeadLettersName",
    "DocumentDeadLettersName",
    "ChargeDeadLettersName",
    "ReviewDeadLettersName",
    "NoticeDeadLettersName",
    "ServiceDeadLettersName",
    "CollectDeadLettersName",
    "PaymentDeadLettersName",
    "EventDeadLettersName",
    "ScheduleDeadLettersName",
];

/// A deployed stack and the means to reach it.
#[derive(Clone, Debug)]
pub struct Deployed {
    name: String,
    outputs: BTreeMap<String, String>,
    store: Store,
    s3: aws_sdk_s3::Client,
    sqs: aws_sdk_sqs::Client,
    secrets: aws_sdk_secretsmanager::Client,
    lambda: aws_sdk_lambda::Client,
    logs: aws_sdk_cloudwatchlogs::Client,
    config: SdkConfig,
}

/// How much lies in a queue: waiting, or being worked on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Messages that wait.
    pub waiting: u64,
    /// Messages that somebody is working on, or that come again later.
    pub away: u64,
}

/// A message that could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The output that names its queue.
    pub queue: &'static str,
    /// What it says.
    pub body: String,
    /// Why it lies there, where a handler knew.
    pub reason: Option<String>,
}

impl Deployed {
    /// The stack of a name in the account and region that the environment gives, as for the AWS
    /// CLI.
    ///
    /// # Errors
    /// When there is none, or AWS refuses.
    pub async fn from_env(name: &str) -> Result<Self, Error> {
        let config =
            aws_config::defaults(BehaviorVersion::latest()).http_client(https()).load().await;
        Self::find(&config, name).await
    }

    /// The stack of a name on an emulator.
    ///
    /// # Errors
    /// When there is none.
    pub async fn emulated(emulator: &Emulator, name: &str) -> Result<Self, Error> {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .http_client(https())
            .region(Region::from_static(REGION))
            .endpoint_url(emulator.url())
            .credentials_provider(Credentials::new(KEY, KEY, None, None, "emulator"))
            .load()
            .await;
        Self::find(&config, name).await
    }

    async fn find(config: &SdkConfig, name: &str) -> Result<Self, Error> {
        let stacks = aws_sdk_cloudformation::Client::new(config);
        let found = stacks.describe_stacks().stack_name(name).send().await;
        let found = found.map_err(|why| {
            let answered = why.as_service_error().and_then(|error| error.meta().message());
            let why = answered.map_or_else(|| unreached(&why), str::to_owned);
            format!("the stack {name} cannot be looked up: {why}")
        })?;
        let stack = found.stacks().first().ok_or_else(|| format!("there is no stack {name}"))?;
        let output = |output: &aws_sdk_cloudformation::types::Output| {
            Some((output.output_key()?.to_owned(), output.output_value()?.to_owned()))
        };
        let outputs: BTreeMap<_, _> = stack.outputs().iter().filter_map(output).collect();
        let table = outputs.get("TableName").ok_or_else(|| {
            format!("the stack {name} has no output TableName: it is none of Mensal's template")
        })?;
        let s3 = aws_sdk_s3::config::Builder::from(config);
        let s3 = s3.force_path_style(config.endpoint_url().is_some());
        Ok(Self {
            name: name.to_owned(),
            store: Store::new(aws_sdk_dynamodb::Client::new(config), table.as_str()),
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            sqs: aws_sdk_sqs::Client::new(config),
            secrets: aws_sdk_secretsmanager::Client::new(config),
            lambda: aws_sdk_lambda::Client::new(config),
            logs: aws_sdk_cloudwatchlogs::Client::new(config),
            config: config.clone(),
            outputs,
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its table.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// How its account and region are reached.
    pub(crate) fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// What an output of the template says.
    ///
    /// # Errors
    /// When the stack was deployed from a template without it.
    pub fn output(&self, name: &str) -> Result<&str, Error> {
        let found = self.outputs.get(name).map(String::as_str);
        found.ok_or_else(|| format!("the stack {} has no output {name}", self.name).into())
    }

    /// The gateways that the stack knows, by their codes.
    #[must_use]
    pub fn gateways(&self) -> Vec<&str> {
        let listed = self.outputs.get("Gateways").map(String::as_str).unwrap_or_default();
        listed.split(',').filter(|code| !code.is_empty()).collect()
    }

    /// What the names of its gateways' secrets begin with.
    #[must_use]
    pub fn gateway_secrets(&self) -> String {
        format!("mensal/{}/", self.name)
    }

    /// Creates the secret of a gateway, as ops do before they deploy its code.
    ///
    /// # Errors
    /// When there is one of that name already, or Secrets Manager refuses.
    pub async fn create_gateway_secret(&self, code: &str, secret: &str) -> Result<(), Error> {
        self.create_secret(&format!("{}{code}", self.gateway_secrets()), secret).await
    }

    /// Creates a secret.
    ///
    /// # Errors
    /// As [`Deployed::create_gateway_secret`].
    pub async fn create_secret(&self, name: &str, secret: &str) -> Result<(), Error> {
        self.secrets.create_secret().name(name).secret_string(secret).send().await?;
        Ok(())
    }

    /// Whether each invoice has its PDF in the bucket: made at once, and never deleted.
    #[must_use]
    pub fn keeps_documents(&self) -> bool {
        let is = |name: &str, value: &str| self.outputs.get(name).is_none_or(|own| own == value);
        is("Documents", "at-once") && is("DocumentRetentionDays", "0")
    }

    /// Calls a function with an event and waits for its answer.
    ///
    /// # Errors
    /// The function's, in its words.
    pub async fn invoke(&self, function: &str, event: &Value) -> Result<Value, Error> {
        let answer = self
            .lambda
            .invoke()
            .function_name(function)
            .invocation_type(InvocationType::RequestResponse)
            .payload(Blob::new(event.to_string()))
            .send()
            .await?;
        let payload = answer.payload().map(Blob::as_ref).unwrap_or_default();
        if answer.function_error().is_some() {
            return Err(String::from_utf8_lossy(payload).into_owned().into());
        }
        Ok(if payload.is_empty() { Value::Null } else { serde_json::from_slice(payload)? })
    }

    /// The keys of all objects in the bucket, in order.
    ///
    /// # Errors
    /// The bucket's.
    pub async fn objects(&self) -> Result<Vec<String>, Error> {
        let list = self.s3.list_objects_v2().bucket(self.output("BucketName")?);
        let mut pages = list.into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page?;
            keys.extend(
                page.contents().iter().filter_map(|object| object.key().map(str::to_owned)),
            );
        }
        keys.sort();
        Ok(keys)
    }

    /// An object of the bucket; none if there is none under that key.
    ///
    /// # Errors
    /// The bucket's.
    pub async fn object(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let got = self.s3.get_object().bucket(self.output("BucketName")?).key(key).send().await;
        match got {
            Ok(object) => Ok(Some(object.body.collect().await?.to_vec())),
            Err(why) if why.as_service_error().is_some_and(GetObjectError::is_no_such_key) => {
                Ok(None)
            }
            Err(why) => Err(why.into()),
        }
    }

    /// The URL of the queue that an output names.
    ///
    /// # Errors
    /// When there is no such output, or no such queue.
    pub async fn queue_url(&self, output: &str) -> Result<String, Error> {
        let name = self.output(output)?;
        let found = self.sqs.get_queue_url().queue_name(name).send().await?;
        Ok(found.queue_url().ok_or("a queue without a URL")?.to_owned())
    }

    async fn depth(&self, output: &'static str) -> Result<Depth, Error> {
        let asked = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let request = self.sqs.get_queue_attributes().queue_url(self.queue_url(output).await?);
        let told = request.set_attribute_names(Some(asked.to_vec())).send().await?;
        let [waiting, away, delayed] = asked.map(|name| {
            let value = told.attributes().and_then(|all| all.get(&name));
            value.and_then(|value| value.parse::<u64>().ok()).unwrap_or_default()
        });
        Ok(Depth { waiting, away: away + delayed })
    }

    /// What lies in the queues that work flows through, all together.
    ///
    /// # Errors
    /// The queues'.
    pub async fn in_flow(&self) -> Result<Depth, Error> {
        let mut sum = Depth::default();
        for queue in QUEUES {
            let depth = self.depth(queue).await?;
            sum = Depth { waiting: sum.waiting + depth.waiting, away: sum.away + depth.away };
        }
        Ok(sum)
    }

    /// How long a message that was taken and not done stays away from its queue, for all queues
    /// that work flows through: minutes in the template, seconds where a test breaks things.
    ///
    /// # Errors
    /// The queues'.
    pub async fn set_visibility(&self, seconds: u32) -> Result<(), Error> {
        for queue in QUEUES {
            let set = self.sqs.set_queue_attributes().queue_url(self.queue_url(queue).await?);
            let name = QueueAttributeName::VisibilityTimeout;
            set.attributes(name, seconds.to_string()).send().await?;
        }
        Ok(())
    }

    /// Puts a message on the queue that an output names, as anybody with the right could.
    ///
    /// # Errors
    /// The queue's.
    pub async fn send(&self, queue: &'static str, body: &str) -> Result<(), Error> {
        let url = self.queue_url(queue).await?;
        self.sqs.send_message().queue_url(url).message_body(body).send().await?;
        Ok(())
    }

    /// What lies with the dead letters. It stays there.
    ///
    /// # Errors
    /// The queues'.
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetter>, Error> {
        let mut letters = Vec::new();
        for queue in DEAD_LETTERS {
            let url = self.queue_url(queue).await?;
            let mut left = self.depth(queue).await?.waiting;
            while left > 0 {
                // Out of sight for as long as it takes to read them all, then back.
                let got = self.sqs.receive_message().queue_url(&url).visibility_timeout(30);
                let got = got.max_number_of_messages(10).message_attribute_names("All");
                let got = got.send().await?;
                if got.messages().is_empty() {
                    break;
                }
                for message in got.messages() {
                    let reason = message.message_attributes().and_then(|all| all.get("reason"));
                    letters.push(DeadLetter {
                        queue,
                        body: message.body().unwrap_or_default().to_owned(),
                        reason: reason.and_then(|text| text.string_value()).map(str::to_owned),
                    });
                    left = left.saturating_sub(1);
                }
            }
        }
        Ok(letters)
    }

    /// Everything that the functions have logged from a moment on (in milliseconds of 1970), by
    /// function: `plan-run`, `issue-invoice` …
    ///
    /// # Errors
    /// When a log cannot be read.
    pub async fn logs(&self, since: i64) -> Result<BTreeMap<String, Vec<String>>, Error> {
        let mut logs = BTreeMap::new();
        let prefix = format!("/mensal/{}/", self.name);
        let mut groups =
            self.logs.describe_log_groups().log_group_name_prefix(&prefix).into_paginator().send();
        while let Some(page) = groups.next().await {
            for group in page?.log_groups() {
                let name = group.log_group_name().unwrap_or_default();
                let mut lines = Vec::new();
                let events = self.logs.filter_log_events().log_group_name(name).start_time(since);
                let mut events = events.into_paginator().send();
                while let Some(page) = events.next().await {
                    let page = page?;
                    let text = page.events().iter().filter_map(|event| event.message());
                    lines.extend(text.map(str::to_owned));
                }
                let function = name.strip_prefix(&prefix).unwrap_or(name).to_owned();
                logs.insert(function, lines);
            }
        }
        Ok(logs)
    }
}

/// Why AWS did not answer: what lies deepest, and what usually helps.
fn unreached(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    format!("{deepest} (credentials and AWS_REGION set? `aws sts get-caller-identity` tells)")
}

/// With the cryptography that functions have: an SDK's own would be built beside it.
fn https() -> SharedHttpClient {
    let builder = aws_smithy_http_client::Builder::new();
    builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}
