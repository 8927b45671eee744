//! Reviews by example and by law.

mod examples;
mod excused;
mod foreseen;
mod late;
mod laws;
mod notices;
mod world;
