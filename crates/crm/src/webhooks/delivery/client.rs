//! The HTTP client that tells receivers. What a receiver answers beyond its status is not looked at.

use super::guard::{self, Allow, Refusal};
use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Method, Response, StatusCode, header};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Answers up to this size are read to their end, if that does not take long: the connection is good for another delivery then.
const DRAINED_BYTES: usize = 16 << 10;
const DRAIN_PATIENCE: Duration = Duration::from_millis(200);
/// How long a connection is kept for the next delivery.
const IDLE: Duration = Duration::from_secs(30);
/// Words of an error that are kept.
const ERROR_LETTERS: usize = 200;

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status, where the receiver has answered in time.
    pub status: Option<u16>,
    /// Why there is no status.
    pub error: Option<String>,
    pub took: Duration,
}

impl Answer {
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Finds the addresses of a name.
pub type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

pub struct Client {
    http: reqwest::Client,
    allow: Allow,
}

impl Client {
    /// A client that gives up after `timeout`.
    pub fn new(allow: Allow, timeout: Duration) -> Result<Self, String> {
        Client::with_lookup(allow, timeout, Arc::new(|host| Box::pin(look_up(host))))
    }

    /// The same with another way to find addresses.
    pub fn with_lookup(allow: Allow, timeout: Duration, lookup: Lookup) -> Result<Self, String> {
        // Where another part of the program was first, its choice is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let resolver = Arc::new(Guarded { allow: allow.clone(), lookup });
        let builder = || {
            reqwest::Client::builder()
                .user_agent(concat!("Penstock/", env!("CARGO_PKG_VERSION")))
                .dns_resolver(Arc::clone(&resolver))
                // A proxy would look names up by itself.
                .no_proxy()
                .redirect(Policy::none())
                .referer(false)
                .timeout(timeout)
                .pool_idle_timeout(IDLE)
        };
        let http = builder().build().or_else(|error| {
            tracing::warn!(error = innermost(&error), "this machine has no certificates to trust: receivers by https cannot be told");
            builder().tls_certs_only([]).build()
        });
        Ok(Client { http: http.map_err(|error| innermost(&error))?, allow })
    }

    /// Makes one attempt with POST. Never fails: whatever goes wrong is its outcome.
    pub async fn post(&self, url: &str, user: Option<&str>, password: Option<&str>, body: Vec<u8>) -> Answer {
        self.send(Method::POST, url, user, password, body).await
    }

    /// The same with another method.
    pub async fn send(&self, method: Method, url: &str, user: Option<&str>, password: Option<&str>, body: Vec<u8>) -> Answer {
        let started = Instant::now();
        let answer = |status, error| Answer { status, error, took: started.elapsed() };
        // An address in the place of a name never reaches the resolver.
        let url = match guard::check(&self.allow, url) {
            Ok(url) => url,
            Err(refusal) => return answer(None, Some(refusal.to_string())),
        };
        let mut request = self.http.request(method, url).header(header::CONTENT_TYPE, "application/json").body(body);
        if let Some(user) = user {
            request = request.basic_auth(user, password);
        }
        match request.send().await {
            Ok(response) => {
                let answer = answer(Some(response.status().as_u16()), None);
                let _ = tokio::time::timeout(DRAIN_PATIENCE, drain(response)).await;
                answer
            }
            Err(error) => answer(None, Some(reason(&error))),
        }
    }

    /// What is at an address, of at most `most` bytes. Errors: why it cannot be had.
    pub async fn get(&self, url: &str, most: usize) -> Result<Vec<u8>, String> {
        let url = guard::check(&self.allow, url).map_err(|refusal| refusal.to_string())?;
        let mut response = self.http.get(url).header(header::ACCEPT, "application/json").send().await.map_err(|error| reason(&error))?;
        if response.status() != StatusCode::OK {
            return Err(format!("the answer is {}", response.status().as_u16()));
        }
        let mut bytes = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| reason(&error))? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > most {
                return Err("it is too long".to_owned());
            }
        }
        Ok(bytes)
    }
}

async fn drain(mut response: Response) {
    let mut size = 0;
    while let Ok(Some(piece)) = response.chunk().await {
        size += piece.len();
        if size > DRAINED_BYTES {
            return;
        }
    }
}

/// Why there was no answer, without the address, which may hold a secret.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let text = innermost(error);
    let text = if error.is_connect() { format!("cannot connect: {text}") } else { text };
    text.chars().take(ERROR_LETTERS).collect()
}

fn innermost(error: &reqwest::Error) -> String {
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    let mut text = if error.is_builder() { "the client cannot be made".to_owned() } else { "the request failed".to_owned() };
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    text
}

async fn look_up(host: String) -> io::Result<Vec<SocketAddr>> {
    Ok(tokio::net::lookup_host((host.as_str(), 0)).await?.collect())
}

/// Gives the connector only addresses that are allowed, so that what is checked is what is connected to.
struct Guarded {
    allow: Allow,
    lookup: Lookup,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (allow, host) = (self.allow.clone(), name.as_str().to_owned());
        let found = (self.lookup)(host.clone());
        Box::pin(async move {
            let allowed: Vec<_> = found.await?.into_iter().filter(|address| allow.permits(&host, address.ip())).collect();
            if allowed.is_empty() {
                return Err(Refusal::NotPublic.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    const PATIENCE: Duration = Duration::from_millis(400);

    /// Answers every connection with these bytes, a piece at a time.
    async fn receiver(pieces: &'static [&'static str], pause: Duration) -> (SocketAddr, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(async move {
                    let mut buffer = [0; 4096];
                    let _ = stream.read(&mut buffer).await;
                    for piece in pieces {
                        let _ = stream.write_all(piece.as_bytes()).await;
                        tokio::time::sleep(pause).await;
                    }
                });
            }
        });
        (address, count)
    }

    fn client() -> Client {
        Client::new(Allow::loopback(), PATIENCE).unwrap()
    }

    #[tokio::test]
    async fn the_status_decides() {
        for (head, status) in [
            ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 200),
            ("HTTP/1.1 204 No Content\r\n\r\n", 204),
            ("HTTP/1.1 299 Odd\r\ncontent-length: 2\r\n\r\nok", 299),
            ("HTTP/1.1 301 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", 301),
            ("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n", 500),
        ] {
            let (address, _) = receiver(Box::leak(Box::new([head])), Duration::ZERO).await;
            let answer = client().post(&format!("http://{address}/"), Some("ann"), Some("pw"), b"{}".to_vec()).await;
            assert_eq!((answer.status, answer.error.as_deref()), (Some(status), None));
            assert_eq!(answer.is_success(), status < 300);
        }
    }

    #[tokio::test]
    async fn a_body_without_an_end_does_not_hold_a_success_up() {
        const ENDLESS: &[&str] = &["HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n", "a", "b", "c", "d", "e", "f", "g", "h"];
        let (address, _) = receiver(ENDLESS, Duration::from_millis(150)).await;
        let started = Instant::now();
        let answer = client().post(&format!("http://{address}/"), None, None, Vec::new()).await;
        assert!(answer.is_success() && started.elapsed() < PATIENCE, "{answer:?}");
    }

    #[tokio::test]
    async fn no_answer_is_a_failure() {
        const SLOW: &[&str] = &["H", "T", "T", "P", "/", "1", ".", "1", " ", "2", "0", "0"];
        let (address, _) = receiver(SLOW, Duration::from_millis(100)).await;
        let slow = client().post(&format!("http://{address}/"), None, None, Vec::new()).await;
        assert_eq!((slow.status, slow.error.as_deref()), (None, Some("no answer in time")));
        assert!(slow.took >= PATIENCE && slow.took < 2 * PATIENCE);

        let (address, _) = receiver(&[], Duration::ZERO).await;
        let closed = client().post(&format!("http://{address}/"), None, None, Vec::new()).await;
        assert!(closed.status.is_none() && closed.error.is_some());

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let nobody = client().post(&format!("http://{address}/?secret=x"), None, None, Vec::new()).await;
        let error = nobody.error.unwrap();
        assert!(error.starts_with("cannot connect: ") && !error.contains("secret"), "{error}");
    }

    #[tokio::test]
    async fn a_closed_address_is_never_connected_to() {
        let (address, count) = receiver(&["HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"], Duration::ZERO).await;
        let strict = Client::new(Allow::default(), PATIENCE).unwrap();
        for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"] {
            let answer = strict.post(&format!("http://{host}:{}/", address.port()), None, None, Vec::new()).await;
            assert_eq!(answer.error.as_deref(), Some("the address of the receiver is not a public one"), "{host}");
        }
        assert_eq!(count.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn a_name_that_changes_its_address_gets_nowhere() {
        let (address, count) = receiver(&["HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"], Duration::ZERO).await;
        let looked_up = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&looked_up);
        // To whoever checks first the name is a public place, afterwards this machine.
        let lookup: Lookup = Arc::new(move |_| {
            let first = counted.fetch_add(1, Ordering::Relaxed) == 0;
            let found: SocketAddr = if first { "192.0.9.1:0".parse().unwrap() } else { "127.0.0.1:0".parse().unwrap() };
            Box::pin(async move { Ok(vec![found]) })
        });
        let client = Client::with_lookup(Allow::default(), PATIENCE, Arc::clone(&lookup)).unwrap();
        assert_eq!(lookup("rebind.example".to_owned()).await.unwrap().len(), 1);
        for _ in 0..3 {
            let answer = client.post(&format!("http://rebind.example:{}/", address.port()), None, None, Vec::new()).await;
            let error = answer.error.unwrap();
            assert_eq!(error, "cannot connect: the address of the receiver is not a public one");
        }
        assert_eq!((count.load(Ordering::Relaxed), looked_up.load(Ordering::Relaxed)), (0, 4));

        // A name with both sorts of addresses is reached by the public ones only; allowed ones are as good.
        let both: Lookup = Arc::new(|_| Box::pin(async { Ok(vec!["10.0.0.1:0".parse().unwrap(), "127.0.0.1:0".parse().unwrap()]) }));
        let client = Client::with_lookup(Allow::loopback(), PATIENCE, both).unwrap();
        let answer = client.post(&format!("http://both.example:{}/", address.port()), None, None, Vec::new()).await;
        assert!(answer.is_success(), "{answer:?}");
    }
}
