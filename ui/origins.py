"""What a page of another site asks for is turned away before Streamlit weighs it.

Streamlit compares an Origin it does not know with this machine's outside address, which it asks a host elsewhere for:
two requests of up to a second each, while all students wait, and again at every try for as long as none is answered.
"""

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config

_REFUSED = 1008  # WebSocket: policy violation


class OwnOriginOnly:
    """ASGI middleware: WebSockets of another origin are refused, requests are answered as if none had been named."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        named = dict(scope.get("headers", ()))
        if b"origin" in named and is_foreign(
            named[b"origin"].decode("latin-1"), named.get(b"host", b"").decode("latin-1")
        ):
            if scope["type"] == "websocket":
                await receive()
                await send({"type": "websocket.close", "code": _REFUSED})
                return
            scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"origin"]}
        await self._app(scope, receive, send)


def is_foreign(origin: str, host: str) -> bool:
    """Whether an Origin is neither the Host that was asked nor trusted by the configuration.

    Trusted are `browser.serverAddress` and `server.corsAllowedOrigins`, and all where `server.enableCORS` is off.
    """
    if not config.get_option("server.enableCORS"):
        return False
    named = _parts(origin)
    if named == ("", ""):
        return True
    trusted = [
        config.get_option("browser.serverAddress") or "",
        *(config.get_option("server.corsAllowedOrigins") or ()),
    ]
    return named[0] != host.lower() and named[1] not in {_parts(each)[1] for each in trusted} - {""}


def _parts(url: str) -> tuple[str, str]:
    """Host with port, and host alone, in small letters; empty for what is no address."""
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        return parts.netloc.lower(), parts.hostname or ""
    except ValueError:
        return "", ""
