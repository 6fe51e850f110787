//! Checks the written relations and derives the opposite directions.

use std::collections::{BTreeMap, BTreeSet};

use super::index::Index;
use super::model::{EntityId, Facts, Relation};
use super::order::Order;
use super::read::{Read, Written};
use super::vocabulary::{Kind, ParticipantType, RelationKind, Word};
use crate::diagnostic::Diagnostics;
use crate::diagnostic::catalog::strategy as catalog;

/// Relations of every part: the written ones in their order, then the derived ones in reading order.
pub fn connect(
    index: &Index,
    read: &[Read],
    order: &Order,
    diagnostics: &mut Diagnostics,
) -> Vec<Vec<Relation>> {
    let mut kept: Vec<(EntityId, &Written)> = Vec::new();
    let mut seen: BTreeMap<(RelationKind, EntityId, EntityId), &Written> = BTreeMap::new();
    for (from, written) in all(read) {
        if !is_sound(index, read, from, written, diagnostics) {
            continue;
        }
        match seen.get(&pair(from, written)) {
            Some(first) => {
                let id = &index.entry(written.to).id;
                let (span, first) = (written.span.clone(), first.span.clone());
                diagnostics.push(catalog::duplicate_relation(span, written.kind.key(), id, first));
            }
            None => {
                seen.insert(pair(from, written), written);
                kept.push((from, written));
            }
        }
    }
    for (_, kind) in RelationKind::ALL.iter().filter(|(_, kind)| kind.is_hierarchic()) {
        report_cycles(index, *kind, &kept, diagnostics);
    }
    both_directions(&kept, read.len(), order)
}

fn all(read: &[Read]) -> impl Iterator<Item = (EntityId, &Written)> {
    read.iter()
        .enumerate()
        .flat_map(|(from, read)| read.relations.iter().map(move |written| (EntityId(from), written)))
}

/// What makes two relations the same; of symmetric kinds the order of the two does not count.
fn pair(from: EntityId, written: &Written) -> (RelationKind, EntityId, EntityId) {
    let (one, other) = (from, written.to);
    if written.kind.is_symmetric() && other < one {
        return (written.kind, other, one);
    }
    (written.kind, one, other)
}

fn is_sound(
    index: &Index,
    read: &[Read],
    from: EntityId,
    written: &Written,
    diagnostics: &mut Diagnostics,
) -> bool {
    let span = || written.span.clone();
    let (kind, target) = (written.kind, index.entry(written.to));
    if from == written.to {
        diagnostics.push(catalog::relation_to_itself(span(), &target.id));
        return false;
    }
    let kinds = (index.entry(from).kind, target.kind);
    if !kind.pairs().contains(&kinds) {
        let possible = possible(kind);
        let (from, to) = (kinds.0.key(), kinds.1.key());
        diagnostics.push(catalog::wrong_target(span(), kind.key(), from, to, &possible));
        return false;
    }
    if kind.wants_programme() && target.kind == Kind::Participant && !is_programme(&read[written.to.0]) {
        diagnostics.push(catalog::not_a_programme(span(), kind.key(), &target.id));
        return false;
    }
    true
}

fn possible(kind: RelationKind) -> String {
    let pairs = kind.pairs().iter();
    let pairs: Vec<String> =
        pairs.map(|(from, to)| format!("from a {} to a {}", from.key(), to.key())).collect();
    pairs.join(" or ")
}

fn is_programme(read: &Read) -> bool {
    matches!(&read.facts, Facts::Participant(who) if who.kind == Some(ParticipantType::Programme))
}

/// Reports one relation of every circle. Takes away, again and again, what leads nowhere; what is
/// left runs in circles.
fn report_cycles(
    index: &Index,
    kind: RelationKind,
    kept: &[(EntityId, &Written)],
    diagnostics: &mut Diagnostics,
) {
    let of_kind = kept.iter().filter(|(_, written)| written.kind == kind);
    let mut edges: Vec<(EntityId, &Written)> = of_kind.copied().collect();
    loop {
        prune(&mut edges);
        let Some((start, _)) = edges.first() else { return };
        let circle = circle(*start, &edges);
        let Some((_, last)) = circle.last() else { return };
        let mut chain: Vec<&str> = circle.iter().map(|(from, _)| index.entry(*from).id.as_str()).collect();
        chain.push(&index.entry(last.to).id);
        let chain = chain.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" → ");
        diagnostics.push(catalog::relation_cycle(last.span.clone(), kind.key(), &chain));
        let closing = (circle[circle.len() - 1].0, last.to);
        edges.retain(|(from, written)| (*from, written.to) != closing);
    }
}

fn prune(edges: &mut Vec<(EntityId, &Written)>) {
    loop {
        let sources: BTreeSet<EntityId> = edges.iter().map(|(from, _)| *from).collect();
        let before = edges.len();
        edges.retain(|(_, written)| sources.contains(&written.to));
        if edges.len() == before {
            return;
        }
    }
}

/// Follows the first relation of each part until one comes twice, and cuts off the way there.
fn circle<'a>(start: EntityId, edges: &[(EntityId, &'a Written)]) -> Vec<(EntityId, &'a Written)> {
    let mut way: Vec<(EntityId, &Written)> = Vec::new();
    let mut at = start;
    while let Some((from, written)) = edges.iter().find(|(from, _)| *from == at) {
        if let Some(first) = way.iter().position(|(from, _)| *from == at) {
            return way.split_off(first);
        }
        way.push((*from, written));
        at = written.to;
    }
    Vec::new()
}

fn both_directions(kept: &[(EntityId, &Written)], parts: usize, order: &Order) -> Vec<Vec<Relation>> {
    let mut relations: Vec<Vec<Relation>> = vec![Vec::new(); parts];
    let mut derived: Vec<Vec<Relation>> = vec![Vec::new(); parts];
    for (from, written) in kept {
        let note = &written.note;
        let relation = |target, derived| Relation { kind: written.kind, target, note: note.clone(), derived };
        relations[from.0].push(relation(written.to, false));
        derived[written.to.0].push(relation(*from, true));
    }
    let ranks = order.ranks();
    for (relations, mut derived) in relations.iter_mut().zip(derived) {
        derived.sort_by_key(|relation| (ranks.get(&relation.target).copied(), relation.kind));
        relations.extend(derived);
    }
    relations
}
