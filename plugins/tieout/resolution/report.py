"""What an evaluation says: the measured part of the guide, and a plot of precision and recall as SVG."""

from collections.abc import Mapping, Sequence

from tieout.resolution.measure import Measured, Score
from tieout.resolution.thresholds import Thresholds

Curve = Sequence[tuple[float, Score]]
WIDTH, HEIGHT, MARGIN = 560, 420, 60
COLOURS = ("#1f6feb", "#bc4c00")
PRECISION_ASKED, RECALL_ASKED = 0.995, 0.97


def summary(made: Measured, names: Measured) -> str:
    """Return two lines for the terminal."""
    return "\n".join(
        f"{title}: {each.vendors:,} numbers of {each.organisations:,} organisations; applied {_ratios(each.applied)}; "
        f"proposed {_ratios(each.proposed)}; with review {_ratios(each.reviewed)}"
        for title, each in (("made up", made), ("patent names", names))
    )


def text(made: Measured, names: Measured, thresholds: Thresholds) -> str:
    """Return the measured part of the guide, as Markdown."""
    return f"""
A merge is proposed from a weight of {thresholds.upper:+.0f} on, review from {thresholds.lower:+.0f} on.

![Precision over recall](vendor_resolution.svg)

The curves are of scored pairs alone, at each whole weight, before guards and clusters do their part.

### Made-up vendors, with addresses and identifiers

{made.vendors:,} vendor numbers of {made.organisations:,} organisations that training never saw,
{made.proposed.true:,} pairs of which are one vendor; resolved in {made.seconds:.0f} seconds.

| | precision | recall | pairs found |
|---|---|---|---|
{_row("applied without a person", made.applied)}
{_row("with proposed merges", made.proposed)}
{_row("with what waits for review", made.reviewed)}

Proposals between clusters: {made.merges:,} pairs for a merge, {made.reviews:,} for review.

By kind of mess, with proposed merges. A pair counts for each kind that one of its two vendors has. Asked are a
precision of {PRECISION_ASKED} and a recall of {RECALL_ASKED}; what falls short is in bold.

| kind | precision | recall | recall with review | true pairs |
|---|---|---|---|---|
{_kinds(made)}

### Names alone: patent applicants

{names.vendors:,} spellings of {names.organisations:,} organisations, {names.proposed.true:,} pairs; nothing but names.

| | precision | recall | pairs found |
|---|---|---|---|
{_row("applied without a person", names.applied)}
{_row("with proposed merges", names.proposed)}
{_row("with what waits for review", names.reviewed)}
"""


def plot(curves: Mapping[str, Curve], thresholds: Thresholds) -> str:
    """Return precision over recall as SVG: a line for each curve, dots at the two thresholds."""
    drawn = [_drawn(title, curve, thresholds, index) for index, (title, curve) in enumerate(curves.items())]
    ticks = [_ticks(tenth / 5) for tenth in range(6)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
        ' font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n'
        + "\n".join([*ticks, *drawn])
        + f'\n<text x="{WIDTH / 2}" y="{HEIGHT - 15}" text-anchor="middle">recall</text>\n'
        f'<text x="18" y="{HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 18 {HEIGHT / 2})">precision</text>\n'
        "</svg>\n"
    )


def _drawn(title: str, curve: Curve, thresholds: Thresholds, index: int) -> str:
    colour = COLOURS[index % len(COLOURS)]
    found = [(weight, score) for weight, score in curve if score.found]
    points = " ".join(f"{_x(score.recall):.1f},{_y(score.precision):.1f}" for _, score in found)
    dots = "".join(
        f'<circle cx="{_x(score.recall):.1f}" cy="{_y(score.precision):.1f}" r="4" fill="{colour}">'
        f"<title>{weight:+.0f}</title></circle>"
        for weight, score in found
        if weight in (thresholds.upper, thresholds.lower)
    )
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'
        f'<text x="{MARGIN + 10}" y="{HEIGHT - MARGIN - 30 + 16 * index}" fill="{colour}">{title}</text>'
    )


def _ticks(value: float) -> str:
    return (
        f'<path d="M{_x(value):.1f} {_y(0):.1f}V{_y(1):.1f}M{_x(0):.1f} {_y(value):.1f}H{_x(1):.1f}" stroke="#ddd"/>'
        f'<text x="{_x(value):.1f}" y="{_y(0) + 18:.1f}" text-anchor="middle">{value:.1f}</text>'
        f'<text x="{_x(0) - 8:.1f}" y="{_y(value) + 4:.1f}" text-anchor="end">{value:.1f}</text>'
    )


def _x(recall: float) -> float:
    return MARGIN + recall * (WIDTH - 1.5 * MARGIN)


def _y(precision: float) -> float:
    return HEIGHT - MARGIN - precision * (HEIGHT - 1.5 * MARGIN)


def _row(title: str, score: Score) -> str:
    return f"| {title} | {score.precision:.4f} | {score.recall:.4f} | {score.found:,} |"


def _kinds(made: Measured) -> str:
    return "\n".join(
        f"| {kind} | {_asked(score.precision, PRECISION_ASKED)} | {_asked(score.recall, RECALL_ASKED)}"
        f" | {made.kinds_reviewed[kind].recall:.4f} | {score.true:,} |"
        for kind, score in made.kinds.items()
    )


def _asked(value: float, least: float) -> str:
    return f"{value:.4f}" if value >= least else f"**{value:.4f}**"


def _ratios(score: Score) -> str:
    return f"precision {score.precision:.4f}, recall {score.recall:.4f}"
