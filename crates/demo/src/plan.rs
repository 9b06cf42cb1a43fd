//! The way of a deal from its first stage to the end, as it would be if the present were far away.

use crate::calendar::{Moment, WORKDAY};
use crate::chance::Chance;
use crate::settings::Pipeline;

/// Something that happens to a deal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It enters a stage.
    Enter(i64),
    /// Its value becomes so many percent of what it was.
    Revalue(i64),
    /// It is now expected to close so many days from then.
    Expect(i64),
    Label,
    /// Somebody else takes over.
    HandOver,
    /// Another person takes part.
    Join,
    Win,
    Lose,
    Reopen,
    Archive,
}

/// The first stage of a new deal, and its steps in order, each at a moment of its own.
pub fn plan(chance: &mut Chance, pipeline: &Pipeline, added: Moment) -> (i64, Vec<(Moment, Step)>) {
    let mut place = if chance.percent(88) { 0 } else { 1.min(pipeline.stages.len() - 1) };
    let first = pipeline.stages[place];
    let mut walk = Walk { at: added, steps: Vec::new() };
    loop {
        walk.after(wait(chance));
        let next = match chance.below(100) {
            0..=10 if walk.is_lost_for_good(chance) => break,
            0..=10 => continue,
            // Nobody ever touches it again.
            11..=14 => return (first, walk.steps),
            15..=18 if place > 0 => place - 1,
            19..=26 => place + 2,
            _ => place + 1,
        };
        let Some(stage) = pipeline.stages.get(next) else {
            walk.step(if chance.percent(88) { Step::Win } else { Step::Lose });
            break;
        };
        place = next;
        walk.step(Step::Enter(*stage));
        walk.talk(chance);
    }
    if chance.percent(30) {
        walk.after(chance.between(90, 260) * WORKDAY);
        walk.step(Step::Archive);
    }
    (first, walk.steps)
}

fn wait(chance: &mut Chance) -> Moment {
    3600 + chance.small(32 * WORKDAY)
}

struct Walk {
    at: Moment,
    steps: Vec<(Moment, Step)>,
}

impl Walk {
    fn after(&mut self, wait: Moment) {
        self.at += wait;
    }

    /// Takes a step; the next one comes at least a minute later.
    fn step(&mut self, step: Step) {
        self.steps.push((self.at, step));
        self.at += 60;
    }

    /// Loses the deal; some are opened again after a while.
    fn is_lost_for_good(&mut self, chance: &mut Chance) -> bool {
        self.step(Step::Lose);
        if chance.percent(92) {
            return true;
        }
        self.after(wait(chance) + 5 * WORKDAY);
        self.step(Step::Reopen);
        false
    }

    /// What comes up in talks.
    fn talk(&mut self, chance: &mut Chance) {
        if chance.percent(22) {
            self.step(Step::Revalue(chance.between(60, 140)));
        }
        if chance.percent(15) {
            self.step(Step::Expect(chance.between(5, 90)));
        }
        if chance.percent(8) {
            self.step(Step::Label);
        }
        if chance.percent(6) {
            self.step(Step::Join);
        }
        if chance.percent(3) {
            self.step(Step::HandOver);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Part;

    #[test]
    fn every_way_makes_sense() {
        let pipeline = Pipeline { id: 1, stages: vec![4, 5, 6, 7], has_probability: true };
        let mut chance = Chance::new(11, Part::Deals);
        let mut won = 0;
        for _ in 0..2000 {
            let (first, steps) = plan(&mut chance, &pipeline, 1000);
            let (mut stage, mut status, mut last) = (first, "open", 1000);
            for (moment, step) in steps {
                assert!(moment > last, "two steps at once");
                last = moment;
                match step {
                    Step::Enter(next) => {
                        assert!(status == "open" && next != stage && pipeline.stages.contains(&next));
                        stage = next;
                    }
                    Step::Win | Step::Lose => {
                        assert_eq!(status, "open");
                        status = if step == Step::Win { "won" } else { "lost" };
                    }
                    Step::Reopen => {
                        assert_eq!(status, "lost");
                        status = "open";
                    }
                    Step::Archive => assert_ne!(status, "open"),
                    _ => assert_eq!(status, "open"),
                }
            }
            won += usize::from(status == "won");
        }
        assert!((600..1400).contains(&won), "{won} of 2000 were won");
    }
}
