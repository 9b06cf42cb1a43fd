//! Persons.

use super::rows::{ACTIVITY, ANY_STATUS, CHANGE, CUSTOM, DEAL, DIRECTION, FILE, MAIL, OWNER, PERSON, SORT, START, VISIBLE};
use crate::jobs;
use crate::tool::{Effect, Kind, Param, Tool, adds, changes, job, p, reads, removes};

const FIRST_CHAR: Param = p("first_char").is(Kind::Text(1));
const EMAIL: Param = p("email").to("emails");
const PHONE: Param = p("phone").to("phones");
const LABELS: Param = p("labels").to("label_ids");

const WHICH: &[Param] = &[START, OWNER, p("org_id"), FIRST_CHAR, p("filter_id"), SORT, DIRECTION];
const WRITTEN: &[Param] = &[p("name"), p("owner_id"), p("org_id"), EMAIL, PHONE, VISIBLE, p("marketing_status"), LABELS, CUSTOM];

pub const TOOLS: &[Tool] =
    &[
        reads("persons_list", "List persons", "first_char not together with org_id.", "v2.getPersons")
            .also("v1.getPersons")
            .params(WHICH)
            .shows(&PERSON),
        reads("persons_list_all_auto", "List all persons", "As persons_list, all pages.", "v2.getPersons")
            .also("v1.getPersons")
            .params(WHICH)
            .shows(&PERSON)
            .all_pages(),
        reads("persons_get_collection", "List changed persons", "since, until: when they were changed.", "v2.getPersons")
            .also("v1.getPersonsCollection")
            .params(&[p("since").to("updated_since|since"), p("until").to("updated_until|until"), p("owner_id"), FIRST_CHAR])
            .shows(&PERSON),
        adds("persons_create", "Create person", "email, phone: texts or {value,label,primary}.", "v2.addPerson")
            .params(WRITTEN)
            .more(&[p("add_time")])
            .needs(&["name"])
            .shows(&PERSON),
        reads("persons_get", "Show person", "One person.", "v2.getPerson").shows(&PERSON),
        changes("persons_update", "Change person", "Changes what is sent; email and phone replace all.", "v2.updatePerson")
            .params(WRITTEN)
            .shows(&PERSON),
        removes("persons_delete", "Delete person", "Restorable for 30 days.", "v2.deletePerson"),
        removes("persons_bulk_delete", "Delete persons", "Restorable for 30 days.", "v1.deletePersons").params(&[p("ids")]),
        reads("persons_search", "Search persons", "By name, e-mail, phone, notes or custom fields.", "v2.searchPersons")
            .params(&[
                p("term"),
                p("fields").is(Kind::Choice(&["name", "email", "phone", "notes", "custom_fields", "all"])),
                p("exact_match"),
                p("org_id").to("organization_id"),
                p("include_fields"),
                START,
            ])
            .shows(&PERSON),
        reads("persons_list_deals", "List deals of person", "As contact person.", "v1.getPersonDeals")
            .params(&[START, ANY_STATUS, SORT])
            .shows(&DEAL),
        reads("persons_list_activities", "List activities of person", "Done ones and others.", "v1.getPersonActivities")
            .params(&[START, p("done")])
            .shows(&ACTIVITY),
        reads("persons_list_files", "List files of person", "Without content.", "v1.getPersonFiles").params(&[START, SORT]).shows(&FILE),
        reads("persons_list_products", "List products of person", "By deal id.", "v1.getPersonProducts").params(&[START]),
        reads("persons_list_mail_messages", "List mail of person", "Linked messages.", "v1.getPersonMailMessages")
            .params(&[START])
            .shows(&MAIL),
        adds("persons_add_follower", "Add person follower", "user_id follows the person.", "v2.addPersonFollower").params(&[p("user_id")]),
        reads("persons_list_followers", "List person followers", "Users who follow the person.", "v2.getPersonFollowers"),
        removes("persons_delete_follower", "Remove person follower", "follower_id: user id.", "v2.deletePersonFollower"),
        reads("persons_list_field_updates", "List changes of person", "Old and new values of fields.", "v1.getPersonChangelog")
            .shows(&CHANGE),
        reads("persons_list_updates", "List history of person", "Changes, activities, notes, files, mail.", "v1.getPersonUpdates")
            .params(&[START, p("all_changes"), p("items")]),
        removes("persons_merge", "Merge persons", "merge_with_id stays and its values win; id is removed.", "v1.mergePersons")
            .params(&[p("merge_with_id")])
            .shows(&PERSON),
        reads("persons_list_permitted_users", "Who sees person", "User ids.", "v1.getPersonUsers"),
        job("persons_add_picture", "Set person picture", "file: base64 of a GIF, JPG or PNG.", Effect::Changes, jobs::files::add_picture)
            .params(&[
                p("id").is(Kind::Id).required(),
                p("file").required(),
                p("filename").required(),
                p("crop_x").is(Kind::Int(0, 100_000)),
                p("crop_y").is(Kind::Int(0, 100_000)),
                p("crop_width").is(Kind::Int(1, 100_000)),
                p("crop_height").is(Kind::Int(1, 100_000)),
            ]),
        removes("persons_delete_picture", "Remove person picture", "Only the picture.", "v1.deletePersonPicture"),
    ];
