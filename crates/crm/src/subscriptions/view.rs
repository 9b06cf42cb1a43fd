//! How subscriptions and their payments are shown.

use super::schedule::{Payment, Sort, Subscription};
use crate::call::{Call, Reply};
use crate::json::Json;
use crate::view::write_money;

/// Payments have ids only so that clients can tell them apart: the number of the subscription, then that of the payment;
/// entered ones begin at half of the range.
const PAYMENT_IDS: i64 = 10_000_000;
const ENTERED_IDS: i64 = PAYMENT_IDS / 2;

/// The answer that shows a subscription.
pub fn show(call: &Call, subscription: &Subscription) -> Reply {
    let today = call.now.date_in(call.timezone());
    let recurring = subscription.recurring.as_ref();
    call.data(|json| {
        json.begin_object();
        json.key("id");
        json.int(subscription.id);
        json.key("user_id");
        json.int(subscription.user.0);
        json.key("deal_id");
        json.int(subscription.deal);
        json.key("description");
        json.string_or_null(subscription.description.as_deref());
        json.key("is_active");
        json.bool(subscription.is_active(today));
        json.key("cycles_count");
        json.int_or_null(recurring.and_then(|recurring| recurring.cycles));
        json.key("cycle_amount");
        match recurring {
            Some(recurring) => write_money(json, recurring.latest_amount()),
            None => json.null(),
        }
        json.key("infinite");
        json.bool(recurring.is_some_and(|recurring| recurring.cycles.is_none()));
        json.key("currency");
        json.string(&subscription.currency);
        json.key("cadence_type");
        json.string_or_null(recurring.map(|recurring| recurring.cadence.word()));
        for (key, day) in [("start_date", subscription.start()), ("end_date", subscription.end(today))] {
            json.key(key);
            json.string_or_null(day.map(|day| day.to_string()).as_deref());
        }
        json.key("lifetime_value");
        write_money(json, subscription.total(today));
        json.key("final_status");
        json.string_or_null(subscription.final_status(today));
        write_times(json, subscription);
        json.end_object();
    })
}

fn write_times(json: &mut Json, subscription: &Subscription) {
    json.key("add_time");
    json.plain_string(|out| subscription.add_time.write_v1(out));
    json.key("update_time");
    json.plain_string(|out| subscription.update_time.write_v1(out));
}

pub fn write_payment(json: &mut Json, subscription: &Subscription, payment: &Payment) {
    let (first, sort) = match payment.sort {
        Sort::Recurring => (1, "recurring"),
        Sort::Additional => (ENTERED_IDS, "additional"),
        Sort::Installment => (ENTERED_IDS, "installment"),
    };
    json.begin_object();
    json.key("id");
    json.int(subscription.id.saturating_mul(PAYMENT_IDS).saturating_add(first + payment.number));
    json.key("subscription_id");
    json.int(subscription.id);
    json.key("deal_id");
    json.int(subscription.deal);
    json.key("is_active");
    json.bool(true);
    json.key("amount");
    write_money(json, payment.amount);
    json.key("currency");
    json.string(&subscription.currency);
    json.key("change_amount");
    write_money(json, payment.change);
    json.key("due_at");
    json.string(&payment.due.to_string());
    json.key("revenue_movement_type");
    json.string(payment.movement);
    json.key("payment_type");
    json.string(sort);
    json.key("description");
    json.string_or_null(payment.description.as_deref());
    write_times(json, subscription);
    json.end_object();
}
