//! The words on documents, in each language.

use mensal_domain::locale::Locale;

/// The vocabulary of one language.
pub(crate) struct Words {
    pub(crate) invoice: &'static str,
    pub(crate) credit_note: &'static str,
    pub(crate) number: &'static str,
    pub(crate) issued: &'static str,
    pub(crate) period: &'static str,
    pub(crate) to: &'static str,
    pub(crate) void: &'static str,
    pub(crate) logo_of: &'static str,

    pub(crate) seller: &'static str,
    pub(crate) customer: &'static str,
    pub(crate) account: &'static str,

    pub(crate) due: &'static str,
    pub(crate) amount_to_pay: &'static str,
    pub(crate) invoice_number: &'static str,
    pub(crate) issue_date: &'static str,
    pub(crate) credited: &'static str,
    pub(crate) note_number: &'static str,

    pub(crate) description: &'static str,
    pub(crate) quantity: &'static str,
    pub(crate) unit_price: &'static str,
    pub(crate) category: &'static str,
    pub(crate) amount: &'static str,
    pub(crate) no_lines: &'static str,
    pub(crate) credit: &'static str,
    pub(crate) discount: &'static str,
    pub(crate) of: &'static str,
    pub(crate) days: &'static str,

    pub(crate) subtotal: &'static str,
    pub(crate) included: &'static str,
    pub(crate) total: &'static str,
    pub(crate) credit_used: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) previous_balance: &'static str,
    pub(crate) payments: &'static str,
    pub(crate) this_invoice: &'static str,
    pub(crate) this_note: &'static str,
    pub(crate) balance: &'static str,
    pub(crate) stays_as_credit: &'static str,
    pub(crate) nothing_to_pay: &'static str,

    pub(crate) message: &'static str,
    pub(crate) page: &'static str,

    pub(crate) detach: &'static str,
    pub(crate) slip: &'static str,
    pub(crate) from: &'static str,
    pub(crate) account_number: &'static str,
    pub(crate) amount_due: &'static str,
    pub(crate) amount_enclosed: &'static str,
    pub(crate) cheques_payable_to: &'static str,
    pub(crate) write_account: &'static str,
}

impl Words {
    /// The vocabulary of a language.
    pub(crate) fn of(locale: Locale) -> &'static Self {
        locale.pick(&PORTUGUESE, &ENGLISH)
    }
}

const ENGLISH: Words = Words {
    invoice: "Invoice",
    credit_note: "Credit note",
    number: "No.",
    issued: "Issued",
    period: "Period",
    to: "to",
    void: "Void. This document was canceled: do not pay it.",
    logo_of: "Logo of",

    seller: "From",
    customer: "Bill to",
    account: "Account",

    due: "Due date",
    amount_to_pay: "Amount to pay",
    invoice_number: "Invoice number",
    issue_date: "Issue date",
    credited: "Amount credited",
    note_number: "Credit note number",

    description: "Description",
    quantity: "Qty.",
    unit_price: "Unit price",
    category: "Tax class",
    amount: "Amount",
    no_lines: "No charges in this period.",
    credit: "Credit",
    discount: "Discount",
    of: "of",
    days: "days",

    subtotal: "Subtotal",
    included: "included",
    total: "Total",
    credit_used: "Credit used",
    summary: "Your account",
    previous_balance: "Previous balance",
    payments: "Payments received",
    this_invoice: "This invoice",
    this_note: "This credit note",
    balance: "Account balance",
    stays_as_credit: "The amount stays as credit on your account and pays for what comes next. \
                      There is nothing for you to do.",
    nothing_to_pay: "Nothing to pay: this invoice is settled.",

    message: "Message",
    page: "Page",

    detach: "Detach here and return this part with your payment",
    slip: "Remittance slip",
    from: "Payment from",
    account_number: "Account number",
    amount_due: "Amount due",
    amount_enclosed: "Amount enclosed",
    cheques_payable_to: "Make checks payable to",
    write_account: "Please write your account number on the check.",
};

const PORTUGUESE: Words = Words {
    invoice: "Fatura de serviços",
    credit_note: "Nota de crédito",
    number: "Nº",
    issued: "Emissão",
    period: "Período",
    to: "a",
    void: "Cancelada. Este documento foi anulado: não pague.",
    logo_of: "Logotipo de",

    seller: "Prestador",
    customer: "Cliente",
    account: "Conta",

    due: "Vencimento",
    amount_to_pay: "Total a pagar",
    invoice_number: "Número da fatura",
    issue_date: "Data de emissão",
    credited: "Valor creditado",
    note_number: "Número da nota",

    description: "Descrição",
    quantity: "Qtd.",
    unit_price: "Unitário",
    category: "Categoria",
    amount: "Valor",
    no_lines: "Nenhum lançamento neste período.",
    credit: "Crédito",
    discount: "Desconto",
    of: "de",
    days: "dias",

    subtotal: "Subtotal",
    included: "incluso",
    total: "Total",
    credit_used: "Crédito utilizado",
    summary: "Sua conta",
    previous_balance: "Saldo anterior",
    payments: "Pagamentos recebidos",
    this_invoice: "Esta fatura",
    this_note: "Esta nota de crédito",
    balance: "Saldo da conta",
    stays_as_credit: "O valor fica como crédito na sua conta e será usado nas próximas faturas. \
                      Você não precisa fazer nada.",
    nothing_to_pay: "Nada a pagar: esta fatura está quitada.",

    message: "Mensagem",
    page: "Página",

    detach: "Destaque aqui e envie esta parte com o seu pagamento",
    slip: "Guia de pagamento",
    from: "Pagador",
    account_number: "Número da conta",
    amount_due: "Valor a pagar",
    amount_enclosed: "Valor enviado",
    cheques_payable_to: "Cheque nominal a",
    write_account: "Escreva o número da conta no verso do cheque.",
};
