"""What a period would have looked like with other policies (docs/reference/matching.md, section 10).

The policies that are given are checked as if they were loaded, but never land: they are put into a schema of the
what-if's own, from which its staging models read them instead of raw (``policies``). Match is built there, as of the
same moment as what it is compared with (``ask``), and the differences are rows of ``ops.what_if`` (``comparison``).
"""
