"""Where the embedded estate's bank takes payments (config/sources/bank.yml)."""

from tieout.sources.files import Paying

BANK = Paying("bank", "incoming/payments", "incoming/positive_pay")
