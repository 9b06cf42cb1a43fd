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
    /// A message could not be filed, and may be at another time.
    #[error("{0}")]
    NotNow(String),
    /// A message will never be filed.
    #[error("{0}")]
    Never(String),
    /// A message is for nobody who is known.
    #[error("{0}")]
    ForNobody(String),
}

/// What mail servers understand (`sysexits.h`): the message is kept and handed in again.
pub const EX_TEMPFAIL: u8 = 75;
/// The message goes back to its sender: nothing can be done with it.
const EX_DATAERR: u8 = 65;
/// The message goes back to its sender: there is no such mailbox.
const EX_NOUSER: u8 = 67;

impl Failure {
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Unusable(_) => ExitCode::from(2),
            Failure::Refused(_) => ExitCode::from(1),
            Failure::NotNow(_) => ExitCode::from(EX_TEMPFAIL),
            Failure::Never(_) => ExitCode::from(EX_DATAERR),
            Failure::ForNobody(_) => ExitCode::from(EX_NOUSER),
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
