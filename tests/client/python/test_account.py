"""Users, pipelines and stages through version 1, and what a wrong token gets."""

import unittest

from pipedrive.exceptions import NotFoundError, UnauthorizedError

from server import add_colleague, add_pipeline, connect, named


class Account(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.client = connect()

    def test_the_caller_is_among_the_users(self):
        me = self.client.users.get_me()["data"]
        self.assertTrue(me["is_you"])
        self.assertIn(me["id"], [user["id"] for user in self.client.users.get_all_users()["data"]])
        self.assertEqual(self.client.users.get_user(me["id"])["data"]["email"], me["email"])

    def test_a_user_is_found_by_address(self):
        made = add_colleague(self.client, "py-newcomer")
        found = self.client.send("get", "users/find", params={"term": made["email"], "search_by_email": 1})["data"]
        self.assertEqual([user["id"] for user in found], [made["id"]])

    def test_pipelines_are_read_changed_and_deleted(self):
        pipeline, _ = add_pipeline(self.client, "Python", ["Only"])
        row = self.client.pipelines.get_pipeline(pipeline)["data"]
        self.assertEqual([row["name"], row["active"]], [named("Python"), True])
        self.assertIn(pipeline, [each["id"] for each in self.client.pipelines.get_all_pipelines()["data"]])
        renamed = self.client.send("put", f"pipelines/{pipeline}", json={"name": named("Snake")})["data"]
        self.assertEqual(renamed["name"], named("Snake"))
        self.assertEqual(self.client.send("delete", f"pipelines/{pipeline}")["data"], {"id": pipeline})
        self.assertNotIn(pipeline, [each["id"] for each in self.client.pipelines.get_all_pipelines()["data"]])

    def test_stages_know_their_pipeline(self):
        pipeline, stages = add_pipeline(self.client, "Staged", ["First", "Second", "Third"])
        rows = self.client.stages.get_all_stages({"pipeline_id": pipeline})["data"]
        self.assertEqual([row["id"] for row in sorted(rows, key=lambda row: row["order_nr"])], stages)
        self.assertEqual({row["pipeline_name"] for row in rows}, {named("Staged")})
        changes = {"name": "Second, slower", "rotten_flag": True, "rotten_days": 12}
        self.client.send("put", f"stages/{stages[1]}", json=changes)
        row = self.client.stages.get_stage(stages[1])["data"]
        self.assertEqual([row["name"], bool(row["rotten_flag"]), row["rotten_days"]], ["Second, slower", True, 12])
        self.client.stages.delete_stage(stages[2])
        left = self.client.stages.get_all_stages({"pipeline_id": pipeline})["data"]
        self.assertEqual({each["id"] for each in left}, set(stages[:2]))

    def test_the_deals_of_a_stage_are_listed(self):
        _, stages = add_pipeline(self.client, "Stage deals", ["Only"])
        self.assertIsNone(self.client.stages.get_stage_deals(stages[0])["data"])
        deal = self.client.deals.create_deal({"title": named("Staged"), "stage_id": stages[0]})["data"]["id"]
        self.assertEqual([row["id"] for row in self.client.stages.get_stage_deals(stages[0])["data"]], [deal])

    def test_a_wrong_token_is_unauthorized(self):
        with self.assertRaises(UnauthorizedError) as caught:
            connect(token="f" * 40).users.get_me()
        self.assertEqual(caught.exception.response.json()["errorCode"], 401)

    def test_an_unknown_user_is_not_found(self):
        with self.assertRaises(NotFoundError):
            self.client.users.get_user(999999999)


if __name__ == "__main__":
    unittest.main()
