"""Who may open a session: pages of the host that was asked, and those the configuration names."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit import config

from ui import origins

OWN, OTHER = "https://course.example.edu", "https://example.org"
HOST = "course.example.edu"


@pytest.fixture
def option():
    """Sets an option of Streamlit's for the length of a test."""
    before = {}

    def set_option(name, value):
        before.setdefault(name, config.get_option(name))
        config._set_option(name, value, "test")

    yield set_option
    for name, value in before.items():
        config._set_option(name, value, "test")


def through(kind: str, *headers: tuple[bytes, bytes]) -> tuple[list, list]:
    """What reaches the app, and what is sent back without it."""
    reached, sent = [], []

    async def app(scope, receive, send):
        reached.append(scope)

    async def receive():
        return {"type": f"{kind}.connect"}

    async def send(message):
        sent.append(message)

    asyncio.run(origins.OwnOriginOnly(app)({"type": kind, "headers": list(headers)}, receive, send))
    return reached, sent


@pytest.mark.parametrize(
    ("origin", "host", "foreign"),
    [
        (OWN, HOST, False),
        ("https://COURSE.example.edu", HOST, False),
        ("http://localhost:8501", "localhost:8501", False),
        ("http://[::1]:8501", "[::1]:8501", False),
        (OTHER, HOST, True),
        (f"{OWN}.example.org", HOST, True),
        (f"{OWN}:444", HOST, True),
        ("null", HOST, True),
        ("", HOST, True),
        ("http://[", HOST, True),
        (OTHER, "", True),
        ("", "", True),
    ],
)
def test_the_host_that_was_asked_is_known(origin, host, foreign):
    assert origins.is_foreign(origin, host) == foreign


def test_the_configuration_may_trust_others(option):
    option("server.corsAllowedOrigins", ["https://proxy.example.org"])
    option("browser.serverAddress", "public.example.org")
    assert not origins.is_foreign("https://proxy.example.org", HOST)
    assert not origins.is_foreign("https://public.example.org:8443", HOST)
    assert origins.is_foreign(OTHER, HOST)
    option("server.enableCORS", False)
    assert not origins.is_foreign(OTHER, HOST)


def test_a_websocket_of_another_site_is_refused_and_a_request_loses_its_origin():
    own, other, host = (b"origin", OWN.encode()), (b"origin", OTHER.encode()), (b"host", HOST.encode())
    assert through("websocket", other, host) == ([], [{"type": "websocket.close", "code": 1008}])
    assert through("http", other, host) == ([{"type": "http", "headers": [host]}], [])
    for kind in ("websocket", "http"):
        for headers in ((own, host), (host,), ()):
            assert through(kind, *headers) == ([{"type": kind, "headers": list(headers)}], [])
    assert through("lifespan")[0] == [{"type": "lifespan", "headers": []}]


@settings(max_examples=1000)
@given(st.binary(max_size=30) | st.from_regex(rb"https?://[a-z.:\[\]@/0-9]{0,20}", fullmatch=True))
def test_any_origin_is_weighed_without_a_fault(origin):
    reached, sent = through("websocket", (b"origin", origin), (b"host", HOST.encode()))
    assert len(reached) + len(sent) == 1
