//! The order in which committed events take their places in the event log.

use penstock_model::Time;
use std::collections::HashMap;

/// A row of the outbox that has no place yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub id: i64,
    pub time: Time,
    pub entity: String,
    pub record: i64,
    /// The version in which the write has left the record.
    pub version: i64,
}

/// Sorts by time and id, and the events of each record by the version of the record.
///
/// Times come from the clocks of several processes, and ids from blocks, so neither tells which of two changes of a record
/// was first; its version does. The events of a record keep the places that they have together.
pub fn sort(events: &mut Vec<Waiting>) {
    events.sort_unstable_by_key(|event| (event.time, event.id));
    let mut records: HashMap<(&str, i64), Vec<usize>> = HashMap::new();
    for (place, event) in events.iter().enumerate() {
        records.entry((&event.entity, event.record)).or_default().push(place);
    }
    let mut order: Vec<usize> = (0..events.len()).collect();
    for places in records.into_values().filter(|places| places.len() > 1) {
        let mut by_version = places.clone();
        by_version.sort_by_key(|place| events[*place].version);
        for (place, from) in places.into_iter().zip(by_version) {
            order[place] = from;
        }
    }
    let mut taken: Vec<Option<Waiting>> = std::mem::take(events).into_iter().map(Some).collect();
    events.extend(order.into_iter().filter_map(|from| taken[from].take()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(id: i64, time: i64, record: i64, version: i64) -> Waiting {
        Waiting { id, time: Time::from_millis(time), entity: "deal".to_owned(), record, version }
    }

    fn sorted(mut events: Vec<Waiting>) -> Vec<i64> {
        sort(&mut events);
        events.iter().map(|event| event.id).collect()
    }

    #[test]
    fn time_and_id_decide_between_records() {
        assert_eq!(sorted(vec![event(9, 1, 1, 1), event(3, 2, 2, 1), event(4, 1, 3, 1)]), [4, 9, 3]);
    }

    #[test]
    fn the_version_decides_within_a_record() {
        // The second change came by a process whose clock is behind and whose ids are lower.
        assert_eq!(sorted(vec![event(100, 5, 1, 1), event(7, 4, 1, 2), event(101, 4, 2, 1)]), [100, 101, 7]);
        // Records of two sorts may have one id.
        let mut other = event(7, 4, 1, 2);
        other.entity = "person".to_owned();
        assert_eq!(sorted(vec![event(100, 5, 1, 1), other]), [7, 100]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_records_are_in_order(rows in prop::collection::vec((0_i64..6, 0_i64..4), 0..60)) {
            let mut versions: HashMap<i64, i64> = HashMap::new();
            let mut events: Vec<_> = rows.iter().enumerate().map(|(place, (time, record))| {
                let version = versions.entry(*record).and_modify(|version| *version += 1).or_insert(1);
                event(place as i64, *time, *record, *version)
            }).collect();
            let all = events.len();
            sort(&mut events);
            prop_assert_eq!(events.len(), all);
            for record in 0..4 {
                let versions: Vec<_> = events.iter().filter(|event| event.record == record).map(|event| event.version).collect();
                prop_assert!(versions.windows(2).all(|pair| pair[0] < pair[1]));
            }
        }
    }
}
