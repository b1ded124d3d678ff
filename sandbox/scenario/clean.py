"""Cases in which nothing is wrong: the bulk of a hospital's days."""

from decimal import Decimal

from sandbox.scenario.domain import CENT, Po, PoLine
from sandbox.scenario.story import Story
from sandbox.scenario.verbs.billing import Billed
from sandbox.scenario.verbs.choosing import Want

SERVICES = ("Equipment calibration", "Waste disposal", "Linen service", "Software support", "Courier service")
LINE_COUNTS = (1, 1, 2, 2, 2, 3, 3, 4, 5)


def _order(story: Story, **changes: object) -> Po:
    lines = story.rng.choice(LINE_COUNTS)
    vendor = story.vendor(lines=min(lines, 3))
    count = min(lines, len(story.usable(vendor)))
    return story.order(vendor, story.wants(vendor, count), **changes)  # type: ignore[arg-type]


def _all(po: Po) -> list[Billed]:
    return [Billed(line, line.qty) for line in po.lines]


def _arrives_on(story: Story) -> int:
    return story.day + story.rng.randrange(2, 6)


def _maybe_close(story: Story, po: Po, day: int) -> None:
    if story.rng.random() < 0.4:
        story.close(po, day + 2)


def straight(story: Story) -> None:
    """Ordered, received in full, invoiced once, often closed; freight on some as agreed."""
    freight = Decimal(story.rng.randrange(900, 4900)) / 100 if story.rng.random() < 0.15 else Decimal(0)
    po = _order(story, freight=freight)
    arrives = _arrives_on(story)
    for line in po.lines:
        story.receive(po, line, line.qty, arrives)
    billed_on = arrives + story.rng.randrange(0, 3)
    story.bill(po, _all(po), billed_on, post_on=billed_on + story.rng.randrange(1, 3), freight=freight)
    _maybe_close(story, po, billed_on)


def drafted(story: Story) -> None:
    """A draft that is approved the next day, then as usual."""
    po = _order(story, status="draft")
    story.approve(po, story.day + 1)
    arrives = _arrives_on(story)
    for line in po.lines:
        story.receive(po, line, line.qty, arrives)
    story.bill(po, _all(po), arrives + 1, post_on=arrives + 2)


def in_parts(story: Story) -> None:
    """Two deliveries, two invoices that are cut differently."""
    po = _order(story)
    first = _arrives_on(story)
    second = first + story.rng.randrange(2, 4)
    early, late = [], []
    for line in po.lines:
        part = max(1, line.qty * story.rng.randrange(4, 8) // 10)
        story.receive(po, line, part, first)
        if line.qty > part:
            story.receive(po, line, line.qty - part, second)
        bill_first = min(line.qty - 1, part + 1)
        early.append(Billed(line, bill_first))
        late.append(Billed(line, line.qty - bill_first))
    story.bill(po, early, first + 1, post_on=second + 1)
    story.bill(po, late, second + 1, post_on=second + 2)
    _maybe_close(story, po, second + 1)


def billed_early(story: Story) -> None:
    """The invoice comes before the goods, which come within the grace."""
    po = _order(story)
    arrives = _arrives_on(story)
    for line in po.lines:
        story.receive(po, line, line.qty, arrives)
    story.bill(po, _all(po), arrives - 1, post_on=arrives + 1)


def other_units(story: Story) -> None:
    """Ordered in boxes, counted in eaches at the dock, billed in eaches."""
    vendor = story.vendor()
    item = story.rng.choice(story.usable(vendor))
    po = story.order(vendor, [Want(item, story.rng.randrange(3, 30), "BX")])
    line, arrives = po.lines[0], _arrives_on(story)
    eaches = line.qty * item.factors["BX"]
    story.receive(po, line, eaches, arrives, unit="EA")
    story.bill(po, [Billed(line, eaches, unit="EA")], arrives + 1, post_on=arrives + 2)
    _maybe_close(story, po, arrives + 1)


def returned(story: Story) -> None:
    """Some goods go back before the invoice, which bills what stayed."""
    po = _order(story)
    arrives = _arrives_on(story)
    billed = []
    for line in po.lines:
        row = story.receive(po, line, line.qty, arrives)
        back = 1 if line is po.lines[0] else 0
        if back:
            story.give_back(po, line, back, arrives + 1, names=row.ref if story.rng.random() < 0.5 else "")
        billed.append(Billed(line, line.qty - back))
    story.bill(po, billed, arrives + 2, post_on=arrives + 3)


def credited(story: Story) -> None:
    """Goods go back after the invoice; the credit memo comes the same day and names the line."""
    po = _order(story)
    arrives = _arrives_on(story)
    for line in po.lines:
        story.receive(po, line, line.qty, arrives)
    paper = story.bill(po, _all(po), arrives + 1)
    line = po.lines[0]
    story.give_back(po, line, 1, arrives + 3)
    story.bill(po, [Billed(line, 1, credits=(paper.ref, 1))], arrives + 3, kind="credit")


def service(story: Story) -> None:
    """Hours or lots of a service, invoiced in one or two parts; nothing is received."""
    vendor = story.vendor("service")
    lines = [_service_line(story) for _ in range(story.rng.choice((1, 1, 2)))]
    po = story.order(vendor, lines)
    first = story.day + story.rng.randrange(3, 8)
    if story.rng.random() < 0.5 or any(line.qty < 2 for line in po.lines):
        story.bill(po, _all(po), first, post_on=first + 1)
        return
    half = [Billed(line, line.qty // 2) for line in po.lines]
    rest = [Billed(line, line.qty - line.qty // 2) for line in po.lines]
    story.bill(po, half, first, post_on=first + 1)
    story.bill(po, rest, first + 4, post_on=first + 5)


def _service_line(story: Story) -> Want:
    price = Decimal(story.rng.randrange(4500, 24000)) / 100
    return Want(None, story.rng.randrange(1, 40), "HUR", price.quantize(CENT), story.rng.choice(SERVICES))


def food(story: Story) -> None:
    """Food is matched without receipts, by our own rule; the ERP does not say so."""
    found = [
        (vendor, item)
        for vendor in story.book.masters.sellers(story.entity, "goods")
        for item in story.book.masters.items_of(vendor)
        if item.category == "FOOD"
    ]
    vendor, item = story.pick(found)
    po = story.order(vendor, [story.want(item)])
    billed_on = story.day + story.rng.randrange(2, 6)
    story.bill(po, _all(po), billed_on, post_on=billed_on + 1)


def not_billed(story: Story) -> None:
    """Received, and the invoice is still to come: accrued."""
    po = _order(story)
    arrives = _arrives_on(story)
    for line in po.lines:
        story.receive(po, line, max(1, line.qty // 2) if story.rng.random() < 0.3 else line.qty, arrives)


def spare_line(story: Story, po: Po, line: PoLine, day: int) -> Billed:
    """Receive a further line of a case in full, so that it is billed without a finding."""
    story.receive(po, line, line.qty, day)
    return Billed(line, line.qty)
