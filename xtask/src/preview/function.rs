//! The feedback function inside the preview: opened as soon as the site was built once without errors,
//! since until then there is no contract.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use auslage::serve::Mount;
use bytes::Bytes;
use feedback_fn::App;
use feedback_fn::clock::SystemClock;
use feedback_fn::config::Config;
use http_body_util::Full;
use hyper::{Response, StatusCode};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

/// The site's default path of the function; the contract may name another, but the preview's site uses this.
const ENDPOINT: &str = "/rueckmeldung/";

/// The function, running or yet to be started.
#[derive(Clone)]
pub struct Function {
    configuration: Arc<str>,
    folder: PathBuf,
    running: Arc<Mutex<Option<Running>>>,
}

struct Running {
    app: Arc<App>,
    outbox: JoinHandle<()>,
    retention: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

impl Function {
    /// Not started yet.
    pub fn new(folder: &Path, site: &Path, mails: &Path) -> Self {
        let quoted = |path: &Path| toml::Value::from(path.to_string_lossy().into_owned()).to_string();
        let configuration = format!(
            "contract = {}\ndata = {}\nreference_prefix = \"LOE\"\n\
             [sender]\naddress = \"beteiligung@strategie.example\"\nname = \"Beteiligung Digitalstrategie\"\n\
             [transport.files]\nfolder = {}\n\
             [delivery]\nmails_per_hour = 0\nmails_per_minute = 0\n",
            quoted(&site.join("review.json")),
            quoted(&folder.join("data")),
            quoted(mails)
        );
        Self { configuration: configuration.into(), folder: folder.to_path_buf(), running: Arc::default() }
    }

    /// Its place in the preview's server.
    pub fn mount(&self) -> Mount {
        let function = self.clone();
        Mount::new(ENDPOINT, move |request, peer| {
            let function = function.clone();
            async move {
                match function.app().await {
                    Ok(app) => app.handle(request, peer).await,
                    Err(error) => unavailable(&error),
                }
            }
        })
    }

    /// Ends the outbox; what waits stays in the database.
    pub async fn stop(&self) {
        if let Some(running) = self.running.lock().await.take() {
            // The outbox has gone already if nobody listens.
            let _ = running.stop.send(true);
            let _ = running.outbox.await;
            running.retention.abort();
        }
    }

    async fn app(&self) -> Result<Arc<App>> {
        let mut running = self.running.lock().await;
        if let Some(running) = running.as_ref() {
            return Ok(Arc::clone(&running.app));
        }
        let config = Config::from_toml(&self.configuration, &self.folder)?;
        let app = Arc::new(App::open(config, Arc::new(SystemClock))?);
        let (stop, mut stopped) = watch::channel(false);
        let outbox = tokio::spawn({
            let app = Arc::clone(&app);
            async move {
                let result = app
                    .run_outbox(async move {
                        // A closed channel means the preview is gone.
                        let _ = stopped.changed().await;
                    })
                    .await;
                if let Err(error) = result {
                    crate::process::say(&format!("the outbox has ended: {error:#}"));
                }
            }
        });
        let retention = tokio::spawn({
            let app = Arc::clone(&app);
            async move { match app.run_retention().await {} }
        });
        *running = Some(Running { app: Arc::clone(&app), outbox, retention, stop });
        Ok(app)
    }
}

fn unavailable(error: &anyhow::Error) -> Response<Full<Bytes>> {
    crate::process::say(&format!("the feedback function cannot start: {error:#}"));
    let mut response =
        Response::new(Full::new(Bytes::from(format!("the feedback function cannot start: {error:#}\n"))));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}
