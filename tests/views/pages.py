"""What tests do with a page: find its forms, its errors, its words."""

from __future__ import annotations

from webtest import Upload

from records.exchange import samples


def form(page, ending: str, **fields: str):
    """Return the form that posts to an address with that ending and holds those fields."""
    for one in page.forms.values():
        if one.action.endswith(ending) and all(
            name in one.fields and one[name].value == value for name, value in fields.items()
        ):
            return one
    raise AssertionError(f"no form to {ending} with {fields}")


def errors(page) -> list[str]:
    """Return the sentences of the error summary."""
    return [link.get_text(" ", strip=True) for link in page.html.select("#errors a")]


def words(page) -> str:
    """Return the text of the page's main part."""
    return " ".join(page.html.select_one("main").get_text(" ", strip=True).split())


def pdf(title: str, *lines: str) -> Upload:
    """Return a small real PDF as a browser would send it."""
    return Upload(f"{title}.pdf", samples.text_pdf(title, lines or (title,)), "application/pdf")


def choose(one, name: str, value: str) -> None:
    """Tick one of a deform form's radios, whose wire name is deform's own."""
    radios = [field for fields in one.fields.values() for field in fields if type(field).__name__ == "Radio"]
    assert radios, name
    radios[0].value = value
