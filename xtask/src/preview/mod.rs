//! `cargo xtask preview`: the main job on one's own machine. Builds the site, serves it with live reload,
//! and runs the feedback function in the same process; suggestions go into a database file, mails
//! become files, and the page `/_post/` lists them.

mod function;
mod post_box;

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use auslage::cli::site_builder::{SiteBuilder, SiteOptions};
use auslage::serve::{self, Hosts, Mount, Port, Server};

use crate::prerequisites;
use crate::process::{self, say};
use function::Function;

/// Options of `cargo xtask preview`.
#[derive(clap::Args)]
pub struct Options {
    /// The port to listen on; without it 1111, or the next free one
    #[arg(long)]
    port: Option<u16>,
    /// Opens the page in the browser
    #[arg(long)]
    open: bool,
    /// The day of which to show the site, such as 2028-01-15 (forms are still judged by the real day)
    #[arg(long)]
    today: Option<jiff::civil::Date>,
    /// Where the site, the database and the mails lie; kept between runs
    #[arg(long)]
    folder: Option<PathBuf>,
}

/// Serves until Ctrl-C.
pub fn run(options: &Options) -> Result<ExitCode> {
    prerequisites::npm_packages("site")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(preview(options))?;
    Ok(ExitCode::SUCCESS)
}

async fn preview(options: &Options) -> Result<()> {
    let folder = options.folder.clone().unwrap_or_else(|| process::root().join(".auslage"));
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let port = options.port.map_or(Port::Preferred(1111), Port::Exact);
    let listener = serve::listen(IpAddr::V4(Ipv4Addr::LOCALHOST), port).await?;
    let address = listener.local_addr()?;

    let output = folder.join("public");
    let site = SiteOptions {
        root: process::root().join("site"),
        output: output.clone(),
        base_url: Some(format!("http://{address}")),
        today: options.today,
        ..SiteOptions::default()
    };
    let builder = SiteBuilder::new(site, |report| say(report.trim_end()));
    let watched = builder.places();
    let mails = folder.join("mails");
    let function = Function::new(&folder, &output, &mails);
    let serve_options = serve::Options {
        output,
        watched,
        quiet: serve::QUIET,
        mounts: vec![function.mount(), post_box_mount(mails.clone())],
        base_path: String::new(),
        hosts: Hosts::local_and(address.ip().to_string()),
        tell: Arc::new(say),
    };
    let server = Server::start(listener, serve_options, Box::new(builder));

    say(&format!("\nthe site            http://{address}/"));
    say(&format!("the authors' mails  http://{address}{}  (files in {})", post_box::PREFIX, mails.display()));
    say(&format!("suggestions         {}", folder.join("data/feedback.sqlite").display()));
    say("Ctrl-C ends the preview; what was sent stays where it is\n");
    if options.open {
        auslage::cli::open_browser(&format!("http://{address}/"));
    }
    server.run(ended()).await?;
    function.stop().await;
    say("the preview has ended");
    Ok(())
}

async fn ended() {
    // Where the signal cannot be heard, the preview ends only with its terminal.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn post_box_mount(mails: PathBuf) -> Mount {
    Mount::new(post_box::PREFIX, move |request, _| {
        let reply = post_box::answer(&mails, request.uri().path());
        async move { reply }
    })
}
