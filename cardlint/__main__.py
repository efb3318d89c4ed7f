"""The command. `--version` is answered before anything else is imported."""

from __future__ import annotations

import gc
import os
import sys

_OBJECTS = 10_000


def hf() -> None:
    """The same as a command of the Hub's client: what `hf cardlint …` starts, by the package under integrations/hf-cardlint."""
    main("hf cardlint")


def main(program: str = "cardlint") -> None:
    """Run the command line and exit by the contract. `program` is how people call it."""
    if sys.argv[1:] == ["--version"] and sys.stdout is not None:
        from cardlint import __version__

        try:
            sys.stdout.write(f"cardlint {__version__}\n")
            sys.stdout.flush()
        except OSError:
            # Nobody reads, or nothing fits; Python's own flush at exit would try again and complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        return
    # What a run makes is kept to its end or goes by itself; looking for cycles after every 700 objects costs a tenth of the time.
    gc.set_threshold(_OBJECTS)
    from cardlint.cli import run

    try:
        sys.exit(run(sys.argv[1:], program))
    finally:
        gc.freeze()  # all of it goes with the process; Python would look through it twice before


if __name__ == "__main__":
    main()
