//! An ISP's own texts of notices: what is taken, and what is told of what is not.
#![allow(clippy::unwrap_used)] // tests may fail loudly

mod common;

use common::{faults, files, good};
use mensal_importer::Files;

const LADDER: &str = "-3:email:due-soon 0:sms:today suspended:hook:cut";
const TODAY: &str = "notices/today.pt-BR.sms.txt";

/// A small ISP with a ladder, two codes of which Mensal has no texts for, and these texts.
fn isp(texts: &[(&str, &str)]) -> Files {
    let mut files = files();
    files.insert(
        "account_types.csv",
        format!("code,name,calendar,ladder\nresidencial,Residencial,br,{LADDER}\n"),
    );
    for (name, text) in texts {
        files.insert(*name, *text);
    }
    files
}

fn told(files: &Files) -> Vec<String> {
    faults(files).iter().map(ToString::to_string).collect()
}

#[test]
fn texts_are_taken_as_they_stand() {
    let texts = [
        (TODAY, "{{ isp.name }}: sua fatura vence hoje"),
        ("notices/cut.pt-BR.sms.txt", "{{ isp.name }}: suspensa, pague {{ service.pay }}"),
        ("notices/due-soon.pt-BR.email.txt", "Subject: {{ invoice.due }}\n\nOlá!\n"),
        // In a language that nobody has yet, and of a step that no ladder has: of a code that is known.
        ("notices/overdue.en-US.sms.txt", "Hello"),
    ];
    let catalog = good(&isp(&texts)).catalog;
    let kept: Vec<_> = catalog.notices.iter().map(|(key, text)| (key.to_string(), text)).collect();
    assert_eq!(kept.len(), 4);
    for (name, text) in texts {
        let key = name.strip_prefix("notices/").unwrap().strip_suffix(".txt").unwrap();
        assert!(kept.contains(&(key.to_owned(), &text.to_owned())), "{name}");
    }
}

#[test]
fn each_wrong_step_of_a_ladder_is_told_by_itself() {
    let mut files = files();
    let ladder = "-3:email:due-soon 1:fax:due-soon soon -3:email:due-today";
    files.insert(
        "account_types.csv",
        format!("code,name,ladder\nresidencial,Residencial,{ladder}\n"),
    );
    let at = "account_types.csv:2: ladder:";
    let like = "is no step of a ladder, like -3:email:due-soon or +5:email:last-call:legal";
    assert_eq!(
        told(&files),
        [
            format!(
                "{at} `-3:email:due-today` is the second step of its time and channel: leave one of the \
                 two out"
            ),
            format!("{at} `1:fax:due-soon` {like}: `fax` is no channel: use email, sms or hook"),
            format!("{at} `soon` {like}: it has three parts, or four, with colons between"),
        ]
    );
}

#[test]
fn a_step_without_a_text_says_which_file_to_write() {
    let at = "account_types.csv:2: ladder:";
    assert_eq!(
        told(&isp(&[])),
        [
            format!("{at} `0:sms:today` has no text in pt-BR: write {TODAY}"),
            format!(
                "{at} `suspended:hook:cut` has no text in pt-BR: write notices/cut.pt-BR.hook.txt"
            ),
        ]
    );
    let mut files = files();
    files.insert(
        "accounts.csv",
        "id,type,name,bill_day,locale,ladder\n100,residencial,Ana Lima,10,en-US,1:email:overdu\n\
         200,residencial,Davi Nunes,5,,\n",
    );
    assert_eq!(
        told(&files),
        [
            "accounts.csv:2: ladder: `+1:email:overdu` has no text in en-US: did you mean `overdue`? Or write \
          notices/overdu.en-US.email.txt"
        ]
    );
}

#[test]
fn each_language_that_accounts_speak_has_its_texts() {
    let mut files = isp(&[(TODAY, "Hoje"), ("notices/cut.pt-BR.hook.txt", "Suspensa")]);
    good(&files);
    files.insert(
        "accounts.csv",
        "id,type,name,bill_day,locale\n100,residencial,Ana Lima,10,en-US\n200,residencial,Davi Nunes,5,\n",
    );
    let told = told(&files);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].ends_with("has no text in en-US: write notices/today.en-US.sms.txt"),
        "{told:?}"
    );
}

#[test]
fn all_that_is_wrong_with_texts_is_told_at_once() {
    let cut = ("notices/cut.pt-BR.sms.txt", "Suspensa");
    let cases = [
        (
            "notices/today.pt-BR.sms.txt",
            "Olá {{ custmer.name }}",
            "notices/today.pt-BR.sms.txt:1: `custmer` is no variable: did you mean `customer`?",
        ),
        (
            "notices/due-soon.pt-BR.email.txt",
            "Subject: a\n\nb\n{% if invoice.pix %}\n{{ invoice.pix }\n{% endif %}",
            "notices/due-soon.pt-BR.email.txt:5: ",
        ),
        (
            "notices/due-soon.pt-BR.email.txt",
            "Olá!",
            "notices/due-soon.pt-BR.email.txt:1: `Olá!` is no subject: begin with a line like `Subject: ",
        ),
        (
            "notices/due-soon.pt-BR.email.txt",
            "Subject: a\n\n{{ overdue.amount }}",
            "notices/due-soon.pt-BR.email.txt:3: `overdue.amount` is not there for every notice: put it between \
             {% if overdue %} and {% endif %}",
        ),
        (
            "notices/due-son.pt-BR.email.txt",
            "Subject: a\n\nb",
            "notices/due-son.pt-BR.email.txt: says `due-son`, which no step of a ladder does: did you mean \
             `due-soon`?",
        ),
        (
            "notices/due-soon.pt.email.txt",
            "Subject: a\n\nb",
            "notices/due-soon.pt.email.txt: has no name of a text of a notice: call it CODE.LOCALE.CHANNEL.txt, like \
             due-soon.pt-BR.email.txt (`pt` is no language of Mensal: use pt-BR or en-US)",
        ),
        (
            "notices/due-soon.pt-BR.email.html",
            "<p>Olá</p>",
            "notices/due-soon.pt-BR.email.html: is no text of a notice: call it CODE.LOCALE.CHANNEL.txt, like \
             due-soon.pt-BR.email.txt",
        ),
    ];
    for (name, text, want) in cases {
        let told = told(&isp(&[(TODAY, "Hoje"), cut, (name, text)]));
        assert!(told.len() == 1 && told[0].starts_with(want), "{name}: {told:?}");
    }
    let mut latin = isp(&[(TODAY, "Hoje"), cut]);
    latin.insert("notices/due-soon.pt-BR.email.txt", &b"Subject: a\n\nOl\xe1"[..]);
    assert_eq!(
        told(&latin),
        ["notices/due-soon.pt-BR.email.txt:3: is not in UTF-8: save it in UTF-8"]
    );
    let both = told(&isp(&[(TODAY, "{{ a }}"), ("notices/x.txt", "b")]));
    assert_eq!(both.len(), 3, "two texts, and a step without one: {both:?}");
}

#[test]
fn a_folder_is_read_with_its_notices() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("notices")).unwrap();
    for (name, text) in
        [("plans.csv", "a"), ("notes.txt", "b"), ("notices/.hidden", "c"), (TODAY, "d")]
    {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let files = Files::from_dir(folder.path()).unwrap();
    assert_eq!(files.names().collect::<Vec<_>>(), [TODAY, "plans.csv"]);
    assert_eq!(files.get(TODAY), Some(&b"d"[..]));
}
