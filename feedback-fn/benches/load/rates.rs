//! Loads, and what is made of their times.

use crate::client::{Form, Stock, exchange, request};
use crate::program::Program;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep_until};

/// Suggestions a second that are made beforehand. About 1.5 kB each.
const MOST: f64 = 15_000.0;

/// Every connection sends the next suggestion when the last one is answered; suggestions a second.
pub async fn closed(program: &Program, connections: usize, during: Duration) -> f64 {
    let stock = &Stock::of(program, (MOST * during.as_secs_f64()) as usize);
    let end = Instant::now() + during;
    let work = (0..connections).map(|number| async move {
        let mut stream = local(number).connect(program).await;
        let mut stored = 0_u64;
        while Instant::now() < end {
            assert_eq!(exchange(&mut stream, &stock.take()).await, Some(201));
            stored += 1;
        }
        stored
    });
    let stored: u64 = futures_util::future::join_all(work).await.into_iter().sum();
    stored as f64 / during.as_secs_f64()
}

/// Suggestions come at this rate; milliseconds from when each was to be sent to its answer.
pub async fn open(program: &Program, connections: usize, rate: f64, during: Duration) -> Vec<f64> {
    let times = Rc::new(RefCell::new(Vec::new()));
    let count = (rate * during.as_secs_f64()) as usize;
    let stock = Rc::new(Stock::of(program, count));
    let start = Instant::now();
    let work = (0..connections).map(|connection| {
        let (times, stock) = (times.clone(), stock.clone());
        async move {
            let mut stream = local(connection).connect(program).await;
            for number in (connection..count).step_by(connections) {
                let due = start + Duration::from_secs_f64(number as f64 / rate);
                sleep_until(due).await;
                assert_eq!(exchange(&mut stream, &stock.take()).await, Some(201));
                times.borrow_mut().push(due.elapsed().as_secs_f64() * 1000.0);
            }
        }
    });
    LocalSet::new().run_until(futures_util::future::join_all(work)).await;
    times.take()
}

/// One client, one suggestion after the other.
pub async fn one_after_another(program: &Program, count: usize) -> Vec<f64> {
    let mut stream = Form::from(127, 0, 0, 1).connect(program).await;
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let request = request(program);
        let start = Instant::now();
        assert_eq!(exchange(&mut stream, &request).await, Some(201));
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    times
}

/// Residents, each from another address and over a connection of its own, as fast as they are answered.
pub async fn honest(program: &Program, count: usize) -> Vec<f64> {
    let mut times = Vec::with_capacity(count);
    for number in 0..count {
        let [.., high, low] = (number as u32).to_be_bytes();
        let request = request(program);
        let start = Instant::now();
        let mut stream = Form::from(127, 2, high, low).connect(program).await;
        assert_eq!(exchange(&mut stream, &request).await, Some(201));
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    times
}

fn local(number: usize) -> Form {
    Form::from(127, 0, 1, (number / 16) as u8 + 1)
}

/// The value that so many percent do not exceed.
pub fn percentile(values: &mut [f64], percent: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = (values.len() as f64 * percent / 100.0).ceil() as usize;
    values.get(at.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

/// The middle value.
pub fn median(values: &mut [f64]) -> f64 {
    percentile(values, 50.0)
}
