//! Runs the code of others that may panic, recurse deeply or never end, so that one odd page or grammar
//! cannot take the build with it.
//!
//! On a thread of its own ([`run`]): only that has a stack of a known size and can be left behind. Nobody
//! can end a thread from outside, so one that is late runs on until the program ends; its caller has to make
//! sure that this does not happen again and again. What may panic and no more than that stays on the thread
//! of its caller ([`here`]).

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Address space, not memory: pages that are never touched cost nothing.
const STACK: usize = 256 << 20;

/// Why there is no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The work panicked.
    Panicked,
    /// It did not end in time.
    Late,
}

thread_local! {
    /// Whether panics of this thread are told by its caller.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// The result of `work`, unless it panics or takes longer than `limit`.
///
/// # Errors
/// [`Stopped`]; a thread that the system refuses counts as a panic.
pub fn run<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Stopped> {
    keep_quiet();
    let (sender, receiver) = channel();
    let thread = thread::Builder::new().name("guarded".to_owned()).stack_size(STACK).spawn(move || {
        IS_GUARDED.set(true);
        // Nobody listens any more if it is late.
        let _ = sender.send(work());
    });
    if thread.is_err() {
        return Err(Stopped::Panicked);
    }
    receiver.recv_timeout(limit).map_err(|error| match error {
        RecvTimeoutError::Timeout => Stopped::Late,
        RecvTimeoutError::Disconnected => Stopped::Panicked,
    })
}

/// The result of `work` on this thread, unless it panics. What `work` changed by then is as the panic left
/// it, so it should change nothing that is looked at afterwards.
///
/// # Errors
/// [`Stopped::Panicked`]
pub fn here<T>(work: impl FnOnce() -> T) -> Result<T, Stopped> {
    keep_quiet();
    let before = IS_GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    IS_GUARDED.set(before);
    result.map_err(|_| Stopped::Panicked)
}

/// A guarded panic becomes a diagnostic; told at the terminal as well, it would look like a crash.
fn keep_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_GUARDED.get() {
                usual(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    /// Needs about 100 bytes of stack for each level, more without optimization.
    fn depth(levels: usize) -> usize {
        if levels == 0 { 0 } else { 1 + std::hint::black_box(depth(levels - 1)) }
    }

    #[test]
    fn work_gives_its_result() {
        assert_eq!(run(SOON, || 7), Ok(7));
    }

    #[test]
    fn panics_end_at_the_guard() {
        assert_eq!(run(SOON, || -> u8 { panic!("odd input") }), Err(Stopped::Panicked));
    }

    #[test]
    fn panics_on_the_thread_of_the_caller_end_at_the_guard() {
        assert_eq!(here(|| 7), Ok(7));
        assert_eq!(here(|| here(|| -> u8 { panic!("odd input") })), Ok(Err(Stopped::Panicked)));
        assert!(!IS_GUARDED.get(), "its own panics are told again");
    }

    #[test]
    fn work_that_never_ends_is_left_behind() {
        let endless = || loop {
            thread::park();
        };
        assert_eq!(run(Duration::from_millis(20), endless), Err::<(), _>(Stopped::Late));
    }

    #[test]
    fn deep_recursion_finds_room() {
        assert_eq!(run(SOON, || depth(400_000)), Ok(400_000));
    }
}
