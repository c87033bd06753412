"""Two readers, source by source: how often each is right, and what they accept when a source was never seen.

Real crops of many sources are read by our network, by its second reader, by both together, and by PP-OCRv6's
small recogniser as its package has it. The weights of the two, and the threshold, are fitted on all sources
but one and applied to that one: what an answer's confidence is worth on writing that no weight and no
threshold was chosen by. Where both leave doubt, PP-OCRv6's is the witness, as in use; how much its word
counts is fitted on validation crops of all sources. The networks have learnt from the training part of most
sources.

    python benchmarks/two_readers.py                     # validation parts
    python benchmarks/two_readers.py --part test         # the published figures
    python benchmarks/two_readers.py --write             # put weights and threshold into the model's card
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from _crops import SOURCES, Crop, subsample
from _machine import format_path, format_table, make_result_path, save_result, track
from _scores import format_percent, make_rate
from _sutja_models import MAX_ERROR, describe_model, find_data_folder, list_models, make_parser
from numpy.typing import NDArray

from sutja.charset import LETTER
from sutja.confidence import Calibrator, RiskTable, fit_evidence
from sutja.model_file import SecondReaderCalibration, write_model
from sutja.model_file.bundled import find_model, open_model
from sutja.reading import Reader
from sutja.reading.decode import Hypothesis
from sutja.reading.second.line_reader import BUNDLED
from sutja.reading.second.second_reader import SHA256
from sutja.reading.second.two_readers import NO_NUMBER, calibrate_alone, join_readers
from sutja.reading.second.witness import hear_witness, needs_witness, needs_witness_alone, weigh_witness

FIGURE = "two_readers"
FITTED = 150  # of a source that weights and threshold are fitted on, so that no source outweighs another
MEASURED = 600  # of a source that is measured
FLOORS = (0.03, 0.003)  # chosen on validation crops: docs/log.md
BELOW = 0.995  # likewise
PACKAGED = ("numbers-open",)  # models whose second reader is PP-OCRv6 as its package has it
PEER_THRESHOLD = 0.9
TOGETHER = 50  # crops read at once


def make_calibration(sha256: str) -> SecondReaderCalibration:
    """Make a calibration that weighs both readers alike."""
    return SecondReaderCalibration(sha256, BELOW, FLOORS, (0.0, 1.0), (0.0, 1.0, 1.0))


def find_second_reader(model: str) -> str:
    """Return the checksum of a model's second reader."""
    return SHA256 if model in PACKAGED else hashlib.sha256(open_model(BUNDLED).data).hexdigest()


@dataclass(frozen=True, slots=True)
class Case:
    """One crop: its digits, None where it shows no number, and the hypotheses of both readers and a peer."""

    digits: str | None
    first: Sequence[Hypothesis]
    second: Sequence[Hypothesis]
    peer: Sequence[Hypothesis] = ()
    sure: float = 1.0

    def answer(
        self, calibration: SecondReaderCalibration, *, always: bool = False, heard: bool = True
    ) -> Hypothesis:
        """Return the likeliest hypothesis at normal effort, or at best, with its confidence.

        The peer is the witness where it is another reader than the second one, and is to be heard.
        """
        if not self.first:
            return NO_NUMBER
        has_witness = heard and bool(self.peer) and self.peer is not self.second
        if always or self.first[0].probability < calibration.below:
            answers = join_readers(self.first, self.second, calibration)
            if has_witness:
                asked = needs_witness(answers, self.sure)
                answers = hear_witness(answers, self.sure, self.peer if asked else None)
        else:
            answers = calibrate_alone(self.first, calibration)
            if has_witness and needs_witness_alone(self.first):
                answers = weigh_witness(answers, self.peer)
        best = answers[0]
        return replace(best, probability=best.probability * self.sure)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Answers to some cases: which are right, which may be accepted, and how sure they are, (n,) each."""

    right: NDArray[np.bool_]
    acceptable: NDArray[np.bool_]
    confidence: NDArray[np.float64]

    @classmethod
    def of(cls, cases: Sequence[Case], answers: Sequence[Hypothesis]) -> Outcome:
        """Compare answers with the digits of their cases."""
        return cls(
            np.array([a.digits == case.digits for a, case in zip(answers, cases, strict=True)], bool),
            np.array([a.digits is not None and LETTER not in a.text for a in answers], bool),
            np.array([a.probability for a in answers]),
        )

    def count(self, threshold: float) -> dict[str, Any]:
        """Count the right ones, the accepted ones, and the wrong ones of these."""
        accepted = self.acceptable & (self.confidence >= threshold)
        n = len(self.right)
        return {
            "right": make_rate(int(self.right.sum()), n),
            "accepted": make_rate(int(accepted.sum()), n),
            "wrong_of_accepted": make_rate(int((accepted & ~self.right).sum()), int(accepted.sum())),
        }


def read_cases(reader: Reader, peer: Reader | None, crops: Sequence[Crop], what: str) -> list[Case]:
    """Read crops by both readers, and by the peer if there is another."""
    cases: list[Case] = []
    for start in track(range(0, len(crops), TOGETHER), what):
        some = crops[start : start + TOGETHER]
        pictures = [crop.picture for crop in some]
        read = reader.list_hypotheses(pictures)
        peers = peer.list_hypotheses(pictures) if peer else read
        cases += [
            Case(crop.digits or None, both.first, both.second, other.second, both.sure)
            for crop, both, other in zip(some, read, peers, strict=True)
        ]
    return cases


def fit(cases: Sequence[Case], sha256: str = SHA256) -> SecondReaderCalibration:
    """Fit the weights of two readers on cases, and choose a threshold that keeps the largest error there.

    Both together are weighed on all cases, so that the weights hold at normal effort and at best.
    """
    unweighted = make_calibration(sha256)
    joint: list[tuple[float, float, bool]] = []
    alone: list[tuple[float, float, bool]] = []
    for case in cases:
        for asked, fitted in ((True, joint), (False, alone)):
            answer = case.answer(unweighted, always=asked, heard=False)
            if answer.digits is None or case.sure < 1 or (not asked and case.first[0].probability < BELOW):
                continue
            first, second = (
                math.fsum(h.probability for h in hypotheses if h.digits == answer.digits)
                for hypotheses in (case.first, case.second)
            )
            fitted.append((first, second, answer.digits == case.digits))
    both = fit_evidence(*zip(*joint, strict=True))
    own = fit_evidence([first for first, _, _ in alone], [0.5] * len(alone), [right for _, _, right in alone])
    calibration = replace(
        unweighted, alone=(own.offset, own.finding), joint=(both.offset, both.finding, both.reading)
    )
    outcome = Outcome.of(cases, [case.answer(calibration) for case in cases])
    risk = RiskTable.measure(outcome.confidence[outcome.acceptable], outcome.right[outcome.acceptable])
    return replace(calibration, thresholds=risk.counts, threshold=risk.choose(MAX_ERROR).threshold)


def open_pair(model: str, sha256: str) -> Reader:
    """Open a model with the second reader of a checksum."""
    file = open_model(model, "transcribe")
    card = replace(file.card, second_reader=make_calibration(sha256))
    return Reader(replace(file, card=card), effort="fast")


def spread(cases: Sequence[Case]) -> Sequence[Case]:
    """Take `FITTED` cases from all over a source, or all."""
    return cases[:: max(1, -(-len(cases) // FITTED))]


def pool(cases: Mapping[str, Sequence[Case]], without: str = "") -> list[Case]:
    """Pool the cases of all sources but one, at most `FITTED` of each."""
    return [case for name, read in cases.items() if name != without for case in spread(read)]


def measure(model: str, cases: Mapping[str, Sequence[Case]]) -> list[dict[str, Any]]:
    """Measure each source and effort, the source left out of all fitting."""
    card = Reader(model, effort="fast").card
    own = Calibrator(card.calibration.points)
    rows = []
    for name, read in cases.items():
        calibration = fit(pool(cases, name))
        fast = [
            replace(case.first[0], probability=own(case.first[0].probability * case.sure))
            if case.first
            else NO_NUMBER
            for case in read
        ]
        peer = [case.peer[0] if case.peer else NO_NUMBER for case in read]
        asked = sum(bool(case.first) and case.first[0].probability < BELOW for case in read)
        outcomes = {
            "fast": Outcome.of(read, fast).count(card.threshold),
            "PP-OCRv6": Outcome.of(read, peer).count(PEER_THRESHOLD),
            "normal": Outcome.of(read, [case.answer(calibration) for case in read]).count(
                calibration.threshold
            ),
            "best": Outcome.of(read, [case.answer(calibration, always=True) for case in read]).count(
                calibration.threshold
            ),
        }
        for effort, counts in outcomes.items():
            rows.append(
                {
                    "model": card.name,
                    "source": name,
                    "effort": effort,
                    "n": len(read),
                    "asked": asked,
                    **counts,
                }
            )
    return rows


def show(rows: Sequence[dict[str, Any]]) -> str:
    """Lay the rows out as a table."""
    rates = ("right", "accepted", "wrong_of_accepted")
    lines = [
        (
            *(row[name] for name in ("model", "source", "effort", "n")),
            *(format_percent(row[name]) for name in rates),
        )
        for row in rows
    ]
    return format_table(("model", "source", "effort", "n", "right", "accepted", "wrong of these"), lines)


def write_card(model: str, calibration: SecondReaderCalibration) -> None:
    """Put the calibration into the card of a bundled model; its network stays as it is."""
    file = open_model(model, "transcribe")
    write_model(find_model(model), file.data, replace(file.card, second_reader=calibration))


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, keep, show; write the cards where that is asked for."""
    parser = make_parser(__doc__, peers=False)
    parser.add_argument(
        "--write", action="store_true", help="put weights and threshold into the models' cards"
    )
    args = parser.parse_args(argv)
    if args.write and args.part == "test":
        parser.error("cards are calibrated on validation parts")
    rows, root = [], find_data_folder()
    for model in list_models(args.model):
        sha256 = find_second_reader(model)
        reader = open_pair(model, sha256)
        peer = None if sha256 == SHA256 else open_pair(model, SHA256)
        cases = {
            name: read_cases(reader, peer, subsample(read(root, args.part), args.limit or MEASURED), name)
            for name, read in SOURCES.items()
        }
        rows += measure(model, {name: found for name, found in cases.items() if found})
        if args.write:
            write_card(model, fit(pool(cases), sha256))
    content = {
        "part": args.part,
        "models": [describe_model(model) for model in list_models(args.model)],
        "rows": rows,
    }
    path = save_result(make_result_path(FIGURE, args.part, args.limit), FIGURE, content, ("rapidocr",))
    print(show(rows))
    print(f"part: {args.part}; kept in {format_path(path)}")


if __name__ == "__main__":
    main()
