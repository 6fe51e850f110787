//! The program `auslage`; everything is in the library.

fn main() {}
