//! Programs that send advertising: several kinds, each in the way its kind works.

use crate::letters::Dice;

/// How a program goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Fills in every field it finds and sends at once.
    FillsAll,
    /// Many links, written for forums and for pages, at once.
    LinkFarm,
    /// Many links, but takes its time and leaves the trap alone.
    PatientLinkFarm,
    /// One link and praise, at once.
    Praise,
    /// An offer without any link, at once.
    Offer,
    /// A page elsewhere that makes its visitors' browsers send, after a while.
    ElsewhereInBrowsers,
    /// The same text over and over, from one network, at once.
    Flood,
    /// Nothing but a link, after a while.
    LinkOnly,
    /// Posts to `send` without ever having asked for a token.
    WithoutToken,
    /// Never gets beyond the first form.
    FirstFormOnly,
    /// Takes its time, writes like a resident, has no link. Nothing tells it from a person.
    Patient,
}

/// One post of a program.
#[derive(Debug, Clone)]
pub struct Post {
    pub kind: Kind,
    pub text: String,
    pub name: String,
    pub email: String,
    pub website: &'static str,
    pub headers: &'static [(&'static str, &'static str)],
    pub peer: String,
    /// Milliseconds between the check page and its answer.
    pub wait: u64,
}

const KINDS: [(Kind, usize); 11] = [
    (Kind::FillsAll, 50),
    (Kind::LinkFarm, 40),
    (Kind::PatientLinkFarm, 20),
    (Kind::Praise, 40),
    (Kind::Offer, 30),
    (Kind::ElsewhereInBrowsers, 15),
    (Kind::Flood, 25),
    (Kind::LinkOnly, 15),
    (Kind::WithoutToken, 15),
    (Kind::FirstFormOnly, 10),
    (Kind::Patient, 8),
];

const GOODS: [&str; 8] = [
    "cheap replica watches",
    "Kredit ohne Schufa",
    "online casino bonus",
    "Potenzmittel rezeptfrei",
    "crypto signals",
    "backlinks and guest posts",
    "Führerschein ohne Prüfung",
    "dating in your area",
];
const HOSTS: [&str; 6] = [
    "http://best-deals.example/?id=",
    "https://casino-1x.example/promo",
    "http://seo-agency.example/",
    "https://pills-shop.example/de/",
    "http://loan-24h.example/go?ref=",
    "https://t-me.example/joinchat/",
];
const PRAISE: [&str; 5] = [
    "Great article, thanks for sharing such valuable information!",
    "I have been browsing on-line more than three hours lately, yet I never found any interesting article like yours.",
    "Toller Beitrag, ich habe die Seite gleich weiterempfohlen.",
    "Hello there, you have done an excellent job.",
    "Wow, this piece of writing is pleasant, my sister is analyzing these things.",
];

/// All posts of all kinds, the same each time.
pub fn posts() -> Vec<Post> {
    let mut dice = Dice(4711);
    let kinds = KINDS.iter().flat_map(|(kind, count)| std::iter::repeat_n(*kind, *count));
    kinds.enumerate().map(|(number, kind)| post(kind, number, &mut dice)).collect()
}

fn post(kind: Kind, number: usize, dice: &mut Dice) -> Post {
    let link = format!("{}{number}", dice.of(&HOSTS));
    let goods = dice.of(&GOODS);
    let hurry = 20 + dice.below(900) as u64;
    let patience = 5_000 + dice.below(60_000) as u64;
    let calm = Post {
        kind,
        text: format!("{goods} {number}"),
        name: format!("{goods} Shop"),
        email: format!("sales{number}@mail.example"),
        website: "",
        headers: &[("user-agent", "python-requests/2.32")],
        peer: format!("203.0.{}.{}", number / 200, number % 200),
        wait: patience,
    };
    match kind {
        Kind::FillsAll => Post {
            text: match number % 2 {
                0 => farm(goods, &link, dice),
                _ => format!("{} {goods}: {link}", dice.of(&PRAISE)),
            },
            website: "http://best-deals.example",
            wait: hurry,
            ..calm
        },
        Kind::LinkFarm => Post { text: farm(goods, &link, dice), wait: hurry, ..calm },
        Kind::PatientLinkFarm => Post { text: farm(goods, &link, dice), ..calm },
        Kind::Praise => Post { text: format!("{} {link}", dice.of(&PRAISE)), wait: hurry, ..calm },
        Kind::Offer => Post {
            text: format!("We offer {goods} for your company, number {number}. Reply to this mail today."),
            wait: hurry,
            ..calm
        },
        Kind::ElsewhereInBrowsers => Post {
            headers: &[("origin", "https://elsewhere.example"), ("sec-fetch-site", "cross-site")],
            ..calm
        },
        Kind::Flood => Post {
            text: "Buy now, buy now, buy now.".into(),
            peer: "203.0.113.200".into(),
            wait: hurry / 10,
            ..calm
        },
        Kind::LinkOnly => Post { text: link, ..calm },
        Kind::WithoutToken | Kind::FirstFormOnly => calm,
        Kind::Patient => Post {
            text: format!("Unsere Firma bietet {goods}, schreiben Sie uns bitte, Angebot {number}."),
            ..calm
        },
    }
}

fn farm(goods: &str, link: &str, dice: &mut Dice) -> String {
    match dice.below(3) {
        0 => format!("<a href=\"{link}\">{goods}</a> is the best {goods} you can find."),
        1 => format!("Look here [url={link}]{goods}[/url] for the best {goods} in town."),
        _ => (0..6).map(|at| format!("{goods} {at}: {link}{at}\n")).collect(),
    }
}
