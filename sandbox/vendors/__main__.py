"""``python -m sandbox.vendors --organisations 20000 --seed 7 --part test out.csv``: one made-up vendor master."""

import argparse
import csv
from pathlib import Path

from sandbox.vendors.masters import TEST, TRAINING, as_row, master


def main() -> None:
    """Write the rows with their labels."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.vendors")
    parser.add_argument("--organisations", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--part", choices=("training", "test"), default="test")
    parser.add_argument("out", type=Path)
    chosen = parser.parse_args()
    part = TRAINING if chosen.part == "training" else TEST
    rows = [as_row(record) for record in master(chosen.organisations, chosen.seed, part)]
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    with chosen.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows):,} vendor numbers of {chosen.organisations:,} organisations in {chosen.out}")


if __name__ == "__main__":
    main()
