"""The command. `--version` is answered before anything else is imported."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and exit by the contract."""
    if sys.argv[1:] == ["--version"] and sys.stdout is not None:
        from cardlint import __version__

        try:
            sys.stdout.write(f"cardlint {__version__}\n")
            sys.stdout.flush()
        except OSError:
            os._exit(1)  # nobody reads, or nothing fits; an ordinary exit would try again and complain
        return
    from cardlint.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
