"""What each paper says (文书文字): one builder per kind, from the frozen facts of an act to a NoticeSheet.

Facts are a plain mapping as the act froze it: texts, whole numbers, truth values, lists of such mappings; days as
``date`` or as ISO text. Every kind takes

    number organ issued_on applicant masked_id item_name item_code dossier_number query_code handler
    telephone supervision address url tree_head title

of which ``number``, ``organ``, ``issued_on`` and ``applicant`` must be there (``telephone`` is whom to ask,
``supervision`` where to complain, ``address`` of the window, ``url`` goes into the QR code, ``title`` replaces the
usual title). What a kind takes beyond these stands in its docstring. An absent fact leaves its sentence out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from records.domain.vocabulary import NoticeKind
from records.exchange.layout import Column, Table
from records.exchange.notices import NoticeSheet, chinese_date

Facts = Mapping[str, Any]

TITLES = {
    NoticeKind.RECEIPT: "收件凭证",
    NoticeKind.ACCEPTANCE: "受理通知书",
    NoticeKind.SUPPLEMENT: "一次性告知书（补正材料）",
    NoticeKind.DECLINE: "不予受理通知书",
    NoticeKind.GRANT: "准予决定书",
    NoticeKind.REFUSAL: "不予决定书",
    NoticeKind.DELIVERY: "送达回证",
    NoticeKind.CUSTODY: "收件回执（原件）",
    NoticeKind.RETURN: "原件退还单",
    NoticeKind.REFERRAL: "上报材料移交清单",
}
MATERIAL_COLUMNS = (
    Column("序号", 12, centred=True),
    Column("名称", 60),
    Column("形式", 24, centred=True),
    Column("份数", 12, centred=True),
    Column("来源", 24, centred=True),
    Column("备注", 30),
)
ORIGINAL_COLUMNS = (
    Column("序号", 12, centred=True),
    Column("原件编号", 48),
    Column("名称", 58),
    Column("份数", 12, centred=True),
    Column("备注", 32),
)
RECEIPT_SIGNS = ("申请人（代理人）签收：______________  ______年____月____日",)


def compose(kind: NoticeKind, facts: Facts) -> NoticeSheet:
    """Return the paper of a kind (文书) as the facts of its act make it."""
    return BUILDERS[kind](facts)


def receipt(facts: Facts) -> NoticeSheet:
    """Say which papers were taken in (收件凭证), and that taking in is not accepting.

    ``received_at`` (text, to the minute), ``materials`` (name, form as it was handed in, copies, source, note), ``tell_limit`` ("5个工作日"),
    ``deemed`` (silence means accepted from the day of receipt), ``intake_basis`` (law and clause), ``supplement`` (the
    number of the one-time notice that this receipt answers).
    """
    materials = facts.get("materials", ())
    limit, basis = facts.get("tell_limit", ""), facts.get("intake_basis", "")
    answering = f"，系对{facts['supplement']}所列内容的补正" if facts.get("supplement") else ""
    before = [f"你（单位）提交的下列材料共{len(materials)}项已经收到{answering}。收件不等于受理。"]
    if limit:
        lead = f"依照{basis}，" if basis else ""
        before.append(
            f"{lead}自收到材料之日的次日起{limit}内，我们将告知是否受理，需要补正的一次性告知全部内容。"
        )
    if limit and facts.get("deemed"):
        before.append("逾期没有告知的，自收到申请材料之日起即为受理。")
    return _sheet(
        NoticeKind.RECEIPT,
        facts,
        details=_details(facts, ("received_at", "收件时间"), ("agent", "代理人")),
        before=tuple(before),
        tables=(_materials("材料清单", materials),),
        sign_lines=RECEIPT_SIGNS,
    )


def acceptance(facts: Facts) -> NoticeSheet:
    """Say that the application is accepted (受理通知书), until when it is decided, and what need not be handed in.

    ``accepted_on``, ``statutory_due``, ``promised_due`` (days), ``counting`` (how the days were counted), ``provisional``
    (the calendar of a counted year is not published), ``stops`` (what does not count), ``deemed``, ``basis``, ``fee``,
    ``collection``, ``waived`` (name, source, note) and ``materials``.
    """
    accepted = _day(facts.get("accepted_on") or facts["issued_on"])
    basis = f"依照{facts['basis']}，" if facts.get("basis") else ""
    how = "视为受理" if facts.get("deemed") else "决定予以受理"
    before = [f"你（单位）提出的申请，{basis}自{accepted}起{how}。"]
    before += _promises(facts)
    waived = facts.get("waived", ())
    tables = []
    if waived:
        before.append(f"本次办理免提交{len(waived)}份：下列材料本中心已经存有并核验有效，不再提交。")
        columns = (
            Column("序号", 13, centred=True),
            Column("免提交材料", 70),
            Column("来源", 44),
            Column("备注", 36),
        )
        rows = _numbered(waived, "name", "source", "note")
        tables.append(Table("免提交材料（不再提交）", columns, rows))
    if facts.get("materials"):
        tables.append(_materials("申请材料", facts["materials"]))
    return _sheet(
        NoticeKind.ACCEPTANCE,
        facts,
        details=(
            ("受理日期", accepted),
            *_days(facts, ("promised_due", "承诺办结日"), ("statutory_due", "法定办结日")),
            *_details(facts, ("fee", "收费"), ("collection", "领取方式")),
        ),
        before=tuple(before),
        tables=tuple(tables),
        sign_lines=RECEIPT_SIGNS,
    )


def supplement(facts: Facts) -> NoticeSheet:
    """List at once everything that is missing or wrong (一次性告知书), what to do about it and until when.

    ``gaps`` (name, kind, action, basis), ``deadline`` (day), ``consequence`` (of letting it pass), ``received_on``, ``basis``.
    """
    gaps = facts.get("gaps", ())
    received = f"{_day(facts['received_on'])}" if facts.get("received_on") else ""
    basis = f"依照{facts['basis']}，" if facts.get("basis") else ""
    opening = (
        f"你（单位）{received}提交的申请材料，经审查需要补正。{basis}现将需要补正的全部内容一次性告知如下："
    )
    columns = (
        Column("序号", 13, centred=True),
        Column("材料名称", 40),
        Column("问题", 24, centred=True),
        Column("需要怎样补正", 54),
        Column("依据", 32),
    )
    after = [f"以上共{len(gaps)}项，已一次告知全部。除新补充的材料外，我们不会再提出其他补正要求。"]
    if facts.get("deadline"):
        after.append(f"请在{_day(facts['deadline'])}前（含当日）到窗口补正。{facts.get('consequence', '')}")
    return _sheet(
        NoticeKind.SUPPLEMENT,
        facts,
        before=(opening,),
        tables=(
            Table(
                f"补正内容（共{len(gaps)}项）", columns, _numbered(gaps, "name", "kind", "action", "basis")
            ),
        ),
        after=tuple(after),
        sign_lines=RECEIPT_SIGNS,
    )


def decline(facts: Facts) -> NoticeSheet:
    """Say why an application is not accepted (不予受理通知书), where to go instead, and how to contest it.

    ``reason``, ``law``, ``competent`` (the organ to apply to), ``returned`` (materials given back: name, form, copies),
    and the remedies (see ``_remedies``).
    """
    law = f"依照{facts['law']}，" if facts.get("law") else ""
    before = [f"你（单位）提出的申请，经审查：{facts['reason']}。{law}决定不予受理。"]
    if facts.get("competent"):
        before.append(f"该事项请向{facts['competent']}提出申请。")
    returned = facts.get("returned", ())
    return _sheet(
        NoticeKind.DECLINE,
        facts,
        before=tuple(before),
        tables=(_materials("退还材料清单", returned),) if returned else (),
        remedies=_remedies(facts, "本通知"),
        sign_lines=RECEIPT_SIGNS,
    )


def grant(facts: Facts) -> NoticeSheet:
    """Say what is granted (准予决定书), on which law, and for how long.

    ``decision`` (what is granted), ``law``, ``conditions`` (texts), ``result_name``, ``result_number``, ``valid_from``,
    ``valid_until`` (days), ``collection``.
    """
    law = f"依照{facts['law']}，" if facts.get("law") else ""
    return _sheet(
        NoticeKind.GRANT,
        facts,
        details=(
            *_details(facts, ("result_name", "结果名称"), ("result_number", "结果编号")),
            *_days(facts, ("valid_from", "生效日期"), ("valid_until", "有效期至")),
            *_details(facts, ("collection", "领取方式")),
        ),
        before=(f"你（单位）提出的申请，经审查符合规定的条件。{law}{_stop('决定准予' + facts['decision'])}",),
        after=tuple(_stop(text) for text in facts.get("conditions", ())),
        remedies=_remedies(facts, "本决定"),
        sign_lines=RECEIPT_SIGNS,
    )


def refusal(facts: Facts) -> NoticeSheet:
    """Say why it is not granted (不予决定书), with every reason, the law, and how to contest it.

    ``decision`` (what is refused), ``reasons`` (texts), ``law`` and the remedies (see ``_remedies``).
    """
    law = f"依照{facts['law']}，" if facts.get("law") else ""
    reasons = facts["reasons"]
    numbered = [f"（{number}）{_stop(text)}" for number, text in enumerate(reasons, 1)]
    return _sheet(
        NoticeKind.REFUSAL,
        facts,
        before=(
            "你（单位）提出的申请，经审查不符合规定的条件，理由如下：",
            *(numbered if len(numbered) > 1 else (_stop(reasons[0]),)),
            f"{law}{_stop('决定不予' + facts['decision'])}",
        ),
        remedies=_remedies(facts, "本决定"),
        sign_lines=RECEIPT_SIGNS,
    )


def delivery(facts: Facts) -> NoticeSheet:
    """Record that papers reached the person they are for (送达回证).

    ``documents`` (name, number, copies), ``recipient``, ``method``, ``place``, ``delivered_at`` (text), ``relation`` (of the
    receiver to the recipient), ``tracking`` (of a parcel).
    """
    columns = (
        Column("序号", 13, centred=True),
        Column("送达文书", 66),
        Column("文号", 62),
        Column("份数", 22, centred=True),
    )
    return _sheet(
        NoticeKind.DELIVERY,
        facts,
        details=_details(
            facts,
            ("recipient", "受送达人"),
            ("method", "送达方式"),
            ("place", "送达地点"),
            ("delivered_at", "送达时间"),
            ("relation", "代收关系"),
            ("tracking", "邮件号码"),
        ),
        tables=(
            Table("送达文书清单", columns, _numbered(facts.get("documents", ()), "name", "number", "copies")),
        ),
        sign_lines=(
            "收件人签名：________________  ______年____月____日",
            "送达人签名：____________  见证人签名：____________",
        ),
    )


def originals_received(facts: Facts) -> NoticeSheet:
    """Say which paper originals the office keeps for the applicant (收件回执), and how they come back.

    ``received_at`` (text), ``originals`` (code, name, copies, note), ``brought_by`` (who handed them in for the applicant).
    """
    originals = facts.get("originals", ())
    return _sheet(
        NoticeKind.CUSTODY,
        facts,
        details=_details(facts, ("received_at", "收存时间"), ("brought_by", "交件人")),
        before=(f"下列原件共{len(originals)}项由我们收存保管。",),
        tables=(Table("原件清单", ORIGINAL_COLUMNS, _originals(originals)),),
        after=("领回原件时请带上这张回执；请他人代领的，还要带授权委托书和代领人的身份证件。",),
        sign_lines=(
            "交件人签名：________________  ______年____月____日",
            "原件领回签名：______________  ______年____月____日",
        ),
    )


def originals_returned(facts: Facts) -> NoticeSheet:
    """Record that paper originals went back (原件退还单).

    ``returned_at`` (text), ``originals`` (code, name, copies, note), ``recipient``, ``authority`` (letter of who is not the
    applicant), ``receipts`` (numbers of the receipts they were taken in with).
    """
    originals = facts.get("originals", ())
    return _sheet(
        NoticeKind.RETURN,
        facts,
        details=_details(
            facts,
            ("returned_at", "退还时间"),
            ("recipient", "领取人"),
            ("authority", "授权委托书"),
            ("receipts", "收件回执"),
        ),
        before=(f"下列原件共{len(originals)}项已经退还，请当面点清。",),
        tables=(Table("退还原件清单", ORIGINAL_COLUMNS, _originals(originals)),),
        sign_lines=("领取人签名：________________  ______年____月____日",),
    )


def referral(facts: Facts) -> NoticeSheet:
    """List the papers that go up with a case to the organ that decides (上报材料移交清单), with the preliminary opinion.

    ``organ_above``, ``law``, ``opinion``, ``sent_on``, ``statutory_due``, ``materials`` (name, form, copies, source, note).
    """
    materials = facts.get("materials", ())
    return _sheet(
        NoticeKind.REFERRAL,
        facts,
        details=_details(
            facts,
            ("organ_above", "报送机关"),
            ("law", "上报依据"),
            ("opinion", "初步审查意见"),
        )
        + _days(facts, ("sent_on", "报送日期"), ("statutory_due", "法定办结日")),
        before=(
            f"该件依法由{facts['organ_above']}决定，现将初步审查意见和全部申请材料共{len(materials)}项报送。",
            "依照《行政许可法》第三十五条，不得要求申请人重复提供申请材料；还需要材料的，请向我们提出。",
        ),
        tables=(_materials("报送材料清单", materials),),
        sign_lines=(
            "报送人签名：________________  ______年____月____日",
            "接收人签名：________________  ______年____月____日",
        ),
    )


BUILDERS: dict[NoticeKind, Callable[[Facts], NoticeSheet]] = {
    NoticeKind.RECEIPT: receipt,
    NoticeKind.ACCEPTANCE: acceptance,
    NoticeKind.SUPPLEMENT: supplement,
    NoticeKind.DECLINE: decline,
    NoticeKind.GRANT: grant,
    NoticeKind.REFUSAL: refusal,
    NoticeKind.DELIVERY: delivery,
    NoticeKind.CUSTODY: originals_received,
    NoticeKind.RETURN: originals_returned,
    NoticeKind.REFERRAL: referral,
}


def _sheet(kind: NoticeKind, facts: Facts, **parts: Any) -> NoticeSheet:
    issued = facts["issued_on"]
    names = ("masked_id", "item_name", "item_code", "dossier_number", "query_code", "handler", "tree_head")
    contacts = _details(
        facts,
        ("telephone", "咨询电话"),
        ("supervision", "监督电话"),
        ("address", "窗口地址"),
        ("verify_code", "核验码"),
    )
    return NoticeSheet(
        kind=kind,
        number=facts["number"],
        title=facts.get("title") or TITLES[kind],
        organ=facts["organ"],
        issued_on=issued if isinstance(issued, date) else date.fromisoformat(issued),
        applicant=facts["applicant"],
        address=_addressee(kind, facts),
        contacts=tuple(f"{label}：{value}" for label, value in contacts),
        qr_text=facts.get("url", ""),
        **{name: facts.get(name, "") for name in names},
        **parts,
    )


def _addressee(kind: NoticeKind, facts: Facts) -> str:
    """Return to whom a paper speaks: the applicant, the organ above, or nobody."""
    if kind is NoticeKind.REFERRAL:
        return facts["organ_above"]
    return "" if kind is NoticeKind.DELIVERY else facts["applicant"]


def _promises(facts: Facts) -> list[str]:
    """Return the sentences on the time until the decision."""
    promised, statutory = facts.get("promised_due"), facts.get("statutory_due")
    said = []
    if promised:
        said.append(f"我们承诺在{_day(promised)}前办结")
    if statutory:
        said.append(f"法定办结期限为{_day(statutory)}")
    sentences = [f"{'；'.join(said)}。"] if said else []
    if facts.get("counting"):
        sentences.append(f"期限计算：{_stop(facts['counting'])}")
    if facts.get("provisional"):
        sentences.append("计算所及年度的节假日安排尚未公布，以上日期为暂定，公布后如有变化另行告知。")
    if facts.get("stops"):
        sentences.append(f"不计时环节（特别程序）：{_stop(facts['stops'])}")
    return sentences


def _remedies(facts: Facts, subject: str) -> tuple[str, ...]:
    """Return how to contest: ``review_body`` within ``review_period``, ``court`` within ``suit_period``; by item."""
    ways = []
    if facts.get("review_body"):
        ways.append(f"自收到{subject}之日起{facts['review_period']}内向{facts['review_body']}申请行政复议")
    if facts.get("court"):
        ways.append(f"自收到{subject}之日起{facts['suit_period']}内依法向{facts['court']}提起行政诉讼")
    return (f"如不服{subject}，可以{'；也可以'.join(ways)}。",) if ways else ()


def _materials(caption: str, materials: Iterable[Facts]) -> Table:
    return Table(caption, MATERIAL_COLUMNS, _numbered(materials, "name", "form", "copies", "source", "note"))


def _originals(originals: Iterable[Facts]) -> tuple[tuple[str, ...], ...]:
    return _numbered(originals, "code", "name", "copies", "note")


def _numbered(rows: Iterable[Facts], *names: str) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (str(number), *(str(row.get(name, "")) for name in names)) for number, row in enumerate(rows, 1)
    )


def _details(facts: Facts, *pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((label, str(facts[name])) for name, label in pairs if facts.get(name))


def _days(facts: Facts, *pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((label, _day(facts[name])) for name, label in pairs if facts.get(name))


def _day(value: date | str) -> str:
    return chinese_date(value if isinstance(value, date) else date.fromisoformat(value))


def _stop(text: str) -> str:
    return text if text.endswith(("。", "！", "；")) else f"{text}。"
