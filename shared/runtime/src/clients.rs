//! AWS clients: made once per process, counted in one place, with one set of connections.
//!
//! Nothing is opened, read or resolved before the first request: a function is ready as soon as
//! its program is.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use aws_config::{
    BehaviorVersion, Region, SdkConfig, environment::EnvironmentVariableCredentialsProvider,
    retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::{
    Connector,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector},
    runtime_components::RuntimeComponents,
};
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use crate::{
    emulated::WithoutToken,
    plain::Plain,
    requests::Requests,
    signed::{ses, sms},
};

/// To reach a service, with TLS. A first packet that is lost is sent again by the system after a
/// second; ten handshakes at once take a small function's share of a processor a good part of
/// another. What takes longer is a path that is down.
const CONNECT: Duration = Duration::from_secs(2);
/// One attempt, from the first byte sent to the last one read. Services answer in milliseconds;
/// what has hung for so long is better asked anew, on another connection, while there is time: three
/// attempts and the longest pauses (one second, two and four) leave time for a fourth.
const ATTEMPT: Duration = Duration::from_secs(4);
/// A request with all its attempts and the pauses between them. A function has 30 seconds: it is
/// to hear of a service that does not answer while it can still hand single records back, rather
/// than be ended with its whole batch.
const OPERATION: Duration = Duration::from_secs(20);
/// Attempts of a request in all. Throttling and conflicts pass within the pauses of three more;
/// what outlasts those is for the queue, which waits longer and asks nobody meanwhile.
const ATTEMPTS: u32 = 4;

/// Makes clients of one configuration.
///
/// All of them give up and try again alike: two seconds to connect, four for an attempt, at most
/// four attempts (by the SDK's standard rules for what may be tried again, and how soon) and 20
/// seconds in all, so that a record fails by itself before its function is out of time.
#[derive(Clone, Debug)]
pub struct Clients {
    config: SdkConfig,
    requests: Requests,
    plain: Plain,
}

impl Clients {
    /// A function's: the region, credentials and endpoints that the environment gives, which Lambda
    /// always sets (`AWS_REGION`, `AWS_ACCESS_KEY_ID` and what belongs to it), or whoever starts a
    /// function elsewhere (`AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`). Nothing else is
    /// looked at: all that the SDK knows to look at would be a good part of a function's zip.
    #[must_use]
    pub fn from_env() -> Self {
        let region = env("AWS_REGION").or_else(|| env("AWS_DEFAULT_REGION"));
        let credentials = EnvironmentVariableCredentialsProvider::new();
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(region.map(Region::new))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .service_config(Settings)
            .http_client(Connections::default())
            .retry_config(retries())
            .timeout_config(limits())
            .build();
        Self { config, requests: Requests::default(), plain: Plain::default() }
    }

    /// A person's, at a terminal: whatever the SDK finds, such as profiles, but for single sign-on.
    pub async fn of_person() -> Self {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .http_client(Connections::default())
            .retry_config(retries())
            .timeout_config(limits());
        Self { config: config.load().await, requests: Requests::default(), plain: Plain::default() }
    }

    /// Everything at one local endpoint, with credentials that open nothing.
    #[must_use]
    pub fn local(endpoint: &str, requests: Requests) -> Self {
        let nobody = Credentials::new("local", "local", None, None, "local stack");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(endpoint)
            .credentials_provider(SharedCredentialsProvider::new(nobody))
            .http_client(Connections::default())
            .retry_config(retries())
            .timeout_config(limits())
            .build();
        Self { config, requests, plain: Plain::default() }
    }

    /// The same, which try again at once: for faults that somebody injects, to which a pause is
    /// nothing but time.
    #[must_use]
    pub fn at_once(self) -> Self {
        let retries = retries().with_initial_backoff(Duration::from_millis(1));
        Self { config: self.config.into_builder().retry_config(retries).build(), ..self }
    }

    /// The same, whose requests go through something before they go out.
    #[must_use]
    pub fn through<T: HttpClient + 'static>(
        self,
        between: impl FnOnce(SharedHttpClient) -> T,
    ) -> Self {
        let http = self
            .config
            .http_client()
            .unwrap_or_else(|| SharedHttpClient::new(Connections::default()));
        let config = self.config.into_builder().http_client(between(http)).build();
        Self { config, ..self }
    }

    /// The requests made so far by the clients made here.
    #[must_use]
    pub fn requests(&self) -> &Requests {
        &self.requests
    }

    /// `DynamoDB`.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::config::Builder::from(&self.config);
        aws_sdk_dynamodb::Client::from_conf(config.interceptor(self.requests.clone()).build())
    }

    /// `DynamoDB` as an emulator beside us has it: it is not told by which token a transaction would be
    /// known that is sent again.
    #[must_use]
    pub fn emulated_dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::config::Builder::from(&self.config);
        let config = config.interceptor(self.requests.clone()).interceptor(WithoutToken);
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// SQS.
    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        let config = aws_sdk_sqs::config::Builder::from(&self.config);
        aws_sdk_sqs::Client::from_conf(config.interceptor(self.requests.clone()).build())
    }

    /// Secrets Manager.
    #[must_use]
    pub fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        let config = aws_sdk_secretsmanager::config::Builder::from(&self.config);
        aws_sdk_secretsmanager::Client::from_conf(config.interceptor(self.requests.clone()).build())
    }

    /// `EventBridge`.
    #[must_use]
    pub fn eventbridge(&self) -> aws_sdk_eventbridge::Client {
        let config = aws_sdk_eventbridge::config::Builder::from(&self.config);
        aws_sdk_eventbridge::Client::from_conf(config.interceptor(self.requests.clone()).build())
    }

    /// SES.
    #[must_use]
    pub fn ses(&self) -> ses::Client {
        ses::Client::new(&self.config, self.plain.clone(), self.requests.clone())
    }

    /// End User Messaging.
    #[must_use]
    pub fn sms(&self) -> sms::Client {
        sms::Client::new(&self.config, self.plain.clone(), self.requests.clone())
    }

    /// What asks others than AWS.
    #[must_use]
    pub fn plain(&self) -> Plain {
        self.plain.clone()
    }

    /// S3, by paths rather than host names where the endpoint is a local one.
    #[must_use]
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let own = endpoint_url("S3").is_some();
        let config = aws_sdk_s3::config::Builder::from(&self.config)
            .force_path_style(own || self.config.endpoint_url().is_some())
            .interceptor(self.requests.clone());
        aws_sdk_s3::Client::from_conf(config.build())
    }
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Where a service is, if it is not where AWS has it. `id` is its name in the SDK's settings.
pub(crate) fn endpoint_url(id: &str) -> Option<String> {
    setting("AWS_ENDPOINT_URL", id)
}

/// A setting of a service, or of all of them.
fn setting(name: &str, service: &str) -> Option<String> {
    let service = service.to_ascii_uppercase().replace([' ', '-'], "_");
    env(&format!("{name}_{service}")).or_else(|| env(name))
}

/// The settings of services that the environment gives.
#[derive(Debug)]
struct Settings;

impl LoadServiceConfig for Settings {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        setting(key.env(), key.service_id())
    }
}

fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS)
}

fn limits() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build()
}

/// The connections of all clients of one configuration.
///
/// The SDK's own HTTP client reads the system's certificates, a few hundred files, for each
/// service whose client is made. This one reads them once, for the first request.
#[derive(Debug, Default)]
struct Connections(Mutex<HashMap<Limits, SharedHttpConnector>>);

/// The time limits to connect and to read. What signs in may have others than what works.
type Limits = (Option<Duration>, Option<Duration>);

impl HttpClient for Connections {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let limits = (settings.connect_timeout(), settings.read_timeout());
        let mut connectors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let connect = || {
            let mut connector = Connector::builder()
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .proxy_config(ProxyConfig::from_env())
                .connector_settings(settings.clone());
            connector.set_sleep_impl(components.sleep_impl());
            SharedHttpConnector::new(connector.build())
        };
        connectors.entry(limits).or_insert_with(connect).clone()
    }
}
