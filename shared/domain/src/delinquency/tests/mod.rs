//! Reviews by example and by law.

mod debts;
mod examples;
mod excused;
mod foreseen;
mod late;
mod laws;
mod notices;
mod world;
