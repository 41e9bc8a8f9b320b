//! What every page has around it.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use debouches_model::escape::markup;

const STYLE: &str = include_str!("style.css");

/// A page. `title` is escaped here; `content` is markup.
pub(crate) fn page(status: StatusCode, title: &str, content: &str) -> Response {
    let text = format!(
        "<!doctype html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title} — portail d’essai</title>\n\
<style>{STYLE}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#contenu\">Aller au contenu</a>\n\
<header><a href=\"/\"><strong>Portail d’essai</strong></a> <span class=\"soft\">· ce que verrait un visiteur, sur votre machine</span></header>\n\
<main id=\"contenu\">\n{content}\n</main>\n\
<footer>Ce portail sert à répéter une publication. Rien de ce qui est ici n’est en ligne.</footer>\n</body>\n</html>\n",
        title = markup(title),
    );
    let mut response = (status, Html(text)).into_response();
    let headers = response.headers_mut();
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(policy),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Nothing here.
pub(crate) fn not_found() -> Response {
    page(
        StatusCode::NOT_FOUND,
        "Page introuvable",
        "<h1>Page introuvable</h1>\n<p><a href=\"/\">Voir les jeux de données</a></p>",
    )
}
