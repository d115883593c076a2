"""A tour of the ten digits as a student types it, and back: "0693…" ↔ [0, 6, 9, 3, …]."""

from collections.abc import Sequence

SEPARATORS = " ,;-–→>"


class OrderError(ValueError):
    """The text is no order of digits; the message says what is wrong with it."""


def read_order(text: str) -> list[int]:
    """The digits in the order they were typed, none twice, perhaps not all ten yet; separators are ignored.

    Raises:
        OrderError: another character, or a digit a second time.
    """
    kept = [character for character in text if character not in SEPARATORS]
    foreign = [character for character in kept if character not in "0123456789"]
    if foreign:
        raise OrderError(f"“{foreign[0]}” is no digit; write the digits 0 to 9 in the order of your tour")
    order = [int(character) for character in kept]
    again = [digit for place, digit in enumerate(order) if digit in order[:place]]
    if again:
        raise OrderError(f"{again[0]} stands there twice; a tour visits every digit once")
    return order


def write_order(order: Sequence[int]) -> str:
    """The digits one after the other, as `read_order` takes them."""
    return "".join(str(digit) for digit in order)
