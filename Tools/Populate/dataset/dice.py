"""Dice that fall alike for the same seed, on every machine and in every version of Python (SplitMix64)."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
_BITS = (1 << 64) - 1


class Dice:
    def __init__(self, seed: int):
        self._state = seed & _BITS

    def next(self) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & _BITS
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _BITS
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _BITS
        return mixed ^ (mixed >> 31)

    def below(self, bound: int) -> int:
        return self.next() % max(1, bound)

    def once_in(self, times: int) -> bool:
        return self.below(times) == 0

    def pick(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """So many different ones, in their order; all of them where there are no more."""
        if count >= len(items):
            return list(items)
        chosen: set[int] = set()
        while len(chosen) < count:
            chosen.add(self.below(len(items)))
        return [items[place] for place in sorted(chosen)]

    def split(self) -> "Dice":
        """Other dice, which fall independently of these."""
        return Dice(self.next())
