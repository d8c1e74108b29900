from hypothesis import given
from hypothesis import strategies as st

from records.indexes.query import parse
from records.indexes.ranking import HEAD, rerank, snippet, weights

TEXT = "第一条 为了规范户口登记，制定本办法。第二条 公民申请办理居民身份证的，应当提交户口本。第三条 身份证遗失的，应当申报。"


def test_title_then_count_then_nearness_then_newest_decide():
    filler = "规定其他事项。" * 20
    head = [
        (9, 1, "其他", filler + "身份证" + filler + "户口本" + filler),
        (8, 1, "其他", filler + "身份证户口本" + filler + filler),
        (7, 0, "身份证户口本", filler),
        (6, 1, "其他", "身份证户口本" * 4 + filler),
        (5, 1, "其他", filler + "身份证户口本" + filler + filler),
    ]
    assert rerank(parse("身份证 户口本"), head) == (7, 6, 8, 5, 9)


def test_exact_hits_come_before_similar_ones_and_only_the_head_is_ordered():
    query = parse("居民身份证办理")
    assert rerank(query, [(9, 2, "居民身份证办里", ""), (1, 1, "无", "居民身份证办理")]) == (1, 9)
    assert len(rerank(query, [(key, 1, "", "") for key in range(500)])) == HEAD


def test_rare_pairs_weigh_more_among_similar_hits():
    assert weights()["应当"] < weights()["身份"] <= 255
    query = parse("应当申领低保")
    head = [(2, 4, "", "应当申请规定"), (1, 4, "", "他申领低保")]
    assert rerank(query, head) == (1, 2)


@given(st.permutations([(key, key % 2, "户口登记"[: key % 5], TEXT[key:]) for key in range(20)]))
def test_a_document_is_judged_alone(head):
    order = rerank(parse("户口 身份证"), head)
    assert order == rerank(parse("户口 身份证"), sorted(head))
    left = [hit for hit in head if hit[0] != 7]
    assert rerank(parse("户口 身份证"), left) == tuple(key for key in order if key != 7)


def test_a_snippet_shows_the_hit_in_its_own_writing():
    assert snippet("前文" * 30 + "国办发〔２０２３〕５号" + "后文" * 30, parse("国办发(2023)5号"), 20) == (
        ("…", False),
        ("文前文前文", False),
        ("国办发〔２０２３〕５号", True),
        ("后文后文", False),
        ("…", False),
    )


def test_a_snippet_divides_no_number_and_joins_to_a_piece_of_the_text():
    shown = snippet("编号 WS2024-000123456789 身份证明 ABCDEFGH", parse("身份证明"), 12)
    assert shown == (("…", False), ("000123456789 ", False), ("身份证明", True), (" ABCDEFGH", False))
    assert snippet("居民身份证", parse("没有的词")) == (("居民身份证", False),)
    assert snippet("居民身份证办里", parse("身份证办理")) == (
        ("居民", False),
        ("身份证办", True),
        ("里", False),
    )
    assert snippet("", parse("身份证")) == ()


def test_a_snippet_of_a_long_text_is_cut_from_where_the_hit_is():
    text = "卷宗目录，" * 20_000 + "龚䶮的身份证" + "卷宗目录，" * 20_000
    assert snippet(text, parse("龚䶮 身份证"), 12) == (
        ("…", False),
        ("目录，", False),
        ("龚䶮", True),
        ("的", False),
        ("身份证", True),
        ("卷宗目", False),
        ("…", False),
    )


@given(st.text(max_size=80), st.text(max_size=10), st.integers(5, 60))
def test_a_snippet_never_fails_nor_invents(text, typed, width):
    shown = "".join(words for words, _ in snippet(text, parse(typed), width) if words != "…")
    assert shown in " ".join(text.split("\n"))
