"""The catalogue for programs (开放数据): schema.org JSON-LD, sitemap, Atom, and the answers of OAI-PMH 2.0.

Values in, bytes out; who may read what is decided before. Everything here is made of public facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET

from records.domain.facts import facts
from records.domain.guide_parts import Guide

OAI = "http://www.openarchives.org/OAI/2.0/"
OAI_SCHEMA = "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
DC = "http://purl.org/dc/elements/1.1/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
OAI_DC_SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
OAI_ID = "http://www.openarchives.org/OAI/2.0/oai-identifier"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
GUIDE = "tag:juanzong,2026:guide"
"""The namespace of our own format of a guide (``records_guide``)."""
MOST_ADDRESSES = 50_000
"""Addresses of one sitemap (sitemaps.org)."""
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'

for _prefix, _space in (("oai_dc", OAI_DC), ("dc", DC), ("xsi", XSI), ("guide", GUIDE)):
    ET.register_namespace(_prefix, _space)

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Published:
    """A guide as anybody may know it: its address, its edition in force (none when it was withdrawn), since when."""

    key: str
    address: str
    changed: datetime
    title: str
    unit: str
    unit_name: str
    body: Guide | None
    version: int = 0
    digest: str = ""
    change: str = "published"

    @property
    def gone(self) -> bool:
        """Whether it was withdrawn and only its name is still told."""
        return self.change == "withdrawn"


def stamp(at: datetime) -> str:
    """Return an instant as OAI-PMH and Atom write it, in UTC to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def service_of(one: Published) -> dict[str, object]:
    """Return a guide in force as a schema.org GovernmentService."""
    body = one.body
    fees = [fee.standard for fee in body.fees]
    return {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "@id": one.address,
        "url": one.address,
        "identifier": [body.codes.implementation, body.codes.handling],
        "name": body.title,
        "description": body.plain_title,
        "serviceType": body.item_type.label,
        "inLanguage": "zh-Hans",
        "version": one.version,
        "dateModified": stamp(one.changed),
        "termsOfService": body.scope,
        "provider": {"@type": "GovernmentOrganization", "name": body.unit_name},
        "audience": [{"@type": "Audience", "audienceType": each.label} for each in body.audience],
        "availableChannel": [
            {
                "@type": "ServiceChannel",
                "name": place.window,
                "serviceLocation": {
                    "@type": "Place",
                    "name": place.name,
                    "address": place.address,
                    "telephone": place.phone,
                    "description": place.hours,
                },
                "processingTime": body.limits.promised.label,
            }
            for place in body.places
        ],
        "serviceOutput": {"@type": "Permit", "name": body.result.name, "validFor": body.result.validity},
        "offers": [{"@type": "Offer", "description": text, "priceCurrency": "CNY"} for text in fees]
        or [{"@type": "Offer", "price": "0", "priceCurrency": "CNY"}],
        "potentialAction": {
            "@type": "ApplyAction",
            "object": [{"@type": "DigitalDocument", "name": line.name} for line in body.lines],
        },
    }


def catalogue_of(address: str, name: str, guides: Iterable[Published]) -> dict[str, object]:
    """Return all guides in force as one schema.org catalogue, each by address and name."""
    return {
        "@context": "https://schema.org",
        "@type": "OfferCatalog",
        "@id": address,
        "name": name,
        "itemListElement": [
            {
                "@type": "GovernmentService",
                "@id": one.address,
                "url": one.address,
                "name": one.title,
                "provider": {"@type": "GovernmentOrganization", "name": one.unit_name},
                "dateModified": stamp(one.changed),
            }
            for one in guides
        ],
    }


def sitemap(addresses: Sequence[tuple[str, datetime | None]]) -> bytes:
    """Return a sitemap of addresses, each with the day of its last change; at most 50,000 of them."""
    root = ET.Element("urlset", xmlns=SITEMAP)
    for address, changed in addresses:
        url = _under(root, "url")
        _under(url, "loc", address)
        if changed is not None:
            _under(url, "lastmod", stamp(changed))
    return _written(root)


def sitemap_index(addresses: Iterable[str]) -> bytes:
    """Return the list of sitemaps of a site that has more than one."""
    root = ET.Element("sitemapindex", xmlns=SITEMAP)
    for address in addresses:
        _under(_under(root, "sitemap"), "loc", address)
    return _written(root)


def atom(address: str, name: str, entries: Sequence[Published], words: Mapping[str, str]) -> bytes:
    """Return the newest changes as an Atom feed (RFC 4287); ``words`` says each kind of change."""
    root = ET.Element("feed", xmlns=ATOM)
    _under(root, "id", address)
    _under(root, "title", name)
    _under(root, "updated", stamp(entries[0].changed) if entries else "1970-01-01T00:00:00Z")
    _under(root, "link", rel="self", href=address, type="application/atom+xml")
    for one in entries:
        entry = _under(root, "entry")
        _under(entry, "id", f"{one.address}#{stamp(one.changed)}")
        _under(entry, "title", f"{words[one.change]}：{one.title}")
        _under(entry, "updated", stamp(one.changed))
        _under(_under(entry, "author"), "name", one.unit_name)
        _under(entry, "category", term=one.change)
        _under(entry, "link", rel="alternate", href=one.address)
        _under(entry, "summary", one.body.plain_title if one.body else words[one.change])
    return _written(root)


def envelope(base: str, at: datetime, asked: Mapping[str, str]) -> ET.Element:
    """Return the frame of an OAI-PMH answer; ``asked`` are the arguments, left out when they were wrong."""
    root = ET.Element("OAI-PMH", {"xmlns": OAI, f"{{{XSI}}}schemaLocation": f"{OAI} {OAI_SCHEMA}"})
    _under(root, "responseDate", stamp(at))
    _under(root, "request", base, **asked)
    return root


def errors(root: ET.Element, found: Iterable[tuple[str, str]]) -> bytes:
    """Return an answer that says what was wrong, each error with its code."""
    for code, text in found:
        _under(root, "error", text, code=code)
    return _written(root)


def identify(
    root: ET.Element, *, name: str, base: str, contact: str, earliest: str, host: str, sample: str
) -> bytes:
    """Return who keeps the repository and how."""
    verb = _under(root, "Identify")
    for tag, text in (
        ("repositoryName", name), ("baseURL", base), ("protocolVersion", "2.0"), ("adminEmail", contact),
        ("earliestDatestamp", earliest), ("deletedRecord", "persistent"), ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    ):  # fmt: skip
        _under(verb, tag, text)
    described = ET.SubElement(
        _under(verb, "description"),
        "oai-identifier",
        {"xmlns": OAI_ID, f"{{{XSI}}}schemaLocation": f"{OAI_ID} {OAI_ID}.xsd"},
    )
    for tag, text in (
        ("scheme", "oai"), ("repositoryIdentifier", host), ("delimiter", ":"), ("sampleIdentifier", sample),
    ):  # fmt: skip
        _under(described, tag, text)
    return _written(root)


def formats(root: ET.Element, schema: str) -> bytes:
    """Return the formats in which a guide can be had; ``schema`` is the address of our own one's."""
    verb = _under(root, "ListMetadataFormats")
    for prefix, place, space in (("oai_dc", OAI_DC_SCHEMA, OAI_DC), ("records_guide", schema, GUIDE)):
        told = _under(verb, "metadataFormat")
        _under(told, "metadataPrefix", prefix)
        _under(told, "schema", place)
        _under(told, "metadataNamespace", space)
    return _written(root)


def sets(root: ET.Element, named: Iterable[tuple[str, str]]) -> bytes:
    """Return the sets by which one may harvest, each with its name."""
    verb = _under(root, "ListSets")
    for spec, name in named:
        told = _under(verb, "set")
        _under(told, "setSpec", spec)
        _under(told, "setName", name)
    return _written(root)


@dataclass(frozen=True, slots=True)
class Token:
    """A resumption token, and how much of how many has been told before it; an empty one ends a list."""

    text: str
    before: int
    total: int


def listed(
    root: ET.Element,
    verb: str,
    records: Iterable[tuple[str, Sequence[str], Published]],
    token: Token | None,
    *,
    prefix: str,
    schema: str,
) -> bytes:
    """Return records or only their heads; each is an identifier, its sets and the guide."""
    frame = _under(root, verb)
    for identifier, named, one in records:
        record = frame if verb == "ListIdentifiers" else _under(frame, "record")
        head = _under(record, "header", **({"status": "deleted"} if one.gone else {}))
        _under(head, "identifier", identifier)
        _under(head, "datestamp", stamp(one.changed))
        for spec in named:
            _under(head, "setSpec", spec)
        if verb != "ListIdentifiers" and not one.gone:
            _under(record, "metadata").append(
                _dublin_core(one) if prefix == "oai_dc" else _facts(one, schema)
            )
    if token is not None:
        _under(
            frame, "resumptionToken", token.text, cursor=str(token.before), completeListSize=str(token.total)
        )
    return _written(root)


def _dublin_core(one: Published) -> ET.Element:
    body = one.body
    root = ET.Element(f"{{{OAI_DC}}}dc", {f"{{{XSI}}}schemaLocation": f"{OAI_DC} {OAI_DC_SCHEMA}"})
    told = (
        ("title", body.title), ("creator", body.unit_name), ("publisher", body.unit_name), ("description", body.plain_title),
        *(("subject", topic) for topic in (*body.handling.topics_person, *body.handling.topics_corporate)),
        ("subject", body.item_type.label), ("date", stamp(one.changed)), ("type", "Service"), ("language", "zh-Hans"),
        ("identifier", one.address), ("identifier", body.codes.implementation), ("coverage", body.scope),
        *(("relation", f"《{law.name}》{law.number}") for law in body.basis),
    )  # fmt: skip
    for tag, text in told:
        if text:
            ET.SubElement(root, f"{{{DC}}}{tag}").text = _legal(text)
    return root


def _facts(one: Published, schema: str) -> ET.Element:
    """Return every public fact of a guide by its path, with the edition it comes from."""
    root = ET.Element(
        f"{{{GUIDE}}}guide",
        {
            "key": one.key,
            "version": str(one.version),
            "digest": one.digest,
            "address": one.address,
            f"{{{XSI}}}schemaLocation": f"{GUIDE} {schema}",
        },
    )
    for path, text in facts(one.body).items():
        ET.SubElement(root, f"{{{GUIDE}}}fact", path=path).text = _legal(text)
    return root


SCHEMA = f"""<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{GUIDE}" elementFormDefault="qualified">
  <xs:element name="guide">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="fact" maxOccurs="unbounded">
          <xs:complexType>
            <xs:simpleContent>
              <xs:extension base="xs:string">
                <xs:attribute name="path" type="xs:string" use="required"/>
              </xs:extension>
            </xs:simpleContent>
          </xs:complexType>
        </xs:element>
      </xs:sequence>
      <xs:attribute name="key" type="xs:string" use="required"/>
      <xs:attribute name="version" type="xs:positiveInteger" use="required"/>
      <xs:attribute name="digest" type="xs:string" use="required"/>
      <xs:attribute name="address" type="xs:anyURI" use="required"/>
    </xs:complexType>
  </xs:element>
</xs:schema>
""".encode()


def _under(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, tag, {name: _legal(value) for name, value in attributes.items()})
    if text:
        element.text = _legal(text)
    return element


def _legal(text: str) -> str:
    """Return a text without the signs that XML cannot hold."""
    return _ILLEGAL.sub("", text)


def _written(root: ET.Element) -> bytes:
    return DECLARATION + ET.tostring(root, encoding="utf-8")
