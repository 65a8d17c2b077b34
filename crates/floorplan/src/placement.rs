//! Where furniture stands: poses, and boxes in a pose.
//!
//! The origin of a box is its left front lower corner as the shopper who faces it sees it: x runs to
//! the right along the width, y to the back along the depth, z upwards along the height. A shelf is
//! placed in the frame of its gondola; `Pose::place` brings it into the frame of the store.

use crate::point::{length_within_limit, within_limit};
use crate::{Footprint, GeometryFault, Point, Point3};

/// A place and a direction in some frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    translation: [f64; 3],
    /// Row by row.
    rotation: [[f64; 3]; 3],
}

impl Pose {
    /// `translation` in metres, `angles` in radians about x, y and z. They are applied z, y, x, each
    /// about the axes as the one before has turned them: first the direction on the floor, then tilts
    /// of the furniture about its own axes. Refuses NaN, infinities and translations beyond 10 km.
    pub fn new(translation: [f64; 3], angles: [f64; 3]) -> Result<Pose, GeometryFault> {
        for value in translation {
            within_limit(value)?;
        }
        if angles.iter().any(|angle| !angle.is_finite()) {
            return Err(GeometryFault::NotFinite);
        }
        let [(sx, cx), (sy, cy), (sz, cz)] = angles.map(f64::sin_cos);
        let rotation = [
            [cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx],
            [sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx],
            [-sy, cy * sx, cy * cx],
        ];
        Ok(Pose { translation, rotation })
    }

    /// Metres.
    pub const fn translation(&self) -> [f64; 3] {
        self.translation
    }

    /// Angles about x, y and z that give this direction, radians. Equal to those given to `new` while
    /// the tilt about y is less than a quarter turn; at a quarter turn all of the turn is told as z.
    pub fn angles(&self) -> [f64; 3] {
        let r = &self.rotation;
        let y = (-r[2][0]).clamp(-1.0, 1.0).asin();
        let is_upended = r[2][0].abs() > 1.0 - 1e-12;
        if is_upended {
            return [0.0, y, (-r[0][1]).atan2(r[1][1])];
        }
        [r[2][1].atan2(r[2][2]), y, r[1][0].atan2(r[0][0])]
    }

    /// From the frame of this pose to the frame in which it is given.
    pub fn outwards(&self, p: [f64; 3]) -> [f64; 3] {
        let turned = turn(&self.rotation, p);
        [0, 1, 2].map(|axis| turned[axis] + self.translation[axis])
    }

    /// From the frame in which this pose is given to its own frame.
    pub fn inwards(&self, p: [f64; 3]) -> [f64; 3] {
        let moved = [0, 1, 2].map(|axis| p[axis] - self.translation[axis]);
        let r = &self.rotation;
        [0, 1, 2].map(|axis| r[0][axis] * moved[0] + r[1][axis] * moved[1] + r[2][axis] * moved[2])
    }

    /// A pose that is given in the frame of this one, in the frame in which this one is given.
    #[must_use]
    pub fn place(&self, inner: &Pose) -> Pose {
        let r = &inner.rotation;
        let rotation = self
            .rotation
            .map(|own| [0, 1, 2].map(|column| own[0] * r[0][column] + own[1] * r[1][column] + own[2] * r[2][column]));
        Pose { translation: self.outwards(inner.translation), rotation }
    }
}

fn turn(rotation: &[[f64; 3]; 3], p: [f64; 3]) -> [f64; 3] {
    rotation.map(|row| row[0] * p[0] + row[1] * p[1] + row[2] * p[2])
}

/// Width, depth and height, metres; none is negative, each may be 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dimensions {
    width: f64,
    depth: f64,
    height: f64,
}

impl Dimensions {
    /// Refuses NaN, infinities, negative lengths and lengths beyond 10 km.
    pub fn new(width: f64, depth: f64, height: f64) -> Result<Dimensions, GeometryFault> {
        Ok(Dimensions {
            width: length_within_limit(width)?,
            depth: length_within_limit(depth)?,
            height: length_within_limit(height)?,
        })
    }

    /// Metres.
    pub const fn width(&self) -> f64 {
        self.width
    }

    /// Metres.
    pub const fn depth(&self) -> f64 {
        self.depth
    }

    /// Metres.
    pub const fn height(&self) -> f64 {
        self.height
    }

    pub(crate) const fn with_width(self, width: f64) -> Dimensions {
        Dimensions { width, ..self }
    }
}

/// A gondola, shelf or bin: a box in the frame of the store.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrientedBox {
    pose: Pose,
    dimensions: Dimensions,
}

impl OrientedBox {
    /// `pose` is that of the left front lower corner, in the frame of the store.
    pub const fn new(pose: Pose, dimensions: Dimensions) -> OrientedBox {
        OrientedBox { pose, dimensions }
    }

    /// A box inside this one, for instance the shelf of a gondola; `inner` is in the frame of this box.
    #[must_use]
    pub fn place(&self, inner: &Pose, dimensions: Dimensions) -> OrientedBox {
        OrientedBox { pose: self.pose.place(inner), dimensions }
    }

    /// Of the left front lower corner, in the frame of the store.
    pub const fn pose(&self) -> &Pose {
        &self.pose
    }

    pub const fn dimensions(&self) -> &Dimensions {
        &self.dimensions
    }

    /// In the frame of the store.
    pub fn corners(&self) -> [Point3; 8] {
        let Dimensions { width, depth, height } = self.dimensions;
        [0_u8, 1, 2, 3, 4, 5, 6, 7].map(|corner| {
            let reach = |bit: u8, length: f64| if corner & bit == 0 { 0.0 } else { length };
            Point3::derived(self.pose.outwards([reach(1, width), reach(2, depth), reach(4, height)]))
        })
    }

    /// The middle of the box.
    pub fn centre(&self) -> Point3 {
        self.at([0.5, 0.5, 0.5])
    }

    /// The middle of the side that faces the shopper.
    pub fn front_centre(&self) -> Point3 {
        self.at([0.5, 0.0, 0.5])
    }

    /// The floor point `away` metres in front of the middle of the front: where a shopper stands who
    /// reaches in. `None` for a box that lies on its face and has no front to stand at.
    pub fn standing_place(&self, away: f64) -> Option<Point> {
        let (x, y) = (-self.pose.rotation[0][1], -self.pose.rotation[1][1]);
        let length = x.hypot(y);
        let front = self.front_centre().floor();
        (length > 1e-6).then(|| Point::derived(front.x() + x / length * away, front.y() + y / length * away))
    }

    /// The part of the floor that the box covers, seen from above.
    pub fn footprint(&self) -> Footprint {
        Footprint::around_some(&self.corners().map(Point3::floor))
    }

    /// Metres from `p`, for instance a hand, to the box; 0 inside.
    pub fn distance(&self, p: Point3) -> f64 {
        let local = self.pose.inwards(p.coordinates());
        let Dimensions { width, depth, height } = self.dimensions;
        let mut squared = 0.0;
        for (value, length) in local.into_iter().zip([width, depth, height]) {
            let beyond = value - value.clamp(0.0, length);
            squared += beyond * beyond;
        }
        squared.sqrt()
    }

    fn at(&self, shares: [f64; 3]) -> Point3 {
        let Dimensions { width, depth, height } = self.dimensions;
        Point3::derived(self.pose.outwards([shares[0] * width, shares[1] * depth, shares[2] * height]))
    }
}
