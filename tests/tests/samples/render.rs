//! render-invoice.

use std::fs;

use crate::{
    functions::{assert_dead, bucket, feed, render_invoice, sample},
    given::home,
    mailbox::Mailbox,
};

/// A sample, the dead letters that it leaves, and the documents that there are afterwards.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

const BOTH: &[&str] = &["1042-261110.pdf", "1043-261110.pdf"];

pub(crate) const CASES: &[Case] = &[
    ("render-invoice/invoices.json", &[], BOTH),
    ("render-invoice/garbage.json", &["not JSON", "not JSON", "no version"], &[]),
    ("render-invoice/unknown-version.json", &["version 2: this function speaks version 1"], &[]),
    ("render-invoice/unknown-field.json", &["unknown field `priority`"], &[]),
    ("render-invoice/missing-field.json", &["missing field `invoice`"], &[]),
    (
        "render-invoice/missing-account.json",
        &["account nobody has no invoice 2026-11-10-cycle"],
        &[],
    ),
    ("render-invoice/missing-invoice.json", &["account 1042 has no invoice 2026-10-10-cycle"], &[]),
    ("render-invoice/not-an-invoice-id.json", &["`2026-11-10` is no invoice id"], &[]),
    ("render-invoice/not-a-message.json", &crate::NOT_A_MESSAGE, &[]),
    ("render-invoice/mixed.json", &["not JSON", "account nobody has no invoice"], BOTH),
];

#[tokio::test(flavor = "multi_thread")]
async fn invoices_become_pdfs_and_poison_lies_with_the_dead_letters() {
    let home = home().await;
    home.bill("2026-11-10").await.unwrap();
    for (file, dead, documents) in CASES {
        let mailbox = Mailbox::open().await;
        let again = feed(&render_invoice(&home, &mailbox), sample(file)).await;
        assert!(again.is_empty(), "{file}: {again:?}");
        assert_dead(file, &mailbox, dead);
        let mut made = Vec::new();
        if let Ok(folder) = fs::read_dir(bucket(&home).join("invoices/2026-11")) {
            for entry in folder {
                let path = entry.unwrap().path();
                assert!(fs::read(&path).unwrap().starts_with(b"%PDF-"), "{file}");
                made.push(path.file_name().unwrap().to_str().unwrap().to_owned());
            }
        }
        made.sort();
        assert_eq!(made, *documents, "{file}");
        fs::remove_dir_all(bucket(&home)).unwrap();
    }
}
