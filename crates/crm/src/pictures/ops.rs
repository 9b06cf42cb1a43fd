//! The operations of pictures.

use super::{FOLDER, Picture, SIZES, load, object_key};
use crate::call::{Call, Reply};
use crate::credentials;
use crate::error::{ApiError, ApiResult};
use crate::op::Method::{Delete, Get, Post};
use crate::op::Version::{V1, V2};
use crate::op::{Op, Param, ParamKind, Takes};
use crate::persons::{self, PERSON};
use crate::run;
use crate::select::Depth;
use crate::upload::{self, MAX_PICTURE};
use crate::write;
use bytes::Bytes;
use penstock_files::picture::{self, Crop};
use penstock_model::{Change, Record};
use penstock_store::{Batch, Statement};
use std::collections::BTreeSet;

const NEW: &[Param] = &[
    Param::new("file", ParamKind::File, "A GIF, JPG or PNG of at most 20 MB.").required(),
    Param::new("crop_x", ParamKind::Int, "Where the square begins, in pixels from the left."),
    Param::new("crop_y", ParamKind::Int, "Where the square begins, in pixels from the top."),
    Param::new("crop_width", ParamKind::Int, "How wide the square is, in pixels."),
    Param::new("crop_height", ParamKind::Int, "How high the square is, in pixels."),
];

pub const OPS: &[Op] = &[
    Op::new(V1, Post, "/persons/{id}/picture", "addPersonPicture", run!(add))
        .tag("Persons")
        .scopes("contacts:full")
        .cost(10)
        .takes(Takes::Multipart(NEW))
        .about("Gives a person a picture instead of the one there was"),
    Op::new(V1, Delete, "/persons/{id}/picture", "deletePersonPicture", run!(delete))
        .tag("Persons")
        .scopes("contacts:full")
        .cost(6)
        .about("Takes the picture of a person away"),
    Op::new(V2, Get, "/persons/{id}/picture", "getPersonPicture", run!(one))
        .tag("Persons")
        .scopes("contacts:read,contacts:full")
        .about("Shows where the picture of a person is"),
];

async fn one(call: Call) -> ApiResult<Reply> {
    let person = write::find(&call, &PERSON, call.id(PERSON.title)?, Depth::Row).await?;
    let picture = of_person(&call, &person).await?.ok_or_else(no_picture)?;
    Ok(call.data(|json| {
        json.begin_object();
        json.key("id");
        json.int(picture.id);
        json.key("item_type");
        json.string(&picture.item_type);
        json.key("item_id");
        json.int(picture.item);
        json.key("added_by_user_id");
        json.int(picture.added_by);
        json.key("active_flag");
        json.bool(true);
        json.key("file_size");
        json.int(picture.file_size);
        picture.write_urls(json, &call);
        json.end_object();
    }))
}

fn no_picture() -> ApiError {
    ApiError::not_found("Picture")
}

async fn of_person(call: &Call, person: &Record) -> ApiResult<Option<Picture>> {
    let Some(id) = person.get(persons::PICTURE) else { return Ok(None) };
    Ok(load(call, &BTreeSet::from([id])).await?.remove(&id))
}

async fn add(mut call: Call) -> ApiResult<Reply> {
    let person = call.id(PERSON.title)?;
    // Nobody sends a picture for somebody who is not there.
    write::find_live(&call, &PERSON, person).await?;
    let sent = upload::read(&mut call, MAX_PICTURE).await?;
    let squares = picture::squares_in_background(sent.bytes, crop(&call)?).await;
    let squares = squares.map_err(|problem| ApiError::invalid(problem.to_string()))?;
    let picture = Picture {
        id: call.store().next_id(call.company(), FOLDER).await?,
        item_type: PERSON.name.to_owned(),
        item: person,
        object: credentials::random_token().map_err(|error| ApiError::Internal(error.to_string()))?,
        file_size: squares.large.len() as i64,
        added_by: call.principal.user.0,
        add_time: call.now,
    };
    let outcome = keep(&call, &picture, [squares.small, squares.large]).await;
    if outcome.as_ref().is_err_and(|error| error.status() < 500) {
        drop_objects(&call, &picture).await;
    }
    if let Some(former) = outcome? {
        drop_objects(&call, &former).await;
    }
    Ok(call.data(|json| {
        json.begin_object();
        json.key("id");
        json.int(picture.id);
        picture.write_members(json, &call);
        json.end_object();
    }))
}

/// The part of the picture that the body names.
fn crop(call: &Call) -> ApiResult<Crop> {
    let pixels = |key: &str| match call.body.int(key) {
        None => Ok(None),
        Some(number) => u32::try_from(number).map(Some).map_err(|_| ApiError::invalid_key(key, "is out of range")),
    };
    Ok(Crop { x: pixels("crop_x")?, y: pixels("crop_y")?, width: pixels("crop_width")?, height: pixels("crop_height")? })
}

/// Writes the squares and then the row. Answers the picture there was.
async fn keep(call: &Call, picture: &Picture, squares: [Vec<u8>; 2]) -> ApiResult<Option<Picture>> {
    for (size, bytes) in SIZES.into_iter().zip(squares) {
        call.app.files().put_bytes(&object_key(call.company(), &picture.object, size), Bytes::from(bytes)).await?;
    }
    write::commit(call, || {
        Box::pin(async {
            let (mut change, former) = begin(call, picture.item).await?;
            change.after.set(persons::PICTURE, picture.id);
            let mut batch = call.batch();
            batch.run(insert(call, picture));
            finish(call, change, former.as_ref(), &mut batch);
            Ok((batch, former))
        })
    })
    .await
}

async fn delete(call: Call) -> ApiResult<Reply> {
    let person = call.id(PERSON.title)?;
    let call = &call;
    let former = write::commit(call, || {
        Box::pin(async move {
            let (mut change, former) = begin(call, person).await?;
            let former = former.ok_or_else(no_picture)?;
            change.after.clear(persons::PICTURE);
            let mut batch = call.batch();
            finish(call, change, Some(&former), &mut batch);
            Ok((batch, former))
        })
    })
    .await?;
    drop_objects(call, &former).await;
    Ok(call.deleted(person))
}

/// The person as it is, and the picture there is.
async fn begin(call: &Call, person: i64) -> ApiResult<(Change, Option<Picture>)> {
    let person = write::find_live(call, &PERSON, person).await?;
    let former = of_person(call, &person).await?;
    Ok((Change::update(person), former))
}

fn finish(call: &Call, mut change: Change, former: Option<&Picture>, batch: &mut Batch) {
    change.after.set(persons::UPDATE_TIME, call.now);
    batch.save(change);
    if let Some(former) = former {
        let values = vec![call.company().into(), former.id.into()];
        batch.run(Statement::one_row("DELETE FROM pictures WHERE company_id = $1 AND id = $2", values));
    }
}

fn insert(call: &Call, picture: &Picture) -> Statement {
    let text = "INSERT INTO pictures (company_id, id, item_type, item_id, object, file_size, added_by_user_id, add_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = vec![
        call.company().into(),
        picture.id.into(),
        picture.item_type.as_str().into(),
        picture.item.into(),
        picture.object.as_str().into(),
        picture.file_size.into(),
        picture.added_by.into(),
        picture.add_time.into(),
    ];
    Statement::new(text, values)
}

async fn drop_objects(call: &Call, picture: &Picture) {
    for size in SIZES {
        call.app.drop_object(&object_key(call.company(), &picture.object, size)).await;
    }
}
