//! `penstock mail`: the door through which a mail server hands in messages. The mail server goes by the exit code: what has
//! nothing to do with the message, such as a store that does not answer or a mistake in the options, must not send it back.

use super::accounts;
use crate::console;
use crate::failure::Failure;
use crate::options::{CompanyOptions, MailAction};
use penstock_crm::mail::{self, MailError};
use penstock_crm::{App, Settings};
use penstock_model::{CompanyId, SystemClock};
use penstock_store::Store;
use std::io::Read;
use std::sync::Arc;

pub async fn run(options: &CompanyOptions, action: MailAction) -> Result<(), Failure> {
    take_in(options, action).await.map_err(|failure| match failure {
        Failure::Unusable(text) => Failure::NotNow(text),
        other => other,
    })
}

async fn take_in(options: &CompanyOptions, action: MailAction) -> Result<(), Failure> {
    let MailAction::Ingest { mailbox, mail, files } = action;
    // Read first: a mail server must never find its pipe closed.
    let message = standard_input()?;
    let (store, company) = accounts::open(options).await?;
    let store = Arc::new(store);
    let outcome = match files.open(&options.store.data_dir) {
        Ok(files) => {
            let settings = Settings { mail_domain: mail.mail_domain, files, ..Settings::default() };
            ingest(&store, settings, company, &message, mailbox.as_deref()).await
        }
        Err(failure) => Err(failure),
    };
    store.close().await;
    outcome
}

async fn ingest(store: &Arc<Store>, settings: Settings, company: CompanyId, message: &[u8], mailbox: Option<&str>) -> Result<(), Failure> {
    let app = App::open(Arc::clone(store), Arc::new(SystemClock), settings).await?;
    let filed = mail::ingest(&app, company, message, mailbox).await?;
    let outcome = if filed.was_known { "was known already" } else { "was filed" };
    console::line(format_args!("message {} {outcome}, thread {}", filed.message, filed.thread));
    Ok(())
}

/// Everything up to one byte more than a message may have.
fn standard_input() -> Result<Vec<u8>, Failure> {
    let mut message = Vec::new();
    let most = mail::MAX_BYTES as u64 + 1;
    let read = std::io::stdin().lock().take(most).read_to_end(&mut message);
    read.map_err(|error| Failure::Unusable(format!("cannot read the message: {error}")))?;
    Ok(message)
}

impl From<MailError> for Failure {
    fn from(error: MailError) -> Self {
        match error {
            MailError::Unavailable(_) => Failure::NotNow(error.to_string()),
            MailError::Nobody | MailError::UnknownMailbox(_) => Failure::ForNobody(error.to_string()),
            MailError::Unreadable | MailError::TooLarge | MailError::TooManyAttachments | MailError::Refused(_) => {
                Failure::Never(error.to_string())
            }
        }
    }
}
