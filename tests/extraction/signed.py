"""Papers with electronic signatures for tests: a PDF signed by a key of the test's own, and an OFD with a signed digest."""

from __future__ import annotations

import base64
import datetime
import hashlib
import io
import zipfile
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

ROOM = 4096
OFD_NS = 'xmlns="http://www.ofdspec.org/2016"'


@cache
def _signer():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "延津县卫生健康委员会")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    built = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(start).not_valid_after(start + datetime.timedelta(days=365))
    )  # fmt: skip
    return built.sign(key, hashes.SHA256()), key


def signed_pdf(*, text: str = "Approved") -> bytes:
    """Return a page of PDF with one detached signature (adbe.pkcs7.detached) over all but the signature itself."""
    stream = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]/SigFlags 3>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>/Annots[6 0 R]>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/V 7 0 R/Rect[0 0 0 0]/P 3 0 R>>",
        b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[0000000000 0000000000 0000000000 0000000000]/Contents<"
        + b"0" * ROOM * 2
        + b">>>",
    ]
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 8\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size 8/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % table
    start = out.index(b"/Contents<") + len(b"/Contents")
    end = start + ROOM * 2 + 2
    ranges = b"[%010d %010d %010d %010d]" % (0, start, end, len(out) - end)
    place = out.index(b"[0000000000")
    out[place : place + len(ranges)] = ranges
    certificate, key = _signer()
    made = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(bytes(out[:start] + out[end:]))
        .add_signer(certificate, key, hashes.SHA256())
        .sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])
    )
    out[start + 1 : start + 1 + len(made) * 2] = made.hex().encode()
    return bytes(out)


def signed_ofd(*, method: str = "1.2.156.10197.1.401", page: str = "<Page/>", signed_page: str = "") -> bytes:
    """Return an OFD of one page with one signature whose list has the digest of the page."""
    content = f"<Page {OFD_NS}>{page}</Page>".encode()
    covered = f"<Page {OFD_NS}>{signed_page or page}</Page>".encode()
    digest = hashlib.new("sm3" if method.startswith("1.2.156") else method.lower(), covered).digest()
    files = {
        "OFD.xml": f"<OFD {OFD_NS}><DocBody><DocRoot>Doc_0/Document.xml</DocRoot><Signatures>/Doc_0/Signs/Signatures.xml</Signatures></DocBody></OFD>",
        "Doc_0/Document.xml": f'<Document {OFD_NS}><Pages><Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></Pages></Document>',
        "Doc_0/Pages/Page_0/Content.xml": content,
        "Doc_0/Signs/Signatures.xml": f'<Signatures {OFD_NS}><Signature ID="1" Type="Seal" BaseLoc="Sign_0/Signature.xml"/></Signatures>',
        "Doc_0/Signs/Sign_0/Signature.xml": (
            f'<Signature {OFD_NS}><SignedInfo><References CheckMethod="{method}">'
            f'<Reference FileRef="/Doc_0/Pages/Page_0/Content.xml"><CheckValue>{base64.b64encode(digest).decode()}</CheckValue></Reference>'
            "</References></SignedInfo><SignedValue>/Doc_0/Signs/Sign_0/SignedValue.dat</SignedValue></Signature>"
        ),
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, part in files.items():
            packed.writestr(name, part)
    return out.getvalue()
