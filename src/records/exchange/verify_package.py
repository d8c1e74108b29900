#!/usr/bin/env python3
"""Check an archive package (归档信息包) with nothing but Python's standard library.

Usage: python3 -I verify_package.py [FOLDER] [--digest SHA256] [--all] [--json]

This program travels inside every package, so that the package can be checked long after the system that made it
is gone. It reads the folder as a BagIt 1.0 bag with Chinese names inside and checks that it is complete (nothing
missing, nothing added), unchanged (SHA-256 of every file, with --all SM3 too), safe to unpack (no name
leads outside), and that its descriptions agree with its files. It never follows a link and never opens a file
that the folder does not contain. Exit 0: good; 1: something is wrong; 2: could not run.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.parsers import expat

PAYLOAD = "data/"
BASICS = "data/基本信息.xml"
CATALOGUE = "data/文件目录.xml"
DESCRIPTIONS = (BASICS, CATALOGUE, "data/过程信息.xml", "data/检测报告.xml", "data/premis.xml")
ELEMENTS = "data/元数据/"
TAG_FILES = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "manifest-sm3.txt", "tagmanifest-sha256.txt")
DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
CODE_LABEL = "External-Identifier"
OXUM_LABEL = "Payload-Oxum"
XML_LIMIT = 64 * 1024 * 1024
TAG_LIMIT = 256 * 1024 * 1024
CHUNK = 1 << 20
LINE = re.compile(r"([0-9a-f]{64})  ([^\r\n]+)\Z")

SENTENCES = {
    "package.not-a-folder": ("不是文件夹，无法检查", "is not a folder"),
    "package.missing-tag-file": ("缺少必备的说明文件", "a required tag file is missing"),
    "package.bad-declaration": ("不是 BagIt 1.0 信息包", "is not declared as a BagIt 1.0 bag"),
    "package.bad-line": ("文件中有不合格式的行", "has a line that cannot be read"),
    "package.missing-file": ("清单中有，包内没有", "is listed but not there"),
    "package.extra-file": ("包内有，清单中没有", "is there but not listed"),
    "package.digest-differs": ("内容与摘要值不符，已被改动或损坏", "does not have its recorded digest"),
    "package.count-differs": ("文件数或字节数与记载不符", "number or bytes of files differ from the record"),
    "package.manifests-differ": ("两份摘要清单所列文件不一致", "the two manifests list different files"),
    "package.unsafe-name": ("文件名不安全", "has an unsafe name"),
    "package.name-clash": (
        "与另一文件名在部分系统上无法区分",
        "cannot be told from another name on some systems",
    ),
    "package.not-a-file": ("是链接或特殊文件", "is a link or a special file"),
    "package.broken-xml": ("描述文件不能解析", "cannot be parsed"),
    "package.forbidden-xml": ("描述文件含有不允许的声明", "contains a forbidden declaration"),
    "package.code-differs": ("档号不一致", "archival codes differ"),
    "package.documents-differ": (
        "文件目录与包内文件不一致",
        "the list of documents does not agree with the files",
    ),
    "package.package-digest-differs": (
        "包摘要与登记的不符",
        "the package digest differs from the registered one",
    ),
    "package.sm3-unchecked": (
        "只核对了 SHA-256；要核对 SM3 请加 --all（本机须支持 SM3）",
        "only SHA-256 was checked; --all checks SM3 too where this machine knows it",
    ),
}
NOTES = frozenset({"package.sm3-unchecked"})


class ForbiddenXML(Exception):
    """The XML declares a document type or an entity; descriptions of packages never do."""


def verify(folder, *, expected_digest=None, new_sm3=None, with_sm3=True):
    """Check a package and return ``(ok, findings, counts)``.

    A finding is ``(code, subject, params)``; ``counts`` holds documents, files, bytes, the archival code and the package
    digest recomputed from the folder. Without ``with_sm3`` only SHA-256 is computed, which takes a fraction of the time.
    """
    return Check(Path(folder), new_sm3, with_sm3=with_sm3).run(expected_digest)


def system_sm3():
    """Return a maker of SM3 hashes, or None when this machine has none."""
    return (lambda: hashlib.new("sm3")) if "sm3" in hashlib.algorithms_available else None


class Check:
    """One reading of one folder; findings gather while it goes on."""

    def __init__(self, folder, new_sm3=None, *, with_sm3=True):
        self.folder = Path(folder)
        self.new_sm3 = (new_sm3 or system_sm3()) if with_sm3 else None
        self.findings = []
        self.sizes, self.digests, self.sm3s = {}, {}, {}
        self.listed, self.listed_sm3, self.info, self.digest = {}, {}, [], ""

    def find(self, code, subject="", **params):
        """Note one thing that is wrong."""
        self.findings.append((code, subject, params))

    def run(self, expected_digest):
        """Check everything; later checks go on where earlier ones found something wrong."""
        counts = {"documents": 0, "files": 0, "bytes": 0, "code": "", "digest": ""}
        if self.folder.is_symlink() or not self.folder.is_dir():
            self.find("package.not-a-folder", str(self.folder))
            return False, tuple(self.findings), counts
        self.walk(self.folder, "")
        self.check_names()
        tags = {name: self.read_tag(name) for name in TAG_FILES}
        if tags["bagit.txt"] not in (None, DECLARATION):
            self.find("package.bad-declaration", "bagit.txt")
        listed = self.read_manifest("manifest-sha256.txt", tags)
        listed_sm3 = self.read_manifest("manifest-sm3.txt", tags)
        tag_listed = self.read_manifest("tagmanifest-sha256.txt", tags)
        self.check_complete(listed, listed_sm3, tag_listed)
        self.check_digests(listed, listed_sm3, tag_listed)
        info = self.read_info(tags["bag-info.txt"])
        self.listed, self.listed_sm3, self.info = listed, listed_sm3, info
        payload = [name for name in self.sizes if name.startswith(PAYLOAD)]
        counts.update(files=len(payload), bytes=sum(self.sizes[name] for name in payload))
        counts["code"] = next((value for label, value in info if label == CODE_LABEL), "")
        self.check_info(info, counts)
        counts["documents"] = self.check_descriptions(counts["code"], listed)
        counts["digest"] = frozen_digest(counts["code"], info, listed, listed_sm3, self.sizes)
        self.digest = counts["digest"]
        if expected_digest is not None and counts["digest"] != expected_digest:
            self.find("package.package-digest-differs", expected=expected_digest, found=counts["digest"])
        if self.new_sm3 is None:
            self.find("package.sm3-unchecked")
        return all(code in NOTES for code, _, _ in self.findings), tuple(self.findings), counts

    def walk(self, folder, prefix):
        """Gather the sizes of all files below, without following links."""
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                name = prefix + entry.name
                if entry.is_symlink():
                    self.find("package.not-a-file", shown(name))
                elif entry.is_dir(follow_symlinks=False):
                    self.walk(entry.path, name + "/")
                elif entry.is_file(follow_symlinks=False):
                    self.sizes[name] = entry.stat(follow_symlinks=False).st_size
                else:
                    self.find("package.not-a-file", shown(name))

    def check_names(self):
        """Find names that are unsafe or that some file systems cannot tell apart."""
        seen = {}
        for name in self.sizes:
            if unsafe(name):
                self.find("package.unsafe-name", shown(name))
            key = folded(name)
            if key in seen:
                self.find("package.name-clash", shown(name), other=shown(seen[key]))
            seen.setdefault(key, name)

    def read_tag(self, name):
        """Return the text of a tag file; None and a finding when it is missing or no UTF-8."""
        if name not in self.sizes:
            self.find("package.missing-tag-file", name)
            return None
        try:
            return self.read(name, TAG_LIMIT).decode("utf-8")
        except UnicodeDecodeError:
            self.find("package.bad-line", name, line=0)
            return None

    def read(self, name, limit):
        """Return the bytes of one file of the folder, at most ``limit``."""
        with (self.folder / name).open("rb") as file:
            return file.read(limit)

    def read_manifest(self, name, tags):
        """Return path to digest as a manifest lists them."""
        listed = {}
        for number, line in enumerate((tags[name] or "").split("\n"), 1):
            if not line:
                continue
            match = LINE.match(line)
            path = decoded(match[2]) if match else ""
            if not match or path in listed:
                self.find("package.bad-line", name, line=number)
            elif unsafe(path) or path.startswith(PAYLOAD) == name.startswith("tag"):
                self.find("package.unsafe-name", shown(path))
            else:
                listed[path] = match[1]
        return listed

    def check_complete(self, listed, listed_sm3, tag_listed):
        """Compare what is listed with what is there."""
        if set(listed) != set(listed_sm3):
            self.find("package.manifests-differ", "manifest-sm3.txt")
        wanted = set(listed) | set(tag_listed) | (set(TAG_FILES) - {"tagmanifest-sha256.txt"})
        present = set(self.sizes) - {"tagmanifest-sha256.txt"}
        for name in sorted(wanted - present - set(TAG_FILES)):
            self.find("package.missing-file", shown(name))
        for name in sorted(present - wanted):
            self.find("package.extra-file", shown(name))
        for name in sorted((present & set(TAG_FILES)) - set(tag_listed)):
            self.find("package.extra-file", name)

    def check_digests(self, listed, listed_sm3, tag_listed):
        """Read every listed file and compare its digests; files are hashed side by side, as far as the machine can."""
        wanted = {**listed, **tag_listed}
        names = [name for name in sorted(wanted) if name in self.sizes]
        doubly = [name for name in names if self.new_sm3 and name in listed_sm3]
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            later = pool.map(lambda name: (name, self.hashed(name, self.new_sm3)), doubly)
            self.digests = dict(pool.map(lambda name: (name, self.hashed(name, hashlib.sha256)), names))
            self.sm3s = dict(later)
        for name in names:
            if self.digests[name] != wanted[name]:
                self.find("package.digest-differs", shown(name), algorithm="SHA-256")
            if name in self.sm3s and self.sm3s[name] != listed_sm3[name]:
                self.find("package.digest-differs", shown(name), algorithm="SM3")

    def hashed(self, name, new_hash):
        """Return one digest of a file in hexadecimal."""
        digest, buffer = new_hash(), bytearray(CHUNK)
        view = memoryview(buffer)
        with (self.folder / name).open("rb", buffering=0) as file:
            while length := file.readinto(buffer):
                digest.update(view[:length])
        return digest.hexdigest()

    def read_info(self, text):
        """Return the pairs of bag-info.txt in order; a line that begins with a space continues the one before."""
        pairs = []
        for number, line in enumerate((text or "").split("\n"), 1):
            label, colon, value = line.partition(":")
            if line[:1] in (" ", "\t") and pairs:
                pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {line.strip()}")
            elif colon and label.strip():
                pairs.append((label.strip(), value.strip()))
            elif line:
                self.find("package.bad-line", "bag-info.txt", line=number)
        return pairs

    def check_info(self, info, counts):
        """Compare the recorded number of bytes and files with what is there."""
        recorded = dict(info).get(OXUM_LABEL)
        found = f"{counts['bytes']}.{counts['files']}"
        if recorded is not None and recorded != found:
            self.find("package.count-differs", "bag-info.txt", recorded=recorded, found=found)

    def check_descriptions(self, code, listed):
        """Parse the descriptions and compare them with the files; return the number of documents."""
        trees = {name: self.parse(name) for name in DESCRIPTIONS}
        for name in sorted(listed):
            if name.startswith(ELEMENTS):
                self.parse(name)
        for name in (BASICS, CATALOGUE):
            found = texts(trees[name], "档号")
            if trees[name] and found[:1] != [code]:
                self.find("package.code-differs", name, expected=code, found=found[0] if found else "")
        documents = [dict(entry) for entry in trees[CATALOGUE] or () if entry and entry[0][0] == "顺序号"]
        for document in documents:
            path = PAYLOAD + document.get("文件名", "")
            if (listed.get(path), str(self.sizes.get(path))) != (
                document.get("摘要"),
                document.get("字节数"),
            ):
                self.find("package.documents-differ", shown(path))
        described = {PAYLOAD + document.get("文件名", "") for document in documents}
        for path in sorted(set(listed) - described):
            if re.match(r"data/\d\d", path):
                self.find("package.documents-differ", shown(path))
        recorded = texts(trees[BASICS], "件数")
        if trees[BASICS] and recorded != [str(len(documents))]:
            first = recorded[0] if recorded else ""
            self.find("package.count-differs", BASICS, recorded=first, found=str(len(documents)))
        return len(documents)

    def parse(self, name):
        """Return a description as groups of (element, text); None and a finding when it cannot be read safely."""
        if name not in self.sizes:
            if name in (BASICS, CATALOGUE):
                self.find("package.missing-file", name)
            return None
        try:
            return leaves(self.read(name, XML_LIMIT))
        except ForbiddenXML:
            self.find("package.forbidden-xml", name)
        except (expat.ExpatError, ValueError):
            self.find("package.broken-xml", name)
        return None


def frozen_digest(code, info, listed, listed_sm3, sizes):
    """Return the SHA-256 of the manifest as it was frozen: code, bag information, and all files by name."""
    parts = [
        {
            "path": name,
            "digest": listed[name],
            "sm3": listed_sm3.get(name, ""),
            "size": sizes.get(name, 0),
        }
        for name in sorted(listed)
    ]
    pairs = [[label, value] for label, value in info if label != OXUM_LABEL]
    frozen = {"bag_info": pairs, "code": code, "parts": parts}
    text = json.dumps(frozen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def leaves(content):
    """Parse XML that has no document type and no entities; return, per parent, its leaf elements and their texts."""
    groups, stack = [], []
    parser = expat.ParserCreate()

    def forbid(*_):
        raise ForbiddenXML

    def start(name, _attributes):
        if stack:
            stack[-1]["leaf"] = False
        stack.append({"name": name, "text": [], "leaf": True, "group": []})

    def end(name):
        element = stack.pop()
        if element["leaf"] and stack:
            stack[-1]["group"].append((name, "".join(element["text"])))
        elif element["group"]:
            groups.append(element["group"])

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = forbid
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda text: stack[-1]["text"].append(text)
    parser.Parse(content, True)
    return groups


def texts(groups, element):
    """Return the texts of all leaf elements of a name."""
    return [text for group in groups or () for name, text in group if name == element]


def decoded(path):
    """Return a path as BagIt writes it in a manifest, with CR, LF and the percent sign restored."""
    return re.sub("%(0[Dd]|0[Aa]|25)", lambda match: chr(int(match[1], 16)), path)


def unsafe(path):
    """Say whether a path could lead out of the folder, or holds what a file name must not."""
    pieces = path.split("/")
    if any(piece in ("", ".", "..") or piece != piece.strip() or piece.endswith(".") for piece in pieces):
        return True
    return any(sign in '\\:*?"<>|' or not allowed(sign) for sign in path)


def allowed(sign):
    """Say whether a character may stand in a name: no control character, no half of a pair, no noncharacter."""
    category = unicodedata.category(sign)
    return (
        category not in ("Cc", "Cs", "Zl", "Zp")
        and ord(sign) & 0xFFFE != 0xFFFE
        and not 0xFDD0 <= ord(sign) <= 0xFDEF
    )


def folded(path):
    """Return the path as a file system that knows neither case nor Unicode forms sees it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def shown(path):
    """Return a path that can be printed anywhere."""
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in path)


def main(arguments):
    """Check the folder that was named, or the one this program lies in; print what was found."""
    if "-h" in arguments or "--help" in arguments:
        sys.stdout.write(__doc__)
        return 0
    as_json, everything = "--json" in arguments, "--all" in arguments
    rest = [argument for argument in arguments if argument not in ("--json", "--all")]
    expected = None
    if "--digest" in rest:
        place = rest.index("--digest")
        expected = rest[place + 1] if place + 1 < len(rest) else ""
        del rest[place : place + 2]
    if len(rest) > 1 or expected == "":
        sys.stderr.write(__doc__)
        return 2
    folder = Path(rest[0]) if rest else Path(__file__).resolve().parent.parent.parent
    try:
        ok, findings, counts = verify(folder, expected_digest=expected, with_sm3=everything)
    except OSError as error:
        sys.stderr.write(f"无法读取 / could not read: {error}\n")
        return 2
    if as_json:
        found = [{"code": code, "subject": subject, "params": params} for code, subject, params in findings]
        sys.stdout.write(
            f"{json.dumps({'ok': ok, 'findings': found, 'counts': counts}, ensure_ascii=False)}\n"
        )
        return 0 if ok else 1
    for code, subject, params in findings:
        chinese, english = SENTENCES[code]
        extra = " ".join(f"{name}={value}" for name, value in params.items())
        sys.stdout.write(f"{code}: {subject} {chinese} / {english} {extra}".rstrip() + "\n")
    verdict = "检查通过 / good" if ok else "检查不通过 / NOT good"
    sys.stdout.write(
        f"{verdict}: 档号 {counts['code']}, {counts['documents']} documents, {counts['files']} files, "
        f"{counts['bytes']} bytes, SHA-256 {counts['digest']}\n"
    )
    return 0 if ok else 1


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))
