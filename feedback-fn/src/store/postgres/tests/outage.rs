//! A database that goes away, and comes back.

use super::*;
use crate::store::conformance::{MINUTE, at, to_one};
use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;

/// Sends one suggestion after the other until it is told to end; says which were acknowledged, which were not,
/// and how often the store was away or broken.
async fn send(
    store: Arc<PostgresStore>,
    numbers: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
) -> (Vec<Reference>, u32, Vec<String>) {
    let (mut acknowledged, mut away, mut broken) = (Vec::new(), 0, Vec::new());
    while !stop.load(Ordering::Relaxed) {
        let entry = to_one(numbers.fetch_add(1, Ordering::Relaxed));
        match store.accept(entry).await {
            Ok(accepted) => acknowledged.push(accepted.reference().clone()),
            Err(StoreError::Away(_)) => {
                away += 1;
                tokio::task::yield_now().await;
            }
            Err(error) => broken.push(error.to_string()),
        }
    }
    (acknowledged, away, broken)
}

#[tokio::test(flavor = "multi_thread")]
async fn server_killed_under_load_loses_nothing_that_was_acknowledged() {
    let cluster = Cluster::own("");
    let database = cluster.database();
    let store = Arc::new(PostgresStore::open(&database.options()).unwrap());
    let (numbers, stop) = (Arc::new(AtomicU64::new(1)), Arc::new(AtomicBool::new(false)));
    let clients: Vec<_> =
        (0..8).map(|_| tokio::spawn(send(store.clone(), numbers.clone(), stop.clone()))).collect();
    for _ in 0..5 {
        let before = numbers.load(Ordering::Relaxed);
        while numbers.load(Ordering::Relaxed) < before + 50 {
            tokio::task::yield_now().await;
        }
        tokio::task::block_in_place(|| cluster.stop_immediately());
        let refused = store.accept(to_one(numbers.fetch_add(1, Ordering::Relaxed))).await;
        assert!(matches!(refused, Err(StoreError::Away(_))), "{refused:?}");
        let claimed = store.claim_due(at(0), 1, MINUTE).await;
        assert!(matches!(claimed, Err(StoreError::Away(_))), "{claimed:?}");
        tokio::task::block_in_place(|| cluster.start());
    }
    stop.store(true, Ordering::Relaxed);
    let mut acknowledged = BTreeSet::new();
    let mut away = 0;
    for client in clients {
        let (references, times, broken) = client.await.unwrap();
        assert_eq!(broken, [] as [String; 0], "a server that is away is not a defect");
        acknowledged.extend(references);
        away += times;
    }
    assert!(acknowledged.len() > 100 && away > 0, "{} acknowledged, {away} away", acknowledged.len());
    let stored: BTreeSet<_> = store
        .list(Which::All, usize::MAX)
        .await
        .unwrap()
        .into_iter()
        .map(|listed| {
            assert_eq!(listed.deliveries.len(), 1, "a suggestion without its mail");
            listed.suggestion.reference
        })
        .collect();
    let missing: Vec<_> = acknowledged.difference(&stored).collect();
    assert_eq!(missing, [] as [&Reference; 0], "acknowledged and missing");
}

/// A server that is there and does not answer: a lock that nobody gives back.
#[tokio::test]
async fn wait_for_a_server_that_does_not_answer_ends() {
    let database = Cluster::shared().database();
    let store = PostgresStore::open(&database.options()).unwrap();
    store.accept(to_one(1)).await.unwrap();
    let (end, held) = link::hold(&database.options(), "LOCK TABLE suggestion IN ACCESS EXCLUSIVE MODE").await;
    let refused = store.accept(to_one(2)).await;
    assert!(matches!(refused, Err(StoreError::Away(_))), "{refused:?}");
    drop(end);
    held.await.unwrap();
    store.accept(to_one(2)).await.unwrap();
}

/// Takes a connection and lets its client in, as pgbouncer does also while it is paused. Then the clock is held, and
/// nothing is answered; says whether the connection was closed within a minute.
async fn lets_in_and_does_not_answer(listener: tokio::net::TcpListener) -> bool {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut heard = vec![0; 4096];
    assert!(stream.read(&mut heard).await.unwrap() > 0, "who logs in");
    // AuthenticationOk, ReadyForQuery.
    stream.write_all(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I").await.unwrap();
    assert!(stream.read(&mut heard).await.unwrap() > 0, "the first question");
    tokio::time::pause();
    let closed = async { while stream.read(&mut heard).await.is_ok_and(|read| read > 0) {} };
    tokio::time::timeout(Duration::from_secs(60), closed).await.is_ok()
}

#[tokio::test]
async fn connection_that_was_not_opened_in_time_is_closed() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = PostgresConfig {
        host: "127.0.0.1".into(),
        port: listener.local_addr().unwrap().port(),
        database: "feedback".into(),
        user: "feedback".into(),
        password_file: None,
        tls: Tls::None,
        ca_file: None,
    };
    let links = Links::new(config.options(std::path::Path::new("")).unwrap(), 1);
    let server = tokio::spawn(lets_in_and_does_not_answer(listener));
    let question: Question<()> = Box::new(|_| Box::pin(async { Ok(()) }));
    let refused = links.ask(&question, SOON).await;
    assert!(matches!(refused, Err(StoreError::Away(_))), "{refused:?}");
    assert!(server.await.unwrap(), "it was left open");
}

/// The first address of a server, where the way over IPv6 leads nowhere say.
#[tokio::test]
async fn address_without_an_answer_leaves_time_for_the_next() {
    let database = Cluster::shared().database();
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let full = socket.listen(0).unwrap();
    let silent = full.local_addr().unwrap();
    let _queued = tokio::net::TcpStream::connect(silent).await.unwrap();
    let mut options = database.options();
    let mut connection = PostgresConfig {
        host: silent.ip().to_string(),
        port: silent.port(),
        tls: Tls::None,
        ..database.config()
    }
    .options(std::path::Path::new(""))
    .unwrap()
    .connection;
    connection.host(database.config().host).port(database.config().port);
    options.connection = connection;
    drop(PostgresStore::open(&options).unwrap());
}

/// Does something as soon as there is an answer, in the middle of the task that gives it.
struct OnAnswer(Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl std::task::Wake for OnAnswer {
    fn wake(self: Arc<Self>) {
        self.0.lock().unwrap().take().into_iter().for_each(|work| work());
    }
}

/// A job for the intake, and its answer.
fn job(number: u64) -> (intake::Job, oneshot::Receiver<Result<Accepted, StoreError>>) {
    let (reply, answer) = oneshot::channel();
    (intake::Job { entry: Arc::new(to_one(number)), reply }, answer)
}

#[tokio::test]
async fn who_sends_again_after_the_answer_is_tried_anew() {
    let database = Cluster::shared().database();
    drop(PostgresStore::open(&database.options()).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let way = folder.path().join("way");
    let options = PostgresConfig { host: way.display().to_string(), ..database.config() };
    let options = options.options(std::path::Path::new("")).unwrap();
    let (intake, jobs) = mpsc::channel(intake::QUEUE);
    let (first, mut refused) = job(1);
    let (again, stored) = job(1);
    intake.try_send(first).unwrap();
    // The server can be reached, and the suggestion is sent again, in the moment of the answer.
    let (socket, sender) = (database.cluster.socket().to_owned(), intake.clone());
    let work = move || {
        std::os::unix::fs::symlink(socket, way).unwrap();
        sender.try_send(again).unwrap();
    };
    let waker = Arc::new(OnAnswer(Mutex::new(Some(Box::new(work))))).into();
    assert!(Pin::new(&mut refused).poll(&mut std::task::Context::from_waker(&waker)).is_pending());
    drop(intake);
    intake::run(Links::new(options, 1), jobs).await;
    let refused = refused.await.unwrap();
    assert!(matches!(refused, Err(StoreError::Away(_))), "{refused:?}");
    assert!(matches!(stored.await.unwrap(), Ok(Accepted::Stored(_))));
}

#[tokio::test]
async fn more_than_the_queue_holds_is_refused_at_once() {
    let database = Cluster::shared().database();
    let store = PostgresStore::open(&database.options()).unwrap();
    let (end, held) = link::hold(&database.options(), "LOCK TABLE suggestion IN ACCESS EXCLUSIVE MODE").await;
    let first = store.accept(to_one(0));
    let waiting: Vec<_> = (1..=2 * intake::QUEUE as u64).map(|number| store.accept(to_one(number))).collect();
    drop(end);
    held.await.unwrap();
    let (mut stored, mut full) = (1, 0);
    first.await.unwrap();
    for answer in waiting {
        match answer.await {
            Ok(_) => stored += 1,
            Err(StoreError::Away(cause)) if cause.to_string().contains("too many") => full += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(stored >= intake::QUEUE && full > 0, "{stored} stored, {full} refused");
    assert_eq!(store.stats().await.unwrap().suggestions, stored as u64);
}

#[tokio::test]
async fn what_waits_when_the_program_ends_is_stored() {
    let database = Cluster::shared().database();
    let store = PostgresStore::open(&database.options()).unwrap();
    let answers: Vec<_> = (0..300).map(|number| store.accept(to_one(number))).collect();
    drop(answers);
    drop(store);
    assert_eq!(database.psql("SELECT count(*) FROM suggestion"), "300");
}
