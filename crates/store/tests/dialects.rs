mod engines;

use engines::{Outcome, create_samples, insert, number, places, sql};
use penstock_model::Value;
use penstock_store::{Sql, Statement, Store, StoreError, Weight};

async fn ids(store: &Store, query: Sql) -> Result<Vec<i64>, StoreError> {
    store.read(query, Weight::Light, Vec::new(), |ids, row| ids.extend(row.int(0))).await
}

#[tokio::test]
async fn a_prefix_matches_without_case_and_without_wildcards() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        create_samples(&store).await?;
        let names = ["Ada", "adele", "Bob", "Éva", "éloïse", "100% wool", "100 wool", "a_b", "axb", r"a\b"];
        for (id, name) in (1..).zip(names) {
            store.execute(vec![insert(id, name)]).await?;
        }
        let cases: [(&str, &[i64]); 9] = [
            ("a", &[1, 2, 8, 9, 10]),
            ("AD", &[1, 2]),
            ("é", &[4, 5]),
            ("É", &[4, 5]),
            ("100%", &[6]),
            ("a_", &[8]),
            (r"a\", &[10]),
            ("z", &[]),
            ("", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ];
        for (prefix, expected) in cases {
            let mut query = sql("SELECT id FROM samples WHERE company_id = ", &[]);
            query.bind(1_i64).push(" AND ");
            store.dialect().starts_with(&mut query, "name", prefix);
            query.push(" ORDER BY id");
            assert_eq!(ids(&store, query).await?, expected, "{prefix:?} on {:?}", place.target);
        }
    }
    Ok(())
}

#[tokio::test]
async fn json_lists_and_members_read_alike() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        let dialect = store.dialect();
        create_samples(&store).await?;
        store.execute(vec![insert(1, "[3,7]"), insert(2, "[37]"), insert(3, "[]")]).await?;
        let text = "INSERT INTO samples (company_id, id) VALUES ($1, $2)";
        store.execute(vec![Statement::new(text, vec![1.into(), 4.into()])]).await?;

        let has = dialect.json_has_int("name", "$2");
        let query = format!("SELECT id FROM samples WHERE company_id = $1 AND {has} ORDER BY id");
        assert_eq!(ids(&store, sql(&query, &[1.into(), 7.into()])).await?, [1], "{:?}", place.target);
        assert_eq!(ids(&store, sql(&query, &[1.into(), 37.into()])).await?, [2]);
        let query = format!("SELECT id FROM samples WHERE company_id = $1 AND NOT {has} ORDER BY id");
        assert_eq!(ids(&store, sql(&query, &[1.into(), 7.into()])).await?, [2, 3, 4], "null has none");

        let length = dialect.json_length("name");
        let query = format!("SELECT {length} FROM samples WHERE company_id = $1 ORDER BY id");
        let lengths = store.rows(sql(&query, &[1.into()]), Weight::Light, 1).await?.concat();
        assert_eq!(lengths, [2.into(), 1.into(), 0.into(), Value::Null]);

        store.execute(vec![insert(5, r#"{"9ab'c":"Zoë \"x\"","number":42,"null":null}"#)]).await?;
        let members = ["9ab'c", "number", "null", "none"].map(|key| dialect.json_text("name", key)).join(", ");
        let query = format!("SELECT {members} FROM samples WHERE company_id = $1 AND id = $2");
        let cells = store.rows(sql(&query, &[1.into(), 5.into()]), Weight::Light, 4).await?.concat();
        assert_eq!(cells, ["Zoë \"x\"".into(), "42".into(), Value::Null, Value::Null], "{:?}", place.target);
    }
    Ok(())
}

#[tokio::test]
async fn the_larger_and_the_smaller_have_their_names() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        let (greatest, least) = (store.dialect().greatest(), store.dialect().least());
        assert_eq!(number(&store, sql(&format!("SELECT {greatest}(3, 9, 4)"), &[])).await?, Some(9));
        assert_eq!(number(&store, sql(&format!("SELECT {least}(3, 9, 4)"), &[])).await?, Some(3));
    }
    Ok(())
}
