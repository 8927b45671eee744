//! An ISP's own texts: what is refused, where, and what would be right; and what a customer's name may
//! not do.
#![allow(clippy::unwrap_used)] // tests may fail loudly

mod common;

use std::collections::BTreeMap;

use common::seller;
use mensal_domain::{
    delinquency::{Channel, When},
    locale::Locale,
};
use mensal_notices::{Message, Templates, VARIABLES, check, example, examples};

fn faults(key: &str, text: &str, when: When) -> Vec<String> {
    let faults = check(&key.parse().unwrap(), text, &[when], &seller());
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn a_text_that_does_not_fit_says_where_and_what_would_be_right() {
    let past = When::Days(3);
    let cases = [
        (
            "{{ invoice.numer }}",
            past,
            "1: `invoice.numer` is no variable: did you mean `invoice.number`?",
        ),
        ("a\n\n{{ custmer.name }}", past, "3: `custmer` is no variable: did you mean `customer`?"),
        ("{{ xyz }}", past, "1: `xyz` is no variable: use one of the table in docs/notices.md"),
        (
            "{{ invoice.colour }}",
            past,
            "`invoice.colour` is no variable: use a part of it: invoice.autopay",
        ),
        (
            "{% for one in overdue.invoices %}\n{{ one.numbr }}\n{% endfor %}",
            past,
            "2: `one.numbr` is no variable: did you mean `one.number`?",
        ),
        (
            "{% if invoice.pixx %}a{% endif %}",
            past,
            "1: `invoice.pixx` is no variable: did you mean `invoice.pix`?",
        ),
        (
            "{{ invoice.pix }}",
            past,
            "1: `invoice.pix` is not there for every notice: put it between {% if invoice.pix %} and",
        ),
        (
            "{{ overdue.amount }}",
            When::Days(-3),
            "1: `overdue.amount` is not there for every notice: put it between {% if overdue %} and",
        ),
        (
            "{{ invoice.due }}",
            When::Disconnected,
            "1: `invoice.due` is not there for every notice: put it between {% if invoice %} and",
        ),
        (
            "{{ invoice }}",
            past,
            "1: `invoice` is no text: use a part of it: invoice.autopay, invoice.boleto,",
        ),
        (
            "{{ isp.address }}",
            past,
            "is no text: use a part of it, or go through it with {% for %}",
        ),
        ("a {{ invoice.due", past, "1: "),
        ("{% if invoice %}", past, "cannot be read"),
        ("{{ account | money }}", past, "has no such filter: use upper, lower or join, or none"),
        ("{% if invoice is defined %}a{% endif %}", past, "has no such test: ask {% if name %}"),
        ("{% include 'a' %}", past, "cannot be read"),
        ("{{ \"ab\" * 9999999 }}", past, ""),
        ("{% if overdue %}{% endif %}", past, "may come out empty"),
        (&"a".repeat(700), past, "comes out as more messages than anybody reads: use at most 4"),
        (&"a".repeat(20_481), past, "has 20481 bytes: use at most 20480"),
    ];
    for (text, when, want) in cases {
        let found = faults("x.pt-BR.sms", text, when);
        assert!(found.len() == 1 && found[0].contains(want), "{text:.60}: {found:?}");
    }
    let long = format!("Subject: {}\n\ntext", "a".repeat(151));
    let found = faults("x.pt-BR.email", &long, past);
    assert_eq!(found, ["1: the subject comes out too long in characters: use at most 150"]);
    let found = faults("x.pt-BR.email", "Subject: {{ a }}\n\nb\n{{ c }}", past);
    assert_eq!(found.len(), 1, "composing stops at the first: {found:?}");
    assert!(found[0].starts_with("4: `c` is no variable"), "{found:?}");
}

#[test]
fn no_template_runs_for_ever_or_fills_the_memory() {
    let many = "{% for a in [1,2,3,4,5,6,7,8,9] %}".repeat(9) + "a" + &"{% endfor %}".repeat(9);
    let deep = "{% if account %}".repeat(400) + "a" + &"{% endif %}".repeat(400);
    for text in [many, deep, "{{ \"a\" * 999999 }}".into(), "{{ [account] * 999999 }}".into()] {
        let found = faults("x.pt-BR.hook", &text, When::Issued);
        assert_eq!(found.len(), 1, "{text:.60}: {found:?}");
    }
}

#[test]
fn a_text_of_ones_own_comes_before_the_one_that_mensal_brings() {
    let own = BTreeMap::from([(
        "invoice.en-US.email".parse().unwrap(),
        "Subject: {{ customer.first_name | upper }}\r\n\r\n{% for line in isp.address %}\r\n{{ line }}\r\n{% endfor %}\r\n{{ isp.address | join(\", \") }}"
            .to_owned(),
    )]);
    let letter = example(When::Issued, Locale::EnUs, &seller());
    let code = "invoice".parse().unwrap();
    let compose = |channel, locale| Templates::with(&own).compose(&code, channel, locale, &letter);
    let Message::Email(email) = compose(Channel::Email, Locale::EnUs).unwrap() else {
        panic!("an e-mail")
    };
    assert_eq!(email.subject, "ANA");
    let body = email.text.split("\n\n-- \n").next().unwrap();
    let lines = "Avenida das Figueiras, 1450\nFoz do Iguaçu PR";
    assert_eq!(body, format!("{lines}\n{}", lines.replace('\n', ", ")));
    let Message::Email(email) = compose(Channel::Email, Locale::PtBr).unwrap() else {
        panic!("an e-mail")
    };
    assert!(email.subject.starts_with("Sua fatura de "), "{}", email.subject);
    let missing = Templates::with(&own).compose(
        &"aviso".parse().unwrap(),
        Channel::Sms,
        Locale::PtBr,
        &letter,
    );
    assert_eq!(
        missing.unwrap_err().to_string(),
        "there is no text aviso.pt-BR.sms: write notices/aviso.pt-BR.sms.txt and import it"
    );
}

#[test]
fn a_name_is_a_name_whatever_it_says() {
    let mut letter = example(When::Days(-3), Locale::PtBr, &seller());
    letter.customer.name =
        "<script>alert(1)</script>\r\nBcc: x@y.example \u{202e}{{ account }}\u{0} \"'&".into();
    letter.seller.name = "A <b>B</b> & \"C\"".into();
    let own = BTreeMap::from([(
        "due-soon.pt-BR.email".parse().unwrap(),
        "Subject: {{ customer.name }}\n\n{{ customer.name }}".to_owned(),
    )]);
    let code = "due-soon".parse().unwrap();
    let composed = Templates::with(&own).compose(&code, Channel::Email, Locale::PtBr, &letter);
    let Message::Email(email) = composed.unwrap() else { panic!("an e-mail") };
    let plain = "<script>alert(1)</script> Bcc: x@y.example {{ account }} \"'&";
    assert_eq!(email.subject, plain);
    assert!(email.text.starts_with(plain), "{}", email.text);
    let escaped =
        "&lt;script&gt;alert(1)&lt;/script&gt; Bcc: x@y.example {{ account }} &quot;&#39;&amp;";
    assert!(email.html.contains(escaped) && !email.html.contains("<script"), "{}", email.html);
    assert!(email.html.contains("A &lt;b&gt;B&lt;/b&gt; &amp; &quot;C&quot;"));
}

#[test]
fn every_page_is_whole_and_needs_nothing_from_elsewhere() {
    let mut pages = 0;
    for (key, _) in mensal_notices::builtins().filter(|(key, _)| key.channel == Channel::Email) {
        for when in common::times(key.code.as_str()) {
            for letter in examples(*when, key.locale, &seller()) {
                let own = BTreeMap::new();
                let composed =
                    Templates::with(&own).compose(&key.code, key.channel, key.locale, &letter);
                let Message::Email(email) = composed.unwrap() else { panic!("an e-mail") };
                assert_eq!(unclosed(&email.html), Vec::<String>::new(), "{key}");
                for outside in ["<img", "<script", "<link", "url(", "@import", " src=", "http://"] {
                    assert!(!email.html.contains(outside), "{key}: {outside}");
                }
                assert!(email.html.contains(&format!("<html lang=\"{}\">", key.locale.tag())));
                pages += 1;
            }
        }
    }
    assert!(pages > 500, "{pages} pages were looked at");
}

/// The elements that are closed in the wrong order, or never.
fn unclosed(html: &str) -> Vec<String> {
    let mut open: Vec<String> = Vec::new();
    for tag in html.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag) {
        let name = tag.split([' ', '\n']).next().unwrap().to_lowercase();
        match name.strip_prefix('/') {
            Some(closed) if open.last().is_some_and(|last| last == closed) => drop(open.pop()),
            Some(closed) => return vec![format!("/{closed} after {open:?}")],
            None if matches!(name.as_str(), "!doctype" | "meta" | "br") => {}
            None => open.push(name),
        }
    }
    open
}

#[test]
fn whoever_is_called_by_a_first_name_is_a_person() {
    let own =
        BTreeMap::from([("x.pt-BR.hook".parse().unwrap(), "{{ customer.first_name }}".to_owned())]);
    for (name, tax_id, want) in [
        ("Ana Conceição", "CPF 123.456.789-09", "Ana"),
        ("Ana Carter", "", "Ana"),
        ("Padaria Sol Ltda.", "", "Padaria Sol Ltda."),
        ("Padaria Sol", "CNPJ 00.482.117/0001-00", "Padaria Sol"),
        ("Bright Dental, LLC", "", "Bright Dental, LLC"),
        ("Condomínio Ipê", "", "Condomínio Ipê"),
        ("Madonna", "", "Madonna"),
    ] {
        let mut letter = example(When::Issued, Locale::PtBr, &seller());
        (letter.customer.name, letter.customer.tax_id) = (name.into(), tax_id.into());
        let code = "x".parse().unwrap();
        let text = Templates::with(&own).compose(&code, Channel::Hook, Locale::PtBr, &letter);
        assert_eq!(text.unwrap().text(), want, "{name}");
    }
}

#[test]
fn the_variables_that_are_listed_are_those_that_there_are() {
    // Whatever is whole or a list is no text, and none is unknown.
    let full = &examples(When::Days(5), Locale::PtBr, &seller())[0];
    let code = "x".parse().unwrap();
    for name in VARIABLES {
        let template = match name.strip_prefix("overdue.invoices.") {
            Some(part) => {
                format!("{{% for one in overdue.invoices %}}{{{{ one.{part} }}}}{{% endfor %}}")
            }
            None => format!("{{{{ {name} }}}}"),
        };
        let own = BTreeMap::from([("x.pt-BR.hook".parse().unwrap(), template)]);
        let composed = Templates::with(&own).compose(&code, Channel::Hook, Locale::PtBr, full);
        let whole = VARIABLES.iter().any(|other| other.starts_with(&format!("{name}.")));
        match composed {
            Ok(message) => assert!(!whole && !message.text().is_empty(), "{name}"),
            Err(why) => assert!(why.to_string().contains("is no text"), "{name}: {why}"),
        }
    }
}

/// The guide for ISPs names every variable, and every text that Mensal brings.
#[test]
fn the_guide_is_whole() {
    let guide = include_str!("../../../docs/notices.md");
    for name in VARIABLES {
        let shown = name.strip_prefix("overdue.invoices.").unwrap_or(name);
        let is_whole = matches!(*name, "isp" | "customer" | "service");
        assert!(is_whole || guide.contains(&format!("`{shown}`")), "{name}");
    }
    for (key, _) in mensal_notices::builtins() {
        assert!(guide.contains(&format!("`{}`", key.code)), "{key}");
    }
    // Its example is taken.
    let example = guide.split("```\nSubject: ").nth(1).and_then(|rest| rest.split("```").next());
    let text = format!("Subject: {}", example.unwrap());
    assert_eq!(faults("due-soon.pt-BR.email", &text, When::Days(-3)), Vec::<String>::new());
}
