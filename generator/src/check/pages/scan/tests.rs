//! What is read off a page's HTML.

use super::{Kind, scan};

#[track_caller]
fn check(html: &str, expected: &[(Kind, &str)]) {
    let found = scan(html).references;
    let found: Vec<(Kind, &str)> = found.iter().map(|(kind, url)| (*kind, url.as_str())).collect();
    assert_eq!(found, expected, "{html}");
}

#[test]
fn every_kind_of_reference_is_found() {
    use Kind::{Asset, Image, Link, Media};
    check("<a href='/a/'>x</a><A HREF=/b/>y</A>", &[(Link, "/a/"), (Link, "/b/")]);
    check("<a href=\"/x?a=1&amp;b=%C3%A4\">", &[(Link, "/x?a=1&b=%C3%A4")]);
    check("<map><area href=a></map>", &[(Link, "a")]);
    check("<img src=a.png alt=''><input type=image src=b.png>", &[(Image, "a.png"), (Image, "b.png")]);
    check(
        "<video poster=p.jpg src=v.mp4><track src=t.vtt></video>",
        &[(Image, "p.jpg"), (Media, "v.mp4"), (Media, "t.vtt")],
    );
    check("<script src=a.js></script><link rel=stylesheet href=a.css>", &[(Asset, "a.js"), (Asset, "a.css")]);
    check("<link rel=canonical href=/a/><link rel='preconnect' href='https://x.example'>", &[(Link, "/a/")]);
    check("<svg><use href='#i'/><image xlink:href='b.svg'/></svg>", &[(Image, "#i"), (Image, "b.svg")]);
    check("<meta http-equiv=\"Refresh\" content=\"0; URL='/neu/'\">", &[(Link, "/neu/")]);
    check("<meta http-equiv=refresh content=5>", &[]);
    check("<object data=x.pdf></object><iframe src=/f/></iframe>", &[(Media, "x.pdf"), (Media, "/f/")]);
}

#[test]
fn all_pictures_of_a_set_are_found() {
    check(
        "<img srcset='a.png 1x, b.png 2x,c.png 100w'>",
        &[(Kind::Image, "a.png"), (Kind::Image, "b.png"), (Kind::Image, "c.png")],
    );
    check("<source srcset='a.png, b.png'>", &[(Kind::Image, "a.png"), (Kind::Image, "b.png")]);
    check(
        "<img srcset='data:image/png;base64,AA== 1x, a,b.png 2x'>",
        &[(Kind::Image, "data:image/png;base64,AA=="), (Kind::Image, "a,b.png")],
    );
    check("<img srcset=' , '>", &[]);
}

#[test]
fn what_is_no_link_is_not_taken_for_one() {
    check("<form action=/rueckmeldung/check><button formaction=/x></form>", &[]);
    check("<!-- <a href=/a/> --><a>x</a><a href>y</a><a href='  '>z</a>", &[]);
    check("<script>document.write('<a href=/a/>')</script>", &[]);
    check("<textarea><a href=/a/></textarea><style>a::before{content:'<a href=/b/>'}</style>", &[]);
    check("<title><a href=/a/></title>", &[]);
    check("<a href=/a/>x</a><a href=/a/>y</a>", &[(Kind::Link, "/a/")]);
}

#[test]
fn elements_of_pictures_do_not_swallow_what_follows() {
    check(
        "<svg><title/><script/><a xlink:href=/a/></a></svg><a href=/b/>",
        &[(Kind::Link, "/a/"), (Kind::Link, "/b/")],
    );
    check("<svg><style><![CDATA[ <a href=/no/> ]]></style></svg><a href=/b/>", &[(Kind::Link, "/b/")]);
}

#[test]
fn ids_and_names_are_anchors_and_ids_stand_once() {
    let facts = scan("<h2 id=a>x</h2><a name='ü'></a><p id=a><template><p id=b></template><b id=b>");
    assert_eq!(facts.anchors.into_iter().collect::<Vec<_>>(), ["a", "b", "ü"]);
    assert_eq!(facts.duplicates.into_iter().collect::<Vec<_>>(), ["a"]);
}

#[test]
fn first_base_counts() {
    assert_eq!(scan("<base target=_top><base href=/a/><base href=/b/>").base.as_deref(), Some("/a/"));
}

#[test]
fn broken_html_is_read_to_its_end() {
    for html in ["<a href=", "<", "<!--", "<a href='x", "</", "<svg><", "<script>", "<a\0href=x>", "&#x;", ""]
    {
        scan(html);
    }
    let deep = "<div id=x><svg><template>".repeat(20_000);
    assert_eq!(scan(&deep).anchors.len(), 1);
}
