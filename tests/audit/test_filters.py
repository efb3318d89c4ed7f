"""Which of the listed repositories are looked at."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from cardlint.audit.filters import Filters, day, filters
from cardlint.audit.items import Listed
from cardlint.errors import UsageError
from cardlint.hubrepo import HubName

if TYPE_CHECKING:
    from cardlint.repository import Kind

TODAY = date(2026, 11, 20)


def one(id_: str = "acme/vision-base", kind: Kind = "model", **item: Any) -> Listed:
    return Listed(HubName(kind, id_, "a" * 40), {"id": id_, **item})


@pytest.mark.parametrize(
    ("asked", "item", "holds"),
    [
        ({}, {}, True),
        ({"kinds": ["model"]}, {}, True),
        ({"kinds": ["dataset", "space"]}, {}, False),
        ({"tasks": ["text-generation"]}, {"pipeline_tag": "text-generation"}, True),
        ({"tasks": ["Text-Generation "]}, {"cardData": {"pipeline_tag": "text-generation"}}, True),
        ({"tasks": ["summarization"]}, {"cardData": {"task_categories": ["translation", "summarization"]}}, True),
        ({"tasks": ["summarization"]}, {}, False),
        ({"licenses": ["mit"]}, {"cardData": {"license": ["apache-2.0", "MIT"]}}, True),
        ({"licenses": ["mit"]}, {"tags": ["license:mit"]}, True),
        ({"licenses": ["acme-model-terms-1"]}, {"cardData": {"license": "other", "license_name": "acme-model-terms-1"}}, True),
        ({"licenses": ["mit"]}, {"cardData": {"license": 3, "license_name": []}}, False),
        ({"tags": ["medical"]}, {"tags": ["Medical", 3]}, True),
        ({"tags": ["medical", "legal"]}, {"cardData": {"tags": "legal"}}, True),
        ({"tags": ["medical"]}, {"cardData": [], "tags": {}}, False),
        ({"libraries": ["transformers"]}, {"library_name": "transformers"}, True),
        ({"libraries": ["gradio"]}, {"sdk": "gradio"}, True),
        ({"libraries": ["peft"]}, {"tags": ["library:peft"]}, True),
        ({"names": ["acme/vision-*"]}, {}, True),
        ({"names": ["vision-*"]}, {}, True),
        ({"names": ["acme"]}, {}, True),
        ({"names": ["acme/audio-*", "*-large"]}, {}, False),
        ({"exclude": ["*-base"]}, {}, False),
        ({"exclude": ["other/*"]}, {}, True),
        ({"visibility": "public"}, {"private": False}, True),
        ({"visibility": "public"}, {"gated": "auto"}, True),
        ({"visibility": "public"}, {"private": True}, False),
        ({"visibility": "private"}, {"private": True}, True),
        ({"visibility": "private"}, {"private": "yes"}, False),
        ({"visibility": "gated"}, {"gated": "manual"}, True),
        ({"visibility": "gated"}, {"gated": False}, False),
        ({"modified_since": "30d"}, {"lastModified": "2026-10-21T00:00:00.000Z"}, True),
        ({"modified_since": "30d"}, {"lastModified": "2026-10-20T23:59:59.000Z"}, False),
        ({"modified_before": "2026-01-31"}, {"lastModified": "2026-01-30T10:00:00.000Z"}, True),
        ({"modified_before": "2026-01-31"}, {"lastModified": "2026-01-31T00:00:00.000Z"}, False),
        ({"modified_since": "2026-01-01", "modified_before": "2026-02-01"}, {"lastModified": "2026-01-15"}, True),
        ({"modified_since": "30d"}, {"lastModified": "long ago"}, True),
        ({"modified_since": "30d"}, {}, True),
    ],
)
def test_each_filter_by_itself(asked: dict[str, Any], item: dict[str, Any], *, holds: bool) -> None:
    assert filters(**asked, today=TODAY).holds(one(**item)) is holds


def test_all_of_several_kinds_of_filters_have_to_hold() -> None:
    kept = filters(tasks=["translation"], names=["acme/*"], today=TODAY)
    assert kept.holds(one(pipeline_tag="translation"))
    assert not kept.holds(one("other/x", pipeline_tag="translation"))
    assert filters() == Filters()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"kinds": ["modle"]}, 'there is no kind "modle"; did you mean model?'),
        ({"kinds": ["x"]}, 'there is no kind "x"; it is one of model, dataset, space'),
        ({"tasks": ["text-generaton"]}, 'there is no task "text-generaton"; did you mean text-generation'),
        ({"licenses": ["apache-2"]}, 'there is no licence "apache-2"; did you mean apache-2.0'),
        ({"libraries": ["transformer"]}, 'there is no library "transformer"; did you mean transformers'),
        ({"visibility": "privat"}, 'there is no visibility "privat"; did you mean private?'),
        ({"names": ["a/b/c"]}, '"a/b/c" is no pattern of names; expected one as acme/vision-'),
        ({"exclude": ["hf://x"]}, '"hf://x" is no pattern of names'),
        ({"names": [" "]}, '" " is no pattern of names'),
        ({"modified_since": "yesterday"}, '"yesterday" is no day; expected a date as 2026-01-31, or days ago as 30d'),
        ({"modified_before": "2026-02-30"}, '"2026-02-30" is no day'),
        ({"modified_before": "99999999w"}, '"99999999w" is no day'),
        ({"modified_since": "99999999d"}, '"99999999d" is no day'),
    ],
)
def test_what_cannot_be_meant_is_an_error(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        filters(**asked, today=TODAY)
    assert message in str(caught.value)


def test_days_ago() -> None:
    assert day("99999d", TODAY).year < 1800
    assert day("2w", TODAY) == date(2026, 11, 6)
    assert day("1 day", TODAY) == date(2026, 11, 19)
    assert day(" 2026-01-31 ", TODAY) == date(2026, 1, 31)


def test_a_hostile_pattern_does_not_take_long() -> None:
    assert not filters(names=["*a" * 40 + "b"]).holds(one("acme/" + "a" * 90))
