//! Letters of residents, made of building blocks: short and long, polite and angry, in capitals, in other
//! languages, with telephone numbers and links. The same five hundred each time.

/// What a resident sends, and how.
#[derive(Debug, Clone)]
pub struct Letter {
    pub text: String,
    pub rewording: Option<&'static str>,
    pub name: Option<&'static str>,
    pub email: Option<&'static str>,
    /// Whether the browser filled in the field that nobody sees.
    pub autofilled: bool,
    /// What the browser says about where the form was.
    pub browser: &'static [(&'static str, &'static str)],
    /// Seconds between the check page and the click.
    pub read: u64,
}

const OPENINGS: [&str; 8] = [
    "Sehr geehrte Damen und Herren,\n\n",
    "Guten Tag,\n",
    "Hallo zusammen, ",
    "Liebes Rathaus-Team,\n\n",
    "",
    "",
    "An die Verwaltung: ",
    "Grüß Gott,\n\n",
];
const WISHES: [&str; 24] = [
    "der Bus sollte auch nach 20 Uhr noch in die Ortsteile fahren.",
    "bitte nennen Sie im Absatz auch den Samstag.",
    "mir fehlt ein Satz zu Menschen, die kein Smartphone haben.",
    "das WLAN am Marktplatz funktioniert nur bei schönem Wetter.",
    "in Göschweiler und Reiselfingen gibt es immer noch kein Glasfaser, das gehört hinein.",
    "ich wünsche mir Sprechstunden für Ältere, in denen jemand das Online-Amt erklärt.",
    "die Wartezeit im Bürgerbüro steht nirgends, obwohl das leicht wäre.",
    "unsere Schule braucht nicht mehr Tablets, sondern jemanden, der sie betreut.",
    "streichen Sie das Wort „zeitnah“, es sagt nichts aus.",
    "was kostet das alles, und wer bezahlt es, wenn die Förderung ausläuft?",
    "ein Ratsinformationssystem mit Suche würde mir sehr helfen.",
    "der Leerstand in der Kirchstraße wird mit keinem Wort erwähnt.",
    "warum kommt die Feuerwehr in der ganzen Strategie nicht vor?",
    "bitte auch an die Vereine denken, die Hallenbelegung läuft noch über Zettel.",
    "die Termine der Müllabfuhr sollten als Kalender abonniert werden können.",
    "für die Radwege fehlt eine Karte mit Schäden, die jeder melden kann.",
    "der Absatz ist für Laien kaum zu verstehen, bitte kürzer fassen.",
    "beim Thema Datenschutz fehlt, wo die Server stehen.",
    "Carsharing zwischen den Ortsteilen wäre sinnvoller als noch eine App.",
    "die Bücherei sollte abends mit der Karte geöffnet werden können.",
    "es fehlt, dass man einen Antrag auch weiter auf Papier stellen darf.",
    "der Breitbandausbau im Gewerbegebiet ist längst fertig, der Satz ist überholt.",
    "ich finde den Vorschlag mit den Mitfahrbänken gut und möchte ihn unterstützen.",
    "bitte die Öffnungszeiten einheitlich angeben, online steht etwas anderes als an der Tür.",
];
const REASONS: [&str; 14] = [
    " Als Rentnerin bin ich darauf angewiesen.",
    " Wir haben drei Kinder und kein zweites Auto.",
    " Ich pendle jeden Tag nach Neustadt und weiß, wovon ich rede.",
    " In Bonndorf geht das seit zwei Jahren, warum hier nicht?",
    " Das wurde schon 2019 versprochen.",
    " Meine Mutter (87) kommt sonst nicht mehr zum Arzt.",
    " Andere Gemeinden sind da weiter, auch kleinere.",
    " Der Gemeinderat hat das am 14.03. doch schon beraten.",
    " Es geht mir nicht ums Geld, sondern darum, dass man ernst genommen wird.",
    " Bitte nicht falsch verstehen, vieles im Papier ist gelungen!",
    " 50 % der Haushalte in unserer Straße sehen das genauso.",
    " Kostet fast nichts und hilft vielen.",
    " Ich bin gern bereit, selbst mitzuarbeiten.",
    "",
];
const CONTACTS: [&str; 6] = [
    " Sie erreichen mich unter 07654 80 21 33.",
    " Tel. 0171/2345678, am besten abends.",
    " Rückruf gern: +49 7654 1234-0.",
    " Schreiben Sie mir an erika.muster@gmx.example.",
    " IBAN DE02 1203 0000 0000 2020 51 für die Spende hängt am Schwarzen Brett.",
    "",
];
const SOURCES: [&str; 6] = [
    " Siehe https://www.badische-zeitung.example/loeffingen/busverkehr-am-abend--98765.html",
    " Ein gutes Beispiel: https://www.bonndorf.example/digital?tab=2&lang=de",
    " (Quelle: www.statistik-bw.example)",
    " Hier die Karte: https://www.openstreetmap.example/#map=16/47.88/8.34 und der Fahrplan: https://vag.example/7258",
    " Vergleiche www.vdv.example und http://www.zukunftsnetz.example/mobil.",
    " Anbei zwei Beispiele https://stadt-a.example https://stadt-b.example, beide mit Fotos.",
];
const CLOSINGS: [&str; 8] = [
    "\n\nMit freundlichen Grüßen",
    "\nViele Grüße",
    " Danke!",
    "",
    "\n\nIn der Hoffnung auf Antwort\neine Bürgerin",
    " LG",
    "\n\nHochachtungsvoll",
    " 👍🚌",
];
const SHORT: [&str; 20] = [
    "Mehr Busse",
    "mehr bänke am bach",
    "Gut so!",
    "Bitte streichen.",
    "Tippfehler: „Stärung“ statt „Stärkung“",
    "ja",
    "Warum erst 2029??",
    "Ich bin dagegen.",
    "kein wlan im schwimmbad",
    "6.1.1 letzter Satz unverständlich",
    "???",
    "Wer ist zuständig?",
    "Sehr schön geschrieben, weiter so",
    "Bus Bus Bus",
    "Bitte auch für Rollstühle.",
    "zu teuer",
    "Mein Vorschlag: alles auf einer Seite.",
    "Fehlt: Dittishausen",
    "Top 👍",
    "mehr Geld für die Jugend!!!",
];
const ANGRY: [&str; 8] = [
    "Das ist doch ein SCHERZ!!! Seit Jahren passiert NICHTS und jetzt wieder Papier!!!",
    "Verdammt nochmal, wann wird endlich die Bushaltestelle repariert? Ich habe es satt!",
    "So ein Quatsch. Steuergelder zum Fenster rausgeworfen, typisch.",
    "ICH LASSE MIR DAS NICHT MEHR GEFALLEN. ANTWORTEN SIE ENDLICH AUF MEINE BRIEFE.",
    "Eine Frechheit, dass man hier nur 10000 Zeichen hat, um seinem Ärger Luft zu machen!!",
    "Kostenlos? Gratis? Dass ich nicht lache. Wer hat hier GEWONNEN? Die Berater!",
    "100 % der Versprechen gebrochen $$$ für Gutachten €€€ aber kein Geld für Kinder",
    "wer das liest ist doof (ich hab 3 mal angerufen, niemand geht ran)",
];
const OTHERS: [&str; 10] = [
    "Please offer the forms in English, too. I moved here last year and my German is not good yet.",
    "Lütfen otobüs saatlerini Türkçe de yazın. Teşekkürler.",
    "Будь ласка, зробіть переклад українською мовою, нам важко зрозуміти.",
    "Пожалуйста, больше автобусов вечером. Спасибо!",
    "Merci de penser aussi aux frontaliers qui travaillent en Suisse.",
    "نرجو توفير المعلومات باللغة العربية أيضا",
    "Vorrei più corsi serali per imparare a usare il computer.",
    "Proszę o informacje po polsku dla pracowników sezonowych.",
    "Por favor, más luz en el camino a la escuela.",
    "S Wältli sott au im Winter offe si, des wär schee für d'Kinder.",
];
const CAMPAIGN: &str = "Ich unterstütze die Initiative „Bus für alle“. Die Stadt soll den Abendverkehr in alle \
    Ortsteile bis 2027 einführen und jährlich darüber berichten. Siehe https://bus-fuer-alle.example";
const MANY_SOURCES: &str = "Zum Vergleich vier Gemeinden, die es schon machen: https://a-dorf.example, \
    https://b-dorf.example, https://c-dorf.example und https://d-dorf.example. Bitte ansehen!";

const NAMES: [Option<&str>; 8] = [
    None,
    None,
    Some("Erika Muster"),
    Some("Dr. Hans-Peter Öttinger-Weiß"),
    Some("fam. faller"),
    Some("Oğuz Yılmaz"),
    Some("Olena Шевченко"),
    Some("Klasse 8b, Realschule"),
];
const EMAILS: [Option<&str>; 6] = [
    None,
    None,
    None,
    Some("erika.muster@gmx.example"),
    Some("h.p.oettinger+stadt@web.example"),
    Some("info@sportverein-loeffingen.example"),
];
const REWORDINGS: [Option<&str>; 8] = [
    None,
    None,
    None,
    None,
    Some("Der Bus fährt halbstündlich, samstags stündlich."),
    Some("Der Bus fährt stündlich."),
    Some("Der Bus fährt stündlich, auch in den Ferien. Er kostet nichts."),
    Some("Der Bus fährt stündlich, mehr unter https://www.vag.example."),
];
/// Of today's browsers from a page that forbids referrers and from one that does not, of older ones, of a
/// browser whose add-on removes both.
const BROWSERS: [&[(&str, &str)]; 4] = [
    &[("origin", "null"), ("sec-fetch-site", "same-origin")],
    &[("origin", "https://strategie.example"), ("sec-fetch-site", "same-origin")],
    &[("origin", "null")],
    &[],
];

/// The same numbers each time.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, sides: usize) -> usize {
        // Knuth's MMIX.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    pub fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// As many letters; one in thirty of them from a browser that filled in everything.
pub fn letters(count: usize) -> Vec<Letter> {
    let mut dice = Dice(2026);
    (0..count)
        .map(|number| Letter {
            text: text(number, &mut dice),
            rewording: dice.of(&REWORDINGS),
            name: dice.of(&NAMES),
            email: dice.of(&EMAILS),
            autofilled: number % 30 == 7,
            browser: dice.of(&BROWSERS),
            read: 3 + dice.below(90) as u64,
        })
        .collect()
}

fn text(number: usize, dice: &mut Dice) -> String {
    match number % 20 {
        0..=3 => dice.of(&SHORT).to_owned(),
        4 => dice.of(&ANGRY).to_owned(),
        5 => dice.of(&OTHERS).to_owned(),
        6 => CAMPAIGN.to_owned(),
        7 => paragraph(dice).to_uppercase(),
        8 => (0..25).map(|_| paragraph(dice) + "\r\n\r\n").collect(),
        9..=10 => paragraph(dice) + dice.of(&SOURCES),
        11 if number % 200 == 11 => MANY_SOURCES.to_owned(),
        _ => dice.of(&OPENINGS).to_owned() + &paragraph(dice) + dice.of(&CONTACTS) + dice.of(&CLOSINGS),
    }
}

fn paragraph(dice: &mut Dice) -> String {
    let sentences = 1 + dice.below(3);
    (0..sentences).map(|_| dice.of(&WISHES).to_owned() + dice.of(&REASONS) + " ").collect()
}
