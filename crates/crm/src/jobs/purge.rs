//! Removes records for good whose time after deletion is over, with all that was theirs; what referred to them does so no
//! more (semantics.md 16). Every step is a transaction of its own, so that it may be interrupted at any time.

use super::ties::{self, ABOUT, BELONGINGS, PURGED, REFERRING_BY_CUSTOM_FIELDS};
use crate::activities::{self, ACTIVITY};
use crate::app::App;
use crate::directory::Directory;
use crate::error::ApiError;
use crate::leads::LEAD;
use crate::mail::MAIL_THREAD;
use crate::persons::PERSON;
use crate::select::{self, Depth, purge_limit};
use crate::value_index::{self, numbers_of};
use crate::write::kept_custom;
use penstock_model::{CompanyId, Entity, Record, Time, Value};
use penstock_store::field_values::{field_number, number_key};
use penstock_store::{Row, Sql, Statement, StoreError, Weight};

/// Records that go in one transaction, so that none holds up the others for long.
const CHUNK: i64 = 100;

/// The records of one entity that go together.
struct Going {
    company: CompanyId,
    entity: &'static Entity,
    ids: Vec<i64>,
    /// Of leads, to which others refer by these.
    uuids: Vec<String>,
    limit: Time,
}

impl App {
    /// Purges one company. Answers how many records are gone. Safe to run from several processes at once.
    pub(crate) async fn purge(&self, company: CompanyId) -> Result<usize, StoreError> {
        let mut purged = 0;
        for entity in PURGED {
            while let Some(going) = self.going(company, entity).await? {
                let directory = self.directory(company).await.map_err(unreadable)?;
                let statements = self.statements(&directory, &going).await?;
                match self.store().execute(statements).await {
                    Ok(()) => purged += going.ids.len(),
                    // One was restored, or purged by another process: the next round finds those that are left.
                    Err(StoreError::Conflict) => break,
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(purged)
    }

    /// The next records to go, if there are any.
    async fn going(&self, company: CompanyId, entity: &'static Entity) -> Result<Option<Going>, StoreError> {
        let limit = purge_limit(self.clock.now());
        let is_lead = entity.name == LEAD.name;
        let columns = if is_lead { "id, uuid" } else { "id" };
        let mut sql = Sql::new(format!("SELECT {columns} FROM {} WHERE company_id = ", entity.table));
        sql.bind(company).push(" AND is_deleted = 1 AND delete_time <= ").bind(limit);
        sql.push(" ORDER BY delete_time LIMIT ").bind(CHUNK);
        let rows = self.store().rows(sql, Weight::Heavy, if is_lead { 2 } else { 1 }).await?;
        let ids: Vec<_> = rows.iter().filter_map(|row| row[0].as_int()).collect();
        let uuids = rows.iter().filter_map(|row| Some(row.get(1)?.as_text()?.to_owned())).collect();
        Ok((!ids.is_empty()).then_some(Going { company, entity, ids, uuids, limit }))
    }

    async fn statements(&self, directory: &Directory, going: &Going) -> Result<Vec<Statement>, StoreError> {
        let mut statements: Vec<_> = going.ids.iter().map(|id| going.remove(*id)).collect();
        statements.extend(self.unlink_custom_fields(directory, going).await?);
        statements.extend(self.leave_activities(going).await?);
        statements.extend(self.unlink_lists(going).await?);
        statements.extend(self.unlink(going));
        if going.entity.name == PERSON.name {
            statements.push(self.count_participants(going));
        }
        if going.entity.name == MAIL_THREAD.name {
            statements.push(self.remove_bodies(going));
        }
        for belonging in BELONGINGS.iter().filter(|belonging| belonging.of == going.entity.name) {
            let rows = format!("{} WHERE company_id = ", belonging.table);
            if let Some(name) = belonging.entity {
                let mut sql = Sql::new("DELETE FROM recents WHERE company_id = ");
                sql.bind(going.company).push(" AND entity = ").bind(name);
                sql.push(" AND record_id IN (SELECT id FROM ").push(&rows).bind(going.company).push(" AND ");
                self.among(&mut sql, belonging.column, going);
                sql.push(")");
                statements.push(sql.into());
            }
            let mut sql = Sql::new("DELETE FROM ");
            sql.push(&rows).bind(going.company).push(" AND ");
            self.among(&mut sql, belonging.column, going);
            statements.push(sql.into());
        }
        let mut sql = Sql::new("DELETE FROM field_values WHERE company_id = ");
        sql.bind(going.company).push(" AND field IN ").bind_list(numbers_of(directory, going.entity)).push(" AND ");
        self.among(&mut sql, "record_id", going);
        statements.push(sql.into());
        for table in ABOUT {
            let mut sql = Sql::new(format!("DELETE FROM {table} WHERE company_id = "));
            sql.bind(going.company).push(" AND entity = ").bind(going.entity.name).push(" AND ");
            self.among(&mut sql, "record_id", going);
            statements.push(sql.into());
        }
        Ok(statements)
    }

    fn among(&self, sql: &mut Sql, column: &str, going: &Going) {
        self.store().dialect().among(sql, column, going.ids.iter().copied());
    }

    /// Lets own fields of other records refer to nothing.
    fn unlink(&self, going: &Going) -> Vec<Statement> {
        let unlink = |reference: ties::Reference| {
            let mut sql = Sql::new(format!("UPDATE {} SET {} = NULL", reference.table, reference.column));
            if reference.versioned {
                sql.push(", version = version + 1");
            }
            if let Some(flag) = reference.flag {
                sql.push(", ").push(flag).push(" = 0");
            }
            sql.push(" WHERE company_id = ").bind(going.company).push(" AND ");
            if going.entity.name == LEAD.name {
                sql.push(reference.column).push(" IN ").bind_list(going.uuids.iter().map(String::as_str));
            } else {
                self.among(&mut sql, reference.column, going);
            }
            sql.into()
        };
        ties::references(going.entity).into_iter().map(unlink).collect()
    }

    /// Takes the records out of lists of ids.
    async fn unlink_lists(&self, going: &Going) -> Result<Vec<Statement>, StoreError> {
        let mut statements = Vec::new();
        for (entity, field) in ties::lists(going.entity) {
            let held = |sql: &mut Sql| {
                sql.push(" entity = ").bind(entity.name).push(" AND field_key = ").bind(field.key).push(" AND ");
                self.among(sql, "member_id", going);
            };
            let mut sql = Sql::new(format!("SELECT id, {} FROM {} WHERE company_id = ", field.column, entity.table));
            sql.bind(going.company).push(" AND id IN (SELECT record_id FROM links WHERE company_id = ").bind(going.company).push(" AND");
            held(&mut sql);
            sql.push(")");
            for row in self.store().rows(sql, Weight::Heavy, 2).await? {
                let mut ids: Vec<i64> = row[1].as_text().and_then(|list| serde_json::from_str(list).ok()).unwrap_or_default();
                ids.retain(|id| !going.ids.contains(id));
                // By the list that was read, not by the version, which the custom fields of the same record may have raised.
                let text = format!(
                    "UPDATE {} SET {column} = $1, version = version + 1 WHERE company_id = $2 AND id = $3 AND {column} = $4",
                    entity.table,
                    column = field.column
                );
                let kept: Value = serde_json::json!(ids).to_string().into();
                statements.push(Statement::one_row(text, vec![kept, going.company.into(), row[0].clone(), row[1].clone()]));
            }
            let mut sql = Sql::new("DELETE FROM links WHERE company_id = ");
            sql.bind(going.company).push(" AND");
            held(&mut sql);
            statements.push(sql.into());
        }
        Ok(statements)
    }

    /// Takes the records out of custom fields that name them.
    async fn unlink_custom_fields(&self, directory: &Directory, going: &Going) -> Result<Vec<Statement>, StoreError> {
        let Some((_, Some(field_type))) = ties::kinds(going.entity) else { return Ok(Vec::new()) };
        let mut statements = Vec::new();
        for entity in REFERRING_BY_CUSTOM_FIELDS {
            let codes: Vec<_> = directory.custom_fields(entity.name).filter(|field| field.field_type == field_type).collect();
            if codes.is_empty() {
                continue;
            }
            let mut sql = Sql::new(format!("SELECT t.id, t.version, t.custom_fields FROM {} t WHERE t.company_id = ", entity.table));
            sql.bind(going.company).push(" AND (");
            for (place, field) in codes.iter().enumerate() {
                sql.push(if place == 0 { "" } else { " OR " });
                value_index::names_one_of(&mut sql, going.company, "t", entity.name, &field.code, &going.ids);
            }
            sql.push(")");
            for row in self.store().rows(sql, Weight::Heavy, 3).await? {
                let mut values = kept_custom(&row[2]);
                values.retain(|code, value| {
                    let names = value.as_i64().is_some_and(|id| going.ids.contains(&id));
                    !(names && codes.iter().any(|field| field.code == *code))
                });
                let kept: Value = serde_json::Value::Object(values).to_string().into();
                let text = format!(
                    "UPDATE {} SET custom_fields = $1, version = version + 1 WHERE company_id = $2 AND id = $3 AND version = $4",
                    entity.table
                );
                // A record that goes itself is no longer there.
                if entity.name != going.entity.name || !row[0].as_int().is_some_and(|id| going.ids.contains(&id)) {
                    statements.push(Statement::one_row(text, vec![kept, going.company.into(), row[0].clone(), row[1].clone()]));
                }
            }
            let mut sql = Sql::new("DELETE FROM field_values WHERE company_id = ");
            sql.bind(going.company).push(" AND field IN ").bind_list(codes.iter().map(|field| field_number(entity.name, &field.code, "")));
            sql.push(" AND value IN ").bind_list(going.ids.iter().map(|id| number_key(*id as f64)));
            statements.push(sql.into());
        }
        // They count on the versions that were just read.
        Ok(statements)
    }

    /// Takes activities off the records that they were about, and persons out of the activities in which they take part.
    async fn leave_activities(&self, going: &Going) -> Result<Vec<Statement>, StoreError> {
        let mut sql = select::records(&ACTIVITY, Depth::Row);
        sql.push(" WHERE t.company_id = ").bind(going.company).push(" AND ");
        if going.entity.name == ACTIVITY.name {
            self.among(&mut sql, "t.id", going);
        } else if going.entity.name == PERSON.name {
            sql.push("t.id IN (SELECT l.activity_id FROM activity_links l WHERE l.company_id = ").bind(going.company);
            sql.push(" AND l.entity = ").bind(PERSON.name).push(" AND ");
            self.among(&mut sql, "l.record_id", going);
            sql.push(")");
        } else {
            return Ok(Vec::new());
        }
        let read = |records: &mut Vec<_>, row: &dyn Row| records.push(select::record(&ACTIVITY, Depth::Row, row));
        let found = self.store().read(sql, Weight::Heavy, Vec::new(), read).await?;
        if going.entity.name == ACTIVITY.name {
            return activities::links::remove(self.store(), going.company, found).await;
        }
        let without = |mut activity: Record| {
            activities::forget_guests(&mut activity, &going.ids);
            let [person, participants, attendees] = [activities::PERSON.index, activities::PARTICIPANTS.index, activities::ATTENDEES.index]
                .map(|index| activity.values[index].clone());
            let text = "UPDATE activities SET person_id = $1, participants = $2, attendees = $3, version = version + 1
                 WHERE company_id = $4 AND id = $5 AND version = $6";
            let values = vec![person, participants, attendees, going.company.into(), activity.id.into(), activity.version.into()];
            Statement::one_row(text, values)
        };
        Ok(found.into_iter().map(without).collect())
    }

    /// The texts of messages, which know their message only.
    fn remove_bodies(&self, going: &Going) -> Statement {
        let mut sql = Sql::new("DELETE FROM mail_bodies WHERE company_id = ");
        sql.bind(going.company).push(" AND message_id IN (SELECT m.id FROM mail_messages m WHERE m.company_id = ").bind(going.company);
        sql.push(" AND ");
        self.among(&mut sql, "m.mail_thread_id", going);
        sql.push(")");
        sql.into()
    }

    /// Deals lose participants with the persons.
    fn count_participants(&self, going: &Going) -> Statement {
        let mut sql = Sql::new(
            "UPDATE totals SET participants_count = participants_count - (SELECT COUNT(*) FROM participants p
             WHERE p.company_id = totals.company_id AND p.deal_id = totals.record_id AND ",
        );
        self.among(&mut sql, "p.person_id", going);
        sql.push(") WHERE company_id = ").bind(going.company).push(" AND entity = 'deal' AND record_id IN");
        sql.push(" (SELECT p.deal_id FROM participants p WHERE p.company_id = ").bind(going.company).push(" AND ");
        self.among(&mut sql, "p.person_id", going);
        sql.push(")");
        sql.into()
    }
}

impl Going {
    /// Fails where the record was restored meanwhile.
    fn remove(&self, id: i64) -> Statement {
        Statement::one_row(
            format!("DELETE FROM {} WHERE company_id = $1 AND id = $2 AND is_deleted = 1 AND delete_time <= $3", self.entity.table),
            vec![self.company.into(), id.into(), self.limit.into()],
        )
    }
}

fn unreadable(error: ApiError) -> StoreError {
    StoreError::Unavailable(format!("the company cannot be read: {error:?}"))
}
