//! Pages of a list.
use serde_json::{Value, json};
use url::Url;

use crate::refusal::Refusal;

/// The part of a list that was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    page: usize,
    size: usize,
}

impl Window {
    /// Reads `page` and `page_size`.
    pub(crate) fn of(url: &Url, size: usize) -> Result<Self, Refusal> {
        let number = |name: &str, default: usize| match url
            .query_pairs()
            .find(|(existing, _)| existing == name)
        {
            None => Ok(default),
            Some((_, text)) => text
                .parse()
                .ok()
                .filter(|number| *number > 0)
                .ok_or_else(|| {
                    Refusal::Record("page", format!("{name} must be a positive number"))
                }),
        };
        Ok(Self {
            page: number("page", 1)?,
            size: number("page_size", size)?,
        })
    }

    /// The page as the API shows it; 404 past the end.
    pub(crate) fn show<T>(
        self,
        url: &Url,
        items: &[T],
        show: impl Fn(&T) -> Value,
    ) -> Result<Value, Refusal> {
        let first = (self.page - 1).saturating_mul(self.size);
        if first >= items.len() && self.page > 1 {
            return Err(Refusal::not_found());
        }
        let last = first.saturating_add(self.size).min(items.len());
        Ok(json!({
            "data": items[first..last].iter().map(show).collect::<Vec<_>>(),
            "page": self.page,
            "page_size": self.size,
            "total": items.len(),
            "next_page": (last < items.len()).then(|| self.link(url, self.page + 1)),
            "previous_page": (self.page > 1).then(|| self.link(url, self.page - 1)),
        }))
    }

    fn link(self, url: &Url, page: usize) -> String {
        let others: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| name != "page")
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let mut link = url.clone();
        link.query_pairs_mut()
            .clear()
            .extend_pairs(others)
            .append_pair("page", &page.to_string());
        link.into()
    }
}
