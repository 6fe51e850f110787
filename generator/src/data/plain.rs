//! What a plain word of YAML means: the core schema as serde_yaml, and so Zola, reads it.

use super::Value;

/// The value of a word that stands without quotes.
pub fn value(word: &str) -> Value {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Flag(true),
        "false" | "False" | "FALSE" => Value::Flag(false),
        _ => number(word).unwrap_or_else(|| Value::Text(word.to_owned())),
    }
}

fn number(word: &str) -> Option<Value> {
    let is_negative = word.starts_with('-');
    let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
    // Telephone numbers and postcodes: a zero in front makes it text.
    let has_leading_zero = digits.len() > 1 && digits.starts_with('0');
    if digits.starts_with(['+', '-'])
        || has_leading_zero && digits.bytes().all(|digit| digit.is_ascii_digit())
    {
        return None;
    }
    match integer(digits, is_negative) {
        Some(number) => Some(Value::Integer(number)),
        None => float(digits, is_negative).map(Value::Float),
    }
}

fn integer(digits: &str, is_negative: bool) -> Option<i64> {
    let radices = [("0x", 16), ("0o", 8), ("0b", 2)];
    let prefixed = radices.iter().find_map(|(prefix, radix)| Some((digits.strip_prefix(prefix)?, *radix)));
    let (digits, radix) = prefixed.unwrap_or((digits, 10));
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let number = i128::from_str_radix(digits, radix).ok()?;
    i64::try_from(if is_negative { -number } else { number }).ok()
}

fn float(digits: &str, is_negative: bool) -> Option<f64> {
    let number = match digits {
        ".inf" | ".Inf" | ".INF" => f64::INFINITY,
        ".nan" | ".NaN" | ".NAN" if !is_negative => f64::NAN,
        _ => digits.parse().ok().filter(|number: &f64| number.is_finite())?,
    };
    Some(if is_negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_mean_what_zola_makes_of_them() {
        let text = |word: &str| Value::Text(word.to_owned());
        for (word, expected) in [
            ("12", Value::Integer(12)),
            ("+12", Value::Integer(12)),
            ("-0x1F", Value::Integer(-31)),
            ("0o17", Value::Integer(15)),
            ("0b11", Value::Integer(3)),
            ("012", text("012")),
            ("-012", text("-012")),
            ("1_000", text("1_000")),
            ("+-1", text("+-1")),
            ("1.50", Value::Float(1.5)),
            ("-.5", Value::Float(-0.5)),
            ("1.", Value::Float(1.0)),
            ("1e3", Value::Float(1000.0)),
            ("1e400", text("1e400")),
            ("-.inf", Value::Float(f64::NEG_INFINITY)),
            ("inf", text("inf")),
            ("True", Value::Flag(true)),
            ("yes", text("yes")),
            ("~", Value::Null),
            ("2026-01-02", text("2026-01-02")),
        ] {
            assert_eq!(value(word), expected, "{word}");
        }
    }
}
