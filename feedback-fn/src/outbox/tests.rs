//! The worker in virtual time.
