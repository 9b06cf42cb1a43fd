//! The one error of the product, and its renderings (semantics.md 4.1).

use crate::json::Json;
use crate::op::Version;
use crate::sign_in;
use penstock_files::FilesError;
use penstock_store::StoreError;

const SHORT_INFO: &str = "Please check developers.pipedrive.com";
const MESSAGING_INFO: &str = "Please check the reference docs in https://developers.pipedrive.com/docs/api/v1";
const LONG_INFO: &str = "Please check developers.pipedrive.com for more information about Pipedrive API.";

/// Why a request was refused. `text` is what clients read in `error`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiError {
    /// 400: the request says something that cannot be.
    Invalid(String),
    /// 401: no valid credentials; the body of the gateway.
    Unauthorized,
    /// 400: an `Authorization` header that is none of the API's.
    MalformedAuthorization,
    /// 401: an access token that there is not, or no longer.
    WrongAccessToken,
    /// 401: the e-mail address or the password is wrong; nobody says which.
    WrongPassword,
    /// 429: too many attempts to sign in; how many seconds to wait.
    TooManyAttempts(i64),
    /// 403 of the gateway: no scope of the token covers the operation.
    ScopeMismatch,
    /// 403: the caller may not do this.
    Forbidden(String),
    /// 404: there is no such thing, or the caller may not see it.
    NotFound(String),
    /// 404 as leads and conversions say it, with another hint than the rest of the API.
    ObjectNotFound(String),
    /// 404 with only `success` and `error`, as the operations on users answer.
    BareNotFound(String),
    /// A refusal of the messaging service, which has a code of its own under `additional_data`.
    Messaging {
        status: u16,
        text: &'static str,
        code: &'static str,
    },
    /// A refusal of the service of webhooks: what is wrong with which key.
    Webhook {
        status: u16,
        errors: Vec<(String, String)>,
    },
    /// 403 as the service of webhooks says it.
    WebhookForbidden,
    MethodNotAllowed,
    /// 409
    Conflicting(String),
    /// 410
    Gone(String),
    /// 413
    TooLarge,
    /// 415: a body in a form that the operation does not take.
    UnsupportedMediaType(String),
    /// 429: the budget is used up; `seconds` until it is not.
    RateLimited {
        seconds: i64,
    },
    /// 503: the store does not answer; may be tried again.
    Unavailable,
    /// 503: files cannot be kept or read for now.
    FilesUnavailable(&'static str),
    /// 500: a fault of ours; the details are in the log.
    Internal(String),
}

pub type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    pub fn invalid(text: impl Into<String>) -> Self {
        ApiError::Invalid(text.into())
    }

    /// A refusal that names the key it is about.
    pub fn invalid_key(key: &str, text: &str) -> Self {
        ApiError::Invalid(format!("{key}: {text}"))
    }

    /// A key that v2 does not know in a body, in the words of the hosted service.
    pub fn unknown_key(key: &str) -> Self {
        ApiError::invalid_key(key, &format!("Parameter '{key}' is not allowed for this request"))
    }

    /// `Deal not found` for an entity titled `Deal`.
    pub fn not_found(title: &str) -> Self {
        ApiError::NotFound(format!("{title} not found"))
    }

    pub fn status(&self) -> u16 {
        match self {
            ApiError::Invalid(_) | ApiError::MalformedAuthorization => 400,
            ApiError::Unauthorized | ApiError::WrongAccessToken | ApiError::WrongPassword => 401,
            ApiError::ScopeMismatch | ApiError::Forbidden(_) | ApiError::WebhookForbidden => 403,
            ApiError::NotFound(_) | ApiError::ObjectNotFound(_) | ApiError::BareNotFound(_) => 404,
            ApiError::Messaging { status, .. } | ApiError::Webhook { status, .. } => *status,
            ApiError::MethodNotAllowed => 405,
            ApiError::Conflicting(_) => 409,
            ApiError::Gone(_) => 410,
            ApiError::TooLarge => 413,
            ApiError::UnsupportedMediaType(_) => 415,
            ApiError::TooManyAttempts(_) | ApiError::RateLimited { .. } => 429,
            ApiError::Internal(_) => 500,
            ApiError::Unavailable | ApiError::FilesUnavailable(_) => 503,
        }
    }

    /// The headers of the answer that say more than its body.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        match self {
            ApiError::Unauthorized => vec![("x-401-by-gw", "true".to_owned())],
            ApiError::WrongAccessToken => {
                vec![("x-401-by-gw", "true".to_owned()), ("www-authenticate", r#"Bearer error="invalid_token""#.to_owned())]
            }
            ApiError::TooManyAttempts(seconds) | ApiError::RateLimited { seconds } => vec![("retry-after", seconds.to_string())],
            ApiError::Unavailable | ApiError::FilesUnavailable(_) => vec![("retry-after", "1".to_owned())],
            _ => Vec::new(),
        }
    }

    /// The body of the answer.
    pub fn body(&self, version: Version) -> Vec<u8> {
        match self {
            ApiError::Unauthorized => gateway("unauthorized access", 401),
            ApiError::MalformedAuthorization => gateway("Invalid request: malformed authorization header", 400),
            ApiError::WrongAccessToken => gateway("Invalid token: access_token is invalid", 401),
            ApiError::ScopeMismatch => gateway("Scope and URL mismatch", 403),
            ApiError::RateLimited { .. } => gateway("Rate limit exceeded", 429),
            ApiError::Invalid(text) if version == Version::V2 => validation(text),
            ApiError::BareNotFound(text) => bare(text),
            ApiError::ObjectNotFound(text) => with_info(text, "Object was not found."),
            ApiError::Invalid(text)
            | ApiError::Forbidden(text)
            | ApiError::NotFound(text)
            | ApiError::Conflicting(text)
            | ApiError::Gone(text)
            | ApiError::UnsupportedMediaType(text) => application(text),
            ApiError::Messaging { text, code, .. } => messaging(text, code),
            ApiError::WrongPassword => application(sign_in::WRONG),
            ApiError::TooManyAttempts(seconds) => application(&sign_in::wait(*seconds)),
            ApiError::Webhook { errors, .. } => webhook(errors),
            ApiError::WebhookForbidden => br#"{"success":false,"message":"Forbidden"}"#.to_vec(),
            ApiError::MethodNotAllowed => application("Method not allowed"),
            ApiError::TooLarge => application("Request entity too large"),
            ApiError::Unavailable => application("Requested service is not available"),
            ApiError::FilesUnavailable(text) => application(text),
            ApiError::Internal(_) => application("Internal server error"),
        }
    }
}

fn begin(text: &str) -> Json {
    let mut json = Json::with_capacity(256);
    json.begin_object();
    json.key("success");
    json.bool(false);
    json.key("error");
    json.string(text);
    json
}

fn gateway(text: &str, code: i64) -> Vec<u8> {
    let mut json = begin(text);
    json.key("errorCode");
    json.int(code);
    json.key("error_info");
    json.string(SHORT_INFO);
    json.end_object();
    json.into_bytes()
}

fn application(text: &str) -> Vec<u8> {
    with_info(text, LONG_INFO)
}

fn with_info(text: &str, info: &str) -> Vec<u8> {
    let mut json = begin(text);
    json.key("error_info");
    json.string(info);
    json.key("data");
    json.null();
    json.key("additional_data");
    json.null();
    json.end_object();
    json.into_bytes()
}

fn messaging(text: &str, code: &str) -> Vec<u8> {
    let mut json = begin(text);
    json.key("error_info");
    json.string(MESSAGING_INFO);
    json.key("additional_data");
    json.begin_object();
    json.key("code");
    json.string(code);
    json.end_object();
    json.end_object();
    json.into_bytes()
}

fn webhook(errors: &[(String, String)]) -> Vec<u8> {
    let mut json = Json::with_capacity(256);
    json.begin_object();
    json.key("status");
    json.string("error");
    json.key("success");
    json.bool(false);
    json.key("errors");
    json.begin_object();
    for (key, problem) in errors {
        json.text_key(key);
        json.begin_array();
        json.string(problem);
        json.end_array();
    }
    json.end_object();
    json.end_object();
    json.into_bytes()
}

fn validation(text: &str) -> Vec<u8> {
    let mut json = begin(&format!("Validation failed: {text}"));
    json.key("code");
    json.string("ERR_SCHEMA_VALIDATION_FAILED");
    json.end_object();
    json.into_bytes()
}

fn bare(text: &str) -> Vec<u8> {
    let mut json = begin(text);
    json.end_object();
    json.into_bytes()
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for ApiError {}

impl From<FilesError> for ApiError {
    fn from(error: FilesError) -> Self {
        match error {
            FilesError::Missing => ApiError::not_found("File"),
            FilesError::Full(details) => {
                tracing::error!(details, "there is no space left for files");
                ApiError::FilesUnavailable("The file cannot be kept: there is no space left for files")
            }
            FilesError::Unavailable(details) | FilesError::Invalid(details) => {
                tracing::error!(details, "the place of files cannot be reached");
                ApiError::FilesUnavailable("The place where files are kept cannot be reached")
            }
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => ApiError::Unavailable,
            StoreError::Conflict | StoreError::Taken(_) => {
                ApiError::Conflicting("The record was changed at the same time, please try again".to_owned())
            }
            other => ApiError::Internal(other.to_string()),
        }
    }
}
