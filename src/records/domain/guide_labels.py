"""What each field of a guide is called in Chinese (字段名称): one word a field, in files, on lists of changes and in forms."""

from __future__ import annotations

from collections.abc import Mapping

from .conditions import AllOf, AnyOf, Option, Question, Test
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
)
from .guide_parts import (
    Archiving,
    Citation,
    Codes,
    Elder,
    Faq,
    Fee,
    Guide,
    Limits,
    Line,
    Remedies,
    Result,
    Special,
    Version,
)
from .one_things import OneThing, Outside, Part

KEYS: Mapping[type, Mapping[str, str]] = {
    Guide: {
        "标识": "key", "事项名称": "title", "一句话说明": "plain_title", "实施主体": "unit",
        "实施主体名称": "unit_name", "立档单位": "fonds", "事项类型": "item_type", "办件类型": "item_kind",
        "受理系统": "acceptance", "事项编码": "codes", "办理信息": "handling", "服务对象": "audience",
        "适用范围": "scope", "无需办理的情形": "exempt", "设定依据": "basis", "适用标准": "standards",
        "自助核对": "checks", "受理条件": "conditions", "禁止性要求": "prohibitions", "数量限制": "quantity_limit",
        "受理时段": "batches", "业务情形": "situations", "申请材料": "lines", "常见错误": "mistakes",
        "办理流程": "steps", "时限": "limits", "特别程序": "special", "现场核查": "site_check", "收费": "fee",
        "其他收费": "further_fees", "办理结果": "result", "办理地点": "places", "咨询": "contacts",
        "监督投诉": "complaints", "常见问题": "questions", "权利义务": "rights", "救济途径": "remedies",
        "委托代办": "delegation", "专区": "zones", "归档": "archiving", "适老服务": "elder",
        "本地补充": "supplements", "版本": "version",
    },
    Codes: {
        "基本编码": "basic", "实施编码": "implementation", "业务办理项编码": "handling",
        "地方基本编码": "local_basic", "地方实施编码": "local_implementation",
    },
    Handling: {
        "行使层级": "level", "权力来源": "power", "主体性质": "organ_nature", "委托部门": "entrusting",
        "办理方式": "way", "受理机构": "accepting", "决定机构": "deciding", "审查类型": "review",
        "办理形式": "forms", "到现场次数": "visits", "必须现场办理原因": "visit_reason",
        "网上办理深度": "online_depth", "网上办理地址": "online_address", "移动端地址": "mobile_address",
        "通办范围": "reach", "联办机构": "joint", "中介服务": "intermediaries", "进驻大厅": "in_hall",
        "预约办理": "appointment", "物流快递": "express", "自助终端": "terminal", "网上支付": "online_payment",
        "个人主题": "topics_person", "法人主题": "topics_corporate", "乡镇街道名称": "town",
        "乡镇街道代码": "town_code", "村社区名称": "village", "村社区代码": "village_code", "查询途径": "progress",
    },
    Citation: {"名称": "name", "文号": "number", "版本日期": "revision", "条款": "articles", "内容": "text"},
    SelfCheck: {
        "标识": "key", "问题": "text", "是则": "yes", "否则": "no", "说明": "reason", "去哪里": "where",
        "提示": "note",
    },
    Batch: {"名称": "name", "开始": "opens", "截止": "closes", "说明": "note"},
    Question: {"标识": "key", "问题": "text", "回答方式": "kind", "选项": "options", "提示": "note"},
    Option: {"标识": "key", "名称": "text", "主情形": "main", "提示": "note"},
    AllOf: {"全部": "all"},
    AnyOf: {"任一": "any"},
    Test: {"问题": "question", "是": "is", "不是": "not"},
    Line: {
        "标识": "id", "序号": "position", "标准材料": "material", "名称": "name", "材料类型": "kind",
        "材料形式": "form", "原件份数": "originals", "复印件份数": "copies", "纸质规格": "paper",
        "必要性": "necessity", "情形": "condition", "来源": "source", "出具单位": "issuer",
        "来源说明": "source_note", "受理标准": "acceptance", "依据": "basis", "执行标准": "standards",
        "填报须知": "fill_notes", "空白表格": "blank", "示例样表": "sample", "有效期规则": "validity",
        "有效天数": "validity_days", "可信等级": "grades", "免提交": "waived", "证照类型代码": "licence_code",
        "复用说明": "reuse_note", "容缺期限": "deferral", "须查验原件": "inspect_original", "审查要点": "handbook",
        "备注": "remark", "告知承诺依据": "promise",
    },
    Handbook: {"看什么": "look_at", "常见退回原因": "returns"},
    Mistake: {"错误": "text", "改法": "cure", "材料": "line"},
    Step: {"环节": "name", "岗位": "post", "时限": "limit", "标准": "standard", "文书": "paper"},
    Limits: {
        "收件规则": "intake_rule", "法定时限": "statutory", "法定时限说明": "statutory_note",
        "承诺时限": "promised", "承诺时限说明": "promised_note", "送达时限": "deliver", "可延长": "extension",
    },
    Special: {"种类": "kind", "说明": "note", "期限": "period", "依据": "basis"},
    Fee: {
        "名称": "name", "标准": "standard", "单位": "unit", "依据": "basis", "减免": "reduction",
        "可减免": "reducible", "减免依据": "reduction_basis",
    },
    Result: {
        "名称": "name", "类型": "kind", "标准材料": "material", "有效期": "validity", "有效年数": "valid_years",
        "样本": "sample", "适用地域": "area", "延续": "renewal", "送达方式": "delivery",
        "证照类型代码": "licence_code",
    },
    Place: {"名称": "name", "地址": "address", "窗口": "window", "电话": "phone", "时间": "hours"},
    Contact: {"方式": "way", "内容": "value"},
    Faq: {"问": "question", "答": "answer"},
    Remedies: {
        "复议机关": "reconsideration", "复议期限": "reconsideration_limit", "管辖法院": "litigation",
        "起诉期限": "litigation_limit",
    },
    Delegation: {
        "委托单位": "delegating", "代办单位": "handling", "委托文书": "document", "开始": "since", "截止": "until",
        "范围": "scope",
    },
    Archiving: {"门类": "category", "机构问题代码": "unit_code", "保管期限": "retention", "归档范围": "scope"},
    Elder: {"现金": "cash", "本人到场": "in_person", "代办": "agent"},
    LocalSupplement: {
        "分中心": "centre", "层级": "level", "地点": "place", "时间": "hours", "咨询": "contacts", "说明": "note",
        "办理流程": "steps", "承诺时限": "promised",
    },
    Version: {"版次": "number", "生效日期": "effective", "说明": "notes", "取消日期": "until"},
    OneThing: {
        "标识": "key", "名称": "title", "一句话说明": "plain_title", "事项": "parts", "共同问题": "shared",
        "业务情形": "questions", "另行办理": "outside", "说明": "note",
    },
    Part: {"指南": "guide", "在后": "after", "情形": "condition", "说明": "note"},
    Outside: {"名称": "name", "机关": "organ", "去哪里": "where", "何时": "when", "说明": "note"},
}  # fmt: skip

LABELS: Mapping[type, Mapping[str, str]] = {
    kind: {field: word for word, field in words.items()} for kind, words in KEYS.items()
}
"""The same the other way round: class, field, word."""

#: What a local supplement may never say, although a guide does: it would ask for more, take longer or cost something.
NOT_LOCAL = {"申请材料", "收费", "其他收费", "受理条件", "禁止性要求", "法定时限", "时限", "特别程序"}
