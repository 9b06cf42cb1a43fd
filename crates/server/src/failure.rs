use penstock_crm::accounts::AccountError;
use penstock_crm::setup::SetupError;
use penstock_demo::DemoError;
use penstock_store::StoreError;
use std::process::ExitCode;

/// Why a command did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It could not begin: bad options, or a store or port that cannot be used.
    #[error("{0}")]
    Unusable(String),
    /// It was not allowed, or found something wrong.
    #[error("{0}")]
    Refused(String),
}

impl Failure {
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Unusable(_) => ExitCode::from(2),
            Failure::Refused(_) => ExitCode::from(1),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Failure::Unusable(error.to_string())
    }
}

impl From<SetupError> for Failure {
    fn from(error: SetupError) -> Self {
        Failure::Unusable(error.to_string())
    }
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Store(error) => error.into(),
            other => Failure::Refused(other.to_string()),
        }
    }
}

impl From<DemoError> for Failure {
    fn from(error: DemoError) -> Self {
        match error {
            DemoError::Setup(error) => error.into(),
            DemoError::Account(error) => error.into(),
            DemoError::Mail(error) => error.into(),
            DemoError::Store(error) => error.into(),
            DemoError::Files(error) => Failure::Unusable(error.to_string()),
        }
    }
}
