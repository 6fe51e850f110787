//! `auslage serve`

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::arguments::Serve;
use super::site_builder::{SiteBuilder, SiteOptions};
use super::{Session, open_browser, terminal};
use crate::pipeline::Drafts;
use crate::serve::{self, Port, Server};

/// Zola's port.
const PORT: u16 = 1111;

/// Serves until Ctrl-C.
pub(super) fn run(session: &Session, options: &Serve) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(serve_site(session, options))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve_site(session: &Session, options: &Serve) -> Result<()> {
    let output = Output::choose(options)?;
    let port = options.port.map_or(Port::Preferred(PORT), Port::Exact);
    let listener = serve::listen(options.interface, port).await?;
    let address = listener.local_addr()?;
    let site = SiteOptions {
        root: session.root.clone(),
        config_file: session.config_file.clone(),
        content: session.content.clone(),
        output: output.folder().to_path_buf(),
        base_url: Some(base_url(options, address)),
        today: session.today,
        drafts: if options.drafts { Drafts::Include } else { Drafts::LeaveOut },
        extra_watched: options.extra_watch_path.iter().map(|path| session.root.join(path)).collect(),
        format: session.format,
        color: terminal::color(),
    };
    let format = session.format;
    let builder = SiteBuilder::new(site, move |report| terminal::report(report, format));
    let serve_options = serve::Options {
        output: output.folder().to_path_buf(),
        quiet: options.debounce.map_or(serve::QUIET, Duration::from_millis),
        mounts: Vec::new(),
    };
    let server = Server::start(listener, serve_options, Box::new(builder));
    terminal::say(&format!("Web server is available at http://{address} (Ctrl-C ends it)"));
    if options.open {
        open_browser(&format!("http://{address}/"));
    }
    server.run(ended()).await
}

async fn ended() {
    // Where the signal cannot be heard, the server ends only with its terminal.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// As Zola: the address that is listened on, or the given one with the port behind it.
fn base_url(options: &Serve, address: std::net::SocketAddr) -> String {
    match &options.base_url {
        None => format!("http://{address}"),
        Some(given) => {
            let given = given.trim_end_matches('/');
            let with_scheme =
                if given.contains("://") { given.to_owned() } else { format!("http://{given}") };
            if options.no_port_append { with_scheme } else { format!("{with_scheme}:{}", address.port()) }
        }
    }
}

/// The folder that is served: the one asked for, or a temporary one that goes with the server.
enum Output {
    Kept(PathBuf),
    Temporary(PathBuf),
}

impl Output {
    fn choose(options: &Serve) -> Result<Self> {
        match &options.output_dir {
            Some(folder) if folder.exists() && !options.force => {
                bail!("the folder `{}` exists already; add --force to write to it", folder.display())
            }
            Some(folder) => Ok(Self::Kept(std::path::absolute(folder)?)),
            None => Ok(Self::Temporary(
                std::env::temp_dir().join(format!("auslage-serve-{}", std::process::id())),
            )),
        }
    }

    fn folder(&self) -> &std::path::Path {
        match self {
            Self::Kept(folder) | Self::Temporary(folder) => folder,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the temporary folder was made for this server alone")]
impl Drop for Output {
    fn drop(&mut self) {
        if let Self::Temporary(folder) = self {
            // It may never have been made; and what stays lies among temporary files.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}
