//! Whose a notice is, where the gateway does not say it in our words.

use mensal_domain::payment::{About, Fact, Notice};
use mensal_runtime::Failure;

use crate::ApplyPayment;

impl ApplyPayment {
    /// The notice with what it is about in our words; none if nobody has told us of it.
    pub(crate) async fn named(&self, notice: &Notice) -> Result<Option<Notice>, Failure> {
        let about = match notice.about() {
            About::Reference(token) if matches!(notice.fact, Fact::Method(_)) => {
                let whose = self.store.whose(&notice.gateway, token).await?;
                whose.map(About::Account)
            }
            About::Reference(reference) => {
                let key = self.store.charge_called(&notice.gateway, reference).await?;
                key.map(About::Charge)
            }
            // Money that we know by its name: of a card, or what a person has said whose it is.
            About::Nothing => match notice.about_money() {
                Some(money) => self.store.whose(&notice.gateway, money).await?.map(About::Account),
                None => None,
            },
            known => Some(known.clone()),
        };
        Ok(about.map(|about| notice.clone().told_of(about)))
    }
}
