//! Lookups of positions in a store with 40 zones.
//!
//! The floor engine wants 4 million updates a second and core: less than 250 ns per position.

use std::f64::consts::TAU;
use std::hint::black_box;

use aisle_floorplan::{Point, Polygon, ZoneIndex};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const MARGIN_M: f64 = 0.3;
const POSITIONS: u32 = 4096;

/// 40 zones of 4 to 12 corners on a floor of 32 m by 20 m; each reaches into its neighbours.
fn zones() -> Vec<Polygon> {
    let mut zones = Vec::new();
    for row in 0..5_u32 {
        for column in 0..8_u32 {
            let corners = 4 + (row * 8 + column) % 9;
            let ring = (0..corners).map(|corner| {
                let angle = TAU * f64::from(corner) / f64::from(corners);
                let radius = 1.9 + 0.5 * f64::from(corner % 2);
                let x = f64::from(column) * 4.0 + 2.0 + radius * angle.cos();
                let y = f64::from(row) * 4.0 + 2.0 + radius * angle.sin();
                Point::new(x, y).expect("on the floor")
            });
            zones.push(Polygon::new(ring.collect()).expect("a star is simple"));
        }
    }
    zones
}

/// Spread evenly over the floor, without a pattern that the cache could learn.
fn positions() -> Vec<Point> {
    let golden = |index: u32, ratio: f64| (f64::from(index) * ratio).fract();
    (0..POSITIONS)
        .map(|index| Point::new(golden(index, 0.754_877_666) * 32.0, golden(index, 0.569_840_291) * 20.0))
        .collect::<Result<_, _>>()
        .expect("on the floor")
}

fn lookups(criterion: &mut Criterion) {
    let positions = positions();
    let index = ZoneIndex::new(zones(), MARGIN_M).expect("a margin");
    let mut group = criterion.benchmark_group("40 zones");
    group.throughput(Throughput::Elements(u64::from(POSITIONS)));
    group.bench_function("positions", |bencher| {
        bencher.iter(|| {
            for position in &positions {
                for found in index.near(black_box(*position)) {
                    black_box(found);
                }
            }
        });
    });
    group.finish();
    criterion.bench_function("inscribed circle", |bencher| {
        bencher.iter(|| black_box(&index.polygons()[8]).inscribed_circle());
    });
}

criterion_group!(benches, lookups);
criterion_main!(benches);
