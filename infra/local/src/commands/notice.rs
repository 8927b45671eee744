//! `notice`, and `notice preview`: what a notice says, with made-up facts; the texts of Mensal, or an ISP's own.

use std::{collections::BTreeSet, fs};

use mensal_domain::{
    catalog::Catalog,
    delinquency::{Channel, Step, When, WordingKey},
    ids::TemplateCode,
    locale::Locale,
    suggest::nearest,
};
use mensal_importer::{Dataset, Files, Options as Reading, presets, read};
use mensal_notices::{Message, Templates, builtins, example, segments};

use super::{Failed, notice_again::again, say, today};
use crate::cli::{NoticeCommand, PreviewNotice};

pub(crate) async fn notice(command: &NoticeCommand) -> Result<(), Failed> {
    match command {
        NoticeCommand::Preview(options) => preview(options),
        NoticeCommand::Again(options) => again(options).await,
    }
}

fn preview(options: &PreviewNotice) -> Result<(), Failed> {
    let data = match &options.files {
        Some(folder) => {
            let files = Files::from_dir(folder)
                .map_err(|why| format!("cannot read the folder {}: {why}", folder.display()))?;
            read(&files, &Reading::new(today()))?
        }
        None => read(&Files::sample(), &Reading::sample(0))?,
    };
    match &options.code {
        Some(code) => show(options, code, &data),
        None => Ok(say(&list(&data.catalog))?),
    }
}

/// Every text that there is, and whose it is.
fn list(catalog: &Catalog) -> String {
    let keys: BTreeSet<_> = all(catalog);
    let width = keys.iter().map(|key| key.code.as_str().len()).max().unwrap_or_default();
    let row = |key: &WordingKey| {
        let (code, locale, channel) = (&key.code, key.locale.tag(), key.channel);
        format!("{code:width$}  {locale}  {channel:5}  {}\n", whose(catalog, key))
    };
    keys.iter().map(row).collect()
}

fn all(catalog: &Catalog) -> BTreeSet<WordingKey> {
    catalog.notices.keys().cloned().chain(builtins().map(|(key, _)| key)).collect()
}

fn whose(catalog: &Catalog, key: &WordingKey) -> &'static str {
    if catalog.notices.contains_key(key) { "own" } else { "built in" }
}

fn show(options: &PreviewNotice, code: &TemplateCode, data: &Dataset) -> Result<(), Failed> {
    let catalog = &data.catalog;
    let step = step(catalog, code, options.channel);
    let when = step.map_or(When::Days(0), |step| step.when);
    let channel = options.channel.or(step.map(|step| step.channel)).unwrap_or(Channel::Email);
    let first = data.accounts.first().map(|new| new.account.locale);
    let locale = options.locale.or(first).unwrap_or(Locale::PtBr);
    let templates = Templates::of(catalog);
    let Some((key, _)) = templates.find(code, locale, channel) else {
        return Err(unknown(catalog, code, locale, channel));
    };
    let letter = example(when, locale, &catalog.seller);
    let message = templates.compose(code, channel, locale, &letter)?;
    if let Some(file) = &options.html {
        let Message::Email(email) = &message else {
            return Err("only an e-mail has a page: add --channel email".into());
        };
        fs::write(file, &email.html)
            .map_err(|why| format!("cannot write {}: {why}", file.display()))?;
    }
    let of = format!("{key} ({}), as of `{when}`\n\n", whose(catalog, &key));
    let told = match &message {
        Message::Email(email) => format!("{of}Subject: {}\n\n{}", email.subject, email.text),
        Message::Sms(text) => format!("{of}{text}\n\n{}\n", segments(text)),
        Message::Hook(text) => format!("{of}{text}\n"),
    };
    Ok(say(&told)?)
}

/// The step that sends a text: of the ISP's ladders, else of those of the presets; by this channel if
/// there is one.
fn step<'a>(
    catalog: &'a Catalog,
    code: &TemplateCode,
    channel: Option<Channel>,
) -> Option<&'a Step> {
    let own = catalog.account_types.values().flat_map(|one| one.settings.ladder.steps());
    let of_presets = presets::steps().map(|step| -> &'a Step { step });
    let named: Vec<_> = own.chain(of_presets).filter(|step| step.template == *code).collect();
    let by = named.iter().find(|step| Some(step.channel) == channel);
    by.or(named.first()).copied()
}

fn unknown(catalog: &Catalog, code: &TemplateCode, locale: Locale, channel: Channel) -> Failed {
    let keys = all(catalog);
    if keys.iter().any(|key| key.code == *code) {
        let key = WordingKey { code: code.clone(), locale, channel };
        return Failed::Nothing(format!("there is no text {key}: `notice preview` lists all"));
    }
    let codes: BTreeSet<_> = keys.iter().map(|key| key.code.as_str()).collect();
    let right = match nearest(code.as_str(), codes.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("use one of {}", codes.into_iter().collect::<Vec<_>>().join(", ")),
    };
    Failed::Nothing(format!("there is no text for `{code}`: {right}"))
}
