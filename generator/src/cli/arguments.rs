//! What the command line may say: Zola's commands and options, plus our own.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Builds, serves and checks sites compatible with Zola 0.23, and strategies under public review.
#[derive(Debug, Parser)]
#[command(name = "auslage", version, arg_required_else_help = true)]
pub struct Arguments {
    /// Folder of the site
    #[arg(short, long, value_name = "DIR", default_value = ".", global = false)]
    pub root: PathBuf,
    /// Configuration file, if it is not `zola.toml` or `config.toml` in the root
    #[arg(short, long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of the Markdown, if it is not `content` in the root
    #[arg(long, value_name = "DIR")]
    pub content: Option<PathBuf>,
    /// Builds as of this day (YYYY-MM-DD) instead of today
    #[arg(long, value_name = "DATE")]
    pub today: Option<jiff::civil::Date>,
    /// Asks no other site: `load_data` with an address is refused, links to other sites are not checked
    #[arg(long, global = true)]
    pub offline: bool,
    /// How problems are written
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    pub format: ReportFormat,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// How problems are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// With the line of the file and what to do
    Human,
    /// One line each
    Short,
    /// One JSON object per line
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Makes a new site
    Init(Init),
    /// Writes the site
    Build(Build),
    /// Writes the site, serves it, and builds again whenever a file changes
    Serve(Serve),
    /// Builds without writing anything, and tells all problems
    Check(Check),
    /// Writes the completion for a shell to standard output
    Completion(Completion),
    /// Writes the manual pages into a folder
    Man(Man),
}

/// Options of `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// Folder of the new site; it is made if it does not exist
    #[arg(default_value = ".")]
    pub name: PathBuf,
    /// Makes the site even if there is something in the folder
    #[arg(short, long)]
    pub force: bool,
}

/// Options of `completion`.
#[derive(Debug, Args)]
pub struct Completion {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Options of `man`.
#[derive(Debug, Args)]
pub struct Man {
    /// Folder to write to; it is made if it does not exist
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
}

/// Options of `build`.
#[derive(Debug, Args)]
pub struct Build {
    /// Uses this address instead of the configuration's
    #[arg(short = 'u', long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Folder to write to, if it is not the configuration's (`public`)
    #[arg(short, long, value_name = "DIR")]
    pub output_dir: Option<PathBuf>,
    /// Writes to the folder even if it exists and is not the configuration's
    #[arg(short, long)]
    pub force: bool,
    /// Includes drafts
    #[arg(long)]
    pub drafts: bool,
    /// Minifies HTML
    #[arg(long)]
    pub minify: bool,
    /// Treats warnings as errors: exit code 1, and the output stays as it was
    #[arg(long)]
    pub strict: bool,
}

/// Options of `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Address to listen on
    #[arg(short, long, default_value = "127.0.0.1")]
    pub interface: IpAddr,
    /// Port to listen on; without it 1111, or the next free one
    #[arg(short, long)]
    pub port: Option<u16>,
    /// Folder to write to, which stays; without it a temporary one that is removed at the end
    #[arg(short, long, value_name = "DIR")]
    pub output_dir: Option<PathBuf>,
    /// Writes to the folder given with --output-dir even if it exists
    #[arg(long)]
    pub force: bool,
    /// Uses this address in links instead of the one that is listened on
    #[arg(short = 'u', long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Includes drafts
    #[arg(long)]
    pub drafts: bool,
    /// Opens the site in the browser
    #[arg(short = 'O', long)]
    pub open: bool,
    /// Writes to the configuration's output folder (`public`) instead of a temporary one
    #[arg(long)]
    pub store_html: bool,
    /// Changes nothing: every rebuild is complete here (Zola leaves out lists that a change concerns)
    #[arg(short, long)]
    pub fast: bool,
    /// Does not put the port behind the address given with --base-url
    #[arg(long)]
    pub no_port_append: bool,
    /// Also builds when this file or folder changes; may be given several times
    #[arg(long, value_name = "PATH")]
    pub extra_watch_path: Vec<PathBuf>,
    /// Milliseconds of quiet before a build starts [default: 40]
    #[arg(short, long, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..))]
    pub debounce: Option<u64>,
    /// Treats warnings as errors: exit code 1, and the output stays as it was
    #[arg(long)]
    pub strict: bool,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Includes drafts
    #[arg(long)]
    pub drafts: bool,
    /// Does not ask other sites whether links to them work
    #[arg(long)]
    pub skip_external_links: bool,
    /// Treats warnings as errors: exit code 1, and the output stays as it was
    #[arg(long)]
    pub strict: bool,
    /// Asks other sites only about links in these files and below these folders; may be given several times
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub only: Vec<PathBuf>,
    /// File that keeps what other sites answered, if it is not `.auslage/links.json` in the root
    #[arg(long, value_name = "FILE")]
    pub link_cache: Option<PathBuf>,
    /// How long good answers of other sites are trusted, in hours; 0 asks again
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    pub link_cache_hours: u32,
}
