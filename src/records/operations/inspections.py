"""The pack for an inspection (迎检材料): what each room of the archives can show of a year, gathered in one go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from records.clock import CIVIL, civil_date
from records.domain.burden import percent
from records.domain.disposition import DispositionState
from records.domain.findings import Finding, blocking
from records.domain.statistics import Kind, Standing
from records.domain.uses import UseState
from records.domain.vocabulary import ItemState, Retention
from records.exchange.inspection import Heading, Part, pack
from records.indexes import disposition_questions, use_questions
from records.resources.site import Site

from . import copying, keeping
from .archive_reports import Report, report
from .notices import ready_typeface
from .sealing import newest_head
from .services import Services
from .statistics import Figures

STANDING = ("应归档", "已归档", "按期", "逾期后归档", "未归档", "其中已逾期", "归档率", "及时率")
AMOUNT = ("件数", "页数", "字节数")
PHASES = {"archiving": "归档检测", "receiving": "接收检测", "keeping": "复检"}
RULES = (
    "应归档：当月办结（送达）的办件。已归档：其中已经登记编目的。归档率＝已归档÷应归档。",
    "及时率＝按期归档÷（已归档＋已逾期未归档）；归档期限按本机关设定的工作日计算，缺省为办结后10个工作日。",
    "退回按退回环节的月份和原因代码计数，一次退回有几个原因计几次。",
    "库藏只计已归档、未移交、未销毁的归档件；导入的历史档案单列。",
    "整件销毁后办件不再列出，它在当年归档数字中的计数保留。",
)


def cells_of(standing: Standing) -> tuple[int | str, ...]:
    """Return a standing as the cells of ``STANDING``."""
    return (
        standing.closed, standing.done, standing.in_time, standing.late, standing.open, standing.overdue,
        percent(standing.rate), percent(standing.timeliness),
    )  # fmt: skip


def unit_names(site: Site, units: Sequence[str]) -> dict[str, str]:
    """Return the names of units by their keys."""
    known = site.office.get("units", {})
    return {unit: known.get(unit, {}).get("name", unit) for unit in units}


def parts_of_report(told: Report, names: dict[str, str]) -> list[Part]:
    """Return the parts that the report itself has: archiving, returns, checks, holdings, growth."""
    whole = told.whole
    return [
        Part(
            "归档率",
            ("单位", "月份", *STANDING),
            tuple((names[unit], month, *cells_of(each)) for unit, month, each in told.by_month),
            f"应归档{whole.closed}件，已归档{whole.done}件，归档率{percent(whole.rate)}，及时率{percent(whole.timeliness)}，"
            f"逾期未归档{whole.overdue}件",
            f"{told.year}年没有办结的办件",
        ),
        Part(
            "退回",
            ("单位", "代码", "原因", "次数"),
            tuple((names[unit], code, words, count) for unit, code, words, count in told.returned),
            f"退回原因{sum(each[-1] for each in told.returned)}条",
            f"{told.year}年没有退回",
        ),
        Part(
            "检测",
            ("环节", "通过", "不通过"),
            tuple((PHASES.get(phase, phase), passed, failed) for phase, passed, failed in told.checked),
            "；".join(f"{PHASES.get(p, p)}{good + bad}次，不通过{bad}次" for p, good, bad in told.checked),
            f"{told.year}年没有做过四性检测",
        ),
        Part(
            "库藏",
            ("单位", "门类", "保管期限", "年度", *AMOUNT),
            tuple(
                (names[fonds], category, Retention(period).label, year, *amount)
                for fonds, category, period, year, amount in told.held
            ),
            f"现存{told.stock[0]}件",
            "没有归档件",
        ),
        Part(
            "增长",
            ("月份", "本系统归档件数", "字节数", "导入件数", "字节数", "移交和销毁件数", "字节数"),
            tuple(
                (month, *(figure for amount in amounts for figure in (amount[0], amount[2])))
                for month, *amounts in told.growth
                if any(amount[0] for amount in amounts)
            ),
            f"入库{sum(_own[0] + brought[0] for _m, _own, brought, _left in told.growth)}件",
            f"{told.year}年没有入库和出库",
        ),
    ]


def report_sheets(site: Site, told: Report) -> list[Part]:
    """Return the report as the parts of a workbook, with how it is counted."""
    names = unit_names(site, site.office.get("units", ()))
    return [*parts_of_report(told, names), _formats(site), _rules()]


def inspection(services: Services, site: Site, units: Sequence[str], year: int, *, by: str, say) -> bytes:
    """Return the pack of a year for some units (迎检材料); ``say`` words a finding in Chinese."""
    told = report(services, site, units, year, today=services.clock.today())
    names = unit_names(site, site.office.get("units", ()))
    parts = [
        *parts_of_report(told, names),
        _appraisal(site, units, year, names),
        _keeping(site, services.clock.today(), say),
        _formats(site),
        _transfer(services, site, units, year, names),
        _use(site, units, year, names),
        _audit(site),
        _rules(),
    ]
    heading = Heading(
        site.office.get("name", ""),
        tuple(names[unit] for unit in units),
        year,
        by,
        services.clock.now().astimezone(CIVIL),
    )
    return pack(parts, heading, typeface=ready_typeface())


def _appraisal(site: Site, units: Sequence[str], year: int, names: dict[str, str]) -> Part:
    """Return the lists of appraisal that were opened or closed in the year."""
    rows, due = [], 0
    for unit in units:
        due += disposition_questions.due_count(site, unit, year, most=copying.MOST_OF_FORMAT)
        for state in DispositionState:
            for _, each in disposition_questions.lists_in(site, unit, state.value):
                if civil_date(each.created_at).year == year:
                    row = (
                        names[unit],
                        each.code,
                        each.list_number,
                        f"{each.year}",
                        state.label,
                        each.total,
                        each.destroys,
                    )
                    rows.append((*row, each.done))
    heads = ("单位", "鉴定编号", "销毁清册号", "到期年度", "状态", "件数", "拟销毁", "已办")
    lacking = f"{year}年没有鉴定处置单（当年到期{due}件）"
    return Part("鉴定处置", heads, tuple(rows), f"鉴定处置单{len(rows)}份；当年到期{due}件", lacking)


def _keeping(site: Site, today: date, say) -> Part:
    """Return how the copies stand: what is kept twice, when it was read, alarms, media."""
    held, oldest = site.keeping, keeping.oldest(site)
    if not held.count and not any(True for _ in site.media.values()):
        return Part("保管备份", ("项目", "内容"), (), lacking="还没有第二份副本，也没有登记载体")
    alarms: tuple[Finding, ...] = keeping.alarms(site, today)
    rows = [
        ("有第二份副本的件数", held.count),
        ("等待写副本的件数", keeping.waiting(site)),
        ("最久未读的日期", oldest.isoformat() if oldest else "—"),
        ("累计修复文件数", held.mended),
        ("两处都坏的件数", sum(1 for _ in held.lost)),
        *(("告警", say(found)) for found in alarms),
        *(
            ("载体", f"{each.code} {each.title}，{each.place}，下次检查{each.check_by:%Y-%m-%d}")
            for each in site.media.values()
        ),
    ]
    said = f"{held.count}件有第二份副本；须立即处理的告警{len(blocking(alarms))}条"
    return Part("保管备份", ("项目", "内容"), tuple(rows), said)


def _formats(site: Site) -> Part:
    rows = tuple(
        (str(row["id"]), str(row["name"]), str(row["risk"]), str(row["advice"]), str(row["count"]))
        for row in copying.formats(site)
    )
    risky = sum(row[2] != "low" for row in rows)
    heads = ("标识", "格式", "风险", "办法", "件数")
    return Part(
        "格式风险",
        heads,
        rows,
        f"{len(rows)}种格式，有风险的{risky}种",
        "还没有识别过格式（识别在写第二份副本时进行）",
    )


def _transfer(services: Services, site: Site, units: Sequence[str], year: int, names: dict[str, str]) -> Part:
    """Return what was transferred in the year, month by month, from the items themselves."""
    figures, rows = Figures(services, site), []
    for unit in units:
        cells = figures.cells(Kind.LEFT.value, unit, since=f"{year}-01", until=f"{year}-12")
        rows += [
            (names[unit], month, *amount)
            for (_kind, _unit, month, state), amount in cells.items()
            if state == ItemState.TRANSFERRED
        ]
    count = sum(row[2] for row in rows)
    return Part("移交", ("单位", "月份", *AMOUNT), tuple(rows), f"移交{count}件", f"{year}年没有移交")


def _use(site: Site, units: Sequence[str], year: int, names: dict[str, str]) -> Part:
    """Return the requests for use of the year by unit, month and state, from the register of use."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for unit in units:
        for _, use in use_questions.register(site, unit, year):
            counted[names[unit], f"{civil_date(use.created_at):%Y-%m}", UseState(use.state).label] += 1
    rows = tuple((*place, count) for place, count in sorted(counted.items()))
    return Part(
        "利用",
        ("单位", "月份", "状态", "件次"),
        rows,
        f"利用登记{counted.total()}件次",
        f"{year}年没有利用登记",
    )


def _audit(site: Site) -> Part:
    """Return the newest signed head of the audit log, with which anybody can prove that nothing was changed."""
    head = newest_head(site)
    rows = () if head is None else (("审计条目", head.size), ("封存时间", head.at), ("树根", head.root.hex()))
    return Part("审计封存", ("项目", "内容"), rows, "审计日志最近一次封存", "审计日志还没有封存过")


def _rules() -> Part:
    return Part("说明", ("统计口径",), tuple((rule,) for rule in RULES), "各项数字怎样计算")
