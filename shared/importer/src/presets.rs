//! Presets: billing settings that are named for the rules which they follow, with their date and source.
//! They are data, `presets.csv`, with the columns of `account_types.csv`.

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::civil::Date;
use mensal_domain::{
    calendar::Calendar,
    delinquency::Step,
    ids::CalendarCode,
    settings::{BillingSettings, Exclusions},
};

use crate::{
    cell::{self, Parsed, wrong},
    fault::Sink,
    files::Files,
    settings::{self, with_settings},
    table::{Context, Row, Spec, Table},
};

const FILE: &str = "presets.csv";
const DATA: &str = include_str!("../presets.csv");
const SPEC: Spec = Spec {
    file: FILE,
    needed: true,
    required: &["code", "name", "dated", "source"],
    optional: with_settings![],
};
/// What the rules behind a preset may say something of. All else is the ISP's to choose, and no other rule for it.
const BINDING: [&str; 8] = [
    "calendar",
    "cut_weekdays",
    "disconnect_after_days",
    "late_fine_percent",
    "late_interest_percent",
    "legal_notice_days",
    "suspend_after_days",
    "throttle_after_days",
];
/// The days that the calendars of presets exclude. Whoever may not be cut on a holiday may not be cut on
/// its eve, when nobody would put it right before.
const CALENDARS: [(&str, &[&str]); 2] =
    [("br", &["holidays:BR", "holidays:BR-optional", "eves"]), ("us", &["holidays:US", "eves"])];

/// Settings that are named for the rules which they follow.
#[derive(Clone, Debug)]
pub struct Preset {
    /// What `account_types.csv` calls it by.
    pub code: String,
    /// What it follows.
    pub name: String,
    /// As of which day.
    pub dated: Date,
    /// The law, or what else says so.
    pub source: String,
    /// The settings.
    pub settings: BillingSettings,
    /// What it says of what the rules behind it say, by column.
    says: BTreeMap<&'static str, String>,
    /// The days on which nothing unpleasant happens, and their name.
    pub(crate) calendar: (CalendarCode, Calendar),
}

impl Preset {
    /// The days on which nothing unpleasant happens, and their name.
    #[must_use]
    pub fn calendar(&self) -> (&CalendarCode, &Calendar) {
        (&self.calendar.0, &self.calendar.1)
    }
}

impl Preset {
    /// What an account type follows that says some of it otherwise: `br 2025-09-01 + legal_notice_days`.
    pub(crate) fn followed_by(&self, row: &Row<'_>) -> String {
        let own = |(column, says): &(&&str, &String)| {
            let own = row.text(column);
            !own.is_empty() && own != says.as_str()
        };
        let own: Vec<&str> = self.says.iter().filter(own).map(|(column, _)| *column).collect();
        let plus = if own.is_empty() { "" } else { " + " };
        format!("{} {}{plus}{}", self.code, self.dated, own.join(", "))
    }
}

/// All presets, in the order of the file.
#[must_use]
pub fn all() -> &'static [Preset] {
    static ALL: LazyLock<Vec<Preset>> = LazyLock::new(|| {
        let files = Files::from_iter([(FILE, DATA)]);
        let (sink, shift_months) = (Sink::default(), 0);
        let context = Context { files: &files, shift_months, sink: &sink };
        let table = Table::read(&context, &SPEC);
        table.rows().filter_map(|row| preset(&row)).collect()
    });
    &ALL
}

/// The steps of all their ladders.
pub fn steps() -> impl Iterator<Item = &'static Step> {
    all().iter().flat_map(|preset| preset.settings.ladder.steps())
}

fn preset(row: &Row<'_>) -> Option<Preset> {
    let own = settings::read(row);
    let Some(Exclusions::Calendar(code)) = own.calendar.clone() else { return None };
    let (_, days) = CALENDARS.iter().find(|(name, _)| *name == code.as_str())?;
    let mut calendar = Calendar::default();
    for day in *days {
        calendar.exclude(day.parse().ok()?, "");
    }
    Some(Preset {
        code: row.text("code").to_owned(),
        name: row.text("name").to_owned(),
        dated: row.need_date("dated")?,
        source: row.text("source").to_owned(),
        settings: BillingSettings::default().with(&own),
        calendar: (code, calendar),
        says: BINDING
            .iter()
            .filter(|column| !row.text(column).is_empty())
            .map(|column| (*column, row.text(column).to_owned()))
            .collect(),
    })
}

/// The preset of a code.
pub(crate) fn named(code: &str) -> Parsed<&'static Preset> {
    all().iter().find(|preset| preset.code == code).ok_or_else(|| {
        let known: Vec<_> = all().iter().map(|preset| preset.code.as_str()).collect();
        let nearest = cell::nearest_word(code, &known);
        wrong("is no preset", format!("use {}{nearest}", known.join(" or ")))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use mensal_domain::locale::Locale;
    use mensal_notices::Templates;

    use super::*;

    #[test]
    fn every_row_of_the_file_is_a_preset_with_its_source_and_its_texts() {
        let rows = DATA.lines().filter(|line| !line.is_empty()).count() - 1;
        assert_eq!(all().len(), rows);
        for preset in all() {
            assert!(!preset.source.is_empty() && preset.settings.ladder.has_legal_notice());
        }
        // Who is to be slowed down first is, before the notice of the law lets anybody be suspended.
        for BillingSettings {
            throttle_after_days, suspend_after_days, legal_notice_days, ..
        } in all().iter().map(|preset| &preset.settings)
        {
            if let (Some(slow), Some(cut)) = (throttle_after_days.days(), suspend_after_days.days())
            {
                assert!(cut > slow.max(*legal_notice_days), "{slow} {cut} {legal_notice_days}");
            }
        }
        let brazil = &named("br").unwrap().settings;
        assert_eq!((brazil.legal_notice_days, brazil.late_fine_percent), (15, 2.into()));
        for (step, locale) in steps().flat_map(|step| [(step, Locale::PtBr), (step, Locale::EnUs)])
        {
            let own = BTreeMap::new();
            let text = Templates::with(&own).find(&step.template, locale, step.channel);
            assert!(text.is_some(), "{step} in {}", locale.tag());
        }
        let files = Files::from_iter([(
            FILE,
            "legal_notice_days,grace_days,rails,suspend_after_days\n2,9,pix@banco,0\n",
        )]);
        let (sink, shift_months) = (Sink::default(), 0);
        let context = Context { files: &files, shift_months, sink: &sink };
        let spec = Spec { required: &[], ..SPEC };
        let own: Vec<_> = Table::read(&context, &spec)
            .rows()
            .map(|row| named("br").unwrap().followed_by(&row))
            .collect();
        assert_eq!(
            own,
            ["br 2025-09-01 + legal_notice_days"],
            "the rest is as it says, or not of it"
        );
        assert!(named("brasil").unwrap_err().right.contains("use br or us-residential"));
    }
}
