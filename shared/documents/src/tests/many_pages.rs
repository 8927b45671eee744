//! Documents of many pages: nothing is lost, heads repeat, pages count.

use mensal_domain::stationery::Paper;

use super::{invoice, line, plain_pdf, read::Read, stationery};

#[test]
fn an_invoice_without_lines_says_so() {
    let read = Read::new(&plain_pdf(&invoice(Vec::new()), &stationery(Paper::A4)).unwrap());
    assert_eq!(read.pages.len(), 1);
    read.has(&["No charges in this period.", "Page 1 of 1", "Remittance slip"]);
}

#[test]
fn a_thousand_lines_all_stand_under_a_head_on_counted_pages() {
    let lines: Vec<_> = (0..1000).map(|n| line(&format!("Circuit {n:04}"), "1.00")).collect();
    for paper in [Paper::A4, Paper::Letter] {
        let read = Read::new(&plain_pdf(&invoice(lines.clone()), &stationery(paper)).unwrap());
        let pages = read.pages.len();
        assert!((15..40).contains(&pages), "{pages} pages");
        for n in 0..1000 {
            assert_eq!(read.count(&format!("Circuit {n:04}")), 1);
        }
        for (index, page) in read.pages.iter().enumerate() {
            let number = format!("Page {} of {pages}", index + 1);
            assert!(page.lines().any(|line| line == number), "no `{number}`");
            let rows = page.contains("Circuit");
            assert_eq!(
                page.lines().filter(|line| *line == "Unit price").count(),
                usize::from(rows)
            );
        }
        assert_eq!(read.count("Remittance slip"), 1);
        assert!(read.pages[pages - 1].contains("Remittance slip"));
        read.has(&["1,000.00", "$1,001.96"]);
    }
}

#[test]
fn one_description_may_be_longer_than_a_page() {
    let words: Vec<String> = (0..4000).map(|n| format!("w{n}")).collect();
    let invoice = invoice(vec![line(&words.join(" "), "1.00"), line("After", "2.00")]);
    let read = Read::new(&plain_pdf(&invoice, &stationery(Paper::Letter)).unwrap());
    assert!(read.pages.len() > 3);
    let text = read.text();
    let printed: Vec<&str> = text.split_whitespace().filter(|word| word.starts_with('w')).collect();
    for word in &words {
        assert!(printed.contains(&word.as_str()), "{word} is lost");
    }
    read.has(&["After"]);
}

#[test]
fn the_note_of_an_invoice_stands_before_the_message() {
    let mut invoice = invoice(vec![line("Fiber", "64.00")]);
    let mut stationery = stationery(Paper::A4);
    for message in ["", "Happy holidays."] {
        stationery.message = message.into();
        invoice.note = Some("Please return by 12/31/2026 the router.".into());
        let read = Read::new(&plain_pdf(&invoice, &stationery).unwrap());
        let text = read.text();
        let note = text.find("Please return by 12/31/2026 the router.").unwrap();
        assert!(text.find(message).is_some_and(|at| message.is_empty() || note < at), "{text}");
    }
}

#[test]
fn a_message_of_any_length_is_printed_to_its_end() {
    let mut stationery = stationery(Paper::A4);
    for (sentences, pages) in [(0, 1..=1), (3, 1..=1), (40, 1..=2), (600, 8..=12)] {
        let message: Vec<String> =
            (0..sentences).map(|n| format!("Sentence {n} of the message of the season.")).collect();
        stationery.message = message.join("\n");
        let pdf = plain_pdf(&invoice(vec![line("Fiber", "64.00")]), &stationery).unwrap();
        let read = Read::new(&pdf);
        assert!(pages.contains(&read.pages.len()), "{sentences}: {} pages", read.pages.len());
        for sentence in &message {
            assert_eq!(read.count(sentence), 1, "{sentence}");
        }
        assert_eq!(read.count("Message") > 0, sentences > 0);
    }
}

#[test]
fn the_slip_moves_to_a_further_page_when_there_is_no_room_under_the_content() {
    let mut counts = Vec::new();
    for lines in 1..30 {
        let lines = (0..lines).map(|_| line("Fiber", "64.00")).collect();
        let read = Read::new(&plain_pdf(&invoice(lines), &stationery(Paper::A4)).unwrap());
        assert!(read.pages.last().unwrap().contains("Remittance slip"));
        counts.push(read.pages.len());
    }
    assert!(counts.is_sorted() && counts[0] == 1 && counts[28] == 2, "{counts:?}");
}
