"""Which cases there are, where each can be told, and in which order they come."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from sandbox.scenario import (
    acceptance,
    ageing,
    clean,
    copies,
    decoys,
    items,
    money,
    orders,
    packs,
    papers,
    prices,
    quantities,
    receipts,
    stock,
    summaries,
    suspects,
    vendors,
)
from sandbox.scenario.domain import Entity
from sandbox.scenario.story import Story

Tell = Callable[[Story], None]


@dataclass(frozen=True, slots=True)
class Card:
    """A case that can be told.

    Args:
        codes: what it injects, or, for a decoy, what it nearly is.
        near: what a finding nearly is besides.
        only, never: entities where it can be told; empty: all.
        first, last: days on which it can begin.
    """

    tell: Tell
    codes: tuple[str, ...]
    near: tuple[str, ...] = ()
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
POSTED_UNTIL = 23  # a case that begins later is posted after the history, by the pipeline's clearance only
FINDINGS: tuple[Card, ...] = (
    _card(prices.price_over_percent, "PRICE_OVER"),
    _card(prices.price_over_amount, "PRICE_OVER"),
    _card(prices.price_over_cumulative, "PRICE_OVER"),
    _card(prices.price_over_free, "PRICE_OVER"),
    _card(prices.price_over_implant, "PRICE_OVER", only=("H1",)),
    _card(prices.price_over_service, "PRICE_OVER"),
    _card(prices.price_over_before_change, "PRICE_OVER", never=LAKE, last=10),
    _card(prices.price_under, "PRICE_UNDER", never=LAKE),
    _card(quantities.qty_ordered_service, "QTY_ORDERED"),
    _card(quantities.qty_ordered_and_delivered, "QTY_ORDERED RECEIPT_OVER"),
    _card(quantities.qty_ordered_not_delivered, "QTY_ORDERED QTY_RECEIVED"),
    _card(quantities.qty_received, "QTY_RECEIVED"),
    _card(quantities.qty_received_late, "QTY_RECEIVED"),
    _card(quantities.qty_received_closed, "QTY_RECEIVED RECEIPT_SHORT"),
    _card(papers.total_mismatch, "TOTAL_MISMATCH"),
    _card(papers.missing_qty, "MISSING_DATA"),
    _card(papers.missing_qty_corrected, "MISSING_DATA"),
    _card(papers.missing_number, "MISSING_DATA"),
    _card(papers.missing_date, "MISSING_DATA"),
    _card(papers.duplicate, "DUPLICATE_INVOICE"),
    _card(papers.duplicate_of_over, "DUPLICATE_INVOICE PRICE_OVER"),
    _card(orders.po_not_found, "PO_NOT_FOUND"),
    _card(orders.po_line_not_found, "PO_NOT_FOUND"),
    _card(orders.po_found_late, "PO_NOT_FOUND"),
    _card(orders.po_not_approved, "PO_NOT_APPROVED"),
    _card(orders.po_approved_late, "PO_NOT_APPROVED"),
    _card(orders.po_draft_and_dear, "PO_NOT_APPROVED PRICE_OVER"),
    _card(orders.po_closed, "PO_CLOSED"),
    _card(vendors.vendor_unknown, "VENDOR_UNKNOWN"),
    _card(vendors.vendor_linked_late, "VENDOR_UNKNOWN"),
    _card(vendors.vendor_inactive, "VENDOR_INACTIVE"),
    _card(vendors.vendor_inactive_and_short, "VENDOR_INACTIVE QTY_RECEIVED"),
    _card(vendors.vendor_mismatch, "VENDOR_MISMATCH"),
    _card(items.unit_unconvertible, "UOM_UNCONVERTIBLE"),
    _card(items.item_mismatch, "ITEM_MISMATCH"),
    _card(receipts.return_exceeds, "RETURN_EXCEEDS_RECEIPT"),
    _card(receipts.return_exceeds_and_billed, "RETURN_EXCEEDS_RECEIPT QTY_RECEIVED"),
    _card(receipts.credit_exceeds, "CREDIT_EXCEEDS_INVOICE"),
    _card(receipts.receipt_short, "RECEIPT_SHORT"),
    _card(receipts.receipt_over, "RECEIPT_OVER"),
    _card(receipts.receipt_rejected, "RECEIPT_REJECTED"),
    _card(receipts.receipt_over_and_rejected, "RECEIPT_OVER RECEIPT_REJECTED"),
    _card(copies.missing_at_ap, "SYNC_MISSING"),
    _card(copies.missing_at_supply, "SYNC_MISSING"),
    _card(copies.missing_at_both, "SYNC_MISSING"),
    _card(copies.late_at_supply, "SYNC_MISSING"),
    _card(copies.different_at_ap, "SYNC_DIFFERENT"),
    _card(copies.different_at_ap_and_dear, "SYNC_DIFFERENT PRICE_OVER"),
    _card(copies.different_at_supply, "SYNC_DIFFERENT"),
    _card(prices.dear_and_short, "PRICE_OVER QTY_RECEIVED"),
    _card(prices.dear_and_misprinted, "PRICE_OVER TOTAL_MISMATCH"),
    _card(items.wrong_item_and_dear, "ITEM_MISMATCH PRICE_OVER"),
    _card(items.substitute_item, "SUBSTITUTE_ITEM", near=("ITEM_MISMATCH",)),
    _card(items.substitute_and_dear, "SUBSTITUTE_ITEM PRICE_OVER", near=("ITEM_MISMATCH",)),
    _card(suspects.same_date_and_amount, "DUPLICATE_SUSPECT"),
    _card(suspects.same_number, "DUPLICATE_SUSPECT"),
    _card(suspects.number_misread, "DUPLICATE_SUSPECT"),
    _card(suspects.number_extended, "DUPLICATE_SUSPECT"),
    _card(suspects.same_number_last_year, "DUPLICATE_SUSPECT", near=("DUPLICATE_INVOICE",)),
    _card(suspects.dear_twice, "DUPLICATE_SUSPECT PRICE_OVER"),
    _card(summaries.summary_over, "AMOUNT_OVER"),
    _card(summaries.summary_not_delivered, "AMOUNT_OVER"),
    _card(summaries.summary_delivered_late, "AMOUNT_OVER"),
    _card(summaries.summary_twice, "AMOUNT_OVER"),
    _card(summaries.summary_under, "AMOUNT_UNDER", only=LAKE),
    _card(summaries.summary_over_and_misprinted, "AMOUNT_OVER TOTAL_MISMATCH"),
    _card(money.tax_over, "TAX_DIFFERENCE"),
    _card(money.tax_under, "TAX_DIFFERENCE"),
    _card(money.tax_on_exempt_goods, "TAX_DIFFERENCE"),
    _card(money.tax_and_hours, "TAX_DIFFERENCE QTY_ORDERED"),
    _card(money.freight_over, "CHARGE_DIFFERENCE"),
    _card(money.freight_over_in_parts, "CHARGE_DIFFERENCE"),
    _card(money.handling_over, "CHARGE_DIFFERENCE"),
    _card(money.freight_over_and_dear, "CHARGE_DIFFERENCE PRICE_OVER"),
    _card(money.currency_mismatch, "CURRENCY_MISMATCH"),
    _card(money.currency_mismatch_and_dear, "CURRENCY_MISMATCH PRICE_OVER"),
    _card(money.rate_of_seven_days_ago, "CURRENCY_MISMATCH", near=("FX_RATE_MISSING",)),
    _card(money.rate_of_eight_days_ago, "FX_RATE_MISSING"),
    _card(money.rate_entered_late, "FX_RATE_MISSING CURRENCY_MISMATCH"),
    _card(money.rate_missing_and_misprinted, "FX_RATE_MISSING TOTAL_MISMATCH"),
    _card(money.contract_price_ordered, "CONTRACT_PRICE"),
    _card(money.contract_price_billed, "CONTRACT_PRICE"),
    _card(money.contract_price_and_over, "CONTRACT_PRICE PRICE_OVER"),
    _card(acceptance.not_accepted, "QTY_ACCEPTED"),
    _card(acceptance.accepted_late, "QTY_ACCEPTED"),
    _card(acceptance.rejected_and_billed, "QTY_ACCEPTED RECEIPT_REJECTED"),
    _card(acceptance.inspected_and_not_delivered, "QTY_RECEIVED", near=("QTY_ACCEPTED",)),
    _card(acceptance.unexpected_invoice, "UNEXPECTED_INVOICE"),
    _card(acceptance.unexpected_implant, "UNEXPECTED_INVOICE", near=("PRICE_OVER",), only=("AMB1",)),
    _card(acceptance.unexpected_and_dear, "UNEXPECTED_INVOICE PRICE_OVER"),
    _card(acceptance.lot_not_confirmed, "QTY_RECEIVED"),
    _card(acceptance.lot_over, "QTY_ORDERED RECEIPT_OVER"),
    _card(ageing.posted_late, "RECEIPT_LATE_POSTED"),
    _card(ageing.posted_late_and_over, "RECEIPT_LATE_POSTED RECEIPT_OVER"),
    _card(ageing.posted_never, "RECEIPT_LATE_POSTED"),
    _card(ageing.accrual_aged, "ACCRUAL_AGED"),
    _card(ageing.accrual_ages, "ACCRUAL_AGED"),
    _card(ageing.accrual_aged_and_over, "ACCRUAL_AGED RECEIPT_OVER"),
    _card(stock.stock_short, "STOCK_DISCREPANCY"),
    _card(stock.stock_over, "STOCK_DISCREPANCY"),
    _card(stock.stock_found, "STOCK_DISCREPANCY"),
    _card(packs.pack_said_otherwise, "UOM_CONFLICT"),
    _card(packs.box_of_another_size, "UOM_CONFLICT"),
    _card(packs.pack_corrected, "UOM_CONFLICT"),
    _card(ageing.dear_and_posted, "RECOVERY_DUE PRICE_OVER", last=POSTED_UNTIL),
    _card(ageing.duplicate_posted, "RECOVERY_DUE DUPLICATE_INVOICE", last=POSTED_UNTIL),
    _card(ageing.returned_after_posting, "RECOVERY_DUE QTY_RECEIVED", last=POSTED_UNTIL),
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
    _card(decoys.substitute_ordered, "SUBSTITUTE_ITEM"),
    _card(decoys.no_item_printed, "ITEM_MISMATCH"),
    _card(decoys.no_price_printed, "MISSING_DATA"),
    _card(decoys.total_at_limit, "TOTAL_MISMATCH"),
    _card(decoys.all_returned, "RETURN_EXCEEDS_RECEIPT"),
    _card(decoys.all_credited, "CREDIT_EXCEEDS_INVOICE"),
    _card(decoys.closed_when_full, "RECEIPT_SHORT RECEIPT_OVER RECEIPT_REJECTED"),
    _card(decoys.copies_in_time, "SYNC_MISSING SYNC_DIFFERENT"),
    _card(suspects.two_orders_one_amount, "DUPLICATE_SUSPECT"),
    _card(suspects.two_orders_one_number, "DUPLICATE_SUSPECT"),
    _card(suspects.two_receipts_one_amount, "DUPLICATE_SUSPECT"),
    _card(suspects.eleven_days_apart, "DUPLICATE_SUSPECT"),
    _card(suspects.number_two_digits_apart, "DUPLICATE_SUSPECT"),
    _card(suspects.numbers_in_sequence, "DUPLICATE_SUSPECT"),
    _card(suspects.short_numbers, "DUPLICATE_SUSPECT"),
    _card(suspects.weekly_subscription, "DUPLICATE_SUSPECT"),
    _card(suspects.monthly_subscription, "DUPLICATE_SUSPECT"),
    _card(summaries.summary_at_percent, "AMOUNT_OVER"),
    _card(summaries.summary_at_amount, "AMOUNT_OVER"),
    _card(summaries.summary_far_under, "AMOUNT_UNDER", never=LAKE),
    _card(summaries.summary_at_under_percent, "AMOUNT_UNDER", only=LAKE),
    _card(summaries.summary_before_goods, "AMOUNT_OVER"),
    _card(money.tax_at_limit, "TAX_DIFFERENCE"),
    _card(money.tax_rounded_by_code, "TAX_DIFFERENCE"),
    _card(money.freight_at_limit, "CHARGE_DIFFERENCE"),
    _card(money.handling_as_agreed, "CHARGE_DIFFERENCE"),
    _card(money.foreign_order, "CURRENCY_MISMATCH FX_RATE_MISSING"),
    _card(money.contract_price_by_the_box, "CONTRACT_PRICE"),
    _card(acceptance.accepted_on_the_last_day, "QTY_ACCEPTED"),
    _card(acceptance.returned_before_acceptance, "QTY_ACCEPTED"),
    _card(acceptance.settled_by_receipt, "UNEXPECTED_INVOICE"),
    _card(acceptance.unexpected_and_credited, "UNEXPECTED_INVOICE"),
    _card(ageing.posted_in_time, "RECEIPT_LATE_POSTED"),
    _card(ageing.aged_and_settled, "ACCRUAL_AGED"),
    _card(stock.stock_at_limit, "STOCK_DISCREPANCY"),
    _card(stock.stock_counted_again, "STOCK_DISCREPANCY"),
    _card(packs.pack_in_halves, "UOM_CONFLICT"),
    _card(packs.pack_unknown_to_the_master, "UOM_CONFLICT"),
    _card(ageing.credited_after_posting, "RECOVERY_DUE", last=POSTED_UNTIL),
)
CLEAN: tuple[tuple[Card, int], ...] = (
    (_card(clean.straight, ""), 44),
    (_card(clean.drafted, ""), 6),
    (_card(clean.in_parts, ""), 14),
    (_card(clean.billed_early, ""), 8),
    (_card(clean.other_units, ""), 7),
    (_card(clean.returned, ""), 3),
    (_card(clean.credited, ""), 3),
    (_card(clean.service, ""), 8),
    (_card(clean.food, ""), 2),
    (_card(clean.not_billed, ""), 6),
    (_card(acceptance.receipts_named, ""), 2),
    (_card(acceptance.two_orders_one_invoice, ""), 2),
    (_card(acceptance.price_credit_unnamed, ""), 1),
    (_card(acceptance.lot_in_parts, ""), 1),
    (_card(acceptance.inspected, ""), 2),
    (_card(summaries.summary_of_all, ""), 2),
    (_card(summaries.summary_of_the_rest, ""), 1),
)


def shuffled(seed: int, name: str, cards: tuple[Card, ...], position: int) -> Card:
    """The card at a position of an endless deck: each round holds every card once, in an order of its own."""
    turn, place = divmod(position, len(cards))
    order = list(cards)
    Random(f"{seed}:{name}:{turn}").shuffle(order)
    return order[place]
