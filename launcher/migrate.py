"""Migrates the warehouse: ``TIEOUT_WAREHOUSE`` is its URL, ``TIEOUT_CONFIG`` the folder of its contracts."""

import os

from tieout import settings
from tieout.warehouse.migrate import migrate

if __name__ == "__main__":
    migrate(os.environ["TIEOUT_WAREHOUSE"], settings.objects_dir())
