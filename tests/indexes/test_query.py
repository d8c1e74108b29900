import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.findings import Finding, Severity
from records.indexes.query import LONGEST, Query, Term, matches, parse


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("", Query()),
        ("身份证　户口本", Query((Term("身份证"), Term("户口本")))),
        ("身份证 身份证", Query((Term("身份证"),))),
        ("“出生 证明” -作废", Query((Term("出生 证明"),), (Term("作废"),))),
        ('"出生 证明”', Query((Term("出生 证明"),))),
        ("「出生」『证明』", Query((Term("出生"), Term("证明")))),
        ("－“出生 证明", Query((), (Term("出生 证明"),))),
        ("题名：结婚 TITLE:登记", Query((Term("结婚", title_only=True), Term("登记", title_only=True)))),
        ("（国办发〔２０２３〕５号）", Query((Term("国办发(2023)5号"),))),
        ("ws-2024", Query((Term("ws-2024"),))),
        ("备注:好", Query((Term("备注:好"),))),
        (
            "部门:民政局 部门：“公安 局” 低保",
            Query((Term("低保"),), (), (("unit", "民政局"), ("unit", "公安 局"))),
        ),
        ("-题名:作废", Query((), (Term("作废", title_only=True),))),
        ("，。！", Query(findings=(Finding("search.no-words", Severity.NOTES, "q"),), void=True)),
        ("-", Query(findings=(Finding("search.no-words", Severity.NOTES, "q"),), void=True)),
    ],
)
def test_what_is_typed_means_what_a_reader_expects(typed, query):
    assert parse(typed, facets={"部门": "unit"}) == query


def test_what_is_too_long_is_cut_and_said():
    query = parse("字" * 999)
    assert query == Query(
        (Term("字" * LONGEST),), findings=(Finding("search.cut", Severity.NOTES, "q", {"length": LONGEST}),)
    )
    many = parse(" ".join(f"词{number}" for number in range(30)))
    assert (len(many.terms), many.findings) == (
        16,
        (Finding("search.terms-cut", Severity.NOTES, "q", {"most": 16}),),
    )


@given(st.text(max_size=300), st.text(max_size=50), st.text(max_size=50))
def test_nothing_that_can_be_typed_fails(typed, title, text):
    query = parse(typed, facets={"部门": "unit"})
    assert isinstance(matches(query, title, text), bool)
    assert len(query.terms) + len(query.excluded) <= 16


@pytest.mark.parametrize(
    ("typed", "hit"),
    [
        ("身份证", True),
        ("份", True),
        ("身证", False),
        ("身份证 作废", False),
        ("身份证 -作废", True),
        ("题名:身份证", False),
        ("题名:登记", True),
        ("2024", True),
        ("202", False),
        ("“办理居民”", True),
        ("！", False),
        ("", True),
    ],
)
def test_a_hit_is_what_stands_in_the_document(typed, hit):
    assert matches(parse(typed), "户口登记表", "〔２０２４〕办理居\n民身份证") is hit


def test_grams_are_pairs_and_whole_runs_and_lone_characters_only_alone():
    assert parse("身份证5号").grams() == ("身份", "份证", "5")
    assert parse("甲、乙").grams() == ("甲", "乙")
    assert [term.is_exact for term in parse("证 身份 身份证 abc 5号 甲、乙").terms] == [
        True,
        True,
        False,
        True,
        False,
        False,
    ]
