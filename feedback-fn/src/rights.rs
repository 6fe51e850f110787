//! Whose a file is: what to tell somebody who may not use it.

use rustix::process::geteuid;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What to do for who may not use `path`, as a sentence for a hint. Tells by the nearest of the file and the
/// folders above it that can be seen.
pub(crate) fn advice(path: &Path) -> String {
    let seen = path.ancestors().find_map(|path| Some((path, std::fs::metadata(path).ok()?)));
    match seen {
        Some((seen, metadata)) => by_owner(seen, &metadata),
        None => "run it as the user who runs the service".to_owned(),
    }
}

fn by_owner(path: &Path, metadata: &Metadata) -> String {
    let (path, owner) = (path.display(), metadata.uid());
    match owner {
        owner if owner == geteuid().as_raw() => format!("`chmod u+rwX {path}`: it is this user's own"),
        0 => format!(
            "`{path}` belongs to root: give it to the user who runs the service, and run this as that user"
        ),
        owner => {
            let user = named(&known_users(), owner).unwrap_or_else(|| format!("'#{owner}'"));
            format!("run it as the user to whom `{path}` belongs: `sudo -u {user} feedback-fn …`")
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the system's list of users")]
fn known_users() -> String {
    std::fs::read_to_string("/etc/passwd").unwrap_or_default()
}

/// `passwd(5)`: name, password, number.
fn named(users: &str, owner: u32) -> Option<String> {
    let fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let mut found = fields.filter(|fields| fields.get(2).is_some_and(|id| *id == owner.to_string()));
    found.next().and_then(|fields| fields.first().map(|name| (*name).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_is_named_by_the_number() {
        let users = "root:x:0:0:root:/root:/bin/sh\n\nfeedback-fn:x:998:99:Feedback::/sbin/nologin\n";
        assert_eq!(named(users, 998).as_deref(), Some("feedback-fn"));
        assert_eq!(named(users, 99), None);
    }
}
