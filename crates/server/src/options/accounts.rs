//! What the operator may do with users, tokens and apps.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum UserAction {
    /// List the users
    List,
    /// Create a user; prints the password unless it was given
    Create {
        /// The e-mail address to log in with
        email: String,
        /// The name; the part of the address before the @ unless given
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// Make an administrator
        #[arg(long)]
        admin: bool,
        #[command(flatten)]
        password: PasswordOptions,
    },
    /// Keep a user from logging in and from using the API
    Deactivate {
        /// An id or an e-mail address
        user: String,
    },
    /// Let a user in again
    Activate {
        /// An id or an e-mail address
        user: String,
    },
    /// Replace the password of a user; prints it unless it was given
    ResetPassword {
        /// An id or an e-mail address
        user: String,
        #[command(flatten)]
        password: PasswordOptions,
    },
    /// List the sessions of a user: id, begin, last use, address and program
    Sessions {
        /// An id or an e-mail address
        user: String,
    },
    /// End all sessions of a user
    SignOut {
        /// An id or an e-mail address
        user: String,
    },
    /// Make a user an administrator
    MakeAdmin {
        /// An id or an e-mail address
        user: String,
        /// Make an administrator a regular user
        #[arg(long)]
        undo: bool,
    },
}

/// A password that stands in PENSTOCK_USER_PASSWORD, comes from standard input, or is generated.
#[derive(Debug, Args)]
pub struct PasswordOptions {
    /// Read the password from standard input, also where PENSTOCK_USER_PASSWORD is set
    #[arg(long)]
    pub password_stdin: bool,
}

#[derive(Debug, Subcommand)]
pub enum TokenAction {
    /// Give a user a new API token and print it; the old one ends
    Issue {
        /// An id or an e-mail address
        user: String,
        /// Read the token, 40 hex digits, from standard input
        #[arg(long)]
        token_stdin: bool,
    },
    /// End the API token of a user
    Revoke {
        /// An id or an e-mail address
        user: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum AppAction {
    /// Register an app; prints its client id and its secret, which is not shown again
    Create {
        /// What users read
        name: String,
        #[command(flatten)]
        settings: AppOptions,
        /// For an app that can keep no secret: it gets none and must use PKCE
        #[arg(long)]
        public: bool,
    },
    /// List the apps
    List,
    /// Show an app
    Show {
        /// An id or a client id
        app: String,
    },
    /// Give an app a new secret and print it; the old one ends
    Rotate {
        /// An id or a client id
        app: String,
    },
    /// Remove an app, for all who have let it in
    Delete {
        /// An id or a client id
        app: String,
    },
}

#[derive(Debug, Args)]
pub struct AppOptions {
    /// An address that users may be sent back to; may be given several times
    #[arg(long = "redirect-uri", value_name = "URL", required = true)]
    pub redirect_uris: Vec<String>,
    /// What the app may ask for, such as deals:full,contacts:read; base is always included
    #[arg(long, value_name = "SCOPES", value_delimiter = ',')]
    pub scopes: Vec<String>,
    /// Where a DELETE is sent when a user removes the app
    #[arg(long, value_name = "URL")]
    pub uninstall_url: Option<String>,
}
