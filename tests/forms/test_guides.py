import colander
import pytest

from records.domain.conditions import Option, Question, QuestionKind
from records.forms.guides import ask

OPTIONS = (Option("new", "新办"), Option("renewal", "延续"))
AGENT = Question("agent", "是否委托他人代办？", note="代办要带委托书。")
KIND = Question("kind", "办哪一种？", QuestionKind.ONE, OPTIONS)
TRADES = Question("trades", "做哪些？", QuestionKind.SEVERAL, OPTIONS)


@pytest.mark.parametrize(
    ("question", "typed", "answer"),
    [
        (AGENT, "yes", True),
        (AGENT, "否", False),
        (AGENT, True, True),
        (KIND, "renewal", "renewal"),
        (KIND, ["new"], "new"),
        (TRADES, ["renewal", "new", "new"], ("new", "renewal")),
        (TRADES, "new", ("new",)),
        (TRADES, [], ()),
    ],
)
def test_answer_is_read_as_its_question_wants_it(question, typed, answer):
    assert ask(question).deserialize({question.key: typed}) == {question.key: answer}


def test_nothing_ticked_is_an_answer_only_where_several_may_be_chosen():
    assert ask(TRADES).deserialize({}) == {"trades": ()}
    for question in (AGENT, KIND):
        with pytest.raises(colander.Invalid) as refused:
            ask(question).deserialize({})
        assert list(refused.value.asdict()) == [question.key]


@pytest.mark.parametrize(
    ("question", "typed"), [(AGENT, "perhaps"), (KIND, "old"), (KIND, ["new", "renewal"]), (TRADES, ["old"])]
)
def test_wrong_answer_is_refused(question, typed):
    with pytest.raises(colander.Invalid) as refused:
        ask(question).deserialize({question.key: typed})
    assert list(refused.value.asdict()) == [question.key]


def test_form_shows_the_question_with_its_choices():
    node = ask(KIND)["kind"]
    assert (node.title, node.description) == ("办哪一种？", "")
    assert node.widget.values == [("new", "新办"), ("renewal", "延续")]
    assert ask(AGENT)["agent"].description == "代办要带委托书。"


@pytest.mark.parametrize(("question", "answer"), [(AGENT, True), (KIND, "new"), (TRADES, ("new", "renewal"))])
def test_answer_survives_being_shown_again(question, answer):
    form = ask(question)
    assert form.deserialize(form.serialize({question.key: answer})) == {question.key: answer}
