"""What this run said in confidence: every secret, token, password, e-mail address and reason that a test used.

The scanner at the end looks for each of them in all that the server wrote.
"""

SHORTEST = 8

_spoken: dict[str, str] = {}


def confide(what: str, text: str) -> str:
    """Remembers a text that must stand nowhere in clear, and hands it back."""
    # Shorter ones would be found by chance.
    assert len(text) >= SHORTEST, f"{what} is too short to be looked for: {text!r}"
    _spoken.setdefault(text, what)
    return text


def everything() -> dict[str, str]:
    """Each text with what it was."""
    return dict(_spoken)
