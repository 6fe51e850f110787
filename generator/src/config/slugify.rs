//! Words → parts of URLs, by the strategies of `[slugify]`.

use crate::config::SlugifyStrategy;

/// A part of a path: page slugs, taxonomies, terms.
pub fn slugify_path(text: &str, strategy: SlugifyStrategy) -> String {
    match strategy {
        SlugifyStrategy::On => slug::slugify(text),
        SlugifyStrategy::Safe => {
            let mut safe = text.trim_end_matches([' ', '.']).to_owned();
            // What Windows takes in no file name.
            safe.retain(|letter| !r#"<>:"/\|?*"#.contains(letter));
            safe
        }
        SlugifyStrategy::Off => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_strategy_slugifies_as_zola_does() {
        for (text, on, safe, off) in [
            ("Ämter öffentlich", "amter-offentlich", "Ämter öffentlich", "Ämter öffentlich"),
            ("Straße?", "strasse", "Straße", "Straße?"),
            ("a: b/c. ", "a-b-c", "a bc", "a: b/c. "),
        ] {
            let made = [SlugifyStrategy::On, SlugifyStrategy::Safe, SlugifyStrategy::Off]
                .map(|strategy| slugify_path(text, strategy));
            assert_eq!(made, [on, safe, off]);
        }
    }
}
