//! Types that travel as text: written by `Display`, read by `FromStr`.

/// Lets serde write a type as its text, and read it back through its parser, so that what is read
/// is as right as what was parsed. For types with `#[serde(try_from = "String", into = "String")]`.
macro_rules! travels_as_text {
    ($($type:ty, $error:ty;)+) => {$(
        impl TryFrom<String> for $type {
            type Error = $error;
            fn try_from(text: String) -> Result<Self, $error> {
                text.parse()
            }
        }
        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.to_string()
            }
        }
    )+};
}

pub(crate) use travels_as_text;
