//! The defects of lettre's transport that lose mail, hang or panic, against a scripted server.
