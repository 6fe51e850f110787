//! Diagnostics as text for people (`human`), for editors' problem lists (`short`) and for machines (`json`).
//!
//! Reads the files it quotes through the [`World`](crate::world::World); prints nothing itself.
