"""Persons and organizations through version 1."""

import unittest

from pipedrive.exceptions import BadRequestError, NotFoundError

from server import connect, named


class Persons(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.client = connect()
        cls.me = cls.client.users.get_me()["data"]
        cls.organization = cls.client.organizations.create_organization({"name": named("Employer")})["data"]["id"]

    def add(self, name, **more):
        return self.client.persons.create_person({"name": named(name), **more})["data"]

    def get(self, person_id):
        return self.client.persons.get_person(person_id)["data"]

    def test_a_person_has_objects_for_references_and_lists_for_addresses(self):
        sent = {"org_id": self.organization, "email": ["a@example.com", "b@example.com"], "phone": "+44 113 496 0001"}
        row = self.get(self.add("Ada", **sent)["id"])
        self.assertEqual([row["owner_id"]["value"], row["org_id"]["value"]], [self.me["id"], self.organization])
        self.assertEqual([(mail["value"], mail["primary"]) for mail in row["email"]], [("a@example.com", True), ("b@example.com", False)])
        self.assertEqual([phone["value"] for phone in row["phone"]], ["+44 113 496 0001"])
        self.assertEqual([row["first_char"], row["active_flag"], row["name"]], ["a", True, named("Ada")])

    def test_a_person_without_phone_shows_one_empty_entry(self):
        phone = self.get(self.add("Silent")["id"])["phone"]
        self.assertEqual([(entry["value"], entry["primary"]) for entry in phone], [("", True)])

    def test_a_person_is_changed_and_deleted(self):
        person = self.add("Before", email="before@example.com")["id"]
        changed = self.client.persons.update_person(person, {"name": named("After"), "email": "after@example.com"})["data"]
        self.assertEqual([changed["name"], changed["email"][0]["value"]], [named("After"), "after@example.com"])
        self.assertEqual(self.client.persons.delete_person(person)["data"], {"id": person})
        newest = self.client.persons.get_all_persons({"sort": "id DESC", "limit": 100})["data"] or []
        self.assertNotIn(person, [row["id"] for row in newest])

    def test_persons_are_listed_by_first_letter(self):
        person = self.add("Quentin")["id"]
        rows = self.client.persons.get_all_persons({"first_char": "q", "limit": 500})["data"]
        self.assertIn(person, [row["id"] for row in rows])
        self.assertEqual({row["first_char"] for row in rows}, {"q"})

    def test_the_deals_of_a_person_are_listed(self):
        person = self.add("Customer")["id"]
        self.assertIsNone(self.client.persons.get_person_deals(person)["data"])
        deal = self.client.deals.create_deal({"title": named("Order"), "person_id": person})["data"]["id"]
        self.assertEqual([row["id"] for row in self.client.persons.get_person_deals(person)["data"]], [deal])

    def test_fields_are_listed(self):
        keys = {field["key"] for field in self.client.persons.get_person_fields({"limit": 500})["data"]}
        self.assertTrue({"name", "email", "phone", "org_id", "owner_id"} <= keys, keys)

    def test_refusals(self):
        with self.assertRaises(BadRequestError):
            self.client.persons.create_person({"email": "nameless@example.com"})
        with self.assertRaises(NotFoundError):
            self.client.persons.get_person(999999999)


class Organizations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.client = connect()
        cls.me = cls.client.users.get_me()["data"]

    def add(self, name, **more):
        return self.client.organizations.create_organization({"name": named(name), **more})["data"]

    def get(self, organization_id):
        return self.client.organizations.get_organization(organization_id)["data"]

    def test_an_organization_has_an_owner_and_an_address(self):
        row = self.get(self.add("Mill", address="Water Lane 7, Leeds", visible_to=3)["id"])
        self.assertEqual([row["owner_id"]["value"], row["visible_to"]], [self.me["id"], "3"])
        self.assertEqual([row["address"], row["active_flag"]], ["Water Lane 7, Leeds", True])
        self.assertIn("address_locality", row)

    def test_an_organization_is_changed_and_deleted(self):
        organization = self.add("Before")["id"]
        changed = self.client.organizations.update_organization(organization, {"name": named("After")})["data"]
        self.assertEqual(changed["name"], named("After"))
        self.assertEqual(self.client.organizations.delete_organization(organization)["data"], {"id": organization})
        newest = self.client.organizations.get_all_organizations({"sort": "id DESC", "limit": 100})["data"] or []
        self.assertNotIn(organization, [row["id"] for row in newest])

    def test_its_persons_are_listed(self):
        organization = self.add("Staffed")["id"]
        self.assertIsNone(self.client.organizations.get_organization_persons(organization)["data"])
        made = {
            self.client.persons.create_person({"name": named(name), "org_id": organization})["data"]["id"]
            for name in ("One", "Two")
        }
        rows = self.client.organizations.get_organization_persons(organization)["data"]
        self.assertEqual({row["id"] for row in rows}, made)
        self.assertEqual(self.get(organization)["people_count"], 2)

    def test_merging_keeps_the_named_one(self):
        leaving, staying = self.add("Leaving")["id"], self.add("Staying")["id"]
        member = self.client.persons.create_person({"name": named("Member"), "org_id": leaving})["data"]["id"]
        body = self.client.send("put", f"organizations/{leaving}/merge", json={"merge_with_id": staying})
        self.assertEqual(body["data"], {"id": staying})
        self.assertEqual(self.client.persons.get_person(member)["data"]["org_id"]["value"], staying)

    def test_fields_are_listed(self):
        keys = {field["key"] for field in self.client.organizations.get_organization_fields({"limit": 500})["data"]}
        self.assertTrue({"name", "address", "owner_id"} <= keys, keys)


if __name__ == "__main__":
    unittest.main()
