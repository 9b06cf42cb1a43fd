//! Finds the operation of a method and a path, from the operation table and nothing else.

use crate::error::ApiError;
use crate::op::{Method, Op, Root, Run, RunOpen};
use crate::operations;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// What the router knows of a path.
pub enum Found {
    Op {
        op: &'static Op,
        /// `v2.getDeals` and the like.
        label: &'static str,
        path: Vec<String>,
        selector: Option<Arc<[String]>>,
    },
    /// The path exists, but not with this method.
    OtherMethod,
    Nothing,
}

#[derive(Default)]
struct Node {
    fixed: HashMap<&'static str, Node>,
    parameter: Option<Box<Node>>,
    ops: Vec<(&'static Op, &'static str)>,
}

/// The operation tables as trees of path segments, one per root.
pub struct Router {
    v1: Node,
    v2: Node,
    own: Node,
    /// What wants no credentials.
    open: Vec<(&'static Op, &'static str, RunOpen)>,
}

impl Router {
    pub fn new() -> Self {
        let mut router = Router { v1: Node::default(), v2: Node::default(), own: Node::default(), open: Vec::new() };
        for op in operations::all().chain(operations::own()).chain(operations::site()) {
            let label = format!("{}.{}", op.root.word(), op.id);
            // Labels live as long as the process, like the table they name.
            let label = Box::leak(label.into_boxed_str());
            if let Run::Open(run) = op.run {
                router.open.push((op, label, run));
            }
            match op.root {
                Root::V1 => router.v1.insert(op, label),
                Root::V2 => router.v2.insert(op, label),
                Root::Own => router.own.insert(op, label),
                // Nobody needs credentials for any of them.
                Root::Site => {}
            }
        }
        for op in operations::also_v2() {
            router.v2.insert(op, Box::leak(format!("{}.{}", op.root.word(), op.id).into_boxed_str()));
        }
        router
    }

    /// The operation that wants no credentials, if that is what a request asks for.
    pub fn open(&self, root: Root, method: &str, path: &str) -> Option<(&'static Op, &'static str, RunOpen)> {
        self.open.iter().find(|(op, ..)| op.root == root && op.path == path && op.method.as_str() == method).copied()
    }

    /// Why [`Router::open`] finds nothing at a path of [`Root::Site`].
    pub fn refuse_at_site(&self, path: &str) -> ApiError {
        let is_known = self.open.iter().any(|(op, ..)| op.root == Root::Site && op.path == path);
        if is_known { ApiError::MethodNotAllowed } else { ApiError::not_found("Page") }
    }

    pub fn find(&self, root: Root, method: Method, path: &str) -> Found {
        let decoded: Vec<Cow<'_, str>> = path.trim_matches('/').split('/').map(percent_decode).collect();
        let mut segments: Vec<&str> = decoded.iter().map(Cow::as_ref).collect();
        let is_v1 = root == Root::V1;
        let selector = if is_v1 { take_selector(&mut segments) } else { None };
        let root = match root {
            Root::V1 => &self.v1,
            Root::V2 => &self.v2,
            Root::Own => &self.own,
            Root::Site => return Found::Nothing,
        };
        let mut parameters = Vec::new();
        let Some(node) = root.find(&segments, &mut parameters) else {
            return Found::Nothing;
        };
        let by = |method| node.ops.iter().find(|(op, _)| op.method == method);
        // Clients that know one word for a change send leads a PUT (semantics.md 31).
        let also_patch = || if is_v1 && method == Method::Put { by(Method::Patch) } else { None };
        match by(method).or_else(also_patch) {
            Some((op, label)) => Found::Op { op, label, path: parameters, selector },
            None => Found::OtherMethod,
        }
    }
}

impl Node {
    fn insert(&mut self, op: &'static Op, label: &'static str) {
        let mut node = self;
        for segment in op.path.trim_start_matches('/').split('/') {
            node = if segment.starts_with('{') { node.parameter.get_or_insert_default() } else { node.fixed.entry(segment).or_default() };
        }
        node.ops.push((op, label));
    }

    /// A fixed segment wins over a parameter, as `/deals/summary` does over `/deals/{id}`.
    fn find<'n>(&'n self, segments: &[&str], parameters: &mut Vec<String>) -> Option<&'n Node> {
        let Some((first, rest)) = segments.split_first() else {
            return (!self.ops.is_empty()).then_some(self);
        };
        if let Some(found) = self.fixed.get(*first).and_then(|node| node.find(rest, parameters)) {
            return Some(found);
        }
        let node = self.parameter.as_ref()?;
        parameters.push((*first).to_owned());
        let found = node.find(rest, parameters);
        if found.is_none() {
            parameters.pop();
        }
        found
    }
}

/// Takes `:(a,b)` off the last segment (semantics.md 1).
fn take_selector(segments: &mut [&str]) -> Option<Arc<[String]>> {
    let last = segments.last_mut()?;
    let (name, keys) = last.split_once(":(")?;
    let keys = keys.strip_suffix(')')?;
    *last = name;
    Some(keys.split(',').map(|key| key.trim().to_owned()).collect())
}

fn percent_decode(segment: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(segment).decode_utf8_lossy()
}
