//! An order to a site, as all of its access servers get it.

use jiff::Timestamp;
use mensal_network::{Fault, Login, Order, Outcome, Service, Site};

/// Brings a login of `fibra-500` to a service.
pub(crate) async fn bring(site: &Site, login: &str, service: Service) -> Result<Outcome, Fault> {
    let login: Login = login.parse().unwrap();
    let (account, subscription) = ("1042".parse().unwrap(), "1".parse().unwrap());
    let plan = "fibra-500".parse().unwrap();
    let order = Order {
        key: "1042/1/1",
        account: &account,
        subscription: &subscription,
        login: &login,
        plan: &plan,
        service,
    };
    site.bring(&order, Timestamp::now()).await
}
