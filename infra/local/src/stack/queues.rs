//! Queues, in process: visibility, receive count, dead letters; kept in a journal, so that what
//! was accepted is there when the process starts again.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::{sync::Notify, time::Instant};

use super::{
    FaultKind,
    faults::Faults,
    journal::{Entry, Journal},
};

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// What it says.
    pub body: String,
    /// Why it lies with the dead letters, if it was put there for a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Letter {
    /// A message of a body.
    #[must_use]
    pub fn of(body: &str) -> Self {
        Self { body: body.to_owned(), reason: None }
    }
}

/// What queues do to messages in tests. Real ones promise to deliver at least once, in any order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mischief {
    /// Every message comes twice.
    pub twice: bool,
    /// Messages come in another order: as this seed says.
    pub shuffled: Option<u64>,
}

/// A message that was received.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) number: u64,
    pub(super) letter: Letter,
    pub(super) times: u32,
}

/// So often a message is received before it goes to the dead letters. In the cloud it is a hundred
/// times in five hours; nothing here is out of reach for longer than half a minute.
const MOST_RECEIVES: u32 = 20;
/// How long a message that failed stays away, the first time; twice as long each further time, up
/// to sixteen times as long.
const STAYS_AWAY: Duration = Duration::from_millis(100);
const MOST_DOUBLINGS: u32 = 4;

struct State {
    journal: Journal,
    next: u64,
    waiting: HashMap<String, VecDeque<Received>>,
    away: Vec<(Instant, String, Received)>,
    in_flight: usize,
    /// Messages in flight of which somebody has said that it is too early for them, and by how much.
    early: BTreeMap<u64, Duration>,
    /// Those that came too early, and by how much: they come again once the clock of the stack goes on.
    kept_back: Vec<(Duration, String, Received)>,
    dead: BTreeMap<u64, (String, Letter)>,
    mischief: Mischief,
    /// What comes once everything else is done.
    late: Vec<(String, Received)>,
    /// What comes once more on the next day.
    tomorrow: Vec<(String, Letter)>,
    /// Queues that nobody takes from for a while: what waits there keeps nobody from being done.
    held: HashSet<String>,
}

/// All queues of the stack.
pub(super) struct Queues {
    faults: Arc<Faults>,
    state: Mutex<State>,
    changed: Notify,
    emptied: Notify,
}

impl Queues {
    pub(super) fn open(path: &Path, mischief: Mischief, faults: Arc<Faults>) -> io::Result<Self> {
        let (journal, pending) = Journal::open(path)?;
        let next = pending.keys().next_back().map_or(1, |last| last + 1);
        let mut state = State {
            journal,
            next,
            waiting: HashMap::new(),
            away: Vec::new(),
            in_flight: 0,
            early: BTreeMap::new(),
            kept_back: Vec::new(),
            dead: BTreeMap::new(),
            mischief,
            late: Vec::new(),
            tomorrow: Vec::new(),
            held: HashSet::new(),
        };
        for (number, (queue, letter)) in pending {
            state.place(&queue, Received { number, letter, times: 0 });
        }
        let (changed, emptied) = (Notify::new(), Notify::new());
        Ok(Self { faults, state: Mutex::new(state), changed, emptied })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Accepts messages: they are in the journal when this returns.
    pub(super) fn send(&self, queue: &str, letters: Vec<Letter>) {
        let mut state = self.state();
        let always = if state.mischief.twice && !is_dead(queue) { 2 } else { 1 };
        let mut entries = Vec::with_capacity(letters.len() * always);
        let mut placed = Vec::with_capacity(letters.len() * always);
        for letter in letters {
            let strikes =
                |kind| !is_dead(queue) && self.faults.strikes(kind, letter.body.as_bytes());
            let copies = always + usize::from(strikes(FaultKind::MessageTwice));
            if strikes(FaultKind::MessageNextDay) {
                state.tomorrow.push((queue.to_owned(), letter.clone()));
            }
            for _ in 0..copies {
                let number = state.next;
                state.next += 1;
                entries.push(Entry::Sent(number, queue.to_owned(), letter.clone()));
                let received = Received { number, letter: letter.clone(), times: 0 };
                placed.push((received, strikes(FaultKind::MessageLate)));
            }
        }
        state.write(&entries);
        for (received, late) in placed {
            if late {
                state.late.push((queue.to_owned(), received));
            } else {
                state.place(queue, received);
            }
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// Waits for messages; at most `most` at once.
    pub(super) async fn receive(&self, queue: &str, most: usize) -> Vec<Received> {
        loop {
            let changed = self.changed.notified();
            let until = {
                let mut state = self.state();
                let got = state.take(queue, most);
                if !got.is_empty() {
                    return got;
                }
                state.away.iter().map(|(until, ..)| *until).min()
            };
            match until {
                Some(until) => {
                    tokio::select! { () = changed => {}, () = tokio::time::sleep_until(until) => {} }
                }
                None => changed.await,
            }
        }
    }

    /// Waits until nothing waits in a queue, but no longer than this.
    pub(super) async fn quiet(&self, queue: &str, at_most: Duration) {
        let until = Instant::now() + at_most;
        loop {
            let changed = self.changed.notified();
            if self.state().waiting.get(queue).is_none_or(VecDeque::is_empty) {
                return;
            }
            tokio::select! { () = changed => {}, () = tokio::time::sleep_until(until) => return }
        }
    }

    /// Keeps a message that was received away, if it fails, until the clock of the stack goes on: it
    /// stands still for all of a day, however long somebody waits.
    pub(super) fn keep_back(&self, number: u64, wait: Duration) {
        self.state().early.insert(number, wait);
    }

    /// For how long what is kept back for the shortest time was to be kept back.
    pub(super) fn shortest_wait(&self) -> Option<Duration> {
        self.state().kept_back.iter().map(|(wait, ..)| *wait).min()
    }

    /// The clock has gone on by so much.
    pub(super) fn later(&self, by: Duration) {
        let mut state = self.state();
        for (wait, queue, received) in std::mem::take(&mut state.kept_back) {
            match wait.checked_sub(by).filter(|left| !left.is_zero()) {
                Some(left) => state.kept_back.push((left, queue, received)),
                None => state.place(&queue, received),
            }
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// Ends what was received: what failed comes again later, or goes to the dead letters.
    pub(super) fn finish(
        &self,
        queue: &str,
        dead_letters: &str,
        all: Vec<Received>,
        failed: &[u64],
    ) {
        let mut state = self.state();
        let mut entries = Vec::with_capacity(all.len());
        for received in all {
            state.in_flight -= 1;
            let early = state.early.remove(&received.number);
            if !failed.contains(&received.number) {
                entries.push(Entry::Done(received.number));
            } else if let Some(wait) = early {
                let received = Received { times: 0, ..received };
                state.kept_back.push((wait, queue.to_owned(), received));
            } else if received.times >= MOST_RECEIVES {
                let number = state.next;
                state.next += 1;
                // In this order: cut off in between, it comes again rather than be lost.
                entries.push(Entry::Sent(number, dead_letters.to_owned(), received.letter.clone()));
                entries.push(Entry::Done(received.number));
                state.dead.insert(number, (dead_letters.to_owned(), received.letter));
            } else {
                let doublings = received.times.saturating_sub(1).min(MOST_DOUBLINGS);
                let first = if self.faults.any() { STAYS_AWAY / 20 } else { STAYS_AWAY };
                let away = first * 2_u32.pow(doublings);
                state.away.push((Instant::now() + away, queue.to_owned(), received));
            }
        }
        state.write(&entries);
        let idle = state.is_still();
        if idle && state.dead.is_empty() && state.held.is_empty() {
            state.shorten();
        }
        drop(state);
        self.changed.notify_waiters();
        if idle {
            self.emptied.notify_waiters();
        }
    }

    /// Whether no message waits, is away or in flight; dead letters do not count.
    pub(super) fn is_idle(&self) -> bool {
        self.state().is_idle()
    }

    /// Waits until that is so.
    pub(super) async fn idle(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.is_idle() {
                return;
            }
            if self.state().release() {
                self.changed.notify_waiters();
            } else {
                emptied.await;
            }
        }
    }

    /// Another day: what is to come once more comes now.
    pub(super) fn next_day(&self) {
        let again = std::mem::take(&mut self.state().tomorrow);
        for (queue, letter) in again {
            self.send(&queue, vec![letter]);
        }
    }

    /// Nobody takes from a queue until it is let go.
    pub(super) fn hold(&self, queue: &str) {
        self.state().held.insert(queue.to_owned());
    }

    /// What was held is taken.
    pub(super) fn let_go(&self, queue: &str) {
        self.state().held.remove(queue);
        self.changed.notify_waiters();
    }

    /// The dead letters of a queue, with its name.
    pub(super) fn letters(&self, queue: &str) -> Vec<(String, Letter)> {
        self.state().dead.values().filter(|(of, _)| of == queue).cloned().collect()
    }
}

fn is_dead(queue: &str) -> bool {
    queue.ends_with("dead-letters")
}

impl State {
    fn place(&mut self, queue: &str, received: Received) {
        if is_dead(queue) {
            self.dead.insert(received.number, (queue.to_owned(), received.letter));
        } else {
            self.waiting.entry(queue.to_owned()).or_default().push_back(received);
        }
    }

    fn take(&mut self, queue: &str, most: usize) -> Vec<Received> {
        let now = Instant::now();
        let (back, away) = self.away.drain(..).partition(|(until, ..)| *until <= now);
        self.away = away;
        for (_, queue, received) in back {
            self.place(&queue, received);
        }
        if self.held.contains(queue) {
            return Vec::new();
        }
        let shuffled = self.mischief.shuffled;
        let waiting = self.waiting.entry(queue.to_owned()).or_default();
        if let Some(seed) = shuffled {
            // Not random: any order will do, and the same seed gives the same one.
            let key =
                |received: &Received| (received.number ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            waiting.make_contiguous().sort_by_key(key);
        }
        let count = most.min(waiting.len());
        let mut got: Vec<_> = waiting.drain(..count).collect();
        for received in &mut got {
            received.times += 1;
        }
        self.in_flight += got.len();
        got
    }

    fn is_idle(&self) -> bool {
        self.is_still() && self.late.is_empty()
    }

    /// Lets what is late come, once everything else is done.
    fn release(&mut self) -> bool {
        let late = if self.is_still() { std::mem::take(&mut self.late) } else { Vec::new() };
        let any = !late.is_empty();
        for (queue, received) in late {
            self.place(&queue, received);
        }
        any
    }

    fn is_still(&self) -> bool {
        let mut taken = self.waiting.iter().filter(|(queue, _)| !self.held.contains(*queue));
        let nothing_waits = taken.all(|(_, waiting)| waiting.is_empty());
        self.in_flight == 0 && self.away.is_empty() && nothing_waits
    }

    /// A journal that cannot be written is a disk that is full or gone: nothing can be promised
    /// any more, so nothing more is done.
    fn write(&mut self, entries: &[Entry]) {
        if let Err(error) = self.journal.add(entries) {
            tracing::error!(%error, "the journal of the queues cannot be written");
            std::process::abort();
        }
    }

    fn shorten(&mut self) {
        if let Err(error) = self.journal.shorten() {
            tracing::warn!(%error, "the journal of the queues cannot be shortened");
        }
    }
}
