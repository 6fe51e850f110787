//! Runs programs in turn and measures processor and wall time of each whole process.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// One run.
#[derive(Debug, Clone, Copy)]
struct Run {
    cpu: Duration,
    wall: Duration,
}

/// All counted runs of one program.
#[derive(Debug, Clone, Default)]
pub struct Runs(Vec<Run>);

/// A line of the table.
pub struct Row {
    name: String,
    ours: Runs,
    beside: Option<(String, Runs)>,
}

impl Row {
    /// A line without a comparison.
    pub fn alone(name: &str, ours: Runs) -> Self {
        Self { name: name.to_owned(), ours, beside: None }
    }

    /// A line beside another program.
    pub fn beside(name: &str, ours: Runs, other: &str, theirs: Runs) -> Self {
        Self { name: name.to_owned(), ours, beside: Some((other.to_owned(), theirs)) }
    }
}

/// Runs the programs in turn, each time into an empty output: once to warm up, then `runs` times.
pub fn alternate(output: &Path, runs: usize, programs: &[&dyn Fn() -> Command]) -> Result<Vec<Runs>> {
    let mut measured = vec![Runs::default(); programs.len()];
    for round in 0..=runs {
        for (program, runs) in programs.iter().zip(&mut measured) {
            if output.exists() {
                std::fs::remove_dir_all(output)
                    .with_context(|| format!("cannot empty {}", output.display()))?;
            }
            let run = once(program())?;
            if round > 0 {
                runs.0.push(run);
            }
        }
    }
    Ok(measured)
}

fn once(mut command: Command) -> Result<Run> {
    let shown = format!("{command:?}");
    let cpu_before = children_cpu()?;
    let start = Instant::now();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {shown}"))?;
    let wall = start.elapsed();
    if !output.status.success() {
        bail!("{shown} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(Run { cpu: children_cpu()?.saturating_sub(cpu_before), wall })
}

/// User and system time of all children that have ended, from `/proc/self/stat` (proc_pid_stat(5),
/// fields 16 and 17, in ticks of 10 ms).
fn children_cpu() -> Result<Duration> {
    let stat =
        std::fs::read_to_string("/proc/self/stat").context("processor time is read from /proc (Linux)")?;
    let after_name = stat.rsplit_once(')').context("/proc/self/stat has a name in brackets")?.1;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Ok(Duration::from_millis(10 * (ticks(13) + ticks(14))))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

impl Runs {
    fn median(&self, figure: impl Fn(&Run) -> f64) -> f64 {
        median(self.0.iter().map(figure).collect())
    }

    fn ratio(&self, other: &Self, figure: impl Fn(&Run) -> f64) -> f64 {
        median(self.0.iter().zip(&other.0).map(|(ours, theirs)| figure(theirs) / figure(ours)).collect())
    }
}

/// Prints the table to standard output, with what helps to judge it.
pub fn print(rows: &[Row]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    writeln!(out, "load average {}", load.trim())?;
    writeln!(out, "{:<28} {:>9} {:>9}   beside", "work (medians)", "CPU s", "wall s")?;
    let cpu = |run: &Run| run.cpu.as_secs_f64();
    let wall = |run: &Run| run.wall.as_secs_f64();
    for row in rows {
        write!(out, "{:<28} {:>9.3} {:>9.3}", row.name, row.ours.median(cpu), row.ours.median(wall))?;
        match &row.beside {
            None => writeln!(out)?,
            Some((other, theirs)) => writeln!(
                out,
                "   {other}: {:.3} CPU s, {:.3} wall s; {other} ÷ ours: CPU {:.2}, wall {:.2}",
                theirs.median(cpu),
                theirs.median(wall),
                row.ours.ratio(theirs, cpu),
                row.ours.ratio(theirs, wall),
            )?,
        }
    }
    Ok(())
}
