//! Resolving names, as a seam: a test scripts a name whose address changes between two calls.

use futures::FutureExt;
use futures::future::BoxFuture;
use std::io;
use std::net::IpAddr;

/// Finds the addresses of a name, in order of preference. Nothing may be cached here: every
/// attempt asks anew.
pub trait Resolve: Send + Sync + 'static {
    fn resolve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>>;
}

/// The resolver of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        }
        .boxed()
    }
}
