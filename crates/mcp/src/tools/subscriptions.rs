//! Subscriptions of deals, and documents that files are made of elsewhere.

use crate::tool::{Kind, Param, Tool, adds, changes, p, reads, removes};

const PAYMENTS: Param = p("payments").is(Kind::Objects);

pub const TOOLS: &[Tool] = &[
    reads("subscriptions_get", "Show subscription", "", "v1.getSubscription"),
    reads("subscriptions_get_by_deal", "Show subscription of deal", "", "v1.findSubscriptionByDeal").params(&[p("deal_id").to("dealId")]),
    reads("subscriptions_list_payments", "List payments of subscription", "", "v1.getSubscriptionPayments"),
    adds(
        "subscriptions_add_recurring",
        "Add recurring subscription",
        "With cycles_count, or infinite: true.",
        "v1.addRecurringSubscription",
    )
    .params(&[
        p("deal_id"),
        p("currency"),
        p("description"),
        p("cadence_type"),
        p("cycles_count"),
        p("cycle_amount").is(Kind::Number(0.0)),
        p("start_date"),
        p("infinite"),
        PAYMENTS,
        p("update_deal_value"),
    ]),
    adds(
        "subscriptions_add_installment",
        "Add installment subscription",
        "payments: [{amount, due_at, description}].",
        "v1.addSubscriptionInstallment",
    )
    .params(&[p("deal_id"), p("currency"), PAYMENTS, p("update_deal_value")]),
    changes("subscriptions_update_recurring", "Change recurring subscription", "", "v1.updateRecurringSubscription").params(&[
        p("effective_date"),
        p("description"),
        p("cycle_amount").is(Kind::Number(0.0)),
        PAYMENTS,
        p("update_deal_value"),
    ]),
    changes("subscriptions_update_installment", "Change installment subscription", "", "v1.updateSubscriptionInstallment")
        .params(&[PAYMENTS, p("update_deal_value")]),
    removes("subscriptions_cancel", "Cancel recurring subscription", "", "v1.cancelRecurringSubscription").params(&[p("end_date")]),
    removes("subscriptions_delete", "Delete subscription", "", "v1.deleteSubscription"),
];

pub const FILES: &[Tool] = &[adds(
    "files_add_remote_document",
    "Create remote document",
    "An empty document of Google Drive, on a record.",
    "v1.addFileAndLinkIt",
)
.params(&[p("file_type"), p("title"), p("item_type"), p("item_id"), p("remote_location")])];
