//! Whether everybody who is to get one mail a day gets mail at all: a mistyped address there changes nothing,
//! and its owner wonders about single mails.

use crate::cli::terminal::escaped;
use crate::contract::{Recipient, Recipients};

/// A warning for each address of `delivery.daily_digest` to which the contract sends nothing. No reason to fail:
/// somebody may have left the contract for a while.
pub(super) fn warnings(daily: &[String], recipients: &Recipients) -> Vec<String> {
    let unknown = daily.iter().filter(|address| !gets_mail(address, recipients));
    unknown.map(|address| warning(&escaped(address))).collect()
}

fn gets_mail(address: &str, recipients: &Recipients) -> bool {
    let is_meant = |recipient: &Recipient| recipient.address.eq_ignore_ascii_case(address);
    recipients.default.iter().chain(recipients.themes.values().flatten()).any(is_meant)
}

fn warning(address: &str) -> String {
    format!(
        "`delivery.daily_digest` has `{address}`, to whom the contract sends nothing\nhint: write the \
         address as `recipients` of the contract has it, or take it out"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn only_addresses_that_get_no_mail_are_warned_of() {
        let recipient = |address: &str| Recipient { name: String::new(), address: address.to_owned() };
        let recipients = Recipients {
            default: vec![recipient("rathaus@stadt.example")],
            themes: BTreeMap::from([("verkehr".to_owned(), vec![recipient("verkehr@stadt.example")])]),
        };
        for (address, warned) in [
            ("rathaus@stadt.example", false),
            ("Verkehr@Stadt.example", false),
            ("verkher@stadt.example", true),
        ] {
            let warnings = warnings(&[address.to_owned()], &recipients);
            assert_eq!(warnings.len(), usize::from(warned), "{address}: {warnings:?}");
            assert!(warnings.iter().all(|warning| warning.contains(address)));
        }
    }
}
