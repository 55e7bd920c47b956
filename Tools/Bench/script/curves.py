"""Curves: what a figure comes to as something grows, drawn as SVG with both axes logarithmic."""

import dataclasses
import math
from pathlib import Path

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 80, 170, 50, 50
COLOURS = ("#2a7f62", "#b5523b", "#3b5fb5", "#8a6d1f", "#6b3b8f")

Point = tuple[float, float]


@dataclasses.dataclass
class Curve:
    """One picture: a line for each series, a dot for each median that was measured."""

    file: str
    title: str
    #: What is at the bottom, and what at the side.
    across: str
    up: str
    series: dict[str, list[Point]]


def decades(values: list[float]) -> tuple[int, int]:
    """The powers of ten between which all of them lie."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def words(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def svg(curve: Curve) -> str:
    points = [point for line in curve.series.values() for point in line]
    (x0, x1), (y0, y1) = decades([x for x, _ in points]), decades([y for _, y in points])
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(point: Point) -> tuple[float, float]:
        x, y = (math.log10(value) for value in point)
        return LEFT + wide * (x - x0) / (x1 - x0), TOP + high * (y1 - y) / (y1 - y0)

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" '
        'font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="24" font-size="15">{curve.title}</text>',
        f'<text x="{LEFT + wide / 2}" y="{HEIGHT - 10}" text-anchor="middle">{curve.across}</text>',
        f'<text x="{LEFT - 8}" y="{TOP - 10}" text-anchor="end">{curve.up}</text>',
    ]
    for power in range(x0, x1 + 1):
        x, _ = place((10.0 ** power, 10.0 ** y0))
        lines += [f'<path d="M{x:.1f} {TOP}V{TOP + high}" stroke="#ddd"/>',
                  f'<text x="{x:.1f}" y="{TOP + high + 16}" text-anchor="middle">{words(10.0 ** power)}</text>']
    for power in range(y0, y1 + 1):
        _, y = place((10.0 ** x0, 10.0 ** power))
        lines += [f'<path d="M{LEFT} {y:.1f}H{LEFT + wide}" stroke="#ddd"/>',
                  f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{words(10.0 ** power)}</text>']
    for number, (name, line) in enumerate(curve.series.items()):
        colour, places = COLOURS[number % len(COLOURS)], [place(point) for point in sorted(line)]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        lines += [f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>']
        lines += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"><title>{words(at)}: {value:,.2f}</title>'
                  "</circle>" for (x, y), (at, value) in zip(places, sorted(line))]
        y = TOP + 14 + 20 * number
        lines += [f'<path d="M{LEFT + wide + 14} {y - 4}h18" stroke="{colour}" stroke-width="2"/>',
                  f'<text x="{LEFT + wide + 38}" y="{y}">{name}</text>']
    return "\n".join(lines + ["</svg>"]) + "\n"


def draw(folder: Path, curves: list[Curve]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for curve in curves:
        (folder / f"{curve.file}.svg").write_text(svg(curve))
