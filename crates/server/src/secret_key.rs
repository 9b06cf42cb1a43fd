//! The key of the server, from which the secrets of apps are made. It is beside the store, never in it.

use crate::failure::Failure;
use penstock_crm::oauth::SecretKey;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

const VARIABLE: &str = "PENSTOCK_SECRET_KEY";
const FILE: &str = "secret.key";

/// The key that the environment names, else the one in the data directory, which is made where there is none.
/// It is not an argument: arguments are for all eyes.
pub fn of(data_dir: &Path) -> Result<SecretKey, Failure> {
    if let Some(text) = std::env::var(VARIABLE).ok().filter(|text| !text.is_empty()) {
        return SecretKey::parse(&text).map_err(|error| Failure::Unusable(format!("{VARIABLE}: {error}")));
    }
    let path = data_dir.join(FILE);
    let unusable = |error: std::io::Error| Failure::Unusable(format!("{}: {error}", path.display()));
    if !path.exists() {
        match write(&path, &SecretKey::random()?) {
            // Another process was faster: its key counts.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            outcome => outcome.map_err(unusable)?,
        }
    }
    let text = fs::read_to_string(&path).map_err(unusable)?;
    SecretKey::parse(&text).map_err(|error| Failure::Unusable(format!("{}: {error}", path.display())))
}

/// Whole or not at all, and readable for nobody else.
fn write(path: &Path, key: &SecretKey) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let draft = path.with_extension(format!("key.{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = file.write_all(format!("{}\n", key.to_hex()).as_bytes()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    linked
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_key_is_made_once_and_for_the_owner_only() {
        let directory = tempfile::tempdir().unwrap();
        let data_dir = directory.path().join("data");
        let first = of(&data_dir).unwrap().to_hex();
        assert_eq!(of(&data_dir).unwrap().to_hex(), first);
        let path = data_dir.join(FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(write(&path, &SecretKey::random().unwrap()).is_err());
        assert_eq!(fs::read_dir(&data_dir).unwrap().count(), 1);
        fs::write(&path, "short").unwrap();
        assert!(of(&data_dir).is_err());
    }
}
