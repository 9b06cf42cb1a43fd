//! The field table of files. They exist only in v1.

use crate::upload;
use penstock_files::Stored;
use penstock_model::{Change, Col, CompanyId, Count, Entity, Field, Kind, Record, Time, UserId, Write, col};

pub static FILE: Entity = Entity {
    name: "file",
    title: "File",
    table: "files",
    fields: FIELDS,
    owned: false,
    hides_by_403: false,
    has_totals: false,
    has_history: false,
    in_directory: false,
    counts: COUNTS,
};

const FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id),
    plain(2, "user_id", "User", Kind::User).not_null(),
    plain(3, "deal_id", "Deal", Kind::Deal).write_v1(Write::OnCreate),
    plain(4, "person_id", "Person", Kind::Person).write_v1(Write::OnCreate),
    plain(5, "org_id", "Organization", Kind::Organization).write_v1(Write::OnCreate),
    plain(6, "product_id", "Product", Kind::Product).write_v1(Write::OnCreate),
    plain(7, "activity_id", "Activity", Kind::Activity).write_v1(Write::OnCreate),
    plain(8, "lead_id", "Lead", Kind::Lead).write_v1(Write::OnCreate),
    plain(9, "project_id", "Project", Kind::Project).write_v1(Write::OnCreate),
    plain(10, "add_time", "Add time", Kind::Time).not_null(),
    Field::new(11, "update_time", "Update time", Kind::Time).not_null(),
    plain(12, "file_name", "File name", Kind::Text(255)).not_null(),
    plain(13, "file_type", "File type", Kind::Text(16)).not_null(),
    plain(14, "file_size", "File size", Kind::Int).not_null(),
    plain(15, "inline_flag", "Inline", Kind::Bool).not_null(),
    plain(16, "remote_location", "Remote location", Kind::Text(32)).not_null(),
    plain(17, "remote_id", "Remote ID", Kind::Text(255)).not_null(),
    plain(18, "name", "Name", Kind::Text(255)).write_v1(Write::OnUpdate).not_null().searchable(),
    plain(19, "description", "Description", Kind::Text(65_535)).write_v1(Write::OnUpdate).not_null(),
    plain(20, "sha256", "Checksum", Kind::Text(64)),
    plain(21, "is_deleted", "Deleted", Kind::Bool).not_null(),
    plain(22, "delete_time", "Deletion time", Kind::Time),
    plain(23, "mail_message_id", "Mail message", Kind::Int),
    plain(24, "cid", "Content ID", Kind::Text(255)),
];

const fn plain(number: u16, key: &'static str, name: &'static str, kind: Kind) -> Field {
    Field::new(number, key, name, kind).unsorted()
}

pub const USER: Col<UserId> = col(&FILE, "user_id");
pub const DEAL: Col<i64> = col(&FILE, "deal_id");
pub const PERSON: Col<i64> = col(&FILE, "person_id");
pub const ORGANIZATION: Col<i64> = col(&FILE, "org_id");
pub const PRODUCT: Col<i64> = col(&FILE, "product_id");
pub const ACTIVITY: Col<i64> = col(&FILE, "activity_id");
pub const LEAD: Col<String> = col(&FILE, "lead_id");
pub const PROJECT: Col<i64> = col(&FILE, "project_id");
pub const ADD_TIME: Col<Time> = col(&FILE, "add_time");
pub const UPDATE_TIME: Col<Time> = col(&FILE, "update_time");
pub const FILE_NAME: Col<String> = col(&FILE, "file_name");
pub const FILE_TYPE: Col<String> = col(&FILE, "file_type");
pub const FILE_SIZE: Col<i64> = col(&FILE, "file_size");
pub const INLINE: Col<bool> = col(&FILE, "inline_flag");
pub const REMOTE_LOCATION: Col<String> = col(&FILE, "remote_location");
pub const REMOTE_ID: Col<String> = col(&FILE, "remote_id");
pub const NAME: Col<String> = col(&FILE, "name");
pub const DESCRIPTION: Col<String> = col(&FILE, "description");
pub const SHA256: Col<String> = col(&FILE, "sha256");
pub const IS_DELETED: Col<bool> = col(&FILE, "is_deleted");
pub const DELETE_TIME: Col<Time> = col(&FILE, "delete_time");
/// The message that a file came with. Whoever reads it sees the file.
pub const MAIL_MESSAGE: Col<i64> = col(&FILE, "mail_message_id");
/// By which the body of that message refers to the file.
pub const CONTENT_ID: Col<String> = col(&FILE, "cid");

/// Where the bytes are that were uploaded, as clients know the place.
pub const UPLOADED: &str = "s3";

const COUNTS: &[Count] = &[
    Count { of: "deal", link: "deal_id", total: "files_count", when: is_live },
    Count { of: "person", link: "person_id", total: "files_count", when: is_live },
    Count { of: "organization", link: "org_id", total: "files_count", when: is_live },
    Count { of: "product", link: "product_id", total: "files_count", when: is_live },
];

fn is_live(file: &Record) -> bool {
    !file.is(IS_DELETED)
}

/// A file without links whose bytes were uploaded: what generated companies and the API begin with.
pub fn blank(id: i64, user: UserId, now: Time) -> Record {
    let mut file = Record::blank(&FILE, id);
    file.set(USER, user);
    for (col, text) in [(NAME, ""), (DESCRIPTION, ""), (FILE_NAME, ""), (FILE_TYPE, ""), (REMOTE_LOCATION, UPLOADED), (REMOTE_ID, "")] {
        file.set(col, text);
    }
    file.set(FILE_SIZE, 0);
    for col in [INLINE, IS_DELETED] {
        file.set(col, false);
    }
    for col in [ADD_TIME, UPDATE_TIME] {
        file.set(col, now);
    }
    file
}

/// Sets what a file is called, and where its bytes are kept already.
pub fn set_bytes(file: &mut Record, company: CompanyId, name: &str, object: &str, stored: &Stored) {
    let user = file.get(USER).map_or(0, |user| user.0);
    file.set(NAME, name);
    file.set(FILE_NAME, object);
    file.set(FILE_TYPE, file_type(upload::extension(name).as_deref()));
    file.set(FILE_SIZE, stored.size as i64);
    file.set(SHA256, stored.sha256.as_str());
    file.set(REMOTE_ID, format!("company/{company}/user/{user}/files/{object}"));
}

/// Marks a file as deleted, as the first step of a [`Change`].
pub fn mark_deleted(change: &mut Change, now: Time) {
    // A time before the file was made would be gone at once.
    let now = change.after.get(ADD_TIME).map_or(now, |added| now.max(added));
    change.after.set(IS_DELETED, true);
    change.after.set(DELETE_TIME, now);
    change.after.set(UPDATE_TIME, now);
}

/// The word for the kind of a file, by its extension (semantics.md 24: `img` and `txt`; others are the extension).
pub fn file_type(extension: Option<&str>) -> &str {
    match extension {
        Some("jpg" | "jpeg" | "png" | "gif" | "bmp" | "webp" | "svg" | "tif" | "tiff" | "heic") => "img",
        Some("txt" | "log" | "md") => "txt",
        Some(other) => other,
        None => "file",
    }
}
