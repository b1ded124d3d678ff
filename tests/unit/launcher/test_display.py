import io

from rich.console import Console

from launcher.display import Display


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_away_from_a_terminal_news_come_every_ten_seconds_only():
    clock, out = Clock(), io.StringIO()
    display = Display(Console(file=out, width=200), clock)
    display.step("Starting")
    for text in ("one", "two"):
        clock.now += 6
        display.working(text)
    display.done("Finished")
    lines = [line.strip() for line in out.getvalue().splitlines()]
    assert lines == ["0 s Starting", "12 s   … two", "12 s Finished"]
