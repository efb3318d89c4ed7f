"""Shell text as commands."""

from __future__ import annotations

import pytest
from ending import ends
from hypothesis import given
from hypothesis import strategies as st

from cardlint.code.shell import commands, option, options


def said(code: str) -> list[list[str | None]]:
    return [[word.text for word in command.words] for command in commands(code)]


CASES = [
    ("pip install torch && hf download a/b", [["pip", "install", "torch"], ["hf", "download", "a/b"]]),
    ("a; b | c & d || e\nf", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]),
    ("pip install a \\\n  b", [["pip", "install", "a", "b"]]),
    ("pip install a \\\r\n  b\r\necho c\r\n", [["pip", "install", "a", "b"], ["echo", "c"]]),
    ("down\\\nload x", [["download", "x"]]),
    ("a # b; c\n# d\ne#f '#g'", [["a"], ["e#f", "#g"]]),
    ("a 'b c' \"d e\" f\\ g \"h\"'i'j", [["a", "b c", "d e", "f g", "hij"]]),
    ('a "b\\"c\\n" $\'d\' $\'e\\n\' ""', [["a", 'b"c\\n', "d", None, ""]]),
    ("cat <<EOF > f\npip install no\nEOF\nls", [["cat"], ["ls"]]),
    ("cat <<-'E F'\n\tno\n\tE F\nls", [["cat"], ["ls"]]),
    ("cat <<A <<B\nno\nA\nno\nB\nls", [["cat"], ["ls"]]),
    ("cat <<EOF\nno", [["cat"]]),
    ("bash <<EOF\npip install a\nEOF\nls", [["bash"], ["pip", "install", "a"], ["ls"]]),
    ("bash x.sh <<EOF\nno\nEOF", [["bash", "x.sh"]]),
    ("cat <<< text > out 2>&1 &> all\nls 2> x < y", [["cat"], ["ls"]]),
    ("pip install torch>=2 12", [["pip", "install", "torch", "12"]]),
    ("sudo -E -u root env -u Y X=1 time -p exec a", [["a"]]),
    ("timeout -k 1 10s a b; nohup c; sudo; env", [["a", "b"], ["c"], ["sudo"], ["env"]]),
    ("X=1 a; X=2", [["a"]]),
    ("(a; b) && { c; }", [["a"], ["b"], ["c"]]),
    ("if a; then b; else c; fi; while ! d; do e; done", [["a"], ["b"], ["c"], ["d"], ["e"]]),
    ("for f in a b; do c $f; done; case $1 in x|y) d ;; esac", [["c", None], ["d"]]),
    ("f() { a; }\nfunction g { b; }", [["a"], ["function", "g", "{", "b"]]),
    ("a $(b c) `d` <(e)", [["a", None, None, None], ["b", "c"], ["d"], ["e"]]),
    ('a "$(b "c d") e"', [["a", None], ["b", "c d"]]),
    ("a $((1 << 2)) ${x:-${y}} $1 ${{ github.ref }}\nb", [["a", None, None, None, None], ["b"]]),
    ("x=(a b)\nb ${x[@]}", [["b", None]]),
    ("R=abc\na $R ${R} \"$R\" '$R' x-$R-y", [["a", "abc", "abc", "abc", "$R", "x-abc-y"]]),
    ("R=abc\nR=abd\na $R", [["a", None]]),
    ("R=$(x)\na $R", [["x"], ["a", None]]),
    ("export R=abc S\na $R", [["export", "R=abc", "S"], ["a", "abc"]]),
    ("R=a\nread R\na $R", [["read", "R"], ["a", None]]),
    ("R=a\nR+=b\na $R", [["a", None]]),
    ("R='b c'\na $R \"$R\"", [["a", None, "b c"]]),
    ("A=x\nB=$A/y\na $B", [["a", "x/y"]]),
    ("a b[c] d==2.* e?", [["a", "b[c]", None, None]]),
    ("bash -lc 'a \"b c\" && d'", [["bash", "-lc", 'a "b c" && d'], ["a", "b c"], ["d"]]),
    ('R=r\n/bin/sh -e -c "a \\"$R\\" $S $(b)"', [["/bin/sh", "-e", "-c", None], ["a", "r", None, None], ["b"]]),
    ("sh -c", [["sh", "-c"]]),
    ("bash run.sh -c 'a'", [["bash", "run.sh", "-c", "a"]]),
    ("bash -c 'X=1; a $X'; b $X", [["bash", "-c", "X=1; a $X"], ["a", "1"], ["b", None]]),
    ("$ a \\\n> b\nyou don't\n$ c\n", [["a", "b"], ["c"]]),
    ("# first\n$ a\nb", [["a"]]),
    ("$ a \\", [["a"]]),
    ("(venv) me@host:~/x$ a\n[me@host x]$ b\nPS C:\\x> c\nC:\\> d\n% e", [["a"], ["b"], ["c"], ["d"], ["e"]]),
    ("a\n$ b\n> c", [["a"], ["b"]]),
    ("!a b\n%c d\n!!e", [["a", "b"], ["c", "d"], ["e"]]),
    ("echo don't\na", [["echo", None], ["a"]]),
    ('echo "x\na', [["echo", None], ["a"]]),
    ('echo "x', [["echo", "x"]]),
    ("echo don't", [["echo", None]]),
    ("# end", []),
    ("case x in (a) b ;; esac )", [["a"], ["b"]]),
    ("a $(b", [["a", None], ["b"]]),
    ("a\rb", [["a"], ["b"]]),
    ("a " + "$(" * 70 + "b `c` (d) " + ")" * 70 + " e", [["a", None, "e"], *[[None]] * 62, [None, None, "d"]]),
]


@pytest.mark.parametrize(("code", "expected"), CASES)
def test_commands_say_what_runs(code: str, expected: list[list[str | None]]) -> None:
    assert said(code) == expected


def test_variables_from_outside_are_known() -> None:
    assert [word.text for command in commands("a $X $Y", {"X": "1"}) for word in command.words] == ["a", "1", None]


def test_a_variable_that_grows_is_not_followed_for_ever() -> None:
    code = "A=0123456789\n" + "".join(f"{after}=${before}${before}\n" for before, after in zip("ABCDEFGHIJ", "BCDEFGHIJK", strict=True))
    assert said(code + "a $C $K") == [["a", "0123456789" * 4, None]]
    many = [word for command in commands(f"A={'x' * 900}\n" + "a $A\n" * 2000) for word in command.words]
    assert many[1].text == "x" * 900
    assert many[-1].text is None


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("pip install 'torch>=2'", "'torch>=2'"),
        ("bash -c 'pip install torch'", "torch"),
        ('bash -c "pip install \\"torch\\" # x"', '"torch\\"'),
        ('R=x\nsh -c "pip install ${R}"', "${R}"),
        ("bash <<X\npip install torch\nX", "torch"),
        ("$ pip install torch\ndone", "torch"),
    ],
)
def test_places_are_those_of_the_text(code: str, written: str) -> None:
    word = [*commands(code)][-1].words[-1]
    assert code[word.start : word.end] == written


def test_options_are_read_in_both_forms() -> None:
    code = "hf download a --revision=x -r y --revision $Z --revision"
    (command,) = commands(code)
    assert [word.text for word in options(command, "--revision", "-r")] == ["x", "y", None]
    first, _, last = options(command, "--revision", "-r")
    assert option(command, "--revision", "-r") == last
    assert option(command, "--token") is None
    assert code[first.start : first.end] == "x"


def test_assignments_before_a_command_are_kept() -> None:
    (command,) = commands("sudo env A=1 B=2 pip install c")
    assert [word.text for word in command.assignments] == ["A=1", "B=2"]


ALPHABET = st.sampled_from(
    [
        *"ab $(){}[]'\"`\\\n\r\t;&|<>#*?=!%^-",
        "$(",
        "<<E\n",
        "sh -c '",
        'bash -c "',
        "X=1",
        "$X",
        "for ",
        "E\n",
        "${X}",
        "${",
        "$ ",
        "\\\r\n",
    ]
)


@given(st.lists(ALPHABET, max_size=60).map("".join))
def test_no_text_raises_and_every_place_is_in_it(code: str) -> None:
    for command in commands(code):
        assert command.words
        for word in (*command.words, *command.assignments):
            assert 0 <= word.start < word.end <= len(code)


@given(st.lists(st.from_regex(r"[a-z][a-z0-9./=-]{0,8}", fullmatch=True), min_size=1, max_size=6))
def test_plain_words_are_themselves(words: list[str]) -> None:
    code = "run " + " ".join(words)
    (command,) = commands(code)
    assert [code[word.start : word.end] for word in command.words] == [word.text for word in command.words] == ["run", *words]


@pytest.mark.parametrize("piece", ["&&", "\\", "$(", "`", "'", '"', "${", "$((", "(", "<<a\n", "x \\\n", "$'\\'", "#"])
def test_hostile_sizes_take_little_time(piece: str) -> None:
    code = piece * (2_000_000 // len(piece) // (1 if piece in {"&&", "\\", "$("} else 8))
    with ends():
        for _ in commands(code):
            pass
