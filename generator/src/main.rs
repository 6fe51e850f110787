//! The program `auslage`; everything is in the library.

fn main() -> std::process::ExitCode {
    auslage::cli::run()
}
