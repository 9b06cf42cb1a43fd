"""What schemathesis does here beside its own ways."""

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    """Files that are kept elsewhere are looked at only where they are said to be: no request leaves this machine."""
    kwargs["allow_redirects"] = False
