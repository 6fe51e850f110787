//! What a configuration file may say, before it is checked.
