//! What processes of this machine use: CPU and memory, read from `/proc`. It does not know which program they run.

use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;

/// Ticks of the kernel's CPU accounting in a second: 100 on every Linux of the last decades.
const TICKS_A_S: f64 = 100.0;

/// What a process and its descendants use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Usage {
    /// CPU time so far, s.
    pub cpu_s: f64,
    /// Resident bytes.
    pub resident_bytes: u64,
}

impl Usage {
    /// Of a process and everything it started; zeros when it is gone.
    pub fn of(pid: u32) -> Usage {
        let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
            let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            if let Some(fields) = stat(id) {
                let parent = fields.get(1).and_then(|field| field.parse().ok()).unwrap_or(0);
                children.entry(parent).or_default().push(id);
            }
        }
        let mut usage = Usage::default();
        let mut waiting = vec![pid];
        while let Some(id) = waiting.pop() {
            let one = Usage::of_one(id);
            usage.cpu_s += one.cpu_s;
            usage.resident_bytes += one.resident_bytes;
            waiting.extend(children.remove(&id).unwrap_or_default());
        }
        usage
    }

    fn of_one(pid: u32) -> Usage {
        let Some(fields) = stat(pid) else { return Usage::default() };
        let number =
            |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let resident = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok());
        Usage {
            cpu_s: (number(11) + number(12)) / TICKS_A_S,
            resident_bytes: resident.unwrap_or(0u64) * 1_024,
        }
    }
}

/// The fields of `/proc/PID/stat` after the name, which may hold blanks.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

/// Allows this process as many open files as it may have, and says how many that is.
pub fn raise_open_files() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum.unwrap_or(u64::MAX),
        Err(_) => limit.current.unwrap_or(u64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_sees_what_it_uses_itself() {
        let usage = Usage::of(std::process::id());
        assert!(usage.resident_bytes > 100_000, "{usage:?}");
        assert_eq!(Usage::of(u32::MAX), Usage::default());
        assert!(raise_open_files() > 0);
    }
}
