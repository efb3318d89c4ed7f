"""Models in XML: OpenVINO and PMML. Entities, operators of extensions, functions of Java, and data outside of the file.

docs.openvino.ai, "OpenVINO IR format"; dmg.org, PMML 4.4. Parsed by expat piece by piece; a document type is where it ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.budget import SpentError
from cardlint.weights.collect import Collected
from cardlint.weights.paths import leads_out
from cardlint.weights.patterns import lazily
from cardlint.weights.verdict import Judgement

if TYPE_CHECKING:
    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader
    from cardlint.weights.verdict import Verdict

LARGEST = 256_000_000  # bytes
_PIECE = 65_536
_COST = 4  # operations for an element: they stand for time
_OPSET = lazily(r"opset[0-9]{1,2}|ie_internal_opset|type_relaxed_opset|experimental|")
_ROOT = lazily(r"(?s)\ufeff?\s*(?:(?:<\?[^>]*>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)\s*)*<(?:\w+:)?(net|PMML)[\s/>]")


class _HostileError(Exception):
    """A document type: with it come entities, which nobody needs here."""


def recognise(text: str) -> str | None:
    """The kind of model by the beginning of the document; None where it is none."""
    found = _ROOT.match(text[:4096])
    return None if found is None else {"net": "openvino", "PMML": "pmml"}[found[1]]


def judge(reader: Reader, context: Context) -> Judgement:
    """A document."""
    document = _Document(context)
    if reader.size > LARGEST:
        document.add("review", "document", f"has {reader.size:,} bytes, more than are read")
    else:
        document.read(reader)
    return Judgement(context.format, document.found.evidence())


class _Document:
    def __init__(self, context: Context) -> None:
        from xml.parsers import expat  # few files need it

        self.context = context
        self.found = Collected()
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._element
        self.parser.StartDoctypeDeclHandler = self._doctype

    def add(self, verdict: Verdict, about: str, message: str) -> None:
        """Evidence where the parser stands."""
        offset = max(0, self.parser.CurrentByteIndex)
        self.found.say(verdict, about, message, offset=offset)

    def read(self, reader: Reader) -> None:
        """Every element, until the document ends or is none any more."""
        from xml.parsers import expat

        try:
            for start in range(0, reader.size, _PIECE):
                self.parser.Parse(reader.read(start, _PIECE), start + _PIECE >= reader.size)
        except expat.ExpatError as error:
            self.add("review", "document", f"cannot be read to its end as XML: {error}")
        except _HostileError as error:
            self.add("block", "DOCTYPE", str(error))
        except SpentError:
            self.found.spent()

    def _doctype(self, name: str, system: str | None, public: str | None, internal: object) -> None:
        if system or public or internal:
            raise _HostileError("has a document type with entities of its own or from elsewhere, which no model needs")
        self.add("review", "DOCTYPE", f"has a document type ({name}), which no model needs")

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        self.context.budget.spend(_COST)
        own = name.rpartition(":")[2]
        if self.context.format == "openvino" and own == "layer":
            self._layer(attributes)
        elif self.context.format == "pmml" and own == "Apply":
            self._function(attributes.get("function", ""))
        for key in ("path", "href", "file", "filename") if own in {"data", "custom", "TableLocator", "Extension"} else ():
            self._path(own, attributes.get(key, ""))

    def _layer(self, attributes: dict[str, str]) -> None:
        """An operator of no operator set is in a library that has to be loaded."""
        version, kind = attributes.get("version", ""), attributes.get("type", "")
        if not _OPSET.fullmatch(version):
            name = f"{version}.{kind}"
            self.add("review", name, f"has the operator {name}, which is not one of OpenVINO: a library has to be loaded for it")

    def _function(self, name: str) -> None:
        """JPMML takes a dotted name for a class of Java."""
        if "." in name and not name.startswith(("x-", "http")):
            self.add("review", name, f"calls the function {name}, which evaluators in Java take for a class")

    def _path(self, element: str, path: str) -> None:
        if why := leads_out(path):
            self.add("block", path, f"names {path!r} in <{element}>, which {why}")
