//! Everything a company has in the store, so that two moments can be compared.

use penstock_model::CompanyId;
use penstock_store::{Dialect, Sql, Store, Weight};
use std::collections::BTreeMap;

/// The rows of every table, in order.
pub type Dump = BTreeMap<String, Vec<String>>;

pub struct Table {
    pub name: String,
    columns: Vec<String>,
}

/// The tables that hold rows of companies, as the store itself tells.
pub async fn tables(store: &Store) -> Vec<Table> {
    let sql = match store.dialect() {
        Dialect::Sqlite => {
            "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY t.name, c.cid"
        }
        Dialect::Postgres => {
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns \
             WHERE table_schema = 'public' AND data_type <> 'ARRAY' ORDER BY table_name, ordinal_position"
        }
    };
    let mut tables: Vec<Table> = Vec::new();
    for row in store.rows(Sql::new(sql), Weight::Light, 2).await.unwrap() {
        let (name, column) = (row[0].as_text().unwrap(), row[1].as_text().unwrap().to_owned());
        match tables.last_mut().filter(|table| table.name == name) {
            Some(table) => table.columns.push(column),
            None => tables.push(Table { name: name.to_owned(), columns: vec![column] }),
        }
    }
    tables.retain(|table| table.columns.iter().any(|column| column == "company_id"));
    assert!(tables.len() > 15, "only {} tables", tables.len());
    tables
}

/// All rows of a company but the counters of its ids, which refused requests may move, too.
pub async fn dump(store: &Store, tables: &[Table], company: CompanyId) -> Dump {
    let mut dump = Dump::new();
    for table in tables.iter().filter(|table| table.name != "id_blocks") {
        let columns = table.columns.join(", ");
        let mut sql = Sql::new(format!("SELECT {columns} FROM {} WHERE company_id = ", table.name));
        sql.bind(company).push(" ORDER BY ").push(&columns);
        let rows = store.rows(sql, Weight::Heavy, table.columns.len()).await.unwrap();
        dump.insert(table.name.clone(), rows.iter().map(|row| format!("{row:?}")).collect());
    }
    dump
}
