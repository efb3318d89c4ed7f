"""How each shell asks for completions and is answered, by click's own mechanism, with what that lacks for `--option=value`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete, add_completion_class

from cardlint.cli.complete import VARIABLE, listed

if TYPE_CHECKING:
    import click

_FISH = """\
function %(complete_func)s
    set -l asked COMP_WORDS=(commandline -cp | string collect --allow-empty) COMP_CWORD=(commandline -t | string collect --allow-empty)
    for answer in (env $asked %(complete_var)s=fish_complete %(prog_name)s)
        set -l parts (string split --max 1 "," -- $answer)
        switch $parts[1]
            case dir
                __fish_complete_directories $parts[2]
            case file
                __fish_complete_path $parts[2]
            case plain
                echo $parts[2]
        end
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


class _Bash(BashComplete):
    """Bash, whose words end at `=`: `--policy=st` arrives as three."""

    def source(self) -> str:
        """The script. Whether a Bash is installed here, and which, says nothing of the one that will read it."""
        return ShellComplete.source(self)

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one at the cursor, without the `=` between an option and its value, and that one."""
        words, incomplete = super().get_completion_args()
        return [word for before, word in zip(["", *words], words, strict=False) if word != "=" or not before.startswith("--")], incomplete


class _WholeWords(ShellComplete):
    """Shells that take `--policy=st` as one word, and so want the whole word back."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """Click's completions, for a value behind an option's `=` with the option before it."""
        items = super().get_completions(args, incomplete)
        option, given, value = incomplete.partition("=")
        if not given or not option.startswith("--"):
            return items
        before = option + given
        if any(item.type != "plain" for item in items):
            return [CompletionItem(before + path) for path in listed(value)]
        return [CompletionItem(before + item.value, help=item.help) for item in items]


class _Zsh(_WholeWords, ZshComplete):
    """Zsh."""


class _Fish(_WholeWords, FishComplete):
    """Fish, with a script that keeps the commas of a list of rules."""

    source_template = _FISH


SHELLS: dict[str, type[ShellComplete]] = {"bash": _Bash, "zsh": _Zsh, "fish": _Fish}


def register() -> None:
    """Let click answer these shells so."""
    for name, shell in SHELLS.items():
        add_completion_class(shell, name)


def script(cli: click.Command, shell: str) -> str:
    """The script that makes a shell complete `cardlint`."""
    return SHELLS[shell](cli, {}, "cardlint", VARIABLE).source()
