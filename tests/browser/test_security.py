"""What the server answers to those who mean harm, and what a browser refuses on its word."""

import re
import urllib.error
import urllib.request
import uuid
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.browser import running
from ui import headers

pytestmark = pytest.mark.browser
LISTEN = "document.addEventListener('securitypolicyviolation', e => (window.refused ??= []).push(e.blockedURI))"


def ask(address: str, method: str = "GET", data: bytes | None = None, **sent: str):
    """Status, headers and body of an answer; 0 where the connection was dropped."""
    named = {name.replace("_", "-"): value for name, value in sent.items()}
    request = urllib.request.Request(address, data, named, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()
    except OSError:  # the server hung up before it had read all
        return 0, {}, b""


@pytest.mark.parametrize(
    "path", ["", "draw", "_stcore/health", "app/static/nothing", "static/js/nothing.js", "favicon.png"]
)
def test_every_answer_has_the_headers_once(app, path):
    _, found, _ = ask(f"{app}/{path}")
    assert {name: found.get_all(name) for name in headers.headers()} == {
        name: [value] for name, value in headers.headers().items()
    }


def test_the_policy_names_no_host_and_runs_no_text():
    directives = dict(part.split(" ", 1) for part in headers.policy().split("; "))
    assert "'unsafe-inline'" not in directives["script-src"]
    assert "'unsafe-eval'" not in directives["script-src"]
    sources = " ".join(directives.values())
    assert set(re.sub(r"'[^']*'", "", sources).split()) == {"data:", "blob:"}


def test_drawing_films_and_downloads_work_under_the_policy(page, app):
    page.add_init_script(LISTEN)
    page.goto(f"{app}/tour")
    running.settle(page)
    page.get_by_role("button", name=re.compile("^Play")).first.click()
    page.wait_for_timeout(500)
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("PNG|Download|strip", re.IGNORECASE)).first.click()
    assert download.value.path().stat().st_size > 0
    page.goto(f"{app}/draw")
    running.settle(page)
    pad = page.locator("canvas").first.bounding_box()
    page.mouse.move(pad["x"] + pad["width"] / 2, pad["y"] + pad["height"] / 4)
    page.mouse.down()
    page.mouse.move(pad["x"] + pad["width"] / 2, pad["y"] + 3 * pad["height"] / 4, steps=8)
    page.mouse.up()
    page.get_by_text("Your digit").first.wait_for()
    running.settle(page)
    assert page.evaluate("() => window.refused ?? []") == []


def test_a_script_that_found_its_way_into_a_page_does_not_run(page, app):
    page.add_init_script(LISTEN)
    page.goto(app)
    running.settle(page)
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
            const picture = document.createElement("div");
            picture.innerHTML = "<img src=nowhere onerror='window.ran = true'>";
            document.body.append(picture);
            const tracker = new Image();
            tracker.src = "https://example.org/tracker.png";
        }"""
    )
    page.wait_for_function("() => (window.refused ?? []).length >= 3")
    assert page.evaluate("() => window.ran") is None
    assert "https://example.org/tracker.png" in page.evaluate("() => window.refused")


def test_text_of_an_address_is_shown_as_text(page, app):
    raw = "<img src=x onerror=window.ran=true>` ![a](https://example.org/a.png)"
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{app}/digit?digit_number={urllib.request.quote(raw)}&model={urllib.request.quote(raw)}")
    running.settle(page)
    words = page.locator("[data-testid=stAlert] code").all_inner_texts()
    assert len([word for word in words if "onerror" in word]) == 2
    assert page.evaluate("() => window.ran") is None
    assert {urlsplit(url).netloc for url in asked} - {""} == {urlsplit(app).netloc}


def stream(app: str) -> str:
    return app.replace("http:", "ws:") + "/_stcore/stream"


def test_a_page_of_another_site_cannot_open_a_session(app):
    with connect(stream(app), origin=app, subprotocols=["streamlit"]):
        pass
    for origin in ("https://example.org", "null", "http://127.0.0.1.example.org", "http://[", ""):
        with pytest.raises(InvalidStatus):
            connect(stream(app), origin=origin, subprotocols=["streamlit"])


def test_nothing_is_uploaded_without_a_session_and_its_token(app):
    boundary = "x"
    body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\n0\r\n--x--\r\n'
    path = f"{app}/_stcore/upload_file/{uuid.uuid4()}/{uuid.uuid4()}"
    kind = f"multipart/form-data; boundary={boundary}"
    assert ask(path, "PUT", body, Content_Type=kind)[0] == 403
    forged = {"Cookie": "_streamlit_xsrf=a", "X_Xsrftoken": "b"}
    assert ask(path, "PUT", body, Content_Type=kind, **forged)[0] == 403
    _, found, _ = ask(f"{app}/_stcore/health")
    token = re.search(r"_streamlit_xsrf=([^;]+)", found["set-cookie"])[1]
    told = {"Cookie": f"_streamlit_xsrf={token}", "X_Xsrftoken": token}
    assert ask(path, "PUT", body, Content_Type=kind, **told)[0] == 400  # no such session
    huge = b"--x\r\n" + b"0" * (11 * 1024**2)
    assert ask(path, "PUT", huge, Content_Type=kind, **told)[0] in (0, 400, 413)


@pytest.mark.parametrize(
    "root", ["static", "app/static", "app/static/weights", "_stcore", "media", "component", "_stcore/upload_file"]
)
@pytest.mark.parametrize("way", ["../", "..%2f", "%2e%2e/", "%252e%252e%252f", "..\\", "..%5c", "//", "%00/../"])
def test_no_path_leads_out_of_what_is_served(app, root, way):
    import http.client

    host = app.removeprefix("http://")
    for name in ("etc/passwd", "streamlit_app.py", ".streamlit/config.toml", "pretrained/manifest.json"):
        line = http.client.HTTPConnection(host, timeout=30)
        line.putrequest("GET", f"/{root}/{way * 8}{name}", skip_accept_encoding=True)  # as it stands, not made regular
        line.endheaders()
        body = line.getresponse().read()
        line.close()
        for secret in (b"root:", b"front_door", b"showErrorDetails", b'"sha256"'):
            assert secret not in body
