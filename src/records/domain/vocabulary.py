"""The closed lists everybody uses: states, grades, kinds, roles, each with its Chinese term.

Values are stored in the database and sent through the API; they never change. Labels are what the screen and the
paper say.
"""

from __future__ import annotations

from enum import StrEnum


class Term(StrEnum):
    """A word of a closed list: a stable value and its Chinese label."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Term:
        """Build the member from its stored value and its label."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class ApplicantKind(Term):
    """Who applies (申请人类型)."""

    PERSON = "person", "自然人"
    ORGANISATION = "organisation", "法人或其他组织"


class DossierState(Term):
    """Where a dossier stands (办件状态)."""

    DRAFT = "draft", "待收件"
    RECEIVED = "received", "已收件"
    SUPPLEMENT = "supplement", "补正中"
    ACCEPTED = "accepted", "已受理"
    DECLINED = "declined", "不予受理"
    DECIDED = "decided", "已决定"
    DELIVERED = "delivered", "已办结·待归档"
    ARCHIVED = "archived", "已归档"
    WITHDRAWN = "withdrawn", "已撤回"


class Grade(Term):
    """How far a material may be trusted (证照可信等级); a guide line accepts a set of grades."""

    A = "A", "颁发机关制作"
    B = "B", "窗口核验原件"
    C = "C", "上传未核验"
    D = "D", "申请人自制"


class MaterialSource(Term):
    """Where a material of the library came from (来源)."""

    SUBMITTED = "submitted", "申请人提交"
    REUSED = "reused", "库中复用"
    RESULT = "result", "办理结果"
    VOLUNTEERED = "volunteered", "申请人自愿提供"
    FETCHED = "fetched", "窗口调取"
    HISTORY = "history", "历史档案"


class MaterialStatus(Term):
    """Whether a material may still be used (材料状态)."""

    VALID = "valid", "有效"
    SUPERSEDED = "superseded", "被替代"
    WITHDRAWN = "withdrawn", "撤回"
    FROZEN = "frozen", "冻结"
    SEALED = "sealed", "封存"


class ReuseClass(Term):
    """How a standard material may be used again (复用类别)."""

    REUSABLE = "reusable", "可复用"
    CONFIRM = "confirm", "须确认仍属实"
    ONCE = "once", "一次性"


class Override(Term):
    """The only reasons for taking again what is already held (I2)."""

    ORIGINAL = "original", "依法须查验原件"
    EXPIRED = "expired", "已过有效期"
    CHANGED = "changed", "内容已变更"
    VOLUNTEERED = "volunteered", "申请人自愿重交"


class ItemKind(Term):
    """How an item is handled (办件类型)."""

    IMMEDIATE = "immediate", "即办件"
    PROMISED = "promised", "承诺件"


class ItemType(Term):
    """What kind of power an item is (事项类型), with the two digits of GB/T 39554 as value."""

    LICENCE = "01", "行政许可"
    PAYMENT = "05", "行政给付"
    CONFIRMATION = "07", "行政确认"
    REWARD = "08", "行政奖励"
    RULING = "09", "行政裁决"
    OTHER = "10", "其他行政权力"
    SERVICE = "20", "公共服务"


class Necessity(Term):
    """Whether a line of a guide must be there (材料必要性)."""

    REQUIRED = "required", "必要"
    CONDITIONAL = "conditional", "有条件"
    DEFERRABLE = "deferrable", "容缺后补"


class Outcome(Term):
    """What was decided (办理结果)."""

    GRANTED = "granted", "准予"
    REFUSED = "refused", "不予"


class ReferralOutcome(Term):
    """What the higher organ answered to a case that went up (上报件办理结果)."""

    GRANTED = "granted", "准予"
    REFUSED = "refused", "不予"
    RETURNED = "returned", "退回"


class DeclineReason(Term):
    """Why an application is not accepted (不予受理原因), 行政许可法 第三十二条."""

    NOT_NEEDED = "not-needed", "依法不需要办理"
    NOT_COMPETENT = "not-competent", "不属于本机关职权范围"
    NOT_ELIGIBLE = "not-eligible", "申请人不具备申请资格"
    FALSE = "false", "隐瞒情况或者提供虚假材料"


class GapKind(Term):
    """What is wrong with a material (问题类型) in a one-time notice."""

    MISSING = "missing", "缺少"
    FORM = "form", "不符合法定形式"
    EXPIRED = "expired", "已过期"
    CONTENT = "content", "内容有误"


class NoticeKind(Term):
    """Which paper the centre issues (文书种类)."""

    RECEIPT = "receipt", "收件凭证"
    ACCEPTANCE = "acceptance", "受理通知书"
    SUPPLEMENT = "supplement", "一次性告知书（补正材料）"
    DECLINE = "decline", "不予受理通知书"
    GRANT = "grant", "准予决定书"
    REFUSAL = "refusal", "不予决定书"
    DELIVERY = "delivery", "送达回证"
    CUSTODY = "custody", "收件回执（原件）"
    RETURN = "return", "原件退还单"
    REFERRAL = "referral", "上报材料移交清单"


class DeliveryMethod(Term):
    """How the result reaches the applicant (送达方式)."""

    COUNTER = "counter", "窗口领取"
    POST = "post", "邮寄送达"
    ELECTRONIC = "electronic", "电子送达"


class Retention(Term):
    """How long an archived item is kept (保管期限)."""

    Y = "Y", "永久"
    D100 = "D100", "定期100年"
    D50 = "D50", "定期50年"
    D30 = "D30", "定期30年"
    D20 = "D20", "定期20年"
    D15 = "D15", "定期15年"
    D10 = "D10", "定期10年"
    D5 = "D5", "定期5年"


class Stage(Term):
    """In which stage a document of an archived item was formed (环节), two digits for reading order."""

    APPLICATION = "01", "申请"
    RECEIPT = "02", "受理"
    REVIEW = "03", "审查"
    PAUSE = "04", "延期中止"
    DECISION = "05", "决定"
    FEE = "06", "收费"
    DELIVERY = "07", "送达"
    TRACE = "08", "过程信息"
    AFTERWARDS = "09", "后续"


class ArchiveClass(Term):
    """What a document proves (材料类别)."""

    BASIS = "basis", "依据性"
    PROCEDURE = "procedure", "程序性"
    RESULT = "result", "结果性"


class ItemState(Term):
    """Where an archived item stands (归档件状态); content and description are frozen from 已归档 on (I9)."""

    PENDING = "pending", "归档中"
    RETURNED = "returned", "退回"
    ARCHIVED = "archived", "已归档"
    TRANSFERRED = "transferred", "已移交"
    DESTROYED = "destroyed", "已销毁"


class Role(Term):
    """What a person of the office may be (角色)."""

    CLERK = "clerk", "窗口人员"
    REVIEWER = "reviewer", "审批人员"
    EDITOR = "editor", "指南编制人员"
    PUBLISHER = "publisher", "政管办审核人员"
    ARCHIVIST = "archivist", "档案员"
    APPRAISER = "appraiser", "鉴定监销人员"
    AUDITOR = "auditor", "安全审计员"
    ADMINISTRATOR = "administrator", "系统管理员"


class Limit(Term):
    """The unit a period is counted in (时限单位)."""

    WORKING_DAYS = "working-days", "个工作日"
    DAYS = "days", "日"
    MONTHS = "months", "个月"
    AT_ONCE = "at-once", "当场"
