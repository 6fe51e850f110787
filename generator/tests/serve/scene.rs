//! A site that is served in this process and changed on the disk, and the question whether what is served
//! is what a clean build gives.
//!
//! Nothing here waits for a time: [`Scene::settle`] writes a mark and waits for a build that began after
//! all other changes and holds the mark.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use auslage::cli::site_builder::{SiteBuilder, SiteOptions};
use auslage::config::{Mode, Overrides};
use auslage::pipeline::{self, Destination};
use auslage::serve::{Builder, Built, Hosts, Options, Port, Server, listen};
use auslage::world::{DiskWorld, World};

use super::client::{Reply, get};
use super::write;

/// A build that takes longer than this hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// When the builds began that have ended.
#[derive(Default)]
struct Builds {
    ended: Mutex<Vec<Instant>>,
    one_more: Condvar,
    /// What happens in the middle of the next build, after it has read everything.
    meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Builds {
    /// Waits until a build that began after `begin` has ended and `holds`.
    #[track_caller]
    fn wait(&self, begin: Instant, holds: impl Fn() -> bool) {
        let deadline = Instant::now() + LIMIT;
        let mut ended = self.ended.lock().unwrap();
        while !(ended.iter().any(|began| *began > begin) && holds()) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(left > Duration::ZERO, "a change was lost: no build came");
            ended = self.one_more.wait_timeout(ended, left).unwrap().0;
        }
    }
}

/// Counts what the real builder does.
struct Counted {
    inner: SiteBuilder,
    builds: Arc<Builds>,
}

impl Builder for Counted {
    fn build(&mut self, changed: &BTreeSet<PathBuf>) -> Built {
        let began = Instant::now();
        let built = self.inner.build(changed);
        let meanwhile = self.builds.meanwhile.lock().unwrap().take();
        if let Some(meanwhile) = meanwhile {
            meanwhile();
        }
        self.builds.ended.lock().unwrap().push(began);
        self.builds.one_more.notify_all();
        built
    }
}

/// A served site in a folder `site`; `outside` and `out` lie beside it.
pub struct Scene {
    folder: tempfile::TempDir,
    builds: Arc<Builds>,
    base_url: String,
    address: String,
    marks: usize,
    _runtime: tokio::runtime::Runtime,
}

impl Scene {
    /// Writes the files of a site and serves them.
    pub fn new(files: &BTreeMap<&str, &str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("site");
        for (path, text) in files {
            write(&root, path, text);
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let listener = runtime.block_on(listen(loopback, Port::Exact(0))).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let base_url = format!("http://{address}");
        let builds = Arc::new(Builds::default());
        let site = SiteOptions {
            root,
            output: folder.path().join("out"),
            base_url: Some(base_url.clone()),
            ..SiteOptions::default()
        };
        let inner = SiteBuilder::new(site, |_| {});
        let options = Options {
            output: folder.path().join("out"),
            watched: inner.places(),
            quiet: Duration::from_millis(20),
            mounts: Vec::new(),
            base_path: String::new(),
            hosts: Hosts::any(),
            tell: Arc::new(|_: &str| {}),
        };
        let builder = Counted { inner, builds: Arc::clone(&builds) };
        let server = Server::start(listener, options, Box::new(builder));
        runtime.spawn(server.run(std::future::pending()));
        Self { folder, builds, base_url, address, marks: 0, _runtime: runtime }
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    pub fn outside(&self) -> PathBuf {
        self.folder.path().join("outside")
    }

    pub fn write(&self, path: &str, text: &str) {
        write(&self.root(), path, text);
    }

    pub fn get(&self, path: &str) -> Reply {
        get(&self.address, path)
    }

    /// Does something and waits for a build that began after it, sound or not.
    #[track_caller]
    pub fn after(&self, change: impl FnOnce(&Self)) {
        let begin = Instant::now();
        change(self);
        self.builds.wait(begin, || true);
    }

    /// Starts a build with one change, and makes another while it is under way.
    #[track_caller]
    pub fn meanwhile(&self, first: impl FnOnce(&Self), second: impl FnOnce() + Send + 'static) {
        let is_done = Arc::new(AtomicBool::new(false));
        let done = Arc::clone(&is_done);
        let begin = Instant::now();
        *self.builds.meanwhile.lock().unwrap() = Some(Box::new(move || {
            second();
            done.store(true, Ordering::SeqCst);
        }));
        first(self);
        self.builds.wait(begin, || is_done.load(Ordering::SeqCst));
    }

    /// Waits until everything that was changed so far is built, and compares what is served with a clean
    /// build of the same files.
    #[track_caller]
    pub fn settle(&mut self, story: &str) {
        self.marks += 1;
        let mark = format!("mark {}", self.marks);
        let begin = Instant::now();
        self.write("static/mark.txt", &mark);
        let marked = self.folder.path().join("out/mark.txt");
        self.builds.wait(begin, || std::fs::read_to_string(&marked).is_ok_and(|found| found == mark));
        self.compare(story);
    }

    #[track_caller]
    fn compare(&self, story: &str) {
        let clean = self.clean();
        assert!(clean.len() > 3, "{story}: the site is empty");
        let world = DiskWorld::default();
        let output = self.folder.path().join("out");
        let found: BTreeSet<String> = (world.walk(&output).unwrap().iter())
            .map(|file| file.path.strip_prefix(&output).unwrap().to_str().unwrap().to_owned())
            .collect();
        let expected: BTreeSet<String> = clean.keys().cloned().collect();
        let difference: Vec<_> = expected.symmetric_difference(&found).collect();
        assert!(difference.is_empty(), "{story}: {difference:?} is on one side only");
        for (path, bytes) in &clean {
            let on_disk = std::fs::read(output.join(path)).unwrap();
            assert!(on_disk == *bytes, "{story}: {path} is {}", String::from_utf8_lossy(&on_disk));
        }
        // A sample of them, as a browser gets them.
        for (path, bytes) in clean.iter().step_by(1 + clean.len() / 20) {
            let served = self.without_report(&format!("/{path}")).page();
            assert!(served == *bytes, "{story}: /{path} is {}", String::from_utf8_lossy(&served));
        }
    }

    /// A build has ended a moment before its report is taken from the pages.
    #[track_caller]
    pub fn without_report(&self, path: &str) -> Reply {
        let deadline = Instant::now() + LIMIT;
        loop {
            let reply = self.get(path);
            if !reply.text().contains("auslage-diagnostics") {
                return reply;
            }
            assert!(Instant::now() < deadline, "the report stays: {}", reply.text());
            std::thread::yield_now();
        }
    }

    fn clean(&self) -> BTreeMap<String, Vec<u8>> {
        let world: Arc<dyn World> = Arc::new(DiskWorld::default());
        let overrides =
            Overrides { base_url: Some(self.base_url.clone()), mode: Mode::Serve, ..Overrides::default() };
        let options = pipeline::Options {
            root: self.root(),
            overrides,
            destination: Destination::Memory,
            ..pipeline::Options::default()
        };
        let outcome = pipeline::build(&world, &options).unwrap();
        assert!(!outcome.diagnostics.has_errors(), "{:?}", outcome.diagnostics);
        outcome.files
    }
}

/// The files of a site with lists, sections, a style sheet, and two themes to choose from.
pub fn files() -> BTreeMap<&'static str, &'static str> {
    const LIST: &str = "<body><h1>{{ section.title }}</h1>{{ section.content | safe }}\
        {% for page in section.pages %}<a href=\"{{ page.permalink }}\">{{ page.title }}</a>{% endfor %}\
        {% for path in section.subsections %}{{ path }} {% endfor %}{{ config.title }}</body>";
    BTreeMap::from([
        ("zola.toml", CONFIG),
        ("templates/index.html", LIST),
        ("templates/section.html", LIST),
        ("themes/one/theme.toml", "name = \"one\"\n"),
        ("themes/one/templates/page.html", "<body>one {{ page.title }}: {{ page.content | safe }}</body>"),
        ("themes/two/theme.toml", "name = \"two\"\n"),
        ("themes/two/templates/page.html", "<body>two {{ page.title }}: {{ page.content | safe }}</body>"),
        ("themes/two/static/two.txt", "of the second theme"),
        ("sass/site.scss", "$color: red; body { color: $color }"),
        ("content/_index.md", "+++\ntitle = \"Front\"\n+++\n"),
        ("content/news/_index.md", "+++\ntitle = \"News\"\n+++\n"),
        ("content/news/a.md", "+++\ntitle = \"A\"\n+++\nText.\n"),
        ("content/b.md", "+++\ntitle = \"B\"\n+++\nText.\n"),
    ])
}

pub const CONFIG: &str =
    "base_url = \"https://site.example\"\ntitle = \"Site\"\ncompile_sass = true\ntheme = \"one\"\n";

/// A page.
pub fn page(title: &str) -> String {
    format!("+++\ntitle = \"{title}\"\n+++\nText of {title}.\n")
}

/// Replaces a file as careful editors do: the new one is written elsewhere and takes the old one's name.
pub fn replace(path: &Path, text: &str) {
    let beside = path.with_extension("new~");
    std::fs::write(&beside, text).unwrap();
    std::fs::rename(&beside, path).unwrap();
}
