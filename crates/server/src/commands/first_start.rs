//! The first start on an empty store: a company and its administrator.

use crate::console;
use crate::failure::Failure;
use crate::options::FirstStart;
use penstock_crm::accounts;
use penstock_crm::setup::{self, NewCompany, SetupError};
use penstock_model::Clock;
use penstock_store::Store;

/// A secret, and whether we have made it up.
pub struct Secret {
    pub text: String,
    generated: bool,
}

/// Creates the company where the store has none, and prints who may enter and how, once.
pub async fn ensure_company(store: &Store, clock: &dyn Clock, options: &FirstStart, url: &str) -> Result<(), Failure> {
    if !setup::companies(store).await?.is_empty() {
        return Ok(());
    }
    let password = Secret::new("PENSTOCK_ADMIN_PASSWORD", setup::random_password)?;
    let token = Secret::new("PENSTOCK_API_TOKEN", setup::random_token)?;
    let new = NewCompany {
        name: options.company_name.clone(),
        domain: domain(&options.company_name),
        currency: options.currency.clone(),
        timezone: timezone(options),
        admin_name: options.admin_name.clone(),
        admin_email: options.admin_email.clone(),
        admin_password: password.text.clone(),
        api_token: token.text.clone(),
    };
    let company = match setup::create_company(store, clock, new).await {
        Ok(company) => company,
        // Several servers may start on one empty database: the first sets it up.
        Err(SetupError::Taken) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    console::line(format_args!("{} is ready at {url}", options.company_name));
    for account in accounts::list(store, company).await? {
        console::line(format_args!("administrator: {}", account.email));
    }
    if password.generated {
        console::line(format_args!("password: {}", password.text));
    }
    if token.generated {
        console::line(format_args!("API token: {}", token.text));
    }
    if password.generated || token.generated {
        console::line("Keep what was generated: it is not shown again.");
    }
    Ok(())
}

impl Secret {
    /// The value of the variable, or one made up.
    pub fn new<E>(variable: &str, generate: impl FnOnce() -> Result<String, E>) -> Result<Self, Failure>
    where
        SetupError: From<E>,
    {
        match std::env::var(variable) {
            Ok(text) if !text.is_empty() => Ok(Secret { text, generated: false }),
            _ => Ok(Secret { text: generate().map_err(SetupError::from)?, generated: true }),
        }
    }
}

fn timezone(options: &FirstStart) -> String {
    let machine = jiff::tz::TimeZone::system();
    options.timezone.as_deref().or(machine.iana_name()).unwrap_or("UTC").to_owned()
}

/// The name in lower-case letters, digits and dashes.
fn domain(name: &str) -> String {
    let letters: String = name.to_lowercase().chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    let words: Vec<_> = letters.split('-').filter(|word| !word.is_empty()).collect();
    let mut domain = words.join("-");
    domain.truncate(63);
    if domain.is_empty() { "penstock".to_owned() } else { domain }
}

#[cfg(test)]
mod tests {
    use super::domain;

    #[test]
    fn a_domain_comes_from_any_name() {
        assert_eq!(domain("Acme & Sons, Inc."), "acme-sons-inc");
        assert_eq!(domain("株式会社"), "penstock");
        assert_eq!(domain(&"long ".repeat(40)).len(), 63);
    }
}
