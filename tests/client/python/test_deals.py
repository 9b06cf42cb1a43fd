"""Deals through version 1, as programs of the last decade use it."""

import unittest

from pipedrive.exceptions import BadRequestError, NotFoundError

from server import add_colleague, add_pipeline, connect, named

V1_TIME = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"


class Deals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.client = connect()
        cls.me = cls.client.users.get_me()["data"]
        cls.colleague = add_colleague(cls.client, "py-follower")
        cls.pipeline, cls.stages = add_pipeline(cls.client, "Python deals", ["First", "Second"])
        cls.other_pipeline, cls.other_stages = add_pipeline(cls.client, "Other Python deals", ["Only"])
        cls.organization = cls.client.organizations.create_organization({"name": named("Buyer")})["data"]["id"]
        cls.person = cls.client.persons.create_person({"name": named("Buyer"), "org_id": cls.organization})["data"]["id"]

    def add(self, title, **more):
        return self.client.deals.create_deal({"title": named(title), "stage_id": self.stages[0], **more})["data"]

    def get(self, deal_id):
        return self.client.deals.get_deal(deal_id)["data"]

    def update(self, deal_id, **changes):
        return self.client.deals.update_deal(deal_id, changes)["data"]

    def ids(self, params):
        return [row["id"] for row in self.client.deals.get_all_deals(params)["data"] or []]

    def test_references_are_objects_and_flags_follow_the_status(self):
        made = self.add("Complete", person_id=self.person, org_id=self.organization, value="1234.5", visible_to="3")
        body = self.client.deals.get_deal_details(made["id"])
        row = body["data"]
        references = [row[key]["value"] for key in ("user_id", "creator_user_id", "person_id", "org_id")]
        self.assertEqual(references, [self.me["id"], self.me["id"], self.person, self.organization])
        self.assertEqual([row["value"], row["visible_to"], row["status"]], [1234.5, "3", "open"])
        self.assertEqual([row["active"], row["deleted"], row["pipeline_id"]], [True, False, self.pipeline])
        self.assertRegex(row["add_time"], V1_TIME)
        self.assertIn("age", row)
        self.assertIn(str(self.person), body["related_objects"]["person"])
        self.assertIn(str(self.organization), body["related_objects"]["organization"])

    def test_a_title_is_needed_and_an_id_refused(self):
        with self.assertRaises(BadRequestError):
            self.client.deals.create_deal({"value": 1})
        with self.assertRaises(BadRequestError):
            self.client.deals.create_deal({"id": 1, "title": named("Numbered")})

    def test_an_unknown_deal_is_not_found(self):
        with self.assertRaises(NotFoundError) as caught:
            self.client.deals.get_deal(999999999)
        body = caught.exception.response.json()
        self.assertEqual([body["success"], body["error"], body["data"]], [False, "Deal not found", None])

    def test_a_stage_or_a_pipeline_moves_a_deal(self):
        deal = self.add("Moving")["id"]
        moved = self.update(deal, stage_id=self.stages[1])
        self.assertEqual([moved["stage_id"], moved["pipeline_id"]], [self.stages[1], self.pipeline])
        away = self.update(deal, pipeline_id=self.other_pipeline)
        self.assertEqual([away["stage_id"], away["pipeline_id"]], [self.other_stages[0], self.other_pipeline])

    def test_a_deal_is_won_lost_and_reopened(self):
        deal = self.add("Closing")["id"]
        won = self.update(deal, status="won")
        self.assertEqual([won["status"], won["active"], won["stage_id"]], ["won", False, self.stages[0]])
        self.assertRegex(won["won_time"], V1_TIME)
        lost = self.update(deal, status="lost", lost_reason="Too wet")
        self.assertEqual(lost["lost_reason"], "Too wet")
        self.assertRegex(lost["lost_time"], V1_TIME)
        self.assertIn(deal, self.ids({"status": "lost", "sort": "id DESC", "limit": 100}))
        opened = self.update(deal, status="open")
        times = [opened[key] for key in ("won_time", "lost_time", "close_time")]
        self.assertEqual([opened["status"], *times], ["open", None, None, None])

    def test_a_deleted_deal_is_listed_only_on_request(self):
        deal = self.add("Going")["id"]
        self.assertEqual(self.client.deals.delete_deal(deal)["data"], {"id": deal})
        newest = {"sort": "id DESC", "limit": 100}
        self.assertNotIn(deal, self.ids(newest))
        self.assertIn(deal, self.ids({"status": "deleted", **newest}))

    def test_a_deal_is_copied(self):
        model = self.add("Model", person_id=self.person, org_id=self.organization, value=99)
        copy = self.client.deals.duplicate_deal(model["id"])["data"]
        self.assertNotEqual(copy["id"], model["id"])
        self.assertEqual(copy["title"], f"{named('Model')} (copy)")
        flat = [copy[key] for key in ("person_id", "org_id", "stage_id", "value", "status")]
        self.assertEqual(flat, [self.person, self.organization, self.stages[0], 99, "open"])

    def test_a_deal_is_merged(self):
        leaving = self.add("Leaving", person_id=self.person, value=10)["id"]
        staying = self.add("Staying", value=20)["id"]
        self.client.send("put", f"deals/{leaving}/merge", json={"merge_with_id": staying})
        row = self.get(staying)
        self.assertEqual([row["title"], row["value"], row["person_id"]["value"]], [named("Staying"), 20, self.person])
        self.assertNotIn(leaving, self.ids({"sort": "id DESC", "limit": 100}))

    def test_followers_are_rows(self):
        deal = self.add("Followed")["id"]
        row = self.client.deals.add_follower_to_deal(deal, self.colleague["id"])["data"]
        self.assertEqual([row["user_id"], row["deal_id"]], [self.colleague["id"], deal])
        listed = self.client.deals.get_deal_followers(deal)["data"]
        self.assertIn(row["id"], [each["id"] for each in listed])
        self.assertEqual(self.client.deals.delete_follower_to_deal(deal, row["id"])["data"], {"id": row["id"]})
        left = self.client.deals.get_deal_followers(deal)["data"] or []
        self.assertNotIn(row["id"], [each["id"] for each in left])

    def test_participants_join_the_person_of_the_deal(self):
        deal = self.add("Shared", person_id=self.person)["id"]
        guest = self.client.persons.create_person({"name": named("Guest")})["data"]["id"]
        row = self.client.deals.add_participants_to_deal(deal, guest)["data"]

        def people():
            return {each["person_id"]["value"] for each in self.client.deals.get_deal_participants(deal)["data"] or []}

        self.assertEqual(people(), {self.person, guest})
        self.client.deals.delete_participant_to_deal(deal, row["id"])
        self.assertEqual(people(), {self.person})

    def test_custom_fields_are_flat_keys(self):
        money = self.client.send("post", "dealFields", json={"name": named("budget"), "field_type": "monetary"})["data"]
        span = self.client.send("post", "dealFields", json={"name": named("season"), "field_type": "daterange"})["data"]
        listed = [field["key"] for field in self.client.deals.get_deal_fields({"limit": 500})["data"]]
        self.assertTrue({money["key"], span["key"]} <= set(listed))
        sent = {
            money["key"]: 500,
            f"{money['key']}_currency": "USD",
            span["key"]: "2026-05-04",
            f"{span['key']}_until": "2026-06-01",
        }
        row = self.get(self.add("With values", **sent)["id"])
        self.assertEqual({key: row[key] for key in sent}, sent)
        cleared = self.update(row["id"], **{money["key"]: None, span["key"]: ""})
        self.assertEqual([cleared[money["key"]], cleared[span["key"]]], [None, None])

    def test_all_deals_come_by_start_and_limit(self):
        pipeline, stages = add_pipeline(self.client, "Pages", ["Only"])
        made = [self.add(f"Page {number}", stage_id=stages[0])["id"] for number in range(25)]
        seen, starts, start = [], [], 0
        while start is not None and len(starts) < 10:
            starts.append(start)
            params = {"stage_id": stages[0], "start": start, "limit": 10, "sort": "id ASC"}
            body = self.client.deals.get_all_deals(params)
            pagination = body["additional_data"]["pagination"]
            self.assertEqual(pagination["more_items_in_collection"], "next_start" in pagination)
            seen += [row["id"] for row in body["data"]]
            start = pagination.get("next_start")
        self.assertEqual([starts, seen], [[0, 10, 20], made])
        of_pipeline = self.client.pipelines.get_pipeline_deals(pipeline, params={"everyone": 1, "limit": 500})["data"]
        self.assertEqual(sorted(row["id"] for row in of_pipeline), made)

    def test_a_selector_leaves_only_the_named_keys(self):
        self.add("Selected")
        for row in self.client.send("get", "deals:(id,title)", params={"limit": 3})["data"]:
            self.assertEqual(set(row), {"id", "title"})


if __name__ == "__main__":
    unittest.main()
