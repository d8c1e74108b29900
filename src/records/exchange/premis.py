"""What a package says for preservation systems (长期保存元数据): objects, events, agents and rights after PREMIS 3.

The same facts as in the Chinese descriptions, in the words that preservation systems of other houses read. Designed after
the PREMIS Data Dictionary 3.0; the schema of the Library of Congress is not shipped with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree

from .descriptions import NOTHING, as_bytes, as_text

NAMESPACE = "http://www.loc.gov/premis/v3"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
PATH = "premis.xml"
SOFTWARE = "software"

#: What the steps of a case are called among preservation people; every other step keeps its own name.
EVENT_TYPES = {"归档": "accession", "格式转换": "migration", "接收": "ingestion start", "移交": "transfer"}


def premis_file(facts: Mapping[str, Any]) -> tuple[str, bytes]:
    """Return the file as (path below ``data``, bytes); shapes as in ``packages.plan``."""
    root = ElementTree.Element(_name("premis"), version="3.0")
    code = facts["code"]
    package = _object(root, "intellectualEntity", "档号", code)
    _add(package, "originalName", facts.get("item", {}).get("name") or code)
    for document in facts["documents"]:
        _document(root, document, code)
    report = facts.get("report") or {}
    names = _events(root, facts, code, report)
    for name in names:
        _agent(root, name, "person")
    _agent(root, facts["organisation"], "organization")
    if facts.get("software"):
        _agent(root, facts["software"], SOFTWARE)
    _rights(root, facts.get("record", {}), code)
    return PATH, as_bytes(root)


def _document(root: ElementTree.Element, document: Mapping[str, Any], code: str) -> None:
    path = f"data/{document['path']}"
    found = _object(root, "file", "路径", path)
    features = _add(found, "objectCharacteristics")
    for algorithm, key in (("SHA-256", "digest"), ("SM3", "sm3")):
        fixity = _add(features, "fixity")
        _add(fixity, "messageDigestAlgorithm", algorithm)
        _add(fixity, "messageDigest", document[key])
    _add(features, "size", document["size"])
    form = _add(features, "format")
    _add(_add(form, "formatDesignation"), "formatName", document.get("format"))
    if document.get("puid"):
        registry = _add(form, "formatRegistry")
        _add(registry, "formatRegistryName", "PRONOM")
        _add(registry, "formatRegistryKey", document["puid"])
    _add(found, "originalName", document.get("title"))
    relation = _add(found, "relationship")
    _add(relation, "relationshipType", "structural")
    _add(relation, "relationshipSubType", "is part of")
    related = _add(relation, "relatedObjectIdentifier")
    _add(related, "relatedObjectIdentifierType", "档号")
    _add(related, "relatedObjectIdentifierValue", code)


def _events(
    root: ElementTree.Element, facts: Mapping[str, Any], code: str, report: Mapping[str, Any]
) -> Iterable[str]:
    """Write the steps of the case and the checks before archiving; return who took part, each once."""
    names: dict[str, None] = {}
    steps = list(facts.get("events", ()))
    for number, step in enumerate(steps, 1):
        kind = EVENT_TYPES.get(str(step.get("action")), str(step.get("action") or NOTHING))
        event = _event(root, code, number, kind, step.get("at"))
        detail = "；".join(filter(None, (as_text(step.get("basis")), as_text(step.get("description")))))
        if detail:
            _add(_add(event, "eventDetailInformation"), "eventDetail", detail)
        actor = as_text(step.get("actor"))
        if actor:
            names[actor] = None
            _link(event, "Agent", "姓名", actor)
        _link(event, "Object", "档号", code)
    if report:
        event = _event(root, code, len(steps) + 1, "validation", report.get("checked_at"))
        outcome = _add(event, "eventOutcomeInformation")
        _add(outcome, "eventOutcome", report.get("result"))
        counted = f"四性检测 {len(report.get('checks', ()))} 项，见检测报告.xml"
        _add(_add(outcome, "eventOutcomeDetail"), "eventOutcomeDetailNote", counted)
        if facts.get("software"):
            _link(event, "Agent", SOFTWARE, facts["software"])
        _link(event, "Object", "档号", code)
    return names


def _event(root: ElementTree.Element, code: str, number: int, kind: str, at: object) -> ElementTree.Element:
    event = _add(root, "event")
    identifier = _add(event, "eventIdentifier")
    _add(identifier, "eventIdentifierType", "档号加顺序号")
    _add(identifier, "eventIdentifierValue", f"{code}#{number}")
    _add(event, "eventType", kind)
    _add(event, "eventDateTime", at)
    return event


def _agent(root: ElementTree.Element, name: str, kind: str) -> None:
    agent = _add(root, "agent")
    identifier = _add(agent, "agentIdentifier")
    _add(identifier, "agentIdentifierType", SOFTWARE if kind == SOFTWARE else "姓名")
    _add(identifier, "agentIdentifierValue", name)
    _add(agent, "agentName", name)
    _add(agent, "agentType", kind)


def _rights(root: ElementTree.Element, record: Mapping[str, Any], code: str) -> None:
    statement = _add(_add(root, "rights"), "rightsStatement")
    identifier = _add(statement, "rightsStatementIdentifier")
    _add(identifier, "rightsStatementIdentifierType", "档号")
    _add(identifier, "rightsStatementIdentifierValue", code)
    _add(statement, "rightsBasis", "statute")
    statute = _add(statement, "statuteInformation")
    _add(statute, "statuteJurisdiction", "中华人民共和国")
    _add(statute, "statuteCitation", "中华人民共和国档案法（2020年修订）")
    granted = _add(statement, "rightsGranted")
    _add(granted, "act", "利用")
    _add(granted, "restriction", f"密级：{as_text(record.get('security')) or NOTHING}")
    _add(granted, "restriction", f"开放状态：{as_text(record.get('opening')) or NOTHING}")
    _add(granted, "rightsGrantedNote", f"保管期限：{as_text(record.get('retention')) or NOTHING}")
    _link(statement, "Object", "档号", code)


def _object(root: ElementTree.Element, kind: str, identified_by: str, value: str) -> ElementTree.Element:
    found = ElementTree.SubElement(root, _name("object"), {f"{{{INSTANCE}}}type": f"premis:{kind}"})
    identifier = _add(found, "objectIdentifier")
    _add(identifier, "objectIdentifierType", identified_by)
    _add(identifier, "objectIdentifierValue", value)
    return found


def _link(parent: ElementTree.Element, what: str, kind: str, value: str) -> None:
    link = _add(parent, f"linking{what}Identifier")
    _add(link, f"linking{what}IdentifierType", kind)
    _add(link, f"linking{what}IdentifierValue", value)


def _add(parent: ElementTree.Element, name: str, value: object = None) -> ElementTree.Element:
    found = ElementTree.SubElement(parent, _name(name))
    if value is not None:
        found.text = as_text(value) or NOTHING
    return found


def _name(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
