"""Two servers behind real nginx, as `deploy/` ships it: sessions stay whole, and a server may die."""

import asyncio
import gzip
import http.client
import io
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

from benchmarks.student import Student
from tests.browser import replicas, running
from ui import headers
from vae_core import export, zoo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("replicas")]
HEADERS = headers.headers()
FORM_TYPE = "multipart/form-data; boundary=edge"
FORM = b'--edge\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\nx\r\n--edge--\r\n'


@pytest.fixture(scope="module")
def servers():
    replicas.require_nginx()
    with ExitStack() as stack:
        yield [stack.enter_context(running.running_server()) for _ in range(2)]


@pytest.fixture
def door(servers, tmp_path):
    with replicas.behind_nginx(tmp_path / "nginx", [server.address for server in servers]) as address:
        yield address


@pytest.fixture(scope="module")
def weights():
    """A file that browsers decode with, as the app writes it at need and the image when it is built."""
    run = next(run for run in zoo.list_runs() if run.architecture in export.ARCHITECTURES)
    export.export(run)
    return export.FOLDER / export.file_name(run.run_id, "decoder", export.digest(run.run_id))


def ask(address: str, path: str, method: str = "GET", body: bytes | None = None, **headers: str):
    """Status, headers and body, as they come over the wire."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    found = answer.status, answer.headers, answer.read()
    connection.close()
    return found


def sessions(server: running.Server) -> int:
    """Students connected to a server."""
    _, _, text = ask(server.address, "/_stcore/metrics")
    return int(re.search(rb"^active_sessions (\d+)", text, re.MULTILINE)[1])


def digit_png() -> bytes:
    digits = zoo.digits()
    paper = np.pad(255 - digits.images[int(np.flatnonzero(digits.labels == 7)[3])], 6, constant_values=255)
    file = io.BytesIO()
    Image.fromarray(paper).resize((200, 200)).save(file, "PNG")
    return file.getvalue()


def test_every_student_stays_with_one_of_both_replicas(servers, door):
    def cookie() -> str:
        return ask(door, "/")[1]["Set-Cookie"].split(";")[0]

    async def visit(student: Student, number: int, held: str) -> int:
        """Open a page, move something, and upload: only the replica with the session takes what is for it."""
        await student.open("digit")
        await student.move()
        sent = {"Cookie": f"{held}; {xsrf}", "X_Xsrftoken": xsrf.split("=", 1)[1], "Content_Type": FORM_TYPE}
        path = f"/_stcore/upload_file/{student.session}/file-{number}"
        return (await asyncio.to_thread(ask, door, path, "PUT", FORM, **sent))[0]

    async def all_visit() -> tuple[list[int], list[int]]:
        students = [Student(door, number, cookie=held) for number, held in enumerate(cookies)]
        statuses = [await visit(student, number, cookies[number]) for number, student in enumerate(students)]
        counts = [await asyncio.to_thread(sessions, server) for server in servers]
        for student in students:
            await student.close()
        return statuses, counts

    given = ask(door, "/_stcore/health")[1].get_all("Set-Cookie")
    xsrf = next(value for value in given if value.startswith("_streamlit_xsrf")).split(";")[0]
    cookies = [cookie() for _ in range(16)]
    assert len(set(cookies)) == len(cookies)
    with ThreadPoolExecutor() as aside:  # this thread has Playwright's own loop if another test opened a browser
        statuses, counts = aside.submit(asyncio.run, all_visit()).result()
    assert set(statuses) == {204}
    assert sum(counts) == len(cookies)
    assert min(counts) > 1


def test_pictures_uploads_and_downloads_work(door, page):
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(f"{door}/digit?digit_source=my+picture")
    running.settle(page)
    page.get_by_role("tab", name="Upload a picture").first.click()
    page.locator("input[type=file]").first.set_input_files(
        {"name": "seven.png", "mimeType": "image/png", "buffer": digit_png()}
    )
    page.get_by_text("Brought into MNIST's form").wait_for()
    running.settle(page)
    page.goto(f"{door}/sliders")
    running.settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Traversal").click()
    with Image.open(download.value.path()) as walks:
        assert walks.size[0] > 28
    for picture in page.locator("[data-testid=stImage] img").all():
        assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    assert not [text for text in said if "Content Security Policy" in text]


def test_a_student_of_a_replica_that_dies_goes_on_with_the_other(page, tmp_path):
    replicas.require_nginx()
    with ExitStack() as stack:
        pair = [stack.enter_context(running.running_server()) for _ in range(2)]
        door = stack.enter_context(replicas.behind_nginx(tmp_path / "nginx", [server.address for server in pair]))
        page.goto(f"{door}/digit?model=mlp-d8-b0.3&digit_class=7")
        running.settle(page)
        chosen = page.get_by_role("radiogroup", name="Class", exact=True)
        chosen.get_by_text("5", exact=True).click()
        page.wait_for_url("**digit_class=5*")
        holder = next(server for server in pair if sessions(server))
        other = next(server for server in pair if server is not holder)
        assert sessions(other) == 0

        holder.process.kill()
        holder.process.wait()
        end = time.monotonic() + 60
        while sessions(other) == 0 and time.monotonic() < end:
            page.wait_for_timeout(200)
        assert sessions(other) == 1
        running.settle(page)
        assert page.get_by_role("combobox", name="Model loaded").input_value() == "mlp-d8-b0.3"
        assert chosen.get_by_role("radio", checked=True).inner_text() == "5"
        chosen.get_by_text("2", exact=True).click()
        page.wait_for_url("**digit_class=2*")

        page.reload()  # and by its link alone
        running.settle(page)
        assert chosen.get_by_role("radio", checked=True).inner_text() == "2"
        assert page.locator("[data-testid=stException]").count() == 0


def test_static_files_are_compressed_once_and_cached(servers, door, weights, tmp_path):
    _, _, html = ask(door, "/")
    script = "/" + re.search(rb'src="\./(static/js/index\.[^"]+\.js)"', html)[1].decode()
    plain = ask(servers[0].address, script)[2]
    for _ in range(2):
        status, told, body = ask(door, script, Accept_Encoding="gzip, br")
        assert (status, told["Content-Encoding"]) == (200, "gzip")
        assert "immutable" in told["Cache-Control"]
        assert "Accept-Encoding" in told["Vary"]
        assert gzip.decompress(body) == plain
        assert len(body) < len(plain) / 2
    kept = [path.read_bytes() for path in (tmp_path / "nginx" / "nginx-cache").rglob("*") if path.is_file()]
    assert [body in file for file in kept].count(True) == 1
    _, told, body = ask(door, script)  # a client that cannot unpack
    assert told["Content-Encoding"] is None
    assert body == plain

    status, told, body = ask(door, f"/app/static/weights/{weights.name}", Accept_Encoding="gzip")
    assert (status, told["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    assert body == weights.read_bytes()


def test_the_security_headers_are_on_every_answer(door, weights):
    paths = [
        "/",
        "/digit",
        "/_stcore/health",
        f"/app/static/weights/{weights.name}",
        "/static/none.js",
        "/_stcore/metrics",
    ]
    expected = {name: [text] for name, text in HEADERS.items()}
    for path in paths:
        _, answer, _ = ask(door, path)
        assert {name: answer.get_all(name) for name in HEADERS} == expected, path
        assert answer["Server"] == "nginx"


def test_size_and_rate_have_limits(servers, tmp_path):
    where = "/_stcore/upload_file/session/file"
    with replicas.behind_nginx(tmp_path / "nginx", [server.address for server in servers], rates="1r/m") as door:
        assert ask(door, "/digit", "POST", b"x" * 70_000)[0] == 413
        assert ask(door, where, "PUT", b"", Content_Length=str(12 * 2**20))[0] == 413
        assert ask(door, "/_stcore/metrics")[0] == 404
        with ThreadPoolExecutor(8) as hands:
            uploads = list(hands.map(lambda _: ask(door, where, "PUT", b"x")[0], range(260)))
            streams = list(hands.map(lambda _: ask(door, "/_stcore/stream")[0], range(460)))
        for statuses, burst in ((uploads, 200), (streams, 400)):
            let_in = len(statuses) - statuses.count(429)
            assert burst - 1 <= let_in <= burst + 10
        assert ask(door, "/")[0] == 200  # the course itself goes on
