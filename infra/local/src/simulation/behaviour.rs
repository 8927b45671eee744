//! What customers do: when they pay, how much, by which way, what they ask for. Each follows from the
//! seed and from the account or the invoice that it is about.

use jiff::{ToSpan, civil::Date};
use mensal_domain::{
    account::Account, calendar::days_after, ids::AccountId, invoice::Invoice, method::MethodState,
    rail::Rail,
};

use super::draw::Draw;

/// When a customer pays, as a habit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Habit {
    /// Some days before it is due.
    Early,
    /// On the day on which it is due.
    OnTheDay,
    /// Within two weeks after that.
    Late,
    /// Weeks after that: service is gone by then.
    VeryLate,
    /// Never.
    Never,
}

use Habit::{Early, Late, Never, OnTheDay, VeryLate};

/// What a customer pays of an invoice, the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pays {
    /// What it says.
    Exactly,
    /// Six tenths.
    Short,
    /// Ten more.
    Over,
    /// On two rails.
    Twice,
}

/// What a customer asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Another plan.
    Plan,
    /// An end.
    Cancel,
}

/// So many of a hundred have each habit.
const HABITS: [(u64, Habit); 5] =
    [(25, Early), (37, OnTheDay), (22, Late), (13, VeryLate), (3, Never)];
/// So many of a hundred invoices are paid by another habit than the customer's.
const UNLIKE: u64 = 15;
/// Who has a stored method looks after an invoice of their own only so long after it was due.
const TRUSTS: u16 = 25;
/// Who has paid too little pays the rest so long after.
const AGAIN: u16 = 9;
/// So often an invoice is paid at all.
const MOST_TIMES: u8 = 4;

/// A customer.
#[derive(Clone, Debug)]
pub(super) struct Customer {
    id: AccountId,
    draw: Draw,
    habit: Habit,
}

/// How often, and when last, a customer has paid something of an invoice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Paid {
    pub(super) times: u8,
    pub(super) last: Option<Date>,
}

impl Customer {
    pub(super) fn of(id: &AccountId, draw: Draw) -> Self {
        let mut roll = draw.below(100, &format!("{id} habit"));
        let mut habit = OnTheDay;
        for (chance, one) in HABITS {
            match roll.checked_sub(chance) {
                None => {
                    habit = one;
                    break;
                }
                Some(left) => roll = left,
            }
        }
        Self { id: id.clone(), draw, habit }
    }

    fn about(&self, invoice: &Invoice, what: &str) -> String {
        format!("{} {} {what}", self.id, invoice.id)
    }

    fn habit_for(&self, invoice: &Invoice) -> Habit {
        let unlike = self.draw.percent(UNLIKE, &self.about(invoice, "unlike"));
        if !unlike || self.habit == Never {
            return self.habit;
        }
        let others = [Early, OnTheDay, Late, VeryLate];
        self.draw.pick(&others, &self.about(invoice, "other")).unwrap_or(self.habit)
    }

    /// The day on which something of an open invoice is paid next; none for never. A promise that is
    /// kept has it paid by its last day.
    pub(super) fn payday(
        &self,
        account: &Account,
        invoice: &Invoice,
        paid: Paid,
        promised: Option<Date>,
    ) -> Option<Date> {
        if paid.times >= MOST_TIMES {
            return None;
        }
        if let Some(last) = paid.last {
            return Some(days_after(last, AGAIN));
        }
        let days = |limit| self.draw.days(limit, &self.about(invoice, "payday"));
        let due = invoice.due;
        let day = match self.habit_for(invoice) {
            Early => due.saturating_sub(i64::from(days(8) + 1).days()),
            OnTheDay => due,
            Late => days_after(due, days(14) + 1),
            VeryLate => days_after(due, days(60) + 20),
            Never => return promised,
        };
        let collected = account.methods.iter().any(|one| one.state == MethodState::Active);
        let day = if collected { day.max(days_after(due, TRUSTS)) } else { day };
        Some(promised.map_or(day, |until| day.min(until)))
    }

    /// What is paid of an invoice.
    pub(super) fn pays(&self, invoice: &Invoice, paid: Paid) -> Pays {
        if paid.times > 0 {
            return Pays::Exactly;
        }
        match self.draw.below(100, &self.about(invoice, "pays")) {
            0..4 => Pays::Short,
            4..7 => Pays::Over,
            7..10 => Pays::Twice,
            _ => Pays::Exactly,
        }
    }

    /// Whether it is paid at the till, though there are other ways.
    pub(super) fn goes_to_till(&self) -> bool {
        self.draw.percent(8, &format!("{} till", self.id))
    }

    /// By which way at the till.
    pub(super) fn by_hand(&self, invoice: &Invoice) -> Rail {
        match self.draw.below(10, &self.about(invoice, "by hand")) {
            0..6 => Rail::Cash,
            6..9 => Rail::Cheque,
            _ => Rail::Wire,
        }
    }

    /// Whether a cheque bounces.
    pub(super) fn bounces(&self, invoice: &Invoice) -> bool {
        self.draw.percent(15, &self.about(invoice, "bounces"))
    }

    /// Which of several ways is taken.
    pub(super) fn prefers(&self, ways: usize) -> usize {
        let ways = u64::try_from(ways).unwrap_or(1);
        usize::try_from(self.draw.below(ways, &format!("{} prefers", self.id))).unwrap_or_default()
    }

    /// How long after service was held a promise is made; none if none is.
    pub(super) fn promises_after(&self, begun: Date) -> Option<u16> {
        let about = |what: &str| format!("{} {begun} {what}", self.id);
        let promises = self.draw.percent(45, &about("promises"));
        promises.then(|| self.draw.days(4, &about("when")) + 1)
    }

    /// Whether a promise is kept.
    pub(super) fn keeps(&self, begun: Date) -> bool {
        self.habit != Never && self.draw.percent(60, &format!("{} {begun} keeps", self.id))
    }

    /// What is asked for on a day.
    pub(super) fn wish(&self, day: Date) -> Option<Wish> {
        let month = day.first_of_month();
        let about = |what: &str| format!("{} {month} {what}", self.id);
        let on = self.draw.below(28, &about("on")) + 1;
        if i8::try_from(on) != Ok(day.day()) {
            return None;
        }
        match self.draw.below(1000, &about("wish")) {
            0..15 => Some(Wish::Plan),
            15..20 => Some(Wish::Cancel),
            _ => None,
        }
    }
}
