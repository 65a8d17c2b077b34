//! A catalogue imported: every line under the rules of a replacing PUT, all of them at once or none.
//!
//! Lines are staged in short changes and take effect in one, so that an import that stops half-way, by a fault or a crash,
//! has changed nothing. A line names its product by id, else by the external id. What counts is how the catalogue will
//! stand: two lines may swap their barcodes, which two PUTs could not.

use std::sync::Arc;

use aisle_database::rows::product_imports::{self, Clash, ClashKind, Fates, ProductImport, StagedLine};
use aisle_database::{Connection, Error};
use aisle_model::{ProductId, RetailerId};

use super::barcode_key;
use super::input::NewProduct;
use super::judge::{Ground, Judged, judge, no_store_prices};
use crate::{App, Failure, FieldFault, Refusal};

/// Most clashes of one kind that are told; a file in which every line is wrong is one mistake.
const MOST_CLASHES: i64 = 1000;

/// A line of the file.
#[derive(Debug, Clone)]
pub struct ImportedLine {
    /// From 1.
    pub line: i64,
    /// The product it names.
    pub product: Option<ProductId>,
    /// What it says.
    pub new: NewProduct,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineFault {
    /// From 1.
    pub line: i64,
    /// In words, with the field.
    pub text: String,
}

/// How an import ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// Every line took effect.
    All(Fates),
    /// None did; what is wrong, by line.
    Nothing(Vec<LineFault>),
}

/// An import that has begun.
#[derive(Clone)]
pub struct Importing {
    app: App,
    import: ProductImport,
    ground: Arc<Ground>,
}

/// Begins an import in place of any other of the retailer.
pub async fn begin_import(app: &App, retailer: RetailerId) -> Result<Importing, Failure> {
    let now = app.clock.now();
    let begun = app.database.change(move |c| {
        Box::pin(async move {
            let import = product_imports::begin(c, retailer, now).await?;
            let ground = Ground::whole(c, retailer).await?;
            Ok::<_, Failure>((import, Arc::new(ground)))
        })
    });
    let (import, ground) = begun.await?;
    Ok(Importing { app: app.clone(), import, ground })
}

impl LineFault {
    /// A fault of a field of the line.
    pub fn of(line: i64, fault: &FieldFault) -> Self {
        let FieldFault { field, text, .. } = fault;
        Self { line, text: format!("\"{field}\" {text}") }
    }
}

impl Importing {
    /// Stages those lines that are right by themselves, and answers what is wrong with the others.
    pub async fn stage(&self, lines: Vec<ImportedLine>) -> Result<Vec<LineFault>, Failure> {
        let mut faults = Vec::new();
        let mut staged = Vec::with_capacity(lines.len());
        for line in lines {
            match self.judged(&line) {
                Ok(judged) => staged.push(staged_line(&line, judged)),
                Err(wrong) => faults.extend(wrong.iter().map(|fault| LineFault::of(line.line, fault))),
            }
        }
        let (import, staged) = (self.import, Arc::<[StagedLine]>::from(staged));
        let kept = self.app.database.change(move |c| {
            let staged = Arc::clone(&staged);
            Box::pin(async move {
                hold(c, import).await?;
                Ok::<_, Failure>(product_imports::stage(c, import, &staged).await?)
            })
        });
        kept.await?;
        Ok(faults)
    }

    /// Lets all lines take effect, unless one had a fault before this or clashes with another or with what is there.
    pub async fn finish(self, mut faults: Vec<LineFault>) -> Result<Taken, Failure> {
        let (import, now, is_faulty) = (self.import, self.app.clock.now(), !faults.is_empty());
        let finished = self.app.database.change(move |c| {
            Box::pin(async move {
                hold(c, import).await?;
                let clashes = product_imports::resolve(c, import, MOST_CLASHES).await?;
                if is_faulty || !clashes.is_empty() {
                    return Err(Stopped::Clashes(clashes));
                }
                let fates = product_imports::apply(c, import, now).await.map_err(raced)?;
                product_imports::end(c, import).await?;
                Ok(fates)
            })
        });
        let clashes = match finished.await {
            Ok(fates) => return Ok(Taken::All(fates)),
            Err(Stopped::Failed(failure)) => return Err(failure),
            Err(Stopped::Clashes(clashes)) => clashes,
        };
        let forgotten = self.app.database.change(move |c| Box::pin(product_imports::end(c, import)));
        forgotten.await?;
        faults.extend(clashes.iter().map(fault_of));
        faults.sort();
        Ok(Taken::Nothing(faults))
    }

    /// Whether the product has prices by store already shows when all lines are there.
    fn judged(&self, line: &ImportedLine) -> Result<Judged, Vec<FieldFault>> {
        let says_whose = line.product.is_some() || line.new.external_id.as_ref().is_some_and(|id| !id.is_empty());
        let judged = judge(&line.new, &self.ground, false);
        if says_whose {
            return judged;
        }
        let text = "is required where there is no \"id\"".to_owned();
        let fault = FieldFault { field: "externalId".to_owned(), rule: "any.required", text };
        Err(judged.err().into_iter().flatten().chain([fault]).collect())
    }
}

/// Why a change ended without effect.
enum Stopped {
    Clashes(Vec<Clash>),
    Failed(Failure),
}

impl<E: Into<Failure>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

async fn hold(c: &mut Connection, import: ProductImport) -> Result<(), Failure> {
    if product_imports::hold(c, import).await? {
        return Ok(());
    }
    Err(Refusal::conflict("Another import of this retailer began: this one was given up").into())
}

fn staged_line(line: &ImportedLine, judged: Judged) -> StagedLine {
    StagedLine {
        line: line.line,
        product: line.product,
        weight_grams: judged.weight_grams,
        thumbnail: judged.thumbnail,
        invalid_thumbnail: judged.invalid_thumbnail,
        barcode_key: barcode_key(&judged.barcode),
        barcode: judged.barcode,
        says_prices: line.new.store_prices.is_some(),
        store_prices: judged.store_prices,
        text: judged.text,
    }
}

/// What a line clashes with, in words.
fn fault_of(Clash { line, kind }: &Clash) -> LineFault {
    let text = match kind {
        ClashKind::SameProduct(first) => format!("is about the same product as line {first}"),
        ClashKind::SameExternalId(first) => format!("\"externalId\" is that of line {first}"),
        ClashKind::SameBarcode(first) => format!("\"barcode\" is that of line {first}"),
        ClashKind::ExternalIdTaken => "Product with this externalId already exists".to_owned(),
        ClashKind::BarcodeTaken(barcode) => format!("Barcode {barcode} already exists"),
        ClashKind::NoStorePrices { says_empty } => return LineFault::of(*line, &no_store_prices(*says_empty)),
    };
    LineFault { line: *line, text }
}

/// Somebody made what the import was about to make.
fn raced(error: Error) -> Failure {
    match error {
        Error::Conflict(_) => Refusal::conflict("The catalogue was changed meanwhile: import again").into(),
        other => other.into(),
    }
}
