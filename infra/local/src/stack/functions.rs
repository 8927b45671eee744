//! The functions, each wired with what the template gives it, and the queues that they read.

use std::sync::Arc;

use apply_payment::ApplyPayment;
use collect_payment::CollectPayment;
use issue_invoice::IssueInvoice;
use jiff::tz::TimeZone;
use mensal_domain::ids::GatewayCode;
use mensal_runtime::{
    catalogs::Catalogs, clients::Clients, clock::Clock, config::Documents,
    dead_letters::DeadLetters, gateways::Gateways, queue::Queue, requests::Requests,
};
use mensal_store::Store;
use plan_run::PlanRun;
use publish_events::{Bus, PublishEvents};
use receive_webhook::ReceiveWebhook;
use reconcile_charges::ReconcileCharges;
use register_charge::RegisterCharge;
use render_invoice::{Bucket, RenderInvoice};
use review_account::ReviewAccounts;
use send_notice::{Carriers, Email, Hook, SendNotices, Sms};
use toggle_service::{Sites, ToggleService};

use super::{
    BUCKET,
    delivery::{Busy, Share, deliver},
    network,
    queues::Queues,
    secrets,
};

const BUS: &str = "mensal";
const PLAN_QUEUE: &str = "plan-queue";
pub(super) const BILL_QUEUE: &str = "bill-queue";
const DOCUMENT_QUEUE: &str = "document-queue";
const CHARGE_QUEUE: &str = "charge-queue";
pub(super) const REVIEW_QUEUE: &str = "review-queue";
const COLLECT_QUEUE: &str = "collect-queue";
const SERVICE_QUEUE: &str = "service-queue";
pub(super) const NOTICE_QUEUE: &str = "notice-queue";
/// The name of the queue of what gateways have told.
pub const PAYMENT_QUEUE: &str = "payment-queue";
/// The dead-letter queues of the functions.
pub(super) const DEAD_LETTERS: [&str; 10] = [
    "plan-dead-letters",
    "bill-dead-letters",
    "publish-dead-letters",
    "document-dead-letters",
    "charge-dead-letters",
    "review-dead-letters",
    "collect-dead-letters",
    "payment-dead-letters",
    "notice-dead-letters",
    "service-dead-letters",
];

/// What functions are wired with.
#[derive(Clone)]
pub(super) struct Wiring {
    /// The table: one value for all, which counts what all of them ask of it.
    pub(super) store: Store,
    pub(super) s3: Clients,
    pub(super) messaging: Clients,
    pub(super) queues_at: String,
    pub(super) gateways: Vec<GatewayCode>,
    pub(super) clock: Clock,
    /// What leases go by.
    pub(super) leases: Clock,
    pub(super) requests: Requests,
}

impl Wiring {
    fn queue(&self, name: &str) -> Queue {
        Queue::new(self.messaging.sqs(), format!("{}/{name}", self.queues_at))
    }

    fn letters(&self, name: &str) -> DeadLetters {
        DeadLetters::new(self.messaging.sqs(), format!("{}/{name}", self.queues_at))
    }

    /// All of them are the post office.
    fn carriers(&self) -> Carriers {
        let (from, set) = ("billing@isp.example".to_owned(), Some("local".to_owned()));
        Carriers {
            email: Some(Email::new(self.messaging.ses(), from, set.clone())),
            sms: Some(Sms::new(self.messaging.sms(), "+550000000000".to_owned(), set)),
            hook: Hook::new(self.messaging.secrets(), self.messaging.plain(), secrets::NOTICES),
        }
    }

    fn gateways(&self) -> Gateways {
        Gateways::new(self.messaging.secrets(), secrets::PREFIX, self.gateways.clone())
    }
}

/// Those that something other than a queue calls.
pub(super) struct Started {
    pub(super) plan_run: Arc<PlanRun>,
    pub(super) reconcile: Arc<ReconcileCharges>,
    pub(super) render: Arc<RenderInvoice>,
}

/// Makes the functions and delivers the messages of their queues to them.
pub(super) fn start(wiring: &Wiring, queues: &Arc<Queues>, busy: &Arc<Busy>) -> Started {
    let store = wiring.store.clone();
    let [plan, bill, _, document, charge, review, collect, payment, notice, service] = DEAD_LETTERS;
    let plan_run = Arc::new(PlanRun {
        store: store.clone(),
        plan_queue: wiring.queue(PLAN_QUEUE),
        bill_queue: wiring.queue(BILL_QUEUE),
        review_queue: wiring.queue(REVIEW_QUEUE),
        dead_letters: wiring.letters(plan),
        // Business dates come to the local stack as dates: its schedule tells noon UTC.
        time_zone: TimeZone::UTC,
    });
    let issue = Arc::new(IssueInvoice {
        catalogs: Catalogs::new(store.clone()),
        store: store.clone(),
        dead_letters: wiring.letters(bill),
    });
    let bucket = Bucket::new(wiring.s3.s3(), BUCKET);
    let render = Arc::new(RenderInvoice::new(store.clone(), bucket, wiring.letters(document)));
    let register = Arc::new(RegisterCharge {
        store: store.clone(),
        gateways: wiring.gateways(),
        clock: wiring.clock.clone(),
        dead_letters: wiring.letters(charge),
    });
    let reviewing = Arc::new(ReviewAccounts {
        store: store.clone(),
        catalogs: Catalogs::new(store.clone()),
        collect_queue: wiring.queue(COLLECT_QUEUE),
        service_queue: wiring.queue(SERVICE_QUEUE),
        clock: wiring.clock.clone(),
        dead_letters: wiring.letters(review),
    });
    let collecting = Arc::new(CollectPayment {
        store: store.clone(),
        catalogs: Catalogs::new(store.clone()),
        gateways: wiring.gateways(),
        charge_queue: wiring.queue(CHARGE_QUEUE),
        payment_queue: wiring.queue(PAYMENT_QUEUE),
        dead_letters: wiring.letters(collect),
    });
    let apply = Arc::new(ApplyPayment {
        store: store.clone(),
        catalogs: Catalogs::new(store.clone()),
        clock: wiring.clock.clone(),
        dead_letters: wiring.letters(payment),
    });
    let sending = Arc::new(SendNotices {
        store: store.clone(),
        catalogs: Catalogs::new(store.clone()),
        carriers: wiring.carriers(),
        clock: wiring.clock.clone(),
        notice_queue: wiring.queue(NOTICE_QUEUE),
        dead_letters: wiring.letters(notice),
    });
    let toggling = Arc::new(ToggleService {
        store: store.clone(),
        sites: Sites::new(wiring.messaging.secrets(), network::PREFIX),
        clock: wiring.clock.clone(),
        leases: wiring.leases.clone(),
        service_queue: wiring.queue(SERVICE_QUEUE),
        dead_letters: wiring.letters(service),
    });
    let few = Share::of(2);
    // What is paid is in the books first: what follows from it waits rather than the payer.
    let later = few.after(PAYMENT_QUEUE);
    deliver(queues, PLAN_QUEUE, plan, &plan_run, few, busy);
    deliver(queues, BILL_QUEUE, bill, &issue, few, busy);
    deliver(queues, DOCUMENT_QUEUE, document, &render, later, busy);
    deliver(queues, CHARGE_QUEUE, charge, &register, later, busy);
    deliver(queues, REVIEW_QUEUE, review, &reviewing, few, busy);
    deliver(queues, SERVICE_QUEUE, service, &toggling, Share::of(4), busy);
    deliver(queues, NOTICE_QUEUE, notice, &sending, later, busy);
    deliver(queues, COLLECT_QUEUE, collect, &collecting, few, busy);
    deliver(queues, PAYMENT_QUEUE, payment, &apply, Share::of(6), busy);
    let reconcile = Arc::new(ReconcileCharges {
        store,
        gateways: wiring.gateways(),
        payment_queue: wiring.queue(PAYMENT_QUEUE),
        time_zone: TimeZone::UTC,
    });
    Started { plan_run, reconcile, render }
}

/// The function behind the front door: with connections of its own, for it answers where they are
/// not shared with what is at work elsewhere.
pub(super) fn webhook(wiring: &Wiring) -> ReceiveWebhook {
    let messaging = Clients::local(&wiring.queues_at, wiring.requests.clone());
    let own = Wiring { messaging, ..wiring.clone() };
    ReceiveWebhook { gateways: own.gateways(), payment_queue: own.queue(PAYMENT_QUEUE) }
}

/// The function that the stream calls.
pub(super) fn publish_events(wiring: &Wiring) -> PublishEvents {
    PublishEvents {
        bus: Bus::new(wiring.messaging.eventbridge(), BUS),
        charge_queue: wiring.queue(CHARGE_QUEUE),
        collect_queue: wiring.queue(COLLECT_QUEUE),
        document_queue: wiring.queue(DOCUMENT_QUEUE),
        notice_queue: wiring.queue(NOTICE_QUEUE),
        service_queue: wiring.queue(SERVICE_QUEUE),
        documents: Documents::AtOnce,
        dead_letters: wiring.letters(DEAD_LETTERS[2]),
    }
}
