//! What goes over the wire, as the reference of the Asaas API v3 gives it ("Cobranças",
//! "Clientes", "Extrato") and the page "Eventos para cobranças" repeats it. Asaas adds fields as it
//! likes, so what is not needed is not read; nothing of a person is read at all.

use std::net::IpAddr;

use jiff::civil::{Date, DateTime};
use mensal_domain::reference::Reference;
use serde::{Deserialize, Serialize, de::IgnoredAny};

use crate::amount::Amount;

/// A payment ("cobrança"): one charge of one payer, or one instalment of a card's purchase.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payment {
    pub(super) id: Reference,
    /// What is to be paid; once it was paid late, what was paid.
    pub(super) value: Amount,
    /// What was to be paid, if it was paid with fine and interest.
    pub(super) original_value: Option<Amount>,
    /// Fine and interest together.
    pub(super) interest_value: Option<Amount>,
    pub(super) billing_type: BillingType,
    pub(super) status: Status,
    pub(super) due_date: Option<Date>,
    /// The payer's day.
    pub(super) client_payment_date: Option<Date>,
    /// The day on which Asaas knew.
    pub(super) confirmed_date: Option<Date>,
    /// The day on which the money was credited: for a card a month later.
    #[serde(rename = "paymentDate")]
    pub(super) credited_date: Option<Date>,
    pub(super) can_be_paid_after_due_date: Option<bool>,
    pub(super) external_reference: Option<String>,
    pub(super) installment: Option<Reference>,
    pub(super) invoice_url: Option<String>,
    pub(super) deleted: Option<bool>,
    pub(super) credit_card: Option<CreditCard>,
    /// There if it was paid by Pix, be it a boleto's.
    pub(super) pix_transaction: Option<IgnoredAny>,
    pub(super) refunds: Option<Vec<Refund>>,
    pub(super) chargeback: Option<Chargeback>,
}

impl Payment {
    /// What was given back, or is to be.
    pub(super) fn refunds(&self) -> &[Refund] {
        self.refunds.as_deref().unwrap_or_default()
    }
}

/// How a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Status {
    Pending,
    Overdue,
    DunningRequested,
    Authorized,
    AwaitingRiskAnalysis,
    Confirmed,
    Received,
    ReceivedInCash,
    DunningReceived,
    RefundRequested,
    RefundInProgress,
    Refunded,
    ChargebackRequested,
    ChargebackDispute,
    AwaitingChargebackReversal,
    #[serde(other)]
    Other,
}

impl Status {
    /// Whether the payer can still pay it.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Overdue | Self::DunningRequested)
    }

    /// Whether Asaas is looking at a card's payment and has not decided.
    pub(super) fn is_in_work(self) -> bool {
        matches!(self, Self::Authorized | Self::AwaitingRiskAnalysis)
    }

    /// Whether money came in, whatever became of it.
    pub(super) fn is_paid(self) -> bool {
        !self.is_open() && !self.is_in_work() && self != Self::Other
    }
}

/// How a payment is, or was, paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum BillingType {
    Boleto,
    Pix,
    CreditCard,
    DebitCard,
    Transfer,
    Deposit,
    #[serde(other)]
    Undefined,
}

/// A stored card: no number, but its last four digits.
#[derive(Debug, Deserialize)]
pub(super) struct CreditCard {
    #[serde(rename = "creditCardNumber")]
    pub(super) last_digits: Option<String>,
    #[serde(rename = "creditCardBrand")]
    pub(super) brand: Option<String>,
    #[serde(rename = "creditCardToken")]
    pub(super) token: Option<Reference>,
}

/// A refund ("estorno"). It has no id of its own.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Refund {
    pub(super) date_created: DateTime,
    pub(super) status: RefundStatus,
    pub(super) value: Amount,
    pub(super) description: Option<String>,
}

/// How a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum RefundStatus {
    Done,
    Cancelled,
    /// Pending, or waiting for somebody's word.
    #[serde(other)]
    Waiting,
}

/// A chargeback. Webhooks tell its status and reason at least.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Chargeback {
    pub(super) status: Option<ChargebackStatus>,
    pub(super) value: Option<Amount>,
    pub(super) dispute_start_date: Option<Date>,
}

/// How a chargeback stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum ChargebackStatus {
    /// It was taken back from the payer's bank.
    Reversed,
    DisputeLost,
    /// It was carried out.
    Done,
    /// Requested, or in dispute.
    #[serde(other)]
    Open,
}

/// A page of a list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page<T> {
    pub(super) has_more: bool,
    pub(super) data: Vec<T>,
}

/// An order to make a payment, or to change one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PaymentOrder {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) customer: Option<Reference>,
    pub(super) billing_type: BillingType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Amount>,
    pub(super) due_date: Date,
    pub(super) description: String,
    pub(super) external_reference: String,
    #[serde(flatten)]
    pub(super) late: Option<LateOrder>,
    #[serde(rename = "daysAfterDueDateToRegistrationCancellation")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) days_after_due_date: Option<u16>,
    #[serde(flatten)]
    pub(super) card: Option<CardOrder>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) callback: Option<Callback>,
}

/// What is added when it is paid late.
#[derive(Debug, Serialize)]
pub(super) struct LateOrder {
    pub(super) fine: Fine,
    pub(super) interest: Interest,
}

/// The fine, once.
#[derive(Debug, Serialize)]
pub(super) struct Fine {
    pub(super) value: Amount,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

/// Interest, percent a month.
#[derive(Debug, Serialize)]
pub(super) struct Interest {
    pub(super) value: Amount,
}

/// What a stored card is charged by.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CardOrder {
    pub(super) credit_card_token: Reference,
    pub(super) remote_ip: IpAddr,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) installment_count: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) total_value: Option<Amount>,
}

/// Where the payer's browser goes after having paid.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Callback {
    pub(super) success_url: String,
}

/// A boleto's codes.
#[derive(Debug, Deserialize)]
pub(super) struct IdentificationField {
    #[serde(rename = "identificationField")]
    pub(super) line: String,
    #[serde(rename = "nossoNumero")]
    pub(super) our_number: String,
    #[serde(rename = "barCode")]
    pub(super) barcode: String,
}

/// A Pix charge's code.
#[derive(Debug, Deserialize)]
pub(super) struct PixQrCode {
    pub(super) payload: String,
}

/// An order to give money back.
#[derive(Debug, Serialize)]
pub(super) struct RefundBody {
    pub(super) value: Amount,
    pub(super) description: String,
}

/// What became of a payment that was to be removed.
#[derive(Debug, Deserialize)]
pub(super) struct Removed {
    pub(super) deleted: bool,
}

/// An entry of the account's statement.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) payment_id: Option<Reference>,
}

/// A payer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Customer {
    pub(super) id: Reference,
    pub(super) name: Option<String>,
    pub(super) cpf_cnpj: Option<String>,
    pub(super) email: Option<String>,
    pub(super) deleted: Option<bool>,
}

/// A payer as we tell them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CustomerOrder<'a> {
    pub(super) name: &'a str,
    pub(super) cpf_cnpj: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) email: &'a str,
    pub(super) external_reference: &'a str,
    /// Mensal writes to payers; Asaas would, too, and charges for each letter.
    pub(super) notification_disabled: bool,
}
