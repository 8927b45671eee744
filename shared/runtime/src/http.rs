//! Requests over HTTP, as an API hands them to a function (payload 2.0), and answers to them.

use std::{collections::BTreeMap, fmt::Display, str::FromStr};

use aws_smithy_types::base64;
use serde::Deserialize;
use serde_json::{Value, json};

/// The largest answer that Lambda carries, in bytes, with a kilobyte left for what surrounds it.
const LARGEST_ANSWER: usize = 6 * 1024 * 1024 - 1024;

/// A request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    #[serde(default)]
    path_parameters: BTreeMap<String, String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    raw_query_string: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

impl Request {
    /// The request that an event is; none if it is an event of something else.
    ///
    /// # Errors
    /// An answer that says that the request cannot be read.
    #[must_use]
    pub fn of(event: &Value) -> Option<Result<Self, Value>> {
        event.get("requestContext")?.get("http")?;
        let unreadable =
            |_| problem(400, "The request cannot be read", "its parts are not those of a request");
        Some(Self::deserialize(event).map_err(unreadable))
    }

    /// A part of the path as it came; empty if there is none of that name.
    #[must_use]
    pub fn part(&self, name: &str) -> &str {
        self.path_parameters.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The headers, by their names in small letters.
    #[must_use]
    pub fn headers(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// The query, without its question mark, as it came.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.raw_query_string
    }

    /// The body, byte by byte, if it is of at most so many.
    ///
    /// # Errors
    /// An answer that says that it is too large, or not encoded as it says.
    pub fn body(&self, most: usize) -> Result<Vec<u8>, Value> {
        let text = self.body.as_deref().unwrap_or_default();
        let too_large = || {
            let detail = format!("its body may have at most {most} bytes");
            problem(413, "The request is too large", &detail)
        };
        // Base64 is a third longer.
        let longest = if self.is_base64_encoded { most.div_ceil(3) * 4 } else { most };
        if text.len() > longest {
            return Err(too_large());
        }
        if !self.is_base64_encoded {
            return Ok(text.as_bytes().to_vec());
        }
        let body = base64::decode(text)
            .map_err(|_| problem(400, "The request cannot be read", "its body is not Base64"))?;
        // The last three bytes come as four signs, whether they are three or one.
        if body.len() > most { Err(too_large()) } else { Ok(body) }
    }

    /// A part of the path, by the name that the route gives it.
    ///
    /// # Errors
    /// An answer that says what is wrong with it.
    pub fn parameter<T>(&self, name: &str) -> Result<T, Value>
    where
        T: FromStr,
        T::Err: Display,
    {
        let text = self.path_parameters.get(name).map(String::as_str).unwrap_or_default();
        text.parse().map_err(|why: T::Err| {
            problem(400, "The address is wrong", &format!("{name} in the path: {why}"))
        })
    }
}

/// An answer that says what went wrong, as RFC 9457 writes it.
#[must_use]
pub fn problem(status: u16, title: &str, detail: &str) -> Value {
    let body = json!({ "status": status, "title": title, "detail": detail });
    json!({
        "statusCode": status,
        "headers": {
            "content-type": "application/problem+json",
            "cache-control": "no-store",
        },
        "body": body.to_string(),
        "isBase64Encoded": false,
    })
}

/// An answer that says: done, and nothing more.
#[must_use]
pub fn done() -> Value {
    json!({
        "statusCode": 200,
        "headers": { "cache-control": "no-store" },
        "body": "",
        "isBase64Encoded": false,
    })
}

/// A PDF to be looked at, under a name to keep it by. One that is too large for an answer is a
/// problem that says where it lies instead.
#[must_use]
pub fn pdf(content: &[u8], name: &str, lies_at: &str) -> Value {
    let length = content.len().div_ceil(3) * 4;
    if length > LARGEST_ANSWER {
        let (has, most) = (content.len(), LARGEST_ANSWER / 4 * 3);
        let detail =
            format!("it has {has} bytes, an answer at most {most}: take {lies_at} from the bucket");
        return problem(500, "The document is too large to be answered", &detail);
    }
    json!({
        "statusCode": 200,
        "headers": {
            "content-type": "application/pdf",
            "content-disposition": format!("inline; filename=\"{name}\""),
            // Whoever asked may keep it, nobody on the way.
            "cache-control": "private",
        },
        "body": base64::encode(content),
        "isBase64Encoded": true,
    })
}

#[cfg(test)]
mod tests {
    use mensal_domain::ids::AccountId;

    use super::*;

    fn request(path: &Value) -> Value {
        json!({ "requestContext": { "http": { "method": "GET" } }, "pathParameters": path })
    }

    #[test]
    fn a_request_is_told_from_other_events_and_its_path_is_read() {
        for other in [json!({ "Records": [] }), json!("text"), json!({ "requestContext": {} })] {
            assert!(Request::of(&other).is_none(), "{other}");
        }
        let read = Request::of(&request(&json!({ "account": "1042" }))).unwrap().unwrap();
        assert_eq!(read.parameter::<AccountId>("account").unwrap().as_str(), "1042");
        for path in [json!({ "account": "a#b" }), json!({})] {
            let read = Request::of(&request(&path)).unwrap().unwrap();
            let answer = read.parameter::<AccountId>("account").unwrap_err();
            assert_eq!(answer["statusCode"], 400);
            assert_eq!(answer["headers"]["content-type"], "application/problem+json");
            let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
            let detail = body["detail"].as_str().unwrap();
            assert!(detail.starts_with("account in the path: ") && detail.contains("use 1 to 40"));
        }
        let answer = Request::of(&request(&json!(7))).unwrap().unwrap_err();
        assert_eq!(answer["statusCode"], 400);
    }

    #[test]
    fn a_body_is_read_up_to_its_limit_however_it_is_encoded() {
        for (length, fits) in
            [(0, true), (1, true), (9, true), (10, true), (11, false), (12, false)]
        {
            let bytes = vec![b'a'; length];
            for (text, encoded) in
                [(String::from_utf8(bytes.clone()).unwrap(), false), (base64::encode(&bytes), true)]
            {
                let mut event = request(&json!({}));
                event["body"] = text.into();
                event["isBase64Encoded"] = encoded.into();
                let read = Request::of(&event).unwrap().unwrap().body(10);
                match read {
                    Ok(body) => assert!(fits && body == bytes, "{length}, in Base64: {encoded}"),
                    Err(answer) => {
                        assert!(!fits, "{length}, in Base64: {encoded}: {answer}");
                        assert_eq!(answer["statusCode"], 413);
                    }
                }
            }
        }
        let mut event = request(&json!({}));
        event["body"] = "###".into();
        event["isBase64Encoded"] = true.into();
        let answer = Request::of(&event).unwrap().unwrap().body(10).unwrap_err();
        assert_eq!(answer["statusCode"], 400);
    }

    #[test]
    fn a_document_is_answered_as_far_as_an_answer_goes() {
        let answer = pdf(b"%PDF-1.7", "1042.pdf", "invoices/1042.pdf");
        assert_eq!(answer["statusCode"], 200);
        assert_eq!(answer["isBase64Encoded"], true);
        assert_eq!(base64::decode(answer["body"].as_str().unwrap()).unwrap(), b"%PDF-1.7");
        assert_eq!(answer["headers"]["content-disposition"], "inline; filename=\"1042.pdf\"");
        let most = LARGEST_ANSWER / 4 * 3;
        let answer = pdf(&vec![0; most], "1042.pdf", "invoices/1042.pdf");
        assert_eq!(answer["statusCode"], 200);
        assert!(answer.to_string().len() <= 6 * 1024 * 1024);
        let answer = pdf(&vec![0; most + 1], "1042.pdf", "invoices/1042.pdf");
        assert_eq!(answer["statusCode"], 500);
        assert!(answer["body"].as_str().unwrap().contains("take invoices/1042.pdf"));
    }
}
