//! Charges, and money: what the suite does not ask of every gateway.

use jiff::{Timestamp, civil::Date};
use mensal_domain::{
    payment::{About, Fact, Notice, Receipt, ReturnKind},
    rail::Rail,
    reference::Reference,
};
use mensal_rails::{
    gateway::{Fault, Gateway, Order, RefundOrder, Refunded, Standing},
    pix::{BrCode, Kind, Txid},
};
use serde_json::{Value, json};

use crate::{
    bank::{KEY, Style},
    contract::{FarSide, Trouble, date, key, money, order},
    far::Far,
};

/// A charge that is due on a day, registered on another.
fn due(serial: u8, due: &str, today: &str) -> Order {
    let mut order = order(Rail::Pix, serial, "BRL");
    order.terms.due = date(due);
    order.today = date(today);
    order
}

/// What the bank has been told of a charge last.
fn told(far: &Far, order: &Order) -> Value {
    let txid = Txid::of(&order.key);
    far.server.books().charges[txid.as_str()].asked.clone()
}

#[tokio::test]
async fn what_is_overdue_is_a_charge_to_be_paid_at_once() {
    for style in crate::STYLES {
        let far = Far::new(style).await;
        far.on("2026-11-25");
        let order = due(7, "2026-11-20", "2026-11-25");
        let registered = far.pix.register(&order).await.unwrap();
        assert_eq!(told(&far, &order)["kind"], "cob");
        // To the last of the thirty days after the due date.
        assert_eq!(told(&far, &order)["body"]["calendario"]["expiracao"], 26 * 86_400);
        assert_eq!(far.pix.register(&order).await.unwrap(), registered, "{style:?}");
        let standing = far.pix.fetch(&order.key, None).await.unwrap();
        let Standing::Registered { due, amount, .. } = standing else { panic!("{standing:?}") };
        assert_eq!((due, amount), (None, order.terms.amount));
        // Two days later, for less: its life still ends on the same day.
        let mut less = order.clone();
        less.today = date("2026-11-27");
        less.terms.amount = money("59.90", "BRL");
        far.pix.amend(&less, registered.reference.as_ref()).await.unwrap();
        assert_eq!(told(&far, &order)["body"]["valor"]["original"], "59.90");
        assert_eq!(told(&far, &order)["body"]["calendario"]["expiracao"], 26 * 86_400);
        let standing = far.pix.cancel(&order.key, registered.reference.as_ref()).await.unwrap();
        assert_eq!(standing, Standing::Cancelled);
        let fault = far.pix.amend(&less, None).await.unwrap_err();
        assert!(matches!(fault, Fault::Conflict(_)), "{fault}");
    }
}

#[tokio::test]
async fn a_registration_that_was_not_heard_of_is_found_though_it_is_overdue_meanwhile() {
    for style in crate::STYLES {
        let far = Far::new(style).await;
        let today = due(8, "2026-11-20", "2026-11-20");
        far.server.trouble(Trouble::LostAnswer);
        let fault = far.pix.register(&today).await.unwrap_err();
        assert!(matches!(fault, Fault::Unknown(_)), "{fault}");
        far.on("2026-11-21");
        far.pix.register(&due(8, "2026-11-20", "2026-11-21")).await.unwrap();
        assert_eq!(told(&far, &today)["kind"], "cobv");
        assert_eq!(far.server.books().charges.len(), 1);
    }
}

#[tokio::test]
async fn the_code_is_the_banks_or_written_from_its_location() {
    for (style, name) in [(Style::Efi, "Banco Exemplo"), (Style::Document, "Provedor Exemplo")] {
        let far = Far::new(style).await;
        let order = due(1, "2026-11-20", "2026-11-10");
        let registered = far.pix.register(&order).await.unwrap();
        let code = BrCode::read(&registered.codes.pix.unwrap()).unwrap();
        assert_eq!((code.kind, code.merchant_name.as_str()), (Kind::Dynamic, name));
        assert!(code.url.unwrap().starts_with("pix.banco.example/qr/v2/cobv/"));
    }
}

#[tokio::test]
async fn what_the_bank_is_told_of_a_charge() {
    let far = Far::new(Style::Efi).await;
    let order = due(1, "2026-11-20", "2026-11-10");
    far.pix.register(&order).await.unwrap();
    let want = json!({
        "calendario": { "dataDeVencimento": "2026-11-20", "validadeAposVencimento": 30 },
        "devedor": {
            "cpf": "52998224725", "nome": "Ana Exemplo", "logradouro": "Rua das Flores, 10, Centro",
            "cidade": "São Paulo", "uf": "SP", "cep": "01001000",
        },
        "valor": {
            "original": "109.90",
            "multa": { "modalidade": 2, "valorPerc": "2.00" },
            "juros": { "modalidade": 3, "valorPerc": "1.00" },
        },
        "chave": KEY,
        "solicitacaoPagador": "Fatura 1042-261110",
    });
    assert_eq!(told(&far, &order)["body"], want);
}

#[tokio::test]
async fn an_account_that_fits_no_txid_is_called_by_reference() {
    for style in crate::STYLES {
        let far = Far::new(style).await;
        let mut order = due(1, "2026-11-20", "2026-11-10");
        order.key = "A-10.4_2/2026-11-10-cycle/pix/1".parse().unwrap();
        let registered = far.pix.register(&order).await.unwrap();
        assert!(registered.called_by_reference);
        let reference = registered.reference.clone().unwrap();
        let hooks = far.pay(&order.key, order.terms.amount, "2026-11-18");
        let [receipt] = &receipts(&read(&far, &hooks[0]))[..] else { panic!("not told") };
        assert_eq!(receipt.about, About::Reference(reference));
        assert_eq!(far.pix.fetch(&order.key, None).await.unwrap(), Standing::Paid);
        let fits = due(2, "2026-11-20", "2026-11-10");
        assert!(!far.pix.register(&fits).await.unwrap().called_by_reference);
    }
}

#[tokio::test]
async fn a_charge_that_the_bank_refuses_says_what_is_wrong_and_nothing_of_the_payer() {
    let far = Far::new(Style::Document).await;
    far.on("2026-11-25");
    // The bank is a day ahead of us.
    let fault = far.pix.register(&due(1, "2026-11-24", "2026-11-24")).await.unwrap_err();
    let want = "refused: it answered 400, CobVOperacaoInvalida, Operação inválida., \
        calendario.dataDeVencimento";
    assert_eq!(fault.to_string(), want);
}

#[tokio::test]
async fn a_host_without_the_api_is_no_bank_without_the_charge() {
    let server = crate::contract::Server::start(crate::bank::Bank(Style::Efi)).await;
    let host = server.address.clone();
    let far = Far::through(Style::Efi, server, &host, "/v1");
    let fault = far.pix.fetch(&key(Rail::Pix, 1), None).await.unwrap_err();
    assert_eq!(fault, Fault::Refused("it answered 404".into()));
}

#[tokio::test]
async fn what_is_not_ours_to_do_is_not_done() {
    let far = Far::new(Style::Efi).await;
    let boleto = order(Rail::Boleto, 1, "BRL");
    assert!(matches!(far.pix.register(&boleto).await, Err(Fault::Unsupported(_))));
    assert!(matches!(far.pix.fetch(&boleto.key, None).await, Err(Fault::Unsupported(_))));
    assert!(!far.pix.serves(Rail::Boleto) && !far.pix.amends(Rail::PixAutomatico));
    assert!(far.server.requests().is_empty());
}

#[tokio::test]
async fn a_client_that_the_bank_does_not_know_is_told() {
    let far = Far::new(Style::Efi).await;
    let wrong = json!({ "client_id": "x", "client_secret": "hidden", "webhook_tokens": ["t"] });
    let settings = json!({
        "host": far.server.address, "key": KEY, "merchant_name": "P", "merchant_city": "C",
    });
    let settings = serde_json::from_value(settings).unwrap();
    let credentials = serde_json::from_value(wrong).unwrap();
    let pix =
        mensal_rails::gateway::pix::connect("b".parse().unwrap(), settings, credentials).unwrap();
    let fault = pix.fetch(&key(Rail::Pix, 1), None).await.unwrap_err();
    assert!(matches!(fault, Fault::Credentials(_)), "{fault}");
    assert!(!fault.to_string().contains("hidden"));
    assert!(!pix.serves(Rail::PixAutomatico));
}

#[tokio::test]
async fn a_token_is_asked_for_once_and_again_when_it_is_not_taken() {
    let far = Far::new(Style::Efi).await;
    let asked = || far.server.books().other["tokens"].as_u64().unwrap();
    for _ in 0..3 {
        far.pix.fetch(&key(Rail::Pix, 1), None).await.unwrap();
    }
    assert_eq!(asked(), 1);
    far.server.books().other.insert("token".into(), "another".into());
    far.pix.fetch(&key(Rail::Pix, 1), None).await.unwrap();
    assert_eq!(asked(), 2);
}

fn read(far: &Far, hook: &crate::contract::Hook) -> Vec<Notice> {
    hook.with(|request| far.pix.read(far.pix.verify(request, Timestamp::now()).unwrap()).unwrap())
}

fn receipts(notices: &[Notice]) -> Vec<Receipt> {
    let receipt = |notice: &Notice| match &notice.fact {
        Fact::Received(receipt) => Some(receipt.clone()),
        _ => None,
    };
    notices.iter().filter_map(receipt).collect()
}

#[tokio::test]
async fn what_is_paid_late_says_how_much_of_it_is_fine_and_interest() {
    let far = Far::new(Style::Efi).await;
    let order = due(1, "2026-11-20", "2026-11-10");
    far.pix.register(&order).await.unwrap();
    let hooks = far.pay(&order.key, money("112.32", "BRL"), "2026-11-26");
    let [receipt] = &receipts(&read(&far, &hooks[0]))[..] else { panic!("not told") };
    let want = (money("112.32", "BRL"), Some(money("2.42", "BRL")), date("2026-11-26"));
    assert_eq!((receipt.amount, receipt.late, receipt.paid_on), want);
}

fn refund(money_id: &Reference, id: &str, amount: &str) -> RefundOrder {
    RefundOrder {
        money: money_id.clone(),
        rail: Rail::Pix,
        account: "1042".parse().unwrap(),
        key: id.parse().unwrap(),
        amount: money(amount, "BRL"),
    }
}

#[tokio::test]
async fn a_refund_that_was_not_heard_of_is_found_and_not_given_twice() {
    for style in crate::STYLES {
        let far = Far::new(style).await;
        let charge = due(1, "2026-11-20", "2026-11-10");
        far.pix.register(&charge).await.unwrap();
        let hooks = far.pay(&charge.key, charge.terms.amount, "2026-11-18");
        let money_id = receipts(&read(&far, &hooks[0]))[0].money.clone();
        let order = refund(&money_id, "R1", "60.00");
        far.server.trouble(Trouble::LostAnswer);
        assert!(matches!(far.pix.refund(&order).await, Err(Fault::Unknown(_))));
        assert_eq!(far.pix.refund(&order).await, Ok(Refunded::UnderWay(order.key.clone())));
        far.server.books().other.insert("refund:R1".into(), "DEVOLVIDO".into());
        assert_eq!(far.pix.refund(&order).await, Ok(Refunded::Done(order.key.clone())));
        // The same key for another amount is no refund of it.
        let other = far.pix.refund(&refund(&money_id, "R1", "10.00")).await.unwrap_err();
        assert!(matches!(other, Fault::Conflict(_)), "{other}");
        far.server.books().other.insert("refund:R1".into(), "NAO_REALIZADO".into());
        let failed = far.pix.refund(&order).await.unwrap_err();
        assert!(matches!(failed, Fault::Refused(_)), "{failed}");
    }
}

#[tokio::test]
async fn a_refund_that_pix_does_not_know_is_refused_before_it_is_asked_for() {
    let far = Far::new(Style::Efi).await;
    let id = "E1234567820261118013000000000001";
    let unknown = far.pix.refund(&refund(&id.parse().unwrap(), "R1", "1.00")).await.unwrap_err();
    assert!(matches!(unknown, Fault::Refused(_)), "{unknown}");
    let before = far.server.requests().len();
    for (money_id, key) in [("pi_123", "R1"), (id, "r/1"), (id, &"x".repeat(36))] {
        let order = refund(&money_id.parse().unwrap(), key, "1.00");
        assert!(matches!(far.pix.refund(&order).await, Err(Fault::Refused(_))));
    }
    let card = RefundOrder { rail: Rail::Card, ..refund(&id.parse().unwrap(), "R1", "1.00") };
    assert!(matches!(far.pix.refund(&card).await, Err(Fault::Unsupported(_))));
    assert_eq!(far.server.requests().len(), before);
}

/// Midnight of a day, UTC.
fn midnight(day: &str) -> Timestamp {
    format!("{day}T00:00:00Z").parse().unwrap()
}

#[tokio::test]
async fn history_tells_of_each_page_and_of_what_was_given_back_of_earlier_money() {
    for style in crate::STYLES {
        let far = Far::new(style).await;
        let mut paid = Vec::new();
        for serial in 1..=5 {
            let order = due(serial, "2026-11-20", "2026-11-10");
            far.pix.register(&order).await.unwrap();
            let day = format!("2026-11-{}", 10 + serial);
            paid.push(far.paid(Txid::of(&order.key).as_str(), order.terms.amount, &day));
        }
        let all = far.pix.history(midnight("2026-11-10"), midnight("2026-11-30")).await.unwrap();
        let told: Vec<String> = receipts(&all).iter().map(|one| one.money.to_string()).collect();
        assert_eq!(told, paid, "{style:?}");
        // Given back a month later: told of then, without the money itself.
        far.pix.refund(&refund(&paid[0].parse().unwrap(), "R1", "9.90")).await.unwrap();
        let later = (midnight("2026-12-10"), midnight("2026-12-20"));
        far.server.books().other.insert("returned_on".into(), "2026-12-15".into());
        assert!(far.pix.history(later.0, later.1).await.unwrap().is_empty(), "still under way");
        far.server.books().other.insert("refund:R1".into(), "DEVOLVIDO".into());
        let [notice] = &far.pix.history(later.0, later.1).await.unwrap()[..] else {
            panic!("not told")
        };
        let Fact::Returned(back) = &notice.fact else { panic!("{notice:?}") };
        assert_eq!((back.money.as_str(), back.id.as_str()), (paid[0].as_str(), "R1"));
        assert_eq!((back.kind, back.on), (ReturnKind::Refund, Date::constant(2026, 12, 15)));
        assert_eq!(back.about, About::Charge(key(Rail::Pix, 1)));
    }
}

#[tokio::test]
async fn a_token_is_good_however_long_the_bank_says_that_it_lasts() {
    for lasts in [json!(u64::MAX), json!("18446744073709551615"), json!(0), json!(-1), json!(null)]
    {
        let far = Far::new(Style::Efi).await;
        far.server.books().other.insert("token lasts".into(), lasts.clone());
        let order = order(Rail::Pix, 1, "BRL");
        far.pix.register(&order).await.unwrap();
        let standing = far.pix.fetch(&order.key, None).await.unwrap();
        assert!(matches!(standing, Standing::Registered { .. }), "{lasts}: {standing:?}");
    }
}
