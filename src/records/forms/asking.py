"""A verb's form on the screen (填写页): drawn by deform from the schema all channels share, read back, marked with findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import colander
import deform
import peppercorn
from deform.widget import (
    CheckboxChoiceWidget,
    CheckboxWidget,
    DateInputWidget,
    RadioChoiceWidget,
    SelectWidget,
    TextAreaWidget,
    TextInputWidget,
)

from records.operations.arrivals import TABLES

from .types import Codes, Day, Word, Yes
from .verbs import Verb
from .widgets import Upload, UploadWidget

LONG = 300
"""A text field that takes more characters than this is drawn as an area."""


def sheet(
    verb: Verb,
    *,
    action: str,
    file_title: str = "",
    file_when: str | None = None,
    kept: Mapping[str, str] | None = None,
    choices: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    focused: bool = True,
) -> deform.Form:
    """Return the form of a verb, its button named after the verb, with a box for the file it takes.

    ``file_when`` says when the file is needed, ``kept`` which file the form that was just refused carries on.
    ``choices`` are the values, each with its words, that fields of text are chosen from. A form
    below a list is not ``focused``: the page would begin with it.
    """
    schema = verb.form()
    if verb.file:
        schema.add(
            colander.SchemaNode(
                Upload(),
                name=verb.file,
                title=file_title,
                when=file_when,
                missing=colander.required if verb.file_required and not kept else None,
                widget=UploadWidget(
                    accept=".xlsx" if verb.file in TABLES else ".pdf,.ofd,.jpg,.jpeg,.png,.txt", kept=kept
                ),
            )
        )
    for node in schema:
        if (listed := (choices or {}).get(node.name)) is not None:
            node.widget = SelectWidget(values=[*(() if node.required else (("", "—"),)), *listed])
        node.widget = node.widget or _widget(node)
    next(iter(schema)).autofocus = focused
    button = deform.Button(
        name="do", title=verb.title, attributes={"accesskey": verb.key} if verb.key else {}
    )
    return deform.Form(schema, action=action, buttons=(button,), formid=verb.name)


def _widget(node: colander.SchemaNode) -> deform.widget.Widget:
    match node.typ:
        case Word(terms=terms):
            return RadioChoiceWidget(values=[(term.value, term.label) for term in terms])
        case Codes(choices=choices):
            return CheckboxChoiceWidget(values=choices)
        case Day():
            return DateInputWidget()
        case Yes():
            return CheckboxWidget(true_val="true", false_val="false")
        case _ if isinstance(node.validator, colander.Length) and (node.validator.max or 0) > LONG:
            return TextAreaWidget(rows=4)
        case _:
            return TextInputWidget()


def read(form: deform.Form, controls: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Return what was filled in, field by field, as the verb asks for it; files and fields of the form itself are left out."""
    parsed = peppercorn.parse(
        [(name, value) for name, value in controls if name not in ("_charset_", "__formid__")]
    )
    cstruct = form.widget.deserialize(form, parsed)
    return {
        child.name: cstruct[child.name]
        for child in form.children
        if not isinstance(child.schema.typ, Upload)
        and cstruct.get(child.name, colander.null) is not colander.null
    }


def mark(form: deform.Form, messages: Iterable[tuple[str, str]]) -> None:
    """Put messages, each with the name of its field, beside the fields; what belongs to none stands above the form."""
    by_field: dict[str, list[str]] = {}
    names = [child.name for child in form.children]
    for subject, message in messages:
        by_field.setdefault(subject if subject in names else "", []).append(message)
    error = colander.Invalid(form.schema, by_field.pop("", None))
    for name, texts in by_field.items():
        error.add(colander.Invalid(form.schema[name], texts), names.index(name))
    form.widget.handle_error(form, error)


def draw(form: deform.Form, values: Mapping[str, object]) -> str:
    """Return the form as HTML, filled in with what was typed."""
    form.cstruct = {child.name: values.get(child.name, colander.null) for child in form.children}
    return form.widget.serialize(form, form.cstruct)
