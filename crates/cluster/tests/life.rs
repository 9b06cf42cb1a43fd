//! Starts real clusters and looks at what is left of them. Needs the PostgreSQL server binaries.

use std::collections::HashSet;
use std::env;
use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use penstock_cluster::Cluster;

type TestResult = Result<(), Box<dyn Error>>;

/// Tells this test binary, started once more by itself, how its process shall end.
const ENDING: &str = "PENSTOCK_CLUSTER_TEST_ENDING";

/// Splits `postgres://user@host:port/name` into address and database name.
fn place(url: &str) -> Result<(&str, &str), Box<dyn Error>> {
    let (_, rest) = url.split_once('@').ok_or("no user in the URL")?;
    Ok(rest.split_once('/').ok_or("no database in the URL")?)
}

/// Opens a session by hand (protocol 3.0): true when the server is ready for a query, false when it refuses.
fn opens(address: &str, database: &str) -> Result<bool, Box<dyn Error>> {
    let parameters = format!("user\0postgres\0database\0{database}\0\0");
    let length = u32::try_from(parameters.len() + 8)?;
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(&length.to_be_bytes())?;
    stream.write_all(&196_608_u32.to_be_bytes())?;
    stream.write_all(parameters.as_bytes())?;
    loop {
        let mut head = [0; 5];
        stream.read_exact(&mut head)?;
        let [kind, length @ ..] = head;
        match kind {
            b'Z' => return Ok(true),
            b'E' => return Ok(false),
            _ => stream.read_exact(&mut vec![0; usize::try_from(u32::from_be_bytes(length))? - 4])?,
        }
    }
}

fn is_gone(directory: &Path, address: &str) -> bool {
    !directory.exists() && TcpStream::connect(address).is_err()
}

fn wait_until(holds: impl Fn() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds() {
        if Instant::now() > end {
            return false;
        }
        thread::sleep(Duration::from_millis(50));
    }
    true
}

#[test]
fn databases_are_new_and_nothing_is_left_after_drop() -> TestResult {
    let cluster = Cluster::start()?;
    let directory = cluster.directory().ok_or("no directory")?.to_owned();
    let urls = (0..3).map(|_| cluster.database()).collect::<Result<HashSet<_>, _>>()?;
    assert_eq!(urls.len(), 3, "two databases have one name: {urls:?}");
    for url in &urls {
        let (address, name) = place(url)?;
        assert!(opens(address, name)?, "no session in {url}");
    }
    let url = urls.into_iter().next().ok_or("no database")?;
    let (address, _) = place(&url)?;
    assert!(!opens(address, "never_made")?, "a session in a database that nobody made");
    assert!(directory.join("data").is_dir());

    drop(cluster);
    assert!(is_gone(&directory, address), "{} or the server at {address} is still there", directory.display());
    Ok(())
}

#[test]
fn threads_share_one_cluster() -> TestResult {
    let cluster = Cluster::start()?;
    let made = thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| cluster.database())).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect::<Result<HashSet<_>, _>>()
    })?;
    assert_eq!(made.len(), 4);
    assert_eq!(made.iter().map(|url| place(url).map(|(address, _)| address)).collect::<Result<HashSet<_>, _>>()?.len(), 1);
    Ok(())
}

/// What a test does when it was started by `again`: makes a database, tells it, and ends as it was told to.
fn play(ending: &str) -> TestResult {
    let cluster = Cluster::shared()?;
    let directory = cluster.directory().unwrap_or(Path::new("none"));
    println!("\nmade {} {}", directory.display(), cluster.database()?);
    match ending {
        "panic" => assert!(ending.is_empty(), "this panic is wanted"),
        "exit" => std::process::exit(0),
        _ => {}
    }
    loop {
        thread::park();
    }
}

/// A test of this binary that runs once more in a process of its own.
struct Again {
    child: Child,
    /// Kept open, since printing into a closed pipe would end the process in a way of its own.
    _output: BufReader<ChildStdout>,
    directory: PathBuf,
    url: String,
}

impl Drop for Again {
    /// A failing test must not leave a parked process behind; one that has ended already is not disturbed.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn again(test: &str, ending: &str, running: &str) -> Result<Again, Box<dyn Error>> {
    let mut child = Command::new(env::current_exe()?)
        .args(["--exact", test, "--nocapture"])
        .env(ENDING, ending)
        .env("PENSTOCK_TEST_POSTGRES", running)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut output = BufReader::new(child.stdout.take().ok_or("no output")?);
    let line =
        output.by_ref().lines().map_while(Result::ok).find(|line| line.starts_with("made ")).ok_or("the other process made no database")?;
    let mut words = line.split(' ').skip(1).map(String::from);
    let directory = words.next().ok_or("no directory")?.into();
    let url = words.next().ok_or("no URL")?;
    Ok(Again { child, _output: output, directory, url })
}

/// Lets the test run in another process that ends in the given way, and waits until its cluster is gone.
fn leaves_nothing_behind(test: &str, ending: &str) -> TestResult {
    if let Ok(ending) = env::var(ENDING) {
        return play(&ending);
    }
    let mut other = again(test, ending, "")?;
    let (address, name) = place(&other.url)?;
    if ending == "kill" {
        assert!(opens(address, name)?, "the cluster of the living process does not answer");
        other.child.kill()?;
    }
    let status = other.child.wait()?;
    assert_eq!(status.success(), ending == "exit", "{status}");
    assert!(wait_until(|| is_gone(&other.directory, address)), "{} or the server at {address} is still there", other.directory.display());
    Ok(())
}

#[test]
fn a_killed_process_leaves_nothing_behind() -> TestResult {
    leaves_nothing_behind("a_killed_process_leaves_nothing_behind", "kill")
}

#[test]
fn a_panicking_process_leaves_nothing_behind() -> TestResult {
    leaves_nothing_behind("a_panicking_process_leaves_nothing_behind", "panic")
}

#[test]
fn an_exiting_process_leaves_nothing_behind() -> TestResult {
    leaves_nothing_behind("an_exiting_process_leaves_nothing_behind", "exit")
}

#[test]
fn a_running_cluster_is_borrowed_and_cleaned() -> TestResult {
    if let Ok(ending) = env::var(ENDING) {
        return play(&ending);
    }
    let owner = Cluster::start()?;
    let own = owner.database()?;
    let (address, own_name) = place(&own)?;
    let running = format!("{own}?connect_timeout=5");
    let mut other = again("a_running_cluster_is_borrowed_and_cleaned", "kill", &running)?;
    assert_eq!(other.directory, Path::new("none"));
    let (there, name) = place(&other.url)?;
    let name = name.strip_suffix("?connect_timeout=5").ok_or("the options of the URL are lost")?;
    assert_eq!(there, address, "another cluster was used");
    assert!(opens(address, name)?, "no session in {}", other.url);

    other.child.kill()?;
    other.child.wait()?;
    assert!(wait_until(|| matches!(opens(address, name), Ok(false))), "{name} is still there");
    assert!(opens(address, own_name)?, "the owner's database is gone");
    Ok(())
}
