//! The engine from outside: scripts of a store as text with the facts they make, and properties over random streams.

mod bounds;
mod chance;
mod coming_in;
mod going_out;
mod groups;
mod internal_device;
mod later_binding;
mod laws;
mod opening;
mod render;
mod roles;
mod script;
mod snapshots;
mod sources;
mod store;
mod stream;
mod tracks;
mod zones;
