//! The common judgement of requests, over everything that is served.

mod access;
mod authorisation;
mod bad_input;
mod coverage;
mod documented;
mod edges;
mod every_input;
mod limits;
mod plans;
mod repeats;
mod stores_own;
mod token;
mod walks;
