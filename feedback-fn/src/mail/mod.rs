//! Composing and sending mails.
