"""What the A4 leaflet says (折页全文): every public fact of a guide, section by section, in the order in which people ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date

from records.domain.facts import in_one
from records.domain.guide_elements import Handling, Place, Step
from records.domain.guide_parts import Fee, Guide, Limits, Line, LocalSupplement, Question, Special
from records.domain.vocabulary import Term

from .leaflet_words import (
    FREE,
    NO_LIMIT,
    Edition,
    Entry,
    Pair,
    Section,
    batch_words,
    chinese_day,
    copies,
    necessity,
    only_if,
    said,
)


def texts_of(guide: Guide, edition: Edition) -> Iterator[str]:
    """Yield every text that any leaflet of a guide may print, for the alarm about missing characters."""
    yield from (guide.title, guide.plain_title, edition.office, edition.label, edition.note)
    for section in sections(guide):
        yield section.title
        for pair in (*section.short, *section.long):
            yield from pair
        yield from section.points
        for entry in section.entries:
            yield from (entry.name, *entry.tags)
            for pair in (*entry.short, *entry.long):
                yield from pair


def sections(guide: Guide) -> tuple[Section, ...]:
    """Return everything the public is told by a guide, section by section; what is not stated is left out."""
    found = (
        _materials(guide),
        Section("去哪里办", entries=tuple(_place(place) for place in guide.places)),
        _who(guide),
        Section("怎么办", entries=tuple(_step(str(at), step) for at, step in enumerate(guide.steps, 1))),
        _handling(guide.handling),
        _time(guide),
        _fees(guide),
        _result(guide),
        _answers(guide),
        _local(guide),
        Section("权利与义务", points=guide.rights),
        _remedies(guide),
        Section(
            "适老服务",
            long=said(
                ("现金", guide.elder.cash), ("到场", guide.elder.in_person), ("代办", guide.elder.agent)
            ),
        ),
        _basis(guide),
        _codes(guide),
    )
    return tuple(section for section in found if not section.empty)


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case Term():
            return value.label
        case date():
            return chinese_day(value)
        case tuple():
            return "、".join(map(_shown, value))
        case _:
            return str(value)


def _materials(guide: Guide) -> Section:
    entries = tuple(_line(guide, line) for line in guide.lines)
    questions = tuple(_question(question) for question in guide.situations)
    return Section("要带什么", long=questions, entries=entries)


def _question(question: Question) -> Pair:
    options = in_one(f"{option.text}{_bracketed(option.note)}" for option in question.options)
    text = question.text + (f"（{options}）" if options else "") + (question.note and f"　{question.note}")
    return ("先想清楚", text)


def _bracketed(text: str) -> str:
    return f"（{text}）" if text else ""


def _line(guide: Guide, line: Line) -> Entry:
    tags = [necessity(line)]
    if line.waived:
        tags.append("免提交")
    if line.inspect_original:
        tags.append("查验原件")
    return Entry(
        str(line.position),
        line.name,
        tuple(tags),
        said(
            ("份数", copies(line)),
            ("形式", line.form.label),
            ("类型", line.kind.label),
            ("来源", line.source.label),
            ("出具单位", line.issuer),
            ("有效期", line.validity),
            ("纸张", line.paper),
            ("证照类型代码", line.licence_code),
        ),
        said(
            ("何时要", only_if(guide, line)),
            ("要求", line.acceptance),
            ("怎么填", line.fill_notes),
            ("空白表", line.blank),
            ("样表", line.sample),
            ("从哪里来", line.source_note),
            ("已有不用交", line.reuse_note),
            ("执行标准", in_one(line.standards)),
            ("依据", line.basis),
            ("可以告知承诺", line.promise),
            ("备注", line.remark),
        ),
    )


def _place(place: Place, *, mark: str = "") -> Entry:
    return Entry(
        mark,
        place.name,
        short=said(("窗口", place.window), ("电话", place.phone)),
        long=said(("地址", place.address), ("时间", place.hours)),
    )


def _step(mark: str, step: Step) -> Entry:
    return Entry(
        mark,
        step.name,
        short=said(("岗位", step.post), ("时限", step.limit), ("标准", step.standard), ("文书", step.paper)),
    )


def _who(guide: Guide) -> Section:
    checks = [
        f"{check.text}{_bracketed(in_one((check.reason, check.where, check.note)))}" for check in guide.checks
    ]
    return Section(
        "谁能办",
        short=said(
            ("服务对象", "、".join(kind.label for kind in guide.audience)),
            ("专区", "、".join(zone.label for zone in guide.zones)),
            ("数量限制", guide.quantity_limit),
        ),
        long=said(
            ("适用范围", guide.scope),
            *(("条件", text) for text in guide.conditions),
            *(("不可以", text) for text in guide.prohibitions),
            ("无需办理", guide.exempt),
            *(("自助核对", text) for text in checks),
        ),
    )


#: What each element of the handling is called on paper.
HANDLING: Mapping[str, str] = {
    "level": "行使层级", "power": "权力来源", "organ_nature": "实施主体性质", "entrusting": "委托部门", "way": "办理方式",
    "accepting": "受理机构", "deciding": "决定机构", "review": "审查方式", "forms": "办理形式", "visits": "到场次数",
    "visit_reason": "必须到场的原因", "online_depth": "网办深度", "online_address": "网上办理", "mobile_address": "手机办理",
    "reach": "通办范围", "joint": "联办机构", "intermediaries": "中介服务", "in_hall": "进驻大厅", "appointment": "可以预约",
    "express": "快递送达", "terminal": "自助终端", "online_payment": "网上支付", "topics_person": "个人主题",
    "topics_corporate": "法人主题", "town": "乡镇", "town_code": "乡镇代码", "village": "村（社区）", "village_code": "村（社区）代码",
    "progress": "进度查询",
}  # fmt: skip


def _handling(handling: Handling) -> Section:
    found = ((HANDLING[part.name], _shown(getattr(handling, part.name))) for part in fields(handling))
    return Section("办理方式", short=said(*found))


def _time(guide: Guide) -> Section:
    limits: Limits = guide.limits
    return Section(
        "要多久",
        short=said(
            ("承诺时限", limits.promised.label),
            ("法定时限", limits.statutory.label if limits.statutory else NO_LIMIT),
            ("可以延长", limits.extension.label if limits.extension else ""),
            ("送达", f"{limits.deliver.label}内" if limits.deliver.n else limits.deliver.label),
        ),
        long=said(
            ("承诺说明", limits.promised_note),
            ("法定说明", limits.statutory_note),
            *(("不计时", _special(special)) for special in guide.special),
            ("现场核查", guide.site_check),
            *(("受理时段", batch_words(batch) + _bracketed(batch.note)) for batch in guide.batches),
        ),
    )  # fmt: skip


def _special(special: Special) -> str:
    period = special.period.label if special.period else ""
    return in_one((special.kind.label, special.note, period, special.basis))


def _fees(guide: Guide) -> Section:
    if not guide.fees:
        return Section("多少钱", points=(FREE,))
    return Section("多少钱", entries=tuple(_fee(fee) for fee in guide.fees))


def _fee(fee: Fee) -> Entry:
    return Entry(
        "",
        fee.name,
        ("可以减免",) if fee.reducible else (),
        said(("标准", fee.standard), ("单位", fee.unit)),
        said(("依据", fee.basis), ("减免", fee.reduction), ("减免依据", fee.reduction_basis)),
    )


def _result(guide: Guide) -> Section:
    result = guide.result
    return Section(
        "拿到什么",
        short=said(
            ("结果", result.name),
            ("类型", result.kind.label),
            ("有效期", result.validity),
            ("适用地域", result.area),
            ("送达方式", _shown(result.delivery)),
            ("证照类型代码", result.licence_code),
        ),
        long=said(("样本", result.sample), ("到期换发", result.renewal)),
    )


def _answers(guide: Guide) -> Section:
    return Section(
        "常见问题",
        entries=(
            *(Entry("问", each.question, long=(("答", each.answer),)) for each in guide.questions),
            *(Entry("错", each.text, long=(("改", each.cure),)) for each in guide.mistakes),
        ),
    )


def _local(guide: Guide) -> Section:
    return Section("乡镇、村怎么办", entries=tuple(map(_supplement, guide.supplements)))


def _supplement(each: LocalSupplement) -> Entry:
    place = each.place
    steps = ((step.name, in_one((step.post, step.limit, step.standard, step.paper))) for step in each.steps)
    return Entry(
        "",
        place.name if place else each.level.label,
        (each.level.label,) if place else (),
        said(
            ("窗口", place.window if place else ""),
            ("电话", place.phone if place else ""),
            ("承诺时限", each.promised.label if each.promised else ""),
        ),
        said(
            ("地址", place.address if place else ""),
            ("时间", place.hours if place else ""),
            ("当地时间", each.hours),
            ("说明", each.note),
        )
        + tuple((contact.way, contact.value) for contact in each.contacts)
        + tuple(steps),
    )


def _remedies(guide: Guide) -> Section:
    remedies = guide.remedies
    return Section(
        "有疑问、不服",
        short=tuple((f"咨询{contact.way}", contact.value) for contact in guide.contacts),
        long=(
            *((f"投诉{contact.way}", contact.value) for contact in guide.complaints),
            ("行政复议", f"{remedies.reconsideration}，{remedies.reconsideration_limit.label}内"),
            ("行政诉讼", f"{remedies.litigation}，{remedies.litigation_limit.label}内"),
        ),
    )


def _basis(guide: Guide) -> Section:
    entries = []
    for law in guide.basis:
        revision = f"{chinese_day(law.revision)}文本" if law.revision else ""
        short = said(("文号", law.number), ("版本", revision), ("条款", "、".join(law.articles)))
        entries.append(Entry("", law.name, short=short, long=said(("内容", law.text))))
    return Section("依据什么", long=said(("执行标准", in_one(guide.standards))), entries=tuple(entries))


def _codes(guide: Guide) -> Section:
    codes, delegation = guide.codes, guide.delegation
    version = guide.version
    return Section(
        "事项编码",
        short=said(
            ("基本编码", codes.basic),
            ("实施编码", codes.implementation),
            ("办理项编码", codes.handling),
            ("地方基本编码", codes.local_basic),
            ("地方实施编码", codes.local_implementation),
            ("事项类型", guide.item_type.label),
            ("办件类型", guide.item_kind.label),
            ("受理系统", guide.acceptance.label),
            ("实施主体", guide.unit_name),
            ("计划停止", _shown(version.until)),
        ),
        long=said(
            ("版本说明", version.notes),
            *(
                ()
                if delegation is None
                else (
                    ("委托代办", f"{delegation.delegating}委托{delegation.handling}办理"),
                    ("委托文件", delegation.document),
                    ("委托期限", in_one((_shown(delegation.since), _shown(delegation.until)), "至")),
                    ("委托范围", delegation.scope),
                )
            ),
        ),
    )
