//! What a form on a page has sent.

use crate::error::{ApiError, ApiResult};
use crate::message::Request;

/// The fields of a form, or the parameters of a query.
pub struct Form(Vec<(String, String)>);

impl Form {
    /// The body of a request. Errors: it is no form.
    pub fn of_body(request: &Request) -> ApiResult<Self> {
        let media = request.content_type.as_deref().unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(ApiError::UnsupportedMediaType("A form must be application/x-www-form-urlencoded".to_owned()));
        }
        serde_urlencoded::from_bytes(&request.body).map(Form).map_err(|_| ApiError::invalid("the form cannot be read"))
    }

    /// The query of a request.
    pub fn of_query(request: &Request) -> Self {
        Form(serde_urlencoded::from_str(&request.query).unwrap_or_default())
    }

    /// Whether there are several fields of this name.
    pub fn repeats(&self, name: &str) -> bool {
        self.0.iter().filter(|(known, _)| known == name).count() > 1
    }

    /// The first field of this name; empty ones count as absent.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, text)| known == name && !text.is_empty()).map(|(_, text)| text.as_str())
    }
}
