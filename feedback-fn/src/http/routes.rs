//! What the paths below the endpoint do: `check`, `send`, `receipt`, `health`.

use super::answer::{self, Answer, Format};
use super::patience::in_time;
use super::{Peer, body, foreign, guard, origin};
use crate::abuse::{self, Gist, Judgement};
use crate::app::App;
use crate::form::{self, Code, Form, Refusal};
use crate::mail::PlainAddress;
use crate::mail::diff::{self, Change};
use crate::metrics::count;
use crate::pages::Published;
use crate::reference::Reference;
use crate::store::{Accepted, Entry, Standing, StoreError};
use crate::suggestion::{Draft, Mark, Marks};
use crate::token::{Confirmed, Shown, TokenError};
use hyper::body::Body;
use hyper::{Method, Request, StatusCode};
use jiff::Timestamp;
use serde_json::json;
use std::sync::Arc;

/// When a full store may have room again: the queue empties in seconds, a disk in a minute at best.
const COME_AGAIN: u64 = 30;
/// Draws of a reference. With a million suggestions the first is taken once in 34 000 times.
const DRAWS: usize = 8;

/// One request, with what its answer depends on.
struct Exchange<'a> {
    app: &'a App,
    published: Arc<Published>,
    format: Format,
    now: Timestamp,
}

/// A form with what its request shows.
struct Posted {
    form: Form,
    marks: Marks,
}

/// What comes of a confirmed form that is not refused.
enum Sent {
    /// It is stored.
    Stored(Reference),
    /// Its sender is asked to send it once more, with this token. Nothing is stored.
    AskedAgain(Box<Draft>, String),
}

/// A refusal together with what the resident wrote.
struct Stop {
    refusal: Refusal,
    form: Box<Form>,
}

impl Stop {
    fn with(form: Form, refusal: Refusal) -> Stop {
        Stop { refusal, form: Box::new(form) }
    }
}

impl From<Code> for Stop {
    fn from(code: Code) -> Stop {
        Stop::with(Form::default(), code.into())
    }
}

/// Answers a request. Never fails: what goes wrong is an answer too.
pub(crate) async fn respond<B: Body>(app: &App, request: Request<B>, peer: Peer) -> Answer {
    let exchange = Exchange {
        app,
        published: app.contract.current(),
        format: Format::of(request.headers()),
        now: app.clock.now(),
    };
    let secure = origin::is_secure(peer, request.headers(), &app.config.get().guard.trusted_proxies);
    let answer = exchange.route(request, peer).await.unwrap_or_else(|stop| exchange.refuse(&stop));
    if secure { answer::only_over_tls(answer) } else { answer }
}

impl Exchange<'_> {
    async fn route<B: Body>(&self, request: Request<B>, peer: Peer) -> Result<Answer, Stop> {
        guard::check_framing(&request)?;
        let page = request.uri().path().strip_prefix(self.published.review.endpoint.as_str());
        match (page, request.method()) {
            (Some("check"), &Method::POST) => self.check(self.posted(request, peer).await?),
            (Some("send"), &Method::POST) => self.send(self.posted(request, peer).await?).await,
            (Some("receipt"), &Method::GET | &Method::HEAD) => self.receipt(request.uri().query()),
            (Some("health"), &Method::GET | &Method::HEAD) => {
                Ok(answer::text(StatusCode::OK, "ok".to_owned()))
            }
            (Some("check" | "send"), _) => Ok(self.not_allowed("POST")),
            (Some("receipt" | "health"), _) => Ok(self.not_allowed("GET, HEAD")),
            _ => Err(Code::NotFound.into()),
        }
    }

    async fn posted<B: Body>(&self, request: Request<B>, peer: Peer) -> Result<Posted, Stop> {
        let foreign = foreign::mark(request.headers(), &self.published.review.site.base_url);
        let address = origin::address(peer, request.headers(), &self.app.config.get().guard.trusted_proxies);
        let length = guard::check_form(request.headers())?;
        let limit = body::limit(&self.published.review.limits);
        let bytes = body::read(request.into_body(), length, limit).await?;
        let form = Form::parse(&bytes).map_err(|_| Code::BadRequest)?;
        // After reading, so that the page can show the text again.
        match self.app.limiter.get().admit(address, self.now) {
            Ok(rate) => Ok(Posted { form, marks: foreign.union(rate) }),
            Err(seconds) => Err(Stop::with(form, Refusal::for_now(Code::TooManyRequests, seconds))),
        }
    }

    fn check(&self, posted: Posted) -> Result<Answer, Stop> {
        let Posted { form, marks } = posted;
        let draft = match self.draft(&form) {
            Ok(draft) => draft,
            Err(refusal) => return Err(Stop::with(form, refusal)),
        };
        let token = self.app.seal.issue(&form, draft.marks.union(marks), self.now);
        let diff = changes(&draft);
        if self.format == Format::Json {
            let data = json!({ "token": token, "diff": diff, "changed": draft.changed() });
            return Ok(answer::json(StatusCode::OK, &data));
        }
        let page = self.published.check_page(&form, &draft, &diff, &token);
        self.page(StatusCode::OK, "check.html", page).map_err(|refusal| Stop::with(form, refusal))
    }

    async fn send(&self, posted: Posted) -> Result<Answer, Stop> {
        let sent = match self.decide(&posted).await {
            Ok(Sent::Stored(reference)) => return Ok(self.accepted(&reference)),
            Ok(Sent::AskedAgain(draft, token)) => self.ask_again(&posted.form, &draft, &token),
            Err(refusal) => Err(refusal),
        };
        sent.map_err(|refusal| Stop::with(posted.form, refusal))
    }

    async fn decide(&self, posted: &Posted) -> Result<Sent, Refusal> {
        let draft = self.draft(&posted.form);
        let known = match self.app.seal.verify(&posted.form, self.now) {
            Err(TokenError::Invalid) => return Err(draft.err().unwrap_or(Code::InvalidToken.into())),
            Err(TokenError::Expired(confirmed)) => {
                self.known(&confirmed).await?.ok_or(draft.err().unwrap_or(Code::ExpiredToken.into()))
            }
            Ok(confirmed) => match draft {
                Ok(draft) => return self.judge(&posted.form, draft, posted.marks, &confirmed).await,
                // Stored before the round closed, and sent again: the same answer as then.
                Err(refusal) => self.known(&confirmed).await?.ok_or(refusal),
            },
        };
        known.map(Sent::Stored)
    }

    /// Does with a confirmed draft what its marks call for.
    async fn judge(
        &self,
        form: &Form,
        mut draft: Draft,
        shown_by_request: Marks,
        confirmed: &Confirmed,
    ) -> Result<Sent, Refusal> {
        let app = self.app;
        let haste = match confirmed.shown {
            Shown::Once => abuse::haste(confirmed.issued, self.now),
            // It was read before.
            Shown::Twice => Marks::default(),
        };
        let gist = Gist::of(&draft);
        draft.marks = [confirmed.marks, shown_by_request, haste, app.repeats.mark(&gist, self.now)]
            .into_iter()
            .fold(draft.marks, Marks::union);
        let standing = match abuse::judge(draft.marks, app.config.get().guard.policy()) {
            Judgement::Quarantine => Standing::Quarantined,
            Judgement::AskAgain if confirmed.shown == Shown::Once => {
                // Sent before from the second page: nobody is asked again about what is stored.
                if let Some(reference) = self.known(confirmed).await? {
                    return Ok(Sent::Stored(reference));
                }
                let token = app.seal.issue_again(form, confirmed, draft.marks, self.now);
                return Ok(Sent::AskedAgain(Box::new(draft), token));
            }
            Judgement::AskAgain | Judgement::Accept => Standing::Accepted,
        };
        let accepted = self.store(&draft, confirmed.nonce, standing).await?;
        if let Accepted::Stored(reference) = &accepted {
            self.stored(&draft, reference, standing);
            app.repeats.note(&gist, self.now);
        }
        Ok(Sent::Stored(accepted.reference().clone()))
    }

    async fn known(&self, confirmed: &Confirmed) -> Result<Option<Reference>, Refusal> {
        in_time(self.app, self.app.store.find(confirmed.nonce)).await.map_err(|error| refused(&error))
    }

    async fn store(&self, draft: &Draft, nonce: [u8; 16], standing: Standing) -> Result<Accepted, Refusal> {
        // To the millisecond, as the store keeps it: the mail's date is the same after a restart.
        let received = Timestamp::from_millisecond(self.now.as_millisecond()).unwrap_or(self.now);
        for _ in 0..DRAWS {
            let suggestion = draft.accepted(self.app.references.draw(self.now), received);
            let recipients = self.published.review.recipients.of(&draft.target).to_vec();
            let entry = Entry { nonce, suggestion, recipients, standing, confirm: self.confirmed_to(draft) };
            match in_time(self.app, self.app.store.accept(entry)).await {
                Ok(accepted) => return Ok(accepted),
                Err(StoreError::ReferenceTaken) => {}
                Err(error) => return Err(refused(&error)),
            }
        }
        Err(refused(&StoreError::ReferenceTaken))
    }

    /// Where a confirmation goes, if one is wanted. For what is quarantined the store keeps it back until an
    /// operator releases both.
    fn confirmed_to(&self, draft: &Draft) -> Option<String> {
        let address = draft.email.as_deref().filter(|_| self.app.config.get().delivery.confirm)?;
        address.parse::<PlainAddress>().ok().map(|address| address.to_string())
    }

    fn stored(&self, draft: &Draft, reference: &Reference, standing: Standing) {
        let metrics = &self.app.metrics;
        count(&metrics.stored);
        let event = match standing {
            Standing::Accepted => "suggestion.stored",
            Standing::Quarantined => {
                count(&metrics.quarantined);
                "suggestion.quarantined"
            }
        };
        tracing::info!(event, %reference, about = draft.target.id, marks = words(draft.marks));
        self.app.wake.wake();
    }

    /// The second page: nothing is stored yet, and nothing is lost.
    fn ask_again(&self, form: &Form, draft: &Draft, token: &str) -> Result<Answer, Refusal> {
        count(&self.app.metrics.asked_again);
        tracing::info!(event = "suggestion.asked_again", marks = words(draft.marks));
        match self.format {
            Format::Json => Ok(answer::send_again(token)),
            Format::Html => {
                let page = self.published.again_page(form, draft, &changes(draft), token);
                self.page(answer::SEND_AGAIN, "again.html", page)
            }
        }
    }

    fn accepted(&self, reference: &Reference) -> Answer {
        match self.format {
            Format::Json => answer::json(StatusCode::CREATED, &json!({ "reference": reference })),
            Format::Html => {
                answer::see_other(&format!("{}receipt?nr={reference}", self.published.review.endpoint))
            }
        }
    }

    fn receipt(&self, query: Option<&str>) -> Result<Answer, Stop> {
        let query = query.unwrap_or_default().as_bytes();
        let number = form_urlencoded::parse(query).find(|(name, _)| name == "nr");
        let reference = number.and_then(|(_, number)| number.parse::<Reference>().ok());
        // Whether it exists is not looked up: the page tells nobody what was sent.
        let reference = reference.filter(|reference| reference.has_prefix(self.app.references.prefix()));
        let reference = reference.ok_or(Code::NotFound)?;
        match self.format {
            Format::Json => Ok(answer::json(StatusCode::OK, &json!({ "reference": reference }))),
            Format::Html => {
                let page = self.published.receipt_page(&reference);
                self.page(StatusCode::OK, "receipt.html", page)
                    .map_err(|refusal| Stop::with(Form::default(), refusal))
            }
        }
    }

    fn draft(&self, form: &Form) -> Result<Draft, Refusal> {
        let target = self.published.target(&form.target);
        let mut draft = form::draft(form, &self.published.review, target, self.now)?;
        draft.marks = draft.marks.union(abuse::in_text(&draft));
        Ok(draft)
    }

    fn page(&self, status: StatusCode, name: &str, page: anyhow::Result<String>) -> Result<Answer, Refusal> {
        page.map(|page| answer::html(status, page)).map_err(|_| {
            // Without the cause: it may quote what was rendered.
            tracing::error!(event = "page.failed", page = name);
            Refusal::from(Code::Internal)
        })
    }

    fn not_allowed(&self, methods: &'static str) -> Answer {
        answer::allow(self.refuse(&Code::MethodNotAllowed.into()), methods)
    }

    fn refuse(&self, stop: &Stop) -> Answer {
        tracing::info!(event = "request.refused", code = stop.refusal.code.as_str());
        answer::refusal(&self.published, self.format, &stop.form, &stop.refusal)
    }
}

/// For the log: `honeypot links`.
fn words(marks: Marks) -> String {
    marks.iter().map(Mark::as_str).collect::<Vec<_>>().join(" ")
}

/// What the re-wording changes; nothing if the passage was left as it was.
fn changes(draft: &Draft) -> Vec<Change> {
    let passage = draft.target.text.as_deref().unwrap_or_default();
    let changes = draft.rewording.as_deref().map(|rewording| diff::words(passage, rewording));
    spaced(changes.unwrap_or_default())
}

/// Puts the blanks between the pieces into them: put together they read as a text.
fn spaced(mut changes: Vec<Change>) -> Vec<Change> {
    if let Some((_, all_but_last)) = changes.split_last_mut() {
        all_but_last.iter_mut().for_each(|change| change.text.push(' '));
    }
    changes
}

fn refused(error: &StoreError) -> Refusal {
    tracing::error!(event = "store.refused", cause = %error);
    match error {
        StoreError::Full(_) => Refusal::for_now(Code::StorageFull, COME_AGAIN),
        StoreError::Away(_) => Refusal::for_now(Code::StoreAway, COME_AGAIN),
        StoreError::ReferenceTaken | StoreError::Failed(_) => Code::Internal.into(),
    }
}
