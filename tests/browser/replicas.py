"""Real nginx before running apps, with the very files that `deploy/nginx/` ships."""

import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser import running

SHIPPED = running.ROOT / "deploy" / "nginx"


def nginx() -> str | None:
    """Path of the installed nginx, None without one."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def require_nginx() -> None:
    """Skip a test without nginx, and fail it where `CI` is set."""
    if nginx() is None:
        reason = "no nginx: install one, such as Debian's nginx-light"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@contextmanager
def behind_nginx(folder: Path, apps: Sequence[str], rates: str | None = None) -> Iterator[str]:
    """Start nginx before the apps at these addresses, as many as are shipped; gives its own address.

    With `rates`, such as `1r/m`, limits of rate are that and their bursts as shipped: a slow machine then counts alike.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder.mkdir()
    for name, text in configuration(folder, port, apps).items():
        (folder / name).write_text(re.sub(r"rate=\d+r/s", f"rate={rates}", text) if rates else text)
    user = "user root; " if os.geteuid() == 0 else ""  # or its workers could not read a test's folder
    command = [nginx(), "-p", f"{folder}/", "-c", f"{folder}/nginx.conf", "-e", "stderr", "-g", f"{user}daemon off;"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, server, folder / "log")
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def configuration(folder: Path, port: int, apps: Sequence[str]) -> dict[str, str]:
    """The shipped files with other addresses and folders, by name.

    Debian's nginx looks names up once, at its start; the shipped file looks again, which needs 1.27.3.
    """
    texts = {path.name: path.read_text() for path in SHIPPED.glob("*.conf")}
    replicas = re.sub(r"^resolver .*$", "", texts["replicas.conf"], flags=re.MULTILINE).replace(" resolve;", ";")
    names = re.findall(r"server ([\w.-]+:\d+)", replicas)
    if len(names) != len(apps):
        raise ValueError(f"replicas.conf names {', '.join(names)}, but {len(apps)} apps run")
    for name, app in zip(names, apps, strict=True):
        replicas = replicas.replace(f"server {name}", f"server {urlsplit(app).netloc}")
    door = texts["nginx.conf"].replace("listen 8080;", f"listen 127.0.0.1:{port};").replace("/tmp/", f"{folder}/")
    return texts | {"replicas.conf": replicas, "nginx.conf": door}


def _wait(address: str, server: subprocess.Popen, log: Path, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nginx did not answer at {address}: {log.read_text()}")
