//! What a notice is called by outside: the label that whoever carries it says again when it tells of it.

use std::{fmt, str::FromStr, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use mensal_domain::{
    delinquency::NoticeId,
    fnv::{OFFSET, fnv1a},
    ids::AccountId,
};

/// Account and notice. As text `1042/2026-11-10-cycle:-3:email`; as a tag, where only letters, digits,
/// `-` and `_` may stand, the same in Base64 (RFC 4648, section 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) account: AccountId,
    pub(crate) notice: NoticeId,
}

/// Nothing that Mensal has called a notice by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no name of a notice: like 1042/2026-11-10-cycle:-3:email")]
pub(crate) struct NoLabel;

impl Label {
    pub(crate) fn tag(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.to_string())
    }

    /// A part of a time, the same for the same notice and spread evenly over those of many, so that what
    /// is put off together does not come again together. By FNV-1a.
    pub(crate) fn part_of(&self, whole: Duration) -> Duration {
        let hash = fnv1a(OFFSET, self.to_string().as_bytes());
        Duration::from_secs((hash ^ (hash >> 32)) % whole.as_secs().max(1))
    }

    /// What one of its sendings is called by: the label; with `.1` for the second, and so on.
    pub(crate) fn of_sending(&self, before: usize) -> String {
        if before == 0 { self.to_string() } else { format!("{self}.{before}") }
    }

    /// A label, and which sending of it a name is of.
    pub(crate) fn and_sending(name: &str) -> Result<(Self, usize), NoLabel> {
        // An account may have points in its number: a sending stands behind the channel.
        let (notice, before) = match name.rsplit_once('.') {
            Some((notice, before)) if !before.contains(['/', ':']) => {
                let read: usize = before.parse().map_err(|_| NoLabel)?;
                (notice, Some(read).filter(|read| read.to_string() == before).ok_or(NoLabel)?)
            }
            _ => (name, 0),
        };
        Ok((notice.parse()?, before))
    }

    pub(crate) fn of_tag(tag: &str) -> Result<Self, NoLabel> {
        let bytes = URL_SAFE_NO_PAD.decode(tag).map_err(|_| NoLabel)?;
        String::from_utf8(bytes).map_err(|_| NoLabel)?.parse()
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.notice)
    }
}

impl FromStr for Label {
    type Err = NoLabel;
    fn from_str(text: &str) -> Result<Self, NoLabel> {
        let (account, notice) = text.split_once('/').ok_or(NoLabel)?;
        Ok(Self {
            account: account.parse().map_err(|_| NoLabel)?,
            notice: notice.parse().map_err(|_| NoLabel)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_off_together_comes_again_spread_out_and_each_at_a_time_of_its_own() {
        let whole = Duration::from_mins(10);
        let part = |account: u32| {
            let label: Label = format!("{account}/2026-11-10-cycle:-3:email").parse().unwrap();
            assert_eq!(label.part_of(whole), label.part_of(whole));
            label.part_of(whole).as_secs() / 60
        };
        let mut minutes = [0_u32; 10];
        for account in 0..10_000 {
            minutes[usize::try_from(part(account)).unwrap()] += 1;
        }
        assert!(minutes.iter().all(|count| (800..1200).contains(count)), "{minutes:?}");
    }

    #[test]
    fn a_sending_has_a_name_of_its_own() {
        for notice in ["1042/2026-11-10-cycle:-3:hook", "a.b/2026-11-16:suspended:hook"] {
            let label: Label = notice.parse().unwrap();
            for (before, want) in [(0, notice.to_owned()), (12, format!("{notice}.12"))] {
                assert_eq!(label.of_sending(before), want);
                assert_eq!(Label::and_sending(&want), Ok((label.clone(), before)));
            }
            for wrong in ["x", "", "+1", "01", "-1"] {
                assert_eq!(Label::and_sending(&format!("{notice}.{wrong}")), Err(NoLabel));
            }
        }
    }

    #[test]
    fn a_label_reads_back_as_text_and_as_a_tag_that_every_carrier_takes() {
        for text in ["1042/2026-11-10-cycle:-3:email", "a.b_c-d/2026-11-16:suspended:sms"] {
            let label: Label = text.parse().unwrap();
            assert_eq!(label.to_string(), text);
            let tag = label.tag();
            assert!(tag.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)), "{tag}");
            assert!(tag.len() <= 256, "SES takes no longer ones");
            assert_eq!(Label::of_tag(&tag), Ok(label));
        }
        for wrong in ["", "1042", "1042/", "/2026-11-10-cycle:-3:email", "10#42/2026-11-16:x:sms"] {
            assert_eq!(wrong.parse::<Label>(), Err(NoLabel), "{wrong}");
            assert_eq!(Label::of_tag(&URL_SAFE_NO_PAD.encode(wrong)), Err(NoLabel));
        }
        assert_eq!(Label::of_tag("###"), Err(NoLabel));
    }
}
