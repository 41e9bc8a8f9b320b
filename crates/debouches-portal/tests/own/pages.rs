//! The pages for people.

use debouches_http::Method;
use serde_json::json;

use crate::visitor::Visitor;

#[tokio::test]
async fn an_empty_portal_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let visitor = Visitor::open(folder.path()).await;
    let (status, page) = visitor.page("/").await;
    assert!(
        status == 200 && page.contains("Rien n’est publié pour l’instant"),
        "{page}"
    );
    let (status, page) = visitor.page("/datasets/rien/").await;
    assert!(status == 404 && page.contains("Page introuvable"), "{page}");
}

#[tokio::test]
async fn a_dataset_is_shown_whole_and_nothing_of_it_is_markup() {
    let folder = tempfile::tempdir().unwrap();
    let visitor = Visitor::open(folder.path()).await;
    let dataset = visitor.publish(visitor.text()).await;
    let (_, sent) = visitor.upload(&dataset, "ij.csv", b"uai;taux\n").await;
    let resource = format!("{dataset}resources/{}/", sent["id"].as_str().unwrap());
    visitor
        .call(
            Method::Put,
            &resource,
            &json!({"title": "Taux <par> établissement", "extras": {"debouches:sha256": "00ff"}}),
        )
        .await;
    let (_, list) = visitor.page("/").await;
    assert!(
        list.contains("1 jeu de données publié")
            && list.contains("href=\"/datasets/insertion-des-sortants-apprentis/\""),
        "{list}"
    );
    let (status, page) = visitor
        .page("/datasets/insertion-des-sortants-apprentis/")
        .await;
    assert_eq!(status, 200);
    // The address that a publication tells, as the API gives it.
    assert_eq!(
        visitor
            .page("/datasets/insertion-des-sortants-apprentis")
            .await
            .1,
        page
    );
    for wanted in [
        "Insertion &lt;des&gt; sortants &amp; &quot;apprentis&quot;",
        "Ce que deviennent &lt;les&gt; jeunes",
        "<h4>Contenu</h4>",
        "<strong>tableau</strong>",
        "&lt;script&gt;",
        "<dt>Version</dt><dd><code>1.2.0&lt;b&gt;</code></dd>",
        "Licence Ouverte 2.0",
        "annuelle",
        "du 1er janvier 2021 au 31 décembre 2023",
        "country:fr (maille fr:region)",
        "78\u{a0}%",
        "Taux &lt;par&gt; établissement",
        "9\u{a0}octets",
        sent["checksum"]["value"].as_str().unwrap(),
        "00ff",
        "Producteur d&#39;essai",
    ] {
        assert!(page.contains(wanted), "{wanted} is not in\n{page}");
    }
    assert!(
        !page.contains("<script") && !page.contains("<img"),
        "{page}"
    );
    let asked =
        page.split("src=\"").count() + page.split("<link").count() + page.split("url(").count();
    assert_eq!(asked, 3, "the page asks for something else");
}

#[tokio::test]
async fn a_draft_is_on_no_page() {
    let folder = tempfile::tempdir().unwrap();
    let visitor = Visitor::open(folder.path()).await;
    let mut text = visitor.text();
    text["private"] = json!(true);
    visitor.publish(text).await;
    let (_, list) = visitor.page("/").await;
    assert!(
        list.contains("1 brouillon") && !list.contains("sortants"),
        "{list}"
    );
    assert_eq!(
        visitor
            .page("/datasets/insertion-des-sortants-apprentis/")
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn a_former_address_leads_to_the_present_one() {
    let folder = tempfile::tempdir().unwrap();
    let visitor = Visitor::open(folder.path()).await;
    let dataset = visitor.publish(visitor.text()).await;
    visitor
        .call(Method::Put, &dataset, &json!({"title": "Autre titre"}))
        .await;
    assert_eq!(
        visitor
            .page("/datasets/insertion-des-sortants-apprentis/")
            .await
            .0,
        308
    );
    assert_eq!(visitor.page("/datasets/autre-titre/").await.0, 200);
}
