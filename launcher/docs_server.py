"""Serves the rendered documents of a stack, Data Docs and dbt docs, on one port."""

import argparse
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Tieout documents</title>
<h1>Tieout documents</h1><ul>{items}</ul></html>"""


def application(sites: dict[str, Path]) -> Starlette:
    """Return an application that serves each folder below ``/<name>/`` and lists those that have a page."""

    async def index(_: Request) -> Response:
        ready = [name for name, folder in sites.items() if (folder / "index.html").exists()]
        return HTMLResponse(PAGE.format(items="".join(f'<li><a href="{name}/">{name}</a></li>' for name in ready)))

    mounts = [
        Mount(f"/{name}", StaticFiles(directory=folder, html=True, check_dir=False)) for name, folder in sites.items()
    ]
    return Starlette(routes=[Route("/", index), *mounts])


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(prog="python -m launcher.docs_server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("site", nargs="+", help="name=folder")
    arguments = parser.parse_args()
    sites = {name: Path(folder) for name, _, folder in (site.partition("=") for site in arguments.site)}
    for folder in sites.values():
        folder.mkdir(parents=True, exist_ok=True)
    uvicorn.run(application(sites), host=arguments.host, port=arguments.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
