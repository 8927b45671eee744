//! Memory: whoever sends a message of one kilobyte must not make us take a gigabyte.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What any input may take where nobody is asked, for what is the same whatever it is.
pub(crate) const FIXED: usize = 64 * 1024;
/// What each byte of it may take: JSON as values, `[0,0,0]`, takes the most.
const PER_BYTE: usize = 256;

/// Does a piece of work, and panics if all that it has allocated, freed again or not, is out of
/// proportion to its input: `fixed` is what any may take.
pub(crate) fn bounded(fixed: usize, input: usize, work: impl FnOnce()) {
    let region = Region::new(ALLOCATOR);
    work();
    let taken = region.change().bytes_allocated;
    let most = fixed + PER_BYTE * input;
    assert!(taken <= most, "{taken} bytes of memory for {input} of input: at most {most}");
}
