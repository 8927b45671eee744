//! The folder `notices`: an ISP's own texts, and whether every step of a ladder has one.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::from_utf8,
};

use mensal_domain::{
    catalog::AccountType,
    delinquency::{Channel, Ladder, Step, When, WordingKey},
    ids::{AccountTypeCode, TemplateCode},
    locale::Locale,
    stationery::Seller,
    suggest::nearest,
};
use mensal_notices::{Templates, builtins, check};

use crate::{accounts::Accounts, fault::Fault, index::Index, presets, table::Context};

/// The folder, as it stands before the names of its files.
pub(crate) const FOLDER: &str = "notices/";
const ENDING: &str = ".txt";
/// What a file is to be called.
const NAMED: &str = "call it CODE.LOCALE.CHANNEL.txt, like due-soon.pt-BR.email.txt";

/// What decides which texts there must be.
pub(crate) struct Needs<'a> {
    /// The ISP, which texts may name; none if it could not be read.
    pub(crate) seller: Option<&'a Seller>,
    /// Its language.
    pub(crate) locale: Option<Locale>,
    /// The account types, with their ladders.
    pub(crate) types: &'a BTreeMap<AccountTypeCode, AccountType>,
    /// Where they stand.
    pub(crate) type_index: &'a Index<AccountTypeCode>,
    /// The accounts, with their languages and what ladders they have of their own.
    pub(crate) accounts: &'a Accounts,
}

/// A step that is taken, and where the files say so.
struct Taken<'a> {
    step: &'a Step,
    locale: Locale,
    file: &'static str,
    line: u64,
}

/// Reads the texts of notices.
pub(crate) fn read(context: &Context<'_>, needs: &Needs<'_>) -> BTreeMap<WordingKey, String> {
    let taken = taken(needs);
    let mut named = BTreeSet::new();
    let mut own = BTreeMap::new();
    for file in context.files.names().filter(|name| name.starts_with(FOLDER)) {
        let Some(key) = key(context, file, &taken) else { continue };
        named.insert(key.clone());
        if let Some(text) = text(context, file, &key, &taken, needs.seller) {
            own.insert(key, text);
        }
    }
    let mut told = BTreeSet::new();
    for one in &taken {
        let key = key_of(one.step, one.locale);
        // A text that is there and wrong is told of already; a hook has that of an SMS.
        let short = WordingKey { channel: Channel::Sms, ..key.clone() };
        let is_named =
            named.contains(&key) || one.step.channel == Channel::Hook && named.contains(&short);
        let has = Templates::with(&own).find(&key.code, key.locale, key.channel).is_some();
        if !is_named && !has && told.insert((one.file, one.line, key.clone())) {
            context.sink.push(missing(one, &key, &named));
        }
    }
    own
}

fn key_of(step: &Step, locale: Locale) -> WordingKey {
    WordingKey { code: step.template.clone(), locale, channel: step.channel }
}

/// The steps of all ladders, in the languages of those that they are for.
fn taken<'a>(needs: &'a Needs<'_>) -> Vec<Taken<'a>> {
    let accounts = || needs.accounts.by_id.values().map(|new| &new.account);
    let mut all = Vec::new();
    for (code, one) in needs.types {
        let of = accounts().filter(|account| account.account_type == *code);
        let of = of.filter(|account| account.overrides.ladder.is_none());
        let locales: BTreeSet<_> = of.map(|account| account.locale).chain(needs.locale).collect();
        let line = needs.type_index.line(code);
        for step in one.settings.ladder.steps() {
            let each = locales.iter().copied();
            all.extend(each.map(|locale| Taken { step, locale, file: "account_types.csv", line }));
        }
    }
    for account in accounts() {
        let line = needs.accounts.index.line(&account.id);
        let steps = account.overrides.ladder.iter().flat_map(Ladder::steps);
        let (locale, file) = (account.locale, "accounts.csv");
        all.extend(steps.map(|step| Taken { step, locale, file, line }));
    }
    all
}

/// The key that a file's name says.
fn key(context: &Context<'_>, file: &str, taken: &[Taken<'_>]) -> Option<WordingKey> {
    let fault = |wrong: String, right: String| {
        context.sink.push(Fault::of_file(file, wrong, right));
    };
    let name = file.strip_prefix(FOLDER).unwrap_or(file);
    let Some(name) = name.strip_suffix(ENDING) else {
        fault("is no text of a notice".into(), NAMED.into());
        return None;
    };
    let key: WordingKey = match name.parse() {
        Ok(key) => key,
        Err(why) => {
            fault("has no name of a text of a notice".into(), format!("{NAMED} ({why})"));
            return None;
        }
    };
    let codes = codes(taken.iter().map(|one| &one.step.template));
    if codes.contains(key.code.as_str()) {
        return Some(key);
    }
    let right = match nearest(key.code.as_str(), codes.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "name it in a ladder, or move the file to another folder".into(),
    };
    fault(format!("says `{}`, which no step of a ladder does", key.code), right);
    None
}

/// The codes that steps name, and those that Mensal has texts for.
fn codes<'a>(named: impl Iterator<Item = &'a TemplateCode>) -> BTreeSet<String> {
    let own = named.map(ToString::to_string);
    own.chain(builtins().map(|(key, _)| key.code.to_string())).collect()
}

/// What a file says, if it can be sent.
fn text(
    context: &Context<'_>,
    file: &str,
    key: &WordingKey,
    taken: &[Taken<'_>],
    seller: Option<&Seller>,
) -> Option<String> {
    let bytes = context.files.get(file)?;
    let text = match from_utf8(bytes) {
        Ok(text) => text,
        Err(why) => {
            let before = bytes.get(..why.valid_up_to()).unwrap_or_default();
            let line = before.iter().filter(|b| **b == b'\n').fold(1, |line, _| line + 1);
            let fault = Fault::of_file(file, "is not in UTF-8", "save it in UTF-8");
            context.sink.push(Fault { line, ..fault });
            return None;
        }
    };
    // Who the ISP is has a fault of its own, then.
    let faults = check(key, text, &times(&key.code, taken), seller?);
    let fits = faults.is_empty();
    for found in faults {
        let line = u64::try_from(found.line).unwrap_or_default();
        let fault = Fault::of_file(file, found.wrong, found.right).quoting(&found.given);
        context.sink.push(Fault { line, ..fault });
    }
    fits.then(|| text.to_owned())
}

/// When a code's texts are sent: by the ladders, and by those of the presets where no ladder has it.
fn times(code: &TemplateCode, taken: &[Taken<'_>]) -> Vec<When> {
    let own = taken.iter().map(|one| one.step);
    let times = |steps: &mut dyn Iterator<Item = &Step>| {
        let of = steps.filter(|step| step.template == *code).map(|step| step.when);
        of.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
    };
    let own = times(&mut { own });
    if own.is_empty() { times(&mut presets::steps()) } else { own }
}

/// A step without a text.
fn missing(one: &Taken<'_>, key: &WordingKey, named: &BTreeSet<WordingKey>) -> Fault {
    let alike = named.iter().cloned().chain(builtins().map(|(key, _)| key));
    let codes: BTreeSet<_> = alike
        .filter(|other| (other.locale, other.channel) == (key.locale, key.channel))
        .map(|other| other.code.to_string())
        .collect();
    let write = format!("write {FOLDER}{key}{ENDING}");
    let right = match nearest(key.code.as_str(), codes.iter().map(String::as_str)) {
        Some(meant) if meant != key.code.as_str() => format!("did you mean `{meant}`? Or {write}"),
        _ => write,
    };
    let wrong = format!("has no text in {}", key.locale.tag());
    let fault = Fault::of_file(one.file, wrong, right).quoting(&one.step.to_string());
    Fault { line: one.line, column: "ladder".into(), ..fault }
}
