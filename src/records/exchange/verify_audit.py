#!/usr/bin/env python3
"""Check an exported audit trail (审计日志) with Python's standard library and the ``openssl`` program.

Usage: python3 -I verify_audit.py ENTRIES HEADS PUBLIC_KEY [--details FILE] [--printed SIZE:ROOT]... [--json]
       python3 -I verify_audit.py --proof PROOF PUBLIC_KEY [--json]

ENTRIES   one audit entry a line, in order, each as canonical JSON (keys sorted, no spaces, UTF-8).
HEADS     one signed tree head a line: {"size", "root", "at", "signature", "key"}; root in hexadecimal, the signature
          (Ed25519; hexadecimal or base64) over the canonical JSON of {"at", "root", "size"}; ``key`` names the key.
PUBLIC_KEY  the public key in PEM. Take it from a source of its own, not from the system under examination.
--details   one line for each entry whose personal data are shown: {"seq", "salt", "details"}; the entry's
            ``details_digest`` is the SHA-256 of the salt's bytes followed by the canonical JSON of the details.
            {"seq", "withheld": true} says that the details were erased; the entry itself stays and is checked.
--proof     the proof that one entry stands in the log, as ``records audit prove`` writes it; no other entry is needed.
--printed   a head as printed on a notice: size and root (16 hexadecimal digits of it are enough).

The entries are the leaves of the Merkle tree of RFC 9162. A change, a removal, an addition inside or a change of
order gives another root at the next head; entries missing at the end are found because a head counts more. What
follows the last head is not sealed yet and is reported as a note. Exit 0: good; 1: something is wrong; 2: could not run.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SENTENCES = {
    "audit.bad-entry": ("审计条目不合格式", "is not an audit entry in canonical JSON"),
    "audit.sequence-broken": ("审计条目的序号不连续", "does not continue the sequence of numbers"),
    "audit.bad-head": ("树头不合格式", "is not a signed tree head"),
    "audit.heads-out-of-order": ("树头的先后次序不对", "is smaller or older than the head before it"),
    "audit.signature-wrong": ("树头签名不符", "has a signature that does not verify"),
    "audit.root-differs": ("审计条目已被改动、增删或调换次序", "entries were changed, removed, added or reordered"),
    "audit.truncated": ("审计条目有缺失", "entries are missing at the end"),
    "audit.details-differ": ("明细与条目中的摘要不符", "details do not have the digest that the entry holds"),
    "audit.proof-wrong": ("证明与树头不符", "is not proven by the hashes given with it"),
    "audit.details-withheld": ("明细已按规定删除，条目本身完好", "details were withheld; the entries themselves are whole"),
    "audit.no-heads": ("没有树头，无法核对", "there is no tree head to check against"),
    "audit.unsealed": ("最后一个树头之后的条目尚未封存", "entries after the last head are not sealed yet"),
    "audit.details-absent": ("未提供明细，只核对了条目", "entries have details that were not given"),
}  # fmt: skip
NOTES = frozenset({"audit.unsealed", "audit.details-absent", "audit.details-withheld"})
HEXADECIMAL = re.compile(r"[0-9a-f]{64}")


class Findings(list):
    """What was found, each as ``{"code", "subject", "params"}``."""

    def add(self, code, subject="", **params):
        """Note one thing."""
        self.append({"code": code, "subject": subject, "params": params})

    def report(self, **more):
        """Return what was found as a report; only notes leave it good."""
        wrong = [found for found in self if found["code"] not in NOTES]
        return {
            "ok": not wrong,
            "findings": [*self],
            "problems": [sentence(found) for found in wrong],
            **more,
        }


class Tree:
    """The Merkle tree of RFC 9162 growing leaf by leaf; only the roots of its full subtrees are kept."""

    def __init__(self):
        self.size = 0
        self.subtrees = []

    def add(self, leaf):
        """Add the next leaf, given as bytes."""
        digest = hashlib.sha256(b"\x00" + leaf).digest()
        count = self.size
        while count & 1:
            digest = node(self.subtrees.pop(), digest)
            count >>= 1
        self.subtrees.append(digest)
        self.size += 1

    def root(self):
        """Return the root in hexadecimal; of the empty tree, the SHA-256 of nothing."""
        if not self.subtrees:
            return hashlib.sha256(b"").hexdigest()
        digest = self.subtrees[-1]
        for subtree in reversed(self.subtrees[:-1]):
            digest = node(subtree, digest)
        return digest.hex()


def node(left, right):
    """Return the digest of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def canonical(value):
    """Return JSON with sorted keys, without spaces, in UTF-8."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def is_canonical(value, line):
    """Say whether a line is the one spelling of its value; what has none (half a character, not a number) is not."""
    try:
        return canonical(value) == line
    except ValueError:
        return False


def verify(entries, heads, public_pem, *, details=(), printed=()):
    """Check entries against heads and return ``{"ok", "findings", "problems", "counts"}``.

    ``entries``, ``heads``, ``details``: iterables of lines as bytes or text; ``printed``: pairs of size and root. A finding
    is ``{"code", "subject", "params"}``, ``problems`` are the sentences of those that are not notes; ``counts`` holds entries, heads, sealed (entries under a
    good head), details and withheld (details that were erased).
    """
    findings = Findings()
    find = findings.add
    signed = read_heads(heads, public_pem, find)
    wanted = {head["size"] for head in signed} | {size for size, _ in printed}
    roots, digests = read_entries(entries, wanted, find)
    total = len(digests)
    sealed = compare(signed, printed, roots, total, find)
    told, withheld = read_details(details, digests, find)
    if not signed and not printed:
        find("audit.no-heads")
    elif total > sealed and all(found["code"] in NOTES for found in findings):
        find("audit.unsealed", count=total - sealed)
    if withheld:
        find("audit.details-withheld", count=withheld)
    absent = sum(1 for digest in digests if digest) - told - withheld
    if absent:
        find("audit.details-absent", count=absent)
    counts = {"entries": total, "heads": len(signed), "sealed": sealed, "details": told, "withheld": withheld}
    return findings.report(counts=counts)


def verify_proof(proof, public_pem):
    """Check the proof of one entry and return ``{"ok", "findings", "problems", "entry", "heads"}``.

    ``proof`` is a mapping of ``entry`` (its line), ``head`` and ``newest`` (signed heads), ``inclusion`` and ``consistency``
    (hashes in hexadecimal).
    """
    findings = Findings()
    find = findings.add
    given = proof if isinstance(proof, dict) else {}
    entry = parsed(given["entry"]) if isinstance(given.get("entry"), str) else None
    heads = [given.get(name) for name in ("head", "newest")]
    if not isinstance(entry, dict) or type(entry.get("seq")) is not int:
        find("audit.bad-entry", "proof")
    elif not all(map(well_formed, heads)):
        find("audit.bad-head", "proof")
    else:
        for name, head in zip(("head", "newest"), heads, strict=True):
            if not signature_holds(head, public_pem):
                find("audit.signature-wrong", name, size=head["size"])
        leaf = hashlib.sha256(b"\x00" + proof["entry"].encode()).digest()
        first, newest = ((head["size"], bytes.fromhex(head["root"])) for head in heads)
        if not included(leaf, entry["seq"] - 1, first, hashes_of(proof, "inclusion")):
            find("audit.proof-wrong", f"entry {entry['seq']}", size=first[0])
        if not continues(first, newest, hashes_of(proof, "consistency")):
            find("audit.proof-wrong", f"head {newest[0]}", size=first[0])
    if findings:
        return findings.report(entry=None, heads=[])
    return findings.report(entry=entry, heads=[head["size"] for head in heads])


def hashes_of(proof, name):
    """Return the hashes of one part of a proof as bytes, or None when they are not well formed."""
    steps = proof.get(name) if isinstance(proof.get(name), list) else [None]
    good = all(isinstance(step, str) and HEXADECIMAL.fullmatch(step) for step in steps)
    return [bytes.fromhex(step) for step in steps] if good else None


def included(leaf, place, head, steps):
    """Say whether a leaf stands at a place (from 0) under a head, given as size and root (RFC 9162, 2.1.3.2)."""
    size, root = head
    lefts = sides(place, size - 1, steps) if 0 <= place < size else None
    if lefts is None:
        return False
    for step, left in zip(steps, lefts, strict=True):
        leaf = node(step, leaf) if left else node(leaf, step)
    return leaf == root


def continues(old_head, new_head, steps):
    """Say whether a later head continues an earlier one, each given as size and root (RFC 9162, 2.1.4.2)."""
    (old_size, old_root), (new_size, new_root) = old_head, new_head
    if steps is None or not 0 < old_size <= new_size:
        return False
    if old_size == new_size:
        return not steps and old_root == new_root
    # The first hash stands for the largest whole subtree at the end of the earlier tree, which may be all of it.
    whole = (old_size & -old_size).bit_length() - 1
    steps = steps if old_size & (old_size - 1) else [old_root, *steps]
    lefts = sides(old_size - 1 >> whole, new_size - 1 >> whole, steps[1:])
    if not steps or lefts is None:
        return False
    old = new = steps[0]
    for step, left in zip(steps[1:], lefts, strict=True):
        old = node(step, old) if left else old
        new = node(step, new) if left else node(new, step)
    return (old, new) == (old_root, new_root)


def sides(place, last, steps):
    """Say of each hash on the way up from a place whether it stands to the left; None when the tree is not that high."""
    lefts = []
    for _ in steps or ():
        if last == 0:
            return None
        lefts.append(bool(place & 1) or place == last)
        if lefts[-1]:
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    return lefts if last == 0 and steps is not None else None


def sentence(found):
    """Return a finding as one line in Chinese and English."""
    chinese, english = SENTENCES[found["code"]]
    extra = " ".join(f"{name}={value}" for name, value in found["params"].items())
    return f"{found['code']}: {found['subject']} {chinese} / {english} {extra}".rstrip()


def read_entries(entries, wanted, find):
    """Return the roots at the wanted sizes and each entry's ``details_digest`` (empty where it has none)."""
    tree, roots, digests, before = Tree(), {}, [], None
    if 0 in wanted:
        roots[0] = tree.root()
    for number, line in enumerate(lines_of(entries), 1):
        entry = parsed(line)
        if not isinstance(entry, dict) or not is_canonical(entry, line):
            find("audit.bad-entry", f"entry {number}")
            entry = {}
        seq = entry.get("seq")
        if before is not None and seq != before + 1:
            find("audit.sequence-broken", f"entry {number}", expected=before + 1, found=str(seq))
        before = seq if isinstance(seq, int) else None
        digests.append(entry.get("details_digest") or "")
        tree.add(line)
        if tree.size in wanted:
            roots[tree.size] = tree.root()
    return roots, digests


def read_heads(heads, public_pem, find):
    """Return the well-formed heads, after checking their order and signatures."""
    signed, before = [], (-1, "")
    for number, line in enumerate(lines_of(heads), 1):
        head = parsed(line)
        if not well_formed(head):
            find("audit.bad-head", f"head {number}")
            continue
        if (head["size"], head["at"]) < before or head["at"] < before[1]:
            find("audit.heads-out-of-order", f"head {number}")
        before = (head["size"], head["at"])
        signed.append(head)
        if not signature_holds(head, public_pem):
            find("audit.signature-wrong", f"head {number}", size=head["size"])
    return signed


def well_formed(head):
    """Say whether a line holds a head with values of the right kind."""
    kinds = {"size": int, "root": str, "at": str, "signature": str}
    if not isinstance(head, dict) or any(type(head.get(name)) is not kind for name, kind in kinds.items()):
        return False
    return head["size"] >= 0 and bool(HEXADECIMAL.fullmatch(head["root"]))


def compare(signed, printed, roots, total, find):
    """Compare the roots with the heads; return how many entries stand under a head that agrees."""
    good = 0
    claims = [(head["size"], head["root"], "head") for head in signed]
    claims += [(size, root.lower(), "printed head") for size, root in printed]
    for size, root, kind in sorted(claims):
        subject = f"{kind} {size}"
        if size > total:
            find("audit.truncated", subject, expected=size, found=total)
        elif len(root) < 16 or not roots[size].startswith(root):
            find("audit.root-differs", subject, after=good, until=size)
        else:
            good = size
    return good


def read_details(details, digests, find):
    """Check salted details against the entries' digests; return how many agree and how many were withheld."""
    told, withheld = set(), set()
    for number, line in enumerate(lines_of(details), 1):
        detail = parsed(line)
        seq, digest = (detail.get("seq"), detail_digest(detail)) if isinstance(detail, dict) else (None, None)
        if type(seq) is not int or not 1 <= seq <= len(digests):
            find("audit.details-differ", f"details {number}", seq=str(seq))
        elif detail == {"seq": seq, "withheld": True} and digests[seq - 1]:
            withheld.add(seq)
        elif digest is None or digests[seq - 1] != digest:
            find("audit.details-differ", f"details {number}", seq=str(seq))
        else:
            told.add(seq)
    return len(told), len(withheld - told)


def detail_digest(detail):
    """Return the digest of salted details, or None when they are not well formed."""
    try:
        return hashlib.sha256(bytes.fromhex(detail["salt"]) + canonical(detail["details"])).hexdigest()
    except (KeyError, TypeError, ValueError):
        return None


def signature_holds(head, public_pem):
    """Ask ``openssl`` whether a head's signature is that of the key."""
    try:
        signed = canonical({"size": head["size"], "root": head["root"], "at": head["at"]})
        text = head["signature"]
        signature = bytes.fromhex(text) if len(text) == 128 else base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        key, text, mark = folder / "key.pem", folder / "head", folder / "signature"
        key.write_bytes(public_pem.encode() if isinstance(public_pem, str) else public_pem)
        text.write_bytes(signed)
        mark.write_bytes(signature)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key]
        command += ["-rawin", "-in", text, "-sigfile", mark]
        return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0


def lines_of(lines):
    """Yield lines as bytes without their ends; empty ones are left out."""
    for line in lines:
        content = (line.encode("utf-8", "surrogatepass") if isinstance(line, str) else line).rstrip(b"\n")
        if content:
            yield content


def parsed(line):
    """Return what a line of JSON holds, or None."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def main(arguments):
    """Check the files that were named and print what was found."""
    asked = asked_for(arguments)
    try:
        if asked.proof:
            proof, key = (Path(name).read_bytes() for name in asked.files)
            report = verify_proof(parsed(proof), key)
        else:
            heads, key = (Path(name).read_bytes() for name in asked.files[1:])
            details = Path(asked.details).read_bytes().split(b"\n") if asked.details else ()
            with open(asked.files[0], "rb") as entries:  # noqa: PTH123 - stand-alone, and a path may be /dev/stdin
                report = verify(entries, heads.split(b"\n"), key, details=details, printed=asked.printed)
    except (OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"无法核对 / could not check: {error}\n")
        return 2
    show(report, asked.json)
    return 0 if report["ok"] else 1


def asked_for(arguments):
    """Return what was asked for; a call that cannot be understood ends with 2."""
    parser = argparse.ArgumentParser(usage=__doc__.partition("Usage: ")[2])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--proof", action="store_true")
    parser.add_argument("--details")
    parser.add_argument("--printed", type=printed_head, action="append", default=[])
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_intermixed_args(arguments)
    if len(asked.files) != (2 if asked.proof else 3):
        parser.error("name three files, or two with --proof")
    return asked


def printed_head(text):
    """Return size and root of a head as it is typed; ValueError when it is none."""
    found = re.fullmatch("([0-9]+):([0-9A-Fa-f]+)", text)
    if not found:
        raise ValueError(text)
    return int(found[1]), found[2]


def show(report, as_json):
    """Print a report for people, or as JSON."""
    if as_json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
        return
    for found in report["findings"]:
        sys.stdout.write(sentence(found) + "\n")
    if "counts" in report:
        verdict = "核对一致 / good" if report["ok"] else "核对不一致 / NOT good"
        sealed = "{entries} entries, {heads} heads, {sealed} sealed".format(**report["counts"])
        sys.stdout.write(f"{verdict}: {sealed}\n")
    elif report["ok"]:
        sys.stdout.write("条目在封存的审计日志中 / the entry stands in the sealed log\n")


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))
