//! A throw-away S3 server (SeaweedFS, see `tests/support/requirements.txt`) that ends with its owner.

use penstock_files::S3;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const SUPPORT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/support");
const PATIENCE: Duration = Duration::from_secs(60);
const BUCKET: &str = "files";
const ACCESS_KEY: &str = "tester";
const SECRET_KEY: &str = "a long secret";

pub struct Bucket {
    guard: Child,
    port: u16,
}

impl Bucket {
    pub fn start() -> Self {
        let program = Path::new(SUPPORT).join(".venv/bin/weed");
        assert!(program.exists(), "{} is missing: run make setup", program.display());
        let directory = tempfile::tempdir().unwrap().keep();
        // All of them at once, so that they differ.
        let listeners: Vec<_> = (0..10).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let ports: Vec<u16> = listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect();
        drop(listeners);
        let mut command = Command::new("sh");
        command.arg(Path::new(SUPPORT).join("guard.sh")).arg(&directory).arg(program).arg("mini").arg("-dir").arg(&directory);
        command.args(["-ip", "127.0.0.1", "-ip.bind", "127.0.0.1", "-bucket", BUCKET]);
        command.args(["-admin.ui=false", "-webdav=false", "-s3.port.iceberg", "0", "-s3.port.lance", "0"]);
        for (port, name) in ports.iter().zip(["s3", "master", "volume", "filer", "admin"]) {
            command.args([format!("-{name}.port"), port.to_string()]);
        }
        for (port, name) in ports[5..].iter().zip(["s3", "master", "volume", "filer", "admin"]) {
            command.args([format!("-{name}.port.grpc"), port.to_string()]);
        }
        command.env("AWS_ACCESS_KEY_ID", ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", SECRET_KEY).current_dir(&directory);
        let guard = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let bucket = Bucket { guard, port: ports[0] };
        let deadline = Instant::now() + PATIENCE;
        while !bucket.answers() {
            assert!(Instant::now() < deadline, "the S3 server does not answer");
            std::thread::sleep(Duration::from_millis(100));
        }
        bucket
    }

    /// Where it is, with what stands before all keys.
    pub fn place(&self, prefix: &str) -> S3 {
        let endpoint = Some(format!("http://127.0.0.1:{}", self.port));
        let (access_key, secret_key) = (Some(ACCESS_KEY.to_owned()), Some(SECRET_KEY.to_owned()));
        S3 { endpoint, access_key, secret_key, ..S3::parse(&format!("s3://{BUCKET}/{prefix}")).unwrap() }
    }

    /// Whether it knows the bucket and wants credentials for it.
    fn answers(&self) -> bool {
        let ask = || -> std::io::Result<String> {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
            stream.set_read_timeout(Some(Duration::from_secs(5)))?;
            write!(stream, "GET /{BUCKET} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        };
        ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 403") && answer.contains("<BucketName>"))
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        // The guard ends the server when its standard input ends.
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}
