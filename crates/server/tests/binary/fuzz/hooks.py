"""What schemathesis cannot know of this API."""

import json

import schemathesis

# The address that a header of HTTP may have; a longer one is answered by the server's HTTP library (414).
LONGEST_ADDRESS = 60_000


@schemathesis.hook
def map_body(context, body):
    """Webhooks are pointed at a closed port of this machine, never at a stranger's."""
    if isinstance(body, dict) and "://" in str(body.get("url")):
        body["url"] = "http://127.0.0.1:9/"
    return body


@schemathesis.hook
def map_headers(context, headers):
    """Values that were taken from an earlier answer may be numbers."""
    return headers and {name: value if isinstance(value, str) else str(value) for name, value in headers.items()}


@schemathesis.hook
def filter_query(context, query):
    return len(str(query)) < LONGEST_ADDRESS / 12


@schemathesis.serializer("application/x-ndjson")
def lines(context, value):
    """The body of a stream is generated as one event: one line."""
    return (json.dumps(value) + "\n").encode()
