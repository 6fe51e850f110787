//! The public review: rounds, numbered passages, form pages, and `review.json`, the contract with the
//! feedback function.
