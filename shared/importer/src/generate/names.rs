//! Invented people and companies.

use mensal_domain::account::{Address, Customer};

use super::Dice;

const FIRST_BR: [&str; 24] = [
    "Ana", "Bruno", "Camila", "Davi", "Elisa", "Fábio", "Gabriela", "Heitor", "Isabela", "João",
    "Karina", "Lucas", "Mariana", "Nelson", "Olívia", "Paulo", "Rafaela", "Sérgio", "Tatiana",
    "Ulisses", "Vera", "Wagner", "Yara", "Zélia",
];
const LAST_BR: [&str; 20] = [
    "Almeida",
    "Barros",
    "Cardoso",
    "Dias",
    "Esteves",
    "Ferraz",
    "Gonçalves",
    "Henriques",
    "Lima",
    "Macedo",
    "Nunes",
    "Oliveira",
    "Peixoto",
    "Queiroz",
    "Ramos",
    "Siqueira",
    "Teixeira",
    "Vargas",
    "Xavier",
    "Zanetti",
];
const FIRST_US: [&str; 20] = [
    "Abby", "Brent", "Carla", "Dylan", "Erin", "Felix", "Grace", "Hank", "Ivy", "Jonah", "Kelsey",
    "Liam", "Molly", "Nathan", "Opal", "Perry", "Quinn", "Ruth", "Seth", "Tessa",
];
const LAST_US: [&str; 18] = [
    "Abbott", "Becker", "Calloway", "Dawson", "Ellison", "Fletcher", "Granger", "Hobbs", "Ingram",
    "Jarvis", "Keller", "Lowry", "Mercer", "Norwood", "Osborne", "Pruitt", "Rollins", "Sutter",
];
const STREETS_BR: [&str; 10] = [
    "Rua das Acácias",
    "Rua do Comércio",
    "Avenida Brasil",
    "Rua XV de Novembro",
    "Rua da Estação",
    "Travessa do Porto",
    "Alameda dos Ipês",
    "Rua Santa Clara",
    "Avenida Paraná",
    "Rua Sete",
];
const STREETS_US: [&str; 10] = [
    "Oak St",
    "Maple Ave",
    "Cedar Ln",
    "Pecan Dr",
    "Main St",
    "Ranch Rd",
    "Prairie Ct",
    "Elm St",
    "Mill Rd",
    "Creek Way",
];
const CITIES_BR: [(&str, &str, &str); 6] = [
    ("Campinas", "SP", "13010"),
    ("Sorocaba", "SP", "18010"),
    ("Ribeirão Preto", "SP", "14010"),
    ("Uberlândia", "MG", "38400"),
    ("Juiz de Fora", "MG", "36010"),
    ("Londrina", "PR", "86010"),
];
const CITIES_US: [(&str, &str, &str); 5] = [
    ("Waco", "TX", "767"),
    ("Abilene", "TX", "796"),
    ("Lubbock", "TX", "794"),
    ("Tulsa", "OK", "741"),
    ("Salem", "OR", "973"),
];
const TRADES_BR: [&str; 6] = ["Padaria", "Oficina", "Farmácia", "Mercado", "Clínica", "Livraria"];
const TRADES_US: [&str; 6] = ["Bakery", "Auto Repair", "Pharmacy", "Market", "Clinic", "Books"];

/// Who pays, the region, and an e-mail address.
pub(super) fn customer(
    dice: &mut Dice,
    brazilian: bool,
    commercial: bool,
    i: u64,
) -> (Customer, &'static str, String) {
    let number = 1 + dice.up_to(1999);
    let (first, last, trade, street) = if brazilian {
        (dice.pick(&FIRST_BR), dice.pick(&LAST_BR), dice.pick(&TRADES_BR), dice.pick(&STREETS_BR))
    } else {
        (dice.pick(&FIRST_US), dice.pick(&LAST_US), dice.pick(&TRADES_US), dice.pick(&STREETS_US))
    };
    let name = match (commercial, brazilian) {
        (false, _) => format!("{first} {last}"),
        (true, true) => format!("{trade} {last} Ltda."),
        (true, false) => format!("{last} {trade} LLC"),
    };
    let (lines, region) = if brazilian {
        let (city, state, code) = city(dice, &CITIES_BR);
        let code = format!("CEP {code}-{:03}", dice.up_to(1000));
        (vec![format!("{street}, {number}"), format!("{city} {state}"), code], state)
    } else {
        let (city, state, code) = city(dice, &CITIES_US);
        let unit = format!("Unit {}", 1 + dice.up_to(40));
        let zip = format!("{city}, {state} {code}{:02}", dice.up_to(100));
        (vec![format!("{number} {street}"), unit, zip], state)
    };
    let tax_id = match (brazilian, commercial) {
        (true, false) => cpf(dice),
        (true, true) => format!("CNPJ 00.{:03}.{:03}/0001-00", dice.up_to(1000), dice.up_to(1000)),
        (false, _) => String::new(),
    };
    let email = format!("c{}@mail.example", i.saturating_add(1));
    (Customer { name, tax_id, address: Address { lines } }, region, email)
}

fn city(
    dice: &mut Dice,
    cities: &'static [(&'static str, &'static str, &'static str)],
) -> (&'static str, &'static str, &'static str) {
    let limit = u32::try_from(cities.len()).unwrap_or(u32::MAX);
    let index = usize::try_from(dice.up_to(limit)).unwrap_or_default();
    cities.get(index).copied().unwrap_or_default()
}

/// A number of the right form that cannot be anyone's: its first check digit is wrong.
fn cpf(dice: &mut Dice) -> String {
    let digits: Vec<u32> = (0..9).map(|_| dice.up_to(10)).collect();
    let sum: u32 = digits.iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    let check = match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    let text: String = digits.iter().map(u32::to_string).collect();
    let (wrong, last) = ((check + 1) % 10, dice.up_to(10));
    format!("CPF {}.{}.{}-{wrong}{last}", &text[..3], &text[3..6], &text[6..])
}
