"""Guides hung out for tests of what is shown: the twelve shipped ones, and one in which every field is filled in.

They are put straight into the database, because no gate of publication would let marked texts through; how a guide is
published is tested where that is done.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

from records.domain import ledger
from records.domain.conditions import MainSituation, Operator, Option, Question, QuestionKind, Test
from records.domain.guide_elements import (
    ApplyingWay,
    Batch,
    CentreLevel,
    Contact,
    Delegation,
    Eligibility,
    Handbook,
    Handling,
    HandlingWay,
    Level,
    LocalSupplement,
    Mistake,
    OnlineDepth,
    OrganNature,
    PowerSource,
    Reach,
    SelfCheck,
    Zone,
)
from records.domain.guide_parts import Citation, Fee, Guide, Period, Special, Step
from records.domain.plain import composed, shape
from records.domain.vocabulary import DeliveryMethod, Limit
from records.resources.guides import Guide as Record
from records.resources.guides import GuideVersion
from tests.office import Office, guide_bodies

PUBLISHED = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


def body_of(key: str) -> Guide:
    """Return a shipped guide."""
    return next(body for body in guide_bodies() if body.key == key)


def hang_out(office: Office, *bodies: Guide, since: date = date(2026, 11, 2)) -> None:
    """Put guides on public show, each as a new published edition."""

    def within(root):
        site = root["site"]
        for body in bodies:
            text = ledger.canonical(body.as_dict()).decode()
            version = GuideVersion()
            version.write(text, hashlib.sha256(text.encode()).hexdigest(), yields="")
            version.status, version.published_at, version.effective_on = "published", PUBLISHED, since
            record = site.guides.get(body.key)
            if record is None:
                record = Record()
                record.key = record.id = body.key
                site.guides.place(body.key, record)
            version.version = len(record.versions) + 1
            record.title, record.unit, record.fonds = body.title, body.unit, body.fonds
            record.versions = (*record.versions, version)

    office.services.database.run(within, note="test")


def full_guide() -> Guide:
    """Return a guide in which every field holds something that no other field holds."""
    body = _grown(body_of("road-freight"))
    return _marked(replace(body, key="full"), "", lambda path, text: f"〔{path}〕")


def scripted_guide() -> Guide:
    """Return a guide whose every text tries to be markup."""
    body = _grown(body_of("road-freight"))
    return _marked(
        replace(body, key="scripted"), "", lambda path, text: f"<script>alert('{path}')</script>&amp;"
    )


_KEPT = (
    "key",
    "unit",
    "fonds",
    "intake_rule",
    "centre",
    "line",
    "id",
    "material",
    "question",
    "values",
    "condition",
)


def _marked(value, path: str, mark: Callable[[str, str], str]):
    """Return a value with each of its texts replaced; keys by which parts find each other stay."""
    if isinstance(value, str):
        return value if type(value) is not str or not path else mark(path, value)
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_marked(part, f"{path}.{at}", mark) for at, part in enumerate(value))
    if composed(type(value)):
        parts = {
            name: _marked(getattr(value, name), f"{path}.{name}" if path else name, mark)
            for name in shape(type(value))
            if name not in _KEPT
        }
        return value._replace(**parts) if hasattr(value, "_replace") else dataclasses.replace(value, **parts)
    return value


def _grown(body: Guide) -> Guide:
    """Return a guide with every part of the model in it."""
    line = replace(
        body.lines[0], originals=3, copies=4, condition=Test("way", Operator.IS, ("change", "renewal")), fill_notes="须知",
        blank="空表", sample="样表", validity="一年", deferral=Period(7, Limit.WORKING_DAYS), inspect_original=True,
        licence_code="11100000", reuse_note="复用", source_note="来源", paper="A4", standards=("标准",), remark="备注",
        handbook=Handbook(("看印章",), ("缺页",)), waived=False,
    )  # fmt: skip
    step = Step("收件", "窗口", "当场", "齐全", "凭证")
    own = LocalSupplement(
        "e01", CentreLevel.TOWNSHIP, place=body.places[0], hours="上午", contacts=(Contact("电话", "1"),), note="说明",
        steps=(step,), promised=Period(2, Limit.DAYS),
    )  # fmt: skip
    return replace(
        body,
        exempt="无需",
        lines=(line, *body.lines[1:]),
        steps=(step, *body.steps[1:]),
        codes=replace(body.codes, local_basic="地方", local_implementation="地方"),
        basis=(Citation("法", "号", date(2021, 4, 29), ("第一条", "第二条"), "内容"),),
        conditions=("条件一", "条件二"),
        prohibitions=("不得",),
        situations=(
            Question("way", "办理情形？", QuestionKind.ONE, (Option("new", "新办", MainSituation.NEW, "提示"), Option("change", "变更", MainSituation.CHANGE), Option("renewal", "延续", MainSituation.RENEWAL)), "说明"),
            *body.situations,
        ),
        special=(*body.special, Special(next(iter(type(_special(body)))), "说明", Period(9, Limit.DAYS), "条款")),
        site_check="现场",
        limits=replace(body.limits, statutory=Period(33, Limit.DAYS), promised=Period(8, Limit.WORKING_DAYS), extension=Period(6, Limit.DAYS), statutory_note="法定", promised_note="承诺"),
        fee=Fee("费", "10元", "依据", "减免", "每件", True, "减免依据"),
        further_fees=(Fee("费二", "20元", "依据"),),
        result=replace(body.result, sample="样", area="地域", renewal="延续", delivery=tuple(DeliveryMethod), licence_code="L1"),
        handling=Handling(
            level=Level.COUNTY, power=PowerSource.DEVOLVED, organ_nature=OrganNature.AUTHORISED, entrusting="委托", way=HandlingWay.JOINT,
            accepting="受理", deciding="决定", review="前审后批", forms=tuple(ApplyingWay), visits=2, visit_reason="原因",
            online_depth=OnlineDepth.THIRD, online_address="网址", mobile_address="移动", reach=Reach.CITY, joint=("联办",), intermediaries=("中介",),
            in_hall=True, appointment=False, express=True, terminal=False, online_payment=True, topics_person=("主题",), topics_corporate=("主题",),
            town="镇", town_code="990726100", village="村", village_code="990726100200", progress=("途径",),
        ),
        checks=(SelfCheck("resident", "是否本县？", Eligibility.ELIGIBLE, Eligibility.ELSEWHERE, "原因", "去处", "提示"),),
        batches=(Batch("春季", date(2027, 3, 1), date(2027, 3, 31), "说明"),),
        delegation=Delegation("委托单位", "代办单位", "文书", date(2026, 2, 3), date(2028, 2, 2), "范围"),
        zones=(Zone.ELDERLY, Zone.FARMERS),
        standards=("GB/T 1",),
        mistakes=(Mistake("错", "改", body.lines[0].id),),
        supplements=(own,),
        version=replace(body.version, notes="说明", until=date(2029, 12, 31)),
    )  # fmt: skip


def _special(body: Guide):
    from records.domain.deadlines import SpecialProcedure

    return body.special[0].kind if body.special else SpecialProcedure.HEARING
