//! The till: what people enter by hand, of money that came by cash, cheque or wire, and of money that
//! went back.

use jiff::civil::Date;
use mensal_domain::{
    ids::{AccountId, InvalidId},
    money::Money,
    payment::{About, Fact, Notice, Receipt, Return, ReturnKind},
    rail::Rail,
    reference::Reference,
};

/// The gateway of what is entered by hand.
pub const TILL: &str = "till";
/// What a payment that was taken off the books is called by, among what came back of it.
const REVERSED: &str = "reversed";

/// Money that came in.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The number of the receipt, the cheque or the transfer.
    pub receipt: Reference,
    /// What it is for.
    pub about: About,
    /// How it came.
    pub rail: Rail,
    /// How much.
    pub amount: Money,
    /// When.
    pub paid_on: Date,
}

impl Entry {
    /// What is told of it to where gateways' webhooks go, too.
    ///
    /// # Errors
    /// None: the till has a name.
    pub fn notice(self) -> Result<Notice, InvalidId> {
        let receipt = Receipt {
            money: self.receipt,
            about: self.about,
            rail: self.rail,
            amount: self.amount,
            // Nobody has added anything: what is more than was owed is the customer's.
            late: Some(Money::zero(self.amount.currency())),
            paid_on: self.paid_on,
            recalled_by_name: false,
        };
        Ok(Notice { gateway: TILL.parse()?, fact: Fact::Received(receipt) })
    }
}

/// All of a payment goes off the books again: a cheque that bounced, a slip.
///
/// # Errors
/// None: the till and a reversal have names.
pub fn reversal(
    account: &AccountId,
    receipt: Reference,
    amount: Money,
    on: Date,
) -> Result<Notice, crate::stack::Error> {
    let reversal = Return {
        money: receipt,
        id: REVERSED.parse()?,
        about: About::Account(account.clone()),
        kind: ReturnKind::Reversal,
        amount,
        on,
    };
    Ok(Notice { gateway: TILL.parse()?, fact: Fact::Returned(reversal) })
}
