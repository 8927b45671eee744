//! The local stack: the whole system in one process, and the commands of `mensal`.
//!
//! The real handlers, called with real event JSON, against an embedded `DynamoDB` and S3 that
//! are reached through the real SDKs. Only queues, schedule, stream delivery and bus are ours.

pub mod audit;
pub mod bank;
pub mod chased;
pub mod cost;
pub mod deployed;
pub mod importing;
mod loopback;
pub mod promising;
pub mod running;
pub mod simulation;
pub mod stack;
pub mod summary;
pub mod till;
