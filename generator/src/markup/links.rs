//! Where links lead: to documents of this site (`@/…`), to places in the page (`#…`), to files beside the
//! page, to other sites.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use pulldown_cmark::{CowStr, Event, LinkType, Tag};
use regex::Regex;

use super::flow::Flow;
use super::html::{escaped, escaped_href};
use super::{InternalLink, WrittenLink};
use crate::config::Markdown;
use crate::diagnostic::catalog;

/// What looks like the scheme of a URL, registered or private.
static SCHEME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[0-9A-Za-z\-]+:").expect("the expression is constant"));

/// Whether a target is a file beside the page.
pub(super) fn is_colocated(target: &str) -> bool {
    !target.starts_with('/')
        && !target.starts_with("..")
        && !target.starts_with('#')
        && !SCHEME.is_match(target)
}

impl<'a> Flow<'a, '_> {
    pub(super) fn start_link(
        &mut self,
        link_type: LinkType,
        target: CowStr<'a>,
        title: CowStr<'a>,
        id: CowStr<'a>,
        range: Range<usize>,
    ) {
        let url: CowStr<'a> = if target.is_empty() {
            let span = self.span(self.in_file(&range));
            self.diagnostics.push(catalog::links::without_target(span));
            "#".into()
        } else if link_type == LinkType::Email {
            target.clone()
        } else {
            let url = self.resolve(&target, &range);
            let range = self.place_if_checked(&target, &range);
            self.links.push(WrittenLink { url: url.clone(), is_image: false, range });
            url.into()
        };
        if is_external(&target) && has_external_attributes(self.context.options) {
            self.push_html(external_tag(self.context.options, &target, &title));
        } else {
            self.push(Event::Start(Tag::Link { link_type, dest_url: url, title, id }));
        }
    }

    fn resolve(&mut self, target: &str, range: &Range<usize>) -> String {
        if let Some(path) = target.strip_prefix("@/") {
            return self.resolve_internal(target, path, range);
        }
        if is_colocated(target) || target.starts_with("..") {
            self.check_markdown_target(target, range);
        }
        if is_colocated(target) {
            return format!("{}{target}", self.context.permalink);
        }
        if is_external(target) {
            self.external_links.push(target.to_owned());
        }
        match target.strip_prefix('#') {
            Some(anchor) if !anchor.is_empty() => {
                if !self.context.relative.is_empty() {
                    let range = self.place(target, range);
                    let path = self.context.relative.to_owned();
                    self.internal_links.push(InternalLink { path, anchor: Some(anchor.to_owned()), range });
                }
                format!("{}{target}", self.context.permalink)
            }
            _ => target.to_owned(),
        }
    }

    fn resolve_internal(&mut self, target: &str, path: &str, range: &Range<usize>) -> String {
        let mut parts = path.split('#');
        let path = percent_decode_str(parts.next().unwrap_or_default()).decode_utf8_lossy().into_owned();
        let anchor = parts.next();
        let range = self.place(target, range);
        let Some(permalink) = self.context.links.permalink(&path) else {
            let level = self.context.internal_links;
            let span = self.span(range);
            self.diagnostics.push(if self.context.links.is_draft(&path) {
                catalog::links::draft(level, span, target)
            } else {
                let nearest = self.context.links.nearest(&path).map(|path| path.replace(' ', "%20"));
                catalog::links::missing_page(level, span, target, nearest.as_deref())
            });
            return target.to_owned();
        };
        let url = match anchor {
            Some(anchor) => format!("{permalink}#{anchor}"),
            None => permalink,
        };
        self.internal_links.push(InternalLink { path, anchor: anchor.map(str::to_owned), range });
        url
    }

    /// Zola leaves `[text](other.md)` as it stands, so that it leads nowhere: say so.
    fn check_markdown_target(&mut self, target: &str, range: &Range<usize>) {
        let (path, anchor) = match target.split_once('#') {
            Some((path, anchor)) => (path, Some(anchor)),
            None => (target, None),
        };
        if !path.ends_with(".md") || self.context.relative.is_empty() {
            return;
        }
        let path = percent_decode_str(path).decode_utf8_lossy();
        let joined = joined(self.context.relative, &path);
        let found = match self.context.links.permalink(&joined) {
            Some(_) => Some(joined),
            None => self.context.links.nearest(&joined),
        };
        let meant = found.map(|path| path.replace(' ', "%20")).map(|path| match anchor {
            Some(anchor) => format!("@/{path}#{anchor}"),
            None => format!("@/{path}"),
        });
        let span = self.span(self.place(target, range));
        self.diagnostics.push(catalog::links::markdown_file(span, target, meant.as_deref()));
    }

    /// The place of a link that nothing is wrong with so far. In a templated body it has to be looked for in
    /// all of the text, which a build that will not tell it does without.
    pub(super) fn place_if_checked(&self, target: &str, range: &Range<usize>) -> Option<Range<usize>> {
        let is_wanted = self.context.offset.is_some() || self.context.links.are_checked();
        if is_wanted { self.place(target, range) } else { None }
    }

    /// The bytes of a link's target in the file: within the link if it stands there as it is, otherwise the
    /// whole link. The last occurrence, because the target stands behind the text.
    pub(super) fn place(&self, target: &str, range: &Range<usize>) -> Option<Range<usize>> {
        if self.context.offset.is_none() {
            return self.context.links.place(target);
        }
        let text = self.body.get(range.clone()).unwrap_or_default();
        let exact = text.rfind(target).map(|at| range.start + at..range.start + at + target.len());
        self.in_file(&exact.unwrap_or_else(|| range.clone()))
    }
}

fn is_external(target: &str) -> bool {
    target.starts_with("http:") || target.starts_with("https:")
}

fn has_external_attributes(options: &Markdown) -> bool {
    options.external_links_target_blank
        || options.external_links_no_follow
        || options.external_links_no_referrer
        || options.external_links_external
        || options.external_links_class.is_some()
}

/// The opening tag of a link to another site, its attributes in Zola's order.
fn external_tag(options: &Markdown, url: &str, title: &str) -> String {
    let relations = [
        (options.external_links_target_blank, "noopener"),
        (options.external_links_no_follow, "nofollow"),
        (options.external_links_no_referrer, "noreferrer"),
        (options.external_links_external, "external"),
    ];
    let relations: Vec<&str> = relations.iter().filter(|(on, _)| *on).map(|(_, name)| *name).collect();
    let mut tag = "<a ".to_owned();
    let mut attribute = |name: &str, value: Cow<'_, str>| {
        tag.push_str(&format!("{name}=\"{value}\" "));
    };
    if let Some(class) = &options.external_links_class {
        attribute("class", class.into());
    }
    if !relations.is_empty() {
        attribute("rel", relations.join(" ").into());
    }
    if options.external_links_target_blank {
        attribute("target", "_blank".into());
    }
    if !title.is_empty() {
        attribute("title", escaped(title).into());
    }
    format!("{tag}href=\"{}\">", escaped_href(url))
}

/// A relative path as seen from a document, without `.` and `..`.
fn joined(document: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
