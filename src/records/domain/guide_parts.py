"""What a service guide (办事指南) consists of: values without behaviour, in the order in which a citizen reads them.

The elements follow the national implementation list and guide elements; the basic ones stand in ``guide_elements``,
questions in ``conditions``, the checks in ``guides``. A field marked
``LATER`` is left out of the stored form while nobody has filled it in, so that older versions keep their digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from .conditions import Condition, Question, QuestionKind
from .deadlines import ItemLimits, SpecialProcedure
from .guide_elements import (
    Batch,
    Contact,
    Delegation,
    Handbook,
    Handling,
    LocalSupplement,
    Mistake,
    Place,
    SelfCheck,
    Step,
    Zone,
)
from .periods import Period
from .plain import LATER, as_plain, from_plain
from .vocabulary import (
    ApplicantKind,
    DeliveryMethod,
    Grade,
    ItemKind,
    ItemType,
    Necessity,
    Retention,
    Term,
)

__all__ = [
    "AcceptanceSystem",
    "Archiving",
    "Batch",
    "Citation",
    "Codes",
    "Condition",
    "Contact",
    "Delegation",
    "Elder",
    "Faq",
    "Fee",
    "Guide",
    "Handbook",
    "Handling",
    "Limits",
    "Line",
    "LineKind",
    "LineSource",
    "LocalSupplement",
    "MaterialForm",
    "Mistake",
    "Period",
    "Place",
    "Question",
    "QuestionKind",
    "Remedies",
    "Result",
    "ResultKind",
    "SelfCheck",
    "Special",
    "Step",
    "Version",
    "Zone",
]


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
    OTHER = "other", "其他来源"

    @property
    def code(self) -> str:
        """The code of the implementation list; provinces use others, so it is written and never read."""
        return {"applicant": "10", "organ": "20", "intermediary": "30", "other": "99"}[self.value]


class ResultKind(Term):
    """What the applicant takes home (结果类型)."""

    LICENCE = "licence", "证照"
    DOCUMENT = "document", "批文"
    OTHER = "other", "其他"
    NONE = "none", "无"


@dataclass(frozen=True, slots=True)
class Codes:
    """The item's codes: basic (基本编码, 12), implementation (实施编码, 31), handling (业务办理项编码), local ones."""

    basic: str
    implementation: str
    handling: str
    local_basic: str = field(default="", metadata=LATER)
    local_implementation: str = field(default="", metadata=LATER)


@dataclass(frozen=True, slots=True)
class Citation:
    """A law the item rests on (设定依据): name, document number (文号), revision and articles."""

    name: str
    number: str
    revision: date | None
    articles: tuple[str, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One material the guide asks for (申请材料); ``condition`` says when, and is empty when it is always needed.

    ``waived`` marks 免提交: the office fetches it and the applicant hands nothing in. ``inspect_original`` says
    that a law wants the original itself to be seen. ``licence_code`` is the type of the electronic licence that
    stands for the paper; ``promise`` is the clause under which a written promise (告知承诺) does. ``handbook`` is for the
    desk only.
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
    condition: Condition = ""
    fill_notes: str = ""
    blank: str = ""
    sample: str = ""
    validity: str = ""
    validity_days: int | None = None
    deferral: Period | None = None
    waived: bool = False
    inspect_original: bool = False
    handbook: str | Handbook = ""
    licence_code: str = field(default="", metadata=LATER)
    reuse_note: str = field(default="", metadata=LATER)
    source_note: str = field(default="", metadata=LATER)
    paper: str = field(default="", metadata=LATER)
    standards: tuple[str, ...] = field(default=(), metadata=LATER)
    remark: str = field(default="", metadata=LATER)
    promise: str = field(default="", metadata=LATER)

    @property
    def instructions(self) -> Handbook:
        """The page of the handbook for this line, also where it was written as one text."""
        if isinstance(self.handbook, Handbook):
            return self.handbook
        return Handbook((self.handbook,)) if self.handbook else Handbook()


@dataclass(frozen=True, slots=True)
class Limits:
    """The item's time limits (时限); no statutory limit means that the law sets none."""

    intake_rule: str
    statutory: Period | None
    promised: Period
    deliver: Period
    extension: Period | None = None
    statutory_note: str = field(default="", metadata=LATER)
    promised_note: str = field(default="", metadata=LATER)

    def for_clock(self) -> ItemLimits:
        """Return the promised and the statutory period as the clocks of a dossier take them."""
        return ItemLimits(promised=self.promised, statutory=self.statutory)


@dataclass(frozen=True, slots=True)
class Special:
    """A procedure that stops the clock for this item (特别程序): how long it may take, and by which clause."""

    kind: SpecialProcedure
    note: str
    period: Period | None = field(default=None, metadata=LATER)
    basis: str = field(default="", metadata=LATER)


@dataclass(frozen=True, slots=True)
class Fee:
    """What is charged (收费): name, standard, basis; a guide without one prints 不收费."""

    name: str
    standard: str
    basis: str
    reduction: str = ""
    unit: str = field(default="", metadata=LATER)
    reducible: bool = field(default=False, metadata=LATER)
    reduction_basis: str = field(default="", metadata=LATER)


@dataclass(frozen=True, slots=True)
class Result:
    """What the applicant receives (办理结果), how it is handed over, and which standard material it becomes."""

    name: str
    kind: ResultKind
    material: str
    validity: str
    valid_years: int | None
    sample: str = ""
    area: str = field(default="", metadata=LATER)
    renewal: str = field(default="", metadata=LATER)
    delivery: tuple[DeliveryMethod, ...] = field(default=(), metadata=LATER)
    licence_code: str = field(default="", metadata=LATER)


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
    """The edition of the guide (版次), the days from which and until which it is planned, and what changed."""

    number: int
    effective: date | None
    notes: str = ""
    until: date | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True)
class Guide:
    """A service guide (办事指南): everything a citizen must know, and the internal half for the desk.

    ``unit`` and ``fonds`` are keys of the office's units; ``plain_title`` answers the item in one sentence. One
    guide serves the whole county: what differs in a township or village stands in ``supplements``.
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
    handling: Handling = field(default=Handling(), metadata=LATER)
    checks: tuple[SelfCheck, ...] = field(default=(), metadata=LATER)
    batches: tuple[Batch, ...] = field(default=(), metadata=LATER)
    further_fees: tuple[Fee, ...] = field(default=(), metadata=LATER)
    delegation: Delegation | None = field(default=None, metadata=LATER)
    zones: tuple[Zone, ...] = field(default=(), metadata=LATER)
    standards: tuple[str, ...] = field(default=(), metadata=LATER)
    mistakes: tuple[Mistake, ...] = field(default=(), metadata=LATER)
    supplements: tuple[LocalSupplement, ...] = field(default=(), metadata=LATER)

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

    @property
    def fees(self) -> tuple[Fee, ...]:
        """Everything that is charged, in order; empty when the item is free."""
        return (*(() if self.fee is None else (self.fee,)), *self.further_fees)

    def line(self, key: str) -> Line | None:
        """Return the line with this id."""
        return next((line for line in self.lines if line.id == key), None)
