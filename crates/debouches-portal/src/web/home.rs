//! The list of datasets.

use axum::extract::State as Extract;
use axum::http::StatusCode;
use axum::response::Response;

use super::frame::page;
use super::words::instant;
use crate::app::Shared;
use crate::model::{Dataset, State};
use debouches_model::escape::markup;

pub(crate) async fn home(Extract(app): Extract<Shared>) -> Response {
    let content = app.read(content).await;
    page(StatusCode::OK, "Jeux de données", &content)
}

fn content(state: &State) -> String {
    let public: Vec<&Dataset> = state
        .datasets
        .iter()
        .rev()
        .filter(|dataset| dataset.is_public())
        .collect();
    let drafts = state
        .datasets
        .iter()
        .filter(|dataset| dataset.private && dataset.deleted.is_none())
        .count();
    let mut out = format!(
        "<h1>Jeux de données</h1>\n<p class=\"soft\">{}</p>\n",
        count(
            public.len(),
            "jeu de données publié",
            "jeux de données publiés"
        )
    );
    if drafts > 0 {
        let drafts = count(
            drafts,
            "brouillon n’est visible",
            "brouillons ne sont visibles",
        );
        out.push_str(&format!(
            "<p class=\"notice\">{drafts} qu’avec la clé du producteur.</p>\n"
        ));
    }
    if public.is_empty() {
        out.push_str("<p>Rien n’est publié pour l’instant.</p>\n");
    } else {
        out.push_str("<ul class=\"plain\">\n");
        public
            .iter()
            .for_each(|dataset| out.push_str(&card(dataset)));
        out.push_str("</ul>\n");
    }
    out
}

fn card(dataset: &Dataset) -> String {
    format!(
        "<li class=\"card\"><h2><a href=\"/datasets/{}/\">{}</a></h2>\n<p>{}</p>\n<p class=\"soft\">{} · mis à jour le {}</p></li>\n",
        markup(&dataset.slug),
        markup(&dataset.title),
        markup(dataset.description_short.as_deref().unwrap_or_default()),
        count(dataset.resources.len(), "fichier", "fichiers"),
        instant(dataset.last_update()),
    )
}

fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        0 => format!("Aucun {one}"),
        1 => format!("1 {one}"),
        _ => format!("{number} {many}"),
    }
}
