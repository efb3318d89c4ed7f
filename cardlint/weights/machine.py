"""The pickle machine: stack, marks and memo as the unpickler keeps them, without making a single object.

Opcodes as in CPython, Lib/pickle.py and Modules/_pickle.c; `pickletools.opcodes` is their reference. The two differ in what they
put up with: this one goes on where either does, and stops with an error where both stop. What was seen before stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from cardlint.weights.budget import BrokenError, SpentError
from cardlint.weights.conditions import KEPT_TO_CALL, RESOLVING, meant, resolved, wrong_call, wrong_items, wrong_state
from cardlint.weights.fast import fast
from cardlint.weights.loads import NESTED
from cardlint.weights.opcodes import ACTIONS
from cardlint.weights.reading import EndOfDataError
from cardlint.weights.tame import Tame, is_instance
from cardlint.weights.texts import Texts
from cardlint.weights.values import UNKNOWN, Box, Global, Made, Persistent, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.weights.budget import Budget
    from cardlint.weights.conditions import Wrong
    from cardlint.weights.names import Names
    from cardlint.weights.reading import Stream

_STOP = ord(".")
MOST_NAMES = 10_000
_MOST_LOADS = 10_000
_CALL = 8  # opcodes that take as long as a call, or a state
_MANY = 64  # arguments of a call that take as long as an opcode
AfterBuild: TypeAlias = "Callable[[Machine, Made], None]"
CALLS_SAVED_CLASS = "calls a class that torch has saved together with its source"
_NAMING = frozenset({Global, tuple})
_NOTED = _NAMING | {Box, Made}


class Machine:
    """One program. `seen` are the names it asks for, in order and once each; the rest is what it does, with the first opcode that does so.

    `misused` are vetted names that are not used as they have to be, `changed` names that are given items or a state.
    `oddities` are what no pickler does, `deceptions` what is done only to hide something. `persistent` are the objects the
    program does not hold. `crossed` is the first opcode that disagrees with the frames.
    """

    def __init__(self, stream: Stream, names: Names, budget: Budget, *, after_build: AfterBuild | None = None) -> None:
        """The stream stands at the first opcode. `after_build` is told of each object BUILD gave its state."""
        self.stream, self.names, self.budget, self.after_build = stream, names, budget, after_build
        self.stack: list[Value] = []
        self.outer: list[list[Value]] = []
        self.memo: dict[int, Value] = {}
        self.value: Value = None
        self.protocol = 0
        self.start = 0
        self.texts: Texts = Texts(stream, budget)
        self.seen: list[Global] = []
        self.calls = 0
        self.tame = Tame(budget)
        self.misused: dict[tuple[Global, Wrong], int] = {}
        self.changed: dict[Global, int] = {}
        self.oddities: dict[str, int] = {}
        self.deceptions: dict[str, int] = {}
        self.persistent: list[tuple[Persistent, int]] = []
        self.loads: list[Made] = []  # calls that load the bytes they are given
        self.lists = 0  # how many items of a list are kept
        self.below = 0  # values below marks, and in tuples
        self.frame_end: int | None = None
        self.crossed: int | None = None
        self._asked: dict[tuple[str, str, bool], Global] = {}

    def run(self) -> Value:
        """The value at STOP. Raises BrokenError, EndOfDataError, SpentError; what was seen until then stands."""
        try:
            while not fast(self):
                if self.below + len(self.stack) + len(self.memo) + len(self.outer) > self.budget.memo:
                    raise SpentError
        except EndOfDataError:
            self._broken_in_frame(self.stream.end + 1)
            raise
        except BrokenError:
            self._broken_in_frame(self.stream.position)
            raise
        return self.value

    def _broken_in_frame(self, reached: int) -> None:
        """An opcode that fails may do so only because it goes beyond its frame."""
        if self.frame_end is not None and reached > self.frame_end:
            self.cross()

    def step(self, code: int = 0) -> bool:
        """The opcode at which the stream stands, which may be known to be there; whether it was STOP."""
        stream = self.stream
        if code:
            stream.at += 1
        else:
            code = stream.take(1)[0]
        if code == _STOP:
            self.value = self.pop()
            self.put_away([self.value])
            if self.frame_end is not None:
                self.leave_frame()
            stream.leave()
            return True
        ACTIONS[code](self)
        if self.frame_end is not None and stream.base + stream.at >= self.frame_end:
            self.leave_frame()
        return False

    def leave_frame(self) -> None:
        """The frame has to end here; where it does not, unpicklers that read from a file go on somewhere else."""
        if self.stream.position != self.frame_end:
            self.cross()
        self.frame_end = None

    def cross(self) -> None:
        """This opcode and the frames disagree."""
        if self.crossed is None:
            self.crossed = self.start

    # The stack

    def push(self, value: Value) -> None:
        """Put a value on the stack."""
        self.stack.append(value)

    def pop(self) -> Value:
        """Take the top of the stack."""
        if not self.stack:
            raise BrokenError("the stack is empty")
        return self.stack.pop()

    def top(self) -> Value:
        """The top of the stack, which stays."""
        if not self.stack:
            raise BrokenError("the stack is empty")
        return self.stack[-1]

    def pop_mark(self) -> list[Value]:
        """All since the last mark."""
        if not self.outer:
            raise BrokenError("there is no mark")
        items, self.stack = self.stack, self.outer.pop()
        self.below -= len(self.stack)
        return items

    def number(self, size: int) -> int:
        """The next bytes as an unsigned number, little-endian."""
        return int.from_bytes(self.stream.take(size), "little")

    # Names and calls

    def ask(self, module: Value, name: Value) -> Global:
        """A name the program asks for."""
        if type(module) is not str or type(name) is not str:
            module, name = self._spelt(module), self._spelt(name)
        key = module, name, self.protocol < 3  # noqa: PLR2004 - before it, names are translated
        found = self._asked.get(key)
        if found is None:
            if len(self._asked) >= MOST_NAMES:
                raise SpentError
            found = self._asked[key] = Global(module, name, self.start, self.names.look(module, name, self.protocol))
            self.seen.append(found)
        return found

    def _spelt(self, part: Value) -> str:
        """A part of a name: text, or what may turn out to be text. What a name stands for may be text as well: `os.sep`."""
        text = self.texts.again(part)
        if text is not None:
            return text
        unknown = isinstance(part, (Made, Global, Persistent)) and not is_instance(part)
        if unknown or part is UNKNOWN or self.texts.is_text(part):
            self.deceptions.setdefault("asks for a name that is computed or hidden in a long text, which no pickler does", self.start)
            return "?"
        raise BrokenError("a name that is no text is asked for")

    def call(self, callee: Value, args: Value, *keywords: Value, new: bool = False) -> None:
        """Call a value; its result is pushed. `new` says that its constructor is not called."""
        # Many arguments are gone through, and may be those of many calls.
        self.budget.spend(_CALL + (len(args) // _MANY if type(args) is tuple else 0))
        made: Value = Made(callee, (args, *keywords) if keywords else args, self.start, new=new)
        if isinstance(callee, Global):
            made = self._judged(callee, made)
        elif isinstance(callee, (Made, Persistent)) or callee is UNKNOWN:
            message = CALLS_SAVED_CLASS if _is_saved_class(callee) else "calls what another call returned, or what is not known"
            self.oddities.setdefault(message, self.start)
        else:
            raise BrokenError("what is called cannot be called")
        if type(args) is not tuple:
            self.oddities.setdefault("calls something with arguments that are no tuple, and so not known", self.start)
        self.calls += 1
        self.stack.append(made)

    def _judged(self, callee: Global, made: Made) -> Value:
        """What a call of a name yields: a new object, or what another name stands for."""
        wrong = wrong_call(made, self.tame)
        if wrong is not None:
            self.misuse(callee, wrong)
            return made
        if callee.known.condition == NESTED:
            if len(self.loads) >= _MOST_LOADS:
                raise SpentError
            self.loads.append(made)
        return self.ask(*resolved(made)) if callee.known.condition in RESOLVING else meant(made)

    def misuse(self, item: Value, wrong: Wrong | None) -> None:
        """Note what is wrong with a use of a vetted name, if anything is; what no name made is wrong by itself."""
        if wrong is not None and isinstance(item, Global):
            self.misused.setdefault((item, wrong), self.start)

    def put_away(self, values: list[Value]) -> list[Value]:
        """Values come where something may call them later; those that are no literals."""
        if _NOTED.isdisjoint(map(type, values)):
            return []
        noted = [value for value in values if type(value) in _NOTED]
        for value in noted:
            if type(value) in _NAMING:
                self.misuse(self.tame.called_only(value), KEPT_TO_CALL)
        return noted

    def fill(self, value: Value, items: list[Value]) -> None:
        """A value is given items."""
        noted = self.put_away(items)
        if isinstance(value, Box):
            value.hold(noted)
            return
        self.change(value)
        if isinstance(value, Made):
            self.misuse(value.callee, wrong_items(value))
            value.filled = True

    def build(self, value: Value, state: Value) -> None:
        """A value is given a state."""
        self.budget.spend(_CALL)
        self.change(value)
        self.put_away([state])
        if isinstance(value, Made):
            self.misuse(value.callee, wrong_state(value, state))
            value.state, value.built = state, True
            if self.after_build is not None:
                self.after_build(self, value)

    def change(self, value: Value) -> None:
        """A value is given items or a state. To change what a name stands for is no pickler's doing."""
        if isinstance(value, Global):
            self.changed.setdefault(value, self.start)
        elif isinstance(value, Persistent):
            self.oddities.setdefault("changes an object it does not hold", self.start)

    def absorb(self, other: Machine) -> None:
        """What another program does that runs when this one does."""
        self.seen += other.seen
        self.loads += other.loads
        self.calls += other.calls
        self.persistent += other.persistent
        self.misused = other.misused | self.misused
        self.changed = other.changed | self.changed
        self.oddities = other.oddities | self.oddities
        self.deceptions = other.deceptions | self.deceptions
        self.texts.absorb(other.texts)
        if self.crossed is None:
            self.crossed = other.crossed

    def remember(self, key: Value, value: Value) -> None:
        """Put a value into the memo."""
        if not isinstance(key, int) or key < 0:
            raise BrokenError("a memo key is negative, or larger than a number may be")
        self.memo[key] = value

    def recall(self, key: Value) -> None:
        """Push a value from the memo."""
        if not isinstance(key, int) or key not in self.memo:
            raise BrokenError(f"there is no memo entry {key if isinstance(key, int) else 'of so large a number'}")
        self.push(self.memo[key])


def _is_saved_class(callee: Value) -> bool:
    """Whether what is called is a class that torch's formats before 1.6 hold as a persistent id, beside its source."""
    key = callee.key if isinstance(callee, Persistent) and type(callee.key) is tuple else ()
    return len(key) > 1 and isinstance(key[1] if type(key[0]) is str and key[0] == "module" else key[0], Global)
