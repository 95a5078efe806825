//! Arguments of `lw clouds`.

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Clouds {
    #[command(subcommand)]
    pub(crate) command: Option<CloudsCommand>,
    /// Print the paths of the folders only, each with a NUL behind it
    #[arg(short = '0', long, conflicts_with = "json")]
    pub(crate) null: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CloudsCommand {
    /// Keep how much room the account of a cloud has
    Set(CloudsSet),
}

#[derive(Debug, Args)]
pub(crate) struct CloudsSet {
    /// The cloud, as 'lw clouds' names it
    pub(crate) name: String,
    /// How much the account holds: 2GB, 1.5TB; 'none' forgets it
    #[arg(long, value_name = "SIZE", value_parser = parse_quota)]
    pub(crate) quota: Wanted,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is wanted of a quota.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    /// This size, as it was written.
    Size(String),
    None,
}

fn parse_quota(text: &str) -> Result<Wanted, String> {
    if text == "none" {
        return Ok(Wanted::None);
    }
    match lw_core::size::parse_size(text) {
        Some(1..) => Ok(Wanted::Size(text.to_owned())),
        _ => Err(format!(
            "'{text}' is no size: a number and K, M, G or T, as in 2GB"
        )),
    }
}
