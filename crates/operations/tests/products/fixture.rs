//! A server's parts over a fresh database with one retailer, and what tests say often.

use aisle_database::Database;
use aisle_model::{ProductId, StoreId, VariantId};
use aisle_operations::products::{self, NewProduct, NewVariant, SaidBarcode, WholeProduct, WholeVariant};
use aisle_operations::stores::{self, NewStore};
use aisle_operations::{App, Caller, Failure};
use aisle_testkit::corner;
pub use aisle_testkit::{START, assert_absent, assert_conflict, faults, product, retailer};

#[derive(Clone)]
pub struct Fixture {
    pub app: App,
    pub caller: Caller,
}

pub async fn fixture(database: Database) -> Fixture {
    let app = aisle_testkit::app(database);
    let caller = retailer(&app, "corner").await;
    Fixture { app, caller }
}

impl Fixture {
    pub async fn store(&self, currency: &str) -> StoreId {
        let new = NewStore { currency: currency.to_owned(), ..corner(&format!("Store of {currency}")) };
        stores::create(&self.app, &self.caller, new).await.unwrap().id
    }

    pub async fn create(&self, new: NewProduct) -> Result<WholeProduct, Failure> {
        products::create(&self.app, &self.caller, new).await
    }

    pub async fn made(&self, barcode: &str) -> WholeProduct {
        self.create(product(barcode)).await.unwrap()
    }

    pub async fn put(&self, id: i64, new: NewProduct) -> Result<products::Upserted, Failure> {
        products::upsert(&self.app, &self.caller, ProductId(id), new).await
    }

    pub async fn get(&self, id: ProductId) -> WholeProduct {
        products::get(&self.app, &self.caller, id).await.unwrap()
    }

    pub async fn variant(&self, product: ProductId, new: NewVariant) -> Result<WholeVariant, Failure> {
        products::create_variant(&self.app, &self.caller, product, new).await
    }

    pub async fn patch(&self, id: VariantId, patch: products::VariantPatch) -> Result<WholeVariant, Failure> {
        products::update_variant(&self.app, &self.caller, id, patch).await
    }
}

/// A product with an external id.
pub fn external(barcode: &str, external_id: &str) -> NewProduct {
    NewProduct { external_id: Some(external_id.to_owned()), ..product(barcode) }
}

/// A variant with these barcodes, none of them marked.
pub fn variant(barcodes: &[&str]) -> NewVariant {
    NewVariant {
        name: "Six pack".to_owned(),
        weight_grams: 2220.0,
        barcodes: set(barcodes, usize::MAX),
        thumbnail: String::new(),
        invalid_thumbnail: None,
        is_default: false,
        external_id: None,
    }
}

/// Barcodes, the one at `default` marked.
pub fn set(barcodes: &[&str], default: usize) -> Vec<SaidBarcode> {
    let one =
        |(place, barcode): (usize, &&str)| SaidBarcode { barcode: (*barcode).to_owned(), is_default: place == default };
    barcodes.iter().enumerate().map(one).collect()
}

/// The barcodes of a variant, default first.
pub fn codes(variant: &WholeVariant) -> Vec<&str> {
    let marked = variant.barcodes.iter().filter(|barcode| barcode.is_default).count();
    assert_eq!(marked, 1, "one default barcode");
    assert!(variant.barcodes[0].is_default);
    variant.barcodes.iter().map(|barcode| barcode.barcode.as_str()).collect()
}
