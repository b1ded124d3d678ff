"""The transformation waits for extractions under way, but not for ever."""

import asyncio

from tieout.operators.wait import ExtractionsEnded


def fired(trigger, answers):
    """Run a trigger against a list of answers; return the event and how many looks it took."""
    looks = iter(answers)

    async def under_way():
        return next(looks)

    trigger._under_way = under_way

    async def first():
        async for event in trigger.run():
            return event.payload

    return asyncio.run(first()), len(answers) - len(list(looks))


def test_it_fires_at_once_when_nothing_is_under_way():
    event, looks = fired(ExtractionsEnded(["a"], patience_seconds=10, poll_seconds=0.01), [[], ["a"]])
    assert event == {"under_way": []}
    assert looks == 1


def test_it_fires_when_the_last_extraction_has_ended():
    event, looks = fired(ExtractionsEnded(["a"], patience_seconds=10, poll_seconds=0.01), [["a"], ["a"], []])
    assert event == {"under_way": []}
    assert looks == 3


def test_it_names_what_is_still_under_way_when_the_patience_is_over():
    event, _ = fired(ExtractionsEnded(["a", "b"], patience_seconds=0.02, poll_seconds=0.01), [["b"]] * 5)
    assert event == {"under_way": ["b"]}


def test_the_triggerer_can_make_the_same_trigger_again():
    path, arguments = ExtractionsEnded(["a"], patience_seconds=7, poll_seconds=2).serialize()
    assert path == "tieout.operators.wait.ExtractionsEnded"
    assert ExtractionsEnded(**arguments).serialize() == (path, arguments)
