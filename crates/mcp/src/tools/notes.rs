//! Notes and comments.

use super::rows::START;
use crate::tool::{Kind, Param, Rows, Tool, adds, changes, p, reads, removes};

const NOTE: Rows = Rows {
    of: "",
    keys: &[
        "id",
        "content",
        "deal_id",
        "person_id",
        "org_id",
        "lead_id",
        "project_id",
        "user_id",
        "add_time",
        "update_time",
        "deal",
        "person",
        "organization",
    ],
};
const COMMENT: Rows = Rows { of: "", keys: &["uuid", "content", "user_id", "add_time", "update_time"] };

const WRITTEN: &[Param] = &[
    p("content"),
    p("deal_id"),
    p("person_id"),
    p("org_id"),
    p("lead_id"),
    p("pinned_to_deal_flag"),
    p("pinned_to_person_flag"),
    p("pinned_to_organization_flag"),
    p("pinned_to_lead_flag"),
];

pub const TOOLS: &[Tool] = &[
    adds("notes_create", "Add note", "HTML or plain text, on a deal, person, organization or lead.", "v1.addNote")
        .params(WRITTEN)
        .more(&[p("user_id"), p("add_time").is(Kind::Text(0))])
        .needs(&["content"])
        .shows(&NOTE),
    reads("notes_list", "List notes", "", "v1.getNotes")
        .params(&[
            p("deal_id"),
            p("person_id"),
            p("org_id"),
            p("lead_id").is(Kind::Uuid),
            p("user_id"),
            p("sort").is(Kind::Order),
            p("pinned_to_deal_flag"),
            p("pinned_to_person_flag"),
            p("pinned_to_organization_flag"),
            p("pinned_to_lead_flag"),
            START,
        ])
        .shows(&NOTE),
    reads("notes_get", "Show note", "", "v1.getNote").shows(&NOTE),
    changes("notes_update", "Change note", "", "v1.updateNote").params(WRITTEN).shows(&NOTE),
    removes("notes_delete", "Delete note", "", "v1.deleteNote"),
    reads("notes_list_comments", "List comments of note", "", "v1.getNoteComments").params(&[START]).shows(&COMMENT),
    adds("notes_add_comment", "Comment note", "", "v1.addNoteComment").params(&[p("content")]).shows(&COMMENT),
    changes("notes_update_comment", "Change comment", "", "v1.updateCommentForNote")
        .params(&[p("comment_id").to("commentId").is(Kind::Uuid), p("content")])
        .shows(&COMMENT),
    removes("notes_delete_comment", "Delete comment", "", "v1.deleteComment").params(&[p("comment_id").to("commentId").is(Kind::Uuid)]),
    reads("notes_get_comment", "Show comment", "", "v1.getComment")
        .params(&[p("comment_id").to("commentId").is(Kind::Uuid)])
        .shows(&COMMENT),
    reads("notes_list_fields", "List note fields", "", "v1.getNoteFields"),
];
