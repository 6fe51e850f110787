//! Whose a file is: what to tell somebody who may not use it.

use anyhow::anyhow;
use rustix::process::{getegid, geteuid};
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What to do for who may not use `path`, as a sentence for a hint. Tells by the nearest of the file and the
/// folders above it that can be seen.
pub(crate) fn advice(path: &Path) -> String {
    let mut above = path.ancestors().map(|path| if path == Path::new("") { Path::new(".") } else { path });
    let seen = above.find_map(|path| Some((path, std::fs::metadata(path).ok()?)));
    match seen {
        Some((seen, metadata)) => by_owner(seen, &metadata),
        None => "run it as the user who runs the service".to_owned(),
    }
}

/// Why a file of the operator's cannot be read. `what` it is stands before its path.
pub(crate) fn unreadable(what: &str, path: &Path, error: &io::Error) -> anyhow::Error {
    let hint = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            format!("\nhint: if this is the user who runs the service: `{}`", lending(path))
        }
        _ => String::new(),
    };
    anyhow!("cannot read the {what} `{}`: {error}{hint}", path.display())
}

/// The command that lets this user read a file that stays somebody else's: root's, so that the service cannot
/// change it.
pub(crate) fn lending(path: &Path) -> String {
    let number = getegid().as_raw();
    let group = named(&known("/etc/group"), number).unwrap_or_else(|| number.to_string());
    format!("chgrp {group} {0} && chmod 640 {0}", path.display())
}

fn by_owner(path: &Path, metadata: &Metadata) -> String {
    let (path, owner) = (path.display(), metadata.uid());
    match owner {
        owner if owner == geteuid().as_raw() => format!("`chmod u+rwX {path}`: it is this user's own"),
        0 => format!(
            "`{path}` belongs to root: give it to the user who runs the service, and run this as that user"
        ),
        owner => {
            let user = named(&known("/etc/passwd"), owner).unwrap_or_else(|| format!("'#{owner}'"));
            format!("run it as the user to whom `{path}` belongs: `sudo -u {user} feedback-fn …`")
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the system's lists of users and groups")]
fn known(list: &str) -> String {
    std::fs::read_to_string(list).unwrap_or_default()
}

/// `passwd(5)`, `group(5)`: name, password, number.
fn named(users: &str, owner: u32) -> Option<String> {
    let fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let mut found = fields.filter(|fields| fields.get(2).is_some_and(|id| *id == owner.to_string()));
    found.next().and_then(|fields| fields.first().map(|name| (*name).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_that_may_not_be_read_is_told_with_the_command_that_lends_it() {
        let told = |kind: io::ErrorKind| unreadable("secret", Path::new("s"), &kind.into()).to_string();
        let denied = told(io::ErrorKind::PermissionDenied);
        assert!(denied.starts_with("cannot read the secret `s`: permission denied\nhint: "), "{denied}");
        assert!(denied.contains("`chgrp ") && denied.ends_with(" s && chmod 640 s`"), "{denied}");
        assert!(!told(io::ErrorKind::NotFound).contains("hint"));
    }

    #[test]
    fn user_is_named_by_the_number() {
        let users = "root:x:0:0:root:/root:/bin/sh\n\nfeedback-fn:x:998:99:Feedback::/sbin/nologin\n";
        assert_eq!(named(users, 998).as_deref(), Some("feedback-fn"));
        assert_eq!(named(users, 99), None);
    }
}
