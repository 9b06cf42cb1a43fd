//! Subscriptions as the store keeps them.

use penstock_model::{CompanyId, Time, UserId};
use penstock_store::{Row, Sql, Store, StoreError, Weight};

/// The shape in which a receiver wants events (semantics.md 28.2 and 28.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    V1,
    V2,
}

impl Shape {
    /// The word of the API for it.
    pub fn word(self) -> &'static str {
        match self {
            Shape::V1 => "1.0",
            Shape::V2 => "2.0",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Shape::V1, Shape::V2].into_iter().find(|shape| shape.word() == word)
    }
}

/// One subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    pub company: CompanyId,
    pub id: i64,
    pub name: Option<String>,
    pub shape: Shape,
    /// A word of its version, or `*`.
    pub event_action: String,
    /// A word of its version, or `*`.
    pub event_object: String,
    pub subscription_url: String,
    /// Whose rights decide which events are sent.
    pub user: UserId,
    /// Who has made it.
    pub owner: UserId,
    /// The app it belongs to, if an app has made it.
    pub app: Option<i64>,
    pub http_auth_user: Option<String>,
    pub http_auth_password: Option<String>,
    pub is_active: bool,
    pub add_time: Time,
    pub remove_time: Option<Time>,
    pub remove_reason: Option<String>,
    pub last_delivery_time: Option<Time>,
    pub last_http_status: Option<i64>,
}

#[cfg(test)]
impl Hook {
    /// Of everything, in the words of v2, for the first user of the first company.
    pub fn sample() -> Self {
        Hook {
            company: CompanyId(1),
            id: 1,
            name: None,
            shape: Shape::V2,
            event_action: "*".to_owned(),
            event_object: "*".to_owned(),
            subscription_url: "https://receiver.test/".to_owned(),
            user: UserId(1),
            owner: UserId(1),
            app: None,
            http_auth_user: None,
            http_auth_password: None,
            is_active: true,
            add_time: Time::from_millis(0),
            remove_time: None,
            remove_reason: None,
            last_delivery_time: None,
            last_http_status: None,
        }
    }
}

impl Hook {
    /// What the API calls the sort of a subscription, by who has made it.
    pub fn kind(&self) -> &'static str {
        if self.app.is_some() { "application" } else { "general" }
    }
}

const COLUMNS: &str = "id, name, version, event_action, event_object, subscription_url, user_id, owner_id, app_id,
     http_auth_user, http_auth_password, is_active, add_time, remove_time, remove_reason, last_delivery_time, last_http_status";

/// The subscriptions of a company that are not removed, by id.
pub async fn active(store: &Store, company: CompanyId) -> Result<Vec<Hook>, StoreError> {
    let mut sql = of_company(company);
    sql.push(" AND is_active = 1 ORDER BY id");
    read(store, company, sql).await
}

/// The subscription with this id, also a removed one.
pub async fn find(store: &Store, company: CompanyId, id: i64) -> Result<Option<Hook>, StoreError> {
    let mut sql = of_company(company);
    sql.push(" AND id = ").bind(id);
    Ok(read(store, company, sql).await?.pop())
}

fn of_company(company: CompanyId) -> Sql {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM webhooks WHERE company_id = "));
    sql.bind(company);
    sql
}

async fn read(store: &Store, company: CompanyId, sql: Sql) -> Result<Vec<Hook>, StoreError> {
    store.read(sql, Weight::Light, Vec::new(), move |hooks, row| hooks.extend(hook(company, row))).await
}

fn hook(company: CompanyId, row: &dyn Row) -> Option<Hook> {
    let text = |index| row.text(index).map(str::to_owned);
    let time = |index| row.int(index).map(Time::from_millis);
    Some(Hook {
        company,
        id: row.int(0)?,
        name: text(1),
        shape: Shape::parse(row.text(2)?)?,
        event_action: text(3)?,
        event_object: text(4)?,
        subscription_url: text(5)?,
        user: UserId(row.int(6)?),
        owner: UserId(row.int(7)?),
        app: row.int(8),
        http_auth_user: text(9),
        http_auth_password: text(10),
        is_active: row.int(11) == Some(1),
        add_time: time(12)?,
        remove_time: time(13),
        remove_reason: text(14),
        last_delivery_time: time(15),
        last_http_status: row.int(16),
    })
}
