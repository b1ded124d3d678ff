"""Real servers on loopback: an HTTP API that misbehaves on request, an SFTP server."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tieout.sources.endpoint import Endpoint

PAGE = 3


@dataclass
class Api:
    """An API of invoices by cursor pages, with OAuth2, entity tags, and faults that are used up one by one."""

    invoices: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[int, list[Response]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    tokens: int = 0
    revoked: bool = False

    def app(self) -> Starlette:
        """Return the application."""
        return Starlette(
            routes=[
                Route("/oauth/token", self._token, methods=["POST"]),
                Route("/v1/invoices", self._invoices),
                Route("/v1/plain", self._plain),
            ]
        )

    async def _token(self, request: Request) -> Response:
        self.tokens += 1
        return JSONResponse({"access_token": f"T{self.tokens}", "expires_in": 3600})

    async def _invoices(self, request: Request) -> Response:
        number = int(request.query_params.get("cursor", "0"))
        self.asked.append(str(request.url.query))
        if self.revoked or request.headers.get("Authorization") != f"Bearer T{self.tokens}":
            return Response(status_code=401)
        if self.faults.get(number):
            return self.faults[number].pop(0)
        page = self.invoices[number * PAGE : (number + 1) * PAGE]
        more = len(self.invoices) > (number + 1) * PAGE
        return JSONResponse({"data": page, "meta": {"next": str(number + 1) if more else None}})

    async def _plain(self, request: Request) -> Response:
        etag = f'"{len(self.invoices)}"'
        self.asked.append(request.headers.get("If-None-Match", ""))
        if request.headers.get("If-None-Match") == etag:
            return Response(status_code=304, headers={"ETag": etag})
        return JSONResponse({"data": self.invoices}, headers={"ETag": etag})


@contextlib.contextmanager
def serve_http(api: Api) -> Iterator[Endpoint]:
    """Serve an API on a free port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(api.app(), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield Endpoint(host="127.0.0.1", port=listener.getsockname()[1], login="client", password="secret")
        finally:
            server.should_exit = True
            thread.join(timeout=10)


class _Password(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("tieout", "secret")


@contextlib.contextmanager
def serve_sftp(root: Path) -> Iterator[Endpoint]:
    """Serve a folder on a free port; nothing above it can be reached."""
    started, stop = threading.Event(), asyncio.Event()
    found: dict[str, Any] = {}

    async def run() -> None:
        found["loop"] = asyncio.get_running_loop()
        server = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=_Password,
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            sftp_factory=lambda connection: asyncssh.SFTPServer(connection, chroot=str(root).encode()),
        )
        found["port"] = server.get_port()
        started.set()
        await stop.wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    if not started.wait(20):
        raise RuntimeError("The SFTP server did not come up.")
    try:
        yield Endpoint(
            host="127.0.0.1",
            port=found["port"],
            login="tieout",
            password="secret",
            extra={"no_host_key_check": "true"},
        )
    finally:
        found["loop"].call_soon_threadsafe(stop.set)
        thread.join(timeout=10)
