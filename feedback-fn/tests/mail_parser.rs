//! What residents can do to a mail: nothing. Every payload goes through every field, the mail is built as
//! in earnest and read back by a parser that is not ours (Python's `email`).
//!
//! Fails, and says why, where there is no Python: a check that did not run is no check.

#![expect(clippy::unwrap_used, reason = "a test may panic in its helpers, too")]

use feedback_fn::contract::{Recipient, Review};
use feedback_fn::mail::context::MailContext;
use feedback_fn::mail::digest::DigestContext;
use feedback_fn::mail::text::{BodyText, HeaderText};
use feedback_fn::mail::{About, Letter, Mail, Poison, Sender, compose, guarded};
use feedback_fn::reference::{Prefix, Reference};
use feedback_fn::store::Digest;
use feedback_fn::suggestion::{Marks, Suggestion};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};

/// Every mail has these headers, each once, and with a plain address of the resident `Reply-To`.
const HEADERS: [&str; 12] = [
    "Auto-Submitted",
    "Content-Transfer-Encoding",
    "Content-Type",
    "Date",
    "From",
    "In-Reply-To",
    "MIME-Version",
    "Message-ID",
    "References",
    "Subject",
    "To",
    "X-Auslage-Reference",
];

const PARSER: &str = "
import email, email.policy, json, sys
for line in sys.stdin:
    message = email.message_from_bytes(bytes.fromhex(line), policy=email.policy.default)
    try:
        headers = [[name, str(value)] for name, value in message.items()]
    except Exception as error:
        raise Exception(message._headers) from error
    defects = [str(defect) for defect in message.defects]
    defects += [str(defect) for value in message.values() for defect in value.defects]
    mailboxes = {name: [address.addr_spec for address in message[name].addresses]
                 for name in ('From', 'To', 'Reply-To') if message[name] is not None}
    print(json.dumps({'headers': headers, 'defects': defects, 'mailboxes': mailboxes,
                      'multipart': message.is_multipart(), 'body': message.get_content()}))
";

#[derive(Debug, serde::Deserialize)]
struct Parsed {
    headers: Vec<(String, String)>,
    defects: Vec<String>,
    mailboxes: BTreeMap<String, Vec<String>>,
    multipart: bool,
    body: String,
}

impl Parsed {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(at, _)| at == name).map(|(_, value)| value.as_str()).unwrap()
    }
}

fn payloads() -> Vec<String> {
    let mut payloads: Vec<String> = [
        "x\nBcc: v@e.example",
        "x\r\nCc: v@e.example\r\n\r\nbody",
        "x\rBcc: v@e.example",
        "x\0\nBcc: v@e.example",
        "x\u{2028}Bcc: v@e.example",
        "x\u{2029}Bcc: v@e.example",
        "x\u{85}Bcc: v@e.example",
        "x\u{B}Bcc: v\u{C}Bcc: w",
        "=?utf-8?q?=0ABcc:_v@e.example?=",
        "=?utf-8?b?CkJjYzogdkBlLmV4YW1wbGU=?=",
        "x \n folded",
        "\n.\nMAIL FROM:<a@b>",
        ".\r\nQUIT",
        "\r\n.\r\n",
        "\n.\r\n",
        "\r.\r",
        "a\n.\nb",
        "\"@e.example",
        "a@b>,<v@e.example",
        "a@b\u{20}SMTPUTF8",
        "<a@b> SIZE=1",
        "\"a\nb\"@c.example",
        "a@b.example(comment\n)",
        "Mayor <mayor@city.example>",
        "a@xn--lffingen-n4a.example",
        "info@\u{5D0}\u{5D1}.example",
        "Erika\u{202E}gpj.exe",
        "\u{2066}isoliert",
        "\u{1B}[2J\u{7}",
        "\t \t",
        "%0ABcc:v@e.example",
        "überall Umlaute: ÄÖÜß",
        "👩\u{200D}🚒 और नमस्ते 你好",
        "\u{FEFF}BOM",
        "\u{10FFFF}\u{FFFE}",
        "ends with =",
        "--boundary\r\nContent-Type: text/html\r\n\r\n<script>",
        "From the start of a line",
        "Content-Transfer-Encoding: 8bit",
    ]
    .map(str::to_owned)
    .to_vec();
    payloads.push(format!("{}@b.example", "a".repeat(300)));
    payloads.push("x".repeat(1200));
    payloads.push("ü".repeat(1200));
    payloads.push("你".repeat(1200));
    payloads.push(format!("a{}", "\u{300}".repeat(10_000)));
    payloads.push(format!("{}\r\n", "lang ".repeat(4000)));
    payloads
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Field {
    Text,
    Rewording,
    Name,
    Email,
    Target,
    RecipientName,
    SenderName,
    /// All that a resident fills in.
    Resident,
}

const FIELDS: [Field; 7] = [
    Field::Text,
    Field::Rewording,
    Field::Name,
    Field::Email,
    Field::Target,
    Field::RecipientName,
    Field::SenderName,
];

fn review() -> Review {
    let json = include_bytes!("fixtures/review.json");
    serde_json::from_slice(json).unwrap()
}

fn suggestion(review: &Review) -> Suggestion {
    let target = review.targets.iter().find(|target| target.text.is_some()).unwrap().clone();
    let prefix = Prefix::try_from("LOE".to_owned()).unwrap();
    Suggestion {
        reference: Reference::from_bits(&prefix, 4711),
        received: "2026-11-23T22:30:15.250Z".parse().unwrap(),
        round: 1,
        digest_sent: target.digest.clone(),
        target,
        text: "Mehr Busse, bitte.".into(),
        rewording: None,
        name: Some("Erika Muster".into()),
        email: None,
        publish: true,
        marks: Marks::default(),
    }
}

/// The subject and the body as the templates make them: everything a resident can type stands in both.
fn rendered(context: &MailContext) -> (String, String) {
    let suggestion = &context.suggestion;
    let texts = [
        Some(suggestion.text.as_str()),
        suggestion.rewording.as_deref(),
        suggestion.name.as_deref(),
        suggestion.email_raw.as_deref(),
        Some(&context.diff_text),
        Some(&context.target.title),
    ];
    let all: Vec<&str> = texts.into_iter().flatten().collect();
    (format!("[Beteiligung] {}", all.join(" ")), all.join("\n"))
}

struct Case {
    mail: Mail,
    subject: String,
    body: String,
    reply_to: Option<String>,
    what: String,
}

fn case(field: Field, payload: &str) -> Case {
    let review = review();
    let mut suggestion = suggestion(&review);
    let mut recipient = Recipient { name: "Amt für Alles".into(), address: "amt@stadt.example".into() };
    let mut name = "Stadt Löffingen".to_owned();
    match field {
        Field::Text => suggestion.text = payload.into(),
        Field::Rewording => suggestion.rewording = Some(payload.into()),
        Field::Name => suggestion.name = Some(payload.into()),
        Field::Email => suggestion.email = Some(payload.into()),
        Field::Target => suggestion.target.title = payload.into(),
        Field::RecipientName => recipient.name = payload.into(),
        Field::SenderName => name = payload.into(),
        Field::Resident => {
            suggestion.text = payload.into();
            suggestion.rewording = Some(payload.into());
            suggestion.name = Some(payload.into());
            suggestion.email = Some(payload.into());
        }
    }
    let context = MailContext::new(&suggestion, &review);
    let (subject, body) = rendered(&context);
    let letter = Letter {
        about: about(&suggestion),
        date: suggestion.received,
        recipient: &recipient,
        subject: &subject,
        body: &body,
    };
    let sender =
        Sender { address: "beteiligung@stadt.example".parse().unwrap(), name: HeaderText::new(&name) };
    let what = format!("{field:?}: {:?}", payload.chars().take(60).collect::<String>());
    let mail = compose(&sender, &letter).unwrap_or_else(|poison| panic!("{what}: {poison}"));
    assert_eq!(compose(&sender, &letter).as_ref(), Ok(&mail), "{what}: the same letter, the same octets");
    Case { mail, subject, body, reply_to: context.suggestion.email, what }
}

fn about(suggestion: &Suggestion) -> About<'_> {
    About::Suggestion {
        reference: &suggestion.reference,
        round: suggestion.round,
        target: &suggestion.target.id,
        reply_to: suggestion.email.as_deref(),
    }
}

fn parse(mails: &[Case]) -> Vec<Parsed> {
    let mut python = Command::new("python3")
        .args(["-c", PARSER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test needs `python3` as a second opinion on our mails: install it");
    let mut stdin = python.stdin.take().unwrap();
    let lines: String = mails
        .iter()
        .map(|case| case.mail.bytes.iter().map(|octet| format!("{octet:02x}")).collect::<String>() + "\n")
        .collect();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[track_caller]
fn check(case: &Case, parsed: &Parsed) {
    let what = &case.what;
    let mut names: Vec<&str> = parsed.headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let mut wanted = HEADERS.to_vec();
    wanted.extend(case.reply_to.as_ref().map(|_| "Reply-To"));
    wanted.sort_unstable();
    assert_eq!(names, wanted, "{what}");
    assert_eq!(parsed.defects, Vec::<String>::new(), "{what}");
    assert!(!parsed.multipart, "{what}");
    assert_eq!(parsed.mailboxes["From"], ["beteiligung@stadt.example"], "{what}");
    assert_eq!(parsed.mailboxes["To"], ["amt@stadt.example"], "{what}");
    let reply_to: Vec<String> = case.reply_to.iter().cloned().collect();
    assert_eq!(parsed.mailboxes.get("Reply-To").cloned().unwrap_or_default(), reply_to, "{what}");
    assert_eq!(parsed.header("Subject"), HeaderText::new(&case.subject).as_str(), "{what}");
    assert_eq!(parsed.header("Content-Type"), "text/plain; charset=\"utf-8\"", "{what}");
    assert!(["quoted-printable", "base64"].contains(&parsed.header("Content-Transfer-Encoding")), "{what}");
    let body = parsed.body.replace("\r\n", "\n");
    assert_eq!(
        body.trim_end_matches('\n'),
        BodyText::new(&case.body).as_str().trim_end_matches('\n'),
        "{what}"
    );
    let longest = case.mail.bytes.split(|octet| *octet == b'\n').map(<[u8]>::len).max();
    assert!(longest <= Some(999), "{what}: a line of {longest:?} octets");
    assert!(case.mail.bytes.is_ascii(), "{what}");
}

#[test]
fn no_payload_in_any_field_changes_more_than_its_text() {
    let mut cases = Vec::new();
    for field in FIELDS {
        cases.extend(payloads().iter().map(|payload| case(field, payload)));
    }
    let parsed = parse(&cases);
    assert_eq!(parsed.len(), cases.len());
    for (case, parsed) in cases.iter().zip(&parsed) {
        check(case, parsed);
    }
}

/// The big list of naughty strings, as it comes out of a form.
#[test]
fn naughty_strings_arrive_as_they_were_sent() {
    let cases: Vec<Case> = naughty_strings::BLNS.iter().map(|string| case(Field::Resident, string)).collect();
    let parsed = parse(&cases);
    assert!(parsed.len() > 500 && parsed.len() == cases.len(), "{} of {}", parsed.len(), cases.len());
    for (case, parsed) in cases.iter().zip(&parsed) {
        check(case, parsed);
    }
    println!(
        "{} naughty strings, each in every field of a resident: as many mails, all as sent",
        cases.len()
    );
}

#[test]
fn mail_is_threaded_by_passage_and_recognised_when_it_comes_twice() {
    let parsed = parse(&[case(Field::Email, "erika@muster.example")]).remove(0);
    let prefix = Prefix::try_from("LOE".to_owned()).unwrap();
    let reference = Reference::from_bits(&prefix, 4711).as_str().to_owned();
    let id = parsed.header("Message-ID");
    assert!(id.starts_with(&format!("<{reference}.")) && id.ends_with("@stadt.example>"), "{id}");
    let thread = parsed.header("References");
    assert_eq!(thread, parsed.header("In-Reply-To"));
    let target = suggestion(&review()).target.id;
    assert_eq!(thread, format!("<1.{target}.thread@stadt.example>"));
    assert_eq!(parsed.header("Date"), "Mon, 23 Nov 2026 22:30:15 +0000");
    assert_eq!(parsed.header("Auto-Submitted"), "auto-generated");
    assert_eq!(parsed.header("X-Auslage-Reference"), reference);
    assert_eq!(parsed.header("Reply-To"), "erika@muster.example");
}

#[test]
fn l4_names_with_control_characters_do_not_stop_the_program() {
    for name in ["a\rb", "a\nb", "a\r\nb", "a\tb", "a\0b", "a\u{1B}b", "a\u{202E}b", "\r", "\n", ""] {
        for field in [Field::Name, Field::RecipientName, Field::SenderName] {
            case(field, name);
        }
    }
    let panicking: Result<(), Poison> = guarded(|| panic!("lettre may still panic over something else"));
    assert!(panicking.is_err());
}

#[test]
fn recipient_that_is_no_plain_address_is_poison_and_named() {
    let review = review();
    let suggestion = suggestion(&review);
    let recipient = Recipient { name: "Amt".into(), address: "amt@stadt.example\r\nBcc: v@e.example".into() };
    let letter = Letter {
        about: about(&suggestion),
        date: suggestion.received,
        recipient: &recipient,
        subject: "x",
        body: "y",
    };
    let sender =
        Sender { address: "beteiligung@stadt.example".parse().unwrap(), name: HeaderText::new("Stadt") };
    assert!(compose(&sender, &letter).is_err_and(|poison| poison.to_string().contains("not plain")));
}

/// The longest letters that a form takes, as many as go into one digest.
#[test]
fn digest_of_long_letters_tells_of_each_and_is_a_mail_that_servers_take() {
    let review = review();
    let prefix = Prefix::try_from("LOE".to_owned()).unwrap();
    let letter = |number| Suggestion {
        reference: Reference::from_bits(&prefix, number),
        text: "üaa".repeat(review.limits.suggestion / 3),
        rewording: Some("aüa".repeat(review.limits.rewording / 3)),
        ..suggestion(&review)
    };
    let suggestions: Vec<Suggestion> = (0..Digest::MOST as u64).map(letter).collect();
    let context = DigestContext::new(&suggestions, &review);
    let references: BTreeSet<&str> = context.suggestions.iter().map(|item| item.reference.as_str()).collect();
    assert_eq!((context.count, references.len()), (Digest::MOST, Digest::MOST));
    let whole = context.suggestions.iter().filter_map(|item| item.suggestion.as_ref());
    assert_eq!(whole.clone().count() + context.shortened, Digest::MOST);
    assert!(whole.clone().count() >= 20 && context.shortened > 0, "{}", context.shortened);
    let lines = context.suggestions.iter().map(|item| format!("{} {}\n", item.reference, item.first_line));
    let texts = whole.map(|whole| format!("{}\n{:?}\n", whole.text_quoted, whole.rewording_quoted));
    let body: String = lines.chain(texts).collect();
    let recipient = Recipient { name: "Amt".into(), address: "amt@stadt.example".into() };
    let about = About::Digest { number: 7 };
    let letter =
        Letter { about, date: suggestions[0].received, recipient: &recipient, subject: "x", body: &body };
    let sender =
        Sender { address: "beteiligung@stadt.example".parse().unwrap(), name: HeaderText::new("Stadt") };
    let mail = compose(&sender, &letter).unwrap();
    assert!(mail.bytes.len() < 4 * 1024 * 1024, "{} octets", mail.bytes.len());
    assert_eq!(mail.name, format!("digest-7-{}", suggestions[0].received.as_second()));
    let subject = "x".to_owned();
    let parsed =
        parse(&[Case { mail, subject, body: body.clone(), reply_to: None, what: "digest".into() }]).remove(0);
    assert_eq!(parsed.body.replace("\r\n", "\n").trim_end(), body.trim_end());
    assert!(parsed.header("Message-ID").starts_with("<digest-7-"));
    let threaded = |name: &str| parsed.headers.iter().any(|(header, _)| header == name);
    assert!(!threaded("In-Reply-To") && !threaded("Reply-To"), "it is about many");
}
