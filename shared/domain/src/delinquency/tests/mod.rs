//! Reviews by example and by law.

mod examples;
mod laws;
mod world;
