//! What an answer says about whether something was done: the Central Bank's problems (RFC 7807),
//! and those of Efí, which have a name of their own.

use std::fmt::Write;

use reqwest::StatusCode;
use serde::Deserialize;

use crate::{gateway::Fault, http::Answer};

/// Names of properties that are told, of those that were not as they should be.
const MOST_NAMES: usize = 10;
/// Letters of anything that is told.
const LONGEST: usize = 60;

/// An answer, by what it says about what was asked.
pub(super) enum Said {
    /// It was done, or is so.
    Done(Answer),
    /// There is no such thing, or no more.
    Missing,
    /// It was not done, for what the bank says.
    Refused(Fault),
}

/// A problem as a bank writes it. Reasons, values and details are not read: there may be people in
/// them.
#[derive(Default, Deserialize)]
struct Problem {
    /// An address whose last part names the kind: `CobVOperacaoInvalida`.
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    violacoes: Option<Vec<Violation>>,
    /// Efí's name of it: `txid_duplicado`.
    #[serde(default)]
    nome: Option<String>,
}

#[derive(Deserialize)]
struct Violation {
    #[serde(default)]
    propriedade: Option<String>,
}

impl Said {
    /// What an answer says.
    ///
    /// # Errors
    /// [`Fault::Credentials`] if our client may not ask for that.
    pub(super) fn of(answer: Answer) -> Result<Self, Fault> {
        if answer.status.is_success() {
            return Ok(Self::Done(answer));
        }
        let problem: Option<Problem> = serde_json::from_slice(&answer.body).ok();
        let problem = problem.unwrap_or_default();
        let told = problem.told(answer.status);
        match answer.status {
            StatusCode::NOT_FOUND if problem.is_not_found() => Ok(Self::Missing),
            StatusCode::GONE if problem.kind.is_some() => Ok(Self::Missing),
            // Efí says so with 400 of payments.
            StatusCode::BAD_REQUEST if problem.nome.is_some() && problem.is_not_found() => {
                Ok(Self::Missing)
            }
            // A payer whose document is blocked is no fault of ours.
            StatusCode::FORBIDDEN if problem.nome.is_none() => Err(Fault::Credentials(told)),
            StatusCode::CONFLICT => Ok(Self::Refused(Fault::Conflict(told))),
            StatusCode::REQUEST_TIMEOUT => Err(Fault::Unknown(told)),
            _ => Ok(Self::Refused(Fault::Refused(told))),
        }
    }
}

impl Problem {
    /// The kind: the last part of its address.
    fn kind(&self) -> Option<&str> {
        self.kind.as_deref().and_then(|address| address.rsplit('/').next())
    }

    /// `CobVNaoEncontrada`, `NaoEncontrado`, `cobranca_nao_encontrada`. A host that knows no such
    /// path says 404 as well, and none of these.
    fn is_not_found(&self) -> bool {
        let named = |text: &str| {
            let text = text.to_ascii_lowercase().replace('_', "");
            text.ends_with("naoencontrado") || text.ends_with("naoencontrada")
        };
        self.kind().is_some_and(named) || self.nome.as_deref().is_some_and(named)
    }

    /// What of it may be told.
    fn told(&self, status: StatusCode) -> String {
        let mut told = format!("it answered {}", status.as_u16());
        let short = |text: &str| -> String {
            text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
        };
        for part in [self.kind(), self.nome.as_deref(), self.title.as_deref()].into_iter().flatten()
        {
            // Writing to a text does not fail.
            write!(told, ", {}", short(part)).unwrap_or_default();
        }
        let violations = self.violacoes.iter().flatten().take(MOST_NAMES);
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '[' | ']');
        for name in violations.filter_map(|violation| violation.propriedade.as_deref()) {
            if name.chars().all(is_name) {
                write!(told, ", {}", short(name)).unwrap_or_default();
            }
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: u16, body: &str) -> Result<Said, Fault> {
        let status = StatusCode::from_u16(status).unwrap();
        Said::of(Answer { status, body: body.as_bytes().to_vec() })
    }

    const NOT_THERE: &str = r#"{"type": "https://pix.bcb.gov.br/api/v2/error/CobVNaoEncontrada",
        "title": "Cobrança não encontrada.", "status": 404}"#;

    #[test]
    fn what_is_not_there_is_told_from_a_path_that_is_not_there() {
        assert!(matches!(said(404, NOT_THERE), Ok(Said::Missing)));
        let efi = r#"{"nome": "cobranca_nao_encontrada", "mensagem": "de Ana"}"#;
        assert!(matches!(said(404, efi), Ok(Said::Missing)));
        let money = r#"{"nome": "pix_nao_encontrado", "mensagem": "…"}"#;
        assert!(matches!(said(400, money), Ok(Said::Missing)));
        for other in ["<html>nginx</html>", r#"{"message": "no Route matched"}"#, "", "[]"] {
            assert!(matches!(said(404, other), Ok(Said::Refused(Fault::Refused(_)))), "{other}");
        }
        let gone = NOT_THERE.replace("CobVNaoEncontrada", "PermanentementeRemovido");
        assert!(matches!(said(410, &gone), Ok(Said::Missing)));
    }

    #[test]
    fn a_refusal_names_its_kind_and_the_properties_and_quotes_no_value() {
        let body = r#"{"type": "https://pix.bcb.gov.br/api/v2/error/CobVOperacaoInvalida",
            "title": "Cobrança inválida.", "status": 400, "detail": "CPF 529 de Ana",
            "violacoes": [{"razao": "O nome Ana", "propriedade": "cobv.devedor", "valor": "Ana"},
                          {"propriedade": "Ana não é"}, {"razao": "Ana"}]}"#;
        let Ok(Said::Refused(fault)) = said(400, body) else { panic!("not refused") };
        let want =
            "refused: it answered 400, CobVOperacaoInvalida, Cobrança inválida., cobv.devedor";
        assert_eq!(fault.to_string(), want);
        let efi = r#"{"nome": "txid_duplicado", "mensagem": "Ana"}"#;
        let Ok(Said::Refused(fault)) = said(409, efi) else { panic!("not refused") };
        assert_eq!(fault, Fault::Conflict("it answered 409, txid_duplicado".into()));
    }

    #[test]
    fn who_may_not_ask_is_told_from_whom_nothing_may_be_asked_of() {
        let denied = r#"{"type": "https://pix.bcb.gov.br/api/v2/error/AcessoNegado"}"#;
        assert!(matches!(said(403, denied), Err(Fault::Credentials(_))));
        assert!(matches!(said(403, ""), Err(Fault::Credentials(_))));
        let blocked = r#"{"nome": "documento_bloqueado", "mensagem": "…"}"#;
        assert!(matches!(said(403, blocked), Ok(Said::Refused(Fault::Refused(_)))));
        assert!(matches!(said(408, ""), Err(Fault::Unknown(_))));
        assert!(matches!(said(302, ""), Ok(Said::Refused(_))));
    }
}
