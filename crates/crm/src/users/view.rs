//! How v1 shows users.

use super::access;
use crate::call::{Call, Reply};
use crate::directory::User;
use crate::json::Json;
use jiff::tz::TimeZone;
use penstock_model::{Area, Time};

/// The languages of the interface by the ids that users carry: language code and country code.
const LANGUAGES: &[(i64, &str, &str)] = &[(crate::accounts::ENGLISH, "en", "US")];

/// The language of a user as its code and that of its country: `en-US`.
pub fn language(id: i64) -> String {
    let (_, language, country) = LANGUAGES.iter().find(|(known, _, _)| *known == id).unwrap_or(&LANGUAGES[0]);
    format!("{language}-{country}")
}

/// Writes a user as an object.
pub fn write_v1(json: &mut Json, call: &Call, user: &User) {
    json.begin_object();
    write_members(json, call, user);
    json.end_object();
}

/// Writes the caller with the company beside (semantics.md 1).
pub fn write_me(json: &mut Json, call: &Call, user: &User) {
    let company = &call.directory.company;
    json.begin_object();
    write_members(json, call, user);
    json.key("company_id");
    json.int(company.id.0);
    json.key("company_name");
    json.string(&company.name);
    json.key("company_domain");
    json.string(&company.domain);
    json.key("company_country");
    json.string_or_null(company.country.as_deref());
    json.key("company_industry");
    json.string_or_null(company.industry.as_deref());
    json.key("language");
    let (_, language, country) = LANGUAGES.iter().find(|(id, _, _)| *id == user.lang).unwrap_or(&LANGUAGES[0]);
    json.begin_object();
    json.key("language_code");
    json.string(language);
    json.key("country_code");
    json.string(country);
    json.end_object();
    json.end_object();
}

fn write_members(json: &mut Json, call: &Call, user: &User) {
    json.key("id");
    json.int(user.id.0);
    json.key("name");
    json.string(&user.name);
    json.key("default_currency");
    json.string(&user.default_currency);
    json.key("locale");
    json.string(&user.locale);
    json.key("lang");
    json.int(user.lang);
    json.key("email");
    json.string(&user.email);
    json.key("phone");
    json.string_or_null(user.phone.as_deref());
    json.key("activated");
    json.bool(user.is_activated);
    write_time(json, "last_login", user.last_login);
    write_time(json, "created", Some(user.add_time));
    write_time(json, "modified", user.update_time);
    json.key("has_created_company");
    json.bool(user.has_created_company);
    json.key("access");
    json.raw(&access::to_json(&user.access));
    json.key("active_flag");
    json.bool(user.is_active);
    json.key("timezone_name");
    json.string(&user.timezone_name);
    json.key("timezone_offset");
    json.string(&offset(&user.timezone, call.now));
    json.key("role_id");
    json.int(user.role);
    json.key("icon_url");
    json.string_or_null(user.icon_url.as_deref());
    json.key("is_you");
    json.bool(user.id == call.principal.user);
    json.key("is_deleted");
    json.bool(user.is_deleted);
    // Not in the published schema, but in every recorded answer.
    json.key("is_admin");
    json.int(i64::from(user.administers.has(Area::Account)));
}

fn write_time(json: &mut Json, key: &str, time: Option<Time>) {
    json.key(key);
    match time {
        Some(time) => json.plain_string(|out| time.write_v1(out)),
        None => json.null(),
    }
}

/// Answers users, with the company beside as recorded answers have it.
pub fn beside_company(call: &Call, write: impl FnOnce(&mut Json)) -> Reply {
    call.data_and(write, |json| {
        json.key("additional_data");
        json.begin_object();
        json.key("company_id");
        json.int(call.company().0);
        json.end_object();
    })
}

/// How far the clocks of a zone are from UTC at a moment; those of an unknown zone not at all.
pub fn offset_of(timezone_name: &str, now: Time) -> String {
    offset(&TimeZone::get(timezone_name).unwrap_or(TimeZone::UTC), now)
}

/// How far the clocks of a zone are from UTC at a moment: `+03:00`.
fn offset(zone: &TimeZone, now: Time) -> String {
    let stamp = jiff::Timestamp::from_millisecond(now.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let seconds = zone.to_offset(stamp).seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}
