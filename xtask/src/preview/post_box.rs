//! The authors' post box of the preview: the mails that became files, as two plain pages under `/_post/`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};
use mailparse::MailHeaderMap;

/// Where it stands.
pub const PREFIX: &str = "/_post/";

/// The list of mails, or one of them.
pub fn answer(folder: &Path, address: &str) -> Response<Full<Bytes>> {
    let name = address.strip_prefix(PREFIX).unwrap_or_default();
    if name.is_empty() {
        return page(StatusCode::OK, "Post box", &list(folder));
    }
    match mails(folder).into_iter().find(|file| file.file_name().is_some_and(|found| found == name)) {
        Some(file) => page(StatusCode::OK, name, &one(&file)),
        None => page(StatusCode::NOT_FOUND, "No such mail", "<p><a href=\"/_post/\">All mails</a></p>"),
    }
}

/// The newest first.
fn mails(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut mails: Vec<(std::time::SystemTime, PathBuf)> = entries
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "eml"))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    mails.sort();
    mails.into_iter().rev().map(|(_, path)| path).collect()
}

fn list(folder: &Path) -> String {
    let mut html = format!(
        "<p>Mails that the authors would have got, in <code>{}</code>.</p>",
        escape(&folder.to_string_lossy())
    );
    let mails = mails(folder);
    if mails.is_empty() {
        html.push_str("<p>None yet. Follow a link \"Vorschlag zu diesem Absatz\" on any page and send a suggestion.</p>");
        return html;
    }
    html.push_str("<ul>");
    for file in mails {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let subject = header(&file, "Subject").unwrap_or_else(|| name.clone());
        let to = header(&file, "To").unwrap_or_default();
        // Writing into a String cannot fail.
        let _ = write!(
            html,
            "<li><a href=\"{PREFIX}{}\">{}</a><br>{}</li>",
            escape(&name),
            escape(&subject),
            escape(&to)
        );
    }
    html.push_str("</ul>");
    html
}

fn header(file: &Path, name: &str) -> Option<String> {
    let bytes = std::fs::read(file).ok()?;
    let (headers, _) = mailparse::parse_headers(&bytes).ok()?;
    headers.get_first_value(name)
}

fn one(file: &Path) -> String {
    let mut html = String::from("<p><a href=\"/_post/\">All mails</a></p>");
    let bytes = std::fs::read(file).unwrap_or_default();
    let Ok(mail) = mailparse::parse_mail(&bytes) else { return html };
    html.push_str("<table>");
    for header in &mail.headers {
        let _ = write!(
            html,
            "<tr><th scope=\"row\">{}</th><td>{}</td></tr>",
            escape(&header.get_key()),
            escape(&header.get_value())
        );
    }
    let _ = write!(html, "</table><pre>{}</pre>", escape(&mail.get_body().unwrap_or_default()));
    html
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn page(status: StatusCode, title: &str, main: &str) -> Response<Full<Bytes>> {
    let title = escape(title);
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}}\
         pre{{white-space:pre-wrap;overflow-wrap:anywhere}}th{{text-align:left;vertical-align:top;padding-right:1rem}}li{{margin:.75rem 0}}</style></head>\
         <body><main><h1>{title}</h1>{main}</main></body></html>"
    );
    let mut response = Response::new(Full::new(Bytes::from(html)));
    *response.status_mut() = status;
    response.headers_mut().insert(
        hyper::header::CONTENT_TYPE,
        hyper::header::HeaderValue::from_static("text/html; charset=utf-8"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::{answer, mails};

    #[test]
    fn only_mails_of_the_folder_are_shown() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("LOE-1.eml"), "Subject: <b>Neu</b>\r\nTo: a@b.example\r\n\r\nText")
            .unwrap();
        std::fs::write(folder.path().join("secret.txt"), "x").unwrap();
        assert_eq!(mails(folder.path()).len(), 1);
        assert_eq!(answer(folder.path(), "/_post/").status(), 200);
        assert_eq!(answer(folder.path(), "/_post/LOE-1.eml").status(), 200);
        assert_eq!(answer(folder.path(), "/_post/secret.txt").status(), 404);
        assert_eq!(answer(folder.path(), "/_post/../secret.txt").status(), 404);
    }
}
