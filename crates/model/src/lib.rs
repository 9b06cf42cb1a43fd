//! The vocabulary of Penstock, without any input or output: entities and their fields, values and
//! records, money, time, and who is asking.

mod clock;
mod entity;
mod field;
mod ids;
mod money;
mod principal;
mod record;
mod time;
mod value;

pub use clock::{Clock, FixedClock, SystemClock};
pub use entity::{Count, Entity};
pub use field::{Col, Field, Kind, Place, Show, Write, col};
pub use ids::{CompanyId, UserId};
pub use money::{Money, MoneyError};
pub use principal::{Actor, Area, Areas, ChangeSource, Principal};
pub use record::{Change, FromValue, Record};
pub use time::{Date, Time, TimeError};
pub use value::Value;
