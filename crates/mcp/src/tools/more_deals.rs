//! What else can be done with deals: discounts, installments, many products at once, conversion.

use super::rows::{DEAL, DEAL_PRODUCT};
use crate::tool::{Kind, Param, Tool, adds, changes, p, reads, removes};

const DISCOUNT: &[Param] = &[p("amount"), p("description"), p("type")];
const INSTALLMENT: &[Param] = &[p("description"), p("amount"), p("billing_date")];

pub const TOOLS: &[Tool] = &[
    reads("deals_list_products_of_many", "List products of deals", "Of up to 100 deals.", "v2.getDealsProducts")
        .params(&[p("deal_ids")])
        .shows(&DEAL_PRODUCT),
    removes("deals_remove_products", "Remove products from deal", "Those with these ids, or all of them.", "v2.deleteManyDealProducts")
        .params(&[p("ids")]),
    adds("deals_add_products", "Add products to deal", "data: up to 100 of {product_id, item_price, quantity}.", "v2.addManyDealProducts")
        .params(&[p("data").is(Kind::Objects)])
        .shows(&DEAL_PRODUCT),
    reads("deals_list_discounts", "List discounts of deal", "", "v2.getAdditionalDiscounts"),
    adds("deals_add_discount", "Add discount", "type: percentage or amount.", "v2.postAdditionalDiscount").params(DISCOUNT),
    changes("deals_update_discount", "Change discount", "", "v2.updateAdditionalDiscount").params(DISCOUNT),
    removes("deals_remove_discount", "Remove discount", "", "v2.deleteAdditionalDiscount"),
    reads("deals_list_installments", "List installments of deals", "", "v2.getInstallments").params(&[p("deal_ids")]),
    adds("deals_add_installment", "Add installment", "", "v2.postInstallment").params(INSTALLMENT),
    changes("deals_update_installment", "Change installment", "", "v2.updateInstallment").params(INSTALLMENT),
    removes("deals_remove_installment", "Remove installment", "", "v2.deleteInstallment"),
    adds("deals_convert_to_lead", "Make deal a lead", "Answers the id of the conversion.", "v2.convertDealToLead"),
    reads("deals_conversion_status", "Show conversion of deal", "", "v2.getDealConversionStatus"),
    reads("deals_list_by_stage", "List deals of stage", "", "v1.getStageDeals").shows(&DEAL),
    reads("deals_list_follower_updates", "List changes of deal followers", "", "v2.getDealFollowersChangelog"),
    reads("persons_list_follower_updates", "List changes of person followers", "", "v2.getPersonFollowersChangelog"),
    reads("organizations_list_follower_updates", "List changes of organization followers", "", "v2.getOrganizationFollowersChangelog"),
    reads("products_list_follower_updates", "List changes of product followers", "", "v2.getProductFollowersChangelog"),
    reads("persons_get_picture", "Show picture of person", "", "v2.getPersonPicture"),
];

/// Search of persons and organizations by words, beside the tools of the same operations.
pub const SEARCH: &[Tool] = &[
    reads("search_persons", "Search persons by words", "As persons_search.", "v2.searchPersons")
        .params(&[p("term"), p("fields"), p("exact_match"), p("org_id").to("organization_id"), p("include_fields"), super::rows::START])
        .shows(&super::rows::PERSON),
    reads("search_organizations", "Search organizations by words", "As organizations_search.", "v2.searchOrganization")
        .params(&[p("term"), p("fields"), p("exact_match"), super::rows::START])
        .shows(&super::rows::ORGANIZATION),
];
