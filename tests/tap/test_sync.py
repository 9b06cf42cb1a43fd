"""tap-pipedrive reads a sample company; what it writes is counted against what the API lists."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from collections import Counter, defaultdict
from pathlib import Path

import requests

URL = os.environ["PENSTOCK_URL"]
TOKEN = os.environ["PENSTOCK_TOKEN"]
HERE = Path(__file__).parent
EVERYTHING = "2000-01-01T00:00:00Z"
BULK = 100

session = requests.Session()
session.headers["x-api-token"] = TOKEN


def call(method, path, **options):
    answer = session.request(method, URL + path, **options)
    answer.raise_for_status()
    return answer.json()


def listed_v1(path, **params):
    """All rows of a list that is paged by offset."""
    start = 0
    while True:
        page = call("GET", path, params={**params, "start": start, "limit": 500})
        yield from page["data"] or []
        pagination = (page.get("additional_data") or {}).get("pagination") or {}
        if not pagination.get("more_items_in_collection"):
            return
        start = pagination["next_start"]


def listed_v2(path, **params):
    """All rows of a list that is paged by cursor."""
    params = {**params, "limit": 500}
    while True:
        page = call("GET", path, params=params)
        yield from page["data"]
        params["cursor"] = page["additional_data"]["next_cursor"]
        if not params["cursor"]:
            return


class Tap:
    """One run of the tap after another, each from where the one before has stopped."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.write("config.json", {"api_token": TOKEN, "start_date": EVERYTHING})
        self.write("state.json", {})
        catalog = json.loads(self.run("--discover"))
        self.streams = [stream["tap_stream_id"] for stream in catalog["streams"]]
        for stream in catalog["streams"]:
            for entry in stream["metadata"]:
                if entry["breadcrumb"] == []:
                    entry["metadata"]["selected"] = True
        self.write("catalog.json", catalog)

    def write(self, name, content):
        (self.folder / name).write_text(json.dumps(content))

    def run(self, *options):
        command = [sys.executable, HERE / "launch.py", "--config", "config.json", *options]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"the tap ended with {done.returncode}\n{done.stderr[-4000:]}")
        return done.stdout

    def sync(self):
        """The records of each stream."""
        records = defaultdict(list)
        output = self.run("--catalog", "catalog.json", "--state", "state.json")
        for message in map(json.loads, output.splitlines()):
            if message["type"] == "RECORD":
                records[message["stream"]].append(message["record"])
            elif message["type"] == "STATE":
                self.write("state.json", message["value"])
        return records


def expected_ids():
    """The ids that each stream has to hold, from other lists or with other pages than those the tap reads."""
    # The tap reads deleted deals as such, but neither their products nor their flow.
    deals = [deal["id"] for deal in listed_v2("/api/v2/deals")]
    deleted = [deal["id"] for deal in listed_v2("/api/v2/deals", status="deleted")]
    ids = {
        "currency": listed_v1("/v1/currencies"),
        "activity_types": listed_v1("/v1/activityTypes"),
        "stages": listed_v1("/v1/stages"),
        "filters": listed_v1("/v1/filters"),
        "pipelines": listed_v1("/v1/pipelines"),
        "notes": listed_v1("/v1/notes"),
        "users": listed_v1("/v1/users"),
        "activities": listed_v2("/api/v2/activities"),
        "files": listed_v1("/v1/files"),
        "organizations": listed_v2("/api/v2/organizations"),
        "persons": listed_v2("/api/v2/persons"),
        "products": listed_v2("/api/v2/products"),
        "deal_fields": (field for field in listed_v1("/v1/dealFields") if "parent_id" not in field),
    }
    found = {stream: sorted(row["id"] for row in rows) for stream, rows in ids.items()}
    found["deals"] = sorted(deals + deleted)
    found["deal_products"] = sorted(attached(deals))
    found["dealflow"] = sorted(stage_changes(deals))
    return found


def attached(deals):
    for first in range(0, len(deals), BULK):
        ids = ",".join(map(str, deals[first:first + BULK]))
        yield from (row["id"] for row in listed_v2("/api/v2/deals/products", deal_ids=ids))


def stage_changes(deals):
    for deal in deals:
        for row in listed_v1(f"/v1/deals/{deal}/flow", items="change"):
            if row["object"] == "dealChange" and row["data"]["field_key"] in ("add_time", "stage_id"):
                yield row["data"]["id"]


class Sync(unittest.TestCase):
    maxDiff = 2000

    def test_every_stream_holds_what_the_api_lists(self):
        conditions = {"glue": "and", "conditions": [{"glue": "and", "conditions": []}, {"glue": "or", "conditions": []}]}
        call("POST", "/v1/filters", json={"name": "All deals", "type": "deals", "conditions": conditions})
        with tempfile.TemporaryDirectory() as folder:
            tap = Tap(folder)
            records = tap.sync()
            expected = expected_ids()
            self.assertEqual(sorted(tap.streams), sorted(expected))
            print(dict(Counter({stream: len(rows) for stream, rows in records.items()})), flush=True)
            for stream, ids in expected.items():
                with self.subTest(stream=stream):
                    self.assertTrue(ids, "a stream without a record proves nothing")
                    self.assertEqual(sorted(row["id"] for row in records[stream]), ids)
            self.check_changes(tap, records)

    def check_changes(self, tap, records):
        """The next run brings what has changed since, and nothing that has not."""
        person = records["persons"][0]
        added = call("POST", "/api/v2/persons", json={"name": "Ada Tapper"})["data"]["id"]
        call("PATCH", f"/api/v2/persons/{person['id']}", json={"name": "Someone Else"})
        names = {row["id"]: row["name"] for row in tap.sync()["persons"]}
        self.assertEqual(names[added], "Ada Tapper")
        self.assertEqual(names[person["id"]], "Someone Else")
        # The newest of the first run has the very time from which the second one reads.
        self.assertLessEqual(len(names), 3)


if __name__ == "__main__":
    unittest.main()
