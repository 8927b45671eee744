//! AWS clients: made once per process, counted in one place.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};

use crate::requests::Requests;

/// Makes clients of one configuration.
#[derive(Clone, Debug)]
pub struct Clients {
    config: SdkConfig,
    requests: Requests,
}

impl Clients {
    /// The configuration that the environment gives: in the cloud, or anywhere that
    /// `AWS_ENDPOINT_URL` points to.
    pub async fn from_env() -> Self {
        let config = aws_config::defaults(BehaviorVersion::latest()).load().await;
        Self { config, requests: Requests::default() }
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
            .build();
        Self { config, requests }
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

    /// SQS.
    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        let config = aws_sdk_sqs::config::Builder::from(&self.config);
        aws_sdk_sqs::Client::from_conf(config.interceptor(self.requests.clone()).build())
    }

    /// `EventBridge`.
    #[must_use]
    pub fn eventbridge(&self) -> aws_sdk_eventbridge::Client {
        let config = aws_sdk_eventbridge::config::Builder::from(&self.config);
        aws_sdk_eventbridge::Client::from_conf(config.interceptor(self.requests.clone()).build())
    }

    /// S3, by paths rather than host names where the endpoint is a local one.
    #[must_use]
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let own = std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
        let config = aws_sdk_s3::config::Builder::from(&self.config)
            .force_path_style(own || self.config.endpoint_url().is_some())
            .interceptor(self.requests.clone());
        aws_sdk_s3::Client::from_conf(config.build())
    }
}
