"""Bodies that are too large are refused in Chinese before anything of them is read."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response
from pyramid.tweens import INGRESS

LIMIT = 60 << 20
#: What a form adds to its file; a form or a message without a file is never longer.
AROUND = 1 << 20

PAGE = """<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>错误：文件太大</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="{root}/static/records.css"></head>
<body class="public"><main id="main" class="wrap">
<h1>文件太大，没有收下</h1>
<p>一次最多提交 {megabytes} MB。这次提交的内容没有保存，之前已经收下的材料都还在。</p>
<p>请把扫描件的分辨率降到 300 dpi，或者分成几个文件后再交。</p>
<p><a class="act" href="{back}">返回上一页，换一个文件</a></p>
<p lang="en">Nothing was kept of this request: at most {megabytes} MB at a time. What was taken before is still there.</p>
</main></body></html>"""

PROBLEM = (
    '{{"type":"about:blank#file.too-large","status":413,"title":"文件太大，没有收下；一次最多 {megabytes} MB。",'
    '"findings":[{{"code":"file.too-large","severity":"blocks","subject":"","params":{{"limit":{megabytes}}},"basis":""}}]}}'
)


def limit_of(settings: dict) -> int:
    """Return the largest file in bytes (``upload.limit``)."""
    return int(settings.get("upload.limit", LIMIT))


def tween_factory(handler: Callable[[Request], Response], registry) -> Callable[[Request], Response]:
    """Refuse what is longer than a file and its form may be, or than a form may be that brings no file."""
    largest = limit_of(registry.settings)

    def tween(request: Request) -> Response:
        brings_file = (request.content_type or "").startswith("multipart/form-data")
        limit = largest if brings_file else AROUND
        if (request.content_length or 0) <= (largest + AROUND if brings_file else AROUND):
            return handler(request)
        if request.path.startswith("/api/"):
            text = PROBLEM.format(megabytes=limit >> 20)
            return Response(text, status=413, content_type="application/problem+json", charset="utf-8")
        root = request.script_name
        # A form is sent to the verb of its record; the record's own page stands one step above.
        back = escape(request.path.rstrip("/").rpartition("/")[0] or "/")
        return Response(PAGE.format(megabytes=limit >> 20, root=root, back=back), status=413, charset="utf-8")

    return tween


def includeme(config: Configurator) -> None:
    """Stand before every other tween."""
    config.add_tween("records.security.size.tween_factory", under=INGRESS)
