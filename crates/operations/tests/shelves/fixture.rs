//! A store with furniture and a catalogue.

use aisle_database::rows::wanted_alerts::WantedAlert;
use aisle_database::{Database, rows};
use aisle_model::store_map::{Camera, Gondola, Shelf, SizeType, StoreMap, Vector};
use aisle_model::{CameraId, GondolaId, Millis, Moment, ProductId, StoreId};
use aisle_operations::inventory::{self, Difference};
use aisle_operations::planogram::{self, Bin, NewPlan, PlanogramView};
use aisle_operations::shelves::{FilledShelf, ShelfId, Shown};
use aisle_operations::{App, Caller, Failure, layout, products, stores};
use aisle_testkit::{corner, product, retailer};

/// The gondola and shelf that tests talk about: 1.2 m wide, without plates.
pub const GONDOLA: GondolaId = GondolaId(2);
pub const SHELF: ShelfId = ShelfId { gondola: GONDOLA, shelf_index: 5 };
/// The shelf below, with six plates.
pub const PLATES: i64 = 1;

#[derive(Clone)]
pub struct Fixture {
    pub app: App,
    pub caller: Caller,
    pub store: StoreId,
}

pub async fn fixture(database: Database) -> Fixture {
    let app = aisle_testkit::app(database);
    let caller = retailer(&app, "corner").await;
    let store = stores::create(&app, &caller, corner("Corner")).await.unwrap().id;
    let fixture = Fixture { app, caller, store };
    fixture.furnish(map()).await.unwrap();
    fixture
}

pub fn map() -> StoreMap {
    let shelf = |shelf_index, plates| Shelf {
        shelf_index,
        translation: Vector { x: 0.0, y: 0.1, z: 0.3 },
        rotation: None,
        dimensions: Vector { x: 1.2, y: 0.5, z: 0.3 },
        plates,
        max_plate_kg: 20.0,
    };
    let gondola = Gondola {
        id: GONDOLA,
        name: None,
        translation: Vector { x: 3.0, y: 4.0, z: 0.0 },
        rotation: Some(Vector { x: 0.0, y: 0.0, z: std::f64::consts::FRAC_PI_2 }),
        dimensions: Vector { x: 1.2, y: 0.6, z: 2.0 },
        shelves: vec![shelf(SHELF.shelf_index, 0), shelf(PLATES, 6)],
    };
    let camera = Camera { id: CameraId(3), name: None, position: Vector::default(), homography: None, frame_uri: None };
    StoreMap { gondolas: vec![gondola], cameras: vec![camera], ..StoreMap::default() }
}

pub fn bin(product: Option<ProductId>, size: f64) -> Bin {
    Bin { product, size, low_threshold: None }
}

/// Half a metre for each product.
pub fn plan(products: &[ProductId]) -> NewPlan {
    NewPlan {
        shelf_index: SHELF.shelf_index,
        size_type: SizeType::Meters,
        bins: products.iter().map(|product| bin(Some(*product), 0.4)).collect(),
        effective_from: None,
    }
}

impl Fixture {
    pub async fn furnish(&self, map: StoreMap) -> Result<(), Failure> {
        let base = stores::find(&self.app, &self.caller, self.store).await?.layout_version;
        layout::replace(&self.app, &self.caller, self.store, base, map).await.map(drop)
    }

    pub async fn product(&self, barcode: &str) -> ProductId {
        products::create(&self.app, &self.caller, product(barcode)).await.unwrap().product.id
    }

    pub fn later(&self, seconds: i64) -> Moment {
        self.app.clock.advance(Millis(seconds * 1000));
        self.app.clock.now()
    }

    pub async fn plan(&self, plan: NewPlan) -> Result<(), Failure> {
        planogram::set(&self.app, &self.caller, self.store, GONDOLA, plan).await
    }

    pub async fn view(&self, at: Option<Moment>) -> Result<PlanogramView, Failure> {
        planogram::view(&self.app, &self.caller, self.store, GONDOLA, at).await
    }

    pub async fn add(&self, bin_index: i64, barcode: &str, units: i64) -> Result<Shown<FilledShelf>, Failure> {
        let difference = Difference { shelf: SHELF, bin_index, barcode: barcode.to_owned(), units };
        inventory::add(&self.app, &self.caller, self.store, difference).await
    }

    /// Units on the shelf now, by bin and product.
    pub async fn units(&self) -> Vec<(usize, ProductId, i64)> {
        let shelf = inventory::shelf(&self.app, &self.caller, self.store, SHELF).await.unwrap();
        units_on(&shelf.what)
    }

    /// The same at a moment.
    pub async fn units_at(&self, at: Moment) -> Vec<(usize, ProductId, i64)> {
        let view = self.view(Some(at)).await.unwrap();
        let shelves = &view.current.what.shelves;
        units_on(shelves.iter().find(|shelf| shelf.shelf.shelf_index == SHELF.shelf_index).unwrap())
    }

    /// Kind and units of every fact.
    pub async fn facts(&self) -> Vec<(String, i64)> {
        let store = self.store;
        let read = self.app.database.read(move |c| Box::pin(rows::wanted_alerts::list(c, store, 1000)));
        let facts: Vec<WantedAlert> = read.await.unwrap();
        facts.into_iter().map(|fact| (fact.kind, fact.units)).collect()
    }
}

pub fn units_on(shelf: &FilledShelf) -> Vec<(usize, ProductId, i64)> {
    let bins = shelf.bins.iter().enumerate();
    bins.flat_map(|(index, bin)| bin.units.iter().map(move |(product, units)| (index, *product, *units))).collect()
}
