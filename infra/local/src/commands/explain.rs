//! `explain`: what will happen to an account that pays nothing from a day on, and which rule says so.

use std::fmt::Write;

use mensal_domain::{
    calendar::days_after,
    delinquency::{
        CustomerNotice, CutKind, Debt, Enough, Foreseen, Happening, HoldKind, Known, NoticeState,
        foresee, overdue_as_of, to_restore, too_little,
    },
    invoice::Invoice,
    locale::Locale,
    money::Money,
};
use serde_json::{Value, json};

use super::{Failed, Opened, say};
use crate::cli::Explain;

/// So many of the latest notices are told.
const SENT: usize = 12;

pub(crate) async fn explain(options: &Explain) -> Result<(), Failed> {
    let opened = Opened::existing(&options.place).await?;
    let id = &options.account;
    let (account, rules, read) = opened.reviewed(id).await?;
    let today = opened.business_day().await?;
    if let Some(past) = options.date.filter(|date| *date < today) {
        let why =
            format!("{past} is past: what is known is as of {today}, give that day or a later one");
        return Err(Failed::Nothing(why));
    }
    // What happens until a day that lies ahead is a part of what happens then.
    let known = read.known(&account, &rules, today);
    let through = days_after(options.date.unwrap_or(today), options.days);
    let seen = foresee(known, through).map_err(wrong)?;
    let (now, sent) = (standing(&known)?, sent(&known));
    if options.json {
        let all: Vec<_> = seen.iter().map(as_json).collect();
        let told = json!({ "account": id, "date": today, "rules": rules.follows, "now": now, "sent": sent, "will": all });
        return Ok(say(&format!("{}\n", serde_json::to_string_pretty(&told)?))?);
    }
    Ok(say(&as_text(&known, &sent, &now, &seen)?)?)
}

fn wrong(why: impl std::fmt::Display) -> Failed {
    Failed::Data(format!("mensal: {why}"))
}

/// How the account stands: held or not, what would give its service back, what was promised.
fn standing(known: &Known<'_>) -> Result<Vec<String>, Failed> {
    let (account, locale) = (known.account, known.account.locale);
    let as_of = overdue_as_of(known.today, known.calendar).map_err(wrong)?;
    let mut out = Vec::new();
    if let Some(hold) = &account.hold {
        let how = match hold.kind {
            HoldKind::Throttled => locale.pick("reduzido desde", "slowed down since"),
            HoldKind::Suspended => locale.pick("suspenso desde", "suspended since"),
        };
        let rule = known.settings.restore;
        let missing = to_restore(&hold.debt, known.invoices, rule, as_of).map_err(wrong)?;
        let pays = locale.pick("volta com", "is back with");
        let (since, missing) = (locale.date(hold.since), locale.money(missing));
        let least = known.settings.cut_minimum;
        let least = if least.is_zero() {
            String::new()
        } else {
            let (or, left) = (
                locale.pick(", ou se restar menos de", ", or if less is left than"),
                locale.number(least),
            );
            format!("{or} {left} (cut_minimum)")
        };
        out.push(format!("{how} {since}; {pays} {missing} ({rule}, restore){least}"));
    }
    if let Some(kept) = known.suspension.filter(|_| account.hold.is_some()) {
        for step in &kept.steps {
            let what = named(&Happening::Cut(step.kind), locale);
            out.push(format!("{} {what}: {}", locale.date(step.on), step.because.join("; ")));
        }
        for invoice in known.invoices.iter().filter(|one| kept.debt.invoices.contains(&one.id)) {
            let of =
                locale.pick("por falta de pagamento da fatura", "for what is not paid of invoice");
            out.push(format!("{of} {}, {}", invoice.number, locale.money(invoice.open())));
        }
    }
    let owes = known.invoices.iter().any(Invoice::is_open);
    if let Some(promise) = account.promise_on(known.today).filter(|_| owes) {
        let text = locale.pick("prometeu pagar até", "has promised to pay through");
        out.push(format!("{text} {}", locale.date(promise.until)));
    }
    // All that is overdue, or what could be cut for on this day.
    let overdue = Debt::on(known.today, known.invoices).map_err(wrong)?.map(|debt| debt.amount);
    let below = |debt: &Money| debt.amount() < known.settings.cut_minimum;
    let overdue = overdue.filter(|debt| account.hold.is_none() && below(debt));
    if let Some(debt) = overdue.or(too_little(*known).map_err(wrong)?) {
        let text = locale.pick("nada é cortado por", "nothing is cut for");
        out.push(format!("{text} {} (cut_minimum)", locale.money(debt)));
    }
    let stands = |enough: &Enough| enough.stands(known.invoices, as_of);
    let excuses = account.excused_for.as_ref().map_or(Ok(true), stands).map_err(wrong)?;
    for invoice in known.invoices.iter().filter(|one| excuses && one.is_open()) {
        if account.excused.contains(&invoice.id) {
            let text = locale.pick(
                "nada é cortado por esta, o que devolveu o serviço foi pago:",
                "nothing is cut for this one, what gave service back is paid:",
            );
            out.push(format!("{text} {}, {}", invoice.number, locale.money(invoice.open())));
        }
    }
    if let Some(why) = &account.parked {
        let text = locale.pick("estacionada, nada é cortado", "parked, nothing is cut");
        out.push(format!("{text}: {why}"));
    }
    Ok(out)
}

/// What was sent of the latest notices, and what became of each.
fn sent(known: &Known<'_>) -> Vec<String> {
    let locale = known.account.locale;
    let mut notices: Vec<_> = known.notices.iter().collect();
    notices.sort_by_key(|notice| (notice.on, notice.id));
    let latest = notices.iter().skip(notices.len().saturating_sub(SENT));
    let line = |notice: &&CustomerNotice| {
        let state = match notice.state {
            NoticeState::Planned => locale.pick("a enviar", "to be sent"),
            NoticeState::Sending => locale.pick("em envio", "being sent"),
            NoticeState::Sent => locale.pick("enviado", "sent"),
            NoticeState::Delivered => locale.pick("entregue", "delivered"),
            NoticeState::Bounced => locale.pick("não entregue", "not delivered"),
            NoticeState::Complained => locale.pick("marcado como spam", "called spam"),
            NoticeState::Dropped => locale.pick("não enviado", "not sent"),
        };
        let (on, channel, template) = (locale.date(notice.on), notice.id.channel, &notice.template);
        let why =
            if notice.reason.is_empty() { String::new() } else { format!(" ({})", notice.reason) };
        let (of, id) = (locale.pick("aviso", "notice"), notice.id);
        format!("{on}  {of} {template}, {channel}: {state}{why}  [{id}]")
    };
    latest.map(line).collect()
}

fn named(what: &Happening, locale: Locale) -> String {
    match what {
        Happening::Due(invoice) => format!("{} {invoice}", locale.pick("vence", "due")),
        Happening::Delinquent(invoice) => {
            format!("{} {invoice}", locale.pick("inadimplente por", "delinquent for"))
        }
        Happening::Notice(notice) => {
            let legal =
                if notice.legal { locale.pick(", aviso legal", ", legal notice") } else { "" };
            format!("{} {}{legal}", locale.pick("aviso", "notice"), notice.template)
        }
        Happening::LateCharge(one) => format!("{}: {}", one.description, locale.number(one.unit)),
        Happening::Unreached(notice) => match locale {
            Locale::PtBr => {
                format!("não chega o aviso legal {notice}: por essa fatura nada é cortado")
            }
            Locale::EnUs => {
                format!("legal notice {notice} does not arrive: nothing is cut for that invoice")
            }
        },
        Happening::Cut(CutKind::Throttled) => locale.pick("reduzido", "slowed down").into(),
        Happening::Cut(CutKind::Suspended) => locale.pick("suspenso", "suspended").into(),
        Happening::Cut(CutKind::Disconnected) => locale.pick("encerrado", "disconnected").into(),
    }
}

fn as_text(
    known: &Known<'_>,
    sent: &[String],
    now: &[String],
    seen: &[Foreseen],
) -> Result<String, Failed> {
    let Known { account, invoices, today, rules: follows, .. } = *known;
    let locale = account.locale;
    let mut out = String::new();
    let from = locale.pick("se nada for pago a partir de", "if nothing is paid from");
    write!(out, "{}  {}, {from} {}", account.id, account.customer.name, locale.date(today))?;
    if !follows.is_empty() {
        write!(out, " ({} {follows})", locale.pick("regras", "rules"))?;
    }
    writeln!(out)?;
    for invoice in invoices.iter().filter(|invoice| invoice.is_open()) {
        let open = locale.pick("em aberto", "open");
        writeln!(out, "  {:>14}  {} {}", locale.money(invoice.open()), invoice.number, open)?;
    }
    for line in sent {
        writeln!(out, "      {line}")?;
    }
    for line in now {
        writeln!(out, "  {:>14}  {line}", locale.pick("agora", "now"))?;
    }
    for one in seen {
        let (what, why) = (named(&one.what, locale), one.because.join("; "));
        writeln!(out, "  {:>14}  {what}: {why}", locale.date(one.on))?;
    }
    if seen.is_empty() {
        writeln!(out, "  {}", locale.pick("nada está previsto", "nothing is foreseen"))?;
    }
    Ok(out)
}

fn as_json(one: &Foreseen) -> Value {
    let (what, detail) = match &one.what {
        Happening::Due(invoice) => ("due", json!({ "invoice": invoice })),
        Happening::Delinquent(invoice) => ("delinquent", json!({ "invoice": invoice })),
        Happening::Notice(notice) => (
            "notice",
            json!({ "notice": notice.id, "template": notice.template, "legal": notice.legal }),
        ),
        Happening::LateCharge(one) => ("late_charge", json!({ "amount": one.unit.to_string() })),
        Happening::Unreached(notice) => ("unreached", json!({ "notice": notice })),
        Happening::Cut(kind) => ("service", json!({ "becomes": kind })),
    };
    json!({ "on": one.on, "what": what, "detail": detail, "because": one.because })
}
