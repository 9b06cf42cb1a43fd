//! Messaging channels: conversations and messages that a messaging service hands over. They are kept as they come; a channel
//! and a conversation are named by the ids of their provider (semantics.md 26).

mod message;
mod ops;

pub use ops::OPS;
