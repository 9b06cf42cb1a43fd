//! Pictures without credentials, as `<img>` loads them: the random name in the address is what opens them.

use super::{FOLDER, SIZES};
use crate::app::App;
use crate::call::Reply;
use crate::download::{self, Shown};
use crate::error::{ApiError, ApiResult};

/// What the addresses of pictures begin with.
pub const PREFIX: &str = "/api/penstock/pictures/";
/// As many hex digits as a token has.
const DIGITS: usize = 40;

/// Answers what stands behind the prefix: `1/abcd…_128.jpg`.
pub async fn serve(app: &App, rest: &str) -> ApiResult<Reply> {
    let key = key(rest).ok_or_else(|| ApiError::not_found("Picture"))?;
    let shown = Shown { media_type: "image/jpeg", name: None, cache: "public, max-age=86400", tag: None };
    download::show(app, &key, None, shown).await
}

/// Nothing but the name of a picture gets to the objects.
fn key(rest: &str) -> Option<String> {
    let (company, file) = rest.split_once('/')?;
    let (object, size) = file.strip_suffix(".jpg")?.split_once('_')?;
    let is_number = !company.is_empty() && company.len() < 19 && company.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = object.len() == DIGITS && object.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let is_size = SIZES.iter().any(|known| known.to_string() == size);
    (is_number && is_name && is_size).then(|| format!("{company}/{FOLDER}/{file}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_pictures_lead_to_objects() {
        let name = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(key(&format!("7/{name}_128.jpg")), Some(format!("7/pictures/{name}_128.jpg")));
        for rest in [
            String::new(),
            format!("7/{name}.jpg"),
            format!("7/{name}_64.jpg"),
            format!("x/{name}_128.jpg"),
            format!("/{name}_128.jpg"),
            format!("7/..%2ffiles/{name}_128.jpg"),
            format!("7/{}_128.jpg", name.to_uppercase()),
            "7/../files/a_128.jpg".to_owned(),
        ] {
            assert_eq!(key(&rest), None, "{rest}");
        }
    }
}
