//! Memory and CPU of this process, as the kernel counts them.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;
use std::fs;

/// Ticks of CPU time in a second, the same on every Linux that programs see.
const TICKS: f64 = 100.0;

/// Reads /proc when it is asked. What cannot be read is left out.
#[derive(Debug)]
pub struct Process;

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        if let Some(seconds) = cpu_seconds() {
            let counter = ConstCounter::new(seconds);
            let about = "CPU time used, by the program and for it.";
            counter.encode(encoder.encode_descriptor("process_cpu", about, Some(&Unit::Seconds), counter.metric_type())?)?;
        }
        if let Some(bytes) = resident_bytes() {
            let gauge = ConstGauge::new(bytes);
            let about = "Memory in use.";
            gauge.encode(encoder.encode_descriptor("process_resident_memory", about, Some(&Unit::Bytes), gauge.metric_type())?)?;
        }
        if let Some(files) = open_files() {
            let gauge = ConstGauge::new(files);
            gauge.encode(encoder.encode_descriptor("process_open_fds", "Open files and connections.", None, gauge.metric_type())?)?;
        }
        Ok(())
    }
}

fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program comes second, in parentheses, and may contain anything.
    let mut rest = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let user: f64 = rest.next()?.parse().ok()?;
    let system: f64 = rest.next()?.parse().ok()?;
    Some((user + system) / TICKS)
}

fn resident_bytes() -> Option<i64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

fn open_files() -> Option<i64> {
    i64::try_from(fs::read_dir("/proc/self/fd").ok()?.count()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_kernel_counts() {
        assert!(cpu_seconds().unwrap() >= 0.0);
        assert!(resident_bytes().unwrap() > 100_000);
        assert!(open_files().unwrap() >= 3);
    }
}
