"""Run all measurements, or those named: ``python -m bench [landing …]``. Each is a module here with ``main()``."""

import importlib
import pkgutil
import sys

import bench


def main(names: list[str]) -> int:
    """Run measurements by name, all where none is named."""
    known = sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_"))
    unknown = sorted(set(names) - set(known))
    if unknown:
        print(f"There is no measurement {', '.join(unknown)}. There are: {', '.join(known)}.")
        return 2
    for name in names or known:
        print(f"== {name}", flush=True)
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
