//! The operations on what deals sell.

use super::{DEAL_PRODUCT, DISCOUNT_ENTITY, INSTALLMENT, attach, discounts, installments, lists};
use crate::call::Call;
use crate::op::Method::{Delete, Get, Patch, Post, Put};
use crate::op::Version::{V1, V2};
use crate::op::{Answer, Method, Op, Takes, Version};
use crate::run;

const READ: &str = "products:read,products:full,deals:read,deals:full";
const FULL: &str = "products:full,deals:full";
/// The published scopes of installments and additional discounts open their writes, too.
const DEALS: &str = "deals:read,deals:full";

const fn op(version: Version, method: Method, path: &'static str, id: &'static str, run: fn(Call) -> Answer) -> Op {
    Op::new(version, method, path, id, run)
}

pub const OPS: &[Op] = &[
    op(V2, Get, "/deals/products", "getDealsProducts", run!(lists::of_many))
        .tag("DealProducts")
        .scopes(READ)
        .cost(10)
        .query(lists::OF_DEALS)
        .about("Lists the products of several deals"),
    op(V2, Get, "/deals/{id}/products", "getDealProducts", run!(lists::of_one))
        .tag("DealProducts")
        .scopes(READ)
        .cost(10)
        .query(lists::OF_DEAL)
        .about("Lists the products of a deal"),
    op(V2, Post, "/deals/{id}/products", "addDealProduct", run!(attach::add))
        .tag("DealProducts")
        .scopes(FULL)
        .cost(5)
        .takes(Takes::Record(&DEAL_PRODUCT))
        .created()
        .about("Attaches a product to a deal"),
    op(V2, Post, "/deals/{id}/products/bulk", "addManyDealProducts", run!(attach::add_many))
        .tag("DealProducts")
        .scopes(FULL)
        .cost(25)
        .takes(Takes::Keys(attach::BULK))
        .created()
        .about("Attaches several products to a deal"),
    op(V2, Delete, "/deals/{id}/products", "deleteManyDealProducts", run!(attach::remove_many))
        .tag("DealProducts")
        .scopes(FULL)
        .cost(15)
        .query(attach::REMOVE_MANY)
        .about("Removes several products from a deal"),
    op(V2, Patch, "/deals/{id}/products/{product_attachment_id}", "updateDealProduct", run!(attach::update))
        .tag("DealProducts")
        .scopes(FULL)
        .cost(5)
        .takes(Takes::Record(&DEAL_PRODUCT))
        .about("Changes the sent fields of a product of a deal"),
    op(V2, Delete, "/deals/{id}/products/{product_attachment_id}", "deleteDealProduct", run!(attach::remove))
        .tag("DealProducts")
        .scopes("deals:full,products:full")
        .cost(3)
        .about("Removes a product from a deal"),
    op(V1, Get, "/deals/{id}/products", "getDealProducts", run!(lists::of_one_v1))
        .tag("Deals")
        .scopes("products:read,products:full")
        .cost(20)
        .query(lists::OF_DEAL_V1)
        .about("Lists the products of a deal by offset, with their totals"),
    op(V1, Post, "/deals/{id}/products", "addDealProduct", run!(attach::add))
        .tag("Deals")
        .scopes("deals:full,products:full")
        .cost(10)
        .takes(Takes::Record(&DEAL_PRODUCT))
        .about("Attaches a product to a deal"),
    op(V1, Put, "/deals/{id}/products/{product_attachment_id}", "updateDealProduct", run!(attach::update))
        .tag("Deals")
        .scopes("deals:full")
        .cost(10)
        .takes(Takes::Record(&DEAL_PRODUCT))
        .about("Changes the sent fields of a product of a deal"),
    op(V1, Delete, "/deals/{id}/products/{product_attachment_id}", "deleteDealProduct", run!(attach::remove))
        .tag("Deals")
        .scopes("deals:full,products:full")
        .cost(6)
        .about("Removes a product from a deal"),
    op(V1, Get, "/persons/{id}/products", "getPersonProducts", run!(lists::of_person))
        .tag("Persons")
        .scopes("contacts:read,contacts:full")
        .cost(20)
        .query(lists::OF_PERSON)
        .about("Lists the products of the deals of a person"),
    op(V2, Get, "/deals/{id}/discounts", "getAdditionalDiscounts", run!(lists::discounts))
        .tag("Deals")
        .scopes(DEALS)
        .cost(10)
        .about("Lists the additional discounts of a deal"),
    op(V2, Post, "/deals/{id}/discounts", "postAdditionalDiscount", run!(discounts::add))
        .tag("Deals")
        .scopes(DEALS)
        .cost(5)
        .takes(Takes::Record(&DISCOUNT_ENTITY))
        .created()
        .about("Gives a deal an additional discount"),
    op(V2, Patch, "/deals/{id}/discounts/{discount_id}", "updateAdditionalDiscount", run!(discounts::update))
        .tag("Deals")
        .scopes(DEALS)
        .cost(5)
        .takes(Takes::Record(&DISCOUNT_ENTITY))
        .about("Changes the sent fields of an additional discount"),
    op(V2, Delete, "/deals/{id}/discounts/{discount_id}", "deleteAdditionalDiscount", run!(discounts::remove))
        .tag("Deals")
        .scopes(DEALS)
        .cost(3)
        .about("Takes an additional discount away"),
    op(V2, Get, "/deals/installments", "getInstallments", run!(lists::installments))
        .tag("DealInstallments")
        .scopes(DEALS)
        .cost(10)
        .query(lists::INSTALLMENTS)
        .about("Lists the installments of several deals"),
    op(V2, Post, "/deals/{id}/installments", "postInstallment", run!(installments::add))
        .tag("DealInstallments")
        .scopes(DEALS)
        .cost(5)
        .takes(Takes::Record(&INSTALLMENT))
        .about("Adds an installment to a deal"),
    op(V2, Patch, "/deals/{id}/installments/{installment_id}", "updateInstallment", run!(installments::update))
        .tag("DealInstallments")
        .scopes(DEALS)
        .cost(5)
        .takes(Takes::Record(&INSTALLMENT))
        .about("Changes the sent fields of an installment"),
    op(V2, Delete, "/deals/{id}/installments/{installment_id}", "deleteInstallment", run!(installments::remove))
        .tag("DealInstallments")
        .scopes(DEALS)
        .cost(3)
        .about("Removes an installment from a deal"),
];
