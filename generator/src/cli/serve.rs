//! `auslage serve`

mod address;
mod output;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpListener;

use super::arguments::Serve;
use super::signals::Signals;
use super::site_builder::{SiteBuilder, SiteOptions};
use super::{Session, open_browser, terminal, warnings};
use crate::pipeline::Drafts;
use crate::serve::{self, Hosts, Port, Server};
use address::Address;
use output::Output;

/// How long answers of other sites are kept between builds: an edit must not wait for them, a day of work
/// must see new data.
const REMEMBERED: Duration = Duration::from_secs(15 * 60);

/// Zola's port.
const PORT: u16 = 1111;

/// Serves until Ctrl-C.
pub(super) fn run(session: &Session, options: &Serve) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let result = runtime.block_on(serve_site(session, options));
    // A build that is not wanted any more must not hold up the end.
    runtime.shutdown_background();
    result.map(|()| ExitCode::SUCCESS)
}

async fn serve_site(session: &Session, options: &Serve) -> Result<()> {
    let signals = Signals::listen();
    let port = options.port.map_or(Port::Preferred(PORT), Port::Exact);
    let listener = serve::listen(options.interface, port).await?;
    let bound = listener.local_addr()?;
    let address = Address::new(options, bound);
    let mut site = site_options(session, options, &address);
    let output = Output::choose(options, &site)?;
    site.output = output.folder().to_path_buf();
    if options.fast {
        terminal::say("note: --fast changes nothing: every rebuild is complete, and quick");
    }
    tokio::select! {
        result = build_and_serve(listener, bound, site, options, &address, &signals) => result,
        () = signals.wait_for(2) => Ok(()),
    }
}

/// Ends after the first signal, when the build that may be under way is done, so that nothing is written
/// to a folder that was removed.
async fn build_and_serve(
    listener: TcpListener,
    bound: SocketAddr,
    site: SiteOptions,
    options: &Serve,
    address: &Address,
    signals: &Signals,
) -> Result<()> {
    terminal::say("Building site...");
    let format = site.format;
    let root = site.root.clone();
    let output = site.output.clone();
    let builder = SiteBuilder::new(site, move |report| terminal::report(report, format));
    let places = builder.places();
    let listening = listening(&root, &places);
    let serve_options = serve::Options {
        output,
        watched: places,
        quiet: options.debounce.map_or(serve::QUIET, Duration::from_millis),
        mounts: Vec::new(),
        base_path: address.base_path(),
        hosts: hosts(options, address),
        tell: Arc::new(terminal::say),
    };
    let starting =
        tokio::task::spawn_blocking(move || Server::start(listener, serve_options, Box::new(builder)));
    let server = starting.await.context("the first build did not come to its end")?;
    terminal::say(&format!("Web server is available at {} (bound to {bound})", address.shown()));
    terminal::say(&listening);
    terminal::say("Press Ctrl+C to stop\n");
    if options.open {
        open_browser(&address.shown());
    }
    server.run(signals.wait_for(1)).await
}

fn site_options(session: &Session, options: &Serve, address: &Address) -> SiteOptions {
    SiteOptions {
        root: session.root.clone(),
        config_file: session.config_file.clone(),
        content: session.content.clone(),
        output: PathBuf::new(),
        base_url: Some(address.base_url().to_owned()),
        today: session.today,
        drafts: if options.drafts { Drafts::Include } else { Drafts::LeaveOut },
        warnings: warnings(options.strict),
        extra_watched: options.extra_watch_path.iter().map(|path| session.root.join(path)).collect(),
        format: session.format,
        color: terminal::color(),
        network: session.network.clone().remembering(REMEMBERED),
    }
}

/// A server that only this machine can reach is asked for by a name of this machine, or by the one
/// that links begin with. Any other name is that of a page elsewhere which has itself resolved to this
/// machine in order to read what is not published yet.
fn hosts(options: &Serve, address: &Address) -> Hosts {
    match (options.interface.is_loopback(), address.host()) {
        (true, Some(host)) => Hosts::local_and(host),
        // Links without a host (`--base-url /`) are for those who come by a name that is not known here.
        (true, None) | (false, _) => Hosts::any(),
    }
}

fn listening(root: &std::path::Path, places: &[PathBuf]) -> String {
    let existing = places.iter().filter(|place| place.exists());
    let names: Vec<String> =
        existing.map(|place| place.strip_prefix(root).unwrap_or(place).display().to_string()).collect();
    format!("Listening for changes in {}: {}", root.display(), names.join(", "))
}
