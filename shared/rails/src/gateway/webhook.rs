//! Webhooks as they arrive.

/// A webhook: what came over HTTP, nothing of it believed yet.
#[derive(Clone, Copy, Debug)]
pub struct WebhookRequest<'a> {
    /// Headers, by their names in small letters.
    pub headers: &'a [(&'a str, &'a str)],
    /// The query, without its question mark, as it came.
    pub query: &'a str,
    /// What follows the gateway's name in the path; gateways of the Central Bank's API add `/pix`.
    pub tail: &'a str,
    /// The body, byte by byte.
    pub body: &'a [u8],
}

impl<'a> WebhookRequest<'a> {
    /// A header, by its name in small letters. One that comes twice is none: nobody can say which
    /// of the two somebody else has read.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let mut named = self.headers.iter().filter(|(given, _)| *given == name);
        let (_, value) = named.next()?;
        named.next().is_none().then_some(value)
    }

    /// A parameter of the query, its escapes undone; twice is none, as for a header.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut named =
            form_urlencoded::parse(self.query.as_bytes()).filter(|(key, _)| key == name);
        let (_, value) = named.next()?;
        named.next().is_none().then(|| value.into_owned())
    }
}

/// A webhook that is verified and yet none of the gateway's. Says what is wrong and where, and
/// quotes nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_twice_is_not_believed() {
        let headers = [("a", "1"), ("b", "2"), ("b", "3")];
        let request =
            WebhookRequest { headers: &headers, query: "x=1&y=%41+b&x=2", tail: "", body: b"" };
        assert_eq!(request.header("a"), Some("1"));
        assert_eq!(request.header("b"), None);
        assert_eq!(request.header("c"), None);
        assert_eq!(request.parameter("y").as_deref(), Some("A b"));
        assert_eq!(request.parameter("x"), None);
    }
}
