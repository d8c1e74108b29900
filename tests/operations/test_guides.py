"""The life of a guide: drafts, two editors at once, the gate, two organisations, days to come, and old texts restored."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from records.domain.editions import EditionStatus, Weight, weight_of
from records.domain.findings import Refused
from records.domain.guide_elements import CentreLevel, LocalSupplement
from records.domain.guide_lines import proof_of
from records.domain.guide_parts import Citation, Period
from records.domain.vocabulary import Limit
from records.exchange.guides import write_guide
from records.forms.verbs import VERBS
from records.indexes import questions
from records.operations import guides, indexing, tending
from records.operations.editions import written
from records.operations.gate import findings_of, results_on
from records.operations.importing import import_guide
from records.operations.searching import search
from records.resources.guides import Guide, GuideText, GuideVersion
from tests.office import EDITOR, PUBLISHER, REVIEWER, approve, publish_edition

from .cases import FOOD, SHOPKEEPER, body_of, findings, ok, refused, with_line

OTHER_EDITOR, OTHER_REVIEWER = "sunguoqiang", "zhangjianguo"
SENTENCE = "云溪𠮷祥专用的一句话"


def titled(title: str):
    return replace(body_of(FOOD), title=title)


def on_guide(operation, key: str = FOOD, **values):
    return lambda act: operation(act, act.site.guides[key], **values)


def save(office, who: str, body, base: str = ""):
    return office.do(who, lambda act: guides.save_draft(act, body, base=base))


def edition(office, number: int, key: str = FOOD):
    with office.site() as site:
        found = site.guides[key].version(number)
        return {**found.as_record(), "body": found.body}


def events(office, event: str) -> list[str]:
    with office.site() as site:
        return [entry.details for entry in site.audit.values() if f'"event":"{event}"'.encode() in entry.line]


# drafts


def test_autosave_rewrites_one_draft_and_leaves_one_entry_an_author_a_day(office):
    before = len(events(office, "guide.draft"))
    for at in range(5):
        ok(save(office, EDITOR, titled(f"第{at}稿")))
    with office.site() as site:
        guide = site.guides[FOOD]
        assert [version.status for version in guide.versions] == ["published", "draft"]
        assert (guide.title, guides.content(guide.versions[1]).title) == (body_of(FOOD).title, "第4稿")
    assert len(events(office, "guide.draft")) == before + 1
    ok(save(office, OTHER_EDITOR, titled("别人接着写"), base=edition(office, 2)["digest"]))
    assert len(events(office, "guide.draft")) == before + 2
    office.clock.advance(days=1)
    ok(save(office, OTHER_EDITOR, titled("第二天")))
    assert len(events(office, "guide.draft")) == before + 3
    assert edition(office, 2)["authors"] == (EDITOR, OTHER_EDITOR)


def test_the_savings_in_between_are_counted_and_the_chain_of_fingerprints_has_no_gap(office):
    for at in range(4):
        ok(save(office, EDITOR, titled(f"第{at}稿")))
    ok(office.do(EDITOR, on_guide(guides.submit_guide, version=2)))
    assert '"saves":3' in events(office, "guide.submit")[-1]
    with office.site() as site:
        lines = [json.loads(entry.line) for entry in site.audit.values()]
    chain = [(line["before"], line["after"]) for line in lines if line["on"] == f"guide:{FOOD}"]
    assert all(after == before for (_, after), (before, _) in pairwise(chain))
    assert len({after for _, after in chain}) == len(chain)


def test_saving_the_same_again_writes_nothing(office):
    ok(save(office, EDITOR, titled("一稿")))
    last = office.services.database.zodb.storage.lastTransaction()
    ok(save(office, EDITOR, titled("一稿")))
    with office.site() as site:
        assert len(site.guides[FOOD].versions) == 2
    assert [code for code, _ in refused(save(office, EDITOR, replace(body_of(SHOPKEEPER))))] == [
        "guide.unchanged"
    ]
    assert last


def test_of_two_editors_at_once_the_second_is_told_who_and_when_and_loses_nothing(office):
    ok(save(office, EDITOR, titled("甲的稿子")))
    read = edition(office, 2)["digest"]
    office.clock.advance(minutes=5)
    ok(save(office, OTHER_EDITOR, titled("乙的稿子"), base=read))
    now = edition(office, 2)["digest"]
    mine = titled("甲改过的稿子")
    assert findings(save(office, EDITOR, mine, base=read)) == [
        (
            "guide.edited-meanwhile",
            "",
            {"who": "孙国强", "at": "2026-11-23 09:05", "version": 2, "digest": now},
            "",
        )
    ]
    assert refused(save(office, EDITOR, mine)) == [("guide.edited-meanwhile", "")]
    assert guides.read_body(edition(office, 2)["body"]).title == "乙的稿子"
    ok(save(office, EDITOR, mine, base=now))
    assert guides.read_body(edition(office, 2)["body"]) == mine


def test_a_draft_begun_from_an_older_edition_is_not_laid_over_a_newer_one(office):
    read = edition(office, 1)["digest"]
    publish_edition(office, titled("第二版"))
    assert refused(save(office, EDITOR, titled("从第一版写起"), base=read)) == [
        ("guide.edited-meanwhile", "")
    ]


def test_what_is_too_long_to_keep_is_refused_with_every_field(office):
    huge = "字" * (5 << 20)
    body = replace(body_of(FOOD), key="../x", scope=huge, rights=("好", huge))
    assert sorted(refused(save(office, EDITOR, body))) == [
        ("guide.field-too-long", "rights.1"),
        ("guide.field-too-long", "scope"),
        ("guide.key-form", "key"),
        ("guide.too-large", ""),
    ]


def test_a_draft_may_be_wrong_and_incomplete_and_another_unit_is_out_of_reach(office):
    ok(save(office, EDITOR, replace(body_of(FOOD), key="half", lines=(), title="")))
    assert refused(save(office, OTHER_EDITOR, body_of("public-venue-hygiene"))) == [
        ("permission.denied", ""),
        ("guide.unchanged", ""),
    ]
    assert refused(save(office, "ouyang", titled("窗口写的"))) == [("permission.denied", "")]


def test_an_edition_under_review_stands_still(office):
    approve(office, titled("送审稿"))
    assert refused(save(office, EDITOR, titled("还想改"))) == [("guide.wrong-status", "")]
    assert refused(office.do(PUBLISHER, on_guide(guides.return_guide, version=2, why=" "))) == [
        ("guide.no-reason", "why")
    ]
    ok(office.do(PUBLISHER, on_guide(guides.return_guide, version=2, why="电话请核对，打419999197001011228")))
    returned = edition(office, 2)
    assert (returned["status"], returned["approved_by"]) == ("draft", "")
    assert "419999197001011228" not in str(returned["returned"])
    ok(save(office, EDITOR, titled("改好了")))
    assert len({"送审稿", guides.read_body(edition(office, 2)["body"]).title}) == 2


def test_who_looked_at_another_text_does_not_pass_it_on(office):
    ok(save(office, EDITOR, titled("一稿")))
    read = edition(office, 2)["digest"]
    ok(save(office, EDITOR, titled("二稿")))
    for who, step in ((EDITOR, guides.submit_guide), (REVIEWER, guides.approve_guide)):
        assert ("guide.changed-since", "") in refused(office.do(who, on_guide(step, version=2, digest=read)))
        ok(office.do(who, on_guide(step, version=2, digest=edition(office, 2)["digest"])))


# the gate


def broken():
    body = body_of(FOOD)
    return replace(
        with_line(body, body.lines[0].id, name="其他相关材料"),
        basis=(
            *body.basis,
            Citation("个体工商户条例", "国务院令第596号", date(2016, 2, 6), ("第八条",)),
        ),
        limits=replace(body.limits, promised=Period(90, Limit.WORKING_DAYS)),
        complaints=(replace_contact(body.complaints[0]), *body.complaints[1:]),
    )


def replace_contact(contact):
    return contact._replace(value="0000-9999999")


def test_everything_that_blocks_is_told_at_once_at_the_submission(office):
    ok(save(office, EDITOR, broken()))
    told = {code for code, _ in refused(office.do(EDITOR, on_guide(guides.submit_guide, version=2)))}
    assert {"guide.catch-all", "guide.law-repealed", "guide.promise-longer", "guide.phone-unknown"} <= told
    assert edition(office, 2)["status"] == "draft"


def test_the_gate_is_asked_again_at_the_publication(office):
    approve(office, titled("审核时还没有问题"))

    def spoil(root):
        version = root["site"].guides[FOOD].versions[1]
        version.status = "draft"
        text, digest = written(broken())
        version.write(text, digest, yields="food-licence")
        version.status = "approved"

    office.services.database.run(spoil)
    late = office.clock.today() - timedelta(days=1)
    told = {
        code
        for code, _ in refused(
            office.do(PUBLISHER, on_guide(guides.publish_guide, version=2, effective_on=late))
        )
    }
    assert {"guide.past-date", "guide.catch-all", "guide.law-repealed", "guide.phone-unknown"} <= told


def test_a_circle_of_results_is_found_with_the_guides_of_the_others(office):
    """The business licence would need a food licence, which needs the business licence."""
    body = body_of(SHOPKEEPER)
    line = replace(body.lines[0], id="food", position=99, name="食品经营许可证", material="food-licence")
    ok(save(office, EDITOR, replace(body, lines=(*body.lines, line))))
    told = findings(office.do(EDITOR, on_guide(guides.submit_guide, SHOPKEEPER, version=2)))
    assert [code for code, *_ in told if code == "guide.circle"] == ["guide.circle"]
    (path,) = [params["path"] for code, _, params, _ in told if code == "guide.circle"]
    assert (body.title in path, body_of(FOOD).title in path) == (True, True)


def test_a_check_reads_no_other_guide(office):
    with office.site() as site:
        site._p_jar.cacheMinimize()
        assert findings_of(site, body_of(FOOD), today=office.clock.today()) is not None
        read = [
            record for record in site._p_jar._cache.lru_items() if isinstance(record[1], Guide | GuideVersion)
        ]
    assert read == []


def test_the_list_of_results_follows_what_is_in_force(office):
    def given(day: date):
        with office.site() as site:
            return [(each.key, each.needs) for each in questions.proofs_of(site, "food-licence", day)]

    today = office.clock.today()
    needs = proof_of(body_of(FOOD)).needs
    assert given(today) == [(FOOD, needs)]
    later = today + timedelta(days=3)
    fewer = replace(body_of(FOOD), lines=body_of(FOOD).lines[1:])
    publish_edition(office, fewer, effective_on=later)
    assert [given(today), given(later)] == [[(FOOD, needs)], [(FOOD, proof_of(fewer).needs)]]
    ok(office.do(PUBLISHER, on_guide(guides.withdraw_guide, on=later + timedelta(days=1), why="取消")))
    assert [given(later), given(later + timedelta(days=1))] == [[(FOOD, proof_of(fewer).needs)], []]
    with office.site() as site:
        assert results_on(site, {"food-licence", "nothing"}, today) == {"food-licence": body_of(FOOD).title}
        assert results_on(site, {"food-licence"}, today, but=FOOD) == {}


def test_what_was_found_is_kept_with_the_edition(office):
    def weight(number: int):
        with office.site() as site:
            (listed,) = [each for each in questions.guides_listed(site) if each.key == FOOD]
            return site.guides[FOOD].version(number).weight, listed.weight

    def judged(body) -> str:
        with office.site() as site:
            return weight_of(findings_of(site, body, today=office.clock.today())).value

    ok(save(office, EDITOR, broken()))
    assert weight(2) == ("blocks", "blocks")
    ok(save(office, EDITOR, titled("没有问题")))
    thought = judged(titled("没有问题"))
    assert thought != "blocks"
    assert weight(2) == (thought, thought)
    ok(office.do(EDITOR, on_guide(guides.discard_draft, version=2)))
    assert weight(2)[1] == weight(1)[0]
    ok(office.do(EDITOR, on_guide(guides.roll_back, version=1)))
    assert weight(3) == (thought, thought)
    ok(office.do(EDITOR, lambda act: guides.save_draft(act, titled("判过的"), weight=Weight.BLOCKS)))
    assert weight(3) == ("blocks", "blocks")
    ok(office.do(EDITOR, on_guide(guides.submit_guide, version=3)))
    assert weight(3) == (thought, thought)


def test_a_supplement_of_an_unknown_centre_is_refused(office):
    body = replace(
        body_of(FOOD), supplements=(LocalSupplement("nowhere", CentreLevel.TOWNSHIP, note="说明"),)
    )
    ok(save(office, EDITOR, body))
    assert ("local.centre-unknown", "supplements.0.centre") in refused(
        office.do(EDITOR, on_guide(guides.submit_guide, version=2))
    )


def test_a_file_that_blocks_is_not_stored_and_one_that_was_brought_is_not_brought_again(office):
    text = write_guide(titled("导入的题名"))
    ok(office.do(EDITOR, lambda act: import_guide(act, source=text, name="a.yaml")))
    again = office.do(EDITOR, lambda act: import_guide(act, source=text, name="a.yaml"))
    assert refused(again) == [("guide.unchanged", "")]
    assert "guide.phone-unknown" in {
        code
        for code, _ in refused(
            office.do(EDITOR, lambda act: import_guide(act, source=write_guide(broken()), name="b.yaml"))
        )
    }


# two organisations


def test_no_author_approves_and_neither_author_nor_approver_publishes(office):
    def roles(*extra):
        def within(root):
            for userid, role, unit in extra:
                person = root["site"].people[userid]
                person.letters = (
                    *person.letters,
                    (role, unit, f"授〔2026〕{userid}", date(2024, 1, 1), None),
                )

        office.services.database.run(within)

    roles((OTHER_EDITOR, "reviewer", "market-regulation"), (OTHER_EDITOR, "publisher", "*"),
          (EDITOR, "publisher", "*"), (REVIEWER, "publisher", "*"), (OTHER_REVIEWER, "publisher", "*"))  # fmt: skip
    ok(save(office, EDITOR, titled("两人写的")))
    ok(save(office, OTHER_EDITOR, titled("两人写的稿"), base=edition(office, 2)["digest"]))
    ok(office.do(EDITOR, on_guide(guides.submit_guide, version=2)))
    assert refused(office.do(OTHER_EDITOR, on_guide(guides.approve_guide, version=2))) == [
        ("guide.own-work", "")
    ]
    assert refused(office.do("shangguan", on_guide(guides.approve_guide, version=2))) == [
        ("guide.other-department", "")
    ]
    ok(office.do(REVIEWER, on_guide(guides.approve_guide, version=2)))
    for who, told in (
        (EDITOR, ["guide.own-work"]),
        (REVIEWER, ["guide.own-work", "guide.same-organisation"]),
        (OTHER_REVIEWER, ["guide.same-organisation"]),
        (OTHER_EDITOR, ["guide.own-work", "guide.same-organisation"]),
    ):
        result = office.do(who, on_guide(guides.publish_guide, version=2))
        assert [code for code, _ in refused(result)] == told
    ok(office.do(PUBLISHER, on_guide(guides.publish_guide, version=2)))


def test_filing_numbers_have_no_gap_and_stay_with_their_edition(office):
    approve(office, titled("二版"))
    refused(office.do(REVIEWER, on_guide(guides.publish_guide, version=2)))
    ok(office.do(PUBLISHER, on_guide(guides.publish_guide, version=2)))
    publish_edition(office, titled("三版"))
    with office.site() as site:
        filed = [
            (version.filing, version.filed_on)
            for guide in site.guides.values()
            for version in guide.published()
        ]
    assert sorted(number for number, _ in filed) == [f"云政管指备〔2026〕{n}号" for n in range(1, 6)]
    assert {day for _, day in filed} == {date(2026, 11, 23)}
    assert edition(office, 3)["filing"] == "云政管指备〔2026〕5号"


# days to come


def hits(office) -> list[str]:
    found = search(office.services, "guides", SENTENCE, readers=frozenset({"public"}))
    return [hit.id for hit in found.hits]


def works(office) -> bool:
    indexing.catch_up(office.services)
    return indexing.verify(office.services) == ()


@pytest.mark.parametrize("tended", [False, True])
def test_what_begins_tomorrow_is_found_tomorrow_and_what_ends_disappears(office, tended):
    body = replace(body_of(FOOD), key="food-later", title="小餐饮登记", scope=SENTENCE)
    day = office.clock.today()
    publish_edition(office, body, effective_on=day + timedelta(days=1))
    ok(office.do(PUBLISHER, on_guide(
        guides.withdraw_guide, "food-later", on=day + timedelta(days=3), why="事项取消")))  # fmt: skip
    seen = []
    for _ in range(5):
        assert works(office)
        if tended:
            tending.tend(office.services)
        seen.append(hits(office))
        assert works(office)
        assert hits(office) == seen[-1]
        office.clock.advance(days=1)
    assert seen == [[], ["food-later"], ["food-later"], [], []]


def test_the_feed_says_once_that_an_edition_begins(office):
    publish_edition(office, titled("明天的题名"), effective_on=office.clock.today() + timedelta(days=1))
    with office.site() as site:
        assert site.guides[FOOD].title == body_of(FOOD).title
    assert [tending.turn(office.services) for _ in range(2)] == [0, 0]
    office.clock.advance(days=1)
    assert [tending.turn(office.services) for _ in range(2)] == [1, 0]
    with office.site() as site:
        assert (site.guides[FOOD].title, site.guides[FOOD].seq) == ("明天的题名", site.feed.last)
    assert len(events(office, "guide.turn")) == 1


def test_an_edition_cancelled_before_its_day_leaves_the_older_one_and_one_that_ended_leaves_nothing(office):
    day = office.clock.today()
    publish_edition(office, titled("下月的题名"), effective_on=day + timedelta(days=9))
    ok(office.do(PUBLISHER, on_guide(guides.withdraw_guide, why="上级暂缓")))
    office.clock.advance(days=20)
    with office.site() as site:
        assert site.guides[FOOD].in_force(office.clock.today()).version == 1
    assert refused(office.do(PUBLISHER, on_guide(guides.withdraw_guide, version=2, why="再撤"))) == [
        ("guide.ended", "")
    ]
    publish_edition(office, titled("第三版"))
    office.clock.advance(days=1)
    late = office.clock.today() - timedelta(days=1)
    assert sorted(refused(office.do(PUBLISHER, on_guide(guides.withdraw_guide, on=late, why="")))) == [
        ("guide.no-reason", "why"),
        ("guide.past-date", "on"),
    ]
    ok(office.do(PUBLISHER, on_guide(guides.withdraw_guide, why="事项取消")))
    with office.site() as site:
        assert site.guides[FOOD].in_force(office.clock.today()) is None


def test_a_guide_may_name_its_own_last_day_and_no_edition_overtakes_a_scheduled_one(office):
    day = office.clock.today()
    until = day + timedelta(days=5)
    body = titled("限期试行")
    number = publish_edition(office, replace(body, version=replace(body.version, until=until)))
    assert edition(office, number)["withdrawn_on"] == until
    publish_edition(office, titled("下月起"), effective_on=day + timedelta(days=30))
    approve(office, replace(body, version=replace(body.version, until=day)))
    told = refused(office.do(PUBLISHER, on_guide(guides.publish_guide, version=4, effective_on=day)))
    assert told == [("guide.until-early", "version.until"), ("guide.overtaken", "effective_on")]


# old texts


def test_an_old_edition_is_restored_as_a_new_draft_that_goes_the_whole_way(office):
    publish_edition(office, titled("第二版"))
    ok(save(office, EDITOR, titled("写到一半")))
    assert findings(office.do(EDITOR, on_guide(guides.roll_back, version=1))) == [
        (
            "guide.draft-open",
            "",
            {"who": "白露", "at": "2026-11-23 09:00", "version": 3, "status": EditionStatus.DRAFT.label},
            "",
        )
    ]
    ok(office.do(EDITOR, on_guide(guides.discard_draft, version=3)))
    ok(office.do(EDITOR, on_guide(guides.roll_back, version=1)))
    restored = edition(office, 4)
    with office.site() as site:
        # Whose text it was before stays among its authors: they may not approve it.
        assert site.guides[FOOD].version(4).authors == tuple(
            dict.fromkeys((*site.guides[FOOD].version(1).writers, EDITOR))
        )
    assert (restored["status"], restored["note"], restored["restored"]) == ("draft", "恢复第1版内容", 1)
    body = guides.read_body(restored["body"])
    assert replace(body, version=body_of(FOOD).version) == body_of(FOOD)
    assert (body.version.number, body.version.notes) == (4, "恢复第1版内容")
    ok(office.do(EDITOR, on_guide(guides.submit_guide, version=4)))
    ok(office.do(REVIEWER, on_guide(guides.approve_guide, version=4)))
    ok(office.do(PUBLISHER, on_guide(guides.publish_guide, version=4)))
    with office.site() as site:
        assert site.guides[FOOD].in_force(office.clock.today()).version == 4
        assert site.guides[FOOD].title == body_of(FOOD).title


def test_a_version_of_an_older_database_is_read_and_a_published_one_cannot_be_written_on():
    old = GuideVersion()
    old.__setstate__({"body": '{"result":{"material":"x"}}', "status": "published", "written_by": "bailu"})
    assert (old.body, old.writers, old.yields) == ('{"result":{"material":"x"}}', ("bailu",), None)
    with pytest.raises(AssertionError):
        old.write("{}", "0", yields="")
    assert GuideText().body == ""


# the whole life, in any order


class Life(RuleBasedStateMachine):
    """Whatever people do in whatever order: one open edition, two organisations, and what was published stands still."""

    PEOPLE = (EDITOR, OTHER_EDITOR, REVIEWER, OTHER_REVIEWER, PUBLISHER, "ouyang")
    office = None

    def __init__(self) -> None:
        super().__init__()
        self.published: dict[int, tuple] = {}
        self.key = f"life-{next(COUNT)}"

    def versions(self):
        with self.office.site() as site:
            guide = site.guides.get(self.key)
            return [(each.as_record(), each.body) for each in guide.versions] if guide else []

    def act(self, who, operation, **values):
        one = VERB[operation]

        def deed(act):
            guide = act.site.guides.get(self.key)
            if guide is None:
                return None
            if not act.matrix.permits(act.by, one, unit=guide.unit):
                return Refused(())
            return operation(act, guide, **values)

        return self.office.do(who, deed)

    @rule(who=st.sampled_from(PEOPLE), title=st.sampled_from(["甲", "乙䶮", "丙𠮷"]))
    def save(self, who, title):
        body = replace(body_of(FOOD), key=self.key, title=title)
        self.office.do(who, lambda act: guides.save_draft(act, body))

    @precondition(lambda self: self.versions())
    @rule(
        who=st.sampled_from(PEOPLE),
        operation=st.sampled_from(
            ["submit_guide", "approve_guide", "publish_guide", "discard_draft", "roll_back"]
        ),
        back=st.integers(0, 2),
    )
    def step(self, who, operation, back):
        self.act(who, getattr(guides, operation), version=max(1, len(self.versions()) - back))

    @precondition(lambda self: self.versions())
    @rule(who=st.sampled_from(PEOPLE))
    def send_back(self, who):
        self.act(who, guides.return_guide, version=len(self.versions()), why="请改")

    @precondition(lambda self: self.versions())
    @rule(days=st.integers(-1, 3))
    def withdraw(self, days):
        day = self.office.clock.today() + timedelta(days=days)
        self.act(PUBLISHER, guides.withdraw_guide, on=day, why="取消")

    @precondition(lambda self: self.versions())
    @rule()
    def go_on(self):
        """Take the next right step, so that some editions reach the public."""
        number, status = len(self.versions()), self.versions()[-1][0]["status"]
        match status:
            case "draft":
                self.act(EDITOR, guides.submit_guide, version=number)
            case "submitted":
                self.act(REVIEWER, guides.approve_guide, version=number)
            case "approved":
                self.act(PUBLISHER, guides.publish_guide, version=number)

    @rule()
    def a_day_passes(self):
        self.office.clock.advance(days=1)

    @invariant()
    def what_holds(self):
        found = self.versions()
        assert [record["version"] for record, _ in found] == list(range(1, len(found) + 1))
        assert sum(record["status"] in ("draft", "submitted", "approved") for record, _ in found) <= 1
        for record, body in found:
            if record["status"] != "published":
                continue
            kept = (record["digest"], body, record["filing"], record["effective_on"], record["published_by"])
            assert self.published.setdefault(record["version"], kept) == kept
            hands = {record["approved_by"], record["published_by"]}
            assert len(hands) == 2
            assert not hands & set(record["authors"])
            with self.office.site() as site:
                units = [site.people[each].unit for each in (record["approved_by"], record["published_by"])]
            assert units == ["market-regulation", "government-office"]


COUNT = count()
VERB = {}


def test_the_whole_life_in_any_order(office):
    VERB.update({verb.run: verb.permission for verb in VERBS if verb.noun == "guides"})
    Life.office = office
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    with office.site() as site:
        numbers = [version.filing for guide in site.guides.values() for version in guide.published()]
    assert len(set(numbers)) == len(numbers)
