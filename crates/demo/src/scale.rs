use std::fmt;
use std::str::FromStr;

/// How large a company is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    Small,
    Medium,
    Large,
}

impl Scale {
    pub const ALL: [Scale; 3] = [Scale::Small, Scale::Medium, Scale::Large];

    pub fn persons(self) -> usize {
        match self {
            Scale::Small => 1_000,
            Scale::Medium => 50_000,
            Scale::Large => 200_000,
        }
    }

    pub fn organizations(self) -> usize {
        self.persons() / 3
    }

    pub fn deals(self) -> usize {
        self.persons() * 3 / 2
    }

    pub fn activities(self) -> usize {
        self.deals() * 3 / 2
    }

    pub fn leads(self) -> usize {
        self.persons() / 5
    }

    pub fn notes(self) -> usize {
        self.persons()
    }

    /// A larger company sells more, but not more sorts of things.
    pub fn products(self) -> usize {
        crate::products::COUNT
    }

    /// Everything that is counted while the company is made.
    pub fn records(self) -> usize {
        let parties = self.persons() + self.organizations();
        parties + self.products() + self.deals() + self.activities() + self.leads() + self.notes()
    }

    pub fn users(self) -> usize {
        match self {
            Scale::Small => 5,
            Scale::Medium => 20,
            Scale::Large => 60,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Scale::Small => "small",
            Scale::Medium => "medium",
            Scale::Large => "large",
        }
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scale {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Scale::ALL.into_iter().find(|scale| scale.name() == name).ok_or_else(|| format!("{name:?} is not small, medium or large"))
    }
}
