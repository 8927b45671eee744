//! What the document allows: fields, and the form of each.

use jiff::civil::Date;
use serde_json::Value;

/// Fields that were not as they should be.
pub type Faults = Vec<&'static str>;

/// Takes an object's fields: `!` before a name for those that it must have. Others are faults.
pub fn fields(value: &Value, names: &[&'static str]) -> Faults {
    let Some(object) = value.as_object() else { return vec!["object"] };
    let plain = |name: &&'static str| name.trim_start_matches('!');
    let known = |name: &str| names.iter().any(|known| plain(known) == name);
    let mut faults: Faults = Vec::new();
    if object.keys().any(|name| !known(name)) {
        faults.push("unknown");
    }
    let missing = names.iter().filter(|name| name.starts_with('!'));
    faults.extend(missing.map(plain).filter(|name| !object.contains_key(*name)));
    faults
}

/// A fault unless it holds.
pub fn holds(right: bool, name: &'static str) -> Faults {
    if right { Vec::new() } else { vec![name] }
}

pub fn text(value: &Value, most: usize) -> bool {
    value.as_str().is_some_and(|text| (1..=most).contains(&text.chars().count()))
}

pub fn alphanumeric(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// `\d{1,10}\.\d{2}`, above zero.
pub fn amount(value: &Value) -> bool {
    let Some((whole, cents)) = value.as_str().and_then(|text| text.split_once('.')) else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let form =
        (1..=10).contains(&whole.len()) && cents.len() == 2 && digits(whole) && digits(cents);
    form && !(whole.bytes().all(|b| b == b'0') && cents == "00")
}

pub fn day(value: &Value) -> Option<Date> {
    value.as_str().filter(|text| text.len() == 10).and_then(|text| text.parse().ok())
}

/// A person or a company; of a charge with a due date perhaps with an address.
pub fn person(value: &Value, longest_name: usize, with_address: bool) -> Faults {
    let number = if value.get("cpf").is_some() { "!cpf" } else { "!cnpj" };
    let address: &[&'static str] =
        if with_address { &["logradouro", "cidade", "uf", "cep"] } else { &[] };
    let mut faults = fields(value, &[&[number, "!nome"], address].concat());
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let cpf = value["cpf"].as_str().is_none_or(|cpf| cpf.len() == 11 && digits(cpf));
    let cnpj = value["cnpj"].as_str().is_none_or(|cnpj| alphanumeric(cnpj, 14..=14));
    faults.extend(holds(cpf && cnpj, "devedor.cpf"));
    faults.extend(holds(text(&value["nome"], longest_name), "devedor.nome"));
    let code = value.get("cep").is_none_or(|code| code.as_str().is_some_and(|c| c.len() == 8));
    let state = value.get("uf").is_none_or(|state| text(state, 2));
    faults.extend(holds(code && state, "devedor.cep"));
    faults
}
