//! What the panel takes out of a page of ours: between two marks that the server's pages have, which the
//! tests here hold them to.

/// The content of a page.
pub(super) const MAIN: (&str, &str) = ("<main id=\"main\" tabindex=\"-1\">", "</main>");
/// The rows of the list of routes.
pub(super) const LIST: (&str, &str) = ("<div id=\"list-body\">", "</div></section>");
/// The banners.
pub(super) const BANNERS: (&str, &str) =
    ("<div id=\"banners\" role=\"status\" class=\"banners\">", "</div>");

/// The part of a page between two marks.
pub(super) fn cut<'a>(page: &'a str, (start, end): (&str, &str)) -> Option<&'a str> {
    let from = page.find(start)? + start.len();
    let length = page[from..].find(end)?;
    Some(&page[from..from + length])
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::pages::samples;

    #[test]
    fn every_page_has_the_marks() {
        for (path, page) in samples::pages() {
            let html = crate::render(&samples::shell(crate::page::Language::Kk, path), &page);
            let main = cut(&html, MAIN).unwrap();
            assert!(main.contains("<h1") && !main.contains("<main"), "{path}");
            assert!(cut(&html, BANNERS).is_some(), "{path}");
        }
    }

    #[test]
    fn the_list_is_cut_whole() {
        let mut shell = samples::shell(crate::page::Language::Kk, "/");
        let page = crate::page::Page::Map(Box::new(samples::routes()));
        let html = crate::render(&shell, &page);
        let list = cut(&html, LIST).unwrap();
        assert_eq!(list.matches("data-route=").count(), samples::routes().routes.len());
        assert_eq!(list.matches("<div").count(), list.matches("</div").count());
        shell.path = "/?find=zzz".to_owned();
        let html = crate::render(&shell, &page);
        let list = cut(&html, LIST).unwrap();
        assert!(list.contains("class=\"empty\"") && !list.contains("<table"));
    }
}
