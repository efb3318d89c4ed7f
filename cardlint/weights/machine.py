"""The pickle machine: stack, marks and memo as the unpickler keeps them, without making a single object.

Opcodes as in CPython, Lib/pickle.py and Modules/_pickle.c; `pickletools.opcodes` is their reference. Where the real
machine would stop with an error, this one stops too, and what was seen before stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.budget import BrokenError, SpentError
from cardlint.weights.conditions import RESOLVING, Tame, meant, resolved, wrong_call, wrong_items, wrong_state
from cardlint.weights.opcodes import OPERATIONS
from cardlint.weights.values import KEPT, Blob, Box, Global, Made, Persistent, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.weights.budget import Budget
    from cardlint.weights.conditions import Wrong
    from cardlint.weights.names import Names
    from cardlint.weights.reading import Stream

_STOP = ord(".")


class Machine:
    """One program. `seen` are the names it asks for, in order; `called`, `changed` and `misused` what it does with them."""

    def __init__(self, stream: Stream, names: Names, budget: Budget, *, after_build: Callable[[Machine, Made], None] | None = None) -> None:
        """The stream stands at the first opcode. `after_build` is told of each object BUILD gave its state."""
        self.stream, self.names, self.budget, self.after_build = stream, names, budget, after_build
        self.tame = Tame(budget)
        self.stack: list[Value] = []
        self.outer: list[list[Value]] = []
        self.memo: dict[int, Value] = {}
        self.protocol = 0
        self.start = 0
        self.seen: list[Global] = []
        self.called: list[Made] = []
        self.changed: list[tuple[Global, int]] = []
        self.misused: list[tuple[Global, Wrong, int]] = []
        self.hooked: int | None = None
        self.oddities: list[tuple[str, int]] = []
        self.frame_end: int | None = None
        self.crossed: int | None = None
        self.persistent: int | None = None

    def run(self) -> Value:
        """The value at STOP. Raises BrokenError, EndOfDataError, SpentError; what was seen until then stands."""
        stream, operations, spend = self.stream, OPERATIONS, self.budget.spend
        while True:
            self.start = stream.position
            code = stream.take(1)[0]
            spend(1)
            if code == _STOP:
                return self.pop()
            operation = operations.get(code)
            if operation is None:
                raise BrokenError(f"opcode 0x{code:02x} does not exist")
            operation(self)
            if self.frame_end is not None and stream.position >= self.frame_end:
                self._leave_frame()

    def _leave_frame(self) -> None:
        assert self.frame_end is not None
        if self.stream.position > self.frame_end and self.crossed is None:
            self.crossed = self.start
        self.frame_end = None

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
        return items

    # Names and calls

    def ask(self, module: Value, name: Value) -> Global:
        """A name the program asks for."""
        if not isinstance(module, str) or not isinstance(name, str):
            if isinstance(module, (Blob, Made)) or isinstance(name, (Blob, Made)):
                self.oddities.append(("asks for a name that is computed or too long to keep", self.start))
                module, name = "?", "?"
            else:
                raise BrokenError("a name that is no text is asked for")
        found = Global(module, name, self.start, self.names.look(module, name, self.protocol))
        self.seen.append(found)
        return found

    def call(self, callee: Value, args: Value, *, new: bool = False) -> None:
        """Call a value; its result is pushed. `new` says that its constructor is not called."""
        if not isinstance(callee, (Global, Made, Blob, Persistent)):
            raise BrokenError("what is called cannot be called")
        made = Made(callee, args, self.start, new=new)
        self.called.append(made)
        if not isinstance(callee, Global):
            self.push(made)
            return
        callee.called += 1
        wrong = wrong_call(made, self.tame)
        if wrong is None and callee.known.condition in RESOLVING:
            self.push(self.ask(*resolved(made)))
            return
        self.misuse(callee, wrong)
        shortest = made if wrong is not None else meant(made)
        if shortest is not made:
            shortest.callee.called += 1
        self.push(shortest)

    def misuse(self, item: Value, wrong: Wrong | None) -> None:
        """Note what is wrong with a use of a vetted name, if anything is; what no name made is wrong by itself."""
        if wrong is not None and isinstance(item, Global):
            self.misused.append((item, wrong, self.start))

    def change(self, value: Value) -> None:
        """A value is given items or a state. To change what a name stands for is no pickler's doing."""
        if isinstance(value, Global):
            self.changed.append((value, self.start))
        elif isinstance(value, Persistent):
            self.oddities.append(("changes an object it does not hold", self.start))

    def fill(self, value: Value, items: list[Value]) -> None:
        """A value is given items."""
        self.change(value)
        if isinstance(value, Box):
            value.hold(items)
        elif isinstance(value, Made):
            self.misuse(value.callee, wrong_items(value))
            value.filled = True

    def build(self, value: Value, state: Value) -> None:
        """A value is given a state."""
        self.change(value)
        if isinstance(value, Made):
            self.misuse(value.callee, wrong_state(value, state))
            value.state, value.built = state, True
            if self.after_build is not None:
                self.after_build(self, value)

    def remember(self, key: int, value: Value) -> None:
        """Put a value into the memo."""
        if key < 0:
            raise BrokenError("a memo key is negative")
        if len(self.memo) >= self.budget.memo:
            raise SpentError
        self.memo[key] = value

    def recall(self, key: int) -> None:
        """Push a value from the memo."""
        if key not in self.memo:
            raise BrokenError(f"there is no memo entry {key}")
        value = self.memo[key]
        if isinstance(value, Global):
            value.pushed += 1
        self.push(value)

    def repeat(self) -> None:
        """Push the top of the stack once more."""
        value = self.top()
        if isinstance(value, Global):
            value.pushed += 1
        self.push(value)

    # Reading

    def number(self, size: int) -> int:
        """The next bytes as an unsigned number, little-endian."""
        return int.from_bytes(self.stream.take(size), "little")

    def data(self, length: int) -> Value:
        """The next bytes: themselves where they are few, else where they lie."""
        if length <= KEPT:
            return self.stream.take(length)
        offset = self.stream.position
        self.stream.skip(length)
        return Blob(offset, length)
