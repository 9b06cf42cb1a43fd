"""The legacy library, pointed at the server under test. PENSTOCK_URL and PENSTOCK_TOKEN name it."""

import os
import time
import uuid

from pipedrive.client import Client
from pipedrive.exceptions import TooManyRequestsError

URL = os.environ["PENSTOCK_URL"]
TOKEN = os.environ["PENSTOCK_TOKEN"]
PATIENCE = 40

_TAG = uuid.uuid4().hex[:6]


class PatientClient(Client):
    """Waits when the burst limit is reached; the library itself gives up at once."""

    def _request(self, method, url, **kwargs):
        for _ in range(PATIENCE):
            try:
                return super()._request(method, url, **kwargs)
            except TooManyRequestsError:
                time.sleep(0.25)
        return super()._request(method, url, **kwargs)

    def send(self, method, path, **kwargs):
        """Calls an operation that the library has no method for, or a broken one."""
        return self._request(method, self.BASE_URL + path, **kwargs)


def connect(token=TOKEN):
    """A client of its own `domain` sends everything to {domain}/v1/, with the token in the query."""
    client = PatientClient(domain=URL)
    client.set_api_token(token)
    return client


def named(text):
    """A name that no other run uses."""
    return f"{text} {_TAG}"


def add_pipeline(client, name, stage_names):
    """Makes a pipeline; gives its id and the ids of its stages. The library's own create_stage fails before it sends."""
    pipeline = client.send("post", "pipelines", json={"name": named(name)})["data"]["id"]
    stages = [
        client.send("post", "stages", json={"name": stage, "pipeline_id": pipeline})["data"]["id"]
        for stage in stage_names
    ]
    return pipeline, stages


def add_colleague(client, name):
    body = {"email": f"{name}-{_TAG}@example.com", "access": [{"app": "sales"}], "active_flag": True}
    return client.send("post", "users", json=body)["data"]
