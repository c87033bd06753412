"""Cautions beside the advice: what weakens it."""

from __future__ import annotations

from collections import defaultdict

from sutja.comparison.analysis.coverage import explain_unfitted
from sutja.comparison.analysis.findings import Findings
from sutja.comparison.analysis.small_tests import describe_resolution
from sutja.comparison.formatting import format_list


def list_cautions(findings: Findings) -> list[str]:
    """List what weakens the advice."""
    cautions = []
    lawless = [
        name
        for name, curve in findings.curves.items()
        if not curve.is_power_law and findings.kinds[name] != "era"
    ]
    if lawless:
        cautions.append(f"{_capitalise(format_lawless(lawless))}.")
    cautions += describe_resolution(findings)
    most = max(one.labels for one in findings.standings)
    if most < findings.data.n_train:
        cautions.append(
            f"No learner was fitted on more than {most:,} of the {findings.data.n_train:,} labels."
        )
    by_size: dict[int, list[str]] = defaultdict(list)
    for one in findings.standings:
        if one.kind != "era" and one.labels < most:
            by_size[one.labels].append(one.learner)
    if by_size:
        parts = [f"{format_list(some)} on {n:,}" for n, some in sorted(by_size.items(), reverse=True)]
        cautions.append(f"Others were fitted on {most:,} labels, but {'; '.join(parts)} at most.")
    by_reason: dict[str, list[str]] = defaultdict(list)
    for name, why in explain_unfitted(findings).items():
        if findings.kinds[name] != "era":
            by_reason[why].append(name)
    cautions += [f"Left out: {format_list(some)}, {why}." for why, some in by_reason.items()]
    return cautions


def format_lawless(some: list[str]) -> str:
    """Say of some learners that their curves follow no power law."""
    many = len(some) > 1
    return f"the curve{'s' if many else ''} of {format_list(some)} follow{'' if many else 's'} no power law"


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]
