//! `auslage serve`: builds, serves, watches, reloads the browser; shows diagnostics as an overlay.
