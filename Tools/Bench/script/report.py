"""The report: of each figure its ratio first, then what it is a ratio of, its spread, and whether the aim is met."""

import dataclasses
import json
import statistics
from pathlib import Path

from curves import Curve


@dataclasses.dataclass
class Figure:
    """One line of the report."""

    name: str
    work: str
    #: One value for each run: the ratio of two rates measured side by side; the figure itself where there is no limit.
    runs: list[float]
    #: How a value is written: "ratio", "ms", "MB", "B", "s".
    unit: str = "ratio"
    figure: str = ""
    limit: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.runs)

    @property
    def aim(self) -> str:
        if self.at_least is not None:
            return f">= {self.at_least:g}{self.suffix}"
        if self.at_most is not None:
            return f"<= {self.at_most:g}{self.suffix}"
        return "-"

    @property
    def met(self) -> str:
        if self.at_least is not None:
            return "met" if self.median >= self.at_least else "NOT met"
        if self.at_most is not None:
            return "met" if self.median <= self.at_most else "NOT met"
        return "-"

    @property
    def suffix(self) -> str:
        return "" if self.unit == "ratio" else " " + self.unit

    def text(self, value: float) -> str:
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 and self.unit != "ratio" else 2
        if self.unit == "s":
            digits = 3
        return f"{value:.{digits}f}{self.suffix}"

    @property
    def spread(self) -> str:
        return f"{self.text(min(self.runs))}..{self.text(max(self.runs))} ({len(self.runs)})"


@dataclasses.dataclass
class Missing:
    """A figure that was asked for and could not be measured."""

    name: str
    why: str


def ratio(name: str, work: str, pairs: list[tuple[float, float]], what: str, of: str, **aim: float) -> Figure:
    """A figure from rates and the limits that were measured beside them."""
    rate, limit = (statistics.median(side) for side in zip(*pairs))
    runs = [a / b for a, b in pairs]
    return Figure(name, work, runs, figure=f"{rate:,.0f} {what}", limit=f"{limit:,.0f} {of}", **aim)


HEAD = ("", "work", "ratio", "figure", "limit", "spread (runs)", "aim", "")


Found = list[Figure | Missing | Curve]


def table(figures: Found) -> str:
    rows = [HEAD]
    for f in figures:
        if isinstance(f, Figure):
            rows.append((f.name, f.work, f.text(f.median), f.figure, f.limit, f.spread, f.aim, f.met))
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    lines += [f"{f.name:<{widths[0]}}  not measured: {f.why}" for f in figures if isinstance(f, Missing)]
    return "\n".join(lines)


def write_json(path: Path, machine: dict, figures: Found, notes: list[str]) -> None:
    lines = [
        dataclasses.asdict(f) | ({"median": f.median, "aim": f.aim, "met": f.met} if isinstance(f, Figure) else {})
        for f in figures
    ]
    everything = {"machine": machine, "figures": lines, "notes": notes}
    path.write_text(json.dumps(everything, indent=1, ensure_ascii=False) + "\n")


def write_svg(folder: Path, figures: Found) -> None:
    """Each figure as a share of its aim: to the right of the line is better than was aimed at."""
    shown = [f for f in figures if isinstance(f, Figure) and f.met != "-" and f.median > 0]
    width, row, left, most = 860, 24, 400, 2.0
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{row * len(shown) + 40}" '
             'font-family="sans-serif" font-size="12">']
    one = left + (width - left - 90) / most
    for place, f in enumerate(shown):
        share = f.median / f.at_least if f.at_least is not None else f.at_most / f.median
        y, length = 20 + row * place, (width - left - 90) * min(share, most) / most
        label = f"{f.name}  {f.work}".replace("&", "&amp;").replace("<", "&lt;")
        lines += [f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{label}</text>',
                  f'<rect x="{left}" y="{y}" width="{length:.1f}" height="16" '
                  f'fill="{"#2a7f62" if f.met == "met" else "#b5523b"}"/>',
                  f'<text x="{left + length + 6:.1f}" y="{y + 13}">{f.text(f.median)}</text>']
    end = 20 + row * len(shown)
    lines += [f'<line x1="{one}" y1="10" x2="{one}" y2="{end}" stroke="#333" stroke-dasharray="3 3"/>',
              f'<text x="{one}" y="{end + 14}" text-anchor="middle">the aim</text>', "</svg>"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.svg").write_text("\n".join(lines) + "\n")
