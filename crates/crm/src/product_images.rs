//! The image of a product: one at most, kept as it was sent, and shown to whoever has a signed address.

use crate::app::App;
use crate::call::{Call, Reply};
use crate::credentials;
use crate::download::{self, Shown};
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::op::Method::{Delete, Get, Post, Put};
use crate::op::Version::V2;
use crate::op::{Op, Param, ParamKind, Takes};
use crate::products::PRODUCT;
use crate::run;
use crate::select::Depth;
use crate::upload::{self, MAX_PICTURE};
use crate::users::permissions::Permission;
use crate::write;
use hmac::{Hmac, Mac};
use penstock_files::picture::{self, Format};
use penstock_model::{CompanyId, Time};
use penstock_store::{Row, Sql, Statement, StoreError, Weight};
use sha2::Sha256;

/// The folder of the objects, below that of the company.
const FOLDER: &str = "images";
/// What the addresses of images begin with.
pub const PREFIX: &str = "/api/penstock/images/";
/// How long an address leads to its image (semantics.md 17.1).
const ADDRESS_DAYS: i64 = 7;

const BODY: &[Param] = &[Param::new("data", ParamKind::File, "A GIF, JPG or PNG of at most 20 MB.").required()];

const fn op(method: crate::op::Method, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(V2, method, "/products/{id}/images", id, run).tag("Products").scopes("products:full")
}

pub const OPS: &[Op] = &[
    op(Get, "getProductImage", run!(one)).scopes("products:read,products:full").cost(10).about("Shows where the image of a product is"),
    op(Post, "uploadProductImage", run!(add))
        .cost(20)
        .takes(Takes::Multipart(BODY))
        .created()
        .needs(Permission::EditProducts)
        .about("Gives a product its image"),
    op(Put, "updateProductImage", run!(replace))
        .cost(20)
        .takes(Takes::Multipart(BODY))
        .needs(Permission::EditProducts)
        .about("Replaces the image of a product"),
    op(Delete, "deleteProductImage", run!(delete)).cost(6).needs(Permission::EditProducts).about("Takes the image of a product away"),
];

#[derive(Debug, Clone)]
struct Image {
    id: i64,
    product: i64,
    object: String,
    name: String,
    mime_type: String,
    file_size: i64,
    sha256: String,
    /// What its addresses are signed with.
    secret: String,
    add_time: Time,
}

const COLUMNS: &str = "id, product_id, object, name, mime_type, file_size, sha256, secret, add_time";

async fn one(call: Call) -> ApiResult<Reply> {
    let product = product(&call).await?;
    let image = of_product(&call, product).await?.ok_or_else(no_image)?;
    let address = image.address(&call)?;
    Ok(call.data(|json| {
        json.begin_object();
        image.write_members(json, &call);
        json.key("public_url");
        json.string(&address);
        json.key("mime_type");
        json.string(&image.mime_type);
        json.key("name");
        json.string(&image.name);
        json.end_object();
    }))
}

async fn add(mut call: Call) -> ApiResult<Reply> {
    let product = product_to_change(&call).await?;
    if of_product(&call, product).await?.is_some() {
        return Err(has_image());
    }
    let image = receive(&mut call, product).await?;
    let outcome = call.store().execute(vec![insert(call.company(), &image)]).await;
    let outcome = outcome.map_err(|error| match error {
        StoreError::Taken(_) => has_image(),
        other => other.into(),
    });
    upload::settle(&call, &key(call.company(), &image.object), outcome).await?;
    Ok(shown(&call, &image))
}

async fn replace(mut call: Call) -> ApiResult<Reply> {
    let product = product_to_change(&call).await?;
    let former = of_product(&call, product).await?.ok_or_else(no_image)?;
    let image = receive(&mut call, product).await?;
    let statements = vec![remove(call.company(), &former), insert(call.company(), &image)];
    let outcome = call.store().execute(statements).await.map_err(ApiError::from);
    upload::settle(&call, &key(call.company(), &image.object), outcome).await?;
    call.app.drop_object(&key(call.company(), &former.object)).await;
    Ok(shown(&call, &image))
}

async fn delete(call: Call) -> ApiResult<Reply> {
    let product = product_to_change(&call).await?;
    let former = of_product(&call, product).await?.ok_or_else(no_image)?;
    call.store().execute(vec![remove(call.company(), &former)]).await?;
    call.app.drop_object(&key(call.company(), &former.object)).await;
    Ok(call.deleted(former.id))
}

async fn product(call: &Call) -> ApiResult<i64> {
    Ok(write::find(call, &PRODUCT, call.id(PRODUCT.title)?, Depth::Row).await?.id)
}

async fn product_to_change(call: &Call) -> ApiResult<i64> {
    Ok(write::find_live(call, &PRODUCT, call.id(PRODUCT.title)?).await?.id)
}

fn no_image() -> ApiError {
    ApiError::not_found("Product image")
}

fn has_image() -> ApiError {
    ApiError::invalid_key("data", "the product has an image already, which can be replaced")
}

/// Looks at the image before it is kept: what is no picture, or too large to be shown, is refused.
async fn receive(call: &mut Call, product: i64) -> ApiResult<Image> {
    let sent = upload::read(call, MAX_PICTURE).await?;
    let format = picture::examine(&sent.bytes).map_err(|problem| ApiError::invalid_key("data", &problem.to_string()))?;
    let random = || credentials::random_token().map_err(|error| ApiError::Internal(error.to_string()));
    let (object, secret) = (format!("{}.{}", random()?, format.extension()), random()?);
    let id = call.store().next_id(call.company(), "product_images").await?;
    let stored = call.app.files().put_bytes(&key(call.company(), &object), sent.bytes).await?;
    Ok(Image {
        id,
        product,
        object,
        name: sent.name,
        mime_type: format.media_type().to_owned(),
        file_size: stored.size as i64,
        sha256: stored.sha256,
        secret,
        add_time: call.now,
    })
}

fn shown(call: &Call, image: &Image) -> Reply {
    call.data(|json| {
        json.begin_object();
        image.write_members(json, call);
        json.end_object();
    })
}

fn key(company: CompanyId, object: &str) -> String {
    format!("{company}/{FOLDER}/{object}")
}

fn insert(company: CompanyId, image: &Image) -> Statement {
    let text = format!("INSERT INTO product_images (company_id, {COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    let values = vec![
        company.into(),
        image.id.into(),
        image.product.into(),
        image.object.as_str().into(),
        image.name.as_str().into(),
        image.mime_type.as_str().into(),
        image.file_size.into(),
        image.sha256.as_str().into(),
        image.secret.as_str().into(),
        image.add_time.into(),
    ];
    Statement::new(text, values)
}

/// Fails where somebody else has removed or replaced it at the same time.
fn remove(company: CompanyId, image: &Image) -> Statement {
    let text = "DELETE FROM product_images WHERE company_id = $1 AND id = $2";
    Statement::one_row(text, vec![company.into(), image.id.into()])
}

async fn of_product(call: &Call, product: i64) -> ApiResult<Option<Image>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM product_images WHERE company_id = "));
    sql.bind(call.company()).push(" AND product_id = ").bind(product);
    Ok(call.store().read(sql, Weight::Light, None, |found, row| *found = Some(Image::of_row(row))).await?)
}

impl Image {
    fn of_row(row: &dyn Row) -> Self {
        let text = |index| row.text(index).unwrap_or_default().to_owned();
        let int = |index| row.int(index).unwrap_or_default();
        Image {
            id: int(0),
            product: int(1),
            object: text(2),
            name: text(3),
            mime_type: text(4),
            file_size: int(5),
            sha256: text(6),
            secret: text(7),
            add_time: Time::from_millis(int(8)),
        }
    }

    fn write_members(&self, json: &mut Json, call: &Call) {
        json.key("id");
        json.int(self.id);
        json.key("product_id");
        json.int(self.product);
        json.key("company_id");
        json.string(&call.company().to_string());
        json.key("add_time");
        json.string(&self.add_time.date().to_string());
    }

    /// `…/images/company/id/end/signature`
    fn address(&self, call: &Call) -> ApiResult<String> {
        let (company, end) = (call.company(), call.now.plus_days(ADDRESS_DAYS).millis());
        let signature = credentials::hex(&signature(&self.secret, company, self.id, end)?.finalize().into_bytes());
        Ok(format!("{}{PREFIX}{company}/{}/{end}/{signature}", call.base_url(), self.id))
    }
}

fn signature(secret: &str, company: CompanyId, image: i64, end: i64) -> ApiResult<Hmac<Sha256>> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    let mut mac = mac.map_err(|error| ApiError::Internal(error.to_string()))?;
    mac.update(format!("{company}/{image}/{end}").as_bytes());
    Ok(mac)
}

/// Answers what stands behind the prefix, without credentials: the signature is what opens it, until its time is over.
pub async fn serve(app: &App, rest: &str) -> ApiResult<Reply> {
    let missing = || ApiError::not_found("Image");
    let parts: Vec<&str> = rest.split('/').collect();
    let [company, image, end, given] = parts[..] else { return Err(missing()) };
    let number = |text: &str| text.parse::<i64>().map_err(|_| missing());
    let (company, image, end) = (CompanyId(number(company)?), number(image)?, number(end)?);
    let given = from_hex(given).ok_or_else(missing)?;
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM product_images WHERE company_id = "));
    sql.bind(company).push(" AND id = ").bind(image);
    let found = app.store().read(sql, Weight::Light, None, |found, row| *found = Some(Image::of_row(row))).await?;
    let image = found.ok_or_else(missing)?;
    if signature(&image.secret, company, image.id, end)?.verify_slice(&given).is_err() || app.clock.now().millis() > end {
        return Err(missing());
    }
    let shown = Shown { media_type: media_type(&image.mime_type), name: None, cache: "private, max-age=86400", tag: Some(image.sha256) };
    download::show(app, &key(company, &image.object), None, shown).await
}

fn media_type(kept: &str) -> &'static str {
    let known = [Format::Gif, Format::Jpeg, Format::Png].map(Format::media_type);
    known.into_iter().find(|known| *known == kept).unwrap_or("application/octet-stream")
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.is_ascii() && text.len().is_multiple_of(2);
    digits.then(|| (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()).flatten()
}
