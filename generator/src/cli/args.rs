//! Arguments as they are typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::config::{Mode, Overrides};
use crate::pipeline::{Destination, Drafts, Options};

/// Static site generator for strategies under public review, compatible with Zola 0.23
#[derive(Debug, Clone, Parser)]
#[command(name = "auslage", version)]
pub struct Args {
    /// Folder of the site
    #[arg(short, long, default_value = ".")]
    pub root: PathBuf,
    /// Configuration file, instead of `zola.toml` or `config.toml` in the root or a folder above it
    #[arg(short, long)]
    pub config: Option<PathBuf>,
    /// Folder of the Markdown files, instead of `content` in the root
    #[arg(long)]
    pub content: Option<PathBuf>,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Build the site
    Build {
        /// Address of the site, instead of the configuration's
        #[arg(short = 'u', long)]
        base_url: Option<String>,
        /// Folder to write to, instead of the configuration's
        #[arg(short, long)]
        output_dir: Option<PathBuf>,
        /// Replace what is in the output folder
        #[arg(short, long)]
        force: bool,
        /// Include drafts
        #[arg(long)]
        drafts: bool,
        /// Minify the HTML
        #[arg(long)]
        minify: bool,
    },
}

impl Args {
    /// What is to be built.
    pub fn options(self) -> Options {
        let Command::Build { base_url, output_dir, force, drafts, minify } = self.command;
        // Only a folder that was named by hand is protected, as in Zola.
        let destination = match output_dir.is_some() && !force {
            true => Destination::NewFolder,
            false => Destination::Folder,
        };
        Options {
            root: self.root,
            config_file: self.config,
            overrides: Overrides { base_url, output_dir, content: self.content, minify, mode: Mode::Build },
            drafts: if drafts { Drafts::Include } else { Drafts::LeaveOut },
            destination,
        }
    }
}
