"""What a service guide (办事指南) consists of: values without behaviour, in the order in which a citizen reads them.

The elements follow the national implementation list and guide elements; the checks stand in ``guides``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from .deadlines import ItemLimits, SpecialProcedure
from .deadlines import Period as ClockPeriod
from .plain import as_plain, from_plain
from .vocabulary import ApplicantKind, Grade, ItemKind, ItemType, Limit, Necessity, Retention, Term


class AcceptanceSystem(Term):
    """In which system the item is accepted (受理系统)."""

    HERE = "here", "本系统"
    PROVINCE = "province", "省级平台"
    MINISTRY = "ministry", "部委系统"


class LineKind(Term):
    """What sort of paper a line asks for (材料类型)."""

    CERTIFICATE = "certificate", "证件证书证明"
    FORM = "form", "申请表格文书"
    OTHER = "other", "其他"


class MaterialForm(Term):
    """In which form a line may be handed in (材料形式)."""

    PAPER = "paper", "纸质"
    ELECTRONIC = "electronic", "电子"
    EITHER = "either", "纸质或电子"


class LineSource(Term):
    """Where the applicant gets the material from (来源渠道)."""

    APPLICANT = "applicant", "申请人自备"
    ORGAN = "organ", "政府部门核发"
    INTERMEDIARY = "intermediary", "中介机构出具"


class QuestionKind(Term):
    """How a question about the applicant's situation is answered (回答方式)."""

    YES_NO = "yes-no", "是或否"


class ResultKind(Term):
    """What the applicant takes home (结果类型)."""

    LICENCE = "licence", "证照"
    DOCUMENT = "document", "批文"
    OTHER = "other", "其他"
    NONE = "none", "无"


_PERIOD = re.compile(r"(\d{1,4})\s*(个工作日|工作日|日|天|个月|月)")
_UNITS = {
    "个工作日": Limit.WORKING_DAYS,
    "工作日": Limit.WORKING_DAYS,
    "日": Limit.DAYS,
    "天": Limit.DAYS,
    "个月": Limit.MONTHS,
    "月": Limit.MONTHS,
}


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time in the unit its law counts in (期限); at once is nought."""

    n: int
    unit: Limit

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read 20个工作日, 60日, 6个月 or 当场; ``ValueError`` for anything else."""
        if text.strip() == Limit.AT_ONCE.label:
            return cls(0, Limit.AT_ONCE)
        found = _PERIOD.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"not a period: {text}")
        return cls(int(found[1]), _UNITS[found[2]])

    @property
    def label(self) -> str:
        """The period as it is printed."""
        return self.unit.label if self.unit is Limit.AT_ONCE else f"{self.n}{self.unit.label}"


@dataclass(frozen=True, slots=True)
class Codes:
    """The item's codes: basic (基本编码, 12), implementation (实施编码, 31), handling (业务办理项编码)."""

    basic: str
    implementation: str
    handling: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A law the item rests on (设定依据): name, document number (文号), revision and articles."""

    name: str
    number: str
    revision: date | None
    articles: tuple[str, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question whose answer decides whether some lines are needed (业务情形)."""

    key: str
    text: str
    kind: QuestionKind = QuestionKind.YES_NO


@dataclass(frozen=True, slots=True)
class Line:
    """One material the guide asks for (申请材料); ``condition`` is the key of a question, empty when always needed.

    ``waived`` marks 免提交: the office fetches it and the applicant hands nothing in. ``inspect_original`` says
    that a law wants the original itself to be seen. ``handbook`` is for the desk only.
    """

    id: str
    position: int
    material: str
    name: str
    kind: LineKind
    form: MaterialForm
    originals: int
    copies: int
    necessity: Necessity
    source: LineSource
    issuer: str
    acceptance: str
    basis: str
    grades: frozenset[Grade]
    condition: str = ""
    fill_notes: str = ""
    blank: str = ""
    sample: str = ""
    validity: str = ""
    validity_days: int | None = None
    deferral: Period | None = None
    waived: bool = False
    inspect_original: bool = False
    handbook: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the procedure (办理环节): who, by when, by which standard, with which paper."""

    name: str
    post: str
    limit: str
    standard: str
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """The item's time limits (时限); no statutory limit means that the law sets none."""

    intake_rule: str
    statutory: Period | None
    promised: Period
    deliver: Period
    extension: Period | None = None

    def for_clock(self) -> ItemLimits:
        """Return the promised and the statutory period as the clocks of a dossier take them."""
        legal = self.statutory
        return ItemLimits(
            promised=ClockPeriod(self.promised.n, self.promised.unit),
            statutory=ClockPeriod(legal.n, legal.unit) if legal else None,
        )


@dataclass(frozen=True, slots=True)
class Special:
    """A procedure that stops the clock for this item (特别程序)."""

    kind: SpecialProcedure
    note: str


@dataclass(frozen=True, slots=True)
class Fee:
    """What is charged (收费): name, standard, basis; a guide without one prints 不收费."""

    name: str
    standard: str
    basis: str
    reduction: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What the applicant receives (办理结果) and which standard material it becomes."""

    name: str
    kind: ResultKind
    material: str
    validity: str
    valid_years: int | None
    sample: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A counter where the item is handled (办理地点)."""

    name: str
    address: str
    window: str
    phone: str
    hours: str


class Contact(NamedTuple):
    """A way to ask or to complain (咨询、投诉): the way and the number or place."""

    way: str
    value: str


class Faq(NamedTuple):
    """A frequent question with its answer (常见问题)."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Remedies:
    """Where the applicant may turn after a refusal (救济途径), with the time each way is open."""

    reconsideration: str
    reconsideration_limit: Period
    litigation: str
    litigation_limit: Period


@dataclass(frozen=True, slots=True)
class Archiving:
    """How the dossier is filed (归档): category (门类), organ or matter code, retention period, scope."""

    category: str
    unit_code: str
    retention: Retention
    scope: str


@dataclass(frozen=True, slots=True)
class Elder:
    """What holds for those who use no telephone or computer (适老服务): cash, coming in person, an agent."""

    cash: str
    in_person: str
    agent: str


@dataclass(frozen=True, slots=True)
class Version:
    """The edition of the guide (版次), the day it takes effect and what changed."""

    number: int
    effective: date | None
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """A service guide (办事指南): everything a citizen must know, and the internal half for the desk.

    ``unit`` and ``fonds`` are keys of the office's units; ``plain_title`` answers the item in one sentence.
    """

    key: str
    title: str
    plain_title: str
    unit: str
    unit_name: str
    fonds: str
    item_type: ItemType
    item_kind: ItemKind
    acceptance: AcceptanceSystem
    codes: Codes
    audience: tuple[ApplicantKind, ...]
    scope: str
    basis: tuple[Citation, ...]
    conditions: tuple[str, ...]
    quantity_limit: str
    lines: tuple[Line, ...]
    steps: tuple[Step, ...]
    limits: Limits
    fee: Fee | None
    result: Result
    places: tuple[Place, ...]
    contacts: tuple[Contact, ...]
    complaints: tuple[Contact, ...]
    rights: tuple[str, ...]
    remedies: Remedies
    archiving: Archiving
    elder: Elder
    version: Version
    exempt: str = ""
    prohibitions: tuple[str, ...] = ()
    situations: tuple[Question, ...] = ()
    special: tuple[Special, ...] = ()
    site_check: str = ""
    questions: tuple[Faq, ...] = ()

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Guide:
        """Rebuild a guide from ``as_dict``; ``ValueError`` when the mapping was never a guide."""
        guide = from_plain(cls, plain)
        assert isinstance(guide, cls)
        return guide

    def as_dict(self) -> dict[str, Any]:
        """Return the guide as plain JSON values, the form that is stored, frozen and digested."""
        plain = as_plain(self)
        assert isinstance(plain, dict)
        return plain

    def line(self, key: str) -> Line | None:
        """Return the line with this id."""
        return next((line for line in self.lines if line.id == key), None)
