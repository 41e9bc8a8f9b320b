//! The meaning of failures.

use super::{abc, answer, scripted, text};
use crate::{UdataError, UdataFault};
use debouches_http::testing::Reply;

#[tokio::test]
async fn each_status_has_its_meaning_on_a_write_that_is_not_repeated() {
    use UdataFault::{Incomplete, Operator, Ours, Outage, Permission};
    type Case = (u16, UdataFault, fn(&UdataError) -> bool);
    let cases: [Case; 13] = [
        (400, Operator, |error| {
            matches!(error, UdataError::Refused { .. })
        }),
        (401, Permission, |error| {
            matches!(error, UdataError::Unauthorized { .. })
        }),
        (403, Permission, |error| {
            matches!(error, UdataError::Forbidden { .. })
        }),
        (404, Operator, |error| {
            matches!(error, UdataError::NotFound { .. })
        }),
        (410, Operator, |error| {
            matches!(error, UdataError::Gone { .. })
        }),
        (413, Operator, |error| {
            matches!(error, UdataError::TooLarge { .. })
        }),
        (415, Ours, |error| {
            matches!(error, UdataError::Unexpected { status: 415, .. })
        }),
        (423, Outage, |error| {
            matches!(error, UdataError::ReadOnly { .. })
        }),
        (500, Incomplete, |error| {
            matches!(error, UdataError::Uncertain { .. })
        }),
        (501, Ours, |error| {
            matches!(error, UdataError::Unexpected { status: 501, .. })
        }),
        (502, Incomplete, |error| {
            matches!(error, UdataError::Uncertain { .. })
        }),
        (503, Incomplete, |error| {
            matches!(error, UdataError::Uncertain { .. })
        }),
        (504, Incomplete, |error| {
            matches!(error, UdataError::Uncertain { .. })
        }),
    ];
    for (status, fault, meant) in cases {
        let (portal, server) = scripted([Reply::new(status, &[], "<html>")]).await;
        let error = portal.create_dataset(&text()).await.unwrap_err();
        assert!(
            meant(&error) && error.fault() == fault,
            "{status}: {error:?}"
        );
        assert!(
            error.to_string().contains("create dataset `Titre`"),
            "{error}"
        );
        assert!(!format!("{error:?}").contains("k-e-y"));
        assert_eq!(server.seen().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_uncertain_for_an_upload_and_repeated_for_an_update() {
    for reply in [
        Reply::Drop,
        Reply::new(201, &[], "<html>"),
        Reply::new(201, &[], "{\"success\": true}"),
    ] {
        let (portal, server) = scripted([reply, super::resource(super::ABC, 3)]).await;
        let error = portal.upload("d1", &abc()).await.unwrap_err();
        assert!(matches!(error, UdataError::Uncertain { .. }), "{error:?}");
        assert_eq!(server.seen().len(), 1);
    }
    let (portal, server) = scripted([
        Reply::Drop,
        Reply::new(502, &[], ""),
        Reply::ok(answer().to_string()),
    ])
    .await;
    portal.update_dataset("d1", &text()).await.unwrap();
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_repeatable_call_that_never_succeeds_is_an_outage() {
    let (portal, server) = scripted(vec![Reply::new(503, &[], ""); 9]).await;
    let error = portal.update_dataset("d1", &text()).await.unwrap_err();
    assert!(matches!(error, UdataError::Outage { .. }), "{error:?}");
    assert_eq!(server.seen().len(), 5);
    let (portal, _server) = scripted([Reply::ok("<html>")]).await;
    let error = portal.dataset("d1").await.unwrap_err();
    // A page for people where an answer was expected: a portal under maintenance.
    assert!(matches!(error, UdataError::Outage { .. }), "{error:?}");
}

#[tokio::test]
async fn a_server_that_says_to_come_back_did_nothing() {
    let (portal, server) = scripted(vec![Reply::new(503, &[("retry-after", "1")], ""); 9]).await;
    let error = portal.upload("d1", &abc()).await.unwrap_err();
    assert!(matches!(error, UdataError::Outage { .. }), "{error:?}");
    assert_eq!(server.seen().len(), 5);
}

#[tokio::test]
async fn no_connection_is_an_outage_even_for_an_upload() {
    let (portal, server) = scripted([]).await;
    drop(server);
    tokio::task::yield_now().await;
    let error = portal.upload("d1", &abc()).await.unwrap_err();
    assert!(matches!(error, UdataError::Outage { .. }), "{error:?}");
}

#[tokio::test]
async fn a_source_that_is_shorter_than_announced_is_not_sent() {
    let (portal, _server) = scripted([Reply::ok("{}")]).await;
    let source = std::sync::Arc::new(Shorter);
    let error = portal
        .upload(
            "d1",
            &crate::Upload {
                source,
                bytes: 9,
                ..abc()
            },
        )
        .await
        .unwrap_err();
    assert!(matches!(error, UdataError::Unsent { .. }), "{error:?}");
}

struct Shorter;

impl debouches_http::Source for Shorter {
    fn length(&self) -> u64 {
        9
    }

    fn open(
        &self,
    ) -> std::pin::Pin<Box<dyn Future<Output = std::io::Result<debouches_http::Reader>> + Send + '_>>
    {
        Box::pin(async { Ok(Box::new(std::io::Cursor::new("abc")) as debouches_http::Reader) })
    }
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let (portal, server) = scripted([Reply::new(
        308,
        &[("location", "/api/1/datasets/other/")],
        "",
    )])
    .await;
    let error = portal.update_dataset("d1", &text()).await.unwrap_err();
    let UdataError::Redirected { to, .. } = &error else {
        panic!("{error:?}")
    };
    assert!(to.ends_with("/api/1/datasets/other/"), "{to}");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_refusal_names_its_fields_and_a_foreign_organization_is_a_matter_of_rights() {
    let body = r#"{"errors": {"organization": ["Permission denied for this organization"]}}"#;
    let (portal, _server) = scripted([Reply::new(400, &[], body)]).await;
    let error = portal.create_dataset(&text()).await.unwrap_err();
    let wanted = "cannot create dataset `Titre`: refused by the portal for organization: Permission denied for this organization";
    assert_eq!(
        (error.to_string().as_str(), error.fault()),
        (wanted, UdataFault::Permission)
    );
}

#[tokio::test]
async fn deleting_what_is_not_there_is_done_and_other_refusals_are_not() {
    let (portal, _server) =
        scripted([Reply::new(404, &[], "{}"), Reply::new(403, &[], "{}")]).await;
    portal.delete_resource("d1", "r1").await.unwrap();
    assert!(matches!(
        portal.delete_resource("d1", "r1").await,
        Err(UdataError::Forbidden { .. })
    ));
}
