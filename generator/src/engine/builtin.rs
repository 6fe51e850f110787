//! Templates that every site has, until it or its theme brings its own of the same name.

/// Prefix of the built-in templates' names in the engine.
pub const PREFIX: &str = "auslage/builtin/";

/// Redirects of aliases, `redirect_to` and first pagers; no site can replace it.
pub const REDIRECT: &str = "auslage/redirect.html";

/// Stands in for `index.html`, `section.html`, `page.html` while a site has none.
pub const PLACEHOLDER: &str = "auslage/placeholder.html";

/// Name and source of each.
pub const TEMPLATES: [(&str, &str); 10] = [
    ("auslage/builtin/404.html", include_str!("builtin/404.html")),
    ("auslage/builtin/anchor-link.html", include_str!("builtin/anchor-link.html")),
    ("auslage/builtin/atom.xml", include_str!("builtin/atom.xml")),
    ("auslage/builtin/robots.txt", include_str!("builtin/robots.txt")),
    ("auslage/builtin/rss.xml", include_str!("builtin/rss.xml")),
    ("auslage/builtin/sitemap.xml", include_str!("builtin/sitemap.xml")),
    ("auslage/builtin/split_sitemap_index.xml", include_str!("builtin/split_sitemap_index.xml")),
    ("auslage/builtin/summary-cutoff.html", include_str!("builtin/summary-cutoff.html")),
    (REDIRECT, include_str!("builtin/redirect.html")),
    (PLACEHOLDER, include_str!("builtin/placeholder.html")),
];

/// What placeholders link to.
const DOCUMENTATION: &str = "https://www.getzola.org/documentation/templates/pages-sections/";

/// Whether an address stands in placeholders.
pub fn is_documentation(url: &str) -> bool {
    url == DOCUMENTATION
}

/// Where the variables of a template that has a placeholder are documented; `None` if it has none.
pub fn placeholder_documentation(template: &str) -> Option<&'static str> {
    match template {
        "index.html" | "section.html" | "page.html" => Some(DOCUMENTATION),
        _ => None,
    }
}
