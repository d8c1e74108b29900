"""The basic elements of a service guide (基本要素): what the national implementation list wants to know of an item.

Words and values without behaviour. The closed lists are those of the implementation list; codes that differ between
provinces are not taken over, each word has its own stable value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from .conditions import Question
from .periods import Period
from .plain import LATER
from .vocabulary import Term


class Level(Term):
    """Which level of government decides the item (行使层级); the value is the digit in its implementation code."""

    STATE = "1", "国家级"
    PROVINCE = "2", "省级"
    CITY = "3", "市级"
    COUNTY = "4", "县级"
    TOWNSHIP = "5", "镇（乡、街道）级"
    VILLAGE = "6", "村（社区）级"


class PowerSource(Term):
    """From where the organ has its power to decide (权力来源)."""

    STATUTE = "statute", "法定本级行使"
    DEVOLVED = "devolved", "上级下放"
    AUTHORISED_ABOVE = "authorised-above", "上级授权"
    AUTHORISED_BESIDE = "authorised-beside", "同级授权"
    ENTRUSTED_ABOVE = "entrusted-above", "上级委托"
    ENTRUSTED_BESIDE = "entrusted-beside", "同级委托"


class OrganNature(Term):
    """As what the organ acts (实施主体性质)."""

    STATUTORY = "statutory", "法定机关"
    AUTHORISED = "authorised", "授权组织"
    ENTRUSTED = "entrusted", "受委托组织"


class HandlingWay(Term):
    """Whether the organ handles the item alone (办理方式)."""

    OWN = "own", "自办件"
    FIRST_REVIEW = "first-review", "初审件"
    JOINT = "joint", "联办件"
    FORWARDED = "forwarded", "转报件"


class ApplyingWay(Term):
    """How one may apply (办理形式)."""

    COUNTER = "counter", "窗口办理"
    ONLINE = "online", "网上办理"
    POST = "post", "快递申请"


class OnlineDepth(Term):
    """How far the item can be handled online (网上办理深度)."""

    FIRST = "1", "Ⅰ级"
    SECOND = "2", "Ⅱ级"
    THIRD = "3", "Ⅲ级"
    FOURTH = "4", "Ⅳ级"


class Reach(Term):
    """Within which area any counter takes the application (通办范围)."""

    STATE = "state", "全国"
    PROVINCE = "province", "全省"
    CITY = "city", "全市"
    COUNTY = "county", "全县"
    TOWNSHIP = "township", "全镇（乡、街道）"
    VILLAGES = "villages", "跨村（社区）"


class Zone(Term):
    """A list of items for people who need their own way (专区事项清单)."""

    ELDERLY = "elderly", "老年人"
    DISABLED = "disabled", "残疾人"
    CHILDREN = "children", "未成年人"
    STUDENTS = "students", "学生"
    VETERANS = "veterans", "退役军人"
    FARMERS = "farmers", "涉农"
    NEWCOMERS = "newcomers", "外来人员"
    ENTERPRISES = "enterprises", "企业开办"


class CentreLevel(Term):
    """On which level a centre or counter stands (中心层级)."""

    COUNTY = "county", "县级中心"
    BRANCH = "branch", "分中心"
    TOWNSHIP = "township", "乡镇（街道）便民服务中心"
    VILLAGE = "village", "村（社区）便民服务站"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the procedure (办理环节): who, by when, by which standard, with which paper."""

    name: str
    post: str
    limit: str
    standard: str
    paper: str = ""


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


@dataclass(frozen=True, slots=True)
class Handling:
    """How the item is handled (办理信息); what nobody has stated is left empty and never guessed.

    ``visits`` counts how often somebody must come, with the reason where it cannot be nought. ``town`` and
    ``village`` name the place of an item that a township or village handles, with its region code.
    """

    level: Level | None = field(default=None, metadata=LATER)
    power: PowerSource | None = field(default=None, metadata=LATER)
    organ_nature: OrganNature | None = field(default=None, metadata=LATER)
    entrusting: str = field(default="", metadata=LATER)
    way: HandlingWay | None = field(default=None, metadata=LATER)
    accepting: str = field(default="", metadata=LATER)
    deciding: str = field(default="", metadata=LATER)
    review: str = field(default="", metadata=LATER)
    forms: tuple[ApplyingWay, ...] = field(default=(), metadata=LATER)
    visits: int | None = field(default=None, metadata=LATER)
    visit_reason: str = field(default="", metadata=LATER)
    online_depth: OnlineDepth | None = field(default=None, metadata=LATER)
    online_address: str = field(default="", metadata=LATER)
    mobile_address: str = field(default="", metadata=LATER)
    reach: Reach | None = field(default=None, metadata=LATER)
    joint: tuple[str, ...] = field(default=(), metadata=LATER)
    intermediaries: tuple[str, ...] = field(default=(), metadata=LATER)
    in_hall: bool | None = field(default=None, metadata=LATER)
    appointment: bool | None = field(default=None, metadata=LATER)
    express: bool | None = field(default=None, metadata=LATER)
    terminal: bool | None = field(default=None, metadata=LATER)
    online_payment: bool | None = field(default=None, metadata=LATER)
    topics_person: tuple[str, ...] = field(default=(), metadata=LATER)
    topics_corporate: tuple[str, ...] = field(default=(), metadata=LATER)
    town: str = field(default="", metadata=LATER)
    town_code: str = field(default="", metadata=LATER)
    village: str = field(default="", metadata=LATER)
    village_code: str = field(default="", metadata=LATER)
    progress: tuple[str, ...] = field(default=(), metadata=LATER)


@dataclass(frozen=True, slots=True)
class Batch:
    """A time in which applications are taken (受理时段), first and last day included."""

    name: str
    opens: date
    closes: date
    note: str = field(default="", metadata=LATER)


@dataclass(frozen=True, slots=True)
class Delegation:
    """An agreement by which another unit handles the item (委托代办): who, whom, by which document, from when to when."""

    delegating: str
    handling: str
    document: str
    since: date | None = field(default=None, metadata=LATER)
    until: date | None = field(default=None, metadata=LATER)
    scope: str = field(default="", metadata=LATER)


@dataclass(frozen=True, slots=True)
class Handbook:
    """The internal half of a line (审批业务手册): what to look at, and for what papers are often returned."""

    look_at: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the page of the handbook as one text."""
        text = "；".join(self.look_at)
        if self.returns:
            text = f"{text}{'。' if text else ''}常见退回原因：{'；'.join(self.returns)}"
        return text


@dataclass(frozen=True, slots=True)
class Mistake:
    """A frequent mistake of applicants (常见错误) and how it is put right; ``line`` is the id of a line, if it is about one."""

    text: str
    cure: str
    line: str = field(default="", metadata=LATER)


@dataclass(frozen=True, slots=True)
class LocalSupplement:
    """What one centre adds to the county's guide (本地补充), ``centre`` being its key.

    ``place`` replaces the county's place, ``hours`` only its hours, ``contacts`` the ways to ask; ``steps`` say how
    it is done there; ``promised`` is a shorter promise.
    """

    centre: str
    level: CentreLevel
    place: Place | None = field(default=None, metadata=LATER)
    hours: str = field(default="", metadata=LATER)
    contacts: tuple[Contact, ...] = field(default=(), metadata=LATER)
    note: str = field(default="", metadata=LATER)
    steps: tuple[Step, ...] = field(default=(), metadata=LATER)
    promised: Period | None = field(default=None, metadata=LATER)


class Eligibility(Term):
    """How the question whether one can apply ends (核对结论)."""

    ELIGIBLE = "eligible", "可办"
    NOT_ELIGIBLE = "not-eligible", "不可办"
    NOT_NEEDED = "not-needed", "无需办理"
    ELSEWHERE = "elsewhere", "其他机关办理"
    NOT_NOW = "not-now", "不在受理时段"


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """A yes-or-no question about a condition (自助核对): what each answer means, why, and where to go instead.

    An answer that means 可办 leads on to the next question. Where ``no`` is not given it means the opposite of
    ``yes``: 不可办 when yes is 可办, otherwise 可办.
    """

    key: str
    text: str
    yes: Eligibility
    no: Eligibility | None = field(default=None, metadata=LATER)
    reason: str = field(default="", metadata=LATER)
    where: str = field(default="", metadata=LATER)
    note: str = field(default="", metadata=LATER)

    def means(self, answer: bool) -> Eligibility:
        """Return what an answer means."""
        if answer:
            return self.yes
        if self.no is not None:
            return self.no
        return Eligibility.NOT_ELIGIBLE if self.yes is Eligibility.ELIGIBLE else Eligibility.ELIGIBLE

    @property
    def question(self) -> Question:
        """The check as a question like any other."""
        return Question(self.key, self.text, note=self.note)
