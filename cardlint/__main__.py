"""The command. `--version` is answered before anything else is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit by the contract."""
    if sys.argv[1:] == ["--version"]:
        from cardlint import __version__

        sys.stdout.write(f"cardlint {__version__}\n")
        return
    from cardlint.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
