//! Runs programs in turn and measures processor and wall time of each whole process.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::peers;

/// One run.
#[derive(Debug, Clone, Copy)]
struct Run {
    cpu: Duration,
    wall: Duration,
    /// Peak of the resident memory, in KiB.
    memory: u64,
}

/// What happens before each run, unmeasured.
pub enum Before<'a> {
    /// The output is emptied: a cold build.
    Empty(&'a Path),
    /// One page is edited; the output of the last run stays.
    Edit(&'a Path),
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

    /// The same line with our figures alone.
    pub fn without_peer(self) -> Self {
        Self { beside: None, ..self }
    }
}

/// Runs the programs in turn: once to warm up, then `runs` times.
pub fn alternate(runs: usize, programs: &[(&Before<'_>, &dyn Fn() -> Command)]) -> Result<Vec<Runs>> {
    let mut measured = vec![Runs::default(); programs.len()];
    for round in 0..=runs {
        for ((before, program), runs) in programs.iter().zip(&mut measured) {
            match before {
                Before::Empty(output) => empty(output)?,
                Before::Edit(page) => peers::edit(page)?,
            }
            let run = once(program())?;
            if round > 0 {
                runs.0.push(run);
            }
        }
    }
    Ok(measured)
}

/// Removes a folder with everything in it, if it is there.
pub fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    Ok(())
}

fn once(mut command: Command) -> Result<Run> {
    let shown = format!("{command:?}");
    let cpu_before = children_cpu()?;
    let start = Instant::now();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("cannot start {shown}"))?;
    let peak = watch_memory(child.id());
    let mut stderr = String::new();
    if let Some(mut pipe) = child.stderr.take() {
        // What is no text is of no use in the message below.
        let _ = pipe.read_to_string(&mut stderr);
    }
    let success = child.wait()?.success();
    let wall = start.elapsed();
    if !success {
        bail!("{shown} failed:\n{stderr}");
    }
    let memory = peak.join().unwrap_or_default();
    Ok(Run { cpu: children_cpu()?.saturating_sub(cpu_before), wall, memory })
}

/// Reads the peak of a process (`VmHWM` of proc_pid_status(5)) every few milliseconds until it ends; what
/// grows in the last of them is missed.
fn watch_memory(process: u32) -> std::thread::JoinHandle<u64> {
    std::thread::spawn(move || {
        let mut peak = 0;
        while let Ok(status) = std::fs::read_to_string(format!("/proc/{process}/status")) {
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            // A process that has ended and waits to be noticed has no memory any more.
            let Some(line) = line else { break };
            let number = line.trim().trim_end_matches(" kB").trim().parse().unwrap_or(0);
            peak = peak.max(number);
            std::thread::sleep(Duration::from_millis(2));
        }
        peak
    })
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
    writeln!(out, "{:<28} {:>9} {:>9} {:>9}   beside", "work (medians)", "CPU s", "wall s", "MiB")?;
    let cpu_of = |run: &Run| run.cpu.as_secs_f64();
    let wall_of = |run: &Run| run.wall.as_secs_f64();
    let memory_of = |run: &Run| run.memory as f64 / 1024.0;
    for row in rows {
        let (name, ours) = (&row.name, &row.ours);
        let (cpu, wall, memory) = (ours.median(cpu_of), ours.median(wall_of), ours.median(memory_of));
        write!(out, "{name:<28} {cpu:>9.3} {wall:>9.3} {memory:>9.0}")?;
        match &row.beside {
            None => writeln!(out)?,
            Some((other, theirs)) => writeln!(
                out,
                "   {other}: {:.3} CPU s, {:.3} wall s, {:.0} MiB; {other} ÷ ours: CPU {:.2}, wall {:.2}",
                theirs.median(cpu_of),
                theirs.median(wall_of),
                theirs.median(memory_of),
                row.ours.ratio(theirs, cpu_of),
                row.ours.ratio(theirs, wall_of),
            )?,
        }
    }
    Ok(())
}
