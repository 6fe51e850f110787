//! Stage 6: rules over everything that is known before pages are rendered.
