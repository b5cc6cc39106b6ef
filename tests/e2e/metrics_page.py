"""A page of metrics as a server shows it, read by Prometheus' own parser."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable
from time import monotonic

from prometheus_client.parser import text_string_to_metric_families

from patchbay import Patchbay
from upstream import WAIT_SECONDS


class Page:
    """One scrape."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names = set(re.findall(r"^# TYPE (\S+) ", text, re.M))
        self._samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]

    def value(self, name: str, **labels: str) -> float:
        """The sum of the samples that have these labels, among others; 0 when there is none."""
        return sum(self.values(name, **labels))

    def values(self, name: str, **labels: str) -> list[float]:
        return [
            sample.value
            for sample in self._samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]

    def labels(self, name: str, label: str) -> set[str]:
        """Every value of a label that the samples of that name have."""
        return {sample.labels[label] for sample in self._samples if sample.name == name}


def scrape(server: Patchbay) -> Page:
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=WAIT_SECONDS) as answer:
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        return Page(answer.read().decode())


def scrape_until(server: Patchbay, condition: Callable[[Page], bool], what: str) -> Page:
    """Scrapes again and again until the condition holds; for what no event tells of."""
    end = monotonic() + WAIT_SECONDS
    while True:
        page = scrape(server)
        if condition(page):
            return page
        assert monotonic() < end, f"waited in vain: {what}\n{page.text}"
