"""The tap as it is, but for the address that it has in its code: PENSTOCK_URL takes the place of it."""

import os

from tap_pipedrive import cli, tap

tap.BASE_URL = os.environ["PENSTOCK_URL"]
cli.main()
