//! `trans` and `text_direction`.

use std::sync::Arc;

use icu_locale::{Direction, LanguageIdentifier, LocaleDirectionality};
use tera::{Error, Function, Kwargs, State, TeraResult};

use super::{language, required_text};
use crate::config::Config;
use crate::diagnostic::nearest;

/// `trans(key, lang)`
pub struct Trans {
    /// Holds the translations.
    pub config: Arc<Config>,
}

/// `text_direction(lang)`
pub struct TextDirection {
    /// Holds the default language.
    pub config: Arc<Config>,
}

impl Function<TeraResult<String>> for Trans {
    fn call(&self, kwargs: Kwargs, state: &State<'_>) -> TeraResult<String> {
        let key = required_text(&kwargs, "key")?;
        let code = language(&kwargs, state, &self.config)?;
        let Some(language) = self.config.languages.get(&code) else {
            return Err(Error::message(format!("`{code}` is not one of the site's languages")));
        };
        language.translations.get(&key).cloned().ok_or_else(|| {
            let near = nearest(&key, language.translations.keys().map(String::as_str));
            let near = near.map(|near| format!(", the nearest is `{near}`")).unwrap_or_default();
            Error::message(format!("there is no translation `{key}` in the language `{code}`{near}"))
        })
    }
}

impl Function<TeraResult<String>> for TextDirection {
    fn call(&self, kwargs: Kwargs, state: &State<'_>) -> TeraResult<String> {
        let code = language(&kwargs, state, &self.config)?;
        let identifier: LanguageIdentifier =
            code.parse().map_err(|_| Error::message(format!("`{code}` is no language code")))?;
        let direction = LocaleDirectionality::new_common().get(&identifier);
        Ok(if direction == Some(Direction::RightToLeft) { "rtl" } else { "ltr" }.to_owned())
    }
}
