//! What the generic reads need to know of an entity beyond its field table.

use crate::json::Json;
use crate::view_v1::ViewV1;
use penstock_model::{Entity, Record};

/// An entity with the hooks of its slice.
pub struct Resource {
    pub entity: &'static Entity,
    /// Writes the keys of v1 that no field row describes.
    pub extra_v1: fn(&ViewV1<'_>, &Record, &mut Json),
    /// A record that exists but is hidden from the caller answers 403 rather than 404.
    pub hides_by_403: bool,
}
