//! Events of outside devices: third-party devices, hand-offs, machines of vendors, and questions about pictures.

mod frames;
mod machine;
mod report;

use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] = &[
    route!("addThirdPartyDeviceEvent", report::of_device),
    route!("cancelThirdPartyDeviceEvent", report::cancel),
    route!("addHandoffEvent", report::of_handoff),
    route!("addFrameAnnotationEvent", frames::ask),
    route!("putMachineEvent", machine::put),
];

#[cfg(test)]
mod tests;
