//! Calls with arguments: where they end, what they say, and the same as a call of a component.

/// End of the bracket that opens at `open`; `None` if it never closes. `masked` has no texts in quotes.
pub(super) fn closing(masked: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in masked.bytes().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// Names, where they have any, and values of arguments.
pub(super) fn arguments(masked: &str, text: &str) -> Vec<(Option<String>, String)> {
    let mut arguments = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (at, byte) in masked.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                arguments.push(argument(&masked[start..at], &text[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    if !text[start..].trim().is_empty() {
        arguments.push(argument(&masked[start..], &text[start..]));
    }
    arguments
}

fn argument(masked: &str, text: &str) -> (Option<String>, String) {
    let name = masked
        .find('=')
        .filter(|at| masked.as_bytes().get(at + 1) != Some(&b'='))
        .map(|at| (at, text[..at].trim()));
    match name {
        Some((at, name)) if !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_') => {
            (Some(name.to_owned()), text[at + 1..].trim().to_owned())
        }
        _ => (None, text.trim().to_owned()),
    }
}

/// `name key="text" other={1}`: what stands between `<` and `/>`.
pub(super) fn component_call(name: &str, arguments: &[(Option<String>, String)]) -> String {
    let mut call = name.to_owned();
    for (key, value) in arguments {
        let key = key.as_deref().unwrap_or("…");
        let inside =
            value.strip_prefix(['\'', '"', '`']).and_then(|rest| rest.strip_suffix(['\'', '"', '`']));
        match inside {
            Some(text) if !text.contains(['\'', '"', '`', '\\']) => {
                call.push_str(&format!(" {key}=\"{text}\""))
            }
            _ => call.push_str(&format!(" {key}={{{value}}}")),
        }
    }
    call
}
