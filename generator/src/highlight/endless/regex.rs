//! Whether a regular expression of Oniguruma's must consume something. Not a complete parser: where it does
//! not know, it says no.

use std::iter::Peekable;
use std::str::Chars;

/// Whether every match has a character outside of the group with that number (0: the whole match).
pub(super) fn consumes(pattern: &str, group: Option<usize>) -> bool {
    if group == Some(0) {
        return false;
    }
    let is_extended = pattern.split("(?").skip(1).any(|flags| {
        flags.chars().take_while(|letter| letter.is_ascii_lowercase()).any(|letter| letter == 'x')
    });
    let mut parser = Parser { rest: pattern.chars().peekable(), groups: 0, group, is_extended, depth: 0 };
    parser.alternatives()
}

/// Deeper nesting is not looked at.
const DEEPEST: usize = 200;

struct Parser<'a> {
    rest: Peekable<Chars<'a>>,
    /// How many groups have begun.
    groups: usize,
    group: Option<usize>,
    is_extended: bool,
    depth: usize,
}

impl Parser<'_> {
    /// Up to the closing bracket or the end: whether all alternatives consume.
    fn alternatives(&mut self) -> bool {
        let (mut all, mut this) = (true, false);
        self.depth += 1;
        while let Some(letter) = self.rest.next() {
            match letter {
                ')' => break,
                '|' => {
                    all &= this;
                    this = false;
                }
                letter => {
                    let consumes = self.item(letter);
                    this |= self.at_least_once() && consumes;
                }
            }
        }
        self.depth -= 1;
        all && this && self.depth < DEEPEST
    }

    fn item(&mut self, letter: char) -> bool {
        match letter {
            '\\' => self.escape(),
            '[' => self.class(),
            '(' if self.depth >= DEEPEST => {
                // The rest counts as nothing.
                self.rest.by_ref().for_each(drop);
                false
            }
            '(' => self.group(),
            '^' | '$' => false,
            '#' if self.is_extended => {
                while self.rest.next_if(|letter| *letter != '\n').is_some() {}
                false
            }
            letter => !(self.is_extended && letter.is_whitespace()),
        }
    }

    fn escape(&mut self) -> bool {
        match self.rest.next() {
            Some('b' | 'B' | 'A' | 'z' | 'Z' | 'G' | 'K' | '0'..='9') | None => false,
            Some('k' | 'g') => {
                self.skip_through('>');
                false
            }
            Some('p' | 'P' | 'x' | 'o') if self.rest.peek() == Some(&'{') => {
                self.skip_through('}');
                true
            }
            Some(_) => true,
        }
    }

    fn class(&mut self) -> bool {
        let mut depth = 1;
        self.rest.next_if_eq(&'^');
        // A bracket at the start is a letter.
        self.rest.next_if_eq(&']');
        while depth > 0 {
            match self.rest.next() {
                Some('\\') => {
                    self.rest.next();
                }
                Some('[') => depth += 1,
                Some(']') => depth -= 1,
                Some(_) => {}
                None => return false,
            }
        }
        true
    }

    fn group(&mut self) -> bool {
        if self.rest.next_if_eq(&'?').is_none() {
            return self.numbered();
        }
        match self.rest.next() {
            Some(':' | '>') => self.alternatives(),
            Some('=' | '!' | '~') => {
                self.alternatives();
                false
            }
            Some('<') if self.rest.next_if(|letter| matches!(letter, '=' | '!')).is_some() => {
                self.alternatives();
                false
            }
            Some('<') => {
                self.skip_through('>');
                self.numbered()
            }
            Some('\'') => {
                self.skip_through('\'');
                self.numbered()
            }
            Some('#') => {
                self.skip_through(')');
                false
            }
            // Flags, for the rest or for a group.
            _ => loop {
                match self.rest.next() {
                    Some(')') | None => return false,
                    Some(':') => return self.alternatives(),
                    Some(_) => {}
                }
            },
        }
    }

    fn numbered(&mut self) -> bool {
        self.groups += 1;
        let is_it = self.group == Some(self.groups);
        let consumes = self.alternatives();
        consumes && !is_it
    }

    /// Reads quantifiers; whether what stands before them is there at least once.
    fn at_least_once(&mut self) -> bool {
        let mut is_there = true;
        while let Some(letter) = self.rest.peek().copied() {
            match letter {
                '?' | '*' | '+' => {
                    is_there &= letter == '+';
                    self.rest.next();
                    // Lazy or possessive.
                    self.rest.next_if(|letter| matches!(letter, '?' | '+'));
                }
                // A question mark behind it makes it optional.
                '{' => match self.interval() {
                    Some(least) => is_there &= least > 0,
                    None => break,
                },
                _ => break,
            }
        }
        is_there
    }

    /// `{2,3}`: its least number. Other braces are letters.
    fn interval(&mut self) -> Option<u32> {
        let mut ahead = self.rest.clone();
        ahead.next();
        let inner: String = ahead.by_ref().take_while(|letter| *letter != '}').collect();
        let is_interval =
            !inner.is_empty() && inner.chars().all(|letter| letter.is_ascii_digit() || letter == ',');
        is_interval.then(|| {
            self.rest = ahead;
            inner.split(',').next().and_then(|least| least.parse().ok()).unwrap_or_default()
        })
    }

    fn skip_through(&mut self, end: char) {
        for letter in self.rest.by_ref() {
            if letter == end {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_be_there_is_found() {
        let cases = [
            ("a", None, true),
            ("a*", None, false),
            ("a|b?", None, false),
            ("a|bc?", None, true),
            ("(?=a)", None, false),
            ("(?<=a)\\b^$", None, false),
            ("(?i)a", None, true),
            ("(?i:a)", None, true),
            ("(?x) a? # b\n", None, false),
            ("a{0,3}", None, false),
            ("a{2}", None, true),
            ("a{,2}", None, false),
            ("\\{", None, true),
            ("[^]a]*", None, false),
            ("[[:alpha:]\\]]", None, true),
            ("(a)", Some(0), false),
            ("(a)", Some(1), false),
            ("(a)(b)", Some(1), true),
            ("(a)(b)?", Some(1), false),
            ("(?<name>a)b*", Some(1), false),
            ("(?<name>a)b+", Some(1), true),
            ("((a)b)", Some(1), false),
            ("((a)b)", Some(2), true),
            ("(a)\\1", Some(1), false),
            ("(.*)\\k<x>", Some(1), false),
            ("\\p{L}", None, true),
            ("a+?", None, true),
            ("a*?", None, false),
            ("a{2}?", None, false),
            ("", None, false),
        ];
        for (pattern, group, expected) in cases {
            assert_eq!(consumes(pattern, group), expected, "{pattern} {group:?}");
        }
    }

    #[test]
    fn odd_expressions_are_no_danger() {
        for pattern in ["(", ")", "[", "\\", "(?", "(?<", "{", "a{", "[^", "(?#", &"(".repeat(100_000)] {
            consumes(pattern, Some(1));
        }
    }
}
