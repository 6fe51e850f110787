//! What the disk can: append 4 KiB and sync, again and again.

use std::io::Write;
use std::time::{Duration, Instant};

/// A temporary folder on a real disk: `/tmp` may be memory.
pub fn folder() -> tempfile::TempDir {
    let place = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    tempfile::tempdir_in(place).unwrap()
}

fn times(during: Duration) -> Vec<f64> {
    let folder = folder();
    let mut file = std::fs::File::create(folder.path().join("floor")).unwrap();
    let block = [7; 4096];
    let start = Instant::now();
    let mut times = Vec::new();
    while start.elapsed() < during {
        let one = Instant::now();
        file.write_all(&block).unwrap();
        file.sync_data().unwrap();
        times.push(one.elapsed().as_secs_f64() * 1000.0);
    }
    times
}

/// Syncs a second.
pub fn syncs_per_second(during: Duration) -> f64 {
    let times = times(during);
    times.len() as f64 / (times.iter().sum::<f64>() / 1000.0)
}

/// Milliseconds of one sync.
pub fn median_of_one(during: Duration) -> f64 {
    crate::rates::median(&mut times(during))
}
