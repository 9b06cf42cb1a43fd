//! The index of values as others than filters use it: to find what refers to a record by a custom field, and to clear it.

use crate::custom::FieldType;
use crate::directory::Directory;
use penstock_model::{CompanyId, Entity};
use penstock_store::Sql;
use penstock_store::field_values::{field_number, number_key};

/// The numbers under which the values of a custom field stand, those of their parts included.
pub fn numbers_of_field(entity: &str, code: &str, field_type: FieldType) -> Vec<i64> {
    std::iter::once("").chain(field_type.parts().iter().copied()).map(|part| field_number(entity, code, part)).collect()
}

/// The numbers under which anything of an entity stands.
pub fn numbers_of(directory: &Directory, entity: &'static Entity) -> Vec<i64> {
    let built_in = entity.fields.iter().filter(|field| field.field_type == "set").map(|field| field_number(entity.name, field.key, ""));
    let custom = directory.custom_fields(entity.name).flat_map(|field| numbers_of_field(entity.name, &field.code, field.field_type));
    built_in.chain(custom).collect()
}

/// Appends a condition: a custom field of the rows called `rows` names one of these records.
pub fn names_one_of(sql: &mut Sql, company: CompanyId, rows: &str, entity: &str, code: &str, ids: &[i64]) {
    sql.push(rows).push(".id IN (SELECT v.record_id FROM field_values v WHERE v.company_id = ").bind(company);
    sql.push(" AND v.field = ").bind(field_number(entity, code, ""));
    sql.push(" AND v.value IN ").bind_list(ids.iter().map(|id| number_key(*id as f64))).push(")");
}
