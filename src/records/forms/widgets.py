"""How forms are drawn (表单控件): deform with our own accessible templates, set up once at start.

``config.include("records.forms.widgets")`` does it. A form carries two hidden values of its own: ``csrf_token`` and
``__once__`` (the idempotency key). Both are taken from ``form.render(csrf_token=…, once=…)``, else from the schema's
bindings (``schema.bind(csrf_token=…, once=…)`` or ``request=…``), else from the current request and a fresh key.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import colander
import deform
from deform.template import ZPTRendererFactory, default_dir
from deform.widget import Widget
from pyramid.csrf import get_csrf_token
from pyramid.settings import asbool
from pyramid.threadlocal import get_current_request

from records.i18n import translate

if TYPE_CHECKING:
    from deform.field import Field
    from pyramid.config import Configurator

TEMPLATES = Path(__file__).parent.parent / "templates" / "widgets"
# A group of boxes has no single box a label could name: its title is a legend.
GROUPS = frozenset({"radio_choice", "checkbox_choice"})
# The browser draws these in its own language, so the page says beside them what is wanted.
EXPLAINED = frozenset({"dateinput", "file_upload"})


class Upload(colander.SchemaType):
    """A file sent with a form (上传文件): whatever the request holds for it, never its bytes."""

    def serialize(self, node: colander.SchemaNode, appstruct: object) -> object:
        """Return nothing: a browser cannot be given a file back."""
        return colander.null

    def deserialize(self, node: colander.SchemaNode, cstruct: object) -> object:
        """Return the uploaded value as it came."""
        return cstruct


class UploadWidget(Widget):
    """A native file box (选择文件); ``accept`` and ``multiple`` as in HTML.

    A browser cannot be given a file back; ``kept`` is what a refused form carries on instead: ``name`` of the file, the
    ``field`` and the sealed ``reference`` of its hidden value.
    """

    template = "file_upload"
    readonly_template = "readonly/textinput"
    accept: str | None = None
    multiple = False
    kept: Mapping[str, str] | None = None

    def serialize(self, field: Field, cstruct: object, **kw: Any) -> str:
        """Draw the box."""
        template = self.readonly_template if kw.get("readonly", self.readonly) else self.template
        return field.renderer(template, **self.get_template_values(field, "", kw))

    def deserialize(self, field: Field, pstruct: object) -> object:
        """Return the upload, or nothing when no file was chosen."""
        return colander.null if pstruct is colander.null or pstruct in ("", b"", None) else pstruct


def is_group(field: Field) -> bool:
    """Return whether the field is several boxes under one legend (单选组, 多选组)."""
    return field.widget.template in GROUPS and not field.widget.readonly


def is_wrong(field: Field) -> bool:
    """Return whether the field itself, not only a part of it, has an error."""
    return any(_own_messages(field))


def described(field: Field) -> str | None:
    """Return the ids of the hint, the way of writing and the error of a field for ``aria-describedby``."""
    ids = [f"help-{field.oid}"] if field.description else []
    ids += [f"how-{field.oid}"] if field.widget.template in EXPLAINED else []
    return " ".join([*ids, *([f"error-{field.oid}"] if is_wrong(field) else [])]) or None


def when_needed(field: Field) -> str:
    """Return in words when the field must be filled in (按情况必填), an empty text where that does not depend."""
    return getattr(field.schema, "when", None) or ""


def is_optional(field: Field) -> bool:
    """Return whether to mark the field 选填: nothing that must be filled in is marked."""
    return (
        not field.required
        and getattr(field.schema, "when", None) is None
        and not field.widget.hidden
        and field.widget.template not in {"checkbox", "mapping"}
    )


def autofocus(field: Field) -> str | None:
    """Return "autofocus" where the schema asks for it; never by default, never over an error summary."""
    asked = getattr(field.schema, "autofocus", None)
    return "autofocus" if asked and not field.get_root().error else None


def errors_of(form: Field) -> list[dict[str, str]]:
    """Return every error of a form as a link and a sentence (错误汇总), in the order of the fields.

    Pass it to the page as ``errors``: the layout shows the summary and puts 错误： before the title.
    """
    return list(_errors(form))


def _errors(field: Field) -> Iterator[dict[str, str]]:
    anchor = f"{field.oid}-0" if is_group(field) else field.oid
    for message in _own_messages(field):
        text = field.translate(message)
        if isinstance(field, deform.Form):
            yield {"href": f"#{field.formid}", "text": text}
        else:
            yield {"href": f"#{anchor}", "text": f"{field.translate(field.title)}：{text}"}
    for child in field.children:
        yield from _errors(child)


def _own_messages(field: Field) -> Iterable[str]:
    return [message for message in field.error.messages() if message] if field.error else ()


def own_messages(field: Field) -> list[str]:
    """Return what is wrong with the field itself, translated."""
    return [field.translate(message) for message in _own_messages(field)]


def hidden_values(field: Field, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the hidden names and values a form carries: the session's token and the idempotency key."""
    bound = {**(getattr(field.schema, "bindings", None) or {}), **given}
    token = bound.get("csrf_token")
    request = bound.get("request") or get_current_request()
    if token is None and request is not None:
        token = get_csrf_token(request)
    once = bound.get("once") or secrets.token_urlsafe(16)
    return [("csrf_token", token), ("__once__", once)] if token else [("__once__", once)]


NAMES = {
    "autofocus_of": autofocus,
    "described": described,
    "is_group": is_group,
    "is_optional": is_optional,
    "is_wrong": is_wrong,
    "when_needed": when_needed,
    "own_messages": own_messages,
    "hidden_values": hidden_values,
}


class WidgetRenderer(ZPTRendererFactory):
    """Draws a widget's template with the functions of this module at hand."""

    def __call__(self, template_name: str, **kw: Any) -> str:
        """Return the widget as HTML."""
        return self.load(template_name)(**{**NAMES, "given": kw, **kw})

    def compile(self) -> int:
        """Compile all of our widgets now; return how many there are."""
        names = [
            path.relative_to(TEMPLATES).with_suffix("").as_posix() for path in sorted(TEMPLATES.rglob("*.pt"))
        ]
        for name in names:
            self.load(name).cook_check()
        return len(names)


@cache
def renderer(*, reload: bool) -> WidgetRenderer:
    """Return the process's widget renderer: our folder first, then deform's own."""
    return WidgetRenderer((str(TEMPLATES), default_dir), auto_reload=reload, translator=translate)


def includeme(config: Configurator) -> None:
    """Give every deform field our templates and the request's language; done once a process."""
    drawing = renderer(reload=asbool(config.get_settings().get("pyramid.reload_templates")))
    drawing.compile()
    deform.Field.set_default_renderer(drawing)
