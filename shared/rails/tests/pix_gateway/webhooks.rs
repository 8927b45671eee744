//! Webhooks, and what is made of them.

use jiff::Timestamp;
use mensal_domain::{
    payment::{About, Advice, Fact, MethodChange, Notice, ReturnKind},
    rail::Rail,
};
use mensal_rails::{
    gateway::{Gateway, Unreadable},
    pix::Txid,
};
use serde_json::{Value, json};

use crate::{
    bank::{KEY, Style},
    contract::{FarSide, Hook, date, key},
    far::{Far, TOKENS},
};

fn read(far: &Far, body: &Value) -> Result<Vec<Notice>, Unreadable> {
    far.hook(body).with(|request| far.pix.read(far.pix.verify(request, Timestamp::now()).unwrap()))
}

/// Money of a charge, as the document has it.
fn pix(more: &Value) -> Value {
    let mut pix = json!({
        "endToEndId": "E1234567820261119013000000000001",
        "txid": Txid::of(&key(Rail::Pix, 1)).as_str(),
        "valor": "109.90",
        "chave": KEY,
        "horario": "2026-11-19T01:30:00.358Z",
        "infoPagador": "de Ana",
    });
    for (name, value) in more.as_object().unwrap() {
        pix[name] = value.clone();
        if value.is_null() {
            pix.as_object_mut().unwrap().remove(name);
        }
    }
    json!({ "pix": [pix] })
}

#[tokio::test]
async fn money_is_ours_by_its_key_and_about_a_charge_by_its_txid() {
    let far = Far::new(Style::Efi).await;
    let other = "7978c0c97ea847e78e8849634473c1f1";
    let reference = |text: &str| About::Reference(text.parse().unwrap());
    for (more, want) in [
        (json!({}), Some(About::Charge(key(Rail::Pix, 1)))),
        (json!({ "chave": KEY.to_uppercase() }), Some(About::Charge(key(Rail::Pix, 1)))),
        (json!({ "chave": null }), Some(About::Charge(key(Rail::Pix, 1)))),
        (json!({ "chave": "outro@provedor.example" }), None),
        (json!({ "txid": other }), Some(reference(other))),
        (json!({ "txid": "MESA7" }), Some(reference("MESA7"))),
        (json!({ "txid": null }), Some(About::Nothing)),
        (json!({ "txid": "" }), Some(About::Nothing)),
        // What Efí tells of money that was sent: with our key, in the same list.
        (json!({ "tipo": "SOLICITACAO", "horario": { "solicitacao": "x" } }), None),
    ] {
        let notices = read(&far, &pix(&more)).unwrap();
        let got = notices.into_iter().next().map(|notice| match notice.fact {
            Fact::Received(receipt) => receipt.about,
            other => panic!("{other:?}"),
        });
        assert_eq!(got, want, "{more}");
    }
}

#[tokio::test]
async fn a_day_is_that_of_brasilia() {
    let far = Far::new(Style::Efi).await;
    for (at, want) in [
        ("2026-11-19T02:59:59Z", "2026-11-18"),
        ("2026-11-19T03:00:00Z", "2026-11-19"),
        ("2026-11-18T23:59:59-03:00", "2026-11-18"),
    ] {
        let notices = read(&far, &pix(&json!({ "horario": at }))).unwrap();
        let Fact::Received(receipt) = &notices[0].fact else { panic!("{notices:?}") };
        assert_eq!(receipt.paid_on, date(want), "{at}");
    }
}

#[tokio::test]
async fn what_is_given_back_says_by_whom() {
    let far = Far::new(Style::Efi).await;
    let back = |status: &str, why: Value| {
        json!({ "devolucoes": [{
            "id": "R1", "rtrId": "D12345678202611201200R100000000x", "valor": "9.90",
            "horario": { "solicitacao": "2026-11-20T12:00:00Z" }, "status": status, "natureza": why,
        }]})
    };
    for (more, want) in [
        (back("DEVOLVIDO", json!(null)), Some(ReturnKind::Refund)),
        (back("DEVOLVIDO", json!("ORIGINAL")), Some(ReturnKind::Refund)),
        (back("DEVOLVIDO", json!("MED_FRAUDE")), Some(ReturnKind::Reversal)),
        (back("DEVOLVIDO", json!("MED_PIX_AUTOMATICO")), Some(ReturnKind::Reversal)),
        (back("NAO_REALIZADO", json!("ORIGINAL")), Some(ReturnKind::RefundFailed)),
        (back("NAO_REALIZADO", json!("MED_FRAUDE")), None),
        (back("EM_PROCESSAMENTO", json!("ORIGINAL")), None),
    ] {
        let notices = read(&far, &pix(&more)).unwrap();
        let got = notices.iter().find_map(|notice| match &notice.fact {
            Fact::Returned(back) => Some(back.kind),
            _ => None,
        });
        assert_eq!(got, want, "{more}");
    }
}

#[tokio::test]
async fn an_answer_of_the_payer_to_a_recurrence_is_news_of_a_method() {
    let far = Far::new(Style::Efi).await;
    let id = "RR1234567820261001abcdefghijk";
    for (status, want) in [
        ("CRIADA", None),
        (
            "APROVADA",
            Some(MethodChange::Active {
                rail: Rail::PixAutomatico,
                label: "Pix Automático".into(),
                expires: None,
            }),
        ),
        ("REJEITADA", Some(MethodChange::Revoked)),
        ("CANCELADA", Some(MethodChange::Revoked)),
        ("EXPIRADA", Some(MethodChange::Expired)),
        ("OUTRA", None),
    ] {
        let body = json!({ "recs": [{
            "idRec": id, "status": status,
            "atualizacao": [{ "status": status, "data": "2026-11-10T12:00:00Z" }],
            "ativacao": { "tipoJornada": "JORNADA_2" },
        }]});
        let notices = read(&far, &body).unwrap();
        let got = notices.into_iter().next().map(|notice| match notice.fact {
            Fact::Method(news) => {
                assert_eq!(news.about, About::Reference(id.parse().unwrap()));
                assert_eq!((news.token.as_str(), news.method), (id, None));
                news.change
            }
            other => panic!("{other:?}"),
        });
        assert_eq!(got, want, "{status}");
    }
}

/// A collection, as a webhook tells of it.
fn collection(status: &str, more: &Value) -> Value {
    let mut told = json!({
        "idRec": "RR1234567820261001abcdefghijk",
        "txid": Txid::of(&key(Rail::PixAutomatico, 1)).as_str(),
        "status": status,
        "atualizacao": [{ "status": status, "data": "2026-11-21T02:00:00Z" }],
    });
    for (name, value) in more.as_object().unwrap() {
        told[name] = value.clone();
    }
    json!({ "cobsr": [told] })
}

#[tokio::test]
async fn a_collection_tells_of_its_money_and_of_each_try_that_failed() {
    let far = Far::new(Style::Efi).await;
    let attempt = |day: &str, status: &str, code: Option<&str>| {
        let mut attempt = json!({
            "dataLiquidacao": day, "tipo": "AGND", "status": status,
            "endToEndId": "E1234567820261120120000000000001", "atualizacao": [],
        });
        if let Some(code) = code {
            attempt["rejeicao"] = json!({ "codigo": code, "descricao": "…" });
        }
        attempt
    };
    let cancelled = |by: &str| json!({ "encerramento": { "cancelamento": { "solicitante": by, "codigo": "SLBD" } } });
    let rejected =
        json!({ "encerramento": { "rejeicao": { "codigo": "AC05", "descricao": "…" } } });
    let money = json!({ "pix": [{
        "endToEndId": "E1234567820261120120000000000001", "valor": "109.90",
        "txid": Txid::of(&key(Rail::PixAutomatico, 1)).as_str(), "horario": "2026-11-20T12:00:00Z",
    }]});
    let tries = |tries: &[Value]| json!({ "tentativas": tries });
    let two =
        [attempt("2026-11-20", "EXPIRADA", None), attempt("2026-11-23", "REJEITADA", Some("AB10"))];
    let later = Advice::RetryLater;
    let cases: [(Value, Vec<String>); 9] = [
        (collection("ATIVA", &tries(&[attempt("2026-11-20", "AGENDADA", None)])), vec![]),
        (collection("CONCLUIDA", &money), vec!["paid 2026-11-20".into()]),
        (
            collection("ATIVA", &tries(&two)),
            vec![format!("EXPIRADA {later:?} 2026-11-20"), format!("AB10 {later:?} 2026-11-23")],
        ),
        (collection("REJEITADA", &rejected), vec!["AC05 NeverAgain 2026-11-20".into()]),
        (
            collection("REJEITADA", &tries(&[attempt("2026-11-20", "REJEITADA", Some("AM02"))])),
            vec!["AM02 AskCustomer 2026-11-20".into()],
        ),
        (collection("EXPIRADA", &json!({})), vec!["EXPIRADA RetryLater 2026-11-20".into()]),
        (
            collection("CANCELADA", &cancelled("USUARIO_PAGADOR")),
            vec!["SLBD AskCustomer 2026-11-20".into()],
        ),
        (collection("CANCELADA", &cancelled("USUARIO_RECEBEDOR")), vec![]),
        (collection("CANCELADA", &json!({})), vec![]),
    ];
    for (body, want) in cases {
        let about = About::Charge(key(Rail::PixAutomatico, 1));
        let got = read(&far, &body).unwrap().into_iter().map(|notice| match notice.fact {
            Fact::Received(receipt) => {
                assert_eq!((receipt.about, receipt.rail), (about.clone(), Rail::PixAutomatico));
                format!("paid {}", receipt.paid_on)
            }
            Fact::NotCollected(failed) => {
                assert_eq!(failed.about, about);
                format!("{} {:?} {}", failed.code, failed.advice, failed.on)
            }
            other => panic!("{other:?}"),
        });
        assert_eq!(got.collect::<Vec<_>>(), want, "{body}");
    }
}

#[tokio::test]
async fn what_was_added_is_less_than_the_money() {
    let far = Far::new(Style::Efi).await;
    let parts = |fine: &str, interest: &str| json!({ "componentesValor": { "multa": { "valor": fine }, "juros": { "valor": interest } } });
    for (more, want) in [
        (json!({}), None),
        (parts("2.20", "0.40"), Some("2.60 BRL")),
        (parts("0.00", "0.00"), Some("0.00 BRL")),
        // All of it, or more: then nothing is said.
        (parts("109.90", "0.00"), None),
        (parts("2.20", "107.71"), None),
    ] {
        let notices = read(&far, &pix(&more)).unwrap();
        let Fact::Received(receipt) = &notices[0].fact else { panic!("{notices:?}") };
        assert_eq!(receipt.late.map(|late| late.to_string()).as_deref(), want, "{more}");
    }
}

#[tokio::test]
async fn what_is_no_code_of_a_failure_is_not_told() {
    let far = Far::new(Style::Efi).await;
    let rejected = |code: &str| {
        let end = json!({ "rejeicao": { "codigo": code, "descricao": "…" } });
        collection("REJEITADA", &json!({ "encerramento": end }))
    };
    let tried = |code: &str| {
        let tried = json!([{
            "dataLiquidacao": "2026-11-20", "status": "REJEITADA", "rejeicao": { "codigo": code },
        }]);
        collection("ATIVA", &json!({ "tentativas": tried }))
    };
    for code in ["", "52998224725", "de\nAna", "AC05 of Ana Exemplo"] {
        for body in [rejected(code), tried(code)] {
            let notices = read(&far, &body).unwrap();
            let Fact::NotCollected(failed) = &notices[0].fact else { panic!("{notices:?}") };
            assert_eq!((&*failed.code, failed.advice), ("REJEITADA", Advice::RetryLater), "{code}");
        }
    }
}

#[tokio::test]
async fn money_that_is_told_of_twice_is_told_of_alike() {
    let far = Far::new(Style::Efi).await;
    let more = json!({ "txid": Txid::of(&key(Rail::PixAutomatico, 1)).as_str(), "chave": null });
    let alone = pix(&more);
    let with = collection("CONCLUIDA", &json!({ "pix": alone["pix"] }));
    assert_eq!(read(&far, &alone).unwrap(), read(&far, &with).unwrap());
}

#[tokio::test]
async fn what_cannot_be_read_says_where_and_quotes_nothing() {
    let far = Far::new(Style::Efi).await;
    for body in [
        pix(&json!({ "valor": "Ana" })),
        pix(&json!({ "valor": 109.9 })),
        pix(&json!({ "valor": "-1.00" })),
        pix(&json!({ "valor": "0.00" })),
        pix(&json!({ "valor": "1.001" })),
        pix(&json!({ "valor": "1_0.00" })),
        pix(&json!({ "valor": "+1.00" })),
        pix(&json!({ "horario": "Ana" })),
        pix(&json!({ "endToEndId": "Ana Exemplo" })),
        collection("ATIVA", &json!({ "txid": "Ana" })),
        json!({ "pix": "Ana" }),
        json!({ "recs": [{ "idRec": "Ana" }] }),
    ] {
        let why = read(&far, &body).unwrap_err().to_string();
        assert!(!why.contains("Ana"), "{body}: {why}");
    }
    assert_eq!(
        read(&far, &pix(&json!({ "valor": "Ana" }))).unwrap_err().to_string(),
        "the Pix at place 0 cannot be read"
    );
}

#[tokio::test]
async fn either_token_lets_in_and_one_that_comes_twice_does_not() {
    let far = Far::new(Style::Efi).await;
    let hook = far.irrelevant();
    let accepted = |query: String| {
        let hook = Hook { query, ..hook.clone() };
        hook.with(|request| far.pix.verify(request, Timestamp::now()).is_ok())
    };
    for token in TOKENS {
        assert!(accepted(format!("hmac={token}")));
        assert!(!accepted(format!("hmac={token}&hmac={token}")));
        assert!(!accepted(format!("token={token}")));
    }
    assert!(!accepted("hmac=".into()));
    assert!(!accepted(String::new()));
}
