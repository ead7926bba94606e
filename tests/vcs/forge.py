"""A small forge on the loopback: real git over HTTP (``git http-backend``), with faults on demand."""

from __future__ import annotations

import base64
import http.server
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.vcs.repos import PLAIN


@dataclass
class Forge:
    """``faults`` maps a repository's name to ``hang``, ``cut``, ``redirect`` or a list of statuses to answer first."""

    root: Path
    port: int = 0
    faults: dict[str, str | list[int]] = field(default_factory=dict)
    login: str = ""
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class _Handler(http.server.BaseHTTPRequestHandler):
    forge: Forge
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, *_: object) -> None:
        return

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        self.forge.requests.append((self.command, self.path, self.headers.get("Authorization", "")))
        name = path.strip("/").split("/")[1].removesuffix(".git") if path.count("/") > 1 else ""
        fault = self.forge.faults.get(name)
        if isinstance(fault, list) and fault:
            self.send_error(fault.pop(0))
        elif fault == "hang":
            self.forge.release.wait(30)
        elif self.forge.login and self.headers.get("Authorization") != self._expected():
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="forge"')
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._backend(path, query, cut=fault == "cut" and self.command == "POST")

    def _expected(self) -> str:
        return "Basic " + base64.b64encode(self.forge.login.encode()).decode()

    def _backend(self, path: str, query: str, cut: bool) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = self._chunked()
        environment = {
            **PLAIN, "GIT_PROJECT_ROOT": str(self.forge.root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
            "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""), "CONTENT_LENGTH": str(len(body)),
        }  # fmt: skip
        done = subprocess.run(["git", "http-backend"], env=environment, input=body, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        self.send_response(int(fields.pop("Status", "200").split()[0]))
        for key, value in fields.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)

    def _chunked(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body


@contextmanager
def serving(root: Path) -> Iterator[Forge]:
    """Serve the repositories below ``root`` as ``URL/owner/name``."""
    forge = Forge(root)
    handler = type("Handler", (_Handler,), {"forge": forge})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    forge.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield forge
    finally:
        forge.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


def publish(forge_root: Path, source: Path, owner: str = "acme", *, filters: bool = True) -> Path:
    """Put a bare copy of a repository onto the forge."""
    target = forge_root / owner / f"{source.name}.git"
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "clone", "-q", "--bare", "--no-local", source, target], env=PLAIN, check=True)
    for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        subprocess.run(["git", "-C", target, "config", key, str(filters).lower()], env=PLAIN, check=True)
    return target
