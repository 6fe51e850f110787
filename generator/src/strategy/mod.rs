//! Stage 5: [`Site`] → [`Strategy`]: themes, projects, process steps, participants, chapters, sources,
//! relations with their inverses, timeframes. Knows no templates and no HTML.
