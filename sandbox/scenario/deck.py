"""Which cases there are, where each can be told, and in which order they come."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from sandbox.scenario import decoys, findings
from sandbox.scenario.domain import Entity
from sandbox.scenario.story import Story

Tell = Callable[[Story], None]


@dataclass(frozen=True, slots=True)
class Card:
    """A case that can be told.

    Args:
        codes: what it injects, or, for a decoy, what it nearly is.
        only, never: entities where it can be told; empty: all.
        first, last: days on which it can begin.
    """

    tell: Tell
    codes: tuple[str, ...]
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    first: int = 1
    last: int = 10**6

    @property
    def name(self) -> str:
        """The case's name."""
        return self.tell.__name__

    def fits(self, entity: Entity, day: int) -> bool:
        """Whether it can be told of an entity, beginning on a day."""
        here = (not self.only or entity.entity_id in self.only) and entity.entity_id not in self.never
        return here and self.first <= day <= self.last


def _card(tell: Tell, codes: str, **where: object) -> Card:
    return Card(tell, tuple(codes.split()), **where)  # type: ignore[arg-type]


LAKE = ("H2",)
FINDINGS: tuple[Card, ...] = (
    _card(findings.price_over_percent, "PRICE_OVER"),
    _card(findings.price_over_amount, "PRICE_OVER"),
    _card(findings.price_over_cumulative, "PRICE_OVER"),
    _card(findings.price_over_free, "PRICE_OVER"),
    _card(findings.price_over_implant, "PRICE_OVER", only=("H1",)),
    _card(findings.price_over_service, "PRICE_OVER"),
    _card(findings.price_over_before_change, "PRICE_OVER", never=LAKE, last=10),
    _card(findings.price_under, "PRICE_UNDER", never=LAKE),
    _card(findings.qty_ordered_service, "QTY_ORDERED"),
    _card(findings.qty_ordered_and_delivered, "QTY_ORDERED RECEIPT_OVER"),
    _card(findings.qty_ordered_not_delivered, "QTY_ORDERED QTY_RECEIVED"),
    _card(findings.qty_received, "QTY_RECEIVED"),
    _card(findings.qty_received_late, "QTY_RECEIVED"),
    _card(findings.qty_received_closed, "QTY_RECEIVED RECEIPT_SHORT"),
    _card(findings.total_mismatch, "TOTAL_MISMATCH"),
    _card(findings.missing_qty, "MISSING_DATA"),
    _card(findings.missing_qty_corrected, "MISSING_DATA"),
    _card(findings.missing_number, "MISSING_DATA"),
    _card(findings.missing_date, "MISSING_DATA"),
    _card(findings.duplicate, "DUPLICATE_INVOICE"),
    _card(findings.duplicate_of_over, "DUPLICATE_INVOICE PRICE_OVER"),
    _card(findings.po_not_found, "PO_NOT_FOUND"),
    _card(findings.po_line_not_found, "PO_NOT_FOUND"),
    _card(findings.po_found_late, "PO_NOT_FOUND"),
    _card(findings.po_not_approved, "PO_NOT_APPROVED"),
    _card(findings.po_approved_late, "PO_NOT_APPROVED"),
    _card(findings.po_draft_and_dear, "PO_NOT_APPROVED PRICE_OVER"),
    _card(findings.po_closed, "PO_CLOSED"),
    _card(findings.vendor_unknown, "VENDOR_UNKNOWN"),
    _card(findings.vendor_linked_late, "VENDOR_UNKNOWN"),
    _card(findings.vendor_inactive, "VENDOR_INACTIVE"),
    _card(findings.vendor_inactive_and_short, "VENDOR_INACTIVE QTY_RECEIVED"),
    _card(findings.vendor_mismatch, "VENDOR_MISMATCH"),
    _card(findings.unit_unconvertible, "UOM_UNCONVERTIBLE"),
    _card(findings.item_mismatch, "ITEM_MISMATCH"),
    _card(findings.return_exceeds, "RETURN_EXCEEDS_RECEIPT"),
    _card(findings.return_exceeds_and_billed, "RETURN_EXCEEDS_RECEIPT QTY_RECEIVED"),
    _card(findings.credit_exceeds, "CREDIT_EXCEEDS_INVOICE"),
    _card(findings.receipt_short, "RECEIPT_SHORT"),
    _card(findings.receipt_over, "RECEIPT_OVER"),
    _card(findings.receipt_rejected, "RECEIPT_REJECTED"),
    _card(findings.receipt_over_and_rejected, "RECEIPT_OVER RECEIPT_REJECTED"),
    _card(findings.missing_at_ap, "SYNC_MISSING"),
    _card(findings.missing_at_supply, "SYNC_MISSING"),
    _card(findings.missing_at_both, "SYNC_MISSING"),
    _card(findings.late_at_supply, "SYNC_MISSING"),
    _card(findings.different_at_ap, "SYNC_DIFFERENT"),
    _card(findings.different_at_ap_and_dear, "SYNC_DIFFERENT PRICE_OVER"),
    _card(findings.different_at_supply, "SYNC_DIFFERENT"),
    _card(findings.dear_and_short, "PRICE_OVER QTY_RECEIVED"),
    _card(findings.dear_and_misprinted, "PRICE_OVER TOTAL_MISMATCH"),
    _card(findings.wrong_item_and_dear, "ITEM_MISMATCH PRICE_OVER"),
)
DECOYS: tuple[Card, ...] = (
    _card(decoys.price_at_percent, "PRICE_OVER"),
    _card(decoys.price_at_amount, "PRICE_OVER"),
    _card(decoys.price_one_cent_inside, "PRICE_OVER"),
    _card(decoys.price_below_a_cent, "PRICE_OVER"),
    _card(decoys.price_credited, "PRICE_OVER"),
    _card(decoys.price_after_change, "PRICE_OVER", first=11),
    _card(decoys.price_far_under, "PRICE_UNDER"),
    _card(decoys.drug_at_under_percent, "PRICE_UNDER"),
    _card(decoys.free_goods, "PRICE_OVER"),
    _card(decoys.ordered_to_the_last, "QTY_ORDERED"),
    _card(decoys.service_to_the_last, "QTY_ORDERED QTY_RECEIVED"),
    _card(decoys.second_delivery, "DUPLICATE_INVOICE"),
    _card(decoys.same_number_elsewhere, "DUPLICATE_INVOICE"),
    _card(decoys.duplicate_cancelled, "DUPLICATE_INVOICE"),
    _card(decoys.credit_with_the_same_number, "DUPLICATE_INVOICE CREDIT_EXCEEDS_INVOICE"),
    _card(decoys.delivered_on_the_last_day, "QTY_RECEIVED"),
    _card(decoys.older_version_later, "QTY_RECEIVED"),
    _card(decoys.receipt_before_its_order, "PO_NOT_FOUND"),
    _card(decoys.order_just_in_time, "PO_NOT_FOUND"),
    _card(decoys.approved_just_in_time, "PO_NOT_APPROVED"),
    _card(decoys.closed_on_the_day, "PO_CLOSED"),
    _card(decoys.vendor_leaves_next_day, "VENDOR_INACTIVE"),
    _card(decoys.vendor_by_tax_id, "VENDOR_UNKNOWN VENDOR_MISMATCH"),
    _card(decoys.other_unit, "UOM_UNCONVERTIBLE"),
    _card(decoys.substitute_item, "ITEM_MISMATCH"),
    _card(decoys.no_item_printed, "ITEM_MISMATCH"),
    _card(decoys.no_price_printed, "MISSING_DATA"),
    _card(decoys.total_at_limit, "TOTAL_MISMATCH"),
    _card(decoys.all_returned, "RETURN_EXCEEDS_RECEIPT"),
    _card(decoys.all_credited, "CREDIT_EXCEEDS_INVOICE"),
    _card(decoys.closed_when_full, "RECEIPT_SHORT RECEIPT_OVER RECEIPT_REJECTED"),
    _card(decoys.copies_in_time, "SYNC_MISSING SYNC_DIFFERENT"),
)


def shuffled(seed: int, name: str, cards: tuple[Card, ...], position: int) -> Card:
    """The card at a position of an endless deck: each round holds every card once, in an order of its own."""
    turn, place = divmod(position, len(cards))
    order = list(cards)
    Random(f"{seed}:{name}:{turn}").shuffle(order)
    return order[place]
