//! The lists that are measured: every page style, order and filter, each alone.

/// One list with one question.
pub struct Case {
    /// What is asked.
    pub name: String,
    /// The path of the n-th request: each asks for another row.
    pub path: Box<dyn Fn(usize) -> String>,
}

/// A step that visits rows all over the list.
const STRIDE: i64 = 7_919;

/// Orders of the list of sessions.
const SESSION_ORDERS: [&str; 11] = [
    "id",
    "code",
    "storeId",
    "visitors",
    "groupSize",
    "expiresAt",
    "customerId",
    "codeLastSuccesfullyScannedAt",
    "customerLastEnteredAt",
    "createdAt",
    "updatedAt",
];

/// Filters of the list of sessions; `{n}` is a row.
const SESSION_FILTERS: &[&str] = &[
    "id={n}",
    "code=code-{n}",
    "sessionToken=trip-{n}",
    "storeId={store}",
    "customerId={n}",
    "status=active",
    "status=completed",
    "status=active,completed",
    "minVisitors=6",
    "maxVisitors=1",
    "minGroupSize=5",
    "maxGroupSize=1",
    "minCreatedAt={late}",
    "maxCreatedAt={early}",
    "minUpdatedAt={late}",
    "minExpiresAt={late}",
    "minCodeLastSuccesfullyScannedAt={late}",
    "minCustomerLastEnteredAt={late}",
];

/// Filters of the list of customers.
const CUSTOMER_FILTERS: &[&str] = &[
    "after={n}",
    "externalId=external-{n}",
    "email=customer-{n}%40example.com",
    "paymentInstrumentProviderId=nobody-{n}",
    "minCreatedAt={late}",
    "maxCreatedAt={early}",
    "minUpdatedAt={late}",
];

/// Filters of the list of products.
const PRODUCT_FILTERS: &[&str] = &[
    "id={p}",
    "name=ARTICLE%20{p}",
    "barcode=barcode-{p}",
    "externalId=article-{p}",
    "category=category-7",
    "sku=sku-{p}",
    "invalidThumbnail=true",
    "invalidThumbnail=false",
    "priceMin=99.98",
    "priceMax=0.01",
    "quantityMin=99",
    "quantityMax=0",
    "minCreatedAt={late-product}",
    "minUpdatedAt={late-product}",
];

/// Other lists.
const OTHERS: &[&str] = &[
    "products/variants?count=50",
    "products/variants?productId={p}",
    "products/variants?barcode=barcode-{p}",
    "products/variants?externalId=variant-{p}",
    "products/variants?isDefault=true",
    "products/variants?isDefault=false",
    "products/categories",
    "products/snapshots",
    "stores",
];

/// Every case over so many customers and sessions.
pub fn all(rows: i64, store: i64) -> Vec<Case> {
    let case = |text: String| {
        let asked = text.clone();
        let path = move |number: usize| filled(&asked, i64::try_from(number).unwrap_or(0), rows, store);
        Case { name: text, path: Box::new(path) }
    };
    let mut texts = vec!["customers?count=50".to_owned()];
    texts.extend(CUSTOMER_FILTERS.iter().map(|filter| format!("customers?count=50&{filter}")));
    for order in SESSION_ORDERS {
        for direction in ["asc", "desc"] {
            texts.push(format!("sessions?orderBy={order}&direction={direction}"));
            texts.push(format!("sessions?orderBy={order}&direction={direction}&after={{n}}"));
        }
    }
    texts.extend(SESSION_FILTERS.iter().map(|filter| format!("sessions?{filter}")));
    for sort in ["id", "createdAt", "name", "price", "quantity"] {
        for direction in ["asc", "desc"] {
            texts.push(format!("products?sort={sort}&direction={direction}"));
            texts.push(format!("products?sort={sort}&direction={direction}&offset={{p}}"));
        }
    }
    texts.extend(PRODUCT_FILTERS.iter().map(|filter| format!("products?{filter}")));
    texts.extend(OTHERS.iter().map(|text| (*text).to_owned()));
    texts.into_iter().map(case).collect()
}

/// The path of the n-th request.
fn filled(text: &str, number: i64, rows: i64, store: i64) -> String {
    let row = |rows: i64| (number * STRIDE % rows.max(1) + 1).to_string();
    let moment = |chunks: i64| super::FIRST.plus(aisle_model::Millis(chunks * super::HOUR_MS)).to_string();
    let chunks = rows / super::ROWS_AT_ONCE;
    let text = text
        .replace("{n}", &row(rows))
        .replace("{p}", &row(rows / 10))
        .replace("{store}", &store.to_string())
        .replace("{late}", &moment(chunks - 1))
        .replace("{early}", &moment(1))
        .replace("{late-product}", &moment(chunks / 10 - 1));
    format!("/api/admin/v2/{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_of_a_case_asks_for_another_row() {
        for case in all(1_000_000, 3) {
            let (one, other) = ((case.path)(1), (case.path)(2));
            assert!(!one.contains('{'), "{one}");
            assert_eq!(case.name.contains("{n}") || case.name.contains("{p}"), one != other, "{one}");
        }
    }
}
