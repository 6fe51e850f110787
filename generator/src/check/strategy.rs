//! Rules over the whole strategy.

use crate::diagnostic::catalog::strategy as catalog;
use crate::diagnostic::{Diagnostics, Span};
use crate::site::Site;
use crate::strategy::timeframe::End;
use crate::strategy::vocabulary::{Status, Word};
use crate::strategy::{Entity, EntityId, Facts, FollowUps, Strategy, extra_span};

/// Themes that are empty or not, states that contradict each other, circles of participants, sources
/// that nobody names.
pub fn strategy(site: &Site, strategy: &Strategy, diagnostics: &mut Diagnostics) {
    for id in strategy.ids() {
        let entity = strategy.entity(id);
        match &entity.facts {
            Facts::Theme(area) => empty_theme(site, strategy, id, area.empty.is_some(), diagnostics),
            Facts::Project(project) => {
                let over = project.status.filter(|status| matches!(status, Status::Done | Status::Ended));
                if let (Some(status), End::Open) = (over, project.timeframe.to) {
                    let span = span(site, entity, "status");
                    diagnostics.push(catalog::status_contradicts_end(span, status.key()));
                }
            }
            Facts::Participant(_) => parent_cycle(site, strategy, id, diagnostics),
            Facts::Group(_) | Facts::Step(_) | Facts::Chapter(_) => {}
        }
    }
    for source in strategy.sources.iter().filter(|source| source.used_by.is_empty()) {
        diagnostics.push(catalog::unused_source(source.span.clone(), &source.key));
    }
}

fn empty_theme(
    site: &Site,
    strategy: &Strategy,
    id: EntityId,
    says_empty: bool,
    diagnostics: &mut Diagnostics,
) {
    let entity = strategy.entity(id);
    let mut projects = strategy.projects_in(id, FollowUps::Without).filter(|project| {
        let facts = &strategy.entity(*project).facts;
        matches!(facts, Facts::Project(project) if project.scope == crate::strategy::vocabulary::Scope::Strategy)
    });
    match (projects.next(), says_empty) {
        (None, false) => diagnostics.push(catalog::empty_theme(span(site, entity, "kind"))),
        (Some(project), true) => {
            let title = &strategy.entity(project).title;
            diagnostics.push(catalog::theme_is_not_empty(span(site, entity, "empty"), title));
        }
        _ => {}
    }
}

/// Reports a circle at its member with the lowest id, once.
fn parent_cycle(site: &Site, strategy: &Strategy, id: EntityId, diagnostics: &mut Diagnostics) {
    let mut chain = vec![id];
    let mut at = id;
    while let Facts::Participant(participant) = &strategy.entity(at).facts
        && let Some(parent) = participant.parent
    {
        if parent == id {
            chain.push(id);
            let names: Vec<String> =
                chain.iter().map(|id| format!("`{}`", strategy.entity(*id).id)).collect();
            let span = span(site, strategy.entity(id), "parent");
            diagnostics.push(catalog::parent_cycle(span, &names.join(" → ")));
            return;
        }
        if parent < id || chain.contains(&parent) {
            return;
        }
        chain.push(parent);
        at = parent;
    }
}

fn span(site: &Site, entity: &Entity, key: &str) -> Span {
    extra_span(site, entity.node, key).expect("parts of the strategy have a file")
}
