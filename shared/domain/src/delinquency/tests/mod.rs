//! Reviews by example and by law.

mod examples;
mod late;
mod laws;
mod notices;
mod world;
