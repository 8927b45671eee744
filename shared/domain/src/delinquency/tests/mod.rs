//! Reviews by example and by law.

mod examples;
mod laws;
mod notices;
mod world;
