"""Who applies for what in the demo (示例办件计划): names, the forty cases with their last steps, and reasons for refusing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PEOPLE = (
    "欧阳䶮",
    "司马朝阳",
    "诸葛慧",
    "王秀兰",
    "李建国",
    "张𠮷",
    "刘春梅",
    "陈思远",
    "杨柳",
    "赵铁柱",
    "黄河清",
    "周晓雯",
)
SHOPS = (
    "云溪县老街坊面馆", "云溪县听涛宾馆有限公司", "云溪县晨光美发店", "云溪县碧水游泳馆有限公司",
    "云溪县山里人餐饮有限公司", "云溪县好味道食品店", "云溪县南门口早餐店", "云溪县鑫源商务酒店有限公司",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """One case of the demo: opened so many days ago, for whom (``p`` person, ``s`` shop), and its last step."""

    ago: int
    guide: str
    who: str
    end: str = "archived"
    situation: Mapping[str, bool | str] = field(default_factory=dict)


SOLE, FOOD, VENUE, FREIGHT = (
    "sole-trader-registration",
    "food-business",
    "public-venue-hygiene",
    "road-freight",
)
PENSION, RELIEF, DISABILITY = "pension-enrolment", "subsistence-allowance", "disability-certificate"
TEACHER, NURSERY, OLD = "teacher-qualification", "private-kindergarten", "elderly-allowance"
MARRIAGE, PROPERTY = "marriage-record-search", "property-record-search"

DEGREE, EXAM = {"ground": "teaching-degree"}, {"ground": "exam"}
OWN, OWNER = {"who": "self"}, {"relation": "owner"}

#: The forty cases; 40, 28 and 25 days are overdue on purpose, everything else that is open is fresh.
PLANS = (
    Plan(720, SOLE, "p0"), Plan(702, SOLE, "p1"), Plan(684, PENSION, "p9"), Plan(666, FOOD, "s0"),
    Plan(648, VENUE, "s1"), Plan(630, SOLE, "p3"), Plan(612, VENUE, "s2"), Plan(594, FREIGHT, "s4"),
    Plan(576, FOOD, "p5", "refused"), Plan(558, DISABILITY, "p6"),
    Plan(540, TEACHER, "p10", situation=DEGREE), Plan(522, PROPERTY, "p8", situation=OWNER), Plan(504, RELIEF, "p2"),
    Plan(486, MARRIAGE, "p4", situation=OWN), Plan(468, FREIGHT, "s3", "declined"), Plan(450, OLD, "p0"), Plan(432, SOLE, "p10"),
    Plan(414, FOOD, "s5", "withdrawn"), Plan(396, NURSERY, "s7"), Plan(378, OLD, "p1"), Plan(342, MARRIAGE, "p2", situation=OWN),
    Plan(290, FOOD, "s6"), Plan(250, PROPERTY, "s1", situation=OWNER), Plan(150, RELIEF, "p6", "refused"), Plan(80, SOLE, "p11"),
    Plan(60, FOOD, "p11"),
    Plan(40, VENUE, "s3", "delivered"), Plan(28, FREIGHT, "s6", "supplement"), Plan(25, FOOD, "p1", "accepted"),
    Plan(14, RELIEF, "p4", "accepted"), Plan(13, FOOD, "p10", "supplied"), Plan(11, SOLE, "p8", "delivered"),
    Plan(8, VENUE, "s5", "decided"), Plan(5, DISABILITY, "p2", "accepted"), Plan(4, FOOD, "s2", "accepted"),
    Plan(3, OLD, "p3", "received"), Plan(2, TEACHER, "p9", "received", EXAM),
    Plan(2, MARRIAGE, "p7", "draft", OWN), Plan(1, FOOD, "p9", "supplement"), Plan(1, FOOD, "s4", "draft"),
)  # fmt: skip

REASONS = {
    FOOD: "现场核查发现操作间未与就餐区分隔，不符合布局要求。",
    RELIEF: "核对结果显示家庭人均收入高于当地最低生活保障标准。",
}
