//! `feedback-fn serve`: the doors, the outbox and the retention in one process, until a signal.
//!
//! SIGHUP reads the configuration again; SIGTERM and Ctrl-C end the program within ten seconds.

pub(in crate::cli) mod bind;
mod notify;

use super::{access, check, log};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::{App, Listener, Loaded, rights, serve, serve_admin};
use anyhow::ensure;
use bind::Inherited;
use notify::Notifier;
use rustix::process::{Resource, getrlimit, setrlimit};
use std::path::Path;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// File descriptors for everything but connections: database, mails, logs, the admin address.
const SPARE_FILES: u64 = 128;

/// One thread for requests and mails beside the store's: a second one for requests kept no more suggestions on two
/// cores, and took more memory.
pub(super) fn run(path: &Path) -> anyhow::Result<()> {
    let inherited = Inherited::from_environment();
    let config = Config::load(path)?;
    ensure!(
        !access::is_foreign_root(&config),
        "root would make files in `{}` that the service could not use\nhint: {}",
        config.data.display(),
        rights::advice(&config.data)
    );
    log::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(work(path, config, inherited))
}

async fn work(path: &Path, mut config: Config, inherited: Inherited) -> anyhow::Result<()> {
    let mut signals = Signals::new()?;
    let notifier = Notifier::from_environment();
    let wanted = config.guard.connections;
    bound_by_files(&mut config);
    let app = Arc::new(App::open(config.clone(), Arc::new(SystemClock))?);
    let (public, admin) = doors(&config, inherited).await?;
    if config.guard.connections < wanted {
        tracing::warn!(event = "server.few_files", connections = config.guard.connections, wanted);
    }
    warn_of_readers(&config);
    for problem in check::doubts(&config) {
        tracing::warn!(event = "settings.doubtful", problem);
    }
    notifier.ready();
    let (stop, stopped) = watch::channel(false);
    let (reload, reloaded) = watch::channel(());
    let until_stopped = || raised(stopped.clone());
    let signals = async {
        while let Some(wish) = signals.next().await {
            match wish {
                Wish::Reload => read_again(path, &app, &notifier, &reload),
                Wish::End => break,
            }
        }
        tracing::info!(event = "server.ending");
        notifier.ending();
        app.end();
        stop.send_replace(true);
        // Kept until the end: a dropped sender would read as another signal.
        std::future::pending::<()>().await;
    };
    let work = async {
        let admin = async {
            match admin {
                Some(listener) => serve_admin(listener, app.clone(), until_stopped()).await,
                None => Ok(()),
            }
        };
        let public = serve(public, app.clone(), until_stopped());
        tokio::try_join!(public, admin, deliver(&app, &stopped, reloaded))
    };
    tokio::select! {
        () = signals => Ok(()),
        ended = work => ended.map(|_| ()),
        () = notifier.keep_alive() => Ok(()),
        never = app.run_retention() => match never {},
    }
}

/// Says what others on this computer can read and should not; `feedback-fn check` says it as well.
fn warn_of_readers(config: &Config) {
    for problem in access::problems(config).unwrap_or_default() {
        tracing::warn!(event = "files.open", problem);
    }
}

/// More connections than file descriptors would only fail.
fn bound_by_files(config: &mut Config) {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
        // As it was, if that is not allowed.
        let _ = setrlimit(Resource::Nofile, raised);
        limit = getrlimit(Resource::Nofile);
    }
    let Some(files) = limit.current else { return };
    let most = usize::try_from(files.saturating_sub(SPARE_FILES).max(files / 2)).unwrap_or(usize::MAX);
    config.guard.connections = config.guard.connections.min(most);
}

/// Opens the sockets; with port 0 the log tells the port.
async fn doors(config: &Config, mut inherited: Inherited) -> anyhow::Result<(Listener, Option<Listener>)> {
    let public = bind::open(&config.listen, config.socket_mode, &mut inherited, 0).await?;
    tracing::info!(event = "server.listening", address = public.place()?);
    let Some(admin) = &config.admin else { return Ok((public, None)) };
    let admin = bind::open(&admin.listen, config.socket_mode, &mut inherited, 1).await?;
    tracing::info!(event = "admin.listening", address = admin.place()?);
    Ok((public, Some(admin)))
}

/// Runs the outbox, anew after each reload, since the way out may be another.
async fn deliver(
    app: &App,
    stopped: &watch::Receiver<bool>,
    mut reloaded: watch::Receiver<()>,
) -> anyhow::Result<()> {
    while !*stopped.borrow() {
        let changed = async { drop(reloaded.changed().await) };
        app.run_outbox_as_set(changed, raised(stopped.clone())).await?;
    }
    Ok(())
}

/// A wrong configuration is refused, and the present one stays.
fn read_again(path: &Path, app: &App, notifier: &Notifier, reload: &watch::Sender<()>) {
    notifier.reloading();
    let reloaded = Config::load(path).and_then(|mut config| {
        bound_by_files(&mut config);
        app.reload(config)
    });
    app.note_config(if reloaded.is_ok() { Loaded::Taken } else { Loaded::Refused });
    match reloaded {
        Ok(fixed) => {
            tracing::info!(event = "config.reloaded");
            for setting in fixed {
                tracing::warn!(event = "config.needs_restart", setting);
            }
            reload.send_replace(());
        }
        Err(error) => tracing::error!(event = "config.refused", cause = format!("{error:#}")),
    }
    notifier.ready();
}

/// What a signal asks for.
enum Wish {
    Reload,
    End,
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    fn new() -> anyhow::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Option<Wish> {
        tokio::select! {
            _ = self.terminate.recv() => Some(Wish::End),
            _ = self.interrupt.recv() => Some(Wish::End),
            told = self.hangup.recv() => told.map(|()| Wish::Reload),
        }
    }
}

async fn raised(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
