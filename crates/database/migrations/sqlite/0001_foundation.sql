-- The foundation: access, customers and codes, stores and their floor, the stream, webhooks, and what keeps a node honest.

create table server_facts (
    name text primary key,
    value blob not null
) strict;

create table nodes (
    id text primary key,
    address text,
    beats integer not null
) strict;

create table leases (
    name text primary key,
    node text not null,
    epoch integer not null,
    taken_at integer not null
) strict;

create table retailers (
    id integer primary key autoincrement,
    name text not null,
    settings text not null,
    unfinished integer not null,
    created_at integer not null
) strict;
create unique index retailers_name_key on retailers (name);

create table console_users (
    id integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    email text not null,
    email_folded text not null,
    password_hash text not null,
    created_at integer not null
) strict;
create unique index console_users_email_folded_key on console_users (email_folded);

create table applications (
    id integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    client_id text not null,
    description text not null,
    development integer not null,
    scopes text not null,
    enabled integer not null,
    last_used_at integer,
    created_at integer not null,
    updated_at integer not null,
    deleted_at integer,
    version integer not null default 1
) strict;
create unique index applications_client_id_key on applications (client_id);
create index applications_retailer on applications (retailer_id, id);

create table application_secrets (
    id integer primary key autoincrement,
    application_id integer not null references applications (id) on delete cascade,
    prefix text not null,
    hash blob not null,
    created_at integer not null,
    expires_at integer
) strict;
create index application_secrets_application on application_secrets (application_id, id);

create table access_tokens (
    hash blob primary key,
    application_id integer not null references applications (id) on delete cascade,
    secret_id integer not null references application_secrets (id) on delete cascade,
    scopes text not null,
    created_at integer not null,
    expires_at integer not null
) strict;
create index access_tokens_application on access_tokens (application_id);
create index access_tokens_secret on access_tokens (secret_id);
create index access_tokens_expiry on access_tokens (expires_at);

create table stores (
    id integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    unique_store_id text not null,
    status text not null,
    status_reason text,
    status_before_loss text,
    deployment_status text not null,
    name text not null,
    displayable_name text,
    third_party_id text,
    address_line1 text,
    address_city text,
    address_region text,
    address_country text,
    address_postal_code text,
    store_url text,
    max_people integer,
    employee_inside integer not null,
    currency text not null,
    time_zone text not null,
    settings text not null,
    layout_version integer not null,
    layout_updated_at integer not null,
    clock_set_at integer,
    clock_showed integer,
    clock_rate real,
    created_at integer not null,
    updated_at integer not null,
    version integer not null default 1
) strict;
create index stores_retailer on stores (retailer_id, id);
create unique index stores_retailer_id_unique_store_id_key on stores (retailer_id, unique_store_id);
create unique index stores_retailer_id_third_party_id_key on stores (retailer_id, third_party_id);

-- Apart from the store, which is read at every check-in; a map can be large.
create table store_maps (
    store_id integer primary key references stores (id),
    map text not null
) strict;

-- Locked from check 11 on; apart from the store so that edits of a store never wait for the door.
create table occupancy (
    store_id integer primary key references stores (id),
    customers integer not null default 0 check (customers >= 0),
    visitors integer not null default 0 check (visitors >= 0),
    employees integer not null default 0 check (employees >= 0),
    testers integer not null default 0 check (testers >= 0),
    reserved integer not null default 0 check (reserved >= 0),
    as_of integer
) strict;

create table api_keys (
    id integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    kind text not null,
    name text not null,
    prefix text not null,
    hash blob not null,
    scopes text not null,
    development integer not null,
    store_id integer references stores (id),
    vendor text,
    last_used_at integer,
    revoked_at integer,
    created_at integer not null,
    expires_at integer not null
) strict;
create unique index api_keys_hash_key on api_keys (hash);
create index api_keys_retailer on api_keys (retailer_id, id);

create table zones (
    store_id integer not null references stores (id),
    id text not null,
    name text not null,
    labels text not null,
    polygon text not null,
    thresholds text not null,
    created_at integer not null,
    updated_at integer not null,
    deleted_at integer,
    primary key (store_id, id)
) strict;

create table check_in_devices (
    id integer primary key autoincrement,
    store_id integer not null references stores (id),
    name text not null,
    kind text not null,
    ownership text not null,
    purpose text not null,
    gate_id integer,
    scanning_zone_id text,
    position text,
    opens_gate integer not null,
    enabled integer not null,
    terminal_id text,
    created_at integer not null,
    updated_at integer not null
) strict;
create index check_in_devices_store on check_in_devices (store_id, id);

-- `number` is ours, for the trigrams of names; callers know `id`.
create table products (
    number integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    id integer not null,
    external_id text,
    name text not null,
    name_folded text not null,
    category text,
    price integer not null,
    has_store_prices integer not null,
    restricted integer not null,
    restriction_category text,
    tax_code text,
    quantity integer not null,
    sku text,
    inventory_item_id integer,
    created_at integer not null,
    updated_at integer not null,
    deleted_at integer,
    version integer not null default 1
) strict;
create unique index products_retailer_id_id_key on products (retailer_id, id);
create unique index products_retailer_id_external_id_key on products (retailer_id, external_id) where deleted_at is null;
-- All that the search of names looks at, so that it reads nothing else.
create index products_name on products (retailer_id, name, id, name_folded, has_store_prices, deleted_at)
    where deleted_at is null;
create index products_name_folded on products (retailer_id, name_folded) where deleted_at is null;
create index products_price on products (retailer_id, price, id) where deleted_at is null;
create index products_quantity on products (retailer_id, quantity, id) where deleted_at is null;
create index products_category on products (retailer_id, category) where deleted_at is null;
create index products_sku on products (retailer_id, sku) where deleted_at is null;
create index products_created on products (retailer_id, created_at, id) where deleted_at is null;
create index products_updated on products (retailer_id, updated_at) where deleted_at is null;

-- The parts of the names of living products, for the app's search; the triggers keep them in step. A name is folded already.
create virtual table product_trigrams using fts5
    (name_folded, content = 'products', content_rowid = 'number', tokenize = 'trigram case_sensitive 1', columnsize = 0);
create trigger product_trigrams_insert after insert on products when new.deleted_at is null begin
    insert into product_trigrams (rowid, name_folded) values (new.number, new.name_folded);
end;
-- One trigger, for what a name had must be taken out before what it has comes in.
create trigger product_trigrams_update after update of name_folded, deleted_at on products
when new.name_folded <> old.name_folded or (new.deleted_at is null) <> (old.deleted_at is null) begin
    insert into product_trigrams (product_trigrams, rowid, name_folded)
        select 'delete', old.number, old.name_folded where old.deleted_at is null;
    insert into product_trigrams (rowid, name_folded) select new.number, new.name_folded where new.deleted_at is null;
end;

-- The last product id that we made for a retailer; those that callers chose are skipped.
create table product_numbers (
    retailer_id integer primary key references retailers (id),
    last integer not null
) strict;

-- Variants, barcodes and prices go with their product; only the product's own row stays, so that no id of ours comes again.
create table product_variants (
    id integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    product_id integer not null,
    external_id text,
    name text not null,
    weight_grams real not null,
    thumbnail text,
    invalid_thumbnail integer not null,
    is_default integer not null,
    created_at integer not null,
    foreign key (retailer_id, product_id) references products (retailer_id, id)
) strict;
create unique index product_variants_retailer_id_external_id_key on product_variants (retailer_id, external_id);
create unique index product_variants_retailer_id_product_id_key on product_variants (retailer_id, product_id) where is_default;
create index product_variants_product on product_variants (retailer_id, product_id, id);
create index product_variants_retailer on product_variants (retailer_id, id);
create index product_variants_bad_thumbnail on product_variants (retailer_id, product_id) where invalid_thumbnail;

-- The key is the barcode as it is compared: a GTIN of 12 to 14 digits is filled up to 14.
create table product_barcodes (
    id integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    variant_id integer not null references product_variants (id),
    barcode text not null,
    barcode_key text not null,
    is_default integer not null,
    place integer not null
) strict;
create unique index product_barcodes_retailer_id_barcode_key_key on product_barcodes (retailer_id, barcode_key);
create unique index product_barcodes_variant_id_key on product_barcodes (variant_id) where is_default;
create index product_barcodes_variant on product_barcodes (variant_id, place);

create table store_prices (
    retailer_id integer not null references retailers (id),
    product_id integer not null,
    store_id integer not null references stores (id),
    price integer not null,
    created_at integer not null,
    primary key (retailer_id, product_id, store_id),
    foreign key (retailer_id, product_id) references products (retailer_id, id)
) strict;
create index store_prices_store on store_prices (store_id);

-- Lines of an import of the catalogue wait here, and take effect together; nothing stays.
create table product_imports (
    id integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    begun_at integer not null
) strict;
create index product_imports_retailer on product_imports (retailer_id);

create table staged_products (
    import_id integer not null,
    line integer not null,
    product_id integer,
    external_id text,
    name text not null,
    name_folded text not null,
    category text,
    price integer not null,
    restricted integer not null,
    restriction_category text,
    tax_code text,
    quantity integer not null,
    sku text,
    inventory_item_id integer,
    weight_grams real not null,
    thumbnail text,
    invalid_thumbnail integer not null,
    barcode text not null,
    barcode_key text not null,
    says_prices integer not null,
    prices integer not null,
    fate text not null default 'made',
    moves_barcode integer not null default 0,
    variant_id integer,
    place integer not null default 0,
    primary key (import_id, line)
) strict;
create index staged_products_product on staged_products (import_id, product_id);

create table staged_prices (
    import_id integer not null,
    line integer not null,
    store_id integer not null,
    price integer not null,
    primary key (import_id, line, store_id)
) strict;

-- Never changed, and kept when the product goes.
create table product_snapshots (
    id integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    product_id integer not null,
    name text not null,
    price text not null,
    barcode text,
    category text,
    thumbnail text,
    weight_grams real,
    sku text,
    external_id text,
    tax_code text,
    created_at integer not null
) strict;
create index product_snapshots_retailer on product_snapshots (retailer_id, id);
create index product_snapshots_product on product_snapshots (retailer_id, product_id, id);
create index product_snapshots_created on product_snapshots (retailer_id, created_at);

create table planograms (
    store_id integer not null references stores (id),
    gondola_id integer not null,
    shelf_index integer not null,
    effective_from integer not null,
    size_type text not null,
    bins text not null,
    created_at integer not null,
    primary key (store_id, gondola_id, shelf_index, effective_from)
) strict;

-- Which plans have a bin for a product: `planograms.bins` the other way round.
create table planned_products (
    store_id integer not null references stores (id),
    product_id integer not null,
    gondola_id integer not null,
    shelf_index integer not null,
    effective_from integer not null,
    primary key (store_id, product_id, gondola_id, shelf_index, effective_from)
) strict;
create index planned_products_shelf on planned_products (store_id, gondola_id, shelf_index, effective_from);

-- The furniture of a store from a moment on (store clock): what a planogram of the past is drawn on.
create table furniture_versions (
    store_id integer not null references stores (id),
    since integer not null,
    gondolas text not null,
    primary key (store_id, since)
) strict;

create table camera_states (
    store_id integer not null references stores (id),
    camera_id integer not null,
    state text not null,
    seen_at integer not null,
    primary key (store_id, camera_id)
) strict;

-- Units believed to be in a bin; `changed_at` is the moment (store clock) from which later plans may have moved them on.
create table stock (
    store_id integer not null references stores (id),
    gondola_id integer not null,
    shelf_index integer not null,
    bin_index integer not null,
    product_id integer not null,
    units integer not null check (units >= 0),
    changed_at integer not null,
    primary key (store_id, gondola_id, shelf_index, bin_index, product_id)
) strict;
create index stock_product on stock (store_id, product_id, gondola_id) where units > 0;

-- Every change of `stock`, with what it was changed to.
create table stock_changes (
    id integer primary key autoincrement,
    store_id integer not null references stores (id),
    gondola_id integer not null,
    shelf_index integer not null,
    bin_index integer not null,
    product_id integer not null,
    units integer not null,
    cause text not null,
    at integer not null
) strict;
create index stock_changes_bin on stock_changes (store_id, gondola_id, shelf_index, bin_index, product_id, at, id);

-- What stock says that somebody should look at; facts that wait for the alerts.
create table wanted_alerts (
    id integer primary key autoincrement,
    store_id integer not null references stores (id),
    kind text not null,
    gondola_id integer not null,
    shelf_index integer not null,
    bin_index integer not null,
    product_id integer not null,
    units integer not null,
    at integer not null
) strict;
create index wanted_alerts_store on wanted_alerts (store_id, id);

create table epc_tags (
    store_id integer not null references stores (id),
    epc text not null,
    gtin text not null,
    product_id integer not null,
    variant_id integer not null,
    created_at integer not null,
    updated_at integer not null,
    primary key (store_id, epc)
) strict;
create index epc_tags_product on epc_tags (store_id, product_id);

-- What machines gave out and staff handed over, under the name that the caller gave it. A cancel may come first: then there is
-- no product yet.
create table device_events (
    id integer primary key autoincrement,
    store_id integer not null references stores (id),
    event_id text not null,
    kind text not null,
    source text not null,
    vendor text,
    happened_at integer not null,
    products text not null,
    metadata text,
    shopper_id text,
    received_at integer not null,
    cancelled_at integer
) strict;
create unique index device_events_store_id_event_id_key on device_events (store_id, event_id);

create table frame_annotations (
    id integer primary key autoincrement,
    store_id integer not null references stores (id),
    device text not null,
    event_id text not null,
    happened_at integer not null,
    content text not null,
    received_at integer not null
) strict;
create unique index frame_annotations_store_id_device_event_id_key on frame_annotations (store_id, device, event_id);

create table customers (
    id integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    email text not null,
    email_folded text not null,
    email_is_generated integer not null,
    external_id text,
    first_name text,
    last_name text,
    phone text,
    phone_folded text,
    role text not null,
    priority integer not null,
    metadata text,
    blocked integer not null,
    password_hash text,
    created_at integer not null,
    updated_at integer not null,
    deleted_at integer,
    version integer not null default 1
) strict;
create unique index customers_retailer_id_email_folded_key on customers (retailer_id, email_folded) where deleted_at is null;
create index customers_external_id on customers (retailer_id, external_id) where deleted_at is null;
create index customers_retailer on customers (retailer_id, id) where deleted_at is null;
create index customers_created on customers (retailer_id, created_at, id) where deleted_at is null;
create index customers_updated on customers (retailer_id, updated_at, id) where deleted_at is null;
create index customers_phone on customers (retailer_id, phone_folded) where password_hash is not null;

-- Uniqueness of external ids is a setting of the retailer, so it is kept apart from the customer.
create table customer_external_ids (
    retailer_id integer not null references retailers (id),
    external_id text not null,
    customer_id integer not null references customers (id)
) strict;
create unique index customer_external_ids_retailer_id_external_id_key on customer_external_ids (retailer_id, external_id);

-- What a customer says in the app beside the customer's own columns; without a row nothing was said yet.
create table customer_profiles (
    customer_id integer primary key references customers (id),
    locale_language_code text,
    tax_id text,
    company_name text,
    address text,
    fully_registered integer not null,
    email_changed_at integer
) strict;

-- A device of a customer: one log-in and the chain of tokens that came from it. It is gone when it has ended.
create table customer_logins (
    id integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    customer_id integer not null references customers (id),
    notification_token blob,
    began_at integer not null,
    expires_at integer not null
) strict;
create index customer_logins_customer on customer_logins (customer_id, id);
create index customer_logins_expiry on customer_logins (expires_at);

-- An exchanged token is kept, for whoever uses it much later has stolen it, or its successor was.
create table customer_tokens (
    hash blob primary key,
    login_id integer not null references customer_logins (id) on delete cascade,
    created_at integer not null,
    exchanged_at integer,
    expires_at integer not null
) strict;
create index customer_tokens_login on customer_tokens (login_id, created_at);

-- A flow is there whether or not its address belongs to anybody; the customer is filled in when the mail goes out.
create table password_resets (
    id integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    flow_hash blob not null,
    email_hash blob not null,
    code_hash blob not null,
    wrong_codes integer not null,
    state text not null,
    customer_id integer references customers (id),
    finish_hash blob,
    expires_at integer not null
) strict;
create unique index password_resets_retailer_id_flow_hash_key on password_resets (retailer_id, flow_hash);
create unique index password_resets_finish_hash_key on password_resets (finish_hash);
create index password_resets_email on password_resets (retailer_id, email_hash);
create index password_resets_customer on password_resets (customer_id) where customer_id is not null;
create index password_resets_expiry on password_resets (expires_at);

-- What was tried lately under one name or from one address. The key is a keyed hash, so no name stands here.
create table throttles (
    key blob primary key,
    recent blob not null,
    forget_at integer not null
) strict;
create index throttles_forget on throttles (forget_at);

-- Mails to be sent, sealed, for they hold addresses and codes.
create table mails (
    id integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    customer_id integer references customers (id),
    letter blob not null,
    attempts integer not null,
    due_at integer not null,
    give_up_at integer not null
) strict;
create index mails_due on mails (due_at, id);
create index mails_customer on mails (customer_id) where customer_id is not null;

create table cards (
    id integer primary key autoincrement,
    customer_id integer not null references customers (id),
    provider text not null,
    underlying_provider text,
    card_brand text not null,
    is_default integer not null,
    card_id text,
    card_id_hash blob,
    token blob,
    token_hash blob,
    stripe_customer_id text,
    bin text,
    last4 text,
    expires text,
    created_at integer not null
) strict;
create index cards_customer on cards (customer_id, id);
create unique index cards_customer_id_key on cards (customer_id) where is_default;
create index cards_card_id_hash on cards (card_id_hash);
create index cards_token_hash on cards (token_hash);

create table sessions (
    number integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    token text not null,
    customer_id integer references customers (id),
    role text not null,
    code text not null,
    store_id integer references stores (id),
    store_id_scannable_at integer,
    status text not null,
    group_size integer,
    visitors integer not null default 0,
    inside integer not null default 0,
    places integer not null default 0,
    priority integer not null,
    referenced_token text,
    metadata text not null,
    flags text not null,
    suspected_fraud integer not null,
    card_id integer,
    satisfaction integer,
    satisfaction_submitted integer not null,
    location_id text,
    expires_at integer,
    first_scanned_at integer,
    last_scanned_at integer,
    first_entered_at integer,
    last_entered_at integer,
    first_exited_at integer,
    last_exited_at integer,
    created_at integer not null,
    updated_at integer not null,
    version integer not null default 1
) strict;
create unique index sessions_retailer_id_token_key on sessions (retailer_id, token);
create index sessions_retailer on sessions (retailer_id, number);
create index sessions_customer on sessions (customer_id, number);
create index sessions_store on sessions (store_id, number);
create index sessions_status on sessions (retailer_id, status, number);
-- Every order of the list, both ways.
create index sessions_code on sessions (retailer_id, code, number);
create index sessions_by_store on sessions (retailer_id, store_id, number);
create index sessions_visitors on sessions (retailer_id, visitors, number);
create index sessions_group_size on sessions (retailer_id, group_size, number);
create index sessions_expires on sessions (retailer_id, expires_at, number);
create index sessions_by_customer on sessions (retailer_id, customer_id, number);
create index sessions_scanned on sessions (retailer_id, last_scanned_at, number);
create index sessions_entered on sessions (retailer_id, last_entered_at, number);
create index sessions_created on sessions (retailer_id, created_at, number);
create index sessions_updated on sessions (retailer_id, updated_at, number);

create table entry_codes (
    id integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    code text not null,
    code_hash blob not null,
    session_number integer not null references sessions (number),
    customer_id integer references customers (id),
    state text not null,
    expires_at integer,
    store_id_scannable_at integer,
    group_size integer,
    error text,
    created_at integer not null
) strict;
create unique index entry_codes_retailer_id_code_key on entry_codes (retailer_id, code);
create unique index entry_codes_retailer_id_code_hash_key on entry_codes (retailer_id, code_hash);
create index entry_codes_session on entry_codes (session_number, id);
create index entry_codes_expiring on entry_codes (expires_at) where state = 'registered';

-- One order per trip. Sums, status and payment are those of the latest version; a version itself is never rewritten. Amounts
-- are whole minor units of the order's currency; `total_scaled` is the total in ten-thousandths, which compares over currencies.
create table orders (
    id integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    store_id integer not null references stores (id),
    session_number integer not null references sessions (number),
    session_token text not null,
    customer_id integer references customers (id),
    customer_role text not null,
    status text not null,
    external_id text,
    external_status text not null,
    currency text not null,
    latest_version integer not null,
    total integer not null,
    total_tax integer not null,
    total_scaled integer not null,
    quantity integer not null,
    taken integer not null,
    refunded_amount integer not null,
    payment_transaction_id text,
    payment_status text,
    refunded integer not null,
    try_refund_times integer not null,
    card_id integer,
    card_bin text,
    card_last4 text,
    card_expires text,
    draft_created_at integer not null,
    completed_at integer,
    paid_at integer,
    notification_sent_at integer,
    created_at integer not null,
    updated_at integer not null,
    version integer not null default 1
) strict;
create unique index orders_session_number_key on orders (session_number);
create index orders_retailer on orders (retailer_id, id);
create index orders_date on orders (retailer_id, draft_created_at, id);
create index orders_store on orders (retailer_id, store_id, id);
create index orders_total on orders (retailer_id, total_scaled, id);
create index orders_session_token on orders (retailer_id, session_token);
create index orders_external_id on orders (retailer_id, external_id) where external_id is not null;
create index orders_payment on orders (retailer_id, payment_transaction_id) where payment_transaction_id is not null;
create index orders_customer on orders (customer_id, id) where customer_id is not null;
create index orders_unpaid on orders (customer_id) where status = 'unpaid';

create table order_versions (
    order_id integer not null references orders (id),
    version integer not null,
    total integer not null,
    total_tax integer not null,
    mutator_text text not null,
    created_at integer not null,
    primary key (order_id, version)
) strict;

-- Descriptive columns are a copy of the product as it was sold. Ids are unique within the order and kept over its versions.
create table order_lines (
    order_id integer not null,
    version integer not null,
    id integer not null,
    product_id integer,
    name text not null,
    price integer not null,
    barcode text,
    category text,
    thumbnail text,
    weight_grams real,
    sku text,
    external_id text,
    tax_code text,
    restricted integer not null,
    is_externally_added integer not null,
    line_external_id text,
    quantity integer not null,
    total integer not null,
    total_tax integer not null,
    tax_lines text not null,
    discounts text not null,
    created_at integer not null,
    updated_at integer not null,
    primary key (order_id, version, id),
    foreign key (order_id, version) references order_versions (order_id, version)
) strict;

create table order_vendor_entries (
    id integer primary key autoincrement,
    order_id integer not null references orders (id),
    vendor text not null,
    kind text not null,
    entry text not null,
    created_at integer not null
) strict;
create index order_vendor_entries_order on order_vendor_entries (order_id, id);

create table contests (
    id integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    order_id integer not null references orders (id),
    order_version integer not null,
    message text not null,
    from_operator integer not null,
    status text not null,
    original_total integer not null,
    contested_total integer not null,
    reviewed_total integer,
    created_at integer not null,
    updated_at integer not null,
    version integer not null default 1
) strict;
create unique index contests_order_id_key on contests (order_id);
create index contests_retailer on contests (retailer_id, id);

create table contest_items (
    id integer primary key autoincrement,
    contest_id integer not null references contests (id),
    product_id integer not null,
    product_snapshot text not null,
    price integer not null,
    original_quantity integer not null,
    contested_quantity integer not null,
    reviewed_quantity integer
) strict;
create index contest_items_contest on contest_items (contest_id, id);

-- Deleted customers whose traces may not all be gone yet.
create table customer_erasures (
    customer_id integer primary key references customers (id),
    retailer_id integer not null references retailers (id),
    next_at integer not null,
    last_at integer not null
) strict;
create index customer_erasures_next on customer_erasures (next_at);

-- One row per examined code, kept as the record of the check-in; `asking` rows are what a crash leaves to be closed.
create table check_ins (
    id integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    store_id integer not null references stores (id),
    device_id integer,
    place text not null,
    session_number integer,
    code_hash blob not null,
    unknown_code blob,
    state text not null,
    reason integer,
    external_reason text,
    role text,
    places integer not null,
    scanned_at integer not null,
    scan_event_id text,
    node text not null,
    started_at integer not null,
    ended_at integer
) strict;
create index check_ins_asking on check_ins (node, id) where state = 'asking';
create unique index check_ins_retailer_id_code_hash_key on check_ins (retailer_id, code_hash) where state = 'asking';
create index check_ins_session on check_ins (session_number);
create index check_ins_ended on check_ins (store_id, ended_at);
create unique index check_ins_store_id_scan_event_id_key on check_ins (store_id, scan_event_id);

create table shoppers (
    shopper_id text primary key,
    store_id integer not null references stores (id),
    state text not null,
    role text not null,
    session_number integer references sessions (number),
    visitor_session_id text,
    track_ids text not null,
    x real,
    y real,
    zone_ids text not null,
    flags text not null,
    interactions integer not null default 0,
    restricted_interactions integer not null default 0,
    marks text not null,
    entered_at integer not null,
    entered_gate_id integer,
    left_at integer,
    last_seen_at integer not null
) strict;
create index shoppers_inside on shoppers (store_id, entered_at, shopper_id) where left_at is null;
create index shoppers_store on shoppers (store_id, entered_at, shopper_id);
create index shoppers_session on shoppers (session_number);
create unique index shoppers_visitor_session on shoppers (visitor_session_id);

create table identity_matches (
    store_id integer not null references stores (id),
    visitor_shopper_id text not null,
    session_number integer not null references sessions (number),
    registered_shopper_id text not null,
    score real not null,
    basis text not null,
    reported_at integer not null,
    primary key (visitor_shopper_id, session_number)
) strict;

create table bind_requests (
    id text primary key,
    store_id integer not null references stores (id),
    session_number integer not null,
    verdict text,
    asked_at integer not null
) strict;
create index bind_requests_open on bind_requests (session_number) where verdict is null;
create index bind_requests_age on bind_requests (asked_at);

create table wanted_reviews (
    id integer primary key autoincrement,
    store_id integer not null references stores (id),
    session_number integer,
    shopper_id text,
    reason text not null,
    at integer not null
) strict;
create index wanted_reviews_store on wanted_reviews (store_id, id);

create table streams (
    store_id integer primary key references stores (id),
    newest integer not null default 0,
    applied integer not null default 0,
    store_time integer,
    settled_up_to integer
) strict;

create table stream_chunks (
    store_id integer not null references stores (id),
    first_offset integer not null,
    last_offset integer not null,
    class text not null,
    first_at integer not null,
    last_at integer not null,
    stored_at integer not null,
    body blob not null,
    primary key (store_id, last_offset, class)
) strict;
create index stream_chunks_age on stream_chunks (class, store_id, stored_at);

create table stream_keys (
    store_id integer not null references stores (id),
    event_id blob not null,
    content blob not null,
    source text not null,
    kind text not null,
    is_sample integer not null,
    superseded integer not null,
    received_at integer not null,
    primary key (store_id, event_id)
) strict;
create index stream_keys_age on stream_keys (is_sample, store_id, received_at);

create table stream_sources (
    store_id integer not null references stores (id),
    source text not null,
    role text,
    state text not null,
    last_seq integer,
    last_event_id text not null,
    last_at integer not null,
    settled_up_to integer,
    gaps text not null,
    skew_ms integer,
    seen_at integer not null,
    primary key (store_id, source)
) strict;

create table appearances (
    store_id integer not null references stores (id),
    entry_offset integer not null,
    track_id text not null,
    model text not null,
    vector blob not null,
    forget_at integer not null,
    primary key (store_id, entry_offset, track_id)
) strict;
create index appearances_age on appearances (forget_at);

create table floor_snapshots (
    store_id integer primary key references stores (id),
    entry_offset integer not null,
    engine_version integer not null,
    body blob not null,
    taken_at integer not null
) strict;

create table scans (
    id integer primary key autoincrement,
    store_id integer not null references stores (id),
    event_id text not null,
    device_id integer not null,
    code blob not null,
    group_size integer,
    at integer not null,
    received_at integer not null
) strict;

create table commands (
    position integer primary key autoincrement,
    store_id integer not null references stores (id),
    command_id text not null,
    kind text not null,
    payload text not null,
    issued_at integer not null,
    expires_at integer not null,
    acknowledged_at integer,
    outcome text,
    detail text
) strict;
create unique index commands_store_id_command_id_key on commands (store_id, command_id);
create index commands_open on commands (store_id, position) where acknowledged_at is null;

create table webhooks (
    id integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    type text not null,
    url text not null,
    enabled integer not null,
    disabled_reason text,
    priority integer not null,
    is_default integer not null,
    store_ids text not null,
    options text not null,
    headers blob not null,
    authorization_token blob,
    timeout_ms integer not null,
    signing text not null,
    failing_since integer,
    told_failing_at integer,
    unanswered integer not null default 0,
    last_success_at integer,
    last_attempt_at integer,
    last_status integer,
    last_error text,
    created_at integer not null,
    updated_at integer not null,
    deleted_at integer,
    version integer not null default 1
) strict;
create index webhooks_retailer on webhooks (retailer_id, id) where deleted_at is null;
create index webhooks_type on webhooks (retailer_id, type, priority, id) where deleted_at is null;
create index webhooks_failing on webhooks (failing_since) where failing_since is not null;

create table webhook_secrets (
    id integer primary key autoincrement,
    webhook_id integer not null references webhooks (id),
    secret blob not null,
    created_at integer not null,
    expires_at integer
) strict;
create index webhook_secrets_webhook on webhook_secrets (webhook_id, id);

-- The outbox. A body is written once, in the change that causes it, and never made again. Settings whose options ask for
-- different bodies get different variants of one message.
create table messages (
    id integer primary key autoincrement,
    message_id text not null,
    variant integer not null,
    retailer_id integer not null references retailers (id),
    name text not null,
    store_id integer,
    session_token text,
    customer_id integer,
    order_id integer,
    order_key text not null,
    body blob not null,
    issued_at integer not null
) strict;
create unique index messages_message_id_variant_key on messages (message_id, variant);
create index messages_issued on messages (retailer_id, issued_at, id);
create index messages_customer on messages (customer_id) where customer_id is not null;

-- The pull feed: messages in the order of their commits. What has no place yet is in the first table.
create table unplaced_messages (
    message integer primary key
) strict;

create table feed (
    position integer primary key autoincrement,
    retailer_id integer not null,
    message integer not null
) strict;
create index feed_retailer on feed (retailer_id, position);

-- What must leave one after another: the unsettled messages of one session (or store, or customer) for one setting. A lane
-- is there while something in it is unsettled; its row is claimed, so that nobody scans for heads of queues.
create table lanes (
    id integer primary key autoincrement,
    webhook_id integer not null references webhooks (id),
    order_key text not null,
    pending integer not null,
    due_at integer not null,
    node text,
    claim integer,
    claimed_at integer
) strict;
create unique index lanes_webhook_id_order_key_key on lanes (webhook_id, order_key);
create index lanes_due on lanes (webhook_id, due_at, id) where node is null;
create index lanes_claimed on lanes (node, id) where node is not null;

create table deliveries (
    id integer primary key autoincrement,
    message integer not null references messages (id),
    webhook_id integer not null references webhooks (id),
    lane integer not null,
    state text not null,
    attempts integer not null default 0,
    trigger_kind text not null,
    settled_at integer
) strict;
create index deliveries_lane on deliveries (lane, id) where state = 'waiting';
create index deliveries_state on deliveries (webhook_id, state, id);
create index deliveries_message on deliveries (message);

-- Who of a session is in a zone, for a setting that is told once per session and only of changes that last.
create table zone_buffers (
    webhook_id integer not null references webhooks (id),
    session_token text not null,
    zone_id text not null,
    retailer_id integer not null references retailers (id),
    store_id integer not null references stores (id),
    presence text not null,
    due_at integer,
    primary key (webhook_id, session_token, zone_id)
) strict;
create index zone_buffers_due on zone_buffers (due_at) where due_at is not null;
create index zone_buffers_session on zone_buffers (retailer_id, session_token);

create table attempts (
    id integer primary key autoincrement,
    webhook_id integer not null references webhooks (id),
    delivery_id integer,
    message_id text not null,
    name text not null,
    trigger_kind text not null,
    attempt integer not null,
    outcome text not null,
    url text not null,
    resolved_ip text,
    http_status integer,
    error text,
    connect_ms integer,
    total_ms integer not null,
    answer text,
    answer_use text,
    session_token text,
    order_id integer,
    store_id integer,
    created_at integer not null,
    next_attempt_at integer
) strict;
create index attempts_webhook on attempts (webhook_id, id);
create index attempts_session on attempts (session_token) where session_token is not null;
create index attempts_delivery on attempts (delivery_id) where session_token is null;
create index attempts_age on attempts (created_at);

create table inbox (
    id integer primary key autoincrement,
    retailer_id integer not null references retailers (id),
    webhook text not null,
    path text not null,
    message_id text,
    received_at integer not null,
    last_received_at integer not null,
    attempts integer not null,
    session_token text,
    store_id integer,
    signature text not null,
    headers text not null,
    body blob not null,
    faults text not null,
    answer_status integer not null,
    answer_body text
) strict;
create index inbox_retailer on inbox (retailer_id, id);
create unique index inbox_retailer_id_path_message_id_key on inbox (retailer_id, path, message_id);

create table idempotent_requests (
    id integer primary key autoincrement,
    credential text not null,
    method text not null,
    path text not null,
    request_key text not null,
    request_hash blob not null,
    node text not null,
    attempt integer not null,
    outcome blob,
    status integer,
    answer blob,
    customer_id integer,
    is_gone integer not null default 0,
    started_at integer not null
) strict;
create unique index idempotent_requests_credential_method_path_request_key_key
    on idempotent_requests (credential, method, path, request_key);
create index idempotent_requests_age on idempotent_requests (started_at);
create index idempotent_requests_customer on idempotent_requests (customer_id) where customer_id is not null;

-- How the lists of a big server lie in their indexes: some retailers with tens of thousands of rows each. Without it the
-- planner takes a retailer to be as selective as a bar code. PostgreSQL finds out by itself.
analyze;
delete from sqlite_stat1;
insert into sqlite_stat1 (tbl, idx, stat) values
    ('customers', 'customers_retailer_id_email_folded_key', '1000000 50000 1'),
    ('customers', 'customers_external_id', '1000000 50000 1'),
    ('customers', 'customers_retailer', '1000000 50000 1'),
    ('customers', 'customers_created', '1000000 50000 10 1'),
    ('customers', 'customers_updated', '1000000 50000 10 1'),
    ('sessions', 'sessions_retailer_id_token_key', '1000000 50000 1'),
    ('sessions', 'sessions_retailer', '1000000 50000 1'),
    ('sessions', 'sessions_customer', '1000000 10 1'),
    ('sessions', 'sessions_store', '1000000 50000 1'),
    ('sessions', 'sessions_status', '1000000 50000 10000 1'),
    ('sessions', 'sessions_code', '1000000 50000 1 1'),
    ('sessions', 'sessions_by_store', '1000000 50000 5000 1'),
    ('sessions', 'sessions_visitors', '1000000 50000 5000 1'),
    ('sessions', 'sessions_group_size', '1000000 50000 5000 1'),
    ('sessions', 'sessions_expires', '1000000 50000 10 1'),
    ('sessions', 'sessions_by_customer', '1000000 50000 10 1'),
    ('sessions', 'sessions_scanned', '1000000 50000 10 1'),
    ('sessions', 'sessions_entered', '1000000 50000 10 1'),
    ('sessions', 'sessions_created', '1000000 50000 10 1'),
    ('sessions', 'sessions_updated', '1000000 50000 10 1'),
    ('products', 'products_retailer_id_id_key', '100000 5000 1'),
    ('products', 'products_retailer_id_external_id_key', '100000 5000 1'),
    ('products', 'products_name', '100000 5000 2 1 1 1 1'),
    ('products', 'products_name_folded', '100000 5000 2'),
    ('products', 'products_price', '100000 5000 100 1'),
    ('products', 'products_quantity', '100000 5000 1000 1'),
    ('products', 'products_category', '100000 5000 500'),
    ('products', 'products_sku', '100000 5000 2'),
    ('products', 'products_created', '100000 5000 10 1'),
    ('products', 'products_updated', '100000 5000 10'),
    ('product_variants', 'product_variants_retailer_id_external_id_key', '100000 5000 1'),
    ('product_variants', 'product_variants_product', '100000 5000 1 1'),
    ('product_variants', 'product_variants_retailer', '100000 5000 1'),
    ('product_variants', 'product_variants_retailer_id_product_id_key', '100000 5000 1'),
    ('product_variants', 'product_variants_bad_thumbnail', '1000 1000 1'),
    ('product_barcodes', 'product_barcodes_retailer_id_barcode_key_key', '100000 5000 1'),
    ('product_barcodes', 'product_barcodes_variant', '100000 1 1'),
    ('product_barcodes', 'product_barcodes_variant_id_key', '100000 1');
analyze sqlite_schema;
