"""The audit trail: written (``event``), chained (``chain``), anchored in the archive (``anchors``) and verified.

Rules and encoding: docs/reference/trust.md, Audit.
"""

from tieout.audit.event import record

__all__ = ["record"]
