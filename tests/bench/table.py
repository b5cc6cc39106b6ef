"""The rows of the result, what they are held against, and how they are shown."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass, field


@dataclass
class Row:
    """One line: a value of nginx and one of Patchbay for each round.

    What is judged is the ratio of the two where `judged` is "ratio", and Patchbay's own value where
    it is "amount". Without budgets a row only informs.
    """

    name: str
    what: str
    unit: str
    judged: str
    first: float | None = None  # the budget that holds at first
    goal: float | None = None
    nginx: list[float] = field(default_factory=list)
    patchbay: list[float] = field(default_factory=list)
    by_difference: bool = False

    def add(self, nginx: float | None, patchbay: float) -> None:
        if nginx is not None:
            self.nginx.append(nginx)
        self.patchbay.append(patchbay)

    def ratios(self) -> list[float]:
        """Round by round: what disturbs one of the two mostly disturbs its neighbour as well."""
        return [p / n for p, n in zip(self.patchbay, self.nginx) if n > 0]

    def compared(self) -> str:
        if self.by_difference:
            return _spread([p - n for p, n in zip(self.patchbay, self.nginx)], "+")
        return _spread(self.ratios())

    def judged_value(self) -> float | None:
        values = self.ratios() if self.judged == "ratio" else self.patchbay
        return statistics.median(values) if values else None

    def verdict(self) -> str:
        value = self.judged_value()
        if self.first is None or value is None:
            return ""
        if value <= self.goal:
            return "goal met"
        return "at first met" if value <= self.first else "missed"


def number(value: float, sign: str = "") -> str:
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:{sign},.{digits}f}"


def _amount(values: list[float]) -> str:
    return number(statistics.median(values)) if values else "-"


def _spread(values: list[float], sign: str = "") -> str:
    if not values:
        return "-"
    middle, lowest, highest = (number(value, sign) for value in (statistics.median(values), min(values), max(values)))
    return middle if len(values) == 1 else f"{middle} ({lowest}..{highest})"


def _budget(row: Row, value: float | None) -> str:
    if value is None:
        return ""
    return f"<= {number(value)} x" if row.judged == "ratio" else f"<= {number(value)} {row.unit}"


def cells(row: Row) -> list[str]:
    own = _amount(row.patchbay) if row.judged == "ratio" else _spread(row.patchbay)
    return [row.what, row.unit, _amount(row.nginx), own, row.compared(), _budget(row, row.first),
            _budget(row, row.goal), row.verdict()]


HEADINGS = ["what", "unit", "nginx", "Patchbay", "ratio or difference (of the rounds: lowest..highest)", "at first", "goal",
            "verdict"]


def _lines(rows: list[Row], before: dict[str, Row]) -> list[list[str]]:
    lines = [HEADINGS + (["before", "change"] if before else [])]
    for row in rows:
        line = cells(row)
        if before:
            old = before[row.name].judged_value() if row.name in before else None
            new = row.judged_value()
            comparable = old and new is not None
            line += [number(old), f"{(new / old - 1) * 100:+.0f} %"] if comparable else ["", ""]
        lines.append(line)
    return lines


def plain(rows: list[Row], before: dict[str, Row]) -> str:
    lines = _lines(rows, before)
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    out = []
    for line in lines:
        first = line[0].ljust(widths[0])
        out.append("  ".join([first] + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]).rstrip())
    out.insert(1, "-" * max(map(len, out)))
    return "\n".join(out)


def circumstances(machine: dict[str, str], rounds: int) -> str:
    waited = ""
    if "waited" in machine:
        waited = (f" Disturbance: while it was measured, nginx stood waiting for its core {machine['waited']} of its "
                  "time (of a quiet machine: 0 % to 2 %).")
    return (f"{machine['date']}, {machine['processor']}, {machine['system']}, nginx {machine['nginx']}, commit "
            f"{machine['commit']}, medians of {rounds} rounds, load average at the start {machine['load_average']}.{waited}")


def markdown(rows: list[Row], machine: dict[str, str], rounds: int) -> str:
    lines = _lines(rows, {})
    out = [circumstances(machine, rounds), ""]
    out.append("| " + " | ".join(lines[0]) + " |")
    out.append("|---|---|" + "---:|" * (len(lines[0]) - 3) + "---|")
    out += ["| " + " | ".join(line) + " |" for line in lines[1:]]
    return "\n".join(out)


def to_json(rows: list[Row], machine: dict[str, str], rounds: int) -> dict:
    said = [dict(asdict(row), value=row.judged_value(), verdict=row.verdict()) for row in rows]
    return {"machine": machine, "rounds": rounds, "rows": said}


def from_json(said: dict) -> dict[str, Row]:
    known = set(Row.__dataclass_fields__)
    rows = [Row(**{key: value for key, value in row.items() if key in known}) for row in said["rows"]]
    return {row.name: row for row in rows}
