//! The texts that Mensal brings: for every step of the presets' ladders, in both languages, as an
//! e-mail and in a short form. They are files, `templates/CODE.LOCALE.CHANNEL.txt`.

use mensal_domain::delinquency::WordingKey;

macro_rules! texts {
    ($($code:literal),+ $(,)?) => {
        /// Their names and what they say.
        const TEXTS: &[(&str, &str)] = &[$(
            texts!(@one $code, ".pt-BR.email"),
            texts!(@one $code, ".pt-BR.sms"),
            texts!(@one $code, ".en-US.email"),
            texts!(@one $code, ".en-US.sms"),
        )+];
    };
    (@one $code:literal, $rest:literal) => {
        (concat!($code, $rest), include_str!(concat!("../templates/", $code, $rest, ".txt")))
    };
}

texts![
    "invoice",
    "due-soon",
    "due-today",
    "overdue",
    "suspension-notice",
    "throttled",
    "suspended",
    "restored",
    "disconnected",
];

/// The text of a key, if Mensal brings one.
#[must_use]
pub fn builtin(key: &WordingKey) -> Option<&'static str> {
    let name = key.to_string();
    TEXTS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// All that Mensal brings.
pub fn builtins() -> impl Iterator<Item = (WordingKey, &'static str)> {
    TEXTS.iter().filter_map(|(name, text)| Some((name.parse().ok()?, *text)))
}
