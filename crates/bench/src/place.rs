//! Where a sample company lives: one of the two engines.

use anyhow::{Context, Result};
use penstock_cluster::Cluster;
use penstock_store::Target;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
        })
    }
}

/// The PostgreSQL under measurement. The cluster for tests trades durability for speed: here it keeps its promises.
pub fn durable_cluster() -> Result<Cluster> {
    Ok(Cluster::start_with(
        "fsync = on\nsynchronous_commit = on\nfull_page_writes = on\nshared_buffers = '1GB'\nmax_wal_size = '4GB'\n\
         log_parameter_max_length = -1",
    )?)
}

/// A store of its own.
pub enum Place {
    Sqlite(PathBuf),
    Postgres { url: String, cluster: PathBuf },
}

impl Place {
    pub fn postgres(cluster: &Cluster) -> Result<Self> {
        let directory = cluster.directory().context("a cluster of somebody else cannot be measured")?;
        Ok(Place::Postgres { url: cluster.database()?, cluster: directory.to_owned() })
    }

    pub fn engine(&self) -> Engine {
        match self {
            Place::Sqlite(_) => Engine::Sqlite,
            Place::Postgres { .. } => Engine::Postgres,
        }
    }

    pub fn target(&self) -> Target {
        match self {
            Place::Sqlite(directory) => Target::Directory(directory.clone()),
            Place::Postgres { url, .. } => Target::Postgres(url.clone()),
        }
    }

    /// A command of the program on this store, without any variables of the surroundings.
    pub fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PENSTOCK_")) {
            command.env_remove(name);
        }
        command.args(arguments).env("PENSTOCK_LOG", "warn");
        match self {
            Place::Sqlite(directory) => command.env("PENSTOCK_DATA_DIR", directory),
            Place::Postgres { url, .. } => command.env("PENSTOCK_DATABASE_URL", url),
        };
        command
    }

    /// The first process of the database server, where there is one.
    pub fn database_pid(&self) -> Result<Option<u32>> {
        let Place::Postgres { cluster, .. } = self else { return Ok(None) };
        let file = fs::read_to_string(cluster.join("data/postmaster.pid"))?;
        Ok(Some(file.lines().next().unwrap_or_default().parse()?))
    }

    /// The write-ahead log of the embedded store.
    pub fn log_file(&self) -> Option<PathBuf> {
        match self {
            Place::Sqlite(directory) => Some(directory.join("penstock.db-wal")),
            Place::Postgres { .. } => None,
        }
    }
}
