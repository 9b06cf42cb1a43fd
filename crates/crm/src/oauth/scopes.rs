//! What an app can be allowed to do (semantics.md 3).

/// A word of the `scope` parameter, and what it allows, as users read it.
#[derive(Debug)]
pub struct Scope {
    pub word: &'static str,
    pub about: &'static str,
}

const fn scope(word: &'static str, about: &'static str) -> Scope {
    Scope { word, about }
}

/// Every token has it.
const BASE: usize = 0;
const ADMIN: &str = "admin";

pub const SCOPES: &[Scope] = &[
    scope("base", "See who you are and the settings of your company"),
    scope("deals:read", "See deals and their products, followers and participants"),
    scope("deals:full", "See, add, change and delete deals"),
    scope("mail:read", "See mail threads and messages"),
    scope("mail:full", "See, change and delete mail threads"),
    scope("activities:read", "See activities"),
    scope("activities:full", "See, add, change and delete activities"),
    scope("contacts:read", "See people and organizations"),
    scope("contacts:full", "See, add, change and delete people and organizations"),
    scope("products:read", "See products"),
    scope("products:full", "See, add, change and delete products"),
    scope("projects:read", "See projects and their tasks"),
    scope("projects:full", "See, add, change and delete projects and their tasks"),
    scope("leads:read", "See leads"),
    scope("leads:full", "See, add, change and delete leads"),
    scope("goals:read", "See goals"),
    scope("goals:full", "See, add, change and delete goals"),
    scope("users:read", "See the users of your company, their roles and permissions"),
    scope("recents:read", "See what was changed lately"),
    scope("search:read", "Search in everything you can see"),
    scope(ADMIN, "Change the settings of your company: users, roles, pipelines and fields. Only if you are an administrator"),
    scope("deal-fields:full", "Add, change and delete the fields of deals"),
    scope("contact-fields:full", "Add, change and delete the fields of people and organizations"),
    scope("product-fields:full", "Add, change and delete the fields of products"),
    scope("project-fields:full", "Add, change and delete the fields of projects"),
    scope("webhooks:read", "See where the app is told of changes"),
    scope("webhooks:full", "Be told of changes as they happen"),
    scope("phone-integration", "Add call logs and recordings"),
    scope("video-calls", "Offer video calls for your activities"),
    scope("messengers-integration", "Bring in conversations of messaging services"),
];

/// A set of scopes, one bit for each row of [`SCOPES`]; `base` is always in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scopes(u64);

impl Default for Scopes {
    fn default() -> Self {
        Scopes(1 << BASE)
    }
}

impl Scopes {
    /// Reads words between commas or spaces. Errors: the first word that names no scope.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words = text.split([',', ' ']).map(str::trim).filter(|word| !word.is_empty());
        words.into_iter().try_fold(Scopes::default(), |scopes, word| match SCOPES.iter().position(|scope| scope.word == word) {
            Some(bit) => Ok(Scopes(scopes.0 | 1 << bit)),
            None => Err(word.to_owned()),
        })
    }

    /// What an app asks for that says of itself what it is; all there are where it does not say. Errors: as [`Scopes::parse`].
    pub fn asked(text: Option<&str>) -> Result<Self, String> {
        text.map_or(Ok(Scopes::all()), Scopes::parse)
    }

    /// All that there are.
    pub fn all() -> Self {
        Scopes((1 << SCOPES.len()) - 1)
    }

    /// The scopes that are in both.
    pub fn within(self, other: Scopes) -> Self {
        Scopes(self.0 & other.0)
    }

    pub fn iter(self) -> impl Iterator<Item = &'static Scope> {
        SCOPES.iter().enumerate().filter(move |(bit, _)| self.0 >> bit & 1 == 1).map(|(_, scope)| scope)
    }

    /// As answers have them: `base,deals:full`.
    pub fn words(self) -> String {
        self.iter().map(|scope| scope.word).collect::<Vec<_>>().join(",")
    }

    /// Whether one of `needed`, which the row of an operation names with commas, is here. `admin` counts for
    /// administrators only. Where nothing is needed, nothing opens it.
    pub fn open(self, needed: &str, is_admin: bool) -> bool {
        needed.split(',').filter(|word| is_admin || *word != ADMIN).any(|word| self.iter().any(|scope| implies(scope.word, word)))
    }
}

/// `full` implies `read`.
fn implies(granted: &str, needed: &str) -> bool {
    let reads = || Some(granted.strip_suffix(":full")? == needed.strip_suffix(":read")?);
    granted == needed || reads() == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations;

    #[test]
    fn a_bit_for_each() {
        assert!(SCOPES.len() < 64);
        assert_eq!(SCOPES[BASE].word, "base");
    }

    #[test]
    fn reads_words_and_writes_them() {
        assert_eq!(Scopes::parse("deals:full, base").unwrap().words(), "base,deals:full");
        assert_eq!(Scopes::parse("deals:full contacts:read").unwrap().words(), "base,deals:full,contacts:read");
        assert_eq!(Scopes::parse("").unwrap().words(), "base");
        assert_eq!(Scopes::parse("deals:read,deals"), Err("deals".to_owned()));
    }

    #[test]
    fn full_implies_read_and_admin_is_for_administrators() {
        let scopes = |text| Scopes::parse(text).unwrap();
        assert!(scopes("deals:full").open("deals:read", false));
        assert!(!scopes("deals:read").open("deals:full", false));
        assert!(!scopes("deal-fields:full").open("deals:read", false));
        assert!(scopes("admin").open("admin,deal-fields:full", true));
        assert!(!scopes("admin").open("admin,deal-fields:full", false));
        assert!(!scopes("deals:full").open("", true));
    }

    #[test]
    fn operations_need_scopes_that_there_are() {
        for word in operations::all().flat_map(|op| op.scopes.split(',')) {
            assert!(SCOPES.iter().any(|scope| scope.word == word), "{word}");
        }
    }
}
