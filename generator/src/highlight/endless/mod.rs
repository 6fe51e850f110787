//! Whether a grammar may call itself again and again on the same text. VS Code stops that while it goes on;
//! giallo overflows its stack (which ends the process) or fills the memory.
//!
//! Two ways lead there. A capture with `patterns` is tokenized again, and if the rule matches all of it once
//! more, so is that. And a rule that begins without consuming anything, and whose first pattern is itself,
//! begins for ever. Everything that may do the first is refused, because it cannot be stopped; of the second
//! only what is certain, because a pattern in front of it usually matches.

mod regex;

use std::collections::{BTreeMap, BTreeSet};
use std::ptr;

use serde_json::Value as Json;

/// A grammar, and where its names lead.
struct Grammar<'a> {
    root: &'a Json,
    scope: &'a str,
    /// Of all repositories, however deep: rather one rule too many than one too few.
    rules: BTreeMap<&'a str, Vec<&'a Json>>,
    injections: Vec<&'a Json>,
}

/// A rule: the index of its grammar, and itself.
type Rule<'a> = (usize, &'a Json);

/// A rule that need not come to an end: the index of its grammar, and its regular expression.
pub(super) fn find(grammars: &[Json]) -> Option<(usize, String)> {
    let grammars: Vec<Grammar<'_>> = grammars.iter().map(Grammar::new).collect();
    let mut all = Vec::new();
    for (index, grammar) in grammars.iter().enumerate() {
        objects(grammar.root, &mut |node| {
            if pattern(node).is_some() {
                all.push((index, node));
            }
        });
    }
    let finder = Finder { grammars };
    let endless = all.iter().find(|rule| finder.captures_itself(**rule) || finder.begins_with_itself(**rule));
    endless.map(|(index, node)| (*index, pattern(node).unwrap_or_default().to_owned()))
}

impl<'a> Grammar<'a> {
    fn new(root: &'a Json) -> Self {
        let mut rules: BTreeMap<&str, Vec<&Json>> = BTreeMap::new();
        let mut injections = Vec::new();
        objects(root, &mut |node| {
            for (name, rule) in table(node, "repository") {
                rules.entry(name).or_default().push(rule);
            }
        });
        injections.extend(table(root, "injections").map(|(_, rule)| rule));
        Self { root, scope: text(root, "scopeName").unwrap_or_default(), rules, injections }
    }
}

struct Finder<'a> {
    grammars: Vec<Grammar<'a>>,
}

impl<'a> Finder<'a> {
    /// Whether the rule is tried again on the whole of what it captured, directly or by way of others.
    fn captures_itself(&self, rule: Rule<'a>) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = self.on_captures(rule);
        while let Some(next) = open.pop() {
            if ptr::eq(next.1, rule.1) {
                return true;
            }
            if seen.insert(ptr::from_ref(next.1) as usize) {
                open.extend(self.on_captures(next));
            }
        }
        false
    }

    fn begins_with_itself(&self, rule: Rule<'a>) -> bool {
        let Some(begin) = text(rule.1, "begin") else { return false };
        let first = || {
            let mut seen = BTreeSet::new();
            let mut here = vec![rule];
            // Groups of patterns are entered, rules are not.
            loop {
                let (index, node) = *here.last()?;
                let next = *self.below(index, node).first()?;
                if pattern(next.1).is_some() {
                    return Some(next.1);
                }
                if !seen.insert(ptr::from_ref(next.1) as usize) {
                    return None;
                }
                here.push(next);
            }
        };
        !regex::consumes(begin, None) && first().is_some_and(|first| ptr::eq(first, rule.1))
    }

    /// The rules tried on a capture that may be as long as the text in which the rule was found.
    fn on_captures(&self, (index, node): Rule<'a>) -> Vec<Rule<'a>> {
        let keys = [
            ("match", ["captures", "captures"]),
            ("begin", ["beginCaptures", "captures"]),
            ("end", ["endCaptures", "captures"]),
            ("while", ["whileCaptures", "captures"]),
        ];
        let mut tried = Vec::new();
        for (key, captures) in keys {
            let Some(pattern) = text(node, key) else { continue };
            for (group, capture) in captures.into_iter().flat_map(|captures| numbered(node, captures)) {
                if !regex::consumes(pattern, Some(group)) {
                    tried.extend(self.tried(index, capture));
                }
            }
        }
        tried
    }

    /// The rules tried at the first place of a text below a rule, before anything of it is consumed.
    fn tried(&self, index: usize, node: &'a Json) -> Vec<Rule<'a>> {
        let mut open = self.below(index, node);
        if open.is_empty() {
            return Vec::new();
        }
        open.extend(self.grammars[index].injections.iter().map(|rule| (index, *rule)));
        let (mut seen, mut tried) = (BTreeSet::new(), Vec::new());
        while let Some(rule) = open.pop() {
            if !seen.insert(ptr::from_ref(rule.1) as usize) {
                continue;
            }
            if pattern(rule.1).is_some() {
                tried.push(rule);
            }
            let is_open = text(rule.1, "match").is_none()
                && text(rule.1, "begin").is_none_or(|begin| !regex::consumes(begin, None));
            if is_open {
                open.extend(self.below(rule.0, rule.1));
            }
        }
        tried
    }

    /// A rule's own patterns, in order, with what they include.
    fn below(&self, index: usize, node: &'a Json) -> Vec<Rule<'a>> {
        let patterns = match node {
            // A repository may hold a list where a rule with patterns is meant.
            Json::Array(list) => list.as_slice(),
            _ => node.get("patterns").and_then(Json::as_array).map_or(&[][..], Vec::as_slice),
        };
        patterns
            .iter()
            .flat_map(|pattern| match text(pattern, "include") {
                Some(name) => self.included(index, name),
                None => vec![(index, pattern)],
            })
            .collect()
    }

    fn included(&self, index: usize, name: &str) -> Vec<Rule<'a>> {
        let named = |index: usize, name: &str| {
            let rules = self.grammars[index].rules.get(name).into_iter().flatten();
            rules.map(|rule| (index, *rule)).collect::<Vec<_>>()
        };
        let (scope, rule) = name.split_once('#').map_or((name, None), |(scope, rule)| (scope, Some(rule)));
        let index = match scope {
            "" | "$self" => Some(index),
            // Whichever grammar the code is in.
            "$base" => {
                return self.grammars.iter().enumerate().map(|(at, grammar)| (at, grammar.root)).collect();
            }
            // The built-in ones end.
            scope => self.grammars.iter().position(|grammar| grammar.scope == scope),
        };
        match (index, rule) {
            (Some(index), Some(rule)) => named(index, rule),
            (Some(index), None) => vec![(index, self.grammars[index].root)],
            (None, _) => Vec::new(),
        }
    }
}

/// What a rule looks for, if it looks for anything.
fn pattern(node: &Json) -> Option<&str> {
    text(node, "match").or_else(|| text(node, "begin"))
}

fn text<'a>(node: &'a Json, key: &str) -> Option<&'a str> {
    node.get(key).and_then(Json::as_str)
}

fn table<'a>(node: &'a Json, key: &str) -> impl Iterator<Item = (&'a str, &'a Json)> {
    let table = node.get(key).and_then(Json::as_object);
    table.into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

/// Captures by the number of their group; written as a table or as a list.
fn numbered<'a>(node: &'a Json, key: &str) -> Vec<(usize, &'a Json)> {
    match node.get(key) {
        Some(Json::Array(list)) => list.iter().enumerate().collect(),
        Some(Json::Object(table)) => {
            table.iter().filter_map(|(group, rule)| Some((group.parse().ok()?, rule))).collect()
        }
        _ => Vec::new(),
    }
}

/// Every object, however deep; serde_json reads at most 128 levels.
fn objects<'a>(node: &'a Json, see: &mut impl FnMut(&'a Json)) {
    match node {
        Json::Object(table) => {
            see(node);
            table.values().for_each(|value| objects(value, see));
        }
        Json::Array(list) => list.iter().for_each(|value| objects(value, see)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rules: &str, endless: Option<&str>) {
        let json = format!("{{\"name\":\"a\",\"scopeName\":\"source.a\",{rules}}}");
        let grammar = serde_json::from_str(&json).unwrap();
        assert_eq!(find(&[grammar]).map(|(_, pattern)| pattern).as_deref(), endless, "{rules}");
    }

    #[test]
    fn a_capture_that_may_be_the_whole_match_must_not_lead_back() {
        let inner = r##"{"patterns":[{"include":"$self"}]}"##;
        check(&format!(r##""patterns":[{{"match":".*","captures":{{"0":{inner}}}}}]"##), Some(".*"));
        check(&format!(r##""patterns":[{{"match":"(.*)","captures":{{"1":{inner}}}}}]"##), Some("(.*)"));
        check(&format!(r##""patterns":[{{"match":"a?(.*)","captures":{{"1":{inner}}}}}]"##), Some("a?(.*)"));
        check(
            &format!(r##""patterns":[{{"begin":"(.*)","end":"$","beginCaptures":{{"1":{inner}}}}}]"##),
            Some("(.*)"),
        );
        check(&format!(r##""patterns":[{{"match":"\\((.*)\\)","captures":{{"1":{inner}}}}}]"##), None);
        check(&format!(r##""patterns":[{{"match":"a(.*)","captures":{{"1":{inner}}}}}]"##), None);
    }

    #[test]
    fn a_capture_may_be_looked_at_by_others() {
        let rules = r##""patterns":[{"match":".+","captures":{"0":{"patterns":[{"include":"#word"}]}}}],
            "repository":{"word":{"match":"\\w+","name":"x"}}"##;
        check(rules, None);
    }

    #[test]
    fn the_way_back_may_lead_through_others() {
        let rules = r##""patterns":[{"include":"#a"}],"repository":{
            "a":{"match":"(.+)","captures":{"1":{"patterns":[{"include":"#b"}]}}},
            "b":{"begin":"(?=x)","end":"$","patterns":[{"include":"#c"}]},
            "c":[{"match":"x.*","captures":[{"patterns":[{"include":"source.a"}]}]}]}"##;
        check(rules, Some("(.+)"));
        check(&rules.replace("(?=x)", "x"), None);
    }

    #[test]
    fn a_rule_must_not_begin_again_where_it_began() {
        let rules = r##""patterns":[{"begin":"(?=a)","end":"b","patterns":[{"include":"$self"}]}]"##;
        check(rules, Some("(?=a)"));
        check(&rules.replace("(?=a)", "a"), None);
        check(&rules.replace(r##"[{"include":"$self"}]"##, r##"[{"match":"a"},{"include":"$self"}]"##), None);
    }
}
