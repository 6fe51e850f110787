//! `feedback-fn serve`: the server, the outbox and the retention in one process, until a signal.

use super::log;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::{App, serve};
use anyhow::Context;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// One thread for requests and mails beside the store's: 18 000 forms a second, and little memory.
pub(super) fn run(config: Config) -> anyhow::Result<()> {
    log::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(work(config))
}

async fn work(config: Config) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let listen = config.listen;
    let app = Arc::new(App::open(config, Arc::new(SystemClock))?);
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen at `{listen}`; another program may use it: change `listen`")
    })?;
    // With port 0 this line is where the port is told.
    tracing::info!(event = "server.listening", address = %listener.local_addr()?);
    let (stop, stopped) = watch::channel(false);
    let (for_server, for_outbox) = (stopped.clone(), stopped);
    let signals = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!(event = "server.ending");
        stop.send_replace(true);
        // Kept until the end: a dropped sender would read as another signal.
        std::future::pending::<()>().await;
    };
    let both = async {
        tokio::try_join!(serve(listener, app.clone(), raised(for_server)), app.run_outbox(raised(for_outbox)))
    };
    tokio::select! {
        () = signals => Ok(()),
        ended = both => ended.map(|_| ()),
        never = app.run_retention() => match never {},
    }
}

async fn raised(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
