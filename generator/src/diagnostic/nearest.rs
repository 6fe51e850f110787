//! Which of several names was probably meant. Advice that is wrong is worse than none: two names that
//! share no more than their ending (`kopf.html`, `page.html`) are not near.

/// Shorter names are a letter away from half the alphabet: they must be the same but for spelling.
const SHORTEST: usize = 4;

/// The candidate nearest to `name`: the same but for spelling, or with few letters changed, or one part of
/// the other.
pub(super) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let spelled = spelling(name);
    let near = candidates.into_iter().filter_map(|candidate| {
        let distance = distance(name, &spelled, candidate)?;
        Some((distance, strsim::jaro_winkler(name, candidate), candidate))
    });
    near.min_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(b.2)))
        .map(|(_, _, candidate)| candidate)
}

/// How many letters are changed; none if they are too many.
fn distance(name: &str, spelled: &str, candidate: &str) -> Option<usize> {
    let other = spelling(candidate);
    if spelled == other && !other.is_empty() {
        return Some(0);
    }
    let (short, long) = if name.len() < candidate.len() { (name, candidate) } else { (candidate, name) };
    let distance = strsim::damerau_levenshtein(spelled, &other).max(1);
    let (short, long) = without_common_ending(short, long);
    let (letters, most) = (short.chars().count(), long.chars().count() / 3);
    let is_part = letters >= SHORTEST - 1 && (long.starts_with(short) || long.ends_with(short));
    (is_part || letters >= SHORTEST && distance <= most).then_some(distance)
}

/// `kopf`, `page` for `kopf.html`, `page.html`.
fn without_common_ending<'a>(one: &'a str, other: &'a str) -> (&'a str, &'a str) {
    match (one.rsplit_once('.'), other.rsplit_once('.')) {
        (Some((one, ending)), Some((other, same))) if ending == same => (one, other),
        _ => (one, other),
    }
}

/// A name without what people spell differently: case, hyphens, umlauts, leading zeros.
fn spelling(name: &str) -> String {
    let mut spelled = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'ä' => spelled.push_str("ae"),
            'ö' => spelled.push_str("oe"),
            'ü' => spelled.push_str("ue"),
            'ß' => spelled.push_str("ss"),
            '0' if !spelled.ends_with(|last: char| last.is_ascii_digit()) => {}
            _ if letter.is_alphanumeric() => spelled.push(letter),
            _ => {}
        }
    }
    spelled
}

#[cfg(test)]
mod tests {
    #[track_caller]
    fn check(name: &str, candidates: &[&str], expected: Option<&str>) {
        assert_eq!(super::nearest(name, candidates.iter().copied()), expected, "{name}");
    }

    #[test]
    fn name_that_was_meant_is_found() {
        check("wieght", &["title", "weight"], Some("weight"));
        check("sortby", &["slug", "sort_by"], Some("sort_by"));
        check("projekt", &["theme", "project"], Some("project"));
        check("stadt.md", &["stadtmarketing", "stadt"], Some("stadt"));
        check("loeffingen", &["löffingen"], Some("löffingen"));
        check("S1", &["S10", "S01", "S11"], Some("S01"));
        check("tag", &["tags"], Some("tags"));
        check("warning", &["error", "warn"], Some("warn"));
    }

    #[test]
    fn names_that_only_end_alike_are_not_near() {
        check("kopf.html", &["page.html", "index.html"], None);
        check("eins.md", &["seite.md"], None);
        check("S99", &["S09", "S39"], None);
    }
}
