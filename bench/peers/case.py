"""What the case's page shows, worked out from the rows of either ORM: both peers serve the same page by the same rules."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta, timezone

CIVIL = timezone(timedelta(hours=8))
TODAY = date(2026, 3, 2)
HAPPENED = {
    "open": "已建立",
    "receive": "已收件",
    "accept": "已受理",
    "decide": "已决定",
    "deliver": "已送达",
}
GRADES = {"A": "A级 系统核验", "B": "B级 窗口核验原件", "C": "C级 复印件", "D": "D级 申请人自制"}
NOTICES = {"receipt": "收件凭证", "acceptance": "受理通知书"}
SOURCES = {"submitted": "申请人提交", "reused": "调用", "volunteered": "自愿提交"}
STATES = {"accepted": "已受理"}
REASONS = {
    "reuse.same-chain": "本件前面的环节已经提交，不得再要。",
    "reuse.fetch": "由部门共享获取，申请人不用提交。",
}
QUESTIONS = {
    "held": "中心有这种材料",
    "same-bytes": "与提交的文件完全相同",
    "same-chain": "本件前面的环节已经提交",
    "status": "状态有效",
    "in-time": "在需要的那一天有效",
    "grade": "可信等级符合本事项",
    "once": "没有被别的办件用掉",
    "purpose": "没有限定用途，或者限定的就是本事项",
    "consent": "申请人没有表示不同意",
    "sensitivity": "不属于敏感信息，或者有依据、有单独同意",
    "undisputed": "内容没有异议",
}
ROLES_THAT_MAY = {
    "view": frozenset({"clerk", "reviewer", "archivist", "auditor"}),
    "withdraw": frozenset({"clerk", "reviewer"}),
    "decide": frozenset({"reviewer"}),
    "fill": frozenset({"clerk"}),
    "consent": frozenset({"clerk"}),
    "keep originals": frozenset({"clerk", "archivist"}),
}
LABELS = {"withdraw": "撤回", "decide": "决定"}
NAVIGATION = (
    ("今天", "/desk"),
    ("查找", "/desk/search"),
    ("档案利用", "/uses"),
    ("减负台账", "/desk/burden"),
)
SCOPE = {
    "notice-acceptance": "受理通知书（承诺件）",
    "notice-delivery": "送达回证",
    "guide": "受理时所依据的办事指南",
}
"""What is archived of every case beside the papers on its lines."""


def roles_in(grants: Collection, unit: str) -> frozenset[str]:
    """Return the roles a person holds in a unit."""
    return frozenset(grant.role for grant in grants if grant.unit in (unit, "*"))


def may(roles: frozenset[str], permission: str) -> bool:
    """Tell whether one of the roles has the permission."""
    return not roles.isdisjoint(ROLES_THAT_MAY[permission])


def instant(at: datetime | None) -> str:
    """Return an instant as it is read on the wall in China."""
    if at is None:
        return ""
    local = at.astimezone(CIVIL)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def working_days(until: date, free: frozenset[str]) -> int:
    """Count the working days from today, which is not counted, to a day."""
    days = (TODAY + timedelta(days=n) for n in range(1, (until - TODAY).days + 1))
    return sum(day.isoformat() not in free for day in days)


def page(
    *,
    dossier: object,
    lines: Collection,
    entries: Collection,
    verdicts: Collection,
    events: Collection,
    notices: Collection,
    others: Collection,
    roles: frozenset[str],
    user_name: str,
    window: str,
    office: dict,
    free: frozenset[str],
    name_of: Callable[[object], str],
) -> dict[str, object]:
    """Return the values of the page's template."""
    by_line = {entry.line_key: entry for entry in entries}
    judged = {verdict.line_key: verdict for verdict in verdicts}
    rows = [
        _row(line, by_line.get(line.key), judged.get(line.key), dossier, roles, name_of) for line in lines
    ]
    needed = [row for row in rows if row["needed"]]
    left = working_days(dossier.promised_due, free)
    return {
        "office": office,
        "navigation": [{"label": label, "href": href} for label, href in NAVIGATION],
        "user_name": user_name,
        "path": f"/dossiers/{dossier.key}",
        "dossier": dossier,
        "applicant": dossier.applicant,
        "title": dossier.guide.title,
        "state": {"word": STATES.get(dossier.state, dossier.state), "kind": "next", "icon": "act"},
        "light": {
            "word": f"还剩 {left} 个工作日" if left > 1 else "还剩一个工作日",
            "kind": "plain",
            "icon": "dot",
        },
        "filled": sum(row["filled"] for row in needed),
        "needed": len(needed),
        "waived": sum(row["waived"] for row in needed),
        "missing": sum(not row["filled"] and not row["by_office"] for row in needed),
        "fetched": sum(row["by_office"] for row in needed),
        "acts": [
            {"name": name, "label": label, "href": f"/dossiers/{dossier.key}/{name}"}
            for name, label in LABELS.items()
            if may(roles, name)
        ],
        "waits_for": "" if may(roles, "decide") else "等待本单位审批人员处理。",
        "rows": needed,
        "to_fetch": [
            {**row, "follows": bool(before)}
            for before, row in enumerate(row for row in needed if row["by_office"])
        ],
        "act_path": f"/dossiers/{dossier.key}",
        "pulls": f"/dossiers/{dossier.key}/pull" if may(roles, "fill") else "",
        "originals": [row for row in needed if row["filled"]] if may(roles, "keep originals") else [],
        "originals_key": once_key(),
        "window": f"{window}窗口" if window else "",
        "spared": [row for row in rows if not row["needed"]],
        "spared_count": len(rows) - len(needed),
        "facts": [fact for fact in _facts(dossier, office) if fact["value"]],
        "events": [
            {
                "iso": event.at.isoformat(),
                "at": instant(event.at),
                "what": HAPPENED.get(event.name, event.name),
                "who": name_of(event.person),
                "why": event.why,
            }
            for event in sorted(events, key=lambda event: -event.id)
        ],
        "notices": [
            {
                "kind": NOTICES.get(notice.kind, notice.kind),
                "code": notice.code,
                "issued": instant(notice.issued_at),
                "href": f"/notices/{notice.key}/pdf" if notice.digest else "",
            }
            for notice in notices
        ],
        "future": _future(rows, notices),
        "related": [
            {"href": f"/dossiers/{other.key}", "text": f"{other.code} {other.state}"} for other in others
        ],
    }


def _future(rows: Collection, notices: Collection) -> dict[str, object]:
    """Return how many papers of the archiving scope are there, and which are still to come."""
    there = {"guide"} | {f"notice-{notice.kind}" for notice in notices}
    missing = [title for paper, title in SCOPE.items() if paper not in there]
    required = len(SCOPE) + sum(row["filled"] for row in rows)
    return {"ready": required - len(missing), "required": required, "missing": "、".join(missing)}


def once_key() -> str:
    """Return a fresh key by which a repeated submission is known."""
    return secrets.token_urlsafe(16)


def _row(
    line: object,
    entry: object | None,
    verdict: object | None,
    dossier: object,
    roles: frozenset[str],
    name_of: Callable[[object], str],
) -> dict[str, object]:
    by_office = entry is None and not line.condition
    row = {
        "id": line.key,
        "name": line.name,
        "number": line.position,
        "needed": entry is not None or by_office,
        "filled": entry is not None,
        "waived": entry is not None and entry.how == "reused",
        "by_office": by_office,
        "judged": _judged(verdict) if verdict is not None else None,
        "fetches": by_office and may(roles, "fill"),
        "deposits": not line.waived,
        "once": once_key() if by_office else "",
        "badge": {"word": "由部门共享获取", "kind": "plain", "icon": "dot"},
        "why": f"“{line.name}”由部门共享获取，申请人不用提交。",
        "material": None,
    }
    if entry is None:
        return row
    material = entry.material
    verified = f"{name_of(material.verified_by)} {material.verified_on}" if material.verified_on else ""
    return {
        **row,
        "badge": {"word": "已收取", "kind": "done", "icon": "done"},
        "why": "申请人已提交。",
        "how": SOURCES.get(entry.how, entry.how),
        "material": {
            "number": material.number,
            "issuer": material.issuer,
            "grade": GRADES[material.grade],
            "verified": "" if material.original_seen else verified,
            "seen": verified if material.original_seen else "",
            "valid_until": material.valid_until.isoformat() if material.valid_until else "",
            "preview": f"/dossiers/{dossier.key}/preview?digest={entry.digest}",
            "file": f"/dossiers/{dossier.key}/file?digest={entry.digest}",
            "consent": f"/materials/{material.key}/consent" if may(roles, "consent") else "",
        },
    }


def _judged(verdict: object) -> dict[str, object]:
    return {
        "sentence": REASONS[verdict.reason],
        "clause": verdict.clause,
        "checks": [{"words": QUESTIONS[check["name"]], "yes": check["answer"]} for check in verdict.checks],
    }


def _facts(dossier: object, office: dict) -> list[dict[str, str]]:
    guide = dossier.guide
    return [
        {"label": "收件编号", "value": dossier.code, "kind": "code"},
        {"label": "查询码", "value": dossier.inquiry_code, "kind": "code"},
        {"label": "单位", "value": office["unit"], "kind": ""},
        {"label": "种类", "value": f"{guide.item_kind} · {guide.promised}", "kind": ""},
        {"label": "已收件", "value": instant(dossier.received_at), "kind": ""},
        {"label": "已受理", "value": instant(dossier.accepted_at), "kind": ""},
        {"label": "承诺期限至", "value": dossier.promised_due.isoformat(), "kind": ""},
        {"label": "法定期限至", "value": dossier.statutory_due.isoformat(), "kind": ""},
    ]
