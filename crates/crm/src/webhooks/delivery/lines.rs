//! What a worker has at hand: the deliveries of each record in a line of their own, of which only the first may be on its way.

use super::rows::Delivery;
use std::collections::{HashMap, HashSet, VecDeque};

/// Entity and id of a record.
pub type Key = (String, i64);

#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<Delivery>,
    /// Its first delivery is on its way.
    is_busy: bool,
}

#[derive(Debug, Default)]
pub struct Lines {
    lines: HashMap<Key, Line>,
    /// Records whose next delivery may go.
    ready: VecDeque<Key>,
    /// Everything in the lines and on its way, by its place in the event log.
    known: HashSet<i64>,
    waiting: usize,
}

impl Lines {
    /// Adds deliveries in the order of the event log. Those that are here already are passed over.
    pub fn add(&mut self, deliveries: Vec<Delivery>) {
        for delivery in deliveries {
            if !self.known.insert(delivery.seq) {
                continue;
            }
            let key = delivery.key();
            let line = self.lines.entry(key.clone()).or_default();
            if !line.is_busy && line.waiting.is_empty() {
                self.ready.push_back(key);
            }
            line.waiting.push_back(delivery);
            self.waiting += 1;
        }
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting
    }

    /// Takes the next one to send.
    pub fn next(&mut self) -> Option<Delivery> {
        let key = self.ready.pop_front()?;
        let line = self.lines.get_mut(&key)?;
        let delivery = line.waiting.pop_front()?;
        line.is_busy = true;
        self.waiting -= 1;
        Some(delivery)
    }

    /// Says that one which was taken has come to an end, so that the next of its record may go.
    pub fn ended(&mut self, delivery: &Delivery) {
        let key = delivery.key();
        self.known.remove(&delivery.seq);
        let Some(line) = self.lines.get_mut(&key) else { return };
        line.is_busy = false;
        if line.waiting.is_empty() {
            self.lines.remove(&key);
        } else {
            self.ready.push_back(key);
        }
    }

    /// Says that one which was taken has to be sent again later. What stands behind it is left to the store.
    pub fn held_up(&mut self, delivery: &Delivery) {
        self.known.remove(&delivery.seq);
        let Some(line) = self.lines.remove(&delivery.key()) else { return };
        self.waiting -= line.waiting.len();
        for later in line.waiting {
            self.known.remove(&later.seq);
        }
    }

    /// Leaves everything that waits to the store; what is on its way is still known.
    pub fn clear(&mut self) {
        self.ready.clear();
        for line in self.lines.values_mut() {
            for delivery in line.waiting.drain(..) {
                self.known.remove(&delivery.seq);
            }
        }
        self.lines.retain(|_, line| line.is_busy);
        self.waiting = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(seq: i64, record: i64) -> Delivery {
        Delivery { seq, event: seq, entity: "deal".to_owned(), record, attempt_count: 0, first_time: None, attempts: "[]".to_owned() }
    }

    fn next(lines: &mut Lines) -> Option<i64> {
        lines.next().map(|delivery| delivery.seq)
    }

    #[test]
    fn one_of_a_record_is_on_its_way_at_a_time() {
        let mut lines = Lines::default();
        lines.add(vec![delivery(1, 7), delivery(2, 7), delivery(3, 8)]);
        assert_eq!((next(&mut lines), next(&mut lines), next(&mut lines)), (Some(1), Some(3), None));
        // Read again while they are on their way.
        lines.add(vec![delivery(1, 7), delivery(2, 7), delivery(3, 8), delivery(4, 8)]);
        assert_eq!((lines.len(), next(&mut lines)), (2, None));
        lines.ended(&delivery(1, 7));
        assert_eq!((next(&mut lines), next(&mut lines)), (Some(2), None));
        lines.ended(&delivery(3, 8));
        assert_eq!((next(&mut lines), lines.len()), (Some(4), 0));
    }

    #[test]
    fn a_failure_holds_up_its_record_and_no_other() {
        let mut lines = Lines::default();
        lines.add(vec![delivery(1, 7), delivery(2, 7), delivery(3, 8), delivery(4, 8)]);
        assert_eq!((next(&mut lines), next(&mut lines)), (Some(1), Some(3)));
        lines.held_up(&delivery(1, 7));
        assert_eq!((next(&mut lines), lines.len()), (None, 1));
        lines.ended(&delivery(3, 8));
        assert_eq!((next(&mut lines), next(&mut lines)), (Some(4), None));
        // Once it may be tried again the store gives both, in order.
        lines.add(vec![delivery(1, 7), delivery(2, 7)]);
        assert_eq!((next(&mut lines), next(&mut lines)), (Some(1), None));
    }

    #[test]
    fn what_is_on_its_way_outlives_a_clearance() {
        let mut lines = Lines::default();
        lines.add(vec![delivery(1, 7), delivery(2, 7), delivery(3, 8)]);
        assert_eq!(next(&mut lines), Some(1));
        lines.clear();
        assert_eq!((lines.len(), next(&mut lines)), (0, None));
        lines.add(vec![delivery(1, 7), delivery(2, 7)]);
        assert_eq!(next(&mut lines), None, "the first is still on its way");
        lines.ended(&delivery(1, 7));
        assert_eq!(next(&mut lines), Some(2));
    }
}
