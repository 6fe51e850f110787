//! The program `feedback-fn`: reads the command line and hands over to the library.

fn main() {}
