//! How a call log is shown.

use super::fields::*;
use crate::call::Call;
use crate::json::Json;
use crate::view_v1::write_selected;
use penstock_model::Record;

pub fn write(json: &mut Json, call: &Call, log: &Record) {
    write_selected(json, call, |json| {
        json.begin_object();
        json.key("id");
        json.string_or_null(log.text(CODE));
        for (key, col) in [("activity_id", ACTIVITY), ("person_id", PERSON), ("org_id", ORGANIZATION), ("deal_id", DEAL)] {
            json.key(key);
            json.int_or_null(log.get(col));
        }
        let texts = [
            ("lead_id", LEAD),
            ("subject", SUBJECT),
            ("duration", DURATION),
            ("outcome", OUTCOME),
            ("from_phone_number", FROM),
            ("to_phone_number", TO),
            ("note", NOTE),
        ];
        for (key, col) in texts {
            json.key(key);
            json.string_or_null(log.text(col));
        }
        json.key("has_recording");
        json.bool(log.text(RECORDING).is_some());
        for (key, col) in [("start_time", START), ("end_time", END)] {
            json.key(key);
            match log.get(col) {
                Some(time) => json.plain_string(|out| time.write_millis(out)),
                None => json.null(),
            }
        }
        json.key("user_id");
        json.int_or_null(log.get(USER).map(|user| user.0));
        json.key("company_id");
        json.int(call.company().0);
        json.end_object();
    });
}
