"""Data Docs pages that load nothing from the network.

Great Expectations' templates name scripts, styles and fonts of content networks. Here each address is replaced by a
file of ours, relative to the page; the files are package data (``assets/README.md``). A template that names an address
we do not know is refused, so that an upgrade cannot bring one in unnoticed.
"""

import re
from pathlib import Path
from typing import Any

from great_expectations.render.view import DefaultJinjaIndexPageView, DefaultJinjaPageView

from tieout.errors import ConfigurationError

ASSETS = Path(__file__).parent / "assets"
ASSETS_IN_SITE = "static/tieout"
LOGO = "static/images/logo-long.png"

_BOOTSTRAP_TABLE = r"unpkg\.com/bootstrap-table@1\.19\.\d/dist"
_DATEPICKER = r"cdnjs\.cloudflare\.com/ajax/libs/bootstrap-datepicker/1\.9\.0"
_GX_IMAGES = r"great-expectations-web-assets\.s3\.us-east-2\.amazonaws\.com"
_OURS = {
    r"code\.jquery\.com/jquery-3\.7\.1\.min\.js": "jquery/jquery.min.js",
    r"maxcdn\.bootstrapcdn\.com/bootstrap/4\.3\.1/css/bootstrap\.min\.css": "bootstrap/bootstrap.min.css",
    r"stackpath\.bootstrapcdn\.com/bootstrap/4\.3\.1/js/bootstrap\.min\.js": "bootstrap/bootstrap.min.js",
    r"cdnjs\.cloudflare\.com/ajax/libs/popper\.js/1\.12\.9/umd/popper\.min\.js": "popper/popper.min.js",
    r"cdnjs\.cloudflare\.com/ajax/libs/font-awesome/6\.6\.0/css/all\.min\.css": "fontawesome/css/all.min.css",
    r"cdn\.jsdelivr\.net/npm/@forevolve/bootstrap-dark@1\.1\.0/dist/css/bootstrap-prefers-dark\.css": (
        "bootstrap-dark/bootstrap-prefers-dark.min.css"
    ),
    rf"{_BOOTSTRAP_TABLE}/bootstrap-table\.min\.(css|js)": r"bootstrap-table/bootstrap-table.min.\1",
    rf"{_BOOTSTRAP_TABLE}/extensions/filter-control/bootstrap-table-filter-control(?:\.min)?\.(css|js)": (
        r"bootstrap-table/bootstrap-table-filter-control.min.\1"
    ),
    rf"{_DATEPICKER}/(?:css|js)/bootstrap-datepicker\.min\.(css|js)": (
        r"bootstrap-datepicker/bootstrap-datepicker.min.\1"
    ),
}
_REPLACEMENTS = [(re.compile(f"https://{address}"), f"{ASSETS_IN_SITE}/{file}") for address, file in _OURS.items()]
_IMAGES = re.compile(rf"https://{_GX_IMAGES}/[\w-]+\.png(?:\?[^\"')]*)?")
_CHARTS = re.compile(r'<script src="https://cdn\.jsdelivr\.net/npm/vega[\w-]*@\d+"></script>\s*')
_INTEGRITY = re.compile(r'\s(?:integrity="[^"]*"|crossorigin="[^"]*")')
_ICON = re.compile(r'href="[./]*static/images/favicon\.ico"')  # the templates' own count of folders is one short
_NEWSLETTER = re.compile(r"<footer>\s*<p>Stay current.*?</footer>", re.DOTALL)
_LOADED = re.compile(r'(?:<(?:script|img)[^>]*\ssrc|<link[^>]*\shref|url)(?:=["\']|\()\s*["\']?(https?://[^"\')]+)')

_ENVIRONMENTS: dict[str, Any] = {}
"""The one template environment: each would compile all templates for itself, most of a page's time."""


class OfflinePageView(DefaultJinjaPageView):
    """A page of a suite or of a validation result."""

    env: Any

    def __init__(self, **kwargs: Any) -> None:
        """Share compiled templates with the other views of this process."""
        super().__init__(**kwargs)
        self.env = _ENVIRONMENTS.setdefault("shared", self.env)

    def render(self, document: Any, template: str | None = None, **kwargs: Any) -> str:
        """Return the page's HTML."""
        return localise(super().render(document, template, **kwargs), depth=_depth(document))


class OfflineIndexPageView(DefaultJinjaIndexPageView):
    """The site's first page."""

    env: Any

    def __init__(self, **kwargs: Any) -> None:
        """Share compiled templates with the other views of this process."""
        super().__init__(**kwargs)
        self.env = _ENVIRONMENTS.setdefault("shared", self.env)

    def render(self, document: Any, template: str | None = None, **kwargs: Any) -> str:
        """Return the page's HTML."""
        return localise(super().render(document, template, **kwargs), depth=0)


def localise(page: str, depth: int) -> str:
    """Return the page with every file that it loads taken from the site itself.

    Args:
        page: HTML.
        depth: how many folders below the site's root the page lies.

    Raises:
        ConfigurationError: the page loads something that we do not have.
    """
    root = "../" * depth
    page = _NEWSLETTER.sub("", _INTEGRITY.sub("", _CHARTS.sub("", page)))
    for address, file in _REPLACEMENTS:
        page = address.sub(lambda match, file=file: root + match.expand(file), page)  # type: ignore[misc]
    page = _IMAGES.sub(root + LOGO, page)
    page = _ICON.sub(f'href="{root}static/images/favicon.ico"', page)
    left = sorted(set(_LOADED.findall(page)))
    if left:
        raise ConfigurationError(
            f"A page of Data Docs loads {', '.join(left)}.", "Add the file to tieout/quality/assets and map it here."
        )
    return page


def _depth(document: Any) -> int:
    """Return how deep the page lies: expectations/<suite>, validations/<suite>/<run>/<time>/<batch>."""
    fields = document if isinstance(document, dict) else document.to_json_dict()
    return 4 if "ValidationResults" in fields["renderer_type"] else 1
