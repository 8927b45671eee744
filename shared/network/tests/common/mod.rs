//! An order to a site, as all of its access servers get it.

use jiff::Timestamp;
use mensal_network::{Before, Fault, Login, Order, Outcome, Service, Site, Told};

/// Brings a login of `fibra-500` to a service: back from being suspended, or down from full.
pub(crate) async fn bring(site: &Site, login: &str, service: Service) -> Result<Outcome, Fault> {
    let before = if service == Service::Full { Service::Suspended } else { Service::Full };
    bring_from(site, login, "fibra-500", Before::AtWorst(before), service).await
}

/// Brings a login of a plan from what it was before to a service.
pub(crate) async fn bring_from(
    site: &Site,
    login: &str,
    plan: &str,
    before: Before,
    service: Service,
) -> Result<Outcome, Fault> {
    bring_told(site, login, plan, before, service, &Told::default()).await
}

/// The same, if some of the access servers have confirmed it before.
pub(crate) async fn bring_told(
    site: &Site,
    login: &str,
    plan: &str,
    before: Before,
    service: Service,
    told: &Told,
) -> Result<Outcome, Fault> {
    let login: Login = login.parse().unwrap();
    let (account, subscription) = ("1042".parse().unwrap(), "1".parse().unwrap());
    let plan = plan.parse().unwrap();
    let order = Order {
        key: "1042/1/1",
        account: &account,
        subscription: &subscription,
        login: &login,
        plan: &plan,
        service,
        before,
        told,
    };
    site.bring(&order, Timestamp::now()).await
}
