"""OFD documents for tests, as small as they can be: lines of text on a page over a template, and the identifier of an e-licence."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def content(lines: tuple[str, ...], *, under: str = "") -> str:
    """Return the content of a page with its lines one under the other."""
    texts = "".join(
        f'<ofd:TextObject Boundary="10 {10 * number} 100 5"><ofd:TextCode X="0" Y="4">{escape(line)}</ofd:TextCode></ofd:TextObject>'
        for number, line in enumerate(lines, start=1)
    )
    below = f'<ofd:Template TemplateID="{under}"/>' if under else ""
    return f"<ofd:Page {NS}>{below}<ofd:Content><ofd:Layer>{texts}</ofd:Layer></ofd:Content></ofd:Page>"


def parts(*lines: str, licence: str = "", printed: tuple[str, ...] = ()) -> dict[str, str | bytes]:
    """Return the parts of a document; ``licence`` stands in its own data, ``printed`` on the template under its page."""
    said = (
        f'<ofd:CustomDatas><ofd:CustomData Name="证照标识">{licence}</ofd:CustomData></ofd:CustomDatas>'
        if licence
        else ""
    )
    return {
        "OFD.xml": f'<ofd:OFD {NS} DocType="OFD"><ofd:DocBody><ofd:DocInfo>{said}</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>',
        "Doc_0/Document.xml": f'<ofd:Document {NS}><ofd:CommonData><ofd:TemplatePage ID="9" BaseLoc="Tpls/Tpl_0/Content.xml"/></ofd:CommonData><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
        "Doc_0/Tpls/Tpl_0/Content.xml": content(printed),
        "Doc_0/Pages/Page_0/Content.xml": content(lines, under="9" if printed else ""),
    }  # fmt: skip


def packed(files: dict[str, str | bytes]) -> bytes:
    """Return parts as the file they make."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in files.items():
            archive.writestr(name, part)
    return out.getvalue()


def ofd(*lines: str, licence: str = "", printed: tuple[str, ...] = ()) -> bytes:
    """Return a document as its file."""
    return packed(parts(*lines, licence=licence, printed=printed))
