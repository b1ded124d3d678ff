"""The launcher's error: one sentence that says what happened, one that says what to do."""


class LaunchError(RuntimeError):
    """Something could not be set up, started or run.

    Args:
        message: what happened, in one sentence.
        advice: what the reader should do about it.
    """

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(f"{message} {advice}")
        self.message = message
        self.advice = advice
