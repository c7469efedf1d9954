//! What the panel takes out of a page of ours: between two marks that the server's pages have, which the
//! tests here hold them to.

/// The content of a page.
pub(super) const MAIN: (&str, &str) = ("<main id=\"main\" tabindex=\"-1\">", "</main>");
/// The rows of the list of routes.
pub(super) const LIST: (&str, &str) = ("<div id=\"list-body\">", "</div></section>");
/// The fresh appeals.
pub(super) const FRESH: (&str, &str) = ("<section id=\"fresh-body\">", "</section>");
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
    fn fresh_appeals_are_cut_whole_and_the_staff_alone_has_a_place_for_them() {
        use crate::office::{FreshPage, OfficePage};
        use crate::page::{Language, Page};
        let mut shell = samples::shell(Language::Ru, "/");
        let map = Page::Map(Box::new(samples::routes()));
        let has_place =
            |shell: &crate::page::Shell| crate::render(shell, &map).contains("fresh-place");
        assert!(!has_place(&shell));
        for (role, sees) in [("dispatcher", true), ("admin", false)] {
            shell.member = Some(api::StaffMember {
                person_id: String::new(),
                login: String::new(),
                name: "Somebody".to_owned(),
                role: role.to_owned(),
                org: None,
            });
            assert_eq!(has_place(&shell), sees, "{role}");
        }
        let appeal = api::FreshAppeal {
            number: "26-000123-4".to_owned(),
            kind: Some("late".to_owned()),
            status: "registered".to_owned(),
            finding: None,
            safety: true,
            route_id: Some("r".to_owned()),
            route_short_name: Some("12".to_owned()),
            stop_id: Some("s".to_owned()),
            stop_name: Some("Сайран".to_owned()),
            vehicle_id: None,
            event_at: Some(950),
            registered_at: 990,
            lat: Some(43.25),
            lon: Some(76.9),
            at_vehicle: false,
        };
        let fresh =
            api::FreshAppeals { at: 1_000, from: 0, to: 1_000, appeals: vec![appeal], more: false };
        let page = |about: Option<&str>| {
            let about = about.map(str::to_owned);
            let page =
                FreshPage { fresh: fresh.clone(), names: std::collections::BTreeMap::new(), about };
            let page = Page::Office(Box::new(OfficePage::Fresh(Box::new(page))));
            crate::render(&shell, &page)
        };
        let html = page(None);
        let list = cut(&html, FRESH).unwrap();
        assert!(list.contains("data-lon=\"76.900000\"") && list.contains("data-danger"), "{list}");
        assert!(list.contains("/?at=950&amp;of=r&amp;stop=s") && list.contains("</ul>"), "{list}");
        assert_eq!(list.matches("<li").count(), 1);
        // What is about one thing stands beside the list in the same document: it is not the list.
        assert!(cut(&page(Some("Сайран")), FRESH).is_none());
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
