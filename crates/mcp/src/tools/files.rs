//! Files.

use super::rows::{FILE, START};
use crate::jobs;
use crate::tool::{Effect, Kind, Tool, adds, changes, job, p, reads, removes};

pub const TOOLS: &[Tool] = &[
    job(
        "files_upload",
        "Upload file",
        "content: text, or base64 with base64: true. To at least one record.",
        Effect::Adds,
        jobs::files::upload,
    )
    .params(&[
        p("file_name").required(),
        p("content").required(),
        p("base64").is(Kind::Bool),
        p("deal_id").is(Kind::Id),
        p("person_id").is(Kind::Id),
        p("org_id").is(Kind::Id),
        p("activity_id").is(Kind::Id),
        p("product_id").is(Kind::Id),
        p("lead_id").is(Kind::Uuid),
    ]),
    job("files_list", "List files", "All, or those of one record.", Effect::Reads, jobs::files::list).params(&[
        p("deal_id").is(Kind::Id),
        p("person_id").is(Kind::Id),
        p("org_id").is(Kind::Id),
        p("activity_id").is(Kind::Id),
        p("product_id").is(Kind::Id),
        p("sort").is(Kind::Order),
        START,
        p("limit").is(Kind::Int(1, 100)),
        p("cursor"),
    ]),
    reads("files_get", "Show file", "Without content.", "v1.getFile").shows(&FILE),
    job("files_download", "Read file", "Text as it is, anything else as base64.", Effect::Reads, jobs::files::download)
        .params(&[p("id").is(Kind::Id).required()]),
    changes("files_update", "Rename file", "Name and description.", "v1.updateFile").params(&[p("name"), p("description")]).shows(&FILE),
    removes("files_delete", "Delete file", "Gone after 30 days.", "v1.deleteFile"),
    adds("files_create_remote_link", "Link remote file", "A document of Google Drive.", "v1.linkFileToItem").params(&[
        p("item_type"),
        p("item_id"),
        p("remote_id"),
        p("remote_location"),
    ]),
];
