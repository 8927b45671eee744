//! Pix Automático.

use mensal_domain::{
    payment::{About, Advice},
    rail::Rail,
};
use mensal_rails::{
    gateway::{Collected, Collection, Decline, Enrolled, Enrollment, Fault, Gateway, Standing},
    pix::{BrCode, Kind, Txid},
};
use serde_json::json;

use crate::{
    bank::{APPROVED, Style, WITHOUT_TRIES, collections::attempt},
    contract::{Trouble, date, key, money, payer},
    far::{Far, method},
};

fn collection(serial: u8, due: &str, today: &str) -> Collection {
    Collection {
        key: key(Rail::PixAutomatico, serial),
        method: method(APPROVED),
        amount: money("109.90", "BRL"),
        due: date(due),
        today: date(today),
        payer: payer(),
    }
}

fn txid(serial: u8) -> Txid {
    Txid::of(&key(Rail::PixAutomatico, serial))
}

fn under_way(serial: u8) -> Collected {
    Collected::UnderWay(Some(txid(serial).to_reference()))
}

/// The bank has something else to say of a collection.
fn say(far: &Far, serial: u8, more: &serde_json::Value) {
    let mut books = far.server.books();
    let shown = &mut books.charges.get_mut(txid(serial).as_str()).unwrap().asked["shown"];
    for (name, value) in more.as_object().unwrap() {
        shown[name] = value.clone();
    }
}

#[tokio::test]
async fn a_collection_is_sent_in_its_time_and_in_no_other() {
    let far = Far::new(Style::Document).await;
    let fault = far.pix.collect(&collection(1, "2026-11-20", "2026-11-09")).await.unwrap_err();
    assert!(matches!(&fault, Fault::Refused(why) if why.contains("at most 10 days")), "{fault}");
    // Too late for that day: nothing was ordered, and another day may be.
    let late = collection(1, "2026-11-20", "2026-11-19");
    assert_eq!(far.pix.collect(&late).await, Ok(Collected::NotMade));
    let sent = far.pix.collect(&collection(1, "2026-11-20", "2026-11-10")).await.unwrap();
    assert_eq!(sent, under_way(1));
    let want = json!({
        "conta": "0012682", "agencia": "9708", "tipoConta": "CORRENTE",
        "cnpj": "11222333000181", "nome": "Provedor Exemplo Ltda.",
    });
    let books = far.server.books();
    let shown = &books.charges[txid(1).as_str()].asked["shown"];
    assert_eq!(
        (&shown["recebedor"], &shown["infoAdicional"]),
        (&want, &json!("Fatura 1042-261110"))
    );
}

#[tokio::test]
async fn a_collection_that_was_not_heard_of_is_found_after_its_time_too() {
    for style in crate::STYLES {
        let far = Far::new(style).await;
        far.server.trouble(Trouble::LostAnswer);
        let fault = far.pix.collect(&collection(1, "2026-11-20", "2026-11-18")).await.unwrap_err();
        assert!(matches!(fault, Fault::Unknown(_)), "{fault}");
        for today in ["2026-11-18", "2026-11-19"] {
            let sent = far.pix.collect(&collection(1, "2026-11-20", today)).await;
            assert_eq!(sent, Ok(under_way(1)), "{style:?}, {today}");
        }
    }
}

#[tokio::test]
async fn a_collection_stands_as_the_bank_has_it() {
    let far = Far::new(Style::Document).await;
    let order = collection(1, "2026-11-20", "2026-11-10");
    let standing = || far.pix.fetch(&order.key, None);
    assert_eq!(standing().await, Ok(Standing::Missing));
    far.pix.collect(&order).await.unwrap();
    for (status, want) in [
        ("CRIADA", Standing::InWork),
        ("ATIVA", Standing::InWork),
        ("NOVA_NO_ANO_QUE_VEM", Standing::InWork),
        ("CONCLUIDA", Standing::Paid),
        ("EXPIRADA", Standing::Expired),
        ("REJEITADA", Standing::Expired),
        ("CANCELADA", Standing::Cancelled),
    ] {
        say(&far, 1, &json!({ "status": status }));
        assert_eq!(standing().await, Ok(want), "{status}");
    }
}

#[tokio::test]
async fn a_collection_is_taken_back_until_the_day_before() {
    for style in crate::STYLES {
        let far = Far::new(style).await;
        for serial in [1, 2] {
            far.pix.collect(&collection(serial, "2026-11-20", "2026-11-10")).await.unwrap();
        }
        let cancel = |serial| {
            let (far, key) = (&far, key(Rail::PixAutomatico, serial));
            async move { far.pix.cancel(&key, None).await.unwrap() }
        };
        for _ in 0..2 {
            assert_eq!(cancel(1).await, Standing::Cancelled, "{style:?}");
        }
        far.on("2026-11-20");
        assert_eq!(cancel(2).await, Standing::InWork, "{style:?}");
        assert_eq!(cancel(9).await, Standing::Missing, "{style:?}");
    }
}

#[tokio::test]
async fn what_was_given_again_says_what_has_become_of_it() {
    let far = Far::new(Style::Efi).await;
    let order = collection(1, "2026-11-20", "2026-11-10");
    far.pix.collect(&order).await.unwrap();
    let paid = json!([{
        "endToEndId": "E1234567820261120120000000000001", "txid": txid(1).as_str(),
        "valor": "109.90", "horario": "2026-11-20T12:00:00Z",
    }]);
    say(&far, 1, &json!({ "status": "CONCLUIDA", "pix": paid }));
    let Ok(Collected::Received(receipt)) = far.pix.collect(&order).await else {
        panic!("not paid")
    };
    assert_eq!(receipt.about, About::Charge(order.key.clone()));
    assert_eq!((receipt.rail, receipt.paid_on), (Rail::PixAutomatico, date("2026-11-20")));
    for (code, advice) in
        [("AC05", Advice::NeverAgain), ("AM02", Advice::AskCustomer), ("AB10", Advice::RetryLater)]
    {
        let end = json!({ "rejeicao": { "codigo": code, "descricao": "…" } });
        say(&far, 1, &json!({ "status": "REJEITADA", "pix": [], "encerramento": end }));
        let fault = far.pix.collect(&order).await.unwrap_err();
        assert_eq!(fault, Fault::Declined(Decline { code: code.into(), advice }));
    }
    let end = json!({ "cancelamento": { "solicitante": "USUARIO_RECEBEDOR", "codigo": "SLCR" } });
    say(&far, 1, &json!({ "status": "CANCELADA", "encerramento": end }));
    assert_eq!(far.pix.collect(&order).await, Ok(Collected::NotMade));
}

#[tokio::test]
async fn a_higher_serial_after_the_due_date_is_another_try_of_the_same_collection() {
    for style in crate::STYLES {
        let far = Far::new(style).await;
        far.pix.collect(&collection(1, "2026-11-20", "2026-11-10")).await.unwrap();
        let expired = |days: &[&str]| {
            let tries: Vec<_> = days.iter().map(|day| attempt(day, "AGND", "EXPIRADA")).collect();
            json!({ "status": "ATIVA", "tentativas": tries })
        };
        say(&far, 1, &expired(&["2026-11-20"]));
        far.on("2026-11-21");
        let again = collection(2, "2026-11-23", "2026-11-21");
        // Asked for once, heard of or not.
        for _ in 0..2 {
            assert_eq!(far.pix.collect(&again).await, Ok(under_way(1)), "{style:?}");
        }
        let posts =
            || far.server.requests().iter().filter(|one| one.contains("retentativa")).count();
        assert_eq!(posts(), 1);
        let other_day = collection(3, "2026-11-24", "2026-11-21");
        assert!(matches!(far.pix.collect(&other_day).await, Err(Fault::Unavailable(_))));
        say(&far, 1, &expired(&["2026-11-20", "2026-11-23"]));
        // Nobody has told of it: asked for, it says what has become of it.
        let asked = Collection { today: date("2026-11-27"), ..again.clone() };
        let fault = far.pix.collect(&asked).await.unwrap_err();
        assert!(matches!(&fault, Fault::Declined(why) if why.code == "EXPIRADA"), "{fault}");
        assert_eq!(far.pix.collect(&other_day).await, Ok(under_way(1)), "the third one finds it");
        say(&far, 1, &expired(&["2026-11-20", "2026-11-22", "2026-11-23", "2026-11-24"]));
        far.on("2026-11-24");
        let fault = far.pix.collect(&collection(4, "2026-11-26", "2026-11-24")).await.unwrap_err();
        assert!(matches!(&fault, Fault::Refused(why) if why.contains("3 times")), "{fault}");
        // Far away from it, it is one of its own.
        let next = collection(4, "2026-12-02", "2026-11-24");
        assert_eq!(far.pix.collect(&next).await, Ok(under_way(4)), "{style:?}");
    }
}

#[tokio::test]
async fn a_recurrence_without_tries_has_none() {
    let far = Far::new(Style::Document).await;
    let without =
        |collection: Collection| Collection { method: method(WITHOUT_TRIES), ..collection };
    far.pix.collect(&without(collection(1, "2026-11-20", "2026-11-10"))).await.unwrap();
    let tries = [attempt("2026-11-20", "AGND", "EXPIRADA")];
    say(&far, 1, &json!({ "status": "ATIVA", "tentativas": tries }));
    far.on("2026-11-21");
    let fault = far.pix.collect(&without(collection(2, "2026-11-23", "2026-11-21"))).await;
    assert!(matches!(fault, Err(Fault::Refused(_))), "{fault:?}");
}

fn enrollment(method: &str) -> Enrollment {
    Enrollment {
        account: "1042".parse().unwrap(),
        method: method.parse().unwrap(),
        rail: Rail::PixAutomatico,
        payer: payer(),
        locale: "pt-BR".parse().unwrap(),
        return_to: String::new(),
        starts_on: date("2026-12-20"),
        limit: None,
    }
}

#[tokio::test]
async fn a_payer_authorises_by_a_code_and_is_asked_once() {
    for style in crate::STYLES {
        let far = Far::new(style).await;
        let recurrences = || {
            let books = far.server.books();
            books.other.keys().filter(|key| key.starts_with("rec:")).count()
        };
        let first = far.pix.enroll(&enrollment("pix-1")).await.unwrap();
        let code = BrCode::read(first.pix.as_ref().unwrap()).unwrap();
        assert_eq!(code.kind, Kind::Recurrence);
        assert_eq!(far.pix.enroll(&enrollment("pix-1")).await.unwrap(), first, "{style:?}");
        assert_eq!(recurrences(), 1);
        for other in ["pix-2", "pix-3", "pix-4", &"x".repeat(40)] {
            far.pix.enroll(&enrollment(other)).await.unwrap();
        }
        assert_eq!(recurrences(), 5);
        // On a further page of the list by now.
        assert_eq!(far.pix.enroll(&enrollment(&"x".repeat(40))).await.unwrap().link, None);
        assert_eq!(recurrences(), 5, "{style:?}");
        let id = first.reference.clone().unwrap();
        let stored = far.server.books().other[&format!("rec:{id}")].clone();
        let want = json!({
            "contrato": "1042/pix-1", "objeto": "Internet",
            "devedor": { "cpf": "52998224725", "nome": "Ana Exemplo" },
        });
        assert_eq!(stored["vinculo"], want);
        assert_eq!(stored["calendario"]["periodicidade"], "MENSAL");
        assert_eq!(stored["politicaRetentativa"], "PERMITE_3R_7D");
        // Once it is authorised there is nothing to be scanned.
        let approved = format!("rec:{id}");
        far.server.books().other.get_mut(&approved).unwrap()["status"] = "APROVADA".into();
        let again = far.pix.enroll(&enrollment("pix-1")).await.unwrap();
        assert_eq!(again, Enrolled { reference: Some(id), ..Enrolled::default() });
    }
}

#[tokio::test]
async fn an_id_of_a_recurrence_leads_to_no_other_path() {
    let far = Far::new(Style::Document).await;
    for id in ["../cob/m20261110p0141042000000000", "..", "R1?revisao=0", "R1%2f"] {
        let told = json!({
            "idRec": id, "status": "CRIADA",
            "vinculo": { "contrato": "1042/pix-1", "devedor": { "cpf": "52998224725" } },
            // No location and no code: it would have to be asked for.
            "loc": { "id": 1, "criacao": "2026-11-10T12:00:00Z" },
        });
        far.server.books().other.insert("rec:1".into(), told);
        let fault = far.pix.enroll(&enrollment("pix-1")).await.unwrap_err();
        assert!(matches!(fault, Fault::Refused(_)), "{id}: {fault}");
    }
    let requests = far.server.requests();
    assert!(requests.iter().all(|one| one.contains("/token") || one.contains("/v2/rec?")));
}

#[tokio::test]
async fn a_recurrence_is_ended_once() {
    for style in crate::STYLES {
        let far = Far::new(style).await;
        let enrolled = far.pix.enroll(&enrollment("pix")).await.unwrap();
        let token = enrolled.reference.unwrap();
        for _ in 0..2 {
            assert_eq!(far.pix.revoke(&method(token.as_str())).await, Ok(()), "{style:?}");
        }
        // Ended, it is asked for anew.
        let anew = far.pix.enroll(&enrollment("pix")).await.unwrap();
        assert_ne!(anew.reference, Some(token));
        let mut without = method(APPROVED);
        without.token = None;
        assert!(matches!(far.pix.revoke(&without).await, Err(Fault::Refused(_))));
        without.token = Some("../cob".parse().unwrap());
        assert!(matches!(far.pix.revoke(&without).await, Err(Fault::Refused(_))));
    }
}
