"""Conditions as an editor ticks them (情形条件): per question the answers, joined by 全部 or 任一; never typed as an expression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from records.domain.conditions import NO, YES, AllOf, AnyOf, Condition, Operator, Test


def condition_typed(condition: Condition) -> dict[str, Any]:
    """Return a condition as ticks: how its tests are joined, and per question 是 or 不是 with the answers.

    A condition with brackets inside cannot be shown as ticks; it is ``kept`` until somebody ticks another.
    """
    how = "any" if isinstance(condition, AnyOf) else "all"
    match condition:
        case "":
            parts: tuple[Condition, ...] = ()
        case AllOf(inner) | AnyOf(inner):
            parts = inner
        case _:
            parts = (condition,)
    tests: dict[str, tuple[str, tuple[str, ...]]] = {}
    for part in parts:
        test = Test(part, Operator.IS, (YES,)) if isinstance(part, str) else part
        if not isinstance(test, Test) or test.question in tests or not test.question:
            return {"how": how, "tests": {}, "kept": True}
        tests[test.question] = _said(test)
    return {"how": how if len(tests) > 1 else "all", "tests": tests, "kept": False}


def _said(test: Test) -> tuple[str, tuple[str, ...]]:
    """Return operator and answers; not yes is no, and not no is yes."""
    if test.operator is Operator.NOT and test.values in ((YES,), (NO,)):
        return Operator.IS.value, (NO,) if test.values == (YES,) else (YES,)
    return test.operator.value, tuple(sorted(test.values))


def condition_read(typed: Mapping[str, Any], base: Condition) -> Condition:
    """Return the condition that was ticked; ticked as it stood, or nothing ticked beside a kept one, it stays."""
    tests = typed["tests"]
    before = condition_typed(base)
    if before["kept"] and typed["kept"] and not tests:
        return base
    if tests == before["tests"] and not before["kept"] and (len(tests) < 2 or typed["how"] == before["how"]):
        return base
    parts = [_test(question, *said) for question, said in tests.items()]
    if len(parts) < 2:
        return parts[0] if parts else ""
    return AnyOf(tuple(parts)) if typed["how"] == "any" else AllOf(tuple(parts))


def _test(question: str, operator: str, values: tuple[str, ...]) -> Condition:
    if operator == Operator.IS and values == (YES,):
        return question
    if operator == Operator.IS and values == (NO,):
        return Test(question, Operator.IS, (NO,))
    return Test(question, Operator(operator), values)


def condition_in(post: Any, path: str) -> dict[str, Any]:
    """Return the ticks that a form brings for a condition; a question without a ticked answer says nothing."""
    tests = {}
    for at, question in enumerate(post.getall(f"{path}.q")):
        operator = post.get(f"{path}.{at}.op", Operator.IS.value)
        values = tuple(sorted({value for value in post.getall(f"{path}.{at}.v") if value}))
        if operator in (Operator.IS, Operator.NOT) and values:
            tests[question] = (str(operator), values)
    return {
        "how": "any" if post.get(f"{path}.how") == "any" and len(tests) > 1 else "all",
        "tests": tests,
        "kept": bool(post.get(f"{path}.kept")),
    }
