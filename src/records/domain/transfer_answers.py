"""The archives' list (接收结果清单): what they say of each item that was handed over to them, row by row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from .findings import Finding
from .vocabulary import Term


class Answer(Term):
    """What the receiving archives say of an item (接收结果)."""

    ACCEPTED = "accepted", "接收"
    REFUSED = "refused", "退回"


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the archives' list: row, code, what they say, their own number, and the coded reason of a refusal."""

    row: int
    code: str
    answer: Answer | None
    number: str = ""
    defect: str = ""
    note: str = ""


def guard_answers(
    said: Sequence[Said], *, expected: Mapping[str, str], defects: Collection[str], taken: Collection[str]
) -> tuple[Finding, ...]:
    """Check the archives' list (接收结果清单): every item once, accepted with a number of its own or refused with a known reason.

    ``expected`` are the codes, each with the number it bears already or an empty text; ``taken`` numbers that other items
    bear. Findings, each with its row: ``transfer.row-unknown``, ``transfer.row-twice``, ``transfer.row-unsaid``,
    ``transfer.row-no-number``, ``transfer.row-number-twice``, ``transfer.row-number-other``, ``transfer.row-no-defect``,
    ``transfer.row-defect-unknown``, ``transfer.row-both``; ``transfer.row-missing`` for what it leaves out.
    """
    found = []
    numbers, codes = set(taken), set()
    for each in said:
        place: dict[str, str | int] = {"row": each.row, "code": each.code}
        if each.code not in expected:
            found.append(Finding("transfer.row-unknown", subject="numbers", params=place))
        elif each.code in codes:
            found.append(Finding("transfer.row-twice", subject="numbers", params=place))
        codes.add(each.code)
        if each.answer is None:
            found.append(Finding("transfer.row-unsaid", subject="numbers", params=place))
        elif each.answer is Answer.ACCEPTED:
            if not each.number:
                found.append(Finding("transfer.row-no-number", subject="numbers", params=place))
            elif each.number in numbers:
                place["number"] = each.number
                found.append(Finding("transfer.row-number-twice", subject="numbers", params=place))
            elif expected.get(each.code, "") not in ("", each.number):
                place["number"] = expected[each.code]
                found.append(Finding("transfer.row-number-other", subject="numbers", params=place))
            if each.defect:
                found.append(Finding("transfer.row-both", subject="numbers", params=place))
            numbers.add(each.number)
        elif not each.defect:
            found.append(Finding("transfer.row-no-defect", subject="numbers", params=place))
        elif each.defect not in defects:
            place["defect"] = each.defect
            found.append(Finding("transfer.row-defect-unknown", subject="numbers", params=place))
    found += [
        Finding("transfer.row-missing", subject="numbers", params={"code": code})
        for code in sorted(set(expected) - codes)
    ]
    return tuple(found)
