//! Products.

use super::rows::{ANY_STATUS, CUSTOM, DEAL, FILE, OWNER, PRODUCT, SORT, START, VISIBLE};
use crate::tool::{Kind, Param, Rows, Tool, adds, changes, p, reads, removes};

const VARIATION: Rows = Rows { of: "", keys: &["id", "name", "product_id", "prices"] };
const FIRST_CHAR: Param = p("first_char").is(Kind::Text(1));
const WRITTEN: &[Param] = &[
    p("name"),
    p("code"),
    p("description"),
    p("unit"),
    p("tax"),
    p("selectable").to("is_linkable"),
    VISIBLE,
    p("owner_id"),
    p("prices"),
    p("billing_frequency"),
    p("billing_frequency_cycles"),
    CUSTOM,
];

pub const TOOLS: &[Tool] = &[
    reads("products_list", "List products", "", "v2.getProducts")
        .also("v1.getProducts")
        .params(&[START, OWNER, p("filter_id"), p("ids"), FIRST_CHAR, p("get_summary")])
        .shows(&PRODUCT),
    reads("products_list_all_auto", "List all products", "", "v2.getProducts")
        .also("v1.getProducts")
        .params(&[OWNER, p("filter_id"), FIRST_CHAR])
        .shows(&PRODUCT)
        .all_pages(),
    adds("products_create", "Create product", "prices: [{price, currency}].", "v2.addProduct").params(WRITTEN).shows(&PRODUCT),
    reads("products_get", "Show product", "", "v2.getProduct").shows(&PRODUCT),
    changes("products_update", "Change product", "", "v2.updateProduct").params(WRITTEN).shows(&PRODUCT),
    removes("products_delete", "Delete product", "Restorable for 30 days.", "v2.deleteProduct"),
    reads("products_search", "Search products", "By name, code or custom fields.", "v2.searchProducts")
        .params(&[p("term"), p("fields"), p("exact_match"), p("include_fields"), START])
        .shows(&PRODUCT),
    reads("products_list_deals", "List deals of product", "", "v1.getProductDeals").params(&[START, ANY_STATUS]).shows(&DEAL),
    reads("products_list_files", "List files of product", "", "v1.getProductFiles").params(&[START, SORT]).shows(&FILE),
    adds("products_add_follower", "Add product follower", "", "v2.addProductFollower").params(&[p("user_id")]),
    reads("products_list_followers", "List product followers", "", "v2.getProductFollowers").params(&[START]),
    removes("products_delete_follower", "Remove product follower", "follower_id: user id.", "v2.deleteProductFollower"),
    reads("products_list_permitted_users", "Who sees product", "User ids.", "v1.getProductUsers"),
    adds("products_duplicate", "Copy product", "With variations and prices.", "v2.duplicateProduct").shows(&PRODUCT),
    reads("products_list_variations", "List variations of product", "", "v2.getProductVariations").shows(&VARIATION),
    adds("products_add_variation", "Add variation", "", "v2.addProductVariation")
        .params(&[p("name"), p("prices").is(Kind::Objects)])
        .shows(&VARIATION),
    changes("products_update_variation", "Change variation", "", "v2.updateProductVariation")
        .params(&[p("name"), p("prices").is(Kind::Objects)])
        .shows(&VARIATION),
    removes("products_delete_variation", "Delete variation", "", "v2.deleteProductVariation"),
];

/// Search of products, which the first tools had among those of search.
pub const SEARCH: &[Tool] = &[reads("search_products", "Search products by words", "As products_search.", "v2.searchProducts")
    .params(&[p("term"), p("fields"), p("exact_match"), p("include_fields"), START])
    .shows(&PRODUCT)];
