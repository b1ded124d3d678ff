"""Small plots as inline SVG: no script, no network, readable in light and dark by the page's own colours."""

from collections.abc import Sequence
from datetime import date
from html import escape

WIDTH, HEIGHT = 300, 100
_TOP, _BOTTOM = 18, 18


def line(points: Sequence[tuple[date, float]], *, first: date, last: date, unit: str = "") -> str:
    """Return a line over days with the area below it; days without a point are bridged.

    Args:
        points: day and value, in order.
        first: day at the left edge.
        last: day at the right edge.
        unit: of the values, for the text that a pointer shows.
    """
    highest = max((value for _, value in points), default=0)
    most = highest or 1
    span = max((last - first).days, 1)
    places = [(_x(day, first, span), _y(value, most)) for day, value in points]
    base = HEIGHT - _BOTTOM
    path = " ".join(f"{'L' if n else 'M'}{x:.1f},{y:.1f}" for n, (x, y) in enumerate(places))
    area = f"{path} L{places[-1][0]:.1f},{base} L{places[0][0]:.1f},{base} Z" if places else ""
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" class="hit"><title>{day:%d %b}: {value:g}{unit}</title></circle>'
        for (day, value), (x, y) in zip(points, places, strict=True)
    )
    end = f'<circle cx="{places[-1][0]:.1f}" cy="{places[-1][1]:.1f}" r="3" class="end"/>' if places else ""
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" class="plot">'
        f'<line x1="0" y1="{base}" x2="{WIDTH}" y2="{base}" class="axis"/>'
        f'<text x="0" y="10">up to {highest:,.6g}{unit}</text>'
        f'<path d="{area}" class="area"/><path d="{path}" class="line"/>{end}{dots}'
        f'<text x="0" y="{HEIGHT - 4}">{first:%d %b}</text>'
        f'<text x="{WIDTH}" y="{HEIGHT - 4}" text-anchor="end">{last:%d %b}</text></svg>'
    )


def bars(points: Sequence[tuple[date, float]], *, first: date, last: date) -> str:
    """Return a bar for each day that has one, for the row of a table."""
    most = max((value for _, value in points), default=0) or 1
    days = max((last - first).days + 1, 1)
    width = 180 / days
    drawn = "".join(
        f'<rect x="{(day - first).days * width:.1f}" y="{26 - max(24 * value / most, 1):.1f}"'
        f' width="{min(max(width - 0.6, 1), 8):.1f}" height="{max(24 * value / most, 1):.1f}">'
        f"<title>{day:%d %b}: {value:,.0f}</title></rect>"
        for day, value in points
        if value
    )
    return f'<svg viewBox="0 0 180 26" class="bars" role="img">{drawn}</svg>'


def stack(parts: Sequence[tuple[str, int]], whole: int) -> str:
    """Return one bar of parts side by side; ``whole`` is the length of the longest bar beside it.

    Args:
        parts: class of colour and size.
        whole: what fills the width.
    """
    drawn, x = [], 0.0
    for name, size in parts:
        width = 100 * size / max(whole, 1)
        drawn.append(f'<rect x="{x:.2f}" y="0" width="{width:.2f}" height="10" class="{escape(name)}"/>')
        x += width
    return f'<svg viewBox="0 0 100 10" preserveAspectRatio="none" class="stack" role="img">{"".join(drawn)}</svg>'


def _x(day: date, first: date, span: int) -> float:
    return 3 + (WIDTH - 6) * (day - first).days / span


def _y(value: float, most: float) -> float:
    return _TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - value / most)
