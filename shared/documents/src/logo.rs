//! The issuer's logo: SVG path data in a box of 100 by 100, as far as logos need it.

use krilla::geom::{Path, PathBuilder};

use crate::error::DocumentError;

/// A path from path data with the absolute commands M, L, H, V, C, Q and Z. As in SVG, a command
/// may be left out where it repeats, and a further pair after M is a line.
pub(crate) fn path(data: &str) -> Result<Path, DocumentError> {
    let mut reader = Reader { rest: data };
    let mut builder = PathBuilder::new();
    let mut command = None;
    let mut start = (0.0, 0.0);
    let mut at = (0.0, 0.0);
    loop {
        reader.skip();
        let Some(first) = reader.rest.chars().next() else { break };
        if first.is_ascii_alphabetic() {
            if !"MLHVCQZ".contains(first) {
                return Err(reader.error());
            }
            command = Some(first);
            reader.rest = &reader.rest[1..];
        }
        match command {
            Some('M') => {
                at = reader.point()?;
                start = at;
                builder.move_to(at.0, at.1);
                command = Some('L');
            }
            Some(drawing @ ('L' | 'H' | 'V')) => {
                at = match drawing {
                    'L' => reader.point()?,
                    'H' => (reader.number()?, at.1),
                    _ => (at.0, reader.number()?),
                };
                builder.line_to(at.0, at.1);
            }
            Some('C') => {
                let (one, two) = (reader.point()?, reader.point()?);
                at = reader.point()?;
                builder.cubic_to(one.0, one.1, two.0, two.1, at.0, at.1);
            }
            Some('Q') => {
                let control = reader.point()?;
                at = reader.point()?;
                builder.quad_to(control.0, control.1, at.0, at.1);
            }
            Some('Z') => {
                builder.close();
                at = start;
                // A number may not follow.
                command = None;
            }
            _ => return Err(reader.error()),
        }
    }
    builder.finish().ok_or_else(|| unreadable(data))
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start_matches(|char: char| char.is_whitespace() || char == ',');
    }

    fn point(&mut self) -> Result<(f32, f32), DocumentError> {
        Ok((self.number()?, self.number()?))
    }

    /// A number ends where no further character can belong to it: `1.5.5` is two, as in SVG.
    fn number(&mut self) -> Result<f32, DocumentError> {
        self.skip();
        let (mut end, mut point, mut exponent) = (0, false, false);
        for (index, byte) in self.rest.bytes().enumerate() {
            let after_exponent =
                index > 0 && matches!(self.rest.as_bytes()[index - 1], b'e' | b'E');
            match byte {
                b'0'..=b'9' => {}
                b'+' | b'-' if index == 0 || after_exponent => {}
                b'.' if !point && !exponent => point = true,
                b'e' | b'E' if index > 0 && !exponent => exponent = true,
                _ => break,
            }
            end = index + 1;
        }
        let number = self.rest[..end].parse::<f32>().ok().filter(|number| number.is_finite());
        // Far outside the box there is nothing to see, and PDF has limits of its own.
        let number = number.filter(|number| number.abs() < 10_000.0).ok_or_else(|| self.error())?;
        self.rest = &self.rest[end..];
        Ok(number)
    }

    fn error(&self) -> DocumentError {
        unreadable(self.rest)
    }
}

fn unreadable(near: &str) -> DocumentError {
    DocumentError::Logo { near: near.chars().take(24).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_command_and_the_short_forms_of_svg() {
        for data in [
            "M0 0 L100 0 100 100 H0 V50 Z",
            "M10,10C20,20 30-5 40.5.5Q1e1 2 3 4Z M 1 1 2 2 3 0 Z",
            " M 1 1\nL\t2 2 ",
        ] {
            assert!(path(data).is_ok(), "{data}");
        }
    }

    #[test]
    fn says_where_it_stopped_reading() {
        for (data, near) in [
            ("M0 0 l10 10", "l10 10"),
            ("M0 0 A1 1 0 0 0 5 5", "A1 1"),
            ("M0 0 L1", "`"),
            ("M0 0 L1 NaN", "NaN"),
            ("M0 0 L1 1e38 Z", "1e38"),
            ("10 10", "10 10"),
            ("M0 0 L5 5 Z 7 7", "7 7"),
            ("", "``"),
            ("Mé", "é"),
        ] {
            let error = path(data).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(near), "{data}: {error}");
        }
    }
}
